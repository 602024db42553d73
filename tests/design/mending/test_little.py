"""Where little may move a plan begins from today's territories; where that cannot keep the limits, bases are searched for as ever."""

from dataclasses import replace

import numpy as np
import pytest

from bailiwick.design import Problem, solve
from bailiwick.design.mending.little import LITTLE, from_today
from bailiwick.design.problem import Today
from bailiwick.design.problem.limits import moved_of
from tests.design.conftest import grid_problem


def drifted(seed: int, share: float, drift: float = 0.25) -> Problem:
    """A plan of last year under the work of this one. share: of the work that may move."""
    problem = grid_problem(14, 12, 6, seed, busy=0.8)
    plan = solve(problem, seconds=60, seed=1, effort=200_000, iterations=4).territory_of
    load = problem.load * np.exp(np.random.default_rng(seed).normal(0.0, drift, problem.size))
    load *= problem.territories / load.sum()
    return replace(problem, load=load, trips=load * 3.0, today=Today(plan, load, limit=share * float(load.sum())))


@pytest.mark.parametrize("seed", range(6))
def test_little_moves_and_no_bases_are_searched_for(seed: int) -> None:
    problem = drifted(seed, 0.06)
    begun = from_today(problem)
    assert begun is not None
    found = solve(problem, seconds=1, seed=1)
    assert found.iterations == 0
    assert found.within_limits
    assert moved_of(problem, found.territory_of) <= problem.today.limit + 1e-9
    again = solve(problem, seconds=1, seed=1, iterations=found.iterations, effort=found.effort, turns=found.turns)
    assert again.territory_of.tolist() == found.territory_of.tolist()
    base, label = begun
    minutes = problem.travel.rows(base)[0]
    assert found.objective <= 2.0 * float(problem.trips @ minutes[label, np.arange(problem.size)]) / 60.0 + 1e-6


def test_where_the_fewest_moves_are_too_many_bases_are_searched_for() -> None:
    problem = drifted(1, 0.0, drift=1.0)
    assert from_today(problem) is None
    assert solve(problem, seconds=1, seed=1, effort=100_000, iterations=2).iterations == 2


def test_much_is_not_little() -> None:
    assert from_today(drifted(2, LITTLE * 1.5)) is None
    assert from_today(replace(drifted(2, 0.05), today=None)) is None


def test_units_that_nobody_has_today_are_given_to_somebody() -> None:
    """Both where little may move and where more may, so that bases are searched for and today's territories are one of two beginnings."""
    for share in (0.06, 2 * LITTLE):
        problem = drifted(3, share)
        territory = problem.today.territory.copy()
        territory[::9] = -1
        found = solve(replace(problem, today=replace(problem.today, territory=territory)), seconds=1, seed=1)
        assert found.within_limits
        assert found.territory_of.min() >= 0
        assert (found.iterations == 0) == (share <= LITTLE)
