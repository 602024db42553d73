"""What every possible base could earn at given prices of units, for a problem as it is or contracted."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from bailiwick.design.bounds.circles import charged, of_both, of_some
from bailiwick.design.bounds.level import Level
from bailiwick.design.problem import Ints, Problem
from bailiwick.kernels import knapsacks
from bailiwick.kernels.circles import Counts

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
THREADS = 2
NEARLY = 0.95  # of what a base pays for load that it lacks, that circles may pay it for fetching some
NO_FLOW: F32 = np.empty(0, dtype=np.float32)
SIZES = 4  # different sizes of territories told apart; with more, all are taken as wide as the widest band


@dataclass(frozen=True)
class Earners:
    """Possible bases with the units near enough to matter while no price is above ``ceiling`` ``[m]``.

    pointer, unit, cost: pairs by base, hours a year. low, high: band of a base by size of territory ``[sizes, bases]``; slots: territories of
    each size. drive: load per hour driven. subsidy: hours a unit of load at which each base may buy the load it lacks ``[bases]``.

    counts: circles in which a whole number of bases lies. Prices are those of units, then hours that one more or fewer base costs in each circle
    ``[m + circles]``.
    """

    pointer: Ints
    unit: I32
    cost: F32
    load: F64
    ceiling: F64
    low: F64
    high: F64
    slots: tuple[int, ...]
    drive: float
    subsidy: F64
    counts: Counts

    @property
    def bases(self) -> int:
        """How many may be a base."""
        return len(self.pointer) - 1

    @property
    def units(self) -> int:
        """How many are served."""
        return len(self.load)

    @property
    def circles(self) -> int:
        """How many circles there are."""
        return len(self.counts.sign)

    @property
    def top(self) -> F64:
        """How far each price may rise ``[m + circles]``."""
        return np.append(self.ceiling, np.full(self.circles, np.inf))

    def bound(self, price: F64) -> float:
        """Sum of the prices and of what the bases that earn most make of them: below every plan's cost, whatever the prices."""
        return self.proven(price, self.earned(price))

    def proven(self, price: F64, value: F64) -> float:
        """The same of what every base that there is makes of the prices. value: ``[sizes, bases]``."""
        return bound_of(self.slots, self.given(price), value)

    def given(self, price: F64) -> float:
        """What serving all would be worth if no base earned anything, hours a year."""
        return float(price[: self.units].sum() + price[self.units :] @ self.counts.fixed)

    def within(self, price: F64) -> F64:
        """Prices with those of circles lowered to where no base would pay for fetching load."""
        dual = price[self.units :]
        if not np.any((self.counts.sign > 0.0) & (dual > 0.0)):
            return price
        cut, base = self.counts.cut, np.repeat(np.arange(self.bases), np.diff(self.counts.of))
        paid = (dual * self.counts.share * (self.counts.sign > 0.0))[cut]
        relief = np.bincount(base, weights=paid, minlength=self.bases)
        room = np.minimum(NEARLY * self.subsidy / np.maximum(relief, 1e-12), 1.0)
        least = np.ones(self.circles)
        np.minimum.at(least, cut, room[base])
        return np.append(price[: self.units], np.where(self.counts.sign > 0.0, dual * least, dual))

    def charged(self, dual: F64) -> F64:
        """Hours that circles which say how many bases there are at least put on each unit inside, most of which bases inside serve ``[units]``."""
        return np.asarray(charged(self.counts, dual, self.units) * self.load)

    def bare(self, price: F64) -> F64:
        """Prices without what circles put on them: those that move when the price of a circle does ``[units + circles]``."""
        return np.append(price[: self.units] - self.charged(price[self.units :]), price[self.units :])

    def moved(self, price: F64, step: F64, everyone: "Earners") -> F64:
        """Prices that lie a step of bare prices further, within their limits and those of ``everyone``, who count the same circles
        ``[units + circles]``.
        """
        dual = np.maximum(price[self.units :] + step[self.units :], 0.0)
        dual = everyone.within(np.append(price[: self.units], dual))[self.units :]
        there = price[: self.units] + step[: self.units] + self.charged(dual - price[self.units :])
        return np.append(np.clip(there, 0.0, self.ceiling), dual)

    def turned(self, missing: F64) -> F64:
        """What a step of prices gains as what one of bare prices does ``[units + circles]``."""
        start, member = self.counts.start, self.counts.member
        held = np.append(0.0, np.cumsum((self.load * missing[: self.units])[member]))
        rate = np.where(self.counts.sign < 0.0, self.counts.share, 0.0)
        return np.append(missing[: self.units], missing[self.units :] + rate * (held[start[1:]] - held[start[:-1]]))

    def earned(self, price: F64) -> F64:
        """What every base makes of the prices ``[sizes, bases]``, hours a year, found without an earlier filling."""
        value = np.empty((len(self.slots), self.bases))
        for size, row in enumerate(value):
            terms = *self._terms(price, size), self.counts, price[self.units :]
            list(self._threads.map(lambda span, terms=terms, row=row: knapsacks.earnings(*terms, *span, row), self._spans))
        return value

    def values(self, price: F64, lean: F64, wide: float) -> F64:
        """What every base makes of the prices ``[sizes, bases]``, hours a year; lean: see ``knapsacks.earnings_near`` ``[sizes, bases, 3]``."""
        value = np.empty(lean.shape[:2])
        for size in range(len(self.slots)):
            terms = *self._terms(price, size), self.counts, price[self.units :]
            list(
                self._threads.map(
                    lambda span, size=size, terms=terms: knapsacks.earnings_near(*terms, *span, value[size], lean[size], wide), self._spans
                )
            )
        return value

    def missing(self, price: F64, lean: F64, share: F64, flow: F32 = NO_FLOW) -> F64:
        """How much of each unit is not served, and by how many bases each circle is off ``[m + circles]``, with bases open by ``share``
        ``[sizes, bases]``, after ``values`` at these prices. flow: how much of each is served is added to it ``[pairs]``, if there are any.
        """
        spans = len(self._spans)
        worth, times, found = self._worth(price), np.zeros((spans, self.units)), np.zeros((spans, self.circles))
        pairs = self.pointer, self.unit, self.cost, worth, self.drive, self.counts, price[self.units :]
        for size in range(len(self.slots)):
            list(
                self._threads.map(
                    lambda i, size=size: knapsacks.served(*pairs, lean[size], share[size], *self._spans[i], times[i], found[i], flow), range(spans)
                )
            )
        return np.append(1.0 - times.sum(axis=0), self.counts.fixed + found.sum(axis=0))

    def only(self, bases: Ints) -> "Earners":
        """Some of the bases."""
        pointer, unit, cost = knapsacks.only(self.pointer, self.unit, self.cost, bases)
        bands = np.ascontiguousarray(self.low[:, bases]), np.ascontiguousarray(self.high[:, bases])
        counts = of_some(self.counts, bases)
        return replace(self, pointer=pointer, unit=unit, cost=cost, low=bands[0], high=bands[1], subsidy=self.subsidy[bases], counts=counts)

    def joined(self, other: "Earners") -> "Earners":
        """These bases, then those of ``other``, of the same units."""
        pointer = np.concatenate([self.pointer, self.pointer[-1] + other.pointer[1:]])
        unit, cost = np.concatenate([self.unit, other.unit]), np.concatenate([self.cost, other.cost])
        low, high = np.concatenate([self.low, other.low], axis=1), np.concatenate([self.high, other.high], axis=1)
        ceiling, subsidy = np.minimum(self.ceiling, other.ceiling), np.concatenate([self.subsidy, other.subsidy])
        counts = of_both(self.counts, other.counts)
        return replace(self, pointer=pointer, unit=unit, cost=cost, ceiling=ceiling, low=low, high=high, subsidy=subsidy, counts=counts)

    def _worth(self, price: F64) -> F64:
        """Price and load of each unit side by side, where one look finds both."""
        return np.column_stack([price[: self.units], self.load]).ravel()

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        """Kept from step to step: starting them would take as long as a small step."""
        return ThreadPoolExecutor(THREADS)

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        """Bases for each thread, of about as many pairs."""
        cuts = np.searchsorted(self.pointer, np.linspace(0, self.pointer[-1], THREADS + 1)[1:-1]).tolist()
        return list(zip([0, *cuts], [*cuts, len(self.pointer) - 1], strict=True))

    def _terms(self, price: F64, size: int) -> tuple[object, ...]:
        return (self.pointer, self.unit, self.cost, self._worth(price), self.drive, self.low[size], self.high[size], self.subsidy)


def bound_of(slots: tuple[int, ...], given: float, value: F64) -> float:
    """``given`` and what the bases that earn most make of the prices. slots: territories of each size; value: ``[sizes, bases]``."""
    best = [np.partition(v, count - 1)[:count].sum() for v, count in zip(value, slots, strict=True)]
    return given + float(sum(best))


def edge_of(slots: tuple[int, ...], value: F64) -> F64:
    """What the last of the chosen bases earns ``[sizes]``; slots, value: as of ``bound_of``."""
    return np.array([np.partition(v, count - 1)[count - 1] for v, count in zip(value, slots, strict=True)])


def sizes_of(problem: Problem) -> list[tuple[float, float, int]]:
    """The sizes of territory there are: lowest load, highest load, how many; a few that hold all bands when there are many."""
    lows, highs = problem.bands[0][:, 0], problem.bands[1][:, 0]
    sizes, counts = np.unique(np.column_stack([lows, highs]), axis=0, return_counts=True)
    if len(sizes) > SIZES:
        return [(float(lows.min()), float(highs.max()), len(lows))]
    return [(float(low), float(high), int(count)) for (low, high), count in zip(sizes, counts, strict=True)]


def bands_of(problem: Problem, level: Level) -> tuple[F64, F64, tuple[int, ...]]:
    """Bands of each size of territory at each candidate; load that nothing drives to may lie in any of them."""
    sizes, bases = sizes_of(problem), len(level.candidate)
    low = np.array([np.full(bases, max(size[0] - level.idle, 0.0)) for size in sizes])
    high = np.array([np.full(bases, size[1]) for size in sizes])
    if problem.base_capacity is not None:
        high = np.array([problem.base_capacity[level.candidate] for _ in sizes], dtype=np.float64)
    return low, high, tuple(size[2] for size in sizes)
