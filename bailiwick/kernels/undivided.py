"""What one base can make of prices of units when units are not cut and its territory lies in one piece."""

import numpy as np
import numpy.typing as npt
from numba import njit

from bailiwick.kernels.knapsacks import least
from bailiwick.kernels.shortest_paths import spread

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
DEEPEST = 64  # units decided on at once
NEVER = 1e30  # where a unit of no load stands in an order by gain per load
HALVINGS = 8  # of how far a territory may reach
WITHIN, BEYOND = 1, 2
MORE = 0.2  # of the middle of its band, that a base may have to find elsewhere, or its heaviest unit
SHARPER = 4.0  # times heavier that a unit must be to stay whole, where too many would have to


@njit(cache=True, nogil=True)
def filled(gain: F64, weight: F64, low: float, high: float, heavy: float, slack: float, most: int, share: F64) -> tuple[float, bool]:
    """Least sum of ``gain * share`` with ``share * weight`` between ``low`` and ``high``: pieces of at least ``heavy`` whole, lighter ones cut.

    gain, weight ``[m]``, in rising order of gain per weight. Branch and bound (Land & Doig 1960, doi:10.2307/1910129) on the piece that the
    continuous knapsack cuts, until no branch could save more than ``slack``. share ``[m]`` is filled with the answer. Infinite where there
    is none. Returns too whether at most ``most`` branches sufficed; if not, the value is still no more than the least.
    """
    m = len(gain)
    natural, load, value = 0, 0.0, 0.0
    while natural < m and gain[natural] < 0.0:
        load += weight[natural]
        value += gain[natural]
        natural += 1
    fixed = np.zeros(m, np.int8)  # 1 = taken, -1 = left
    piece, turned = np.empty(DEEPEST, np.int64), np.empty(DEEPEST, np.bool_)
    depth, nodes = 0, 0
    best, lost = np.inf, np.inf  # of whole answers; of branches given up
    kept_piece, kept_way = np.empty(DEEPEST, np.int64), np.empty(DEEPEST, np.int8)
    kept_depth, kept_end, kept_cut, kept_part = 0, natural, -1, 0.0
    end = natural  # pieces before it are taken, unless fixed
    while True:
        nodes += 1
        while load > high and end > 0:
            end -= 1
            if fixed[end] == 0:
                load -= weight[end]
                value -= gain[end]
        while end < natural and (fixed[end] != 0 or load + weight[end] <= high):
            if fixed[end] == 0:
                load += weight[end]
                value += gain[end]
            end += 1
        while end > natural and (fixed[end - 1] != 0 or load - weight[end - 1] >= low):
            end -= 1
            if fixed[end] == 0:
                load -= weight[end]
                value -= gain[end]
        while end >= natural and load < low and end < m:
            if fixed[end] == 0:
                load += weight[end]
                value += gain[end]
            end += 1
        cut, part, bound = -1, 0.0, np.inf
        fits = low <= load <= high
        if end < natural and load <= high:
            cut, part = end, (high - load) / weight[end]
            bound = value + part * gain[end]
        elif end > natural and load > low and fixed[end - 1] == 0:
            cut = end - 1
            part = 1.0 - (load - low) / weight[cut]
            bound = value - (1.0 - part) * gain[cut]
        elif fits:
            bound = value
        light = cut >= 0 and weight[cut] < heavy
        if (fits and value < best) or (light and bound < best):
            best = bound if light else value
            kept_depth, kept_end = depth, end
            kept_cut, kept_part = (cut, part) if light else (-1, 0.0)
            for i in range(depth):
                kept_piece[i], kept_way[i] = piece[i], fixed[piece[i]]
        if bound < best and cut >= 0:
            if bound < best - slack and nodes < most and depth < DEEPEST:
                piece[depth], turned[depth] = cut, False
                depth += 1
                if part >= 0.5:
                    fixed[cut] = 1
                    if cut >= end:
                        load += weight[cut]
                        value += gain[cut]
                else:
                    fixed[cut] = -1
                    if cut < end:
                        load -= weight[cut]
                        value -= gain[cut]
                continue
            lost = min(lost, bound)
        while depth > 0:
            last = piece[depth - 1]
            if not turned[depth - 1]:
                turned[depth - 1] = True
                if fixed[last] == 1:
                    load -= weight[last]
                    value -= gain[last]
                else:
                    load += weight[last]
                    value += gain[last]
                fixed[last] = -fixed[last]
                break
            if fixed[last] == 1 and last >= end:
                load -= weight[last]
                value -= gain[last]
            elif fixed[last] == -1 and last < end:
                load += weight[last]
                value += gain[last]
            fixed[last] = 0
            depth -= 1
        if depth == 0:
            break
    share[:] = 0.0
    share[:kept_end] = 1.0
    if kept_cut >= 0:
        share[kept_cut] = kept_part
    for i in range(kept_depth):
        share[kept_piece[i]] = 1.0 if kept_way[i] == 1 else 0.0
    return min(best, lost), lost >= best - slack


@njit(cache=True, nogil=True)
def knapsack(
    gain: F64, weight: F64, inside: Flags, low: float, high: float, heavy: float, slack: float, most: int, exact: bool, share: F64
) -> tuple[float, float, float, bool]:
    """``filled`` for pieces in any order, those ``inside`` alone: (value, value if all might be cut, price of load there, enough).

    The price is above 0 where ``high`` presses, below where ``low`` does. Whole pieces that it tells to be taken or left in every best answer
    are set aside first (Dantzig 1957, doi:10.1287/opre.5.2.266, and reduced costs); unless ``exact``, light ones too, as if they were whole.
    """
    m, load, loose = len(gain), 0.0, 0.0
    for i in range(m):
        share[i] = 1.0 if inside[i] and gain[i] < 0.0 else 0.0
        load += share[i] * weight[i]
        loose += share[i] * gain[i]
    if low <= load <= high:
        return loose, loose, 0.0, True
    sign = 1.0 if load > high else -1.0
    ratio, heft, pair = np.empty(m), np.empty(m), np.empty(m, np.int64)
    count = 0
    for i in range(m):
        if inside[i] and weight[i] > 0.0 and (gain[i] < 0.0) == (sign > 0.0):
            ratio[count], heft[count], pair[count] = -sign * gain[i] / weight[i], weight[i], i
            count += 1
    whole, part = least(count, load - high if sign > 0.0 else low - load, ratio, heft, pair)
    if whole == count:
        return np.inf, np.inf, 0.0, True
    for q in range(whole):
        share[pair[q]] -= sign
        loose += ratio[q] * heft[q]
    cut = pair[whole]
    price = ratio[whole]
    loose += price * part
    rest = weight[cut] - part
    if weight[cut] < heavy or rest <= 0.0:
        share[cut] -= sign * part / weight[cut]
        return loose, loose, sign * price, True
    open_ = rest <= high - low  # the piece may go whole
    loss = price * rest
    held, worth, count = 0.0, 0.0, 0
    for i in range(m):
        if not inside[i]:
            continue
        dear = gain[i] + sign * price * weight[i]
        if not open_ or abs(dear) <= loss or (exact and weight[i] < heavy):
            pair[count], ratio[count] = i, gain[i] / weight[i] if weight[i] > 0.0 else (-NEVER if gain[i] < 0.0 else NEVER)
            count += 1
        elif dear < 0.0:
            held += weight[i]
            worth += gain[i]
    chosen = pair[:count][np.argsort(ratio[:count])]
    part_share = np.empty(count)
    value, enough = filled(gain[chosen], weight[chosen], low - held, high - held, heavy, slack, most, part_share)
    for i in range(m):
        share[i] = 1.0 if inside[i] and gain[i] + sign * price * weight[i] < 0.0 else 0.0
    share[chosen] = part_share
    return value + worth, loose, sign * price, enough


@njit(cache=True, nogil=True)
def reached(base: int, toll: F64, indptr: I32, indices: I32, most: float, cost: F64) -> None:
    """Least sum of ``toll`` over the units of a path from ``base`` to each, its own with it, into ``cost``; ``most`` where it is no less.

    toll: ``[n]``, not below 0 (Dijkstra 1959, doi:10.1007/BF01386390).
    """
    cost[:] = most
    spread(toll, indptr, indices, np.array([base], np.int32), cost, np.empty(len(toll), np.int32))


@njit(cache=True, nogil=True)
def _made(
    gain: F64, weight: F64, inside: Flags, low: float, high: float, heavy: float, most: int, share: F64
) -> tuple[float, float, float, float]:
    """``knapsack`` and, last, how heavy the pieces are that it kept whole: more than asked where that took too many branches."""
    while True:
        value, loose, price, enough = knapsack(gain, weight, inside, low, high, heavy, 0.0, most, True, share)
        if enough:
            return value, loose, price, heavy
        heavy *= SHARPER


@njit(cache=True, nogil=True)
def examine(
    base: I64,
    cost: F32,
    hours: F32,
    load: F64,
    price: F64,
    drive: float,
    low: F64,
    high: F64,
    barred: float,
    indptr: I32,
    indices: I32,
    far: float,
    own: F64,
    heavy: float,
    slack: float,
    most: int,
    shift_ptr: I64,
    shift_unit: I32,
    shift: F64,
    margin: F64,
    among: I64,
    value: F64,
    reach: F64,
    whole: F64,
    listed: npt.NDArray[np.int8],
) -> None:
    """What the bases ``among`` all make of the prices, into ``value``; with what proves it, and the units that matter near these prices.

    cost, hours: float32 ``[n, k]``. load, price: ``[n]``. low, high: ``[k]``. barred: a cost from here on means never. far: no reach is worth
    more than that; 0 = territories need not be in one piece. own ``[k]``: what a territory that is allowed makes; no proof for a base exceeds
    it, so that units which cost it as much above their worth are not looked at further. reach ``[k]``: a territory that holds a unit which
    costs at least that to get to costs that much more than the continuous knapsack; one that does not is filled from the others; infinite
    where it would prove at most ``slack`` more. whole ``[k]``: units at least as heavy are not cut there. margin ``[n]``: a unit is listed
    when it costs at most that above its worth to the base. listed ``[k, n]``: WITHIN or BEYOND its reach, 0 = not.
    shift: by how much serving some units costs each base more, as CSR; those are listed.
    """
    n = len(load)
    gain, weight, share = np.empty(n), np.empty(n), np.empty(n)
    inside, toll, path = np.empty(n, np.bool_), np.empty(n), np.zeros(n)
    for j in among:
        for u in range(n):
            inside[u] = cost[u, j] < barred
            gain[u] = cost[u, j] - price[u]
            weight[u] = load[u] + drive * hours[u, j]
        for e in range(shift_ptr[j], shift_ptr[j + 1]):
            gain[shift_unit[e]] += shift[e]
        value[j], loose, dual, whole[j] = _made(gain, weight, inside, low[j], high[j], heavy, most, share)
        reach[j] = np.inf
        path[:] = 0.0
        if far > 0.0 and np.isfinite(loose):
            limit = min(far, own[j] - loose + slack)
            if limit > 2.0 * slack:
                for u in range(n):
                    toll[u] = max(gain[u] + dual * weight[u], 0.0) if inside[u] else limit
                reached(base[j], toll, indptr, indices, limit, path)
                some = np.flatnonzero(inside & (toll < limit))
                value[j], reach[j], whole[j] = _nearer(
                    gain[some], weight[some], share[some], path[some], low[j], high[j], heavy, slack, most, loose, limit, value[j], whole[j]
                )
        eager = min(dual, _eager(gain, weight, inside, share, low[j], high[j]))
        within = inside & (path < reach[j])
        eager_near = eager if not np.isfinite(reach[j]) else min(eager, _eager(gain, weight, within, share, low[j], high[j]))
        for u in range(n):
            listed[j, u] = 0
            if inside[u] and gain[u] + (eager_near if within[u] else eager) * weight[u] <= margin[u]:
                listed[j, u] = WITHIN if within[u] else BEYOND
        for e in range(shift_ptr[j], shift_ptr[j + 1]):
            u = shift_unit[e]
            if inside[u] and listed[j, u] == 0:
                listed[j, u] = WITHIN if within[u] else BEYOND


@njit(cache=True, nogil=True)
def _eager(gain: F64, weight: F64, inside: Flags, share: F64, low: float, high: float) -> float:
    """Price of load at a base that has to find more of it among those ``inside``: as much as the heaviest piece it takes holds; 0 = it need not."""
    more = MORE * (low + high) / 2.0
    for i in range(len(gain)):
        if share[i] > 0.0:
            more = max(more, weight[i])
    _, _, price, _ = knapsack(gain, weight, inside, low + more, high + more, np.inf, 0.0, 0, False, np.empty(len(gain)))
    return float(price)


@njit(cache=True, nogil=True)
def _nearer(
    gain: F64,
    weight: F64,
    share: F64,
    path: F64,
    low: float,
    high: float,
    heavy: float,
    slack: float,
    most: int,
    loose: float,
    far: float,
    value: float,
    whole: float,
) -> tuple[float, float, float]:
    """The reach that proves most, at most ``far``, as (value, reach, whole): bisection, as what is within falls with the reach and what is
    beyond it rises. share: of pieces in the best filling whatever the way to them.
    """
    reach, beyond = np.inf, 0.0
    for i in range(len(path)):
        if share[i] > 0.0:
            beyond = max(beyond, path[i])
    if beyond <= slack:  # the best territory lies close by
        return value, reach, whole
    enough, scratch = value + slack, np.empty(len(gain))
    shortest, longest, tried = 0.0, far, far
    for _ in range(HALVINGS):
        near, _, _, kept = _made(gain, weight, path < tried, low, high, heavy, most, scratch)
        proved = min(near, loose + tried)
        if proved > max(value, enough):
            value, reach, whole = proved, tried, kept
        if near < loose + tried:
            longest = tried
        elif tried == far:
            break
        else:
            shortest = tried
        tried = (shortest + longest) / 2
    return value, reach, whole


@njit(cache=True, nogil=True)
def turns(
    pointer: I64,
    unit: I32,
    cost: F64,
    weight: F64,
    within: Flags,
    low: F64,
    high: F64,
    reach: F64,
    heavy: F64,
    slack: float,
    most: int,
    orders: I64,
    steps: F64,
    scale: F64,
    price: F64,
    share: F64,
    times: F64,
    apart_ptr: I64,
    apart: I64,
    through_ptr: I64,
    through: I64,
    hours: F64,
    before: int,
    mean: F64,
) -> None:
    """Each base in turn answers the prices, which rise at once for units that are served too rarely and fall for others, so many rounds.

    pointer: the pairs of each base ``[k + 1]``; unit, cost, weight, share: by pair; within: whether within reach. low, high, reach, heavy:
    by base. orders ``[any, k]``: of the turns in one round after the other. steps ``[rounds]``: how far a price goes, of its scale ``[n]``.
    times ``[n]``: how often each unit is served. price, share, times, cost: in place.

    apart: of each separation the pair of its unit, those of each base together ``[k + 1]``; through: the pairs that separate it, as CSR;
    hours: its price, in place, as far as it is in ``cost``. mean: of the share of each pair, over the rounds from ``before`` on.
    """
    for number in range(len(steps)):
        for j in orders[number % len(orders)]:
            start, stop = pointer[j], pointer[j + 1]
            gain, load = cost[start:stop] - price[unit[start:stop]], weight[start:stop]
            fresh = np.empty(stop - start)
            value, _, _, _ = knapsack(gain, load, within[start:stop], low[j], high[j], heavy[j], slack, most, False, fresh)
            if np.isfinite(reach[j]):
                wide = np.empty(stop - start)
                _, loose, _, _ = knapsack(gain, load, np.ones(stop - start, np.bool_), low[j], high[j], np.inf, slack, most, False, wide)
                if loose + reach[j] < value:  # it goes further: all that is worth it at the price of load
                    fresh = wide
            for e in range(start, stop):
                u = unit[e]
                times[u] += fresh[e - start] - share[e]
                share[e] = fresh[e - start]
                price[u] += steps[number] * scale[u] * (1.0 - times[u])
            for c in range(apart_ptr[j], apart_ptr[j + 1]):
                own, more = apart[c], share[apart[c]]
                for q in range(through_ptr[c], through_ptr[c + 1]):
                    more -= share[through[q]]
                change = max(steps[number] * scale[unit[own]] * more, -hours[c])
                hours[c] += change
                cost[own] += change
                for q in range(through_ptr[c], through_ptr[c + 1]):
                    cost[through[q]] -= change
        if number >= before:
            for e in range(len(share)):
                mean[e] += share[e] / (len(steps) - before)
