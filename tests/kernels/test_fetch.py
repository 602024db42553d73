"""What a territory fetches from afar, beside the plain definition; and that a plan is never the worse for it."""

from dataclasses import replace
from heapq import heappop, heappush

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.design.borders.fixed import Settling, joined, with_bases
from bailiwick.design.borders.local import Local
from bailiwick.design.problem import Today
from bailiwick.kernels.fetch import PATH_WORTH, STEP, WORTH, fetch, fetched, hopes
from bailiwick.kernels.neighbourhood import Country
from bailiwick.review.scorecard import pieces
from tests.design.conftest import grid_problem

WIDE, HIGH, COUNT = 16, 10, 12


def country_of(seed: int, locked: bool = False) -> tuple[Settling, Country, np.ndarray]:
    """A map, and a plan on it that no prices have drawn: each unit with its nearest base."""
    rng = np.random.default_rng(seed)
    problem = grid_problem(WIDE, HIGH, COUNT, seed, busy=0.6)
    base = np.sort(rng.choice(problem.size, COUNT, replace=False))
    fixed = replace(problem, fixed_bases=tuple(base.tolist()))
    based = with_bases(fixed, base)
    label = based.minutes.argmin(axis=0).astype(np.int32)
    label[base] = np.arange(COUNT)
    label = joined(based, label)
    if locked:
        held = rng.choice(np.setdiff1d(np.arange(problem.size), base), 5, replace=False)
        based = with_bases(replace(fixed, locks=tuple((int(u), int(label[u])) for u in held)), base)
    settling = Settling(based, label, np.array([seed + 1], dtype=np.uint64))
    settling.assess_best()
    return settling, Local(settling).country, settling.best_label


def is_no_worse(settling: Settling, was: np.ndarray, took: int, saved: np.ndarray, slot: np.ndarray, at: np.ndarray) -> None:
    """What every change that was tried leaves behind. was: the labels before it."""
    before, label = tuple(settling.best), settling.best_label
    settling.assess_best()
    assert (slot == -1).all()
    assert (at == -1).all()
    assert took > 0
    assert tuple(settling.best) <= (before[0] + 1e-12, before[1] + 1e-9)
    assert saved == pytest.approx(np.subtract(before, settling.best), abs=1e-6)
    assert bool(saved.any()) == bool((label != was).any())
    assert pieces(label, COUNT, *settling.problem.neighbours).tolist() == [1] * COUNT
    assert label[settling.based.base].tolist() == list(range(COUNT))
    assert all(label[u] == t for u, t in settling.problem.locks)


def plainly(country: Country, label: np.ndarray, region: int, own: np.ndarray) -> list[int]:
    """The same by its definition: again and again the cheapest path to what it saves most by."""
    ground, n = country.ground, len(label)
    mean = sum(float(ground.cost[u, label[u]]) for u in range(n)) / COUNT
    gain = [float(country.priced[u, label[u]]) - float(country.priced[u, region]) for u in range(n)]
    toll = [max(-each, 0.0) + STEP * country.unit for each in gain]
    inside, taken, saved = set(np.flatnonzero(label == region).tolist()), [], 0.0
    closed = {u for u in range(n) if u not in inside and (not own[label[u]] or ground.frozen[u])}
    while True:
        far, before = dict.fromkeys(inside, 0.0), {}
        heap = [(0.0, u) for u in inside]
        while heap:
            cost, u = heappop(heap)
            for v in ground.indices[ground.indptr[u] : ground.indptr[u + 1]].tolist():
                if v not in closed and cost + toll[v] < far.get(v, np.inf):
                    far[v], before[v] = cost + toll[v], u
                    heappush(heap, (far[v], v))
        worth = {u: gain[u] + toll[u] - far[u] for u in far if u not in inside}
        end = max(worth, key=lambda u: (worth[u], -u), default=-1)
        if end < 0 or worth[end] <= PATH_WORTH * mean:
            return sorted(taken) if saved >= WORTH * mean else []
        saved += worth[end]
        while end not in inside:
            taken.append(end)
            inside.add(end)
            end = before[end]


@given(st.integers(0, 10_000), st.integers(0, COUNT - 1), st.booleans(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_what_is_fetched_is_what_saves_most_over_the_cheapest_ways(seed: int, region: int, locked: bool, part: bool) -> None:
    _, country, label = country_of(seed, locked)
    own = np.random.default_rng(seed).random(COUNT) < (0.6 if part else 2.0)
    own[region] = True
    found, plain = fetched(country, label, region, own).tolist(), plainly(country, label, region, own)

    def saved(units: list[int]) -> float:
        return float(sum(country.priced[u, label[u]] - country.priced[u, region] for u in units))

    assert len(set(found)) == len(found)
    assert all(own[label[u]] and not country.ground.frozen[u] and label[u] != region for u in found)
    assert saved(found) == pytest.approx(saved(plain), rel=1e-4)  # of equal ways either
    if found:
        label = label.copy()
        label[found] = region
        members = label == region
        assert pieces(np.where(members, 0, 1), 2, country.ground.indptr, country.ground.indices)[0] == 1


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_what_is_hoped_for_is_what_is_fetched_and_from_whom(seed: int) -> None:
    _, country, label = country_of(seed)
    own, hope, giver = np.ones(COUNT, dtype=np.bool_), np.full(COUNT, -1.0), np.full(COUNT, -1, dtype=np.int32)
    hopes(country, label, np.arange(1, COUNT, dtype=np.int32), own, hope, giver)
    assert (hope[0], giver[0]) == (-1.0, -1)  # not asked
    for region in range(1, COUNT):
        taken = fetched(country, label, region, own)
        gain = country.priced[taken, label[taken]].astype(np.float64) - country.priced[taken, region]
        by_giver = np.bincount(label[taken], weights=gain, minlength=COUNT)
        assert hope[region] == pytest.approx(gain.sum(), abs=1e-6)
        if len(taken):
            assert by_giver[giver[region]] == pytest.approx(by_giver[np.unique(label[taken])].max())
        else:
            assert giver[region] == region


@given(st.integers(0, 10_000), st.booleans())
@settings(max_examples=25, deadline=None)
def test_a_plan_is_never_the_worse_for_it_and_stays_whole(seed: int, locked: bool) -> None:
    settling, country, label = country_of(seed, locked)
    own, slot, at = np.ones(COUNT, dtype=np.bool_), np.full(COUNT, -1, dtype=np.int32), np.full(len(label), -1, dtype=np.int32)
    state = np.array([seed + 3], dtype=np.uint64)
    for region in range(COUNT):
        was = label.copy()
        took, saved = fetch(country, label, region, own, slot, at, 1, state)
        is_no_worse(settling, was, took, saved, slot, at)


def test_where_regions_were_drawn_without_prices_it_finds_much() -> None:
    gained = []
    for seed in range(6):
        settling, country, label = country_of(seed)
        slot, at = np.full(COUNT, -1, dtype=np.int32), np.full(len(label), -1, dtype=np.int32)
        outside = settling.best[0]
        for region in range(COUNT):
            fetch(country, label, region, np.ones(COUNT, dtype=np.bool_), slot, at, 1, np.array([seed], dtype=np.uint64))
        settling.assess_best()
        gained.append(outside - settling.best[0])
    assert min(gained) >= 0
    assert max(gained) > 0.1


def test_a_territory_that_may_not_change_is_left_alone() -> None:
    settling, country, label = country_of(4)
    own, was = np.arange(COUNT) < 7, label.copy()
    slot, at = np.full(COUNT, -1, dtype=np.int32), np.full(len(label), -1, dtype=np.int32)
    for region in range(7):
        fetch(country, label, region, own, slot, at, 1, np.array([9], dtype=np.uint64))
    changed = label != was
    assert changed.any()
    assert own[was[changed]].all()
    assert own[label[changed]].all()
    assert settling.problem.size == len(label)


@pytest.mark.parametrize("limit", [0.0, 0.02])
def test_fetching_keeps_the_limit_on_disruption(limit: float) -> None:
    settling, _, label = country_of(2)
    weight = settling.problem.trips.copy()
    today = Today(label.copy(), weight, limit=limit * float(weight.sum()))
    again = Settling(replace(settling.based, problem=replace(settling.problem, today=today)), label, np.array([3], dtype=np.uint64))
    again.assess_best()
    slot, at = np.full(COUNT, -1, dtype=np.int32), np.full(len(label), -1, dtype=np.int32)
    country = Local(again).country
    for region in range(COUNT):
        fetch(country, again.best_label, region, np.ones(COUNT, dtype=np.bool_), slot, at, 1, np.array([5], dtype=np.uint64))
    assert float(weight[again.best_label != today.territory].sum()) <= today.limit + 1e-9
