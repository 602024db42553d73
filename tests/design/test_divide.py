"""A territory split in halves that are even, within the limits, and the same however busy the machine is."""

from dataclasses import replace

import numpy as np
import pytest

from bailiwick.design import Problem
from bailiwick.design.divide import split
from bailiwick.design.problem import Measure
from bailiwick.design.problem.limits import holdings
from bailiwick.model.errors import InfeasibleError, InputError
from bailiwick.review.scorecard import pieces
from tests.design.conftest import grid_problem


def world(seed: int = 2, **changes: object) -> tuple[Problem, np.ndarray]:
    """Two territories, left and right, of 60 units each."""
    problem = replace(grid_problem(12, 10, 2, seed=seed, band=(0.1, 1.9), busy=0.8), **changes)
    return problem, np.array([u % 12 // 6 for u in range(120)], dtype=np.int32)


def halves(problem: Problem, label: np.ndarray, bases: tuple[int, int]) -> np.ndarray:
    base = np.array([bases[0], 11, bases[1]])  # the right one was not touched
    return holdings(replace(problem, territories=3), problem.travel.rows(base)[0], label)[[0, 2]]


@pytest.mark.parametrize("seed", range(6))
def test_halves_are_even(seed: int) -> None:
    problem, label = world(seed)
    after, bases = split(problem, label, 0)
    assert np.array_equal(np.isin(after, (0, 2)), label == 0)
    assert [after[b] for b in bases] == [0, 2]
    assert pieces(after, 3, *problem.neighbours).tolist() == [1, 1, 1]
    held = halves(problem, after, bases)[:, 0]
    assert abs(held[0] - held[1]) <= 0.02 * held.sum()


def test_what_is_driven_counts_towards_the_halves() -> None:
    problem, label = world(absolute=True, drive_load=0.01)
    after, bases = split(problem, label, 0)
    held = halves(problem, after, bases)[:, 0]
    work = np.bincount(after, weights=problem.load)[[0, 2]]
    assert held.sum() > 1.3 * work.sum()
    assert abs(held[0] - held[1]) <= 0.03 * held.sum()


def test_halves_keep_the_maximum_drive_groups_and_further_measures() -> None:
    rich = np.zeros(120)
    rich[[24, 25, 27, 28]] = 1.0  # side by side, where a straight cut would keep them together
    problem, label = world(max_minutes=60.0, groups=((4, 5, 16),), measures=(Measure("tier A", rich, 0.0, 6.0),))
    after, bases = split(problem, label, 0)
    minutes = problem.travel.rows(np.array([bases[0], 11, bases[1]]))[0]
    mine = (label == 0) & (problem.trips > 0)
    assert minutes[after, np.arange(120)][mine].max() <= 60.0
    assert len(set(after[[4, 5, 16]])) == 1
    assert np.bincount(after, weights=rich)[[0, 2]].tolist() == [2.0, 2.0]


def test_the_same_split_whenever_it_is_asked() -> None:
    problem, label = world()
    first, again = split(problem, label, 0), split(problem, label, 0)
    assert first[0].tobytes() == again[0].tobytes()
    assert first[1] == again[1]


def test_what_cannot_be_split_is_refused() -> None:
    problem, label = world()
    alone = np.ones(120, dtype=np.int32)
    alone[int(np.argmax(problem.load))] = 0
    with pytest.raises(InputError, match="fewer than two units"):
        split(problem, alone, 0)
    apart = label.copy()
    apart[label == 0] = 1
    apart[[0, 1, 118, 119, 59, 60]] = 0
    with pytest.raises(InfeasibleError):
        split(problem, apart, 0)


def test_a_base_that_is_somebodys_stays_in_the_half_that_keeps_the_number() -> None:
    problem, label = world()
    base = 0  # a corner, where no search would put it
    assert base not in split(problem, label, 0)[1]
    after, bases = split(problem, label, 0, base=base)
    assert bases[0] == base
    assert after[base] == 0
    held = np.bincount(after, weights=problem.load)
    assert abs(held[0] - held[2]) < 0.05 * (held[0] + held[2])
