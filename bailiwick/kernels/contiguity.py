"""Regions in one piece: grown, found. Regions are labels over a neighbour list in CSR form."""

import numpy as np
import numpy.typing as npt
from numba import njit

from bailiwick.kernels.compiled import uncounted
from bailiwick.kernels.shortest_paths import push, roomier, sink_last

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I8 = npt.NDArray[np.int8]
I32 = npt.NDArray[np.int32]


@uncounted
def touches(u: int, region: int, label: I32, indptr: I32, indices: I32) -> bool:
    """True when a neighbour of ``u`` belongs to ``region``."""
    found = False
    for e in range(indptr[u], indptr[u + 1]):
        found = found or label[indices[e]] == region
    return found


@njit(cache=True, nogil=True)
def walked(start: int, mark: I8, over: int, to: int, indptr: I32, indices: I32, queue: I32) -> int:
    """Turn marks ``over`` into ``to`` across neighbours from ``start``, itself too; the units are the first of ``queue``, returns how many."""
    mark[start] = to
    queue[0] = start
    head, tail = 0, 1
    while head < tail:
        u = queue[head]
        head += 1
        for e in range(indptr[u], indptr[u + 1]):
            v = indices[e]
            if mark[v] == over:
                mark[v] = to
                queue[tail] = v
                tail += 1
    return tail


@njit(cache=True, nogil=True)
def largest_part(side: npt.NDArray[np.bool_], indptr: I32, indices: I32) -> npt.NDArray[np.bool_]:
    """The largest connected part of the units that ``side`` marks; of equal ones that with the lowest unit."""
    mark, queue = side.astype(np.int8), np.empty(len(side), dtype=np.int32)
    best, most = -1, 0
    for root in range(len(side)):
        if mark[root] == 1:
            size = walked(root, mark, 1, 2, indptr, indices, queue)
            if size > most:
                best, most = root, size
    if best >= 0:
        walked(best, mark, 2, 3, indptr, indices, queue)
    found: npt.NDArray[np.bool_] = mark == 3
    return found


@njit(cache=True, nogil=True)
def grow(indptr: I32, indices: I32, rank: F32, label: I32) -> I32:
    """Give every unlabelled unit (-1) a region that reaches it over neighbours, the least ``rank`` ``[n, k]`` above its best first.

    Returns new labels; units that no region reaches keep -1.
    """
    n, k = rank.shape
    label = label.copy()
    least = np.empty(n, np.float32)
    for u in range(n):
        least[u] = rank[u].min()
    keys, nodes = np.empty(n + 1, np.float32), np.empty(n + 1, np.int64)
    size = 0
    fringe, head, tail = np.empty(n, np.int32), 0, 0
    for u in range(n):
        if label[u] >= 0:
            fringe[tail] = u
            tail += 1
    while True:
        while head < tail:
            u = fringe[head]
            head += 1
            t = label[u]
            for e in range(indptr[u], indptr[u + 1]):
                v = indices[e]
                if label[v] < 0:
                    if size == len(keys):
                        keys, nodes = roomier(keys, 2 * size), roomier(nodes, 2 * size)
                    size = push(keys, nodes, size, rank[v, t] - least[v], np.int64(v) * k + t)
        if size == 0:
            return label
        u, t = nodes[0] // k, nodes[0] % k
        size = sink_last(keys, nodes, size)
        if label[u] < 0:
            label[u] = t
            fringe[tail] = u
            tail += 1


@njit(cache=True, nogil=True)
def connected(indptr: I32, indices: I32, label: I32, base: I32) -> I32:
    """``label`` with -1 where a unit is not joined to the base of its region."""
    reached = np.full(len(label), -1, dtype=np.int32)
    stack, size = np.empty(len(label) + len(base), np.int32), 0
    for b in base:
        if label[b] >= 0:
            reached[b] = label[b]
            stack[size] = b
            size += 1
    while size > 0:
        size -= 1
        u = stack[size]
        for e in range(indptr[u], indptr[u + 1]):
            v = indices[e]
            if reached[v] < 0 and label[v] == reached[u]:
                reached[v] = label[v]
                stack[size] = v
                size += 1
    return reached


@njit(cache=True, nogil=True)
def entrances(indptr: I32, indices: I32, base: I32, load: F64, most: float) -> I32:
    """The unit through which alone each unit can be reached from any ``base``, the nearest to the bases where there are several; itself if none.

    Only where each part behind it holds less ``load`` ``[n]`` than ``most``. Cut vertices by depth-first search from all bases at once
    (Tarjan 1972, doi:10.1137/0201010; Hopcroft & Tarjan 1973, doi:10.1145/362248.362272).
    """
    n = len(indptr) - 1
    found, parent = np.arange(n).astype(np.int32), np.full(n, -1, np.int32)
    number, low = np.full(n, -1, np.int32), np.empty(n, np.int32)  # when a unit was come to, and the first that its part leads back to
    order, stack, edge = np.empty(n, np.int32), np.empty(n, np.int32), indptr[:-1].copy()
    is_base = np.zeros(n, np.bool_)
    is_base[base] = True
    held = load.copy()  # of a unit and what was come to through it
    count = 0
    for root in base:
        if number[root] >= 0:
            continue
        stack[0], size = root, 1
        while size > 0:
            u = stack[size - 1]
            if number[u] < 0:
                number[u] = count
                low[u] = -1 if is_base[u] else count
                order[count] = u
                count += 1
            if edge[u] < indptr[u + 1]:
                v = indices[edge[u]]
                edge[u] += 1
                if number[v] < 0:
                    parent[v] = u
                    stack[size] = v
                    size += 1
                elif v != parent[u]:
                    low[u] = min(low[u], number[v])
            else:
                size -= 1
                if parent[u] >= 0:
                    low[parent[u]] = min(low[parent[u]], low[u])
                    held[parent[u]] += held[u]
    for i in range(count):
        u = order[i]
        above = parent[u]
        if above >= 0 and (found[above] != above or (low[u] >= number[above] and held[u] < most)):
            found[u] = found[above]
    return found
