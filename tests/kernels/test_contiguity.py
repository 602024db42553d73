"""The contiguity kernels beside plain graph walks."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from bailiwick.kernels.contiguity import largest_part, stays_whole, touches
from bailiwick.kernels.recombine import recombine
from tests.design.conftest import grid_problem

WORLD = grid_problem(7, 6, 3)


def parts(side: np.ndarray) -> tuple[int, np.ndarray]:
    graph = csr_matrix((np.ones(len(WORLD.indices)), WORLD.indices, WORLD.indptr), shape=(42, 42))
    members = np.flatnonzero(side)
    return connected_components(graph[members][:, members], directed=False)


@given(st.lists(st.booleans(), min_size=42, max_size=42), st.integers(0, 41))
@settings(max_examples=200, deadline=None)
def test_stays_whole_and_touches(bits: list[bool], unit: int) -> None:
    side = largest_part(np.array(bits), WORLD.indptr, WORLD.indices)
    label = side.astype(np.int32)
    mark, queue = np.full(42, -1, dtype=np.int32), np.empty(42, dtype=np.int32)
    near = WORLD.indices[WORLD.indptr[unit] : WORLD.indptr[unit + 1]]
    assert touches(unit, 1, label, WORLD.indptr, WORLD.indices) == bool(side[near].any())
    if side[unit]:
        without = side.copy()
        without[unit] = False
        expected = bool(without.any()) and parts(without)[0] == 1
        assert stays_whole(unit, label, WORLD.indptr, WORLD.indices, mark, queue, 1) == expected


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
