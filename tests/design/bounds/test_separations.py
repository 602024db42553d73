"""What separates a unit from a base: true of every territory in one piece, worth something to a bound, and believed only where it is so."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from bailiwick.design import Problem, solve
from bailiwick.design.borders.fixed import Based, with_bases
from bailiwick.design.bounds import pricing, undivided
from bailiwick.design.bounds.pricing import Bases
from bailiwick.design.bounds.separations import NONE, broken
from bailiwick.design.bounds.turns import Turns
from bailiwick.design.bounds.undivided import Undivided
from bailiwick.kernels.separating import between, separated
from bailiwick.review.verify_undivided import Separation
from tests.design.bounds.test_undivided import again
from tests.design.conftest import grid_problem
from tests.design.test_exact import exact


def grid(seed: int, busy: float = 0.9) -> Problem:
    return grid_problem(7, 5, 3, seed, band=(0.9, 1.1), busy=busy)


def reached(problem: Problem, start: int, without: set[int]) -> set[int]:
    """All that can be walked to from ``start`` without some units."""
    found, to_see = {start}, [start]
    while to_see:
        u = to_see.pop()
        for v in problem.indices[problem.indptr[u] : problem.indptr[u + 1]].tolist():
            if v not in found and v not in without:
                found.add(v)
                to_see.append(v)
    return found


@given(seed=st.integers(0, 10_000))
@settings(max_examples=100, deadline=None)
def test_every_way_to_a_piece_leads_through_the_fewest_units_around_it(seed: int) -> None:
    problem, rng = grid(seed % 50), np.random.default_rng(seed)
    n = problem.size
    home = int(rng.integers(n))
    far = sorted(reached(problem, int(rng.integers(n)), set(rng.choice(n, n // 3, replace=False).tolist()) | {home}))[: int(rng.integers(1, 6))]
    piece = np.array([u for u in far if u in reached(problem, far[0], set(range(n)) - set(far))], dtype=np.int32)
    if home in piece or any(home in problem.indices[problem.indptr[u] : problem.indptr[u + 1]] for u in piece):
        return
    barrier = between(home, piece, np.empty(n, np.int8), problem.indptr, problem.indices, np.empty(n, np.int32)).tolist()
    assert len(set(barrier)) == len(barrier)
    assert not set(piece.tolist()) & reached(problem, home, set(barrier))
    for each in barrier:  # and none of them in vain
        assert set(piece.tolist()) & reached(problem, home, set(barrier) - {each})


def test_a_unit_held_without_its_way_is_found_and_one_held_with_it_is_not() -> None:
    """A row of units: 0 is the base, 5 is held alone."""
    indptr = np.array([0, 1, 3, 5, 7, 9, 10], dtype=np.int32)
    indices = np.array([1, 0, 2, 1, 3, 2, 4, 3, 5, 4], dtype=np.int32)
    levels, worth = np.array([0.3, 0.9]), np.ones(6)

    def found(share: list[float], land: int = -1) -> list[tuple[int, list[int]]]:
        idle = np.arange(6) == land
        unit = np.flatnonzero(~idle).astype(np.int32)
        units, ptr, through = separated(0, unit, np.array(share)[unit], worth[unit], levels, 0.01, 3, idle, indptr, indices, np.zeros(6))
        return [(int(u), through[ptr[i] : ptr[i + 1]].tolist()) for i, u in enumerate(units)]

    assert found([1.0, 1.0, 0.0, 0.0, 0.0, 0.8]) == [(5, [4])]
    assert found([1.0, 1.0, 0.0, 0.0, 0.6, 0.8]) == [(5, [3]), (4, [3])]
    assert found([1.0] * 6) == []
    assert found([1.0, 0.5, 0.5, 0.5, 0.5, 0.5]) == []
    assert found([1.0, 1.0, 1.0, 1.0, 0.0, 0.8], land=4) == []  # land without work lies open
    assert found([1.0, 1.0, 1.0, 0.0, 0.0, 0.8], land=4) == [(5, [3])]


def climbed(problem: Problem, base: np.ndarray, label: np.ndarray) -> tuple[Based, Bases, Turns, np.ndarray, np.ndarray]:
    based = with_bases(problem, base)
    bases = Bases(based, 1.0, label)
    found, listed = bases.examine(bases.first())
    turns = Turns(bases.sets, listed, found.reach, found.whole, bases.slack)
    price, _, mean = turns.climbed(found.price, label[bases.sets.first], 60, 2e-2, 1e-3)
    return based, bases, turns, price, mean


@pytest.mark.parametrize("seed", range(8))
def test_no_territory_in_one_piece_pays_more_for_what_is_told_of_it(seed: int) -> None:
    problem, rng = grid(seed), np.random.default_rng(seed)
    base = np.sort(rng.choice(problem.size, 3, replace=False))
    fixed = replace(problem, fixed_bases=tuple(base.tolist()))
    label = solve(fixed, seconds=60, seed=1, effort=200_000, iterations=1).territory_of
    _, bases, turns, price, mean = climbed(fixed, base, label)
    told = NONE.with_more(broken(bases.sets, turns.pointer, turns.unit, mean, price, 0.0))
    told = told.at(np.ones(len(told)))
    sets = bases.sets
    row = np.repeat(np.arange(len(sets)), np.diff(sets.indptr))
    for _ in range(200):
        held = rng.random(len(sets)) < rng.uniform(0.2, 0.9)
        for j in range(3):
            mine = held.copy()
            mine[sets.base[j]] = True
            kept = mine[row] & mine[sets.indices]
            graph = csr_array((np.ones(int(kept.sum())), (row[kept], sets.indices[kept])), shape=(len(sets), len(sets)))
            part = connected_components(graph, directed=False)[1]
            mine &= part == part[sets.base[j]]
            first, unit, hours = told.shifts().by_base(3)
            assert (hours[first[j] : first[j + 1]] * mine[unit[first[j] : first[j + 1]]]).sum() <= 1e-12


def proofs(seed: int, monkeypatch: pytest.MonkeyPatch) -> tuple[Based, float, Undivided | None, Undivided | None]:
    """Bases, the optimum, and its proof without and with separations."""
    problem = grid_problem(5, 4, 3, seed, band=(0.85, 1.15), busy=0.9)
    base = np.sort(np.random.default_rng(seed).choice(problem.size, 3, replace=False))
    fixed = replace(problem, fixed_bases=tuple(base.tolist()))
    found = solve(fixed, seconds=60, seed=1, effort=300_000, iterations=2)
    based = with_bases(fixed, base, np.array(found.duals))
    told = undivided.bound_undivided(based, found.territory_of)
    with monkeypatch.context() as patched:
        patched.setattr(pricing, "broken", lambda *_: [])
        untold = undivided.bound_undivided(based, found.territory_of)
    return based, exact(fixed, tuple(base.tolist())), untold, told


def test_they_raise_bounds_that_stay_below_the_optimum(monkeypatch: pytest.MonkeyPatch) -> None:
    raised = 0
    for seed in range(12):
        based, best, untold, told = proofs(seed, monkeypatch)
        if not np.isfinite(best) or told is None or untold is None:
            continue
        assert told.bound <= best + 1e-6
        assert len(untold.apart) == 0
        assert again(based, told) == pytest.approx(told.bound, rel=1e-6)
        assert told.bound > untold.bound - 2e-3 * best
        raised += told.bound > untold.bound + 1e-3
    assert raised >= 3


def test_what_does_not_separate_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = 0
    for seed in range(12):
        based, _, _, proof = proofs(seed, monkeypatch)
        if proof is None or not len(proof.apart):
            continue
        alone, true = again(based, proof, []), [Separation(t, u, np.array(w, dtype=np.int64), h) for t, u, w, h in proof.apart]
        home = int(based.base[true[0].territory])
        wrong = [
            *(replace(each, ways=each.ways[:-1]) for each in true),  # one way is left open
            replace(true[0], unit=home, ways=np.empty(0, np.int64)),
            *(replace(each, hours=-each.hours) for each in true),
        ]
        assert again(based, proof, wrong) == pytest.approx(alone, rel=1e-12)
        shown += again(based, proof, true) > alone + 1e-9
    assert shown >= 3
