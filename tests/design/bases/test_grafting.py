"""Plans that take regions of others: never worse, the same each time, and what goes into settling where none is within its bands."""

from dataclasses import replace

import numpy as np
import pytest

from bailiwick.design.bases.choosing import _to_settle
from bailiwick.design.bases.coarse import coarsen
from bailiwick.design.bases.dense import Dense, Found, anneal, costs
from bailiwick.design.bases.grafting import Grafting
from bailiwick.design.bases.search import Search, alone
from bailiwick.design.bases.start import spread
from bailiwick.kernels.nearby import World
from bailiwick.review.scorecard import pieces
from tests.design.conftest import grid_problem

ROUND = 20_000


def country(territories: int = 12):
    problem = grid_problem(16, 12, territories, 4, busy=1.0, band=(0.6, 1.4))
    return problem, coarsen(problem, problem.size)


def found(coarse, seed: int) -> Found:
    dense = coarse.dense
    label = spread(dense, coarse.slot, coarse.order, np.random.default_rng(seed))
    return anneal(dense, label, Found(label, np.inf), np.array([seed + 1], dtype=np.uint64), 60_000, 5.0, 1.0, 0.02)


def grafted(dense: Dense, here: Found, donors: list[Found]) -> list[Found]:
    grafting = Grafting(dense, World(**dense.__dict__), np.array([9], dtype=np.uint64))
    return [each for each, _ in grafting.improved(here, donors, ROUND)]


def test_a_plan_is_never_worse_and_better_than_any_it_took_from() -> None:
    problem, coarse = country()
    plans = [found(coarse, seed) for seed in range(4)]
    best = min(plans, key=lambda each: each.cost)
    rounds = grafted(coarse.dense, best, [each for each in plans if each is not best])
    falling = [each.cost for each in rounds]
    assert falling == sorted(falling, reverse=True)
    assert falling[-1] < best.cost
    assert costs(coarse.dense, rounds[-1].label)[0].sum() == pytest.approx(falling[-1])
    assert pieces(rounds[-1].label, 12, *problem.neighbours).tolist() == [1] * 12


def test_the_same_plans_are_grafted_the_same_way() -> None:
    _, coarse = country()
    plans = [found(coarse, seed) for seed in range(3)]
    first, again = (grafted(coarse.dense, plans[0], plans[1:])[-1].label.tobytes() for _ in range(2))
    assert first == again


def test_one_region_has_nothing_to_take() -> None:
    _, coarse = country(1)
    here = found(coarse, 1)
    assert all(each.cost == here.cost for each in grafted(coarse.dense, here, [found(coarse, 2)]))


def test_regions_with_a_base_or_points_of_their_own_stay() -> None:
    _, coarse = country()
    here, donor = found(coarse, 1), found(coarse, 2)
    base = costs(coarse.dense, here.label)[1]
    pinned = np.full(12, -1, dtype=np.int32)
    pinned[:3] = base[:3]
    frozen = np.zeros(len(here.label), dtype=np.bool_)
    frozen[np.flatnonzero(here.label == 5)[:2]] = True
    end = grafted(replace(coarse.dense, pinned=pinned, frozen=frozen), here, [donor])[-1]
    assert end.cost <= here.cost
    assert end.label[base[:3]].tolist() == [0, 1, 2]
    assert end.label[frozen].tolist() == [5, 5]


def test_of_plans_outside_their_bands_the_one_that_drives_least_is_settled() -> None:
    """Two regions a little too heavy are mended for less than one plan drives more."""
    _, coarse = country()
    dense = replace(coarse.dense, high=np.full(192, 0.9), low=np.zeros(192))  # nobody can keep that: loads are 1 in the mean
    searches = [Search(dense, lambda rng: spread(dense, coarse.slot, coarse.order, rng), seed, 400_000) for seed in (1, 2)]
    for search in searches:
        for _ in range(6):
            search.round()
    much = found(coarse, 3).label  # driven well, in bands that are not asked for
    bad = Found(np.roll(much, 5).astype(np.int32), 1.0e12)  # as dear as one region out of its band, whatever it drives
    searches[0].best, searches[1].plans = bad, [Found(much, 9.0e12)]
    searches[1].best = bad
    searches[0].plans = []
    assert _to_settle(dense, searches).label.tolist() == much.tolist()


def test_a_plan_within_its_bands_is_settled_before_any_other() -> None:
    _, coarse = country()
    searches = [Search(coarse.dense, lambda rng: spread(coarse.dense, coarse.slot, coarse.order, rng), seed, 400_000) for seed in (1, 2)]
    within = found(coarse, 1)
    assert within.within
    searches[1].best = within
    assert _to_settle(coarse.dense, searches) is within


def test_there_is_time_for_one_plan_alone_where_points_are_many() -> None:
    assert alone(100_000_000, 7_500)
    assert not alone(100_000_000, 3_000)
