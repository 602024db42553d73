"""Mending moves as little as any plan that could do: against all plans of small worlds, and by taking moves back in larger ones."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from bailiwick.design import Problem
from bailiwick.design.borders.fixed import with_bases
from bailiwick.design.mending.mend import back_in_band, mend, out_of_band
from bailiwick.design.mending.undo import undone
from bailiwick.design.problem import Measure, Today
from bailiwick.design.problem.limits import breaches
from tests.design.conftest import grid_problem


def small_world(seed: int) -> tuple[Problem, np.ndarray, np.ndarray, np.ndarray]:
    """A problem of 12 units with rules by chance, its bases, a plan in pieces that hang together, and what moving each unit counts."""
    rng = np.random.default_rng(seed)
    territories = int(rng.integers(2, 4))
    problem = grid_problem(4, 3, territories, seed, band=(0.75, 1.25), busy=0.8)
    base = rng.choice(np.flatnonzero(problem.load > 0), territories, replace=False)
    label = grown(problem, base, rng)
    free = np.setdiff1d(np.arange(problem.size), base)
    rules: dict[str, object] = {"contiguous": bool(rng.random() < 0.8)}
    if rng.random() < 0.3:
        rules["forbidden"] = tuple((int(u), int((label[u] + 1) % territories)) for u in rng.choice(free, 2, replace=False))
    if rng.random() < 0.3:
        rules["max_minutes"] = float(max(problem.travel.rows(base)[0][label, np.arange(problem.size)].max(), 20.0))
    if rng.random() < 0.3:
        pairs = [(u, v) for u in free.tolist() for v in problem.indices[problem.indptr[u] : problem.indptr[u + 1]].tolist() if label[u] == label[v]]
        alike = [pair for pair in pairs if pair[1] in free]
        rules["groups"] = (alike[int(rng.integers(len(alike)))],) if alike else ()
    if rng.random() < 0.3:
        amount = rng.integers(0, 3, problem.size).astype(float)
        rules["measures"] = (Measure("calls", amount, 0.0, float(0.9 * amount.sum())),)
    if rng.random() < 0.3:
        rules["today"] = Today(label, np.ones(problem.size), 3.0)
    weight = np.where(problem.load > 0, rng.integers(1, 4, problem.size), 0).astype(float)
    return replace(problem, **rules), base, label, weight  # type: ignore[arg-type]


def grown(problem: Problem, base: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    label = np.full(problem.size, -1, dtype=np.int32)
    label[base] = np.arange(len(base))
    while (label < 0).any():
        u = int(rng.choice(np.flatnonzero(label < 0)))
        near = [t for t in label[problem.indices[problem.indptr[u] : problem.indptr[u + 1]]].tolist() if t >= 0]
        label[u] = rng.choice(near) if near else -1
    return label


def least(problem: Problem, base: np.ndarray, label: np.ndarray, weight: np.ndarray) -> float | None:
    """The least weight moved of all plans that break no limit; None where there is none."""
    free = np.setdiff1d(np.arange(problem.size), base)
    chosen = np.array(list(itertools.product(range(problem.territories), repeat=len(free))), dtype=np.int32)
    plans = np.tile(label, (len(chosen), 1))
    plans[:, free] = chosen
    held = np.stack([(plans == t) @ problem.load for t in range(problem.territories)], axis=1)
    low, high = problem.bands
    plans = plans[((held >= low[:, 0] - 1e-9) & (held <= high[:, 0] + 1e-9)).all(axis=1)]
    moved = ((plans != label) * weight).sum(axis=1)
    minutes = problem.travel.rows(base)[0]
    for i in np.argsort(moved, kind="stable"):
        if not breaches(problem, base, minutes, plans[i]):
            return float(moved[i])
    return None


@pytest.mark.parametrize("start", range(0, 40, 10))
def test_no_plan_of_a_small_world_mends_with_less(start: int) -> None:
    mended = 0
    for seed in range(start, start + 10):
        problem, base, label, weight = small_world(seed)
        based = with_bases(problem, base)
        if not out_of_band(based, label).any():
            continue
        fewest = least(problem, base, label, weight)
        done = mend(based, label, weight)
        assert done.in_band is (fewest is not None), seed
        if fewest is not None:
            assert float(weight[done.moved].sum()) == pytest.approx(fewest), seed
            assert not breaches(problem, base, based.minutes, done.territory_of), seed
            assert back_in_band(based, label)[1] or out_of_band(based, label).sum() > 1
            mended += 1
            assert np.array_equal(mend(based, label, weight).territory_of, done.territory_of)
    assert mended


def test_a_territory_that_need_not_be_in_one_piece_is_mended_by_a_unit_that_lies_apart() -> None:
    """In a row of units, the one that is light enough to move does not lie at the border."""
    problem = grid_problem(6, 1, 2, busy=1.0)
    load = np.array([0.5, 0.1, 0.5, 0.1, 0.3, 0.5])
    problem = replace(problem, load=load, absolute=True, band=(0.0, 1.05), contiguous=False)
    based = with_bases(problem, np.array([0, 3]))
    label = np.array([0, 0, 0, 1, 1, 1], dtype=np.int32)
    done = mend(based, label, np.ones(6))
    assert done.in_band
    assert done.moved.tolist() == [1]
    assert not mend(with_bases(replace(problem, contiguous=True), based.base), label, np.ones(6)).in_band


def test_moves_that_are_not_needed_are_taken_back() -> None:
    problem = replace(grid_problem(6, 2, 2, busy=1.0), load=np.full(12, 1 / 6), band=(0.8, 1.2))
    based = with_bases(problem, np.array([0, 5]))
    given = np.array([0, 0, 0, 0, 0, 1] * 2, dtype=np.int32)
    label = np.array([0, 0, 0, 1, 1, 1] * 2, dtype=np.int32)
    found = undone(based, given, label, np.ones(12))
    assert not out_of_band(based, found).any()
    assert int((found != given).sum()) == 3
    assert not breaches(problem, based.base, based.minutes, found)
    held = replace(problem, groups=((3, 9),))  # both go back, or neither
    kept = undone(with_bases(held, based.base), given, label, np.ones(12))
    assert kept[3] == kept[9]
    assert np.array_equal(kept, undone(with_bases(held, based.base), given, label, np.ones(12)))
