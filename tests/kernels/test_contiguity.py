"""The contiguity kernels beside plain graph walks."""

from heapq import heapify, heappop

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from bailiwick.kernels.contiguity import connected, entrances, grow, largest_part, touches
from bailiwick.kernels.leaving import BITS, leaving, scratch, stays_whole
from bailiwick.kernels.recombine import recombine
from tests.design.conftest import grid_problem

WORLD = grid_problem(7, 6, 3)


def parts(side: np.ndarray) -> tuple[int, np.ndarray]:
    graph = csr_matrix((np.ones(len(WORLD.indices)), WORLD.indices, WORLD.indptr), shape=(42, 42))
    members = np.flatnonzero(side)
    return connected_components(graph[members][:, members], directed=False)


@given(st.lists(st.booleans(), min_size=42, max_size=42), st.lists(st.integers(0, 41), min_size=1, max_size=4), st.integers(1, 6))
@settings(max_examples=400, deadline=None)
def test_what_a_unit_that_leaves_cuts_off(bits: list[bool], units: list[int], most: int) -> None:
    """One scratch for several units after one another, as the annealings use it."""
    side = largest_part(np.array(bits), WORLD.indptr, WORLD.indices)
    label, walks, carried = side.astype(np.int32), scratch(WORLD.indptr, WORLD.indices), np.empty(most, dtype=np.int32)
    for unit in units:
        near = WORLD.indices[WORLD.indptr[unit] : WORLD.indptr[unit + 1]]
        assert touches(unit, 1, label, WORLD.indptr, WORLD.indices) == bool(side[near].any())
        if not side[unit]:
            continue
        without = side.copy()
        without[unit] = False
        count, part = parts(without)
        assert stays_whole(unit, label, WORLD.indptr, WORLD.indices, walks) == (bool(without.any()) and count == 1)
        for home in np.flatnonzero(without):
            members = np.flatnonzero(without)
            lost = members[part != part[np.flatnonzero(members == home)[0]]].tolist()
            found = leaving(unit, int(home), label, WORLD.indptr, WORLD.indices, walks, carried)
            assert found == (1 + len(lost) if len(lost) < most else 0)
            if found:
                assert carried[0] == unit
                assert sorted(carried[1:found].tolist()) == lost


@pytest.mark.parametrize("rim", [3, BITS - 1, BITS, BITS + 1, 2 * BITS + 5])
def test_a_unit_with_more_neighbours_than_bits(rim: int) -> None:
    """A hub in a ring: whole without it while the ring is, cut in two where the ring is in two places."""
    near = [[*range(1, rim + 1)], *([0, (i + 1) % rim + 1, (i - 1) % rim + 1] for i in range(rim))]
    indptr = np.concatenate([[0], np.cumsum([len(each) for each in near])]).astype(np.int32)
    indices = np.array([v for each in near for v in each], dtype=np.int32)
    label, walks, carried = np.zeros(rim + 1, dtype=np.int32), scratch(indptr, indices), np.empty(rim + 1, dtype=np.int32)
    assert stays_whole(0, label, indptr, indices, walks)
    label[rim] = 1  # a chain, from the first of the ring to the last but one
    assert stays_whole(0, label, indptr, indices, walks)
    if rim > 3:
        label[rim // 2] = 1
        assert not stays_whole(0, label, indptr, indices, walks)
        assert leaving(0, 1, label, indptr, indices, walks, carried) == rim - rim // 2
        assert sorted(carried[1 : rim - rim // 2].tolist()) == list(range(rim // 2 + 1, rim))


@given(st.lists(st.booleans(), min_size=42, max_size=42))
@settings(max_examples=100, deadline=None)
def test_largest_part(bits: list[bool]) -> None:
    side = np.array(bits)
    found = largest_part(side, WORLD.indptr, WORLD.indices)
    if not side.any():
        assert not found.any()
        return
    _, label = parts(side)
    assert found.sum() == np.bincount(label).max()
    assert not (found & ~side).any()
    assert parts(found)[0] == 1


@given(st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_recombination_keeps_regions_whole_and_in_band(seed: int) -> None:
    weight = np.ones(42)
    label = np.repeat(np.arange(3, dtype=np.int32), 14)  # rows of two
    low, high = np.array([10.0, 6.0, 12.0]), np.array([18.0, 14.0, 20.0])  # each region its own
    changed = recombine(label, weight, low, high, WORLD.indptr, WORLD.indices, 20, np.array([seed * 2 + 1], dtype=np.uint64))
    held = np.bincount(label, minlength=3)
    assert np.all((held >= low) & (held <= high))
    assert all(parts(label == t)[0] == 1 for t in range(3))
    assert changed > 0


@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_regions_grow_where_they_cost_least_above_the_best(seed: int, regions: int) -> None:
    rng = np.random.default_rng(seed)
    rank = rng.random((42, regions)).astype(np.float32)
    label = np.full(42, -1, dtype=np.int32)
    label[rng.choice(42, regions, replace=False)] = np.arange(regions)
    cut = WORLD.indptr.copy()
    cut[-6:] = cut[-6]  # the last units reach nobody; others may still reach them
    assert grow(cut, WORLD.indices, rank, label).tolist() == grown(cut, WORLD.indices, rank, label).tolist()


def grown(indptr: np.ndarray, indices: np.ndarray, rank: np.ndarray, label: np.ndarray) -> np.ndarray:
    """The plain definition: of all pairs of an unlabelled unit and a region beside it, the one that costs least above the unit's best."""
    label = label.copy()
    heap: list[tuple[float, int, int]] = []

    def offer(u: int) -> None:
        for v in indices[indptr[u] : indptr[u + 1]]:
            if label[v] < 0:
                heap.append((float(rank[v, label[u]] - rank[v].min()), int(v), int(label[u])))

    for u in np.flatnonzero(label >= 0):
        offer(int(u))
    heapify(heap)
    while heap:
        _, u, region = heappop(heap)
        if label[u] < 0:
            label[u] = region
            offer(u)
            heapify(heap)
    return label


def lists(n: int, edges: set[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    near = [sorted({b for a, b in edges if a == u} | {a for a, b in edges if b == u}) for u in range(n)]
    indptr = np.concatenate([[0], np.cumsum([len(each) for each in near])]).astype(np.int32)
    return indptr, np.array([v for each in near for v in each], dtype=np.int32)


def reached_without(gone: int, base: list[int], indptr: np.ndarray, indices: np.ndarray) -> set[int]:
    stack = [b for b in base if b != gone]
    seen = set(stack)
    while stack:
        u = stack.pop()
        for v in indices[indptr[u] : indptr[u + 1]].tolist():
            if v != gone and v not in seen:
                seen.add(v)
                stack.append(v)
    return seen


@given(st.integers(2, 14), st.data())
@settings(max_examples=300, deadline=None)
def test_what_lies_behind_a_single_unit(n: int, data: st.DataObject) -> None:
    unit = st.integers(0, n - 1)
    drawn = data.draw(st.sets(st.tuples(unit, unit), max_size=2 * n))
    tree = {(data.draw(st.integers(0, v - 1)), v) for v in range(1, n)} if data.draw(st.booleans()) else set()
    indptr, indices = lists(n, {(a, b) for a, b in drawn | tree if a != b})
    base = data.draw(st.lists(unit, min_size=1, max_size=3, unique=True))
    found = entrances(indptr, indices, np.array(base, dtype=np.int32), np.ones(n), np.inf)
    every = reached_without(-1, base, indptr, indices)
    behind = {a: every - reached_without(a, base, indptr, indices) - {a} for a in range(n)}
    most = data.draw(st.integers(1, n + 1))
    light = entrances(indptr, indices, np.array(base, dtype=np.int32), np.ones(n), float(most))
    part = {(a, u): {v for v in behind[a] if v in reached_without(a, [u], indptr, indices)} for a in range(n) for u in behind[a]}
    for u in range(n):
        through = {a for a in range(n) if u in behind[a] and len(part[a, u]) < most}
        first = {a for a in through if not any(a in part[b, a] and len(part[b, a]) < most for b in range(n) if a in behind[b])}
        assert {int(light[u])} == (first or {u})
    for u in range(n):
        through = {a for a in range(n) if u in behind[a]}
        first = {a for a in through if not any(a in behind[b] for b in through)}
        assert {int(found[u])} == (first or {u})


@given(st.lists(st.integers(-1, 2), min_size=42, max_size=42), st.permutations(range(42)))
@settings(max_examples=100, deadline=None)
def test_what_is_joined_to_its_base(labels: list[int], order: list[int]) -> None:
    label, base = np.array(labels, dtype=np.int32), np.array(order[:3], dtype=np.int32)
    label[base] = np.arange(3)
    found = connected(WORLD.indptr, WORLD.indices, label, base)
    for region in range(3):
        members = np.flatnonzero(label == region)
        _, part = parts(label == region)
        joined = members[part == part[np.flatnonzero(members == base[region])[0]]]
        assert np.flatnonzero(found == region).tolist() == joined.tolist()
    assert (found[label < 0] == -1).all()
