"""Neighbourhoods of a settled plan drawn anew where it is dearest: a few whole territories annealed together, the others held.

Large neighbourhood search (Shaw 1998, doi:10.1007/3-540-49481-2_30). What a territory's units cost above their cheapest place at the prices
of load, plus what its unused band is worth, is its regret: over all territories exactly the gap to the transport bound, so that it says
where there is something to gain.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from bailiwick.kernels.anneal_fixed import Ground, settle
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
    """What the neighbourhoods are cut from: the ground of a settling, and prices of load.

    penalty: as of ``anneal_fixed.settle``. priced: costs with prices of load in them ``[n, k]``; least: of each unit; wanted: and where.
    busy: units with work. price: of each territory's load; dear: of the dearest. unit: cost of a median unit, hours a year.
    """

    ground: Ground
    penalty: F64
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
    ground = country.ground
    k = len(ground.base)
    regret, held = np.zeros(k), np.zeros(k)
    for u in range(len(label)):
        j = label[u]
        if own[j]:
            held[j] += ground.weight[u, 0] + ground.drive * ground.driven[u, j]
            regret[j] += country.priced[u, j] - country.least[u]
    for j in range(k):
        if own[j]:
            low, high, price = ground.low[j, 0], ground.high[j, 0], country.price[j]
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
    ground = country.ground
    mean = SPREAD * regret.sum() / max(own.sum(), 1)
    chance = np.where(own, regret + mean + 1e-12, 0.0)
    seed = _drawn(chance, state)
    pull = np.zeros(len(own))
    beside = 1e-9 + mean / max((label == seed).sum(), 1)
    for u in range(len(label)):
        if label[u] == seed:
            pull[country.wanted[u]] += max(country.priced[u, seed] - country.least[u], 0.0)
            for e in range(ground.indptr[u], ground.indptr[u + 1]):
                pull[label[ground.indices[e]]] += beside
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
    ground = country.ground
    limit = ground.moved_limit
    if np.isfinite(limit):
        for u in range(len(label)):
            today = ground.current[u]
            if today >= 0 and today != label[u] and (slot[label[u]] < 0 or slot[today] < 0):
                limit -= ground.moved_weight[u]
    return limit


@njit(cache=True, nogil=True)
def _cut_out(country: Country, label: I32, among: I32, slot: I32, at: I32) -> tuple[I32, Ground, F32, I32, I32]:
    """The units of the territories ``among``, by their own numbers the ground they stand on, costs with prices, labels, and units to propose from.

    slot, at: the numbers of territories and units there, -1 for all others; ``slot`` is known, ``at`` is filled in.
    """
    ground = country.ground
    active = np.flatnonzero(slot[label] >= 0).astype(np.int32)
    n, k = len(active), len(among)
    at[active] = np.arange(n, dtype=np.int32)
    ptr, to, _ = rows_among(active, at, ground.indptr, ground.indices)
    tie_ptr, tie_to, entry = rows_among(active, at, ground.tie_ptr, ground.tie_to)
    cost, driven, priced = np.empty((n, k), np.float32), np.empty((n, k), np.float32), np.empty((n, k), np.float32)
    weight, current = np.empty((n, ground.weight.shape[1])), np.full(n, -1, np.int32)
    proposed = np.empty(2 * n, np.int32)
    proposed[:n] = np.arange(n)
    count = n
    for i in range(n):
        u = active[i]
        for j in range(k):
            cost[i, j], driven[i, j], priced[i, j] = ground.cost[u, among[j]], ground.driven[u, among[j]], country.priced[u, among[j]]
        weight[i] = ground.weight[u]
        if ground.current[u] >= 0:
            current[i] = slot[ground.current[u]]
        if country.busy[u]:
            proposed[count] = i
            count += 1
    here = Ground(
        cost, driven, weight, ground.low[among], ground.high[among], ground.drive, at[ground.base[among]], ground.frozen[active], ptr, to,
        tie_ptr, tie_to, ground.tie_cost[entry], current, ground.moved_weight[active], _room_for_moves(country, label, slot), ground.slope[among],
    )  # fmt: skip
    return active, here, priced, slot[label[active]], proposed[:count]


@njit(cache=True, nogil=True)
def redrawn(country: Country, label: I32, among: I32, slot: I32, at: I32, state: U64) -> int:
    """Draw the territories ``among`` anew, in place where that is better; returns the proposals it took.

    slot: ``[k]`` and at: ``[n]``, all -1; they are left so.
    """
    slot[among] = np.arange(len(among), dtype=np.int32)
    active, here, priced, begin, proposed = _cut_out(country, label, among, slot, at)
    penalty, found, best = country.penalty.copy(), begin.copy(), np.full(2, np.inf)
    steps, cold = PROPOSALS * len(active), COLD * country.unit
    settle(here, proposed, begin, cold, cold, 0, penalty, state, found, best)  # what it costs as it is
    outside, before = best[0], best[1]
    hot = HEATS[int(uniform(state) * len(HEATS))] * country.unit
    if uniform(state) < REGROWN:
        anew = grow(here.indptr, here.indices, priced, np.where(here.frozen, begin, np.int32(-1)).astype(np.int32))
        begin = anew if anew.min() >= 0 else begin
    settle(here, proposed, begin, hot, cold, steps, penalty, state, found, best)
    if best[0] < outside or (best[0] == outside and best[1] < before):
        for i in range(len(active)):
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
