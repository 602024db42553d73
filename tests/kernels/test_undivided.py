"""Knapsacks of whole pieces and ways over neighbours, against plain definitions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from bailiwick.kernels import undivided as kernel

LOW, HIGH = 0.85, 1.15


def pieces(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Gains and weights, some of them heavy, some alike, one perhaps of no weight."""
    rng = np.random.default_rng(seed)
    m = int(rng.integers(3, 30))
    weight = rng.random(m) ** 3 * 0.5 + 0.001
    gain = rng.normal(size=m) * weight + rng.normal(size=m) * 0.05
    if seed % 3 == 0:
        weight[rng.integers(m)] = 0.0
    if seed % 5 == 0:
        gain[: m // 2], weight[: m // 2] = gain[0], weight[0]
    return gain, weight


def least(gain: np.ndarray, weight: np.ndarray, heavy: float) -> float:
    """By HiGHS; infinite where nothing fits."""
    limits = LinearConstraint(weight[None, :], LOW, HIGH)
    found = milp(gain, constraints=limits, bounds=Bounds(0, 1), integrality=(weight >= heavy) * 1, options={"mip_rel_gap": 0.0})
    return float(found.fun) if found.status == 0 else np.inf


@given(seed=st.integers(0, 100_000), heavy=st.sampled_from([0.0, 0.02, 0.1, 2.0]))
@settings(max_examples=150, deadline=None)
def test_least_filling_of_whole_pieces(seed: int, heavy: float) -> None:
    gain, weight = pieces(seed)
    share = np.empty(len(gain))
    value, loose, _, enough = kernel.knapsack(gain, weight, np.ones(len(gain), np.bool_), LOW, HIGH, heavy, 0.0, 1_000_000, True, share)
    best = least(gain, weight, heavy)
    if not np.isfinite(best):
        assert value == np.inf
        return
    assert enough
    assert value == pytest.approx(best, abs=1e-6)
    assert loose <= value + 1e-9
    assert gain @ share == pytest.approx(value, abs=1e-9)
    assert LOW - 1e-9 <= weight @ share <= HIGH + 1e-9
    cut = (share > 1e-9) & (share < 1 - 1e-9)
    assert np.all(weight[cut] < heavy)


@given(seed=st.integers(0, 100_000), most=st.integers(1, 5))
@settings(max_examples=100, deadline=None)
def test_few_branches_never_say_too_much(seed: int, most: int) -> None:
    gain, weight = pieces(seed)
    share = np.empty(len(gain))
    for exact in (True, False):
        value, _, _, _ = kernel.knapsack(gain, weight, np.ones(len(gain), np.bool_), LOW, HIGH, 0.02, 1e-3, most, exact, share)
        assert value <= least(gain, weight, 0.0) + 1e-6


@given(seed=st.integers(0, 100_000))
@settings(max_examples=50, deadline=None)
def test_ways_as_dijkstra_finds_them(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, most = 40, 5.0
    joined = rng.random((n, n)) < 0.08
    joined |= joined.T
    np.fill_diagonal(joined, False)
    toll = np.where(rng.random(n) < 0.3, 0.0, rng.random(n) * 2)
    indptr = np.concatenate([[0], np.cumsum(joined.sum(axis=1))]).astype(np.int32)
    indices = np.nonzero(joined)[1].astype(np.int32)
    cost = np.empty(n)
    kernel.reached(0, toll, indptr, indices, most, cost)
    plain = dijkstra(csr_array((toll[indices] + 1e-15, indices, indptr), shape=(n, n)), indices=0)
    assert np.allclose(cost, np.minimum(plain, most), atol=1e-9)
