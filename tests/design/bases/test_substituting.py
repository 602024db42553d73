"""Bases moved over divisible points: never dearer, the same from the same seed, near the best there are, and with room for whole units."""

from dataclasses import replace

import numpy as np
import pytest

from bailiwick.design.bases.coarse import Coarse, coarsen
from bailiwick.design.bases.substituting import SPARED, Substituting, flow_of, narrower, nearest
from bailiwick.design.borders.fixed import with_bases
from bailiwick.design.borders.rough import problem_over
from bailiwick.design.problem import Problem
from tests.design.conftest import grid_problem

TERRITORIES = 20


def points(seed: int) -> tuple[Problem, Coarse]:
    problem = grid_problem(40, 20, TERRITORIES, seed=seed, busy=1.0)
    return problem, coarsen(problem, 400)


def searched(coarse: Coarse, seed: int, rounds: int) -> Substituting:
    base = np.random.default_rng(seed).choice(len(coarse), TERRITORIES, replace=False)
    found = Substituting(coarse.dense, base, nearest(coarse.dense.travel), seed)
    assert found.fits
    for _ in range(rounds):
        before = found.hours
        better = found.round()
        assert (found.hours < before) == better
    return found


def test_chance_does_not_decide_what_is_found() -> None:
    _, coarse = points(1)
    found = [searched(coarse, seed, 30) for seed in range(3)]
    assert len({tuple(sorted(each.base.tolist())) for each in found}) > 1 or found[0].hours == found[1].hours
    assert max(each.hours for each in found) < 1.02 * min(each.hours for each in found)
    assert max(each.hours for each in found) < 0.75 * searched(coarse, 1, 0).hours


def test_the_same_seed_finds_the_same() -> None:
    _, coarse = points(2)
    first, again = searched(coarse, 5, 4), searched(coarse, 5, 4)
    assert first.base.tobytes() == again.base.tobytes()
    assert first.label.tobytes() == again.label.tobytes()


def test_its_hours_are_those_of_divisible_points_in_a_narrower_band() -> None:
    problem, coarse = points(3)
    found = searched(coarse, 3, 10)
    low, high = narrower(coarse.dense.low, coarse.dense.high)
    few = problem_over(problem, coarse, coarse.known, candidates=np.arange(len(coarse)))
    told = with_bases(replace(few, band=(float(low[0]), float(high[0]))), found.base).bound
    assert told <= found.hours * (1 + 1e-6)
    assert found.hours == pytest.approx(told, rel=5e-3)  # prices of load prove a bound near it
    assert np.all(found.label[found.base] >= 0)
    load = np.bincount(found.label, weights=coarse.dense.weight, minlength=TERRITORIES)
    assert np.all(np.abs(load - 1.0) < 0.15 + coarse.dense.weight.max() * 2)


def test_what_is_spared_is_spared_at_both_ends() -> None:
    low, high = narrower(0.85, 1.15)
    assert low == pytest.approx(0.85 + 0.3 * SPARED)
    assert high == pytest.approx(1.15 - 0.3 * SPARED)


def test_driving_counts_towards_loads() -> None:
    _, coarse = points(4)
    dense, around = coarse.dense, nearest(coarse.dense.travel)
    base = np.arange(0, 400, 20)
    still, driven = (flow_of(replace(dense, drive=drive), base, around).weight for drive in (0.0, 1e-3))
    assert driven - still == pytest.approx(1e-3 * dense.trips * dense.travel[base].min(axis=0))


def test_the_nearest_come_first() -> None:
    _, coarse = points(5)
    around = nearest(coarse.dense.travel)
    far = np.take_along_axis(coarse.dense.travel, around, axis=1)
    assert np.all(np.diff(far, axis=1) >= 0)
    assert far[:, -1] == pytest.approx(np.sort(coarse.dense.travel, axis=1)[:, around.shape[1] - 1])
