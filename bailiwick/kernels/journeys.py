"""Quickest journeys from single sources that end before they have seen the whole network; of equal minutes the shortest.

Dijkstra 1959 (doi:10.1007/BF01386390) with buckets of hundredths of a minute for a queue (Dial 1969, doi:10.1145/363269.363610). Costs are whole
numbers, so that a sum is the same in whatever order it is made, and both ways. Arrays in, arrays out.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from bailiwick.kernels.shortest_paths import roomier

F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
FAR = 2**62  # longer than any journey
MILES_BITS = 32  # of a cost, the lower ones: hundredths of a mile; those of a minute lie above
MILES = (1 << MILES_BITS) - 1  # a cost without its minutes
PARTS = 100  # of a minute, and of a mile
ROOM = 1_024  # for pairs and entries, to begin with


class Network(NamedTuple):
    """Directed edges as CSR. pointer: int32 ``[n + 1]``; to: int32 ``[m]``; cost: int64 ``[m]``, not below 0."""

    pointer: I32
    to: I32
    cost: I64


class _Search(NamedTuple):
    """What searches one after the other share.

    far: of every node reached ``[n]``, else FAR. touched: the nodes reached ``[n]``. first: the first entry of each bucket, a ring longer than the
    longest edge; node, link: of each entry, and the next one in its bucket.
    """

    far: I64
    touched: I32
    first: I32
    node: I32
    link: I32


@njit(cache=True, nogil=True)
def minutes_of(cost: int) -> float:
    """Minutes of a cost."""
    return float(cost >> MILES_BITS) / PARTS


@njit(cache=True, nogil=True)
def miles_of(cost: int) -> float:
    """Miles of a cost."""
    return float(cost & MILES) / PARTS


@njit(cache=True, nogil=True)
def _prepared(network: Network) -> _Search:
    n, ring, longest = len(network.pointer) - 1, 1, 0
    for cost in network.cost:
        longest = max(longest, cost >> MILES_BITS)
    while ring <= longest:
        ring *= 2
    return _Search(np.full(n, FAR, np.int64), np.empty(n, np.int32), np.full(ring, -1, np.int32), np.empty(ROOM, np.int32), np.empty(ROOM, np.int32))


@njit(cache=True, nogil=True)
def _search(network: Network, search: _Search, source: int, most_minutes: int, most_miles: int) -> int:
    """Fill in what is within both limits, in hundredths; returns how many nodes were reached."""
    far, first, node, link = search.far, search.first, search.node, search.link
    ring = len(first) - 1
    far[source], search.touched[0] = 0, source
    node[0], link[0], first[0] = source, -1, 0
    count, entries, spare, queued, now = 1, 1, -1, 1, 0
    while queued > 0:
        entry = first[now & ring]
        if entry < 0:
            now += 1
            continue
        u = node[entry]
        first[now & ring] = link[entry]
        link[entry], spare = spare, entry
        queued -= 1
        if far[u] >> MILES_BITS != now:  # reached sooner since
            continue
        for e in range(network.pointer[u], network.pointer[u + 1]):
            v, cost = network.to[e], far[u] + network.cost[e]
            if cost >= far[v] or cost >> MILES_BITS > most_minutes or cost & MILES > most_miles:
                continue
            if far[v] == FAR:
                search.touched[count] = v
                count += 1
            far[v] = cost
            if network.pointer[v] == network.pointer[v + 1]:  # a journey only ends there
                continue
            if spare >= 0:
                entry, spare = spare, link[spare]
            else:
                if entries == len(node):
                    node, link = roomier(node, 2 * entries), roomier(link, 2 * entries)
                entry = entries
                entries += 1
            at = (cost >> MILES_BITS) & ring
            node[entry], link[entry], first[at] = v, first[at], entry
            queued += 1
    return count


@njit(cache=True, nogil=True)
def _forget(search: _Search, count: int) -> None:
    for i in range(count):
        search.far[search.touched[i]] = FAR


@njit(cache=True, nogil=True)
def within(network: Network, sources: I32, target_of: I32, most_minutes: I64, most_miles: int) -> tuple[I32, I32, F32, F32]:
    """The targets within so many hundredths of a minute of each source ``[len(sources)]``, and of a mile along quickest journeys, as CSR.

    target_of: int32 ``[n]``, the target's number at each node or -1. Returns counts ``[len(sources)]``, and per pair the target, minutes and miles;
    targets in the order they were reached.
    """
    search = _prepared(network)
    counts, used = np.zeros(len(sources), np.int32), 0
    target, minutes, miles = np.empty(ROOM, np.int32), np.empty(ROOM, np.float32), np.empty(ROOM, np.float32)
    for s in range(len(sources)):
        count = _search(network, search, sources[s], most_minutes[s], most_miles)
        if used + count > len(target):
            room = max(2 * len(target), used + count)
            target, minutes, miles = roomier(target, room), roomier(minutes, room), roomier(miles, room)
        before = used
        for i in range(count):
            v = search.touched[i]
            if target_of[v] >= 0:
                target[used], minutes[used], miles[used] = target_of[v], minutes_of(search.far[v]), miles_of(search.far[v])
                used += 1
        counts[s] = used - before
        _forget(search, count)
    return counts, target[:used].copy(), minutes[:used].copy(), miles[:used].copy()
