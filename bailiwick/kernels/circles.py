"""How many bases lie in a circle is a whole number: what that charges a base, and where bases opened in part break it.

Mixed-integer rounding (Nemhauser & Wolsey 1990, doi:10.1007/BF01585752) of the load that the bases in a circle can serve.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
LITTLE = 1e-4  # of a base; one that is open by less is taken to be shut


class Counts(NamedTuple):
    """Circles as their bases see them: ``sign * bases + share * (load of units inside from bases inside - all load of those)`` is at most ``-fixed``.

    of, cut: the circles that hold each base, as CSR ``[bases + 1]``; start, member: the units in each circle, as CSR ``[circles + 1]``. sign
    ``[circles]``: 1 = at most so many bases; -1 = at least, where the load that bases inside take from outside is not counted. share: per load.
    """

    of: I64
    cut: I32
    start: I64
    member: I32
    sign: F64
    share: F64
    fixed: F64


@njit(cache=True, nogil=True)
def charged(j: int, counts: Counts, dual: F64, own: F64) -> tuple[float, float]:
    """Charge base ``j`` for its circles: (hours off a unit of load, wherever it lies; hours for being a base); units inside by their price.

    dual: hours a base ``[circles]``; own: price and load of each unit, one after the other ``[2 * units]``.
    """
    relief, fixed = 0.0, 0.0
    for e in range(counts.of[j], counts.of[j + 1]):
        k = counts.cut[e]
        rate = counts.share[k] * dual[k]
        if rate == 0.0:
            continue
        fixed += counts.sign[k] * dual[k]
        if counts.sign[k] > 0.0:
            relief += rate
        for p in range(counts.start[k], counts.start[k + 1]):
            u = counts.member[p]
            own[2 * u] -= rate * own[2 * u + 1]
    return relief, fixed


@njit(cache=True, nogil=True)
def restored(j: int, counts: Counts, dual: F64, worth: F64, own: F64) -> None:
    """Take the charge of base ``j`` back. worth: ``own`` as it was."""
    for e in range(counts.of[j], counts.of[j + 1]):
        k = counts.cut[e]
        if dual[k] != 0.0:
            for p in range(counts.start[k], counts.start[k + 1]):
                own[2 * counts.member[p]] = worth[2 * counts.member[p]]


@njit(cache=True, nogil=True)
def counted(j: int, share: float, counts: Counts, taken: F64, load: float, worth: F64, found: F64) -> None:
    """Add what base ``j``, open by ``share``, makes of the left side of its circles to ``found``. taken: how much of each unit it serves."""
    for e in range(counts.of[j], counts.of[j + 1]):
        k = counts.cut[e]
        inside = 0.0
        for p in range(counts.start[k], counts.start[k + 1]):
            inside += taken[counts.member[p]] * worth[2 * counts.member[p] + 1]
        if counts.sign[k] > 0.0:
            inside -= load
        found[k] += share * (counts.sign[k] + counts.share[k] * inside)


@njit(cache=True, nogil=True)
def flowing(
    pointer: I64, place: I32, flow: F32, weight: F64, unit: I32, home: I32, share: F64, places: int
) -> tuple[F64, I64, I32, F64]:
    """What flows from bases to units, gathered by place: bases at each ``[places]`` and, as CSR from bases' places, places and load.

    pointer, place, flow, unit: pairs by base, where their unit lies (-1 = nowhere that counts), how much of it is served, and its number;
    weight: load ``[units]``; home: place of each base.
    """
    many = np.zeros(places)
    start = np.zeros(places + 1, np.int64)
    for j in range(len(home)):
        if share[j] < LITTLE:
            continue
        many[home[j]] += share[j]
        for e in range(pointer[j], pointer[j + 1]):
            start[home[j] + 1] += flow[e] > 0.0
    for b in range(places):
        start[b + 1] += start[b]
    at = start[:-1].copy()
    to, load = np.empty(start[places], np.int32), np.empty(start[places])
    for j in range(len(home)):
        if share[j] < LITTLE:
            continue
        for e in range(pointer[j], pointer[j + 1]):
            if flow[e] > 0.0:
                to[at[home[j]]], load[at[home[j]]] = place[e], flow[e] * weight[unit[e]]
                at[home[j]] += 1
    return many, start, to, load


@njit(cache=True, nogil=True)
def broken(
    order: I32, load: F64, many: F64, start: I64, to: I32, flow: F64, low: float, high: float, least: float, most: float
) -> tuple[F64, I64]:
    """By how many bases circles around each place break the rounding, and how many of its nearest places lie in the worst: ``[places, 2]``, at least
    and at most.

    order: the nearest places of each ``[places, m]``; load: of each place; many, start, to, flow: see ``flowing``. low, high: load of a
    territory. least: how far load must be from a whole number of territories; most: load of a circle.
    """
    places, width = order.shape
    excess, count = np.zeros((places, 2)), np.zeros((places, 2), np.int64)
    rank = np.full(places, width, np.int64)
    inside, taken = np.zeros(width), np.zeros(width)
    for s in range(places):
        held, end = 0.0, 0
        while end < width and held + load[order[s, end]] <= most:
            held += load[order[s, end]]
            rank[order[s, end]] = end
            end += 1
        inside[:end] = 0.0
        taken[:end] = 0.0
        for r in range(end):
            b = order[s, r]
            for e in range(start[b], start[b + 1]):
                taken[r] += flow[e]
                if to[e] >= 0 and rank[to[e]] < width:
                    inside[max(r, rank[to[e]])] += flow[e]
        held, bases, within, total = 0.0, 0.0, 0.0, 0.0
        for r in range(end):
            held += load[order[s, r]]
            bases += many[order[s, r]]
            within += inside[r]
            total += taken[r]
            whole = np.floor(held / high)
            over = held / high - whole
            if over > least:
                missing = whole + 1.0 - bases - (held - within) / (high * over)
                if missing > excess[s, 0]:
                    excess[s, 0], count[s, 0] = missing, r + 1
            if low > 0.0:
                whole = np.floor(held / low)
                over = held / low - whole
                if over < 1.0 - least:
                    spare = bases - whole - (total - within) / (low * (1.0 - over))
                    if spare > excess[s, 1]:
                        excess[s, 1], count[s, 1] = spare, r + 1
        for r in range(end):
            rank[order[s, r]] = width
    return excess, count
