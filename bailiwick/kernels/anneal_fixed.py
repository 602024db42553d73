"""Simulated annealing of a partition whose bases stand still: moves of units with what they would cut off, swaps over a border, and two
heavy units at once wherever they lie.

Kirkpatrick, Gelatt & Vecchi 1983 (doi:10.1126/science.220.4598.671). Used cold, from an assignment that is already nearly right.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

from bailiwick.kernels.anneal_free import beyond, uniform
from bailiwick.kernels.contiguity import stays_whole, touches

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
U64 = npt.NDArray[np.uint64]
BARRED = float(np.float32(1e15))  # a cost from here on means never; exact in the single precision that costs are kept in
CARRIED = 64  # units that may follow one another over a border at once
NEAR = 0.35  # share of the proposals in which a unit beside it, or one further on, comes back over the same border
AFAR, FEW = 0.15, 12  # and of those in which another heavy unit moves at the same time, wherever it lies, of so many regions at most
HEAVY, RARE = 0.1, 0.25  # of the width of a band, from which a unit is heavy: alone it often cannot go anywhere; share of units that are, at most


@njit(cache=True, nogil=True)
def cut_off(u: int, home: int, label: I32, indptr: I32, indices: I32, mark: I32, queue: I32, stamp: int, carried: I32) -> int:
    """Fill ``carried`` with ``u`` and what its leaving would cut off from ``home``; returns how many, or 0 when too many.

    ``stamp`` must be larger than any written to ``mark`` before.
    """
    mine = label[u]
    mark[u] = stamp
    mark[home] = stamp
    queue[0] = home
    head, tail = 0, 1
    while head < tail:
        x = queue[head]
        head += 1
        for e in range(indptr[x], indptr[x + 1]):
            v = indices[e]
            if label[v] == mine and mark[v] != stamp:
                mark[v] = stamp
                queue[tail] = v
                tail += 1
    carried[0] = u
    count = 1
    head = 0
    while head < count:
        x = carried[head]
        head += 1
        for e in range(indptr[x], indptr[x + 1]):
            v = indices[e]
            if label[v] == mine and mark[v] != stamp:
                if count == CARRIED:
                    return 0
                mark[v] = stamp
                carried[count] = v
                count += 1
    return count


@njit(cache=True, nogil=True)
def _tie_delta(u: int, a: int, b: int, label: I32, tie_ptr: I32, tie_to: I32, tie_cost: F64) -> float:
    delta = 0.0
    for e in range(tie_ptr[u], tie_ptr[u + 1]):
        other = label[tie_to[e]]
        if other == a:
            delta += tie_cost[e]
        elif other == b:
            delta -= tie_cost[e]
    return delta


@njit(cache=True, nogil=True)
def _outside(j: int, held: F64, hours: float, low: F64, high: F64, drive: float, penalty: F64, slope: F64) -> float:
    """Penalty of one region; ``held``: loads by measure; driving counts towards the first."""
    total = 0.0
    for m in range(len(held)):
        load = held[m] + (drive * hours if m == 0 else 0.0)
        total += penalty[m] * slope[j, m] * beyond(load, low[j, m], high[j, m])
    return total


@njit(cache=True, nogil=True)
def sums(
    cost: F32,
    driven: F32,
    weight: F64,
    label: I32,
    tie_ptr: I32,
    tie_to: I32,
    tie_cost: F64,
    current: I32,
    moved_weight: F64,
    held: F64,
    hours: F64,
) -> tuple[float, float]:
    """Fill loads and hours by region; returns the whole cost with cut ties, and the weight moved away from ``current``."""
    held[:] = 0.0
    hours[:] = 0.0
    total = 0.0
    ties = 0.0
    moved = 0.0
    for u in range(len(label)):
        j = label[u]
        total += cost[u, j]
        hours[j] += driven[u, j]
        for m in range(weight.shape[1]):
            held[j, m] += weight[u, m]
        if current[u] >= 0 and current[u] != j:
            moved += moved_weight[u]
        for e in range(tie_ptr[u], tie_ptr[u + 1]):
            if label[tie_to[e]] != j:
                ties += 0.5 * tie_cost[e]
    return total + ties, moved


@njit(cache=True, nogil=True)
def _adapted(penalty: float, out: float, first: float) -> float:
    """A penalty that grows while a limit is broken and falls while it holds, never far from where it began."""
    if out > 1e-12:
        return min(penalty * 1.03, 16.0 * first)
    return max(penalty * 0.97, 0.25 * first)


@njit(cache=True, nogil=True)
def heavies(weight: F64, low: F64, high: F64, frozen: npt.NDArray[np.bool_], active: I32) -> I32:
    """Those of ``active`` that fill a good part of the width of a band, in its first measure.

    None where there are many regions, and none where most units are as heavy: then there is one to exchange right beside.
    """
    width = np.median(high[:, 0] - low[:, 0])
    found = np.empty(len(active), np.int32)
    count = 0
    if len(low) <= FEW and np.isfinite(width):
        for u in active:
            if not frozen[u] and weight[u, 0] >= HEAVY * width:
                found[count] = u
                count += 1
    return found[: count if count <= RARE * len(active) else 0]


@njit(cache=True, nogil=True)
def settle(
    cost: F32,
    driven: F32,
    weight: F64,
    low: F64,
    high: F64,
    drive: float,
    base: I32,
    frozen: npt.NDArray[np.bool_],
    indptr: I32,
    indices: I32,
    tie_ptr: I32,
    tie_to: I32,
    tie_cost: F64,
    current: I32,
    moved_weight: F64,
    moved_limit: float,
    active: I32,
    label: I32,
    hot: float,
    cold: float,
    steps: int,
    penalty: F64,
    slope: F64,
    state: U64,
    best_label: I32,
    best: F64,
) -> None:
    """One annealing over ``steps`` proposals, in place; every region stays in one piece around its base.

    cost: float32 ``[n, k]`` of serving a unit from a region's base, from BARRED on never. driven: the same without what is no driving (a
    bonus for staying); ``cost`` itself where there is nothing else in it. weight: float64 ``[n, m]``, its first
    column the balance measure; low, high: ``[k, m]``. drive: load that one unit of ``driven`` adds to the region that serves it. base:
    unit of each region. frozen: units that stay. indptr, indices: neighbours. tie_*: pairs that cost when cut, both ways.
    current, moved_weight, moved_limit: today's region of each unit (-1 = none) and how much weight may leave it. active: units
    to propose from. penalty: per measure and, last, of disruption; changed as the search sees need. slope: ``[k, m]``
    how much dearer than that a region takes it. best: ``[2]`` amount
    outside the limits and cost of ``best_label``, both updated when a better state is seen.
    """
    n, regions = cost.shape
    measures = weight.shape[1]
    held, hours = np.zeros((regions, measures)), np.zeros(regions)
    after_a, after_b, after_c = np.empty(measures), np.empty(measures), np.empty(measures)
    heavy = heavies(weight, low, high, frozen, active)
    afar = AFAR if len(heavy) > 1 else 0.0
    mark, queue, carried = np.full(n, -1, np.int32), np.empty(n, np.int32), np.empty(CARRIED, np.int32)
    stamp = 0
    least = penalty.copy()
    total, moved = sums(cost, driven, weight, label, tie_ptr, tie_to, tie_cost, current, moved_weight, held, hours)
    cooling = (cold / hot) ** (1.0 / max(steps, 1))
    heat = hot
    every = max(2 * len(active), 1000)
    for step in range(steps + 1):
        if step % every == 0 or step == steps:
            total, moved = sums(cost, driven, weight, label, tie_ptr, tie_to, tie_cost, current, moved_weight, held, hours)
            out = 0.0
            for m in range(measures):
                part = 0.0
                for j in range(regions):
                    load = held[j, m] + (drive * hours[j] if m == 0 else 0.0)
                    part += beyond(load, low[j, m], high[j, m])
                penalty[m] = _adapted(penalty[m], part, least[m])
                out += part
            over = max(0.0, moved - moved_limit)
            penalty[measures] = _adapted(penalty[measures], over, least[measures])
            out += over
            if out < best[0] - 1e-12 or (out <= best[0] + 1e-12 and total < best[1]):
                best[0], best[1] = out, total
                best_label[:] = label
            if step == steps:
                return
        heat *= cooling
        kind = uniform(state)
        u = heavy[int(uniform(state) * len(heavy))] if kind < afar else active[int(uniform(state) * len(active))]
        a = label[u]
        if frozen[u] or indptr[u] == indptr[u + 1]:
            continue
        v = indices[indptr[u] + int(uniform(state) * (indptr[u + 1] - indptr[u]))]
        b = label[v]
        if a == b or cost[u, b] >= BARRED:
            continue
        count = 1
        carried[0] = u
        other, c, d = -1, b, a  # where another unit goes from and to
        if kind < afar:
            x = heavy[int(uniform(state) * len(heavy))]
            c = label[x]
            if x == u or c == a or indptr[x] == indptr[x + 1]:
                continue
            if c == b:
                d = label[indices[indptr[x] + int(uniform(state) * (indptr[x + 1] - indptr[x]))]]
            if d == b or cost[x, d] >= BARRED or not touches(x, d, label, indptr, indices):
                continue
            other = x
        elif kind < afar + NEAR:
            x = v
            if uniform(state) < 0.7:
                y = indices[indptr[v] + int(uniform(state) * (indptr[v + 1] - indptr[v]))]
                if label[y] == b:
                    x = y
            if frozen[x] or cost[x, a] >= BARRED or not touches(x, a, label, indptr, indices):
                continue
            other = x
        else:
            stamp += 2
            if not stays_whole(u, label, indptr, indices, mark, queue, stamp):
                stamp += 2
                count = cut_off(u, base[a], label, indptr, indices, mark, queue, stamp, carried)
                if count == 0:
                    continue
        for m in range(measures):
            after_a[m] = held[a, m]
            after_b[m] = held[b, m]
        hours_a, hours_b = hours[a], hours[b]
        moved_by = 0.0
        delta = 0.0
        barred = False
        for i in range(count):
            w = carried[i]
            if frozen[w] or cost[w, b] >= BARRED:
                barred = True
                break
            delta += cost[w, b] - cost[w, a]
            hours_a -= driven[w, a]
            hours_b += driven[w, b]
            for m in range(measures):
                after_a[m] -= weight[w, m]
                after_b[m] += weight[w, m]
            if current[w] == a:
                moved_by += moved_weight[w]
            elif current[w] == b:
                moved_by -= moved_weight[w]
        if barred:
            continue
        third, hours_c = a, 0.0
        if other >= 0:
            third = c if c != b else d  # the region beside the two; a itself where there is none
            delta += cost[other, d] - cost[other, c]
            after_c[:] = held[third]
            losing, gaining = after_b if c == b else after_c, after_a if d == a else after_c
            for m in range(measures):
                losing[m] -= weight[other, m]
                gaining[m] += weight[other, m]
            hours_c = hours[third]
            if c == b:
                hours_b -= driven[other, b]
            else:
                hours_c -= driven[other, c]
            if d == a:
                hours_a += driven[other, a]
            else:
                hours_c += driven[other, d]
            if current[other] == c:
                moved_by += moved_weight[other]
            elif current[other] == d:
                moved_by -= moved_weight[other]
        delta += _outside(a, after_a, hours_a, low, high, drive, penalty, slope) - _outside(a, held[a], hours[a], low, high, drive, penalty, slope)
        delta += _outside(b, after_b, hours_b, low, high, drive, penalty, slope) - _outside(b, held[b], hours[b], low, high, drive, penalty, slope)
        if third != a:
            delta += _outside(third, after_c, hours_c, low, high, drive, penalty, slope)
            delta -= _outside(third, held[third], hours[third], low, high, drive, penalty, slope)
        if moved_by != 0.0:
            delta += penalty[measures] * (max(0.0, moved + moved_by - moved_limit) - max(0.0, moved - moved_limit))
        if len(tie_to):
            for i in range(count):
                delta += _tie_delta(carried[i], a, b, label, tie_ptr, tie_to, tie_cost)
                label[carried[i]] = b
            if other >= 0:
                delta += _tie_delta(other, c, d, label, tie_ptr, tie_to, tie_cost)
            for i in range(count):
                label[carried[i]] = a
        if delta > 0.0 and delta >= -heat * np.log(1.0 - uniform(state)):
            continue
        if other >= 0:
            stamp += 2
            if not stays_whole(u, label, indptr, indices, mark, queue, stamp):
                continue
            label[u] = b
            stamp += 2
            if not touches(other, d, label, indptr, indices) or not stays_whole(other, label, indptr, indices, mark, queue, stamp):
                label[u] = a
                continue
            label[other] = d
            if not touches(u, b, label, indptr, indices):  # u hung on the unit that left
                label[other] = c
                label[u] = a
                continue
        for i in range(count):
            label[carried[i]] = b
        for m in range(measures):
            held[a, m] = after_a[m]
            held[b, m] = after_b[m]
        hours[a], hours[b] = hours_a, hours_b
        if third != a:
            held[third] = after_c
            hours[third] = hours_c
        moved += moved_by
        if stamp > 2_000_000_000:
            mark[:] = -1
            stamp = 0
