"""The search: within the bands, the same plan for the same seed and effort, and the last word where there are no borders."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from bailiwick.design.bases.coarse import coarsen
from bailiwick.design.bases.dense import assess
from bailiwick.design.bases.search import ADVISED, Search, advised, effort_of, seconds_of
from bailiwick.design.bases.start import spread
from bailiwick.design.solve import solve
from tests.design.conftest import grid_problem

EFFORT = 400_000


def loose(seed: int, capacity: float):
    """Points without neighbours; every base holds so many mean loads."""
    problem = grid_problem(5, 4, 3, seed, busy=1.0, band=(0.0, capacity))
    nobody = np.zeros(21, dtype=np.int32), np.empty(0, dtype=np.int32)
    return replace(problem, indptr=nobody[0], indices=nobody[1], contiguous=False, base_capacity=np.full(20, capacity))


def searched(problem, seed: int, rounds: int) -> Search:
    coarse = coarsen(problem, problem.size)
    search = Search(coarse.dense, lambda rng: spread(coarse.dense, coarse.slot, coarse.order, rng), seed, EFFORT)
    for _ in range(rounds):
        search.round()
    return search


def test_more_time_does_not_stop_prices_from_being_asked() -> None:
    points, regions = 3_000, 200
    assert not advised(ADVISED * points - 1, points, points, regions)
    assert all(advised(times * ADVISED * points, points, points, regions) for times in (1, 10, 1_000))
    assert not advised(1_000 * ADVISED * points, points, points, 2 * regions)


def test_rounds_depend_on_seed_and_effort_alone() -> None:
    problem = loose(3, 1.3)
    first, again = searched(problem, 7, 30), searched(problem, 7, 30)
    first.finish(), again.finish()
    assert first.best.label.tobytes() == again.best.label.tobytes()
    assert first.best.cost == again.best.cost
    assert first.best.within


def test_meeting_no_plan_or_a_plan_keeps_the_search_within_its_bands() -> None:
    problem = loose(5, 1.2)
    one, other = searched(problem, 1, 20), searched(problem, 2, 20)
    before = one.best.cost
    one.meet(other.plans)
    for _ in range(20):
        one.round()
    load = np.bincount(one.best.label, weights=problem.load, minlength=3)
    assert one.best.cost <= before
    assert load.max() <= 1.2 + 1e-9


def test_without_neighbours_the_search_has_the_last_word_and_replays() -> None:
    problem = loose(4, 3.1)  # roomy: the best plan is that of the three best bases, which can be counted out
    found = solve(problem, seconds=1.0, seed=2)
    again = solve(problem, seconds=1.0, seed=2, iterations=found.iterations, effort=found.effort)
    assert found.territory_of.tobytes() == again.territory_of.tobytes()
    assert found.bases == again.bases
    travel = problem.travel.legs(np.arange(20), np.arange(20)).astype(np.float64)
    best = min(float((2 * problem.trips * travel[list(three)].min(axis=0) / 60).sum()) for three in combinations(range(20), 3))
    assert found.objective == pytest.approx(best, rel=1e-5)


def test_effort_and_seconds_are_inverse() -> None:
    dense = coarsen(loose(1, 1.2), 20).dense
    assert seconds_of(dense, effort_of(dense, 12.0)) == pytest.approx(12.0, rel=1e-5)


def test_a_search_that_cannot_be_within_the_bands_still_returns_what_it_found() -> None:
    problem = grid_problem(8, 6, 6, 2, busy=1.0)
    heavy = problem.load.copy()
    heavy[20] = 2.0 * problem.load.sum() / 6  # no region can hold it
    problem = replace(problem, load=heavy, absolute=True)
    dense = coarsen(problem, problem.size).dense
    search = searched(problem, 3, 6)
    start = searched(problem, 3, 0).best
    outside, began = (assess(dense, label)[2] for label in (search.best.label, start.label))
    assert not search.best.within
    assert (outside > 1e-9).sum() < (began > 1e-9).sum()
    assert outside.sum() < 0.5 * began.sum()


def test_what_was_contracted_too_heavy_for_a_band_may_stand_alone() -> None:
    problem = grid_problem(8, 6, 20, 2, busy=1.0, band=(0.6, 1.4))
    dense = coarsen(problem, 24).dense
    assert len(dense.weight) < problem.size
    assert np.all(dense.weight <= dense.high)
    assert np.any(dense.weight > 1.4), "or the test tests nothing"


def test_prices_are_asked_where_many_points_of_a_region_hold_work() -> None:
    assert advised(3_000 * ADVISED, 3_000, 2_000, 200)
    assert not advised(3_000 * ADVISED, 3_000, 1_179, 200), "the demo's: six accounts to a territory"
