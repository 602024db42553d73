"""Quickest paths from single sources over a directed graph in CSR form, minutes minimised, miles carried along.

Dijkstra 1959 (doi:10.1007/BF01386390) with a binary heap and lazy deletion. Arrays in, arrays out.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]
ROOM = 1_024  # of a heap, to begin with


@njit(cache=True, nogil=True)
def push(keys: npt.NDArray[Any], nodes: npt.NDArray[Any], size: int, key: float, node: int) -> int:
    """Put a node on a heap by its key; returns the new size."""
    i = size
    while i > 0:
        parent = (i - 1) >> 1
        if keys[parent] <= key:
            break
        keys[i] = keys[parent]
        nodes[i] = nodes[parent]
        i = parent
    keys[i] = key
    nodes[i] = node
    return size + 1


@njit(cache=True, nogil=True)
def sink_last(keys: npt.NDArray[Any], nodes: npt.NDArray[Any], size: int) -> int:
    """Drop the root; returns the new size."""
    size -= 1
    key, node = keys[size], nodes[size]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        if child + 1 < size and keys[child + 1] < keys[child]:
            child += 1
        if key <= keys[child]:
            break
        keys[i] = keys[child]
        nodes[i] = nodes[child]
        i = child
    keys[i] = key
    nodes[i] = node
    return size


@njit(cache=True, nogil=True)
def spread(toll: npt.NDArray[Any], indptr: I32, indices: I32, sources: I32, far: npt.NDArray[Any], before: I32) -> None:
    """Least sum of ``toll`` over the nodes of a path from the nearest of ``sources`` to each node, its own with it, into ``far``.

    toll: float64 ``[n]``, not below 0, of passing a node. far: float64 ``[n]``, what is known already; nodes that cost no less keep it. before: int32
    ``[n]``, the node before each on its path, in place.
    """
    keys, nodes = np.empty(len(sources) + ROOM, np.float64), np.empty(len(sources) + ROOM, np.int32)
    size = 0
    for u in sources:
        far[u] = 0.0
        size = push(keys, nodes, size, 0.0, u)
    while size > 0:
        key, u = keys[0], nodes[0]
        size = sink_last(keys, nodes, size)
        if key > far[u]:
            continue
        for e in range(indptr[u], indptr[u + 1]):
            v = indices[e]
            cost = key + toll[v]
            if cost >= far[v]:
                continue
            far[v], before[v] = cost, u
            if size == len(keys):
                keys, nodes = roomier(keys, 2 * size), roomier(nodes, 2 * size)
            size = push(keys, nodes, size, cost, v)


@njit(cache=True, nogil=True)
def _search(
    indptr: I32,
    indices: I32,
    edge_minutes: F32,
    edge_miles: F32,
    source: int,
    limit_miles: float,
    minutes: F32,
    miles: F32,
    keys: F32,
    nodes: I32,
    touched: I32,
) -> int:
    """Fill ``minutes`` and ``miles`` of every node reached; returns how many were touched (listed in ``touched``)."""
    minutes[source] = 0.0
    miles[source] = 0.0
    touched[0] = source
    count = 1
    size = push(keys, nodes, 0, 0.0, source)
    while size > 0:
        key, u = keys[0], nodes[0]
        size = sink_last(keys, nodes, size)
        if key > minutes[u]:
            continue
        for e in range(indptr[u], indptr[u + 1]):
            v = indices[e]
            longer = np.float32(miles[u] + edge_miles[e])
            later = np.float32(key + edge_minutes[e])
            if later < minutes[v] and longer <= limit_miles:
                if minutes[v] == np.inf:
                    touched[count] = v
                    count += 1
                minutes[v] = later
                miles[v] = longer
                if indptr[v] < indptr[v + 1]:  # else a journey only ends there
                    size = push(keys, nodes, size, later, v)
    return count


@njit(cache=True, nogil=True)
def roomier(values: npt.NDArray[Any], room: int) -> npt.NDArray[Any]:
    """The values in front of ``room`` places."""
    found = np.empty(room, values.dtype)
    found[: len(values)] = values
    return found


@njit(cache=True, nogil=True)
def rows(indptr: I32, indices: I32, edge_minutes: F32, edge_miles: F32, sources: I32, targets: I32) -> tuple[F32, F32]:
    """Minutes and miles from each source to each target.

    indptr: int32 ``[n + 1]``. indices: int32 ``[m]``. edge_minutes, edge_miles: float32 ``[m]``, not negative. sources,
    targets: int32 nodes. Returns two float32 arrays ``[len(sources), len(targets)]``, infinite where no path leads.
    """
    n = len(indptr) - 1
    minutes, miles = np.full(n, np.inf, np.float32), np.full(n, np.inf, np.float32)
    keys, nodes = np.empty(len(indices) + 1, np.float32), np.empty(len(indices) + 1, np.int32)
    touched = np.empty(n, np.int32)
    out_minutes = np.empty((len(sources), len(targets)), np.float32)
    out_miles = np.empty((len(sources), len(targets)), np.float32)
    for s in range(len(sources)):
        count = _search(
            indptr, indices, edge_minutes, edge_miles, sources[s], np.inf, minutes, miles, keys, nodes, touched
        )
        for t in range(len(targets)):
            out_minutes[s, t] = minutes[targets[t]]
            out_miles[s, t] = miles[targets[t]]
        for i in range(count):
            minutes[touched[i]] = np.inf
            miles[touched[i]] = np.inf
    return out_minutes, out_miles


@njit(cache=True, nogil=True)
def within(
    indptr: I32, indices: I32, edge_minutes: F32, edge_miles: F32, sources: I32, target_of: I32, limit_miles: float
) -> tuple[I32, I32, F32, F32]:
    """The targets within ``limit_miles`` of each source along quickest paths, as CSR.

    target_of: int32 ``[n]``, the target's number at each node or -1. Returns counts ``[len(sources)]``, and per pair
    the target, minutes and miles; targets in the order they were reached.
    """
    n = len(indptr) - 1
    minutes, miles = np.full(n, np.inf, np.float32), np.full(n, np.inf, np.float32)
    keys, nodes = np.empty(len(indices) + 1, np.float32), np.empty(len(indices) + 1, np.int32)
    touched = np.empty(n, np.int32)
    counts = np.zeros(len(sources), np.int32)
    room = 1024
    out_target, out_minutes = np.empty(room, np.int32), np.empty(room, np.float32)
    out_miles = np.empty(room, np.float32)
    used = 0
    for s in range(len(sources)):
        count = _search(
            indptr, indices, edge_minutes, edge_miles, sources[s], limit_miles, minutes, miles, keys, nodes, touched
        )
        if used + count > room:
            room = max(2 * room, used + count)
            out_target, out_minutes, out_miles = roomier(out_target, room), roomier(out_minutes, room), roomier(out_miles, room)
        before = used
        for i in range(count):
            v = touched[i]
            if target_of[v] >= 0:
                out_target[used] = target_of[v]
                out_minutes[used] = minutes[v]
                out_miles[used] = miles[v]
                used += 1
            minutes[v] = np.inf
            miles[v] = np.inf
        counts[s] = used - before
    return counts, out_target[:used].copy(), out_minutes[:used].copy(), out_miles[:used].copy()


@njit(cache=True, nogil=True)
def legs(indptr: I32, indices: I32, edge_minutes: F32, sources: I32, targets: I32) -> F32:
    """Minutes ``[len(sources), len(targets)]``; each search ends when the last target it can reach is settled."""
    n = len(indptr) - 1
    minutes = np.full(n, np.inf, np.float32)
    keys, nodes = np.empty(len(indices) + 1, np.float32), np.empty(len(indices) + 1, np.int32)
    touched = np.empty(n, np.int32)
    wanted = np.zeros(n, np.int32)
    out = np.empty((len(sources), len(targets)), np.float32)
    for s in range(len(sources)):
        left = 0
        for t in targets:
            if wanted[t] != s + 1:
                wanted[t] = s + 1
                left += 1
        source = sources[s]
        minutes[source] = 0.0
        touched[0] = source
        count = 1
        size = push(keys, nodes, 0, 0.0, source)
        while size > 0 and left > 0:
            key, u = keys[0], nodes[0]
            size = sink_last(keys, nodes, size)
            if key > minutes[u]:
                continue
            if wanted[u] == s + 1:
                wanted[u] = 0
                left -= 1
            for e in range(indptr[u], indptr[u + 1]):
                v = indices[e]
                later = np.float32(key + edge_minutes[e])
                if later < minutes[v]:
                    if minutes[v] == np.inf:
                        touched[count] = v
                        count += 1
                    minutes[v] = later
                    size = push(keys, nodes, size, later, v)
        for t in range(len(targets)):
            out[s, t] = minutes[targets[t]]
        for i in range(count):
            minutes[touched[i]] = np.inf
    return out


@njit(cache=True, nogil=True)
def around(
    indptr: I32, indices: I32, edge_minutes: F32, sources: I32, limits: F32, target_of: I32
) -> tuple[I32, I32, F32]:
    """The targets within ``limits[s]`` minutes of each source. target_of: int32 ``[n]``, the target's number at each node or -1.

    Returns counts ``[len(sources)]``, and per pair the target and the minutes.
    """
    n = len(indptr) - 1
    minutes = np.full(n, np.inf, np.float32)
    keys, nodes = np.empty(len(indices) + 1, np.float32), np.empty(len(indices) + 1, np.int32)
    touched = np.empty(n, np.int32)
    counts = np.zeros(len(sources), np.int32)
    out_target, out_minutes = np.empty(1024, np.int32), np.empty(1024, np.float32)
    used = 0
    for s in range(len(sources)):
        minutes[sources[s]] = 0.0
        touched[0] = sources[s]
        count = 1
        size = push(keys, nodes, 0, 0.0, sources[s])
        while size > 0:
            key, u = keys[0], nodes[0]
            size = sink_last(keys, nodes, size)
            if key > minutes[u]:
                continue
            for e in range(indptr[u], indptr[u + 1]):
                v = indices[e]
                later = np.float32(key + edge_minutes[e])
                if later < minutes[v] and later <= limits[s]:
                    if minutes[v] == np.inf:
                        touched[count] = v
                        count += 1
                    minutes[v] = later
                    if indptr[v] < indptr[v + 1]:
                        size = push(keys, nodes, size, later, v)
        if used + count > len(out_target):
            room = max(2 * len(out_target), used + count)
            out_target, out_minutes = roomier(out_target, room), roomier(out_minutes, room)
        before = used
        for i in range(count):
            v = touched[i]
            if target_of[v] >= 0:
                out_target[used] = target_of[v]
                out_minutes[used] = minutes[v]
                used += 1
            minutes[v] = np.inf
        counts[s] = used - before
    return counts, out_target[:used].copy(), out_minutes[:used].copy()
