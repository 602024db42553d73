"""Neutral plans by recombination: two neighbouring regions joined, a random spanning tree drawn, cut where both sides keep the band.

DeFord, Duchin & Solomon 2021, doi:10.1162/99608f92.eb30390f.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

from bailiwick.kernels.chance import uniform

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
U64 = npt.NDArray[np.uint64]


@njit(cache=True, nogil=True)
def _root(parent: I32, x: int) -> int:
    while parent[x] != x:
        parent[x] = parent[parent[x]]
        x = parent[x]
    return x


@njit(cache=True, nogil=True)
def _members(u: int, a: int, b: int, label: I32, indptr: I32, indices: I32, place: I32, queue: I32) -> int:
    """Fill ``queue`` with the units of both regions, walking from ``u``; ``place``: their position, -1 elsewhere."""
    place[u] = 0
    queue[0] = u
    head, tail = 0, 1
    while head < tail:
        x = queue[head]
        head += 1
        for e in range(indptr[x], indptr[x + 1]):
            v = indices[e]
            if place[v] < 0 and (label[v] == a or label[v] == b):
                place[v] = tail
                queue[tail] = v
                tail += 1
    return tail


@njit(cache=True, nogil=True)
def _tree(count: int, queue: I32, place: I32, indptr: I32, indices: I32, state: U64) -> tuple[I32, I32]:
    """A random spanning tree over the first ``count`` of ``queue``: (order from the root, parent), by position."""
    edges = 0
    for i in range(count):
        x = queue[i]
        for e in range(indptr[x], indptr[x + 1]):
            if place[indices[e]] > i:
                edges += 1
    low, high, key = np.empty(edges, np.int32), np.empty(edges, np.int32), np.empty(edges)
    at = 0
    for i in range(count):
        x = queue[i]
        for e in range(indptr[x], indptr[x + 1]):
            j = place[indices[e]]
            if j > i:
                low[at], high[at], key[at] = i, j, uniform(state)
                at += 1
    parent = np.arange(count).astype(np.int32)
    degree = np.zeros(count + 1, np.int32)
    kept = np.empty((count, 2), np.int32)
    many = 0
    for e in np.argsort(key):
        p, q = _root(parent, low[e]), _root(parent, high[e])
        if p != q:
            parent[p] = q
            kept[many, 0], kept[many, 1] = low[e], high[e]
            degree[low[e] + 1] += 1
            degree[high[e] + 1] += 1
            many += 1
    start = np.cumsum(degree).astype(np.int32)
    fill = start.copy()
    near = np.empty(2 * many, np.int32)
    for e in range(many):
        i, j = kept[e, 0], kept[e, 1]
        near[fill[i]] = j
        fill[i] += 1
        near[fill[j]] = i
        fill[j] += 1
    order, above = np.empty(count, np.int32), np.full(count, -1, np.int32)
    order[0] = 0
    seen = np.zeros(count, np.bool_)
    seen[0] = True
    head, tail = 0, 1
    while head < tail:
        i = order[head]
        head += 1
        for e in range(start[i], start[i + 1]):
            j = near[e]
            if not seen[j]:
                seen[j] = True
                above[j] = i
                order[tail] = j
                tail += 1
    return order, above


@njit(cache=True, nogil=True)
def recombine(label: I32, weight: F64, low: F64, high: F64, indptr: I32, indices: I32, steps: int, state: U64) -> int:
    """``steps`` recombinations in place; returns how many changed the plan.

    label: int32 ``[n]``, every region connected. weight: ``[n]``; low, high: band of the weight by region. indptr, indices: neighbours.
    """
    n = len(label)
    place, queue = np.full(n, -1, np.int32), np.empty(n, np.int32)
    changed = 0
    for _ in range(steps):
        u = int(uniform(state) * n)
        if indptr[u] == indptr[u + 1]:
            continue
        v = indices[indptr[u] + int(uniform(state) * (indptr[u + 1] - indptr[u]))]
        a, b = label[u], label[v]
        tries = 0
        while a == b and tries < 400:  # a random border between two regions
            u = int(uniform(state) * n)
            if indptr[u] < indptr[u + 1]:
                v = indices[indptr[u] + int(uniform(state) * (indptr[u + 1] - indptr[u]))]
                a, b = label[u], label[v]
            tries += 1
        if a == b:
            continue
        count = _members(u, a, b, label, indptr, indices, place, queue)
        order, above = _tree(count, queue, place, indptr, indices, state)
        below = np.empty(count)
        whole = 0.0
        for i in range(count):
            below[i] = weight[queue[i]]
            whole += below[i]
        for at in range(count - 1, 0, -1):
            below[above[order[at]]] += below[order[at]]
        chosen, seen = -1, 0
        first, second = a, b
        for i in range(1, count):
            rest = whole - below[i]
            for turn in range(2):  # either side may be either region, where its band holds it
                p, q = (a, b) if turn == 0 else (b, a)
                if low[p] <= below[i] <= high[p] and low[q] <= rest <= high[q]:
                    seen += 1
                    if uniform(state) * seen < 1.0:
                        chosen, first, second = i, p, q
        if chosen >= 0:
            side = np.zeros(count, np.bool_)
            side[chosen] = True
            for at in range(1, count):
                i = order[at]
                if side[above[i]]:
                    side[i] = True
            same = 0
            for i in range(count):
                same += side[i] == (label[queue[i]] == a)
            if 0 < same < count:  # the same two regions under each other's numbers are no other plan
                for i in range(count):
                    label[queue[i]] = first if side[i] else second
                changed += 1
        for i in range(count):
            place[queue[i]] = -1
    return changed
