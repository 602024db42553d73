"""What each possible base could earn at given prices of units: one continuous knapsack a base (Dantzig 1957, doi:10.1287/opre.5.2.266)."""

import numpy as np
import numpy.typing as npt
from numba import njit

from bailiwick.kernels.circles import LITTLE, Counts, charged, counted, restored

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]


@njit(cache=True, nogil=True)
def _swap(p: int, q: int, ratio: F64, weight: F64, pair: I64) -> None:
    ratio[p], ratio[q] = ratio[q], ratio[p]
    weight[p], weight[q] = weight[q], weight[p]
    pair[p], pair[q] = pair[q], pair[p]


@njit(cache=True, nogil=True)
def least(count: int, want: float, ratio: F64, weight: F64, pair: I64) -> tuple[int, float]:
    """Bring the least ratios that together weigh ``want`` to the front: (how many go whole, what the next one gives of its weight).

    Hoare's selection by weight: linear on average.
    """
    first, last = 0, count  # the answer lies in [first, last]
    before = 0.0  # weight in front of ``first``
    while first < last:
        middle = ratio[(first + last) // 2]
        less, at, more = first, first, last
        lighter, equal = 0.0, 0.0
        while at < more:
            if ratio[at] < middle:
                lighter += weight[at]
                _swap(at, less, ratio, weight, pair)
                less += 1
                at += 1
            elif ratio[at] > middle:
                more -= 1
                _swap(at, more, ratio, weight, pair)
            else:
                equal += weight[at]
                at += 1
        if before + lighter > want:
            last = less
        elif before + lighter + equal > want:
            before += lighter
            for p in range(less, more):
                if before + weight[p] > want:
                    return p, want - before
                before += weight[p]
            return more, want - before
        else:
            before += lighter + equal
            first = more
    return first, want - before


@njit(cache=True, nogil=True)
def earning(
    start: int,
    stop: int,
    unit: I32,
    cost: F32,
    worth: F64,
    drive: float,
    relief: float,
    low: float,
    high: float,
    subsidy: float,
    ratio: F64,
    heavy: F64,
    pair: I64,
) -> float:
    """Least sum of ``(cost - price) * share`` over pairs ``start`` to ``stop``, the load they make kept within ``low`` and ``high``.

    worth: price and load of each unit, one after the other ``[2 * units]``. relief: hours off each unit of load. A load that is missing to
    ``low`` may be bought at ``subsidy`` a unit of it, less the relief; below 0 nothing is proven. ratio, heavy, pair: room to work in, as long as
    the pairs.
    """
    subsidy -= relief
    if subsidy < 0.0:
        return -np.inf
    load, value = 0.0, 0.0
    for e in range(start, stop):
        u = unit[e]
        gain = cost[e] - worth[2 * u] - relief * worth[2 * u + 1]
        if gain < 0.0:
            load += worth[2 * u + 1] + drive * cost[e]
            value += gain
    if low <= load <= high:
        return value
    over = load > high
    count = 0
    for e in range(start, stop):
        u = unit[e]
        gain = cost[e] - worth[2 * u] - relief * worth[2 * u + 1]
        w = worth[2 * u + 1] + drive * cost[e]
        if w <= 0.0 or (gain < 0.0) != over:
            continue
        if not over and gain >= subsidy * w:
            continue
        ratio[count] = -gain / w if over else gain / w
        heavy[count] = w
        pair[count] = e
        count += 1
    want = load - high if over else low - load
    whole, part = least(count, want, ratio, heavy, pair)
    for p in range(whole):
        value += ratio[p] * heavy[p]
        want -= heavy[p]
    if whole < count:
        value += ratio[whole] * part
        want -= part
    return value if over else value + subsidy * max(want, 0.0)


@njit(cache=True, nogil=True)
def earnings(
    pointer: I64,
    unit: I32,
    cost: F32,
    worth: F64,
    drive: float,
    low: F64,
    high: F64,
    subsidy: F64,
    counts: Counts,
    dual: F64,
    first: int,
    last: int,
    value: F64,
) -> None:
    """``earning`` of the bases ``first`` to ``last`` with what their circles charge, into ``value`` ``[bases]``.

    pointer: the pairs of each base ``[bases + 1]``; dual: hours a base more or less costs in each circle ``[circles]``.
    """
    longest = 0
    for j in range(first, last):
        longest = max(longest, pointer[j + 1] - pointer[j])
    ratio, heavy, pair = np.empty(longest), np.empty(longest), np.empty(longest, np.int64)
    own = worth.copy()
    for j in range(first, last):
        relief, fixed = charged(j, counts, dual, own)
        value[j] = fixed + earning(
            pointer[j], pointer[j + 1], unit, cost, own, drive, relief, low[j], high[j], subsidy[j], ratio, heavy, pair
        )
        restored(j, counts, dual, worth, own)


@njit(cache=True, nogil=True)
def earnings_near(
    pointer: I64,
    unit: I32,
    cost: F32,
    worth: F64,
    drive: float,
    low: F64,
    high: F64,
    subsidy: F64,
    counts: Counts,
    dual: F64,
    first: int,
    last: int,
    value: F64,
    lean: F64,
    wide: float,
) -> None:
    """``earnings``, each begun from what a unit of load was worth to the base before: mostly one pass and a selection among few.

    lean: by base what a unit of load costs it at its best filling (below 0: it lacks load), which of its pairs that filling cuts (-1 = none) and
    how much of it is taken, the first read, all written ``[bases, 3]``, of a base of which nothing is proven as they were. wide: how far the first
    may be off before a second pass is needed.
    """
    longest = 0
    for j in range(first, last):
        longest = max(longest, pointer[j + 1] - pointer[j])
    ratio, heavy, pair = np.empty(longest), np.empty(longest), np.empty(longest, np.int64)
    own = worth.copy()
    for j in range(first, last):
        relief, fixed = charged(j, counts, dual, own)
        if relief > subsidy[j]:
            value[j] = -np.inf
            restored(j, counts, dual, worth, own)
            continue
        least_worth = relief - subsidy[j]
        up = max(lean[j, 0], least_worth) + wide
        down = max(max(lean[j, 0], least_worth) - wide, least_worth)
        step = wide
        lean[j, 1] = -1.0
        risen, sunk = False, False
        while True:
            free, made, inner, earned, between, other, count = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0
            for e in range(pointer[j], pointer[j + 1]):
                base_load = own[2 * unit[e] + 1]
                gain = cost[e] - own[2 * unit[e]] - relief * base_load
                w = base_load + drive * cost[e]
                if gain < 0.0:
                    free += w
                    made += gain
                if gain + up * w < 0.0:
                    inner += w
                    earned += gain
                elif gain + down * w < 0.0:
                    between += w
                    other += gain
                    ratio[count] = gain / w
                    heavy[count] = w
                    pair[count] = e - pointer[j]
                    count += 1
            if low[j] <= free <= high[j]:
                value[j], lean[j, 0] = made, 0.0
                break
            want = high[j] if free > high[j] else low[j]
            step *= 6.0
            if inner > want:
                if sunk:  # sums of other order differ in their last digits
                    value[j], lean[j, 0] = earned + up * (inner - want), up
                    break
                down, up, risen = up, up + step, True
                continue
            if inner + between < want:
                if down <= least_worth or risen:
                    value[j], lean[j, 0] = earned + other + down * (inner + between - want), down
                    break
                up, down, sunk = down, max(down - step, least_worth), True
                continue
            whole, part = least(count, want - inner, ratio, heavy, pair)
            for p in range(whole):
                earned += ratio[p] * heavy[p]
            lean[j, 0] = down
            if whole < count:
                earned += ratio[whole] * part
                lean[j, 1], lean[j, 2] = pair[whole], part / heavy[whole]
                lean[j, 0] = -ratio[whole]
            value[j] = earned
            break
        value[j] += fixed
        restored(j, counts, dual, worth, own)


@njit(cache=True, nogil=True)
def served(
    pointer: I64,
    unit: I32,
    cost: F32,
    worth: F64,
    drive: float,
    counts: Counts,
    dual: F64,
    lean: F64,
    share: F64,
    first: int,
    last: int,
    times: F64,
    found: F64,
    flow: F32,
) -> None:
    """How often bases ``first`` to ``last``, open by ``share`` ``[bases]``, serve each unit at their best fillings: added to ``times``.

    found: what they make of the left side of each circle ``[circles]``; flow: by pair the same as ``times``, or empty; both added to.
    """
    own, taken = worth.copy(), np.zeros(len(times))
    for j in range(first, last):
        if share[j] < LITTLE:
            continue
        relief, _ = charged(j, counts, dual, own)
        cut = pointer[j] + int(lean[j, 1]) if lean[j, 1] >= 0.0 else -1
        load = 0.0
        for e in range(pointer[j], pointer[j + 1]):
            u = unit[e]
            base_load = own[2 * u + 1]
            if e == cut:
                part = lean[j, 2]
            elif cost[e] - own[2 * u] - relief * base_load + lean[j, 0] * (base_load + drive * cost[e]) < 0.0:
                part = 1.0
            else:
                continue
            times[u] += share[j] * part
            load += part * base_load
            taken[u] = part
            if len(flow):
                flow[e] += share[j] * part
        if counts.of[j] < counts.of[j + 1]:
            counted(j, share[j], counts, taken, load, worth, found)
            restored(j, counts, dual, worth, own)
        for e in range(pointer[j], pointer[j + 1]):
            taken[unit[e]] = 0.0


@njit(cache=True, nogil=True)
def by_base(pointer: I64, to: I32, minutes: F32, hours: F32, name: I32, bases: int) -> tuple[I64, I32, F32]:
    """Pairs listed by unit as pairs listed by base: pointers, the ``name`` of each unit, cost: ``hours`` a minute of each."""
    at = np.zeros(bases + 1, np.int64)
    for e in range(len(to)):
        at[to[e] + 1] += 1
    for j in range(bases):
        at[j + 1] += at[j]
    start = at.copy()
    unit, moved = np.empty(len(to), np.int32), np.empty(len(to), np.float32)
    for u in range(len(pointer) - 1):
        for e in range(pointer[u], pointer[u + 1]):
            place = at[to[e]]
            unit[place], moved[place] = name[u], minutes[e] * hours[u]
            at[to[e]] += 1
    return start, unit, moved


@njit(cache=True, nogil=True)
def only(pointer: I64, unit: I32, cost: F32, bases: I64) -> tuple[I64, I32, F32]:
    """The pairs of some bases, in the order of ``bases``."""
    start = np.zeros(len(bases) + 1, np.int64)
    for i in range(len(bases)):
        start[i + 1] = start[i] + pointer[bases[i] + 1] - pointer[bases[i]]
    to, kept = np.empty(start[-1], np.int32), np.empty(start[-1], np.float32)
    for i in range(len(bases)):
        first, last = pointer[bases[i]], pointer[bases[i] + 1]
        to[start[i] : start[i + 1]] = unit[first:last]
        kept[start[i] : start[i + 1]] = cost[first:last]
    return start, to, kept


@njit(cache=True, nogil=True)
def replaced(
    pointer: I64, unit: I32, cost: F32, gone: npt.NDArray[np.bool_], new_pointer: I64, new_unit: I32, new_cost: F32
) -> tuple[I64, I32, F32]:
    """Pairs listed by base with those of the units ``gone`` ``[units]`` given up for new ones."""
    bases = len(pointer) - 1
    start = np.zeros(bases + 1, np.int64)
    for j in range(bases):
        count = new_pointer[j + 1] - new_pointer[j]
        for e in range(pointer[j], pointer[j + 1]):
            if not gone[unit[e]]:
                count += 1
        start[j + 1] = start[j] + count
    to, moved = np.empty(start[bases], np.int32), np.empty(start[bases], np.float32)
    for j in range(bases):
        at = start[j]
        for e in range(pointer[j], pointer[j + 1]):
            if not gone[unit[e]]:
                to[at], moved[at] = unit[e], cost[e]
                at += 1
        for e in range(new_pointer[j], new_pointer[j + 1]):
            to[at], moved[at] = new_unit[e], new_cost[e]
            at += 1
    return start, to, moved
