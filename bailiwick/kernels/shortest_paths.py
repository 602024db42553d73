"""A binary heap of keys and nodes, and cheapest paths over units with it.

Dijkstra 1959 (doi:10.1007/BF01386390) with lazy deletion. Arrays in, arrays out.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

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
def roomier(values: npt.NDArray[Any], room: int) -> npt.NDArray[Any]:
    """The values in front of ``room`` places."""
    found = np.empty(room, values.dtype)
    found[: len(values)] = values
    return found
