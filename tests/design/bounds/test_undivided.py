"""The bound for whole units in one piece: below every optimum, above the transport bound, and the same by the path that checks it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.design import Problem, solve
from bailiwick.design.borders.fixed import Based, with_bases
from bailiwick.design.bounds import cases
from bailiwick.design.bounds.pricing import Bases
from bailiwick.design.bounds.turns import Turns
from bailiwick.design.bounds.undivided import Undivided, bound_undivided, proof_of
from bailiwick.kernels.undivided import knapsack
from bailiwick.review import verify
from bailiwick.review.verify_undivided import Answer, Separation, Split, Told, undivided_bound
from tests.design.conftest import Plane, grid_problem
from tests.design.test_bound import KINDS, every_plan, small
from tests.design.test_exact import exact


def again(based: Based, proof: Undivided, claimed: Sequence[Separation] | None = None, splits: Sequence[Split] | None = None) -> float:
    """The bound by the path of its own. claimed, splits: separations and cases instead of the proof's."""
    problem, count = based.problem, based.problem.territories
    allowed = np.ones((problem.size, count), dtype=np.bool_)
    held = np.flatnonzero(problem.locked >= 0)
    allowed[held] = False
    allowed[held, problem.locked[held]] = True
    today = problem.today
    case = verify.Case(
        np.zeros(problem.size, dtype=np.int32), based.base, based.minutes, problem.load, problem.trips, problem.bands[0][:, 0],
        problem.bands[1][:, 0], problem.indptr, problem.indices, contiguous=problem.contiguous, drive_load=problem.drive_load, allowed=allowed,
        today=None if today is None else today.territory, bonus_hours=None if today is None else today.bonus * today.weight,
        barriers=problem.barriers,
    )  # fmt: skip
    apart = [Separation(t, u, np.array(ways, dtype=np.int64), hours) for t, u, ways, hours in proof.apart] if claimed is None else claimed
    told = [as_told(split) for split in proof.splits] if splits is None else splits
    return undivided_bound(case, proof.price, proof.reach, proof.whole, proof.entrance, apart, told)


def as_told(split: cases.Split) -> Split:
    """Cases as they are verified."""
    place = split.place
    told = (Told(tuple(map(Answer._make, case.answers)), place.inside, case.price, case.reach, case.whole) for case in split.cases)
    return Split(place.members, tuple(told))


@pytest.mark.parametrize("seed", range(16))
def test_bound_below_optimum_above_transport(seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem = grid_problem(5, 4, 3, seed, band=(0.85, 1.15), busy=0.9)
    if problem.load.max() > 1.15:
        pytest.skip("one unit is heavier than the band")
    bases = tuple(int(b) for b in rng.choice(problem.weighted, 3, replace=False))
    fixed = replace(problem, fixed_bases=bases)
    best = exact(fixed, bases)
    found = solve(fixed, seconds=60, seed=1, effort=300_000, iterations=3)
    if not np.isfinite(best) or not found.in_band:
        assert found.undivided is None
        return
    assert found.bound <= found.proven <= best + 1e-6 <= found.objective + 2e-6
    if found.undivided is not None:
        proof = found.undivided
        based = with_bases(fixed, np.array(bases), np.array(found.duals))
        assert again(based, proof) == pytest.approx(proof.bound, rel=1e-6)


@given(seed=st.integers(0, 10_000), shift=st.integers(0, 10_000), kind=st.fixed_dictionaries(KINDS))
@settings(max_examples=100, deadline=None)
def test_no_prices_prove_more_than_the_optimum(seed: int, shift: int, kind: dict) -> None:
    problem = small(seed, **kind)
    plans = every_plan(problem)
    based = with_bases(problem, np.array([0, 1]))
    known = [None, *(np.array(label, dtype=np.int32) for _, label in plans[:1])]  # no plan, and one to tell how far there is to look
    for bases in (Bases(based, 1.0, label) for label in known):
        price = bases.first() * np.random.default_rng(shift).uniform(0.5, 1.5, len(bases.sets))
        found = proof_of(bases, bases.examine(price)[0])
        if plans:
            best = min(cost for cost, _ in plans)
            assert found.bound <= best + 1e-5 * max(1.0, abs(best))
        if np.isfinite(found.bound):
            assert again(based, found) == pytest.approx(found.bound, rel=1e-5, abs=1e-5)


def test_worth_most_behind_a_bridge() -> None:
    """An island with more than a territory's load, whose only bridge is far from the base that could take the rest across the water."""
    problem = grid_problem(9, 6, 4, 3, busy=1.0)
    water = tuple((5 + 9 * y, 6 + 9 * y) for y in range(5))
    fixed = replace(problem, fixed_bases=(7, 4, 1, 1 + 9 * 5), band=(0.9, 1.1), barriers=water)
    found = solve(fixed, seconds=60, seed=1, effort=3_000_000, iterations=1)
    assert found.within_limits
    assert found.undivided is not None
    assert np.isfinite(found.undivided.reach).any()
    based = with_bases(fixed, np.array(found.bases), np.array(found.duals))
    proof = found.undivided
    assert again(based, proof) == pytest.approx(found.proven, rel=1e-6)
    open_water = with_bases(replace(fixed, contiguous=False), np.array(found.bases), np.array(found.duals))
    apart = bound_undivided(open_water, found.territory_of)
    assert found.proven > (found.bound if apart is None else apart.bound) + 0.2 * (found.objective - found.bound)


def hairy(seed: int, width: int = 4, height: int = 3, ends: int = 6) -> Problem:
    """A grid with units that hang on others alone, on the grid or on one another."""
    rng = np.random.default_rng(seed)
    grid = grid_problem(width, height, 3, seed, busy=1.0)
    n = grid.size + ends
    hangs = [int(rng.integers(0, grid.size + i)) for i in range(ends)]
    near = [list(grid.indices[grid.indptr[u] : grid.indptr[u + 1]]) for u in range(grid.size)] + [[] for _ in range(ends)]
    for end, on in enumerate(hangs, grid.size):
        near[end].append(on)
        near[on].append(end)
    points = np.vstack([grid.points, np.zeros((ends, 2))])
    for end, on in enumerate(hangs, grid.size):
        points[end] = points[on] + rng.uniform(-15, 15, 2)
    load = rng.uniform(0.5, 1.5, n)
    indptr = np.concatenate([[0], np.cumsum([len(each) for each in near])]).astype(np.int32)
    indices = np.array([v for each in near for v in each], dtype=np.int32)
    ids = tuple(f"{u:05d}" for u in range(n))
    return Problem(ids, load / load.sum() * 3, load * rng.uniform(1, 5, n), indptr, indices, 3, (0.75, 1.25), Plane(points), points=points)


@pytest.mark.parametrize("seed", range(12))
def test_what_hangs_on_one_unit_goes_with_it_and_the_bound_stays_below_the_optimum(seed: int) -> None:
    problem = hairy(seed)
    base = np.sort(np.random.default_rng(seed).choice(12, 3, replace=False))
    fixed = replace(problem, fixed_bases=tuple(base.tolist()))
    best = exact(fixed, tuple(base.tolist()))
    if not np.isfinite(best):
        pytest.skip("no plan from these bases")
    based = with_bases(fixed, base)
    rng, shown = np.random.default_rng(seed), False
    for label in (None, solve(fixed, seconds=60, seed=1, effort=300_000, iterations=3).territory_of):
        bases = Bases(based, 1.0, label)
        assert len(bases.sets) < problem.size
        for _ in range(5):
            found = proof_of(bases, bases.examine(bases.first() * rng.uniform(0.7, 1.3, len(bases.sets)))[0])
            assert found.bound <= best + 1e-6
            proven = again(based, found)
            assert proven == pytest.approx(found.bound, rel=1e-5)
            shown = shown or again(based, replace(found, entrance=np.arange(problem.size))) < proven - 1e-3
    assert shown  # units one by one prove less at these prices


def test_units_said_to_go_together_that_need_not_are_not_believed() -> None:
    problem = replace(grid_problem(8, 6, 4, 1, busy=0.9), fixed_bases=(0, 3, 41, 27), band=(0.97, 1.03))
    found = solve(problem, seconds=60, seed=1, effort=500_000, iterations=1)
    proof, based = found.undivided, with_bases(problem, np.array(problem.fixed_bases), np.array(found.duals))
    assert proof is not None
    alone = again(based, replace(proof, entrance=np.arange(problem.size)), [])
    wrong = np.arange(problem.size)
    wrong[[1, 2, 10]] = 9  # beside others that do not go with it
    wrong[3] = 4  # a base
    wrong[20], wrong[21] = 21, 22  # one after the other
    assert again(based, replace(proof, entrance=wrong), []) == pytest.approx(alone, rel=1e-9)


def test_a_changed_price_is_found_out() -> None:
    problem = replace(grid_problem(8, 6, 4, 1, busy=0.9), fixed_bases=(0, 3, 41, 27), band=(0.97, 1.03))
    found = solve(problem, seconds=60, seed=1, effort=500_000, iterations=1)
    assert found.undivided is not None
    proof, based = found.undivided, with_bases(problem, np.array(found.bases), np.array(found.duals))
    assert again(based, proof) == pytest.approx(proof.bound, rel=1e-6)
    assert again(based, replace(proof, price=proof.price * 1.2)) < proof.bound * (1 - 1e-4)
    assert again(based, replace(proof, reach=np.full(4, 1e-3))) < proof.bound * (1 - 1e-4)


def test_the_same_again_whatever_came_before() -> None:
    problem = replace(grid_problem(8, 6, 4, 1, busy=0.9), fixed_bases=(0, 3, 41, 27), band=(0.97, 1.03))
    based = with_bases(problem, np.array(problem.fixed_bases))
    label = solve(problem, seconds=60, seed=1, effort=500_000, iterations=1).territory_of
    one, two = bound_undivided(based, label), bound_undivided(based, label)
    assert one is not None
    assert two is not None
    assert one.bound == two.bound
    assert np.array_equal(one.price, two.price)


def remote(seed: int) -> Based:
    """A base far from everything with a heavy unit and few light ones of its own, and a town where three bases share what is near them."""
    rng = np.random.default_rng(seed)
    points = np.vstack([rng.uniform(0, 30, (40, 2)), rng.uniform(0, 10, (120, 2)) + 400.0])
    load = np.concatenate([rng.uniform(0.005, 0.02, 40), rng.uniform(0.01, 0.04, 120)])
    load[1] = 0.45
    load *= 4.0 / load.sum()
    none = np.zeros(len(load) + 1, dtype=np.int32)
    ids = tuple(f"{u:05d}" for u in range(len(load)))
    problem = Problem(
        ids, load, load * 3.0, none, np.empty(0, dtype=np.int32), 4, (0.85, 1.15), Plane(points), points=points, contiguous=False,
        fixed_bases=(0, 50, 80, 110),
    )  # fmt: skip
    return with_bases(problem, np.array(problem.fixed_bases))


@pytest.mark.parametrize("seed", range(6))
def test_who_loses_its_heaviest_unit_finds_what_it_takes_instead_among_what_is_listed(seed: int) -> None:
    """Else it would hold on to that unit at any price, and the prices that climb would fall without end."""
    based = remote(seed)
    bases = Bases(based, 0.0)
    found, listed = bases.examine(bases.first())
    turns = Turns(bases.sets, listed, found.reach, found.whole, bases.slack)
    lost = found.price.copy()
    lost[1] = -1e6
    mine = slice(turns.pointer[0], turns.pointer[1])
    gain, weight = turns.cost[mine] - lost[turns.unit[mine]], turns.weight[mine]
    low, high = float(bases.sets.low[0]), float(bases.sets.high[0])
    among_listed = knapsack(gain, weight, np.ones(len(gain), dtype=np.bool_), low, high, np.inf, 0.0, 400, True, np.empty(len(gain)))[1]
    every = based.cost[:, 0] - lost
    among_all = knapsack(every, bases.sets.load, np.ones(len(every), dtype=np.bool_), low, high, np.inf, 0.0, 400, True, np.empty(len(every)))[1]
    assert np.isfinite(among_all)
    assert among_listed == pytest.approx(among_all, rel=1e-6)
