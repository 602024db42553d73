"""Mending counts what is driven, keeps the limit on disruption, and never hands back a worse plan."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.design import Problem, solve
from bailiwick.design.borders.fixed import joined, with_bases
from bailiwick.design.mending.mend import mend, out_of_band
from bailiwick.design.problem import Today
from bailiwick.design.problem.limits import breaches, holdings
from tests.design.conftest import grid_problem


def beyond(problem: Problem, base: np.ndarray, label: np.ndarray) -> float:
    return sum(b.beyond for b in breaches(problem, base, problem.travel.rows(base)[0], label))


@pytest.fixture(scope="module")
def driving() -> tuple[Problem, np.ndarray, np.ndarray]:
    """An absolute band in which half of the load is driving, and a plan within it."""
    problem = replace(grid_problem(12, 12, 6, seed=2, busy=0.7), absolute=True, drive_load=0.01, band=(0.5, 3.0))
    found = solve(problem, seconds=60, seed=1, iterations=6, effort=200_000)
    base = np.array(found.bases)
    held = holdings(problem, problem.travel.rows(base)[0], found.territory_of)[:, 0]
    assert held.sum() > 1.3 * problem.load.sum()
    fixed = replace(problem, fixed_bases=found.bases, band=(float(held.min()) - 0.02, float(held.max()) + 0.02))
    return fixed, base, found.territory_of


def disturbed(problem: Problem, base: np.ndarray, label: np.ndarray, seed: int) -> np.ndarray:
    """A few units at borders given to their neighbours."""
    rng, label = np.random.default_rng(seed), label.copy()
    indptr, indices = problem.neighbours
    for u in rng.permutation(problem.size).tolist():
        others = [int(label[v]) for v in indices[indptr[u] : indptr[u + 1]] if label[v] != label[u]]
        if others and u not in base and rng.random() < 0.5:
            label[u] = others[0]
    return label


@given(seed=st.integers(0, 300))
@settings(max_examples=10, deadline=None)
def test_a_mended_absolute_plan_is_in_band_by_what_is_driven(driving: tuple[Problem, np.ndarray, np.ndarray], seed: int) -> None:
    problem, base, label = driving
    based = with_bases(problem, base)
    broken = disturbed(problem, base, label, seed)
    done = mend(based, broken, problem.load, seed)
    assert beyond(problem, base, done.territory_of) <= beyond(problem, base, broken)
    assert done.in_band is not bool(out_of_band(based, done.territory_of).any())
    if out_of_band(based, broken).any():
        assert done.in_band
        assert 0 < done.share < 0.5


def test_a_plan_that_cannot_be_mended_comes_back_as_it_was_or_better(driving: tuple[Problem, np.ndarray, np.ndarray]) -> None:
    problem, base, label = driving
    for band in ((0.0, 0.5), (2.9, 3.0)):
        hopeless = replace(problem, band=band)
        done = mend(with_bases(hopeless, base), label, problem.load)
        assert not done.in_band
        assert beyond(hopeless, base, done.territory_of) <= beyond(hopeless, base, label)


def test_mending_stays_within_the_limit_on_disruption() -> None:
    problem = grid_problem(12, 12, 6, seed=2, busy=0.7)
    found = solve(problem, seconds=60, seed=1, iterations=6, effort=200_000)
    base, weight = np.array(found.bases), problem.load.copy()
    broken = disturbed(problem, base, found.territory_of, 4)
    fixed = replace(problem, fixed_bases=found.bases)
    assert out_of_band(with_bases(fixed, base), broken).any()
    today = found.territory_of.copy()  # moving back costs nothing, moving on does
    away = float(weight[broken != today].sum())
    limited = replace(fixed, today=Today(today, weight, limit=away))
    done = mend(with_bases(limited, base), broken, weight)
    assert done.in_band
    assert float(weight[done.territory_of != today].sum()) <= away + 1e-9
    held = np.bincount(today, weights=weight)
    narrow = replace(fixed, band=(0.0, float(held.max()) - 0.01), today=Today(today, weight, limit=0.0))  # nothing may move at all
    still = mend(with_bases(narrow, base), today, weight)
    assert not still.in_band
    assert float(weight[still.territory_of != today].sum()) <= 1e-9


def test_where_hardly_more_may_move_than_mending_needs_a_design_mends_today() -> None:
    """The search alone leaves a territory out of band here."""
    problem = grid_problem(20, 20, 10, seed=7, band=(0.93, 1.07), busy=0.7)
    found = solve(problem, seconds=60, seed=1, iterations=6, effort=200_000)
    base, weight = np.array(found.bases), np.ones(problem.size)
    based = with_bases(problem, base)
    today = joined(based, disturbed(problem, base, found.territory_of, 7))
    needed = len(mend(based, today, weight).moved)
    assert needed > 0
    limited = replace(problem, today=Today(today, weight, limit=1.1 * needed))
    done = solve(limited, seconds=60, seed=3, iterations=2, effort=20_000)
    assert done.within_limits
    assert int((done.territory_of != today).sum()) <= 1.1 * needed
