"""Flows of divisible points: as cheap as the linear programme, proven by their prices, and after a base moved what they are when found anew."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from bailiwick.design.bases.coarse import coarsen
from bailiwick.design.bases.dense import Dense
from bailiwick.design.bases.substituting import flow_of, nearest
from bailiwick.kernels import flows, substituting
from bailiwick.kernels.flows import PARTS, Flow
from tests.design.conftest import grid_problem

SEEDS = st.integers(0, 10_000)
BASES = 5


def dense_of(seed: int, busy: float = 0.8) -> Dense:
    problem = grid_problem(8, 6, BASES, seed, busy=busy)
    return coarsen(problem, problem.size).dense


def flow(dense: Dense, seed: int) -> Flow:
    base = np.random.default_rng(seed).choice(len(dense.trips), BASES, replace=False)
    found = flow_of(dense, base, nearest(dense.travel))
    flows.begin(found)
    return found


def least(of: Flow) -> float:
    """The cost of the cheapest flow, by a linear programme."""
    n, k = len(of.weight), len(of.base)
    cost = of.pace[:, None] * of.travel[:, of.base].astype(np.float64)
    served = np.kron(np.eye(n), np.ones(k))
    held = np.kron(np.ones(n), np.eye(k))
    found = linprog(
        cost.ravel(), A_eq=served, b_eq=of.weight, A_ub=np.vstack([held, -held]), b_ub=np.append(of.high[of.base], -of.low[of.base]), method="highs"
    )
    assert found.success
    return float(found.fun)


def check(of: Flow) -> None:
    """Every point served whole, loads in their bands, the cost and the lists of what bases serve true."""
    part, holder = of.part.reshape(-1, PARTS), of.holder.reshape(-1, PARTS)
    assert np.allclose(np.where(holder >= 0, part, 0.0).sum(axis=1), of.weight, atol=1e-7)
    assert np.all(of.part[of.holder >= 0] > 0)
    load = np.bincount(of.holder[of.holder >= 0], weights=of.part[of.holder >= 0], minlength=len(of.base))
    assert np.allclose(load, of.load, atol=1e-6)
    assert np.all(load >= of.low[of.base] - 1e-6)
    assert np.all(load <= of.high[of.base] + 1e-6)
    unit = np.repeat(np.arange(len(of.weight)), PARTS)
    held = of.holder >= 0
    hours = of.part[held] * of.pace[unit[held]] * of.travel[unit[held], of.base[of.holder[held]]]
    assert of.total[0] == np.float64(hours.sum()) or abs(of.total[0] - hours.sum()) < 1e-6 * hours.sum()
    for b in range(len(of.base)):
        seen, e = [], int(of.head[b])
        while e >= 0:
            seen.append(e)
            e = int(of.after[e])
        assert sorted(seen) == np.flatnonzero(of.holder == b).tolist()


@given(seed=SEEDS, busy=st.sampled_from([0.5, 0.8, 1.0]))
@settings(max_examples=60, deadline=None)
def test_it_costs_what_the_linear_programme_says_and_prices_prove_it(seed: int, busy: float) -> None:
    of = flow(dense_of(seed, busy), seed)
    best = least(of)
    assert flows.proven(of) <= best * (1 + 1e-6)
    assert flows.settled(of)
    check(of)
    assert abs(of.total[0] - best) <= 1e-6 * best
    assert abs(flows.proven(of) - best) <= 1e-6 * best


@given(seed=SEEDS)
@settings(max_examples=60, deadline=None)
def test_a_base_that_moves_leaves_the_flow_that_would_be_found_anew(seed: int) -> None:
    of = flow(dense_of(seed), seed)
    assert flows.settled(of)
    rng = np.random.default_rng(seed + 1)
    for _ in range(12):
        i, place = int(rng.integers(BASES)), int(rng.integers(len(of.weight)))
        if place in of.base:
            continue
        before, was = float(of.total[0]), of.base.copy()
        kept = [of.part.copy(), of.holder.copy(), of.load.copy(), of.price.copy()]
        saved = substituting.substituted(of, i, place, 1e-9)
        check(of)
        assert not of.excess.round(7).any()
        moved = of.base.copy()
        moved[i] = place
        told = flow_of(dense_of(seed), moved, of.around)
        flows.begin(told)
        assert flows.settled(told)
        assert abs((saved if saved > 0 else 0.0) - max(before - told.total[0], 0.0)) <= 1e-6 * before
        if saved == 0.0:
            assert of.base.tolist() == was.tolist()
            assert of.total[0] == before
            for now, then in zip((of.part, of.holder, of.load, of.price), kept, strict=True):
                assert np.array_equal(now, then)
        else:
            assert of.base[i] == place


def test_what_no_flow_can_bring_into_its_bands_is_told() -> None:
    dense = dense_of(3)
    of = flow(dense, 3)
    of.high[:] = 0.9  # five bases, five of load
    of.low[:] = 0.5
    flows.begin(of)
    assert not flows.settled(of)


@given(seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_what_it_says_it_saved_it_saved_and_only_eligible_points_become_bases(seed: int) -> None:
    dense = dense_of(seed)
    of = flow(dense, seed)
    assert flows.settled(of)
    eligible = np.arange(len(of.weight)) % 3 != 0
    taken = np.zeros(len(of.weight), dtype=np.bool_)
    taken[of.base] = True
    before, was = float(of.total[0]), of.base.copy()
    saved = substituting.improve(of, eligible, taken, 0.5, 200, 1e-9, np.array([seed + 1], dtype=np.uint64))
    assert saved >= 0.0
    assert abs(before - saved - of.total[0]) < 1e-6 * before
    assert np.flatnonzero(taken).tolist() == sorted(of.base.tolist())
    assert np.all(eligible[of.base] | np.isin(of.base, was))
    check(of)
    assert abs(of.total[0] - least(of)) <= 1e-6 * before
