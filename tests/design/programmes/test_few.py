"""Problems with few units that matter: as good as trying every plan, and joined through empty land."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from bailiwick.design import Problem, solve
from bailiwick.design.borders.fixed import with_bases
from bailiwick.design.problem import Measure, Ties, Today
from bailiwick.design.problem.limits import breaches
from bailiwick.design.programmes.few import UNITS, few_of
from bailiwick.design.programmes.routing import routed
from bailiwick.kernels.contiguity import connected
from tests.design.conftest import grid_problem


def least(problem: Problem, free: list[int]) -> float:
    """Hours of the cheapest plan that keeps every limit, by trying all; infinite when there is none. free: units that may be bases."""
    best = np.inf
    slots = problem.slots
    for bases in product(*[free if b < 0 else [int(b)] for b in slots]):
        if len(set(bases)) < len(bases):
            continue
        based = with_bases(problem, np.array(bases), np.zeros(len(bases)))
        others = [u for u in range(problem.size) if u not in bases]
        for labels in product(range(problem.territories), repeat=len(others)):
            label = np.empty(problem.size, dtype=np.int32)
            label[list(bases)] = np.arange(len(bases))
            label[others] = labels
            hours = based.objective(label)
            if hours < best and not breaches(problem, based.base, based.minutes, label):
                best = hours
    return best


def small(seed: int) -> Problem:
    """Eight units and two territories, with rules drawn at random."""
    rng = np.random.default_rng(seed)
    problem = grid_problem(4, 2, 2, seed, band=(0.6, 1.4), busy=0.8)
    busy = problem.weighted
    rules: dict[str, object] = {"fixed_bases": (int(busy[0]), -1)} if seed % 3 == 0 else {}
    if seed % 2:
        rules["groups"] = (tuple(sorted(rng.choice(8, 2, replace=False).tolist())),)
    if seed % 4 == 1:
        rules["ties"] = Ties(np.array([[0, 1], [2, 6]]), np.array([30.0, 8.0]))
    if seed % 4 == 2:
        rules["today"] = Today(rng.integers(0, 2, 8).astype(np.int32), np.ones(8), 4.0, 2.0)
    if seed % 5 == 3:
        rules["measures"] = (Measure("a", np.eye(8)[busy[:2]].sum(axis=0), 1.0, 1.0),)
    if seed % 5 == 4:
        rules["forbidden"] = ((int(busy[1]), 0), (int(busy[-1]), 1))
    return replace(problem, **rules)


@pytest.mark.parametrize("seed", range(20))
def test_a_small_problem_is_solved_to_its_end(seed: int) -> None:
    problem = small(seed)
    best = least(problem, problem.base_candidates.tolist())
    few = few_of(problem)
    assert few is not None
    found = few.best(np.inf)
    if found is None:
        assert not np.isfinite(best)
        return
    based, label = found
    assert not breaches(problem, based.base, based.minutes, label)
    assert based.objective(label) == pytest.approx(best, rel=1e-6)
    assert few.best(best) is None  # nothing is better


def scattered(size: int, seed: int) -> Problem:
    """A dozen units with work on a large map that has none elsewhere."""
    rng = np.random.default_rng(seed)
    empty = grid_problem(size, size, 3, seed, band=(0.7, 1.3), busy=1.0)
    busy = rng.choice(empty.size, 12, replace=False)
    load, trips = np.zeros(empty.size), np.zeros(empty.size)
    load[busy] = rng.uniform(0.5, 1.0, 12)
    trips[busy] = rng.uniform(1.0, 20.0, 12)
    return replace(empty, load=load * 3 / load.sum(), trips=trips)


@pytest.mark.parametrize("seed", range(4))
def test_territories_are_joined_through_land_without_work(seed: int) -> None:
    problem = scattered(20, seed)
    few = few_of(problem)
    assert few is not None
    assert len(few.modelled) == 12
    found = few.best(np.inf)
    assert found is not None
    based, label = found
    assert not breaches(problem, based.base, based.minutes, label)
    alone = few_of(replace(problem, contiguous=False))
    assert alone is not None
    apart = alone.best(np.inf)
    assert apart is not None
    assert based.objective(label) == pytest.approx(apart[0].objective(apart[1]), rel=0.02)  # land costs nothing to cross
    plan = solve(problem, seconds=2, seed=seed)
    assert plan.within_limits
    assert plan.objective <= based.objective(label) * (1 + 1e-6)


def test_a_way_that_is_shut_is_not_found() -> None:
    problem = grid_problem(9, 1, 2, 1, band=(0.1, 1.9), busy=1.0)
    based = with_bases(problem, np.array([0, 4]))
    label = np.full(9, -1, dtype=np.int32)
    label[[0, 8, 4]] = [0, 0, 1]  # on a line the second territory lies between
    assert routed(based, label) is None
    label[8] = 1
    found = routed(based, label)
    assert found is not None
    assert np.all(connected(*problem.neighbours, found, based.base.astype(np.int32)) >= 0)


def test_many_units_are_left_to_the_search() -> None:
    assert few_of(grid_problem(9, 9, 3, 1, busy=1.0)) is None
    assert grid_problem(9, 9, 3, 1).size > UNITS
