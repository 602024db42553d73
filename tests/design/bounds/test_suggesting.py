"""Bases that prices over all choices suggest: as many as there are territories, where most is open, and better than any that are spread evenly."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.design import Problem
from bailiwick.design.bases.coarse import coarsen
from bailiwick.design.bases.dense import assess
from bailiwick.design.bases.recentre import recentre
from bailiwick.design.bases.start import spread
from bailiwick.design.borders.fixed import drawn, with_bases
from bailiwick.design.bounds.anywhere import bound_anywhere
from bailiwick.design.bounds.suggesting import leaning, rounded, suggested
from tests.design.conftest import grid_problem

SEEDS = st.integers(0, 10_000)


def uneven(seed: int, width: int = 40, height: int = 30, territories: int = 30) -> Problem:
    """A grid whose middle holds most of the work: short ways there, long ones around it."""
    problem = grid_problem(width, height, territories, seed=seed, busy=1.0)
    assert problem.points is not None
    away = np.linalg.norm(problem.points - problem.points.mean(axis=0), axis=1)
    load = problem.load * (1.0 + 12.0 * np.exp(-((away / 60.0) ** 2)))
    return replace(problem, load=load / load.sum() * territories, trips=load)


def least(problem: Problem, base: np.ndarray) -> float:
    """What plans from about these bases cost at least, units divisible."""
    based = with_bases(problem, base)
    return with_bases(problem, recentre(problem, drawn(based), base), based.price).bound


@pytest.mark.parametrize("seed", range(3))
def test_they_are_near_the_bound_over_all_choices_where_even_ones_are_far(seed: int) -> None:
    problem = uneven(seed)
    coarse = coarsen(problem, 600)
    label = spread(coarse.dense, coarse.slot, coarse.order, np.random.default_rng(seed))
    found = suggested(problem, coarse, lambda: False, label)
    assert found is not None
    assert len(np.unique(found)) == 30
    even, told = coarse.unit_of[assess(coarse.dense, label)[1]], coarse.unit_of[found]
    based = with_bases(problem, told)
    bound = bound_anywhere(problem, drawn(based), told, based.price)
    assert bound is not None
    assert bound.bound <= least(problem, told) <= 1.06 * bound.bound
    assert least(problem, even) > 1.06 * bound.bound


def test_whoever_does_not_wait_for_them_gets_none() -> None:
    problem = uneven(1)
    coarse = coarsen(problem, 600)
    label = spread(coarse.dense, coarse.slot, coarse.order, np.random.default_rng(1))
    for after in (0, 3, 12):
        asked = iter(range(10**9))
        assert suggested(problem, coarse, lambda asked=asked, after=after: next(asked) >= after, label) is None


@given(seed=SEEDS, drive=st.sampled_from([0.0, 1e-3]), halves=st.booleans())
@settings(max_examples=10, deadline=None)
def test_as_much_is_open_as_there_are_territories(seed: int, drive: float, halves: bool) -> None:
    problem = replace(grid_problem(14, 10, 8, seed=seed, busy=0.6), drive_load=drive, capacity=(0.5,) * 4 + (1.0,) * 4 if halves else ())
    rng = np.random.default_rng(seed)
    base = rng.choice(problem.base_candidates, 8, replace=False)
    share = leaning(problem, drawn(with_bases(problem, base)), base)
    assert share is not None
    assert share.sum() == pytest.approx(8.0, abs=1e-3)
    assert share.min() >= 0.0
    assert not share[~np.isin(np.arange(problem.size), np.union1d(problem.base_candidates, base))].any()


def test_nothing_is_suggested_where_nothing_is_driven() -> None:
    problem = grid_problem(12, 10, 4, seed=1)
    base = problem.base_candidates[:4]
    assert leaning(replace(problem, trips=np.zeros(problem.size)), np.zeros(problem.size, dtype=np.int32), base) is None


def line(at: list[float]) -> np.ndarray:
    points = np.array(at)
    return np.abs(points[:, None] - points[None, :]).astype(np.float32)


def test_what_is_open_in_part_makes_one_base_where_most_is_open() -> None:
    travel = line([0.0, 1.0, 2.0, 50.0, 60.0, 61.0])
    found = rounded(np.array([0.3, 0.4, 0.3, 1.0, 0.5, 0.5]), travel, 3)
    assert found is not None
    assert sorted(found.tolist())[:2] == [1, 3]
    assert sorted(found.tolist())[2] in (4, 5)


def test_what_is_left_of_a_place_counts_towards_the_next_base() -> None:
    found = rounded(np.array([0.9, 0.5, 0.6]), line([0.0, 1.0, 2.0]), 2)
    assert found is not None
    assert sorted(found.tolist()) == [0, 2]


def test_nothing_is_suggested_where_too_few_places_are_open() -> None:
    assert rounded(np.array([2.0, 0.0, 0.0]), line([0.0, 1.0, 2.0]), 2) is None


def test_an_island_gets_no_base_that_the_mainland_has_left_over() -> None:
    """As rounding by clusters did: what was left everywhere was gathered last, with a middle on the way."""
    travel = line([0.0, 1.0, 2.0, 3.0, 4.0, 500.0, 501.0, 502.0])
    found = rounded(np.array([0.4, 0.4, 0.4, 0.4, 0.404, 1.0, 0.2, 0.796]), travel, 4)
    assert found is not None
    assert np.count_nonzero(found >= 5) == 2


@given(seed=SEEDS, n=st.integers(2, 40), whole=st.booleans())
@settings(max_examples=60, deadline=None)
def test_places_differ_and_whole_ones_are_kept(seed: int, n: int, whole: bool) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, n + 1))
    share = np.zeros(n)
    share[rng.choice(n, count, replace=False)] = 1.0
    if not whole:
        share = rng.dirichlet(np.ones(n)) * count
    travel = line(rng.uniform(0, 100, n).tolist())
    found = rounded(share, travel, count)
    if np.count_nonzero(share > 1e-4) < count:
        assert found is None
        return
    assert found is not None
    assert len(np.unique(found)) == count
    assert not whole or np.array_equal(np.sort(found), np.flatnonzero(share))
