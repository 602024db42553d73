"""A network made ready for whole rows: its nodes in order, the least important first, with shortcuts over those left out before.

Contraction hierarchies (Geisberger, Sanders, Schultes & Delling 2008, doi:10.1007/978-3-540-68552-4_24). A quickest journey then leads up the order
and down again: a sweep up and one down find it to every node (``bailiwick.kernels.sweeping``).
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from bailiwick.kernels.shortest_paths import push, roomier, sink_last

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
LOOKED, WEIGHED = 400, 40  # nodes that a search for a way around looks at, when a node is left out and when that is weighed
ENDS_FIRST = -1_000_000  # of the importance of a node no journey leads through


class _Ways(NamedTuple):
    """Edges among the nodes, two halves each, side by side; every node has a list of halves, ended by -1.

    first: of each node ``[n]``; other, cost, after: of each half, the node it leads to, its cost and the next half of the list.
    """

    first: I32
    other: I32
    cost: I64
    after: I32


class _Search(NamedTuple):
    """far: from where the last search began ``[n]``, where ``seen`` holds its number. keys, nodes: a heap, which drops what there is no room for."""

    far: I64
    seen: I64
    keys: I64
    nodes: I32


@njit(cache=True, nogil=True)
def _joined(ways: _Ways, halves: int, a: int, b: int, cost: int) -> int:
    """An edge more, or a dearer one made cheaper; returns how many halves there are."""
    e = ways.first[a]
    while e >= 0:
        if ways.other[e] == b:
            cheaper = min(ways.cost[e], cost)
            ways.cost[e] = ways.cost[e ^ 1] = cheaper
            return halves
        e = ways.after[e]
    for near, far in ((a, b), (b, a)):
        ways.other[halves], ways.cost[halves], ways.after[halves] = far, cost, ways.first[near]
        ways.first[near] = halves
        halves += 1
    return halves


@njit(cache=True, nogil=True)
def _around(ways: _Ways, order: I32, end: Flags, source: int, without: int, most: int, looked: int, search: _Search, number: int) -> None:
    """Costs from ``source`` to what is near and left, never through ``without``, up to ``most`` and so many nodes."""
    far, seen, keys, nodes = search.far, search.seen, search.keys, search.nodes
    far[source], seen[source] = 0, number
    size = push(keys, nodes, 0, 0, source)
    while size > 0 and looked > 0:
        key, u = keys[0], nodes[0]
        size = sink_last(keys, nodes, size)
        if key > far[u]:
            continue
        if key > most:
            return
        looked -= 1
        e = ways.first[u]
        while e >= 0:
            v, cost = ways.other[e], key + ways.cost[e]
            open_ = order[v] < 0 and v != without and (end[u] or not end[v])
            if open_ and cost <= most and (seen[v] != number or cost < far[v]) and size < len(keys):
                far[v], seen[v] = cost, number
                size = push(keys, nodes, size, cost, v)
            e = ways.after[e]


@njit(cache=True, nogil=True)
def _shortcuts(ways: _Ways, order: I32, end: Flags, node: int, looked: int, search: _Search, number: int, found: I64) -> tuple[int, int, int]:
    """Shortcuts that leaving ``node`` out takes, into ``found`` ``[any, 3]`` as far as there is room: (how many, its edges, number of searches)."""
    count, left, longest = 0, 0, 0
    e = ways.first[node]
    while e >= 0:
        if order[ways.other[e]] < 0:
            left += 1
            longest = max(longest, ways.cost[e])
        e = ways.after[e]
    into = ways.first[node]
    while into >= 0:
        a, before = ways.other[into], ways.cost[into]
        if order[a] < 0 and left > 1 and (end[a] or not end[node]):
            number += 1
            _around(ways, order, end, a, node, before + longest, looked, search, number)
            e = ways.first[node]
            while e >= 0:
                b, cost = ways.other[e], before + ways.cost[e]
                once = b > a or (end[a] and not end[b])  # nothing but an end and a junction differ by direction
                if order[b] < 0 and b != a and once and (end[a] or not end[b]) and not (search.seen[b] == number and search.far[b] <= cost):
                    if count < len(found):
                        found[count, 0], found[count, 1], found[count, 2] = a, b, cost
                    count += 1
                e = ways.after[e]
        into = ways.after[into]
    return count, left, number


@njit(cache=True, nogil=True)
def contracted(low: I32, high: I32, cost: I64, end: Flags) -> tuple[I32, I32, I32, I64]:
    """The order in which nodes are left out ``[n]``; and of each edge, shortcuts among them, the node left out first, the other and the cost.

    low, high, cost: nodes and costs of the edges, not negative, the same both ways ``[m]``. end ``[n]``: whether journeys begin and end there and at
    other ends beside it, but do not lead through: from a junction to it and on to another. These are left out first.
    """
    n, room = len(end), 4 * len(low) + 2
    ways = _Ways(np.full(n, -1, np.int32), np.empty(room, np.int32), np.empty(room, np.int64), np.empty(room, np.int32))
    halves = 0
    for i in range(len(low)):
        if low[i] != high[i]:
            halves = _joined(ways, halves, low[i], high[i], cost[i])
    search = _Search(np.empty(n, np.int64), np.full(n, -1, np.int64), np.empty(4 * LOOKED + n, np.int64), np.empty(4 * LOOKED + n, np.int32))
    order, depth, number = np.full(n, -1, np.int32), np.zeros(n, np.int64), 0
    keys, nodes, size = np.empty(n, np.int64), np.empty(n, np.int32), 0
    found = np.empty((1_024, 3), np.int64)
    for u in range(n):
        count, left, number = _shortcuts(ways, order, end, u, WEIGHED, search, number, found)
        size = push(keys, nodes, size, 2 * count - left + ENDS_FIRST * end[u], u)
    now = 0
    while size > 0:
        u = nodes[0]
        size = sink_last(keys, nodes, size)
        count, left, number = _shortcuts(ways, order, end, u, WEIGHED, search, number, found)
        importance = 2 * count - left + depth[u] + ENDS_FIRST * end[u]
        if size > 0 and importance > keys[0]:  # it has grown since
            size = push(keys, nodes, size, importance, u)
            continue
        count, left, number = _shortcuts(ways, order, end, u, LOOKED, search, number, found)
        while count > len(found):
            found = np.empty((2 * count, 3), np.int64)
            count, left, number = _shortcuts(ways, order, end, u, LOOKED, search, number, found)
        order[u], now = now, now + 1
        if halves + 2 * count > len(ways.other):
            room = 2 * (halves + 2 * count)
            ways = _Ways(ways.first, roomier(ways.other, room), roomier(ways.cost, room), roomier(ways.after, room))
        for i in range(count):
            halves = _joined(ways, halves, found[i, 0], found[i, 1], found[i, 2])
        e = ways.first[u]
        while e >= 0:
            depth[ways.other[e]] = max(depth[ways.other[e]], depth[u] + 1)
            e = ways.after[e]
    source, target, joined = _edges(ways, halves, order)
    return order, source, target, joined


@njit(cache=True, nogil=True)
def _edges(ways: _Ways, halves: int, order: I32) -> tuple[I32, I32, I64]:
    """The two nodes of each edge, the one that was left out first before the other, and its cost."""
    source, target, cost = np.empty(halves // 2, np.int32), np.empty(halves // 2, np.int32), np.empty(halves // 2, np.int64)
    for i in range(halves // 2):
        a, b = ways.other[2 * i + 1], ways.other[2 * i]
        source[i], target[i], cost[i] = (a, b, ways.cost[2 * i]) if order[a] < order[b] else (b, a, ways.cost[2 * i])
    return source, target, cost
