"""Bases that lie in a set of units no plan parts: one of a set at most, and it serves all of it and enough from outside to fill its band.

What such a base makes of prices is found as for a chosen base (``undivided``): whole units, near it or at the price of the way there. An
island with too little work for a territory pays for what its own must fetch from the mainland.
"""

from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bailiwick.design.bases.contract import contracted_neighbours
from bailiwick.design.bounds.inseparable import Inseparable
from bailiwick.design.bounds.pricing import BRANCHES, HEAVY, SLACK, TEAM
from bailiwick.design.bounds.shifts import NONE
from bailiwick.design.problem import Ints, Problem
from bailiwick.kernels import undivided as kernel
from bailiwick.kernels.anneal_fixed import BARRED

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
CHUNK = 64  # rows of roads at a time, for memory
MUCH = 1e6  # hours a year, above the price of a set: no filling goes without it
FIRST = 8  # bases of a set that are looked at closely before it is known how closely the others must be
MATTERS = 0.05  # mean hours of a territory, by which bases of a set must make less for its way out to be worth a look
FAR = 2.0  # mean hours of a territory that reaching a unit may be worth


@dataclass(frozen=True)
class Made:
    """What bases make of prices ``[bases]``. value: hours a year, below what any territory based there can; reach, whole: as of ``Undivided``."""

    value: F64
    reach: F64
    whole: F64


class Inside:
    """The bases inside the sets of a problem, by set. base: their units; number: the set of each ``[bases]``."""

    def __init__(self, problem: Problem, sets: Inseparable, candidate: Ints, mean: float) -> None:
        inner = candidate[sets.number[candidate] >= 0]
        self.base = inner[np.argsort(sets.number[inner], kind="stable")]
        self.number = sets.number[self.base]
        self._sets = len(sets.at)
        self._of = np.unique(sets.stands(), return_inverse=True)[1]
        self._load = np.bincount(self._of, weights=problem.load).astype(np.float64)
        self._own = self._of[self.base]
        self._indptr, self._indices = contracted_neighbours(*problem.neighbours, self._of, len(self._load))
        self._cost = _served_from(problem, self.base, self._of)
        low, high = problem.bands
        count = len(self.base)
        self._low = np.full(count, float(low[:, 0].min()))
        self._high = np.full(count, float(high[:, 0].max())) if problem.base_capacity is None else problem.base_capacity[self.base].astype(np.float64)
        self._drive, self._mean, self._far, self._slack = problem.drive_load, mean, FAR * mean, SLACK * mean
        self._heavy = max(HEAVY * float((low[:, 0].min() + high[:, 0].max()) / 2), 1e-12)

    def farther(self, price: F64) -> Flags:
        """Sets whose bases make much less of prices than they would if what lies far were at hand ``[sets]``."""
        found = self._at_hand(price)
        at_hand = self.least(found.value)
        return np.asarray(self.least(self._closely(price, found).value) > at_hand + MATTERS * self._mean)

    def of_sets(self, kept: Flags) -> "Inside":
        """The bases of some sets alone."""
        some = copy(self)
        at = np.flatnonzero(kept[self.number])
        some.base, some.number, some._own = self.base[at], self.number[at], self._own[at]
        some._cost, some._low, some._high = self._cost[at], self._low[at], self._high[at]
        return some

    def _at_hand(self, price: F64) -> Made:
        found = Made(*(np.empty(len(self.base)) for _ in range(3)))
        self._examine(np.arange(len(self.base)), self._by_set(price), 0.0, np.full(len(self.base), np.inf), found)
        return found

    def _by_set(self, price: F64) -> F64:
        return np.bincount(self._of, weights=price).astype(np.float64)

    def made(self, price: F64) -> Made:
        """What each makes of the prices of units ``[n]``; exactly of those that may be the best of their set, of others that they are not."""
        return self._closely(price, self._at_hand(price))

    def _closely(self, price: F64, found: Made) -> Made:
        """``found``, what they make with everything at hand, with the way to what lies far where that tells which is the best."""
        everyone, prices = np.arange(len(self.base)), self._by_set(price)
        order = np.lexsort((found.value, self.number))
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order)) - np.searchsorted(self.number[order], self.number[order])
        self._examine(everyone[rank < FIRST], prices, self._far, np.full(len(everyone), np.inf), found)
        least = self.least(np.where(rank < FIRST, found.value, np.inf))[self.number]
        self._examine(everyone[(rank >= FIRST) & (found.value < least)], prices, self._far, least, found)
        return found

    def least(self, value: F64) -> F64:
        """The least value of each set ``[sets]``, infinite where none lies in it."""
        found = np.full(self._sets, np.inf)
        np.minimum.at(found, self.number, value)
        return found

    def _examine(self, which: Ints, price: F64, far: float, own: F64, found: Made) -> None:
        """Fill in ``found`` for some bases; far: as of the kernel."""

        def part(some: Ints) -> None:
            for number in np.unique(self.number[some]):
                self._of_set(some[self.number[some] == number], price, far, own, found)

        with ThreadPoolExecutor(TEAM) as pool:
            list(pool.map(part, [which[i::TEAM] for i in range(TEAM)]))

    def _of_set(self, which: Ints, price: F64, far: float, own: F64, found: Made) -> None:
        n, count, home = len(price), len(which), self._own[which[0]]
        forced = price.copy()
        forced[home] += MUCH
        cost = np.ascontiguousarray(self._cost[which].T)
        value, reach, whole = np.empty(count), np.empty(count), np.empty(count)
        kernel.examine(
            self._own[which], cost, cost, self._load, forced, self._drive, self._low[which], self._high[which], BARRED, self._indptr, self._indices,
            far, own[which] - MUCH, self._heavy, self._slack, BRANCHES, *NONE.by_base(count), np.full(n, -1.0), np.arange(count), value, reach, whole,
            np.empty((count, n), dtype=np.int8),
        )  # fmt: skip
        found.value[which] = np.where(cost[home] < BARRED, value + MUCH, np.inf)
        found.reach[which], found.whole[which] = reach, whole


def _served_from(problem: Problem, base: Ints, of: Ints) -> F32:
    """Hours a year that serving each set, or unit alone, costs from each base ``[bases, sets]``; barred where one with work is too far."""
    hours, everywhere = 2.0 * problem.trips / 60.0, np.arange(problem.size)
    cost = np.empty((len(base), int(of.max()) + 1), dtype=np.float32)
    for first in range(0, len(base), CHUNK):
        minutes = problem.travel.legs(base[first : first + CHUNK], everywhere).astype(np.float64)
        served = np.where((minutes > problem.max_minutes) & (problem.trips > 0), BARRED, hours * minutes)
        for row, each in enumerate(served):
            cost[first + row] = np.bincount(of, weights=each)
    return cost
