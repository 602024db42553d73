"""Neighbourhoods of a settled plan drawn anew where it is dearest: a few whole territories annealed together, the others held.

Large neighbourhood search (Shaw 1998, doi:10.1007/3-540-49481-2_30). What a territory's units cost above their cheapest place at the prices
of load, plus what its unused band is worth, is its regret: over all territories exactly the gap to the transport bound, so that it says
where there is something to gain.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from bailiwick.kernels.anneal_fixed import settle
from bailiwick.kernels.anneal_free import beyond, uniform
from bailiwick.kernels.contiguity import grow
from bailiwick.kernels.nearby import rows_among

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
U64 = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
MOST = 5  # territories of a neighbourhood
PROPOSALS = 300  # per unit of it
HEATS = (1.0, 5.0, 30.0)  # where it begins, in costs of a median unit
COLD = 0.01  # and where it ends
REGROWN = 0.5  # share of the neighbourhoods that begin from borders drawn anew by price
SPREAD = 0.02  # regret that every territory counts as, in that of the mean, so that each is tried
WRONG = 10.0  # times the dearest load that load outside a band counts as


class Country(NamedTuple):
    """What the neighbourhoods are cut from: the arrays of a ``Settling`` by the names of ``anneal_fixed.settle``, and prices of load.

    priced: costs with them in ``[n, k]``; least: of each unit; wanted: and where. busy: units with work. price: of each territory's load;
    dear: of the dearest. unit: cost of a median unit, hours a year.
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
    penalty: F64
    slope: F64
    priced: F32
    least: F32
    wanted: I32
    busy: Flags
    price: F64
    dear: float
    unit: float


@njit(cache=True, nogil=True)
def regrets(country: Country, label: I32, own: Flags) -> F64:
    """Regret of the territories that ``own`` marks, hours a year ``[k]``; nothing for the others."""
    k = len(country.base)
    regret, held = np.zeros(k), np.zeros(k)
    for u in range(len(label)):
        j = label[u]
        if own[j]:
            held[j] += country.weight[u, 0] + country.drive * country.driven[u, j]
            regret[j] += country.priced[u, j] - country.least[u]
    for j in range(k):
        if own[j]:
            low, high, price = country.low[j, 0], country.high[j, 0], country.price[j]
            slack = price * (high - held[j]) if price > 0 else price * (low - held[j])
            regret[j] += max(slack, 0.0) + WRONG * country.dear * beyond(held[j], low, high)
    return regret


@njit(cache=True, nogil=True)
def _drawn(chance: F64, state: U64) -> int:
    """One by its chance; -1 where there is none."""
    at = uniform(state) * chance.sum()
    last = -1
    for j in range(len(chance)):
        if chance[j] > 0.0:
            last = j
            at -= chance[j]
            if at < 0.0:
                break
    return last


@njit(cache=True, nogil=True)
def chosen(country: Country, label: I32, own: Flags, regret: F64, state: U64) -> I32:
    """A territory by its regret, those its units would rather be in, those whose units would rather be in it, and some beside them."""
    mean = SPREAD * regret.sum() / max(own.sum(), 1)
    chance = np.where(own, regret + mean + 1e-12, 0.0)
    seed = _drawn(chance, state)
    pull = np.zeros(len(own))
    beside = 1e-9 + mean / max((label == seed).sum(), 1)
    for u in range(len(label)):
        if label[u] == seed:
            pull[country.wanted[u]] += max(country.priced[u, seed] - country.least[u], 0.0)
            for e in range(country.indptr[u], country.indptr[u + 1]):
                pull[label[country.indices[e]]] += beside
        elif country.wanted[u] == seed:
            pull[label[u]] += max(country.priced[u, label[u]] - country.least[u], 0.0)
    pull[seed] = 0.0
    pull[~own] = 0.0
    found = np.empty(MOST, np.int32)
    found[0] = seed
    count, wanted = 1, 2 + int(uniform(state) * (MOST - 1))
    while count < wanted:
        other = _drawn(pull, state)
        if other < 0:
            break
        pull[other] = 0.0
        found[count] = other
        count += 1
    return found[:count]


@njit(cache=True, nogil=True)
def _room_for_moves(country: Country, label: I32, slot: I32) -> float:
    """Weight that may move within a neighbourhood, after what has moved elsewhere and what its units cannot undo."""
    limit = country.moved_limit
    if np.isfinite(limit):
        for u in range(len(label)):
            today = country.current[u]
            if today >= 0 and today != label[u] and (slot[label[u]] < 0 or slot[today] < 0):
                limit -= country.moved_weight[u]
    return limit


@njit(cache=True, nogil=True)
def redrawn(country: Country, label: I32, among: I32, slot: I32, at: I32, state: U64) -> int:
    """Draw the territories ``among`` anew, in place where that is better; returns the proposals it took.

    slot: ``[k]`` and at: ``[n]``, all -1; they are left so.
    """
    for i in range(len(among)):
        slot[among[i]] = i
    active = np.flatnonzero(slot[label] >= 0).astype(np.int32)
    n, k, measures = len(active), len(among), country.weight.shape[1]
    for i in range(n):
        at[active[i]] = i
    ptr, to, _ = rows_among(active, at, country.indptr, country.indices)
    tie_ptr, tie_to, entry = rows_among(active, at, country.tie_ptr, country.tie_to)
    cost, driven, priced = np.empty((n, k), np.float32), np.empty((n, k), np.float32), np.empty((n, k), np.float32)
    weight, current, begin = np.empty((n, measures)), np.full(n, -1, np.int32), np.empty(n, np.int32)
    proposed = np.empty(2 * n, np.int32)
    count = n
    for i in range(n):
        u = active[i]
        for j in range(k):
            cost[i, j], driven[i, j], priced[i, j] = country.cost[u, among[j]], country.driven[u, among[j]], country.priced[u, among[j]]
        weight[i] = country.weight[u]
        if country.current[u] >= 0:
            current[i] = slot[country.current[u]]
        begin[i] = slot[label[u]]
        proposed[i] = i
        if country.busy[u]:
            proposed[count] = i
            count += 1
    limit = _room_for_moves(country, label, slot)
    low, high, slope = country.low[among], country.high[among], country.slope[among]
    base, frozen, moved_weight = at[country.base[among]], country.frozen[active], country.moved_weight[active]
    penalty, found, best = country.penalty.copy(), begin.copy(), np.full(2, np.inf)
    steps = PROPOSALS * n
    for trial in range(2):
        hot = COLD
        if trial == 1:
            before, outside = best[1], best[0]
            hot = HEATS[int(uniform(state) * len(HEATS))]
            if uniform(state) < REGROWN:
                anew = grow(ptr, to, priced, np.where(frozen, begin, np.int32(-1)).astype(np.int32))
                begin = anew if anew.min() >= 0 else begin
        settle(
            cost, driven, weight, low, high, country.drive, base, frozen, ptr, to, tie_ptr, tie_to, country.tie_cost[entry], current,
            moved_weight, limit, proposed[:count], begin, hot * country.unit, COLD * country.unit, steps * trial, penalty, slope, state,
            found, best,
        )  # fmt: skip
    if best[0] < outside or (best[0] == outside and best[1] < before):
        for i in range(n):
            label[active[i]] = among[found[i]]
    at[active] = -1
    slot[among] = -1
    return steps


@njit(cache=True, nogil=True)
def redraw(country: Country, label: I32, own: Flags, proposals: int, state: U64) -> None:
    """Neighbourhood after neighbourhood of the territories ``own``, for about so many ``proposals``; ``label`` in place."""
    slot, at = np.full(len(own), -1, np.int32), np.full(len(label), -1, np.int32)
    regret = regrets(country, label, own)
    done = 0
    while done < proposals:
        among = chosen(country, label, own, regret, state)
        done += redrawn(country, label, among, slot, at, state)
        part = np.zeros(len(own), np.bool_)
        part[among] = True
        regret[among] = regrets(country, label, part)[among]
