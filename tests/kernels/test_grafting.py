"""Grafts: what is guessed is what the graft would save, what is gained is what the plan gains, and what is held stays."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bailiwick.design.bases.coarse import coarsen
from bailiwick.design.bases.dense import Dense, Found, anneal, costs
from bailiwick.design.problem import Ties
from bailiwick.kernels import grafting
from bailiwick.kernels.nearby import World
from bailiwick.review.scorecard import pieces
from tests.design.conftest import grid_problem

SEEDS = st.integers(0, 10_000)
REGIONS = 6


def made(seed: int, *, contiguous: bool = True, ties: bool = False):
    problem = replace(grid_problem(8, 6, REGIONS, seed, busy=1.0, band=(0.5, 1.5)), contiguous=contiguous)
    if ties:
        pairs = np.array([[u, u + 1] for u in range(0, 40, 3)], dtype=np.int64)
        problem = replace(problem, ties=Ties(pairs, np.full(len(pairs), 2.0)))
    return problem, coarsen(problem, problem.size).dense


def plan(dense: Dense, seed: int) -> grafting.Plan:
    """A plan, badly annealed from columns."""
    label = np.array([u % 8 // 3 + 3 * (u // 24) for u in range(48)], dtype=np.int32)
    found = anneal(dense, label, Found(label, np.inf), np.array([seed + 1], dtype=np.uint64), 5_000, 5.0, 3.0, 0.5)
    cost, base = costs(dense, found.label)
    return grafting.Plan(found.label.copy(), base, cost)


def total(dense: Dense, label) -> float:
    """Cost by its definition, cut ties and fines included."""
    row = np.repeat(np.arange(len(label)), np.diff(dense.tie_ptr))
    cut = dense.tie_cost[label[row] != label[dense.tie_to]].sum() / 2
    return float(costs(dense, label)[0].sum() + cut)


def nobody() -> np.ndarray:
    return np.zeros(REGIONS, dtype=np.bool_)


@given(seed=SEEDS, contiguous=st.booleans(), ties=st.booleans(), size=st.integers(1, 3), centre=st.integers(0, REGIONS - 1))
@settings(max_examples=60, deadline=None)
def test_what_a_graft_gains_is_what_the_plan_gains(seed: int, contiguous: bool, ties: bool, size: int, centre: int) -> None:
    problem, dense = made(seed, contiguous=contiguous, ties=ties)
    host, donor = plan(dense, seed), plan(dense, seed + 1)
    before, given_away = host.label.copy(), donor.label.copy()
    gained, _ = grafting.graft(host, donor, nobody(), centre, size, 100, 0.2, World(**dense.__dict__), np.array([seed + 1], dtype=np.uint64))
    assert gained >= 0.0
    assert total(dense, before) - total(dense, host.label) == pytest.approx(gained, rel=1e-5, abs=1e-5)
    assert host.cost == pytest.approx(costs(dense, host.label)[0], rel=1e-6)
    assert host.label[host.base].tolist() == list(range(REGIONS))
    assert donor.label.tolist() == given_away.tolist()
    if gained == 0.0:
        assert host.label.tolist() == before.tolist()
    if contiguous:
        assert pieces(host.label, REGIONS, *problem.neighbours).tolist() == [1] * REGIONS


def saved_by_hand(dense: Dense, host: grafting.Plan, donor: grafting.Plan, taken, given, price: float) -> float:
    """The host with the donor's regions put in, every point that neither covers at the nearest base, counted anew."""

    def cost(label, base) -> float:
        out = 0.0
        for j in range(REGIONS):
            mine = np.flatnonzero(label == j)
            served = float((dense.trips[mine] * dense.travel[mine, base[j]]).sum())
            load = dense.weight[mine].sum() + dense.drive * served
            out += served + price * (max(load - dense.high[base[j]], 0.0) + max(dense.low[base[j]] - load, 0.0))
        return out

    slot = dict(zip(given.tolist(), taken.tolist(), strict=True))
    base = host.base.copy()
    for h, j in slot.items():
        base[j] = donor.base[h]
    label = host.label.copy()
    stays, comes = np.setdiff1d(np.arange(REGIONS), taken), np.sort(given)
    for u in range(len(label)):
        if int(donor.label[u]) in slot:
            label[u] = slot[int(donor.label[u])]
        elif label[u] in taken:  # of equally near bases one of the host's, the first of them
            j, h = stays[np.argmin(dense.travel[u, base[stays]])], comes[np.argmin(dense.travel[u, donor.base[comes]])]
            label[u] = slot[int(h)] if dense.travel[u, donor.base[h]] < dense.travel[u, base[j]] else j
    return cost(host.label, host.base) - cost(label, base)


@given(seed=SEEDS)
@settings(max_examples=40, deadline=None)
def test_guesses_are_what_the_grafts_would_save(seed: int) -> None:
    _, dense = made(seed)
    host, donor, world = plan(dense, seed), plan(dense, seed + 1), World(**dense.__dict__)
    sizes = np.array([1, 2, 3], dtype=np.int64)
    guessed = grafting.guesses(host, donor, nobody(), sizes, 7.0, world)
    common = grafting.shared(host.label, donor.label, dense.weight, REGIONS)
    for centre in range(REGIONS):
        for i, size in enumerate(sizes.tolist()):
            taken = grafting.around(centre, host.base, nobody(), world)[:size]
            given = grafting.counterparts(common[taken].sum(axis=0), common.sum(axis=0), nobody(), size)
            if len(given) < size:
                assert guessed[centre, i] == -np.inf
            else:
                by_hand = saved_by_hand(dense, host, donor, taken, given, 7.0)
                assert guessed[centre, i] == pytest.approx(by_hand, rel=1e-4, abs=1e-3)


@given(seed=SEEDS, size=st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_counterparts_lie_most_within_what_is_taken(seed: int, size: int) -> None:
    _, dense = made(seed)
    host, donor = plan(dense, seed), plan(dense, seed + 1)
    common = grafting.shared(host.label, donor.label, dense.weight, REGIONS)
    taken = grafting.around(seed % REGIONS, host.base, nobody(), World(**dense.__dict__))[:size]
    within = np.isin(host.label, taken)
    share = [dense.weight[within & (donor.label == h)].sum() / dense.weight[donor.label == h].sum() for h in range(REGIONS)]
    given = grafting.counterparts(common[taken].sum(axis=0), common.sum(axis=0), nobody(), size)
    assert [share[h] for h in given] == pytest.approx(sorted(share, reverse=True)[: len(given)], abs=1e-6)


@given(seed=SEEDS, size=st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_only_the_seam_is_annealed(seed: int, size: int) -> None:
    """A region that is neither annealed nor the host's is one of the donor's, whole."""
    _, dense = made(seed, contiguous=False)
    host, donor, world = plan(dense, seed), plan(dense, seed + 1), World(**dense.__dict__)
    common = grafting.shared(host.label, donor.label, dense.weight, REGIONS)
    taken = grafting.around(seed % REGIONS, host.base, nobody(), world)[:size]
    given = grafting.counterparts(common[taken].sum(axis=0), common.sum(axis=0), nobody(), size)
    assume(len(given) == size)
    label, base = np.empty_like(host.label), np.empty_like(host.base)
    grafting.put_in(host, donor, taken, given, world, label, base)
    changed, wide = grafting.seam(host, donor, taken, given, label, world)
    theirs = {frozenset(np.flatnonzero(donor.label == h).tolist()) for h in range(REGIONS)}
    for j in range(REGIONS):
        points = frozenset(np.flatnonzero(label == j).tolist())
        assert changed[j] == (points != frozenset(np.flatnonzero(host.label == j).tolist()))
        if changed[j] and not wide[j]:
            assert points in theirs


@given(seed=SEEDS, centre=st.integers(0, REGIONS - 1))
@settings(max_examples=25, deadline=None)
def test_what_is_held_keeps_its_base_and_its_frozen_points(seed: int, centre: int) -> None:
    _, dense = made(seed)
    host = plan(dense, seed)
    pinned = np.full(REGIONS, -1, dtype=np.int32)
    pinned[0] = host.base[0]
    frozen = np.zeros(48, dtype=np.bool_)
    frozen[np.flatnonzero(host.label == 1)[:2]] = True
    dense = replace(dense, pinned=pinned, frozen=frozen)
    donor = plan(replace(dense, frozen=np.zeros(48, dtype=np.bool_), pinned=np.full(REGIONS, -1, dtype=np.int32)), seed + 1)
    held = pinned >= 0
    held[1] = True
    assume(not held[centre])
    before = host.label.copy()
    grafting.graft(host, donor, held, centre, 2, 100, 0.2, World(**dense.__dict__), np.array([seed + 1], dtype=np.uint64))
    assert host.base[0] == pinned[0]
    assert host.label[frozen].tolist() == before[frozen].tolist()


def spoiled(label: np.ndarray, a: int, b: int) -> np.ndarray:
    """Every second point of two regions given to the other one."""
    out = label.copy()
    both = np.flatnonzero((label == a) | (label == b))
    out[both] = np.where(np.arange(len(both)) % 2, a, b)
    return out


def test_a_plan_takes_what_another_has_better() -> None:
    """Two plans that are each spoiled elsewhere: one graft makes one of them whole, and better than both."""
    _, dense = made(3, contiguous=False)
    good, world = plan(dense, 3), World(**dense.__dict__)
    a, b = grafting.around(0, good.base, nobody(), world)[:2]
    c, d = grafting.around(0, good.base, nobody(), world)[-2:]
    host, donor = (
        grafting.Plan(label, base, cost) for label in (spoiled(good.label, a, b), spoiled(good.label, c, d)) for cost, base in [costs(dense, label)]
    )
    before, worse = host.cost.sum(), donor.cost.sum()
    for centre in range(REGIONS):
        grafting.graft(host, donor, nobody(), centre, 2, 1, 0.001, world, np.array([5], dtype=np.uint64))
    assert min(before, worse) > good.cost.sum() + 1.0
    assert host.cost.sum() <= good.cost.sum() + 1e-6
