"""The search for bases and borders: running sums equal recomputation, answers cost what they say, regions stay whole."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.design.bases.coarse import coarsen
from bailiwick.design.bases.dense import Found, anneal, assess
from bailiwick.kernels.anneal_free import kept_cost, move, region_cost, set_up
from bailiwick.review.scorecard import pieces
from tests.design.conftest import grid_problem

SEEDS = st.integers(0, 10_000)


def world(seed: int, regions: int = 3):
    problem = grid_problem(6, 5, regions, seed, busy=1.0, band=(0.6, 1.4))
    dense = coarsen(problem, problem.size).dense
    label = np.array([min(u % 6 // 2, regions - 1) for u in range(30)], dtype=np.int32)  # strips
    return problem, dense, label


def sums(dense, label):
    n, k = len(label), dense.regions
    member, place, size = np.empty((k, n), np.int32), np.empty(n, np.int32), np.empty(k, np.int32)
    load, served = np.empty(k), np.empty(n)
    set_up(label, dense.travel, dense.trips, dense.weight, member, place, size, load, served)
    return member, place, size, load, served


def plain_cost(dense, members: list[int], penalty: float) -> tuple[float, int]:
    """Cost and base of a region by its definition."""
    load = dense.weight[members].sum()
    best = (np.inf, -1)
    for c in members:
        cost = float((dense.trips[members] * dense.travel[members, c]).sum())
        held = load + dense.drive * cost
        out = max(held - dense.high[c], 0.0, dense.low[c] - held)
        best = min(best, (cost + penalty * out, c))
    return best


@given(seed=SEEDS, moves=st.integers(1, 25))
@settings(max_examples=30, deadline=None)
def test_running_sums_equal_recomputation_after_any_moves(seed: int, moves: int) -> None:
    _, dense, label = world(seed)
    rng = np.random.default_rng(seed)
    state = sums(dense, label)
    for _ in range(moves):
        u, to = int(rng.integers(30)), int(rng.integers(3))
        if label[u] != to and (label == label[u]).sum() > 1:
            move(u, to, dense.travel, dense.trips, dense.weight, label, *state)
    _, _, size, load, served = sums(dense, label)
    assert state[2].tolist() == size.tolist()
    assert state[3] == pytest.approx(load)
    assert state[4] == pytest.approx(served, rel=1e-6)
    for j in range(3):
        assert sorted(state[0][j, : size[j]].tolist()) == np.flatnonzero(label == j).tolist()


@given(seed=SEEDS, unit=st.integers(0, 29))
@settings(max_examples=40, deadline=None)
def test_what_a_move_would_cost_is_what_it_costs(seed: int, unit: int) -> None:
    _, dense, label = world(seed)
    member, _, size, load, served = sums(dense, label)
    a = int(label[unit])
    b = (a + 1) % 3
    penalty = 7.0

    def cost(j: int, add: int, drop: int) -> tuple[float, int]:
        return region_cost(
            j, add, drop, dense.travel, dense.trips, dense.weight, dense.low, dense.high, dense.drive, penalty,
            dense.eligible, dense.pinned, member, size, load, served,
        )  # fmt: skip

    mine, theirs = np.flatnonzero(label == a).tolist(), np.flatnonzero(label == b).tolist()
    assert cost(a, -1, -1)[0] == pytest.approx(plain_cost(dense, mine, penalty)[0], rel=1e-6)
    assert cost(a, -1, unit)[0] == pytest.approx(plain_cost(dense, [u for u in mine if u != unit], penalty)[0], rel=1e-6)
    assert cost(b, unit, -1)[0] == pytest.approx(plain_cost(dense, [*theirs, unit], penalty)[0], rel=1e-6)


@given(seed=SEEDS, unit=st.integers(0, 29), back=st.integers(0, 29))
@settings(max_examples=40, deadline=None)
def test_a_region_that_keeps_its_base_costs_what_that_base_costs(seed: int, unit: int, back: int) -> None:
    _, dense, label = world(seed)
    _, _, _, load, served = sums(dense, label)
    j = int(label[back])
    mine = np.flatnonzero(label == j).tolist()
    base = mine[seed % len(mine)]
    if label[unit] == j or back == base:
        return
    penalty = 7.0
    after = [*[u for u in mine if u != back], unit]
    cost = float((dense.trips[after] * dense.travel[after, base]).sum())
    held = dense.weight[after].sum() + dense.drive * cost
    wanted = cost + penalty * max(held - dense.high[base], 0.0, dense.low[base] - held)
    got = kept_cost(base, unit, back, dense.travel, dense.trips, dense.weight, dense.low, dense.high, dense.drive, penalty, load[j], served)
    assert got == pytest.approx(wanted, rel=1e-5)


@given(seed=SEEDS)
@settings(max_examples=12, deadline=None)
def test_an_annealing_returns_whole_regions_that_cost_what_it_says(seed: int) -> None:
    problem, dense, label = world(seed)
    state = np.array([seed + 1], dtype=np.uint64)
    found = anneal(dense, label.copy(), Found(label, np.inf), state, 20_000, 5.0, 1.0, 0.02)
    if not found.within:
        return
    cost, base, out = assess(dense, found.label)
    assert out.max() <= 1e-9
    assert found.cost == pytest.approx(cost.sum(), rel=1e-6)
    assert np.all(found.label[base] == np.arange(3))
    assert pieces(found.label, 3, *problem.neighbours).tolist() == [1] * 3
    by_hand = sum(plain_cost(dense, np.flatnonzero(found.label == j).tolist(), 0.0)[0] for j in range(3))
    assert cost.sum() >= by_hand - 1e-6


def test_frozen_points_stay() -> None:
    _, dense, label = world(3)
    frozen = np.zeros(30, dtype=bool)
    frozen[[0, 14, 29]] = True
    found = anneal(
        replace(dense, frozen=frozen), label.copy(), Found(label, np.inf), np.array([5], dtype=np.uint64), 30_000, 5.0, 1.0, 0.02
    )
    assert found.within
    assert found.label[frozen].tolist() == label[frozen].tolist()
