"""Neighbourhoods in one kernel: sums kept true, plans whole and within their bands, what it says it gained is what it gained."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.design.bases.coarse import coarsen
from bailiwick.design.bases.dense import Dense, Found, anneal, assess, costs
from bailiwick.design.problem import Ties
from bailiwick.kernels import nearby
from bailiwick.kernels.anneal_free import ADRIFT
from bailiwick.review.scorecard import pieces
from tests.design.conftest import grid_problem

SEEDS = st.integers(0, 10_000)


def world(seed: int, *, contiguous: bool = True, ties: bool = False):
    problem = grid_problem(8, 6, 6, seed, busy=1.0, band=(0.5, 1.5))
    if ties:
        pairs = np.array([[u, u + 1] for u in range(0, 40, 3)], dtype=np.int64)
        problem = replace(problem, ties=Ties(pairs, np.full(len(pairs), 2.0)))
    if not contiguous:
        problem = replace(problem, contiguous=False)
    coarse = coarsen(problem, problem.size)
    return problem, coarse.dense


def feasible(dense: Dense, seed: int) -> Found:
    """A plan within the bands, badly annealed."""
    label = np.array([u % 8 // 3 + 3 * (u // 24) for u in range(48)], dtype=np.int32)
    return anneal(dense, label, Found(label, np.inf), np.array([seed + 1], dtype=np.uint64), 20_000, 5.0, 3.0, 0.5)


def arrays(dense: Dense) -> nearby.World:
    return nearby.World(**dense.__dict__)


def total(dense: Dense, label) -> float:
    """Cost by its definition, cut ties included."""
    row = np.repeat(np.arange(len(label)), np.diff(dense.tie_ptr))
    cut = dense.tie_cost[label[row] != label[dense.tie_to]].sum() / 2
    return float(assess(dense, label)[0].sum() + cut)


@given(seed=SEEDS, contiguous=st.booleans(), ties=st.booleans())
@settings(max_examples=25, deadline=None)
def test_what_it_gained_is_what_the_plan_gained(seed: int, contiguous: bool, ties: bool) -> None:
    problem, dense = world(seed, contiguous=contiguous, ties=ties)
    found = feasible(dense, seed)
    if not np.isfinite(found.cost):
        return
    label = found.label.copy()
    cost, base, _ = assess(dense, label)
    before = total(dense, label)
    gained = nearby.improve(arrays(dense), label, cost, base, 4, 100, 0.5, 60_000, np.array([seed + 1], dtype=np.uint64))
    now, now_base, out = assess(dense, label)
    assert out.max() <= 1e-9
    assert gained >= 0.0
    assert before - total(dense, label) == pytest.approx(gained, rel=1e-5, abs=1e-5)
    assert cost == pytest.approx(now, rel=1e-6)
    assert label[base].tolist() == list(range(6))
    assert now_base.tolist() == base.tolist() or cost == pytest.approx(now)
    if contiguous:
        assert pieces(label, 6, *problem.neighbours).tolist() == [1] * 6


@given(seed=SEEDS)
@settings(max_examples=25, deadline=None)
def test_the_best_base_is_that_of_a_plain_search(seed: int) -> None:
    _, dense = world(seed)
    rng = np.random.default_rng(seed)
    members = rng.choice(48, int(rng.integers(1, 12)), replace=False).astype(np.int32)
    cost, base = nearby.best_base(members, arrays(dense), -1)
    load = dense.weight[members].sum()
    by_hand = []
    for c in members[dense.eligible[members]]:
        outside = max(load - dense.high[c], dense.low[c] - load, 0.0)
        fine = ADRIFT * (1.0 + outside) if outside > 1e-9 else 0.0
        by_hand.append(float((dense.trips[members] * dense.travel[c, members]).sum()) + fine)
    assert cost == pytest.approx(min(by_hand, default=np.inf), rel=1e-6)
    assert (base < 0) == (not by_hand)


@given(seed=SEEDS)
@settings(max_examples=25, deadline=None)
def test_losses_and_gains_of_a_substitution_are_those_of_nearest_bases(seed: int) -> None:
    _, dense = world(seed, contiguous=False)
    rng = np.random.default_rng(seed)
    base = rng.choice(48, 6, replace=False).astype(np.int32)
    label = rng.integers(0, 6, 48).astype(np.int32)
    j, c = int(rng.integers(6)), int(rng.integers(48))
    travel, trips = dense.travel.astype(np.float64), dense.trips
    own = travel[np.arange(48), base[label]]
    others = np.delete(travel[:, base], j, axis=1).min(axis=1)
    lost = float((trips * (others - own))[label == j].sum())
    won = float((trips * np.maximum(own - travel[:, c], 0.0)).sum())
    assert nearby.lost_without(j, label, base, arrays(dense)) == pytest.approx(lost, rel=1e-5, abs=1e-6)
    assert nearby.won_with(c, label, base, arrays(dense)) == pytest.approx(won, rel=1e-5, abs=1e-6)


@given(seed=SEEDS, count=st.integers(1, 20))
@settings(max_examples=25, deadline=None)
def test_rows_among_are_the_neighbours_that_were_kept(seed: int, count: int) -> None:
    _, dense = world(seed)
    points = np.random.default_rng(seed).choice(48, count, replace=False).astype(np.int32)
    at = np.full(48, -1, dtype=np.int32)
    at[points] = np.arange(count)
    ptr, to, entry = nearby.rows_among(points, at, dense.indptr, dense.indices)
    for i, u in enumerate(points.tolist()):
        near = dense.indices[dense.indptr[u] : dense.indptr[u + 1]]
        assert to[ptr[i] : ptr[i + 1]].tolist() == [at[v] for v in near.tolist() if at[v] >= 0]
        assert dense.indices[entry[ptr[i] : ptr[i + 1]]].tolist() == [v for v in near.tolist() if at[v] >= 0]


def test_given_bases_and_held_points_stay() -> None:
    _, dense = world(4, contiguous=False)
    found = feasible(dense, 4)
    frozen = np.zeros(48, dtype=bool)
    frozen[[0, 20, 47]] = True
    pinned = np.full(6, -1, dtype=np.int32)
    pinned[2] = int(assess(dense, found.label)[1][2])
    held = replace(dense, frozen=frozen, pinned=pinned)
    label = found.label.copy()
    cost, base, _ = assess(held, label)
    nearby.improve(arrays(held), label, cost, base, 4, 200, 0.0, 200_000, np.array([9], dtype=np.uint64))
    assert label[frozen].tolist() == found.label[frozen].tolist()
    assert base[2] == pinned[2] == assess(held, label)[1][2]


@pytest.mark.parametrize("seed", range(6))
def test_neighbourhoods_bring_regions_back_into_their_bands(seed: int) -> None:
    _, dense = world(seed)
    label = (np.arange(48) // 8).astype(np.int32)
    label[40:46] = 4  # a row of the grid each, but for one that holds two units and its neighbour the rest
    cost, base = costs(dense, label)
    assert (cost >= ADRIFT).any()
    gained = nearby.improve(arrays(dense), label, cost, base, 6, 400, 0.0, 200_000, np.array([seed + 1], dtype=np.uint64))
    after, _ = costs(dense, label)
    assert gained > 0.0
    assert (after < ADRIFT).all()
    assert cost == pytest.approx(after)


@given(seed=SEEDS, rich=st.booleans())
@settings(max_examples=25, deadline=None)
def test_a_region_out_of_its_band_is_found_with_a_unit_of_it_where_it_holds_too_much(seed: int, rich: bool) -> None:
    _, dense = world(seed, contiguous=False)
    label = np.array([u % 8 // 3 + 3 * (u // 24) for u in range(48)], dtype=np.int32)
    load = np.bincount(label, weights=dense.weight, minlength=6)
    odd = int(np.argmax(load) if rich else np.argmin(load))
    edge = np.full(48, 0.999 * load[odd] if rich else 1.001 * load[odd])
    wide = np.full(48, -1.0 if rich else np.inf)
    narrow = replace(dense, low=wide, high=edge) if rich else replace(dense, low=edge, high=wide)
    cost = costs(narrow, label)[0]
    assert np.flatnonzero(cost >= ADRIFT).tolist() == [odd]
    poor, unit = nearby._adrift(label, cost, arrays(narrow), np.array([seed + 1], dtype=np.uint64))
    assert (poor, label[unit] if unit >= 0 else -1) == ((-1, odd) if rich else (odd, -1))
    assert nearby._adrift(label, np.minimum(cost, 1.0), arrays(narrow), np.array([seed + 1], dtype=np.uint64)) == (-1, -1)


def test_a_place_with_too_few_bases_and_far_from_all_others_gets_another() -> None:
    rng = np.random.default_rng(4)
    _, dense = world(1, contiguous=False)
    town = np.repeat([0.0, 5_000.0], 24)
    at = town[:, None] + rng.uniform(0, 30, (48, 2))
    travel = np.linalg.norm(at[:, None] - at[None, :], axis=2).astype(np.float32)
    dense = replace(dense, travel=travel, weight=np.full(48, 1 / 8), low=np.full(48, 0.8), high=np.full(48, 1.2))
    label = np.where(town == 0.0, np.arange(48) % 2, 2 + np.arange(48) % 4).astype(np.int32)  # two regions where three belong, four where three do
    cost, base = costs(dense, label)
    assert np.count_nonzero(cost >= ADRIFT) == 6
    nearby.improve(arrays(dense), label, cost, base, 6, 200, 0.5, 400_000, np.array([5], dtype=np.uint64))
    assert not np.any(assess(dense, label)[2] > 1e-9)
    assert len(np.unique(label[:24])) == len(np.unique(label[24:])) == 3
