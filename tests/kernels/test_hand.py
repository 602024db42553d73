"""What is heavy goes over to another territory: by the cheapest way, and only where a plan is the better for it."""

from heapq import heappop, heappush

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.kernels.chance import generator
from bailiwick.kernels.hand import LONGEST, STEP, around, hand_over, way
from bailiwick.kernels.neighbourhood import Country
from tests.kernels.test_fetch import COUNT, country_of, is_no_worse


def tolls(country: Country, label: np.ndarray, region: int) -> list[float]:
    """What each unit on the way costs: hours at the prices of load, and a little; infinite where it stays."""
    priced, n = country.priced.astype(float), len(label)
    toll = [max(priced[u, region] - priced[u, label[u]], 0.0) + STEP * country.unit for u in range(n)]
    return [np.inf if country.ground.frozen[u] else toll[u] for u in range(n)]


def plainly(country: Country, label: np.ndarray, member: list[int], region: int) -> float:
    """Least toll between ``region`` and a member, those themselves free; infinite where that is too far."""
    ground, toll = country.ground, tolls(country, label, region)
    if any(np.isinf(toll[u]) for u in member):
        return np.inf
    limit = LONGEST * sum(float(ground.cost[u, label[u]]) for u in range(len(label))) / COUNT
    far = {u: 0.0 for u in np.flatnonzero(label == region).tolist()}
    heap = [(0.0, u) for u in far]
    while heap:
        cost, u = heappop(heap)
        for v in ground.indices[ground.indptr[u] : ground.indptr[u + 1]].tolist():
            further = cost + (0.0 if v in member else toll[v])
            if further < min(far.get(v, np.inf), limit):
                far[v] = further
                heappush(heap, (further, v))
    return min(far.get(u, np.inf) for u in member)


@given(st.integers(0, 10_000), st.data())
@settings(max_examples=40, deadline=None)
def test_the_way_is_the_cheapest(seed: int, data: st.DataObject) -> None:
    _, country, label = country_of(seed, locked=True)
    region = data.draw(st.integers(0, COUNT - 1))
    member = sorted(data.draw(st.sets(st.sampled_from(np.flatnonzero(label != region).tolist()), min_size=1, max_size=4)))
    path = way(country, label, np.array(member, dtype=np.int32), region)
    cheapest = plainly(country, label, member, region)
    assert (len(path) == 0) == np.isinf(cheapest)
    if len(path):
        toll = tolls(country, label, region)
        assert path[0] in member
        assert sum(0.0 if u in member else toll[u] for u in path.tolist()) == pytest.approx(cheapest)
        ground = country.ground
        near = [set(ground.indices[ground.indptr[u] : ground.indptr[u + 1]].tolist()) for u in path.tolist()]
        assert all(int(after) in near[i] for i, after in enumerate(path[1:]))
        assert (label[list(near[-1])] == region).any()
        assert (label[path] != region).all()


@given(st.integers(0, 10_000), st.booleans())
@settings(max_examples=15, deadline=None)
def test_a_plan_is_never_the_worse_for_it_and_stays_whole(seed: int, locked: bool) -> None:
    settling, country, label = country_of(seed, locked)
    slot, at = np.full(COUNT, -1, dtype=np.int32), np.full(len(label), -1, dtype=np.int32)
    rng = np.random.default_rng(seed)
    for region in range(COUNT):
        was = label.copy()
        member = rng.choice(np.flatnonzero(label != region), 2, replace=False).astype(np.int32)
        took, saved = hand_over(country, label, member, region, 5, slot, at, generator(seed + 3))
        is_no_worse(settling, was, took, saved, slot, at)


def test_territories_around_are_different_and_beside_those_before() -> None:
    _, country, label = country_of(5)
    ground = country.ground
    row = np.repeat(label, np.diff(ground.indptr))
    for wide in (1, 4, 9, COUNT + 5):
        found = around(country, label, np.array([3], dtype=np.int32), wide).tolist()
        assert found[0] == 3
        assert len(set(found)) == len(found) == min(wide, COUNT)
        for i, territory in enumerate(found[1:], 1):
            tied = np.isin(row, found[:i]) & (label[ground.indices] == territory)
            wanted = (country.wanted == territory) & np.isin(label, found[:i]) | (label == territory) & np.isin(country.wanted, found[:i])
            assert tied.any() or wanted.any()
