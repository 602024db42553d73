"""What every possible base could earn at given prices of units, for a problem as it is or contracted."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from bailiwick.design.bounds.level import Level
from bailiwick.design.problem import Ints, Problem
from bailiwick.kernels import knapsacks

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
THREADS = 2
SIZES = 4  # different sizes of territories told apart; with more, all are taken as wide as the widest band


@dataclass(frozen=True)
class Earners:
    """Possible bases with the units near enough to matter while no price is above ``ceiling`` ``[m]``.

    pointer, unit, cost: pairs by base, hours a year. low, high: band of a base by size of territory ``[sizes, bases]``; slots: territories of
    each size. drive: load per hour driven. subsidy: hours a unit of load at which each base may buy the load it lacks ``[bases]``.
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

    @property
    def bases(self) -> int:
        """How many may be a base."""
        return len(self.pointer) - 1

    def bound(self, price: F64) -> float:
        """Sum of the prices and of what the bases that earn most make of them: below every plan's cost, whatever the prices."""
        return bound_of(self.slots, price, self.earned(price))

    def earned(self, price: F64) -> F64:
        """What every base makes of the prices ``[sizes, bases]``, hours a year, found without an earlier filling."""
        value = np.empty((len(self.slots), self.bases))
        for size, row in enumerate(value):
            terms = self._terms(price, size)
            list(self._threads.map(lambda span, terms=terms, row=row: knapsacks.earnings(*terms, *span, row), self._spans))
        return value

    def values(self, price: F64, lean: F64, wide: float) -> F64:
        """What every base makes of the prices ``[sizes, bases]``, hours a year; lean: see ``knapsacks.earnings_near`` ``[sizes, bases, 3]``."""
        value, worth = np.empty(lean.shape[:2]), self._worth(price)
        for size in range(len(self.slots)):
            bands = self.low[size], self.high[size], self.subsidy
            list(
                self._threads.map(
                    lambda span, size=size, bands=bands: knapsacks.earnings_near(
                        self.pointer, self.unit, self.cost, worth, self.drive, *bands, *span, value[size], lean[size], wide
                    ),
                    self._spans,
                )
            )
        return value

    def served(self, price: F64, lean: F64, share: F64) -> F64:
        """How often units are served ``[units]`` by bases open by ``share`` ``[sizes, bases]``, after ``values`` at these prices."""
        worth, times = self._worth(price), np.zeros((len(self._spans), len(price)))
        for size in range(len(self.slots)):
            list(
                self._threads.map(
                    lambda i, size=size: knapsacks.served(
                        self.pointer, self.unit, self.cost, worth, self.drive, lean[size], share[size], *self._spans[i], times[i]
                    ),
                    range(len(self._spans)),
                )
            )
        return np.asarray(times.sum(axis=0))

    def only(self, bases: Ints) -> "Earners":
        """Some of the bases."""
        pointer, unit, cost = knapsacks.only(self.pointer, self.unit, self.cost, bases)
        bands = np.ascontiguousarray(self.low[:, bases]), np.ascontiguousarray(self.high[:, bases])
        return replace(self, pointer=pointer, unit=unit, cost=cost, low=bands[0], high=bands[1], subsidy=self.subsidy[bases])

    def joined(self, other: "Earners") -> "Earners":
        """These bases, then those of ``other``, of the same units."""
        pointer = np.concatenate([self.pointer, self.pointer[-1] + other.pointer[1:]])
        unit, cost = np.concatenate([self.unit, other.unit]), np.concatenate([self.cost, other.cost])
        low, high = np.concatenate([self.low, other.low], axis=1), np.concatenate([self.high, other.high], axis=1)
        ceiling, subsidy = np.minimum(self.ceiling, other.ceiling), np.concatenate([self.subsidy, other.subsidy])
        return replace(self, pointer=pointer, unit=unit, cost=cost, ceiling=ceiling, low=low, high=high, subsidy=subsidy)

    def _worth(self, price: F64) -> F64:
        """Price and load of each unit side by side, where one look finds both."""
        return np.column_stack([price, self.load]).ravel()

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
        return (self.pointer, self.unit, self.cost, self.load, self.drive, price, self.low[size], self.high[size], self.subsidy)


def bound_of(slots: tuple[int, ...], price: F64, value: F64) -> float:
    """The sum of the prices and of what the bases that earn most make of them. slots: territories of each size; value: ``[sizes, bases]``."""
    best = [np.partition(v, count - 1)[:count].sum() for v, count in zip(value, slots, strict=True)]
    return float(price.sum()) + float(sum(best))


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
