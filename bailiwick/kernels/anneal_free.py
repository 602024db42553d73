"""Simulated annealing of a partition whose bases float: every region is served from its best member.

Kirkpatrick, Gelatt & Vecchi 1983 (doi:10.1126/science.220.4598.671). For each unit the cost of serving its own region from it is
kept up to date, so that the best base after a move is found in one pass over the region.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

from bailiwick.kernels.chance import uniform
from bailiwick.kernels.compiled import uncounted
from bailiwick.kernels.contiguity import touches
from bailiwick.kernels.leaving import scratch, stays_whole

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
U64 = npt.NDArray[np.uint64]
SMALL = 8  # units up to which a region is asked for its best base at every proposal; a larger one keeps its base until it has changed
ADRIFT = 1e12  # what a region out of its band costs, and as much for each unit of load outside: no plan within the bands is as dear
ROOM = 64  # units that a region may hold, however small regions are in the mean


@uncounted
def beyond(load: float, low: float, high: float) -> float:
    """How far a load lies outside its band."""
    if load > high:
        return load - high
    if load < low:
        return low - load
    return 0.0


@uncounted
def fined(load: float, low: float, high: float) -> float:
    """What a region costs for not being in its band: 0 within."""
    outside = beyond(load, low, high)
    return ADRIFT * (1.0 + outside) if outside > 1e-9 else 0.0


@uncounted
def _cost_at(cost: float, load: float, c: int, low: F64, high: F64, drive: float, penalty: float) -> float:
    return float(cost + penalty * beyond(load + drive * cost, low[c], high[c]))


@uncounted
def region_cost(
    j: int,
    add: int,
    drop: int,
    travel: F32,
    trips: F64,
    weight: F64,
    low: F64,
    high: F64,
    drive: float,
    penalty: float,
    eligible: npt.NDArray[np.bool_],
    pinned: I32,
    member: I32,
    size: I32,
    load: F64,
    served: F64,
) -> tuple[float, int]:
    """Cost and best base of region ``j`` after ``add`` joins and ``drop`` leaves (-1 = none)."""
    total = load[j]
    if add >= 0:
        total += weight[add]
    if drop >= 0:
        total -= weight[drop]
    best, base = np.inf, -1
    only = pinned[j]
    for p in range(size[j]):
        c = member[j, p]
        if c == drop or not eligible[c] or (only >= 0 and c != only):
            continue
        cost = served[c]
        if add >= 0:
            cost += trips[add] * travel[add, c]
        if drop >= 0:
            cost -= trips[drop] * travel[drop, c]
        cost = _cost_at(cost, total, c, low, high, drive, penalty)
        if cost < best:
            best, base = cost, c
    if add >= 0 and eligible[add] and only < 0:
        cost = trips[add] * travel[add, add]
        for p in range(size[j]):
            k = member[j, p]
            if k != drop:
                cost += trips[k] * travel[add, k]
        cost = _cost_at(cost, total, add, low, high, drive, penalty)
        if cost < best:
            best, base = cost, add
    return best, base


@uncounted
def kept_cost(
    c: int, add: int, drop: int, travel: F32, trips: F64, weight: F64, low: F64, high: F64, drive: float, penalty: float, load: float, served: F64
) -> float:
    """Cost of a region that keeps its base ``c`` after ``add`` joins and ``drop``, another unit than ``c``, leaves (-1 = none)."""
    cost = served[c]
    if add >= 0:
        load += weight[add]
        cost += trips[add] * travel[add, c]
    if drop >= 0:
        load -= weight[drop]
        cost -= trips[drop] * travel[drop, c]
    return float(_cost_at(cost, load, c, low, high, drive, penalty))


@uncounted
def move(
    u: int,
    to: int,
    travel: F32,
    trips: F64,
    weight: F64,
    label: I32,
    member: I32,
    place: I32,
    size: I32,
    load: F64,
    served: F64,
) -> None:
    """Carry unit ``u`` over to region ``to``, keeping every running sum."""
    a = label[u]
    last = member[a, size[a] - 1]
    member[a, place[u]] = last
    place[last] = place[u]
    size[a] -= 1
    load[a] -= weight[u]
    for p in range(size[a]):
        c = member[a, p]
        served[c] -= trips[u] * travel[u, c]
    total = trips[u] * travel[u, u]
    for p in range(size[to]):
        c = member[to, p]
        served[c] += trips[u] * travel[u, c]
        total += trips[c] * travel[u, c]
    served[u] = total
    member[to, size[to]] = u
    place[u] = size[to]
    size[to] += 1
    load[to] += weight[u]
    label[u] = to


@uncounted
def set_up(
    label: I32, travel: F32, trips: F64, weight: F64, member: I32, place: I32, size: I32, load: F64, served: F64
) -> None:
    """Fill the running sums from labels alone."""
    size[:] = 0
    load[:] = 0.0
    for u in range(len(label)):
        j = label[u]
        member[j, size[j]] = u
        place[u] = size[j]
        size[j] += 1
        load[j] += weight[u]
    for u in range(len(label)):
        j = label[u]
        total = 0.0
        for p in range(size[j]):
            k = member[j, p]
            total += trips[k] * travel[u, k]
        served[u] = total


@uncounted
def _tie_delta(u: int, a: int, b: int, label: I32, tie_ptr: I32, tie_to: I32, tie_cost: F64) -> float:
    """Change in the cost of cut ties when ``u`` goes from ``a`` to ``b``."""
    delta = 0.0
    for e in range(tie_ptr[u], tie_ptr[u + 1]):
        other = label[tie_to[e]]
        if other == a:
            delta += tie_cost[e]
        elif other == b:
            delta -= tie_cost[e]
    return delta


@njit(cache=True, nogil=True)
def anneal(
    travel: F32,
    trips: F64,
    weight: F64,
    low: F64,
    high: F64,
    drive: float,
    eligible: npt.NDArray[np.bool_],
    pinned: I32,
    frozen: npt.NDArray[np.bool_],
    indptr: I32,
    indices: I32,
    contiguous: bool,
    tie_ptr: I32,
    tie_to: I32,
    tie_cost: F64,
    label: I32,
    regions: int,
    hot: float,
    cold: float,
    steps: int,
    penalty: float,
    state: U64,
    best_label: I32,
    best: float,
) -> tuple[float, float]:
    """One annealing from ``hot`` to ``cold`` over ``steps`` proposals, in place.

    travel: float32 ``[n, n]``, symmetric; on the diagonal what a trip within the unit costs. trips, weight: float64 ``[n]``. low, high:
    band of a region based at each unit ``[n]``.
    drive: load that one unit of cost adds to the region serving it. pinned: base of each region or -1. frozen: units that stay.
    indptr, indices: neighbours (``contiguous``: regions must be connected over them). Returns the cost of ``best_label`` (the best
    labels seen so far, each region that is out of its band for ``ADRIFT`` and more; unchanged when none beat ``best``) and the last penalty.
    """
    n = len(label)
    room = min(n, max(ROOM, 8 * n // regions, 2 * int(np.bincount(label).max())))
    member = np.empty((regions, room), np.int32)
    place, size = np.empty(n, np.int32), np.empty(regions, np.int32)
    load, served = np.empty(regions, np.float64), np.empty(n, np.float64)
    cost, base = np.empty(regions, np.float64), np.empty(regions, np.int32)
    walks = scratch(indptr, indices)
    set_up(label, travel, trips, weight, member, place, size, load, served)
    cooling = (cold / hot) ** (1.0 / max(steps, 1))
    heat = hot
    first = penalty
    fresh = True
    every = max(2 * n, 1000)
    for step in range(steps):
        if fresh or step % every == 0:
            out = 0.0
            total = 0.0
            for j in range(regions):
                cost[j], base[j] = region_cost(
                    j, -1, -1, travel, trips, weight, low, high, drive, penalty, eligible, pinned, member, size, load, served
                )
                if base[j] >= 0:
                    real = served[base[j]]
                    total += real
                    out += fined(load[j] + drive * real, low[base[j]], high[base[j]])
                else:
                    out = np.inf
            for u in range(n):
                for e in range(tie_ptr[u], tie_ptr[u + 1]):
                    if label[tie_to[e]] != label[u]:
                        total += 0.5 * tie_cost[e]
            if total + out < best:
                best = total + out
                best_label[:] = label
            if out == 0.0:
                penalty = max(penalty * 0.9, first / 16.0)
            else:
                penalty = min(penalty * 1.1, first * 32.0)
            fresh = False
            for j in range(regions):
                cost[j], base[j] = region_cost(
                    j, -1, -1, travel, trips, weight, low, high, drive, penalty, eligible, pinned, member, size, load, served
                )
        heat *= cooling
        u = int(uniform(state) * n)
        a = label[u]
        if frozen[u] or size[a] < 2 or indptr[u] == indptr[u + 1]:
            continue
        v = indices[indptr[u] + int(uniform(state) * (indptr[u + 1] - indptr[u]))]
        b = label[v]
        if a == b or size[b] == room:  # of two that change places, one arrives before the other has left
            continue
        x = -1
        if uniform(state) < 0.5:
            if contiguous or uniform(state) < 0.5:
                # a unit of b that could come back: a neighbour of v's or v itself
                x = v
                if indptr[v] < indptr[v + 1] and uniform(state) < 0.7:
                    y = indices[indptr[v] + int(uniform(state) * (indptr[v + 1] - indptr[v]))]
                    if label[y] == b:
                        x = y
            else:
                x = member[b, int(uniform(state) * size[b])]
            if frozen[x] or x == pinned[b] or (contiguous and not touches(x, a, label, indptr, indices)):
                continue
        if u == pinned[a]:
            continue
        ca, cb, ba, bb = 0.0, 0.0, -1, -1
        full_a = size[a] <= SMALL or u == base[a] or base[a] < 0
        if full_a:
            ca, ba = region_cost(a, x, u, travel, trips, weight, low, high, drive, penalty, eligible, pinned, member, size, load, served)
            if ba < 0:
                continue
        else:
            ca = kept_cost(base[a], x, u, travel, trips, weight, low, high, drive, penalty, load[a], served)
        full_b = size[b] <= SMALL or x == base[b] or base[b] < 0
        if full_b:
            cb, bb = region_cost(b, u, x, travel, trips, weight, low, high, drive, penalty, eligible, pinned, member, size, load, served)
        else:
            cb = kept_cost(base[b], u, x, travel, trips, weight, low, high, drive, penalty, load[b], served)
        delta = ca + cb - cost[a] - cost[b]
        if len(tie_to):
            delta += _tie_delta(u, a, b, label, tie_ptr, tie_to, tie_cost)
            if x >= 0:
                label[u] = b
                delta += _tie_delta(x, b, a, label, tie_ptr, tie_to, tie_cost)
                label[u] = a
        if delta > 0.0 and delta >= -heat * np.log(1.0 - uniform(state)):
            continue
        if contiguous:
            if not stays_whole(u, label, indptr, indices, walks):
                continue
            if x >= 0:
                label[u] = b
                whole = touches(x, a, label, indptr, indices) and stays_whole(x, label, indptr, indices, walks)
                label[u] = a
                if not whole:
                    continue
        move(u, b, travel, trips, weight, label, member, place, size, load, served)
        if x >= 0:
            move(x, a, travel, trips, weight, label, member, place, size, load, served)
        if not full_a:
            ca, ba = region_cost(a, -1, -1, travel, trips, weight, low, high, drive, penalty, eligible, pinned, member, size, load, served)
        if not full_b:
            cb, bb = region_cost(b, -1, -1, travel, trips, weight, low, high, drive, penalty, eligible, pinned, member, size, load, served)
        cost[a], base[a], cost[b], base[b] = ca, ba, cb, bb
    # the last state counts too
    out, total = 0.0, 0.0
    for j in range(regions):
        _, at = region_cost(j, -1, -1, travel, trips, weight, low, high, drive, penalty, eligible, pinned, member, size, load, served)
        if at < 0:
            out = np.inf
            continue
        total += served[at]
        out += fined(load[j] + drive * served[at], low[at], high[at])
    for u in range(n):
        for e in range(tie_ptr[u], tie_ptr[u + 1]):
            if label[tie_to[e]] != label[u]:
                total += 0.5 * tie_cost[e]
    if total + out < best:
        best = total + out
        best_label[:] = label
    return best, penalty
