"""Simulated annealing of a partition whose bases stand still: moves of units with what they would cut off, swaps over a border, and two
heavy units at once wherever they lie.

Kirkpatrick, Gelatt & Vecchi 1983 (doi:10.1126/science.220.4598.671). Used cold, from an assignment that is already nearly right.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from bailiwick.kernels.anneal_free import beyond
from bailiwick.kernels.border import border_of, cross
from bailiwick.kernels.chance import uniform
from bailiwick.kernels.compiled import uncounted
from bailiwick.kernels.contiguity import touches
from bailiwick.kernels.leaving import Walks, leaving, scratch, stays_whole

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
U64 = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
BARRED = float(np.float32(1e15))  # a cost from here on means never; exact in the single precision that costs are kept in
CARRIED = 64  # units that may follow one another over a border at once
NEAR = 0.35  # share of the proposals in which a unit beside it, or one further on, comes back over the same border
AFAR, FEW = 0.15, 12  # and of those in which another heavy unit moves at the same time, wherever it lies, of so many regions at most
SURELY = 40.0  # times the temperature that no move up is accepted of
HEAVY, RARE = 0.1, 0.25  # of the width of a band, from which a unit is heavy: alone it often cannot go anywhere; share of units that are, at most


class Ground(NamedTuple):
    """What stands still while borders move.

    cost: float32 ``[n, k]`` of serving a unit from a region's base, from BARRED on never. driven: the same without what is no driving (a
    bonus for staying); ``cost`` itself where there is nothing else in it. weight: float64 ``[n, m]``, its first column the balance measure;
    low, high: ``[k, m]``. drive: load that one unit of ``driven`` adds to the region that serves it. base: unit of each region. frozen:
    units that stay. indptr, indices: neighbours. tie_*: pairs that cost when cut, both ways. current, moved_weight, moved_limit: today's
    region of each unit (-1 = none) and how much weight may leave it. slope: ``[k, m]`` how much dearer than the penalty a region takes
    what lies outside its limits.
    """

    cost: F32
    driven: F32
    weight: F64
    low: F64
    high: F64
    drive: float
    base: I32
    frozen: Flags
    indptr: I32
    indices: I32
    tie_ptr: I32
    tie_to: I32
    tie_cost: F64
    current: I32
    moved_weight: F64
    moved_limit: float
    slope: F64


@uncounted
def _tie_delta(u: int, a: int, b: int, label: I32, tie_ptr: I32, tie_to: I32, tie_cost: F64) -> float:
    delta = 0.0
    for e in range(tie_ptr[u], tie_ptr[u + 1]):
        other = label[tie_to[e]]
        if other == a:
            delta += tie_cost[e]
        elif other == b:
            delta -= tie_cost[e]
    return delta


@uncounted
def _outside(rows: F64, i: int, j: int, low: F64, high: F64, drive: float, penalty: F64, slope: F64) -> float:
    """Penalty of region ``j``. rows: ``[i, m + 1]`` its loads by measure, then the driving, which counts towards the first."""
    last = rows.shape[1] - 1
    total = penalty[0] * slope[j, 0] * beyond(rows[i, 0] + drive * rows[i, last], low[j, 0], high[j, 0])
    for m in range(1, last):
        total += penalty[m] * slope[j, m] * beyond(rows[i, m], low[j, m], high[j, m])
    return float(total)


@uncounted
def _change(after: F64, giver: int, taker: int, u: int, was: int, to: int, weight: F64, driven: F32) -> None:
    """Carry the loads and the driving of ``u`` from one row of ``after`` to another; was, to: its regions."""
    last = after.shape[1] - 1
    for m in range(last):
        after[giver, m] -= weight[u, m]
        after[taker, m] += weight[u, m]
    after[giver, last] -= driven[u, was]
    after[taker, last] += driven[u, to]


@njit(cache=True, nogil=True)
def sums(ground: Ground, label: I32, held: F64) -> tuple[float, float]:
    """Fill loads and driving by region ``[k, m + 1]``; returns the whole cost with cut ties, and the weight moved away from today's regions."""
    measures = ground.weight.shape[1]
    held[:] = 0.0
    total, ties, moved = 0.0, 0.0, 0.0
    for u in range(len(label)):
        j = label[u]
        total += ground.cost[u, j]
        held[j, measures] += ground.driven[u, j]
        for m in range(measures):
            held[j, m] += ground.weight[u, m]
        if ground.current[u] >= 0 and ground.current[u] != j:
            moved += ground.moved_weight[u]
        for e in range(ground.tie_ptr[u], ground.tie_ptr[u + 1]):
            if label[ground.tie_to[e]] != j:
                ties += 0.5 * ground.tie_cost[e]
    return total + ties, moved


@uncounted
def _adapted(penalty: float, out: float, first: float) -> float:
    """A penalty that grows while a limit is broken and falls while it holds, never far from where it began."""
    if out > 1e-12:
        return min(penalty * 1.03, 16.0 * first)
    return max(penalty * 0.97, 0.25 * first)


@njit(cache=True, nogil=True)
def heavies(weight: F64, low: F64, high: F64, frozen: Flags, active: I32) -> I32:
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
def _seen(ground: Ground, label: I32, held: F64, penalty: F64, least: F64, best_label: I32, best: F64) -> float:
    """Everything summed anew, penalties changed as that needs, the best plan kept; returns the weight moved away from today's regions."""
    total, moved = sums(ground, label, held)
    measures = ground.weight.shape[1]
    out = 0.0
    for m in range(measures):
        part = 0.0
        for j in range(len(held)):
            load = held[j, m] + (ground.drive * held[j, measures] if m == 0 else 0.0)
            part += beyond(load, ground.low[j, m], ground.high[j, m])
        penalty[m] = _adapted(penalty[m], part, least[m])
        out += part
    over = max(0.0, moved - ground.moved_limit)
    penalty[measures] = _adapted(penalty[measures], over, least[measures])
    out += over
    if out < best[0] - 1e-12 or (out <= best[0] + 1e-12 and total < best[1]):
        best[0], best[1] = out, total
        best_label[:] = label
    return float(moved)


@uncounted
def _far_partner(u: int, b: int, heavy: I32, cost: F32, label: I32, indptr: I32, indices: I32, state: U64) -> tuple[int, int]:
    """Another heavy unit, and where it goes while ``u`` moves to ``b``: to where that came from, or from ``b`` to any region beside it. -1 = none."""
    a = label[u]
    x = heavy[int(uniform(state) * len(heavy))]
    c, d = label[x], a
    if x == u or c == a or indptr[x] == indptr[x + 1]:
        return -1, a
    if c == b:
        d = label[indices[indptr[x] + int(uniform(state) * (indptr[x + 1] - indptr[x]))]]
    if d == b or cost[x, d] >= BARRED or not touches(x, d, label, indptr, indices):
        return -1, a
    return x, d


@uncounted
def _near_partner(v: int, a: int, frozen: Flags, cost: F32, label: I32, indptr: I32, indices: I32, state: U64) -> int:
    """``v``, or a unit of its region beside it, that may go to ``a`` over the same border; -1 = none."""
    x = v
    if uniform(state) < 0.7:
        y = indices[indptr[v] + int(uniform(state) * (indptr[v + 1] - indptr[v]))]
        if label[y] == label[v]:
            x = y
    if frozen[x] or cost[x, a] >= BARRED or not touches(x, a, label, indptr, indices):
        return -1
    return x


@uncounted
def _both_stay_whole(u: int, b: int, x: int, d: int, label: I32, indptr: I32, indices: I32, walks: Walks) -> bool:
    """Whether every region is in one piece once ``u`` has moved to ``b``, then ``x`` to ``d``; neither is moved."""
    a, c, whole = label[u], label[x], False
    if not stays_whole(u, label, indptr, indices, walks):
        return False
    label[u] = b
    if touches(x, d, label, indptr, indices) and stays_whole(x, label, indptr, indices, walks):
        label[x] = d
        whole = touches(u, b, label, indptr, indices)  # unless u hung on the unit that left
        label[x] = c
    label[u] = a
    return whole


@uncounted
def _heavy_drawn(heavy: I32, draws: float, label: I32, indptr: I32, indices: I32, state: U64) -> tuple[int, int]:
    """The first of so many heavy units drawn that lies on a border, and a unit beyond it; (-1, -1) where none did."""
    for _ in range(int(draws + uniform(state))):
        u = heavy[int(uniform(state) * len(heavy))]
        if indptr[u] < indptr[u + 1]:
            v = indices[indptr[u] + int(uniform(state) * (indptr[u + 1] - indptr[u]))]
            if label[u] != label[v]:
                return u, v
    return -1, -1


@njit(cache=True, nogil=True)
def settle(
    ground: Ground,
    active: I32,
    label: I32,
    hot: float,
    cold: float,
    steps: int,
    penalty: F64,
    state: U64,
    best_label: I32,
    best: F64,
) -> None:
    """One annealing over ``steps`` proposals, in place; every region stays in one piece around its base.

    active: units to propose from. penalty: per measure and, last, of disruption; changed as the search sees need. best: ``[2]`` amount
    outside the limits and cost of ``best_label``, both updated when a better state is seen.
    """
    cost, driven, weight, current, moved_weight = ground.cost, ground.driven, ground.weight, ground.current, ground.moved_weight
    low, high, drive, slope, limit = ground.low, ground.high, ground.drive, ground.slope, ground.moved_limit
    frozen, indptr, indices = ground.frozen, ground.indptr, ground.indices
    tie_ptr, tie_to, tie_cost = ground.tie_ptr, ground.tie_to, ground.tie_cost
    regions, measures = cost.shape[1], weight.shape[1]
    held, after = np.zeros((regions, measures + 1)), np.empty((3, measures + 1))
    if steps == 0:  # asked only what the labels cost
        _seen(ground, label, held, penalty, penalty.copy(), best_label, best)
        return
    heavy = heavies(weight, low, high, frozen, active)
    afar = AFAR if len(heavy) > 1 else 0.0
    walks, carried = scratch(indptr, indices), np.empty(CARRIED, np.int32)
    border = border_of(active, frozen, label, indptr, indices)
    most = border.most[0]
    fine, least, moved = np.empty(regions), penalty.copy(), 0.0
    cooling = np.log(cold / hot) / max(steps, 1)
    every = max(2 * len(active), 1000)
    heat, done, look = hot, 0.0, 0.0  # proposals so far, and when everything is summed anew
    while done < steps and border.size[0] > 0:
        if done >= look:
            moved = _seen(ground, label, held, penalty, least, best_label, best)
            for j in range(regions):
                fine[j] = _outside(held, j, j, low, high, drive, penalty, slope)
            heat, look = hot * np.exp(cooling * done), done + every
        skipped = len(active) / (most * border.size[0])  # proposals until one of a unit on a border
        done += skipped
        u, v, far = -1, -1, False
        if afar > 0.0:
            u, v = _heavy_drawn(heavy, afar * skipped / (1.0 - afar), label, indptr, indices, state)
            far = u >= 0
        if not far:
            u = border.unit[int(uniform(state) * border.size[0])]
            if border.often[u] < most and uniform(state) * most >= border.often[u]:
                continue
            v = indices[indptr[u] + int(uniform(state) * (indptr[u + 1] - indptr[u]))]
        a, b = label[u], label[v]
        if a == b or cost[u, b] >= BARRED:
            continue
        count, carried[0] = 1, u
        x, d = -1, a  # another unit, and where it goes
        if far:
            x, d = _far_partner(u, b, heavy, cost, label, indptr, indices, state)
            if x < 0:
                continue
        elif uniform(state) * (1.0 - afar) < NEAR:
            x = _near_partner(v, a, frozen, cost, label, indptr, indices, state)
            if x < 0:
                continue
        else:
            count = leaving(u, ground.base[a], label, indptr, indices, walks, carried)
        delta, moved_by = 0.0, 0.0
        for m in range(measures + 1):
            after[0, m] = held[a, m]
            after[1, m] = held[b, m]
        barred = count == 0
        for i in range(count):
            w = carried[i]
            if frozen[w] or cost[w, b] >= BARRED:
                barred = True
                break
            delta += cost[w, b] - cost[w, a]
            _change(after, 0, 1, w, a, b, weight, driven)
            moved_by += moved_weight[w] * ((current[w] == a) - 1.0 * (current[w] == b))
        if barred:
            continue
        c = label[x] if x >= 0 else b
        third = c if c != b else d  # the region beside the two; a itself where there is none
        if x >= 0:
            delta += cost[x, d] - cost[x, c]
            for m in range(measures + 1):
                after[2, m] = held[third, m]
            _change(after, 1 if c == b else 2, 0 if d == a else 2, x, c, d, weight, driven)
            moved_by += moved_weight[x] * ((current[x] == c) - 1.0 * (current[x] == d))
        fine_a = _outside(after, 0, a, low, high, drive, penalty, slope)
        fine_b = _outside(after, 1, b, low, high, drive, penalty, slope)
        fine_c = fine[third]
        delta += fine_a - fine[a] + fine_b - fine[b]
        if third != a:
            fine_c = _outside(after, 2, third, low, high, drive, penalty, slope)
            delta += fine_c - fine[third]
        if moved_by != 0.0:
            delta += penalty[measures] * (max(0.0, moved + moved_by - limit) - max(0.0, moved - limit))
        if len(tie_to):
            for i in range(count):
                delta += _tie_delta(carried[i], a, b, label, tie_ptr, tie_to, tie_cost)
                label[carried[i]] = b
            if x >= 0:
                delta += _tie_delta(x, c, d, label, tie_ptr, tie_to, tie_cost)
            for i in range(count):
                label[carried[i]] = a
        if delta > 0.0 and (delta > SURELY * heat or delta >= -heat * np.log(1.0 - uniform(state))):
            continue
        if x >= 0 and not _both_stay_whole(u, b, x, d, label, indptr, indices, walks):
            continue
        for i in range(count):
            cross(carried[i], b, label, indptr, indices, border)
        if x >= 0:
            cross(x, d, label, indptr, indices, border)
        for m in range(measures + 1):
            held[a, m] = after[0, m]
            held[b, m] = after[1, m]
            if third != a:
                held[third, m] = after[2, m]
        fine[a], fine[b] = fine_a, fine_b
        if third != a:
            fine[third] = fine_c
        moved += moved_by
    _seen(ground, label, held, penalty, least, best_label, best)  # the last state counts too
