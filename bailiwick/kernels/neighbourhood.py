"""Neighbourhoods of a settled plan: where it is dearest, which few territories there belong together, and the ground they stand on.

What a territory's units cost above their cheapest place at the prices of load, plus what its unused band is worth, is its regret: over all
territories exactly the gap to the transport bound, so that it says where there is something to gain.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from bailiwick.kernels.anneal_fixed import Ground
from bailiwick.kernels.anneal_free import beyond
from bailiwick.kernels.border import drawn_from
from bailiwick.kernels.chance import uniform
from bailiwick.kernels.nearby import rows_among

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
U64 = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
PROPOSALS = 150  # per unit of a neighbourhood, of one annealing
HEATS = (1.0, 5.0, 30.0)  # where that begins, in costs of a median unit
COLD = 0.01  # and where it ends
MOST = 7  # territories of a neighbourhood
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
    weight, driven, priced, least = ground.weight, ground.driven, country.priced, country.least
    k = len(ground.base)
    regret, held = np.zeros(k), np.zeros(k)
    for u in range(len(label)):
        j = label[u]
        if own[j]:
            held[j] += weight[u, 0] + ground.drive * driven[u, j]
            regret[j] += priced[u, j] - least[u]
    for j in range(k):
        if own[j]:
            low, high, price = ground.low[j, 0], ground.high[j, 0], country.price[j]
            slack = price * (high - held[j]) if price > 0 else price * (low - held[j])
            regret[j] += max(slack, 0.0) + WRONG * country.dear * beyond(held[j], low, high)
    return regret


@njit(cache=True, nogil=True)
def drawn(chance: F64, state: U64) -> int:
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
def several(chance: F64, most: int, state: U64) -> I32:
    """Different ones by their chance, up to ``most``; ``chance`` of those becomes 0."""
    found, count = np.empty(max(most, 0), np.int32), 0
    while count < most:
        one = drawn(chance, state)
        if one < 0:
            break
        chance[one] = 0.0
        found[count] = one
        count += 1
    return found[:count]


@njit(cache=True, nogil=True)
def better(one: F64, other: F64) -> bool:
    """Whether a plan is better by what lies outside, or by hours where as much does; both ``[2]`` as of ``settle``."""
    return bool(one[0] < other[0] or (one[0] == other[0] and one[1] < other[1]))


@njit(cache=True, nogil=True)
def pulls(country: Country, label: I32, own: Flags, seed: int, beside: float) -> F64:
    """Hours that tie each other territory of ``own`` to ``seed``: of units that would rather be there or here, and ``beside`` for each border."""
    wanted, priced, least, indptr, indices = country.wanted, country.priced, country.least, country.ground.indptr, country.ground.indices
    pull = np.zeros(len(own))
    for u in range(len(label)):
        if label[u] == seed:
            pull[wanted[u]] += max(priced[u, seed] - least[u], 0.0)
            for e in range(indptr[u], indptr[u + 1]):
                pull[label[indices[e]]] += beside
        elif wanted[u] == seed:
            pull[label[u]] += max(priced[u, label[u]] - least[u], 0.0)
    pull[seed] = 0.0
    pull[~own] = 0.0
    return pull


@njit(cache=True, nogil=True)
def chosen(country: Country, label: I32, own: Flags, regret: F64, state: U64) -> I32:
    """A territory by its regret, those its units would rather be in, those whose units would rather be in it, and some beside them."""
    mean = SPREAD * regret.sum() / max(own.sum(), 1)
    seed = drawn(np.where(own, regret + mean + 1e-12, 0.0), state)
    pull = pulls(country, label, own, seed, 1e-9 + mean / max((label == seed).sum(), 1))
    found = np.empty(MOST, np.int32)
    found[0] = seed
    others = several(pull, 1 + int(uniform(state) * (MOST - 1)), state)
    found[1 : 1 + len(others)] = others
    return found[: 1 + len(others)]


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
def cut_out(country: Country, label: I32, among: I32, slot: I32, at: I32) -> tuple[I32, Ground, F32, I32, I32]:
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
    costs, drives, prices, weights, today = ground.cost, ground.driven, country.priced, ground.weight, ground.current
    for i in range(n):
        u = active[i]
        for j in range(k):
            cost[i, j], driven[i, j], priced[i, j] = costs[u, among[j]], drives[u, among[j]], prices[u, among[j]]
        for m in range(weights.shape[1]):
            weight[i, m] = weights[u, m]
        if today[u] >= 0:
            current[i] = slot[today[u]]
    here = Ground(
        cost, driven, weight, ground.low[among], ground.high[among], ground.drive, at[ground.base[among]], ground.frozen[active], ptr, to,
        tie_ptr, tie_to, ground.tie_cost[entry], current, ground.moved_weight[active], _room_for_moves(country, label, slot), ground.slope[among],
    )  # fmt: skip
    return active, here, priced, slot[label[active]], drawn_from(country.busy[active])
