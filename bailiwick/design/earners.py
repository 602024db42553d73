"""What every possible base could earn at given prices of units, for a problem as it is or contracted."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from bailiwick.design.contract import Points
from bailiwick.design.problem import Ints, Problem
from bailiwick.kernels import knapsacks
from bailiwick.model.travel import near

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
MOST_PAIRS = 36_000_000
SPARE = 1.05  # of them, when prices that came up to their ceiling get more room
SAMPLE, THREADS = 200, 2
CHEAP = 0.3  # of the usual price of a minute, to which any may rise
HALVINGS = 5  # of what room and subsidy are lowered by, where pairs are too many
SIZES = 4  # different sizes of territories told apart; with more, all are taken as wide as the widest band


@dataclass(frozen=True)
class Level:
    """Who is served and from where. unit: where each stands ``[m]``; hours: what a minute of its trips costs a year ``[m]``; load ``[m]``.
    candidate: units that may be a base. idle: load that no trip goes to.
    """

    unit: Ints
    hours: F64
    load: F64
    candidate: Ints
    idle: float


def whole(problem: Problem, base: Ints) -> Level:
    """Every unit that is driven to; ``base``: bases that may be chosen besides the candidates."""
    unit = np.flatnonzero(problem.trips > 0)
    candidate = np.union1d(problem.base_candidates, base)
    idle = float(problem.load[problem.trips <= 0].sum())
    return Level(unit, 2.0 * problem.trips[unit] / 60.0, problem.load[unit], candidate, idle)


def contracted(problem: Problem, base: Ints, points: Points) -> Level:
    """The same over points."""
    hours, load = points.sums(2.0 * problem.trips / 60.0), points.sums(problem.load)
    kept = hours > 0
    candidate = np.unique(points.unit_of[points.point_of[np.union1d(problem.base_candidates, base)]])
    return Level(points.unit_of[kept], hours[kept], load[kept], candidate, float(load[~kept].sum()))


@dataclass(frozen=True)
class Earners:
    """Possible bases with the units near enough to matter while no price is above ``ceiling`` ``[m]``.

    pointer, unit, cost: pairs by base, hours a year. low, high: band of a base by size of territory ``[sizes, bases]``; slots: territories of
    each size. drive: load per hour driven. subsidy: hours a unit of load at which missing load may be bought.
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
    subsidy: float

    @property
    def bases(self) -> int:
        """How many may be a base."""
        return len(self.pointer) - 1

    def bound(self, price: F64) -> float:
        """Sum of the prices and of what the bases that earn most make of them: below every plan's cost, whatever the prices."""
        value, total = np.empty(self.bases), float(price.sum())
        for size, count in enumerate(self.slots):
            terms = self._terms(price, size)
            list(self._threads.map(lambda span, terms=terms: knapsacks.earnings(*terms, *span, value), self._spans))
            total += float(value[np.sort(np.argpartition(value, count - 1)[:count])].sum() if count < self.bases else value.sum())
        return total

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
        counts = np.diff(self.pointer)[bases]
        pointer = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        take = np.repeat(self.pointer[bases] - pointer[:-1], counts) + np.arange(pointer[-1])
        bands = np.ascontiguousarray(self.low[:, bases]), np.ascontiguousarray(self.high[:, bases])
        return replace(self, pointer=pointer, unit=self.unit[take], cost=self.cost[take], low=bands[0], high=bands[1])

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


def listed(problem: Problem, level: Level, price: F64, room: float, subsidy: float) -> Earners:
    """The pairs that matter while no price rises by more than ``room`` above ``price``, and missing load costs at most ``subsidy``.

    Where they would be too many, room and subsidy are lowered together, then prices.
    """
    subsidy = min(subsidy, 0.5 / problem.drive_load) if problem.drive_load > 0 else subsidy
    ceiling, subsidy = _affordable(problem, level, price, room, subsidy)
    limit = _limit(problem, level, ceiling, subsidy)
    start, unit, cost = _pairs(problem, level, limit)
    low, high, slots = _bands(problem, level)
    return Earners(start, unit, cost, level.load, ceiling, low, high, slots, problem.drive_load, subsidy)


def widened(problem: Problem, level: Level, earners: Earners, units: Ints, room: float) -> Earners | None:
    """The same with ``room`` above their present ceiling for the prices of some units; None where that would be too many pairs."""
    ceiling = earners.ceiling.copy()
    ceiling[units] *= 1.0 + room
    few = Level(level.unit[units], level.hours[units], level.load[units], level.candidate, level.idle)
    limit = _limit(problem, few, ceiling[units], earners.subsidy)
    if len(earners.unit) + _expected(problem, few, limit) > SPARE * MOST_PAIRS:
        return None
    start, unit, cost = _pairs(problem, few, limit)
    gone = np.zeros(len(level.unit), dtype=np.bool_)
    gone[units] = True
    pairs = knapsacks.replaced(earners.pointer, earners.unit, earners.cost, gone, start, units.astype(np.int32)[unit], cost)
    return replace(earners, pointer=pairs[0], unit=pairs[1], cost=pairs[2], ceiling=ceiling)


def _pairs(problem: Problem, level: Level, limit: F64) -> tuple[Ints, I32, F32]:
    """Units within ``limit`` minutes of each possible base, by base: pointers, unit, hours a year."""
    pointer, to, minutes = near(problem.travel, level.unit, limit.astype(np.float32), level.candidate)
    minutes *= np.repeat(level.hours.astype(np.float32), np.diff(pointer))
    pairs: tuple[Ints, I32, F32] = knapsacks.by_base(pointer, to, minutes, len(level.candidate))
    return pairs


def _affordable(problem: Problem, level: Level, price: F64, room: float, subsidy: float) -> tuple[F64, float]:
    """Ceiling and subsidy with no more pairs than can be held."""

    def at(share: float) -> tuple[F64, float]:
        return _ceiling(level, price, share * room), share * subsidy

    def pairs(share: float) -> float:
        return _expected(problem, level, _limit(problem, level, *at(share)))

    if len(level.unit) * len(level.candidate) <= MOST_PAIRS or pairs(1.0) <= MOST_PAIRS:
        return at(1.0)
    least = pairs(0.0)
    if least > MOST_PAIRS:
        return at(0.0)[0] * float(np.sqrt(MOST_PAIRS / least)), 0.0
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if pairs(middle) <= MOST_PAIRS else (low, middle)
    return at(low)


def _ceiling(level: Level, price: F64, room: float) -> F64:
    """How far prices may rise: those of cheap units to a share of the usual at least."""
    typical = float(np.median(price / level.hours))
    return np.asarray(np.maximum(price, CHEAP * typical * level.hours) * (1.0 + room))


def _limit(problem: Problem, level: Level, ceiling: F64, subsidy: float) -> F64:
    """Minutes beyond which a base cannot earn anything from a unit."""
    return np.minimum((ceiling + subsidy * level.load) / ((1.0 - subsidy * problem.drive_load) * level.hours), problem.max_minutes)


def _expected(problem: Problem, level: Level, limit: F64) -> float:
    """About how many pairs lie within the limits, from a sample of the units."""
    sample = np.unique(np.linspace(0, len(level.unit) - 1, SAMPLE).astype(np.int64))
    found = near(problem.travel, level.unit[sample], limit[sample].astype(np.float32), level.candidate)[0][-1]
    return float(found) * len(level.unit) / len(sample)


def sizes_of(problem: Problem) -> list[tuple[float, float, int]]:
    """The sizes of territory there are: lowest load, highest load, how many; a few that hold all bands when there are many."""
    lows, highs = problem.bands[0][:, 0], problem.bands[1][:, 0]
    sizes, counts = np.unique(np.column_stack([lows, highs]), axis=0, return_counts=True)
    if len(sizes) > SIZES:
        return [(float(lows.min()), float(highs.max()), len(lows))]
    return [(float(low), float(high), int(count)) for (low, high), count in zip(sizes, counts, strict=True)]


def _bands(problem: Problem, level: Level) -> tuple[F64, F64, tuple[int, ...]]:
    """Bands of each size of territory at each candidate; load that nothing drives to may lie in any of them."""
    sizes, bases = sizes_of(problem), len(level.candidate)
    low = np.array([np.full(bases, max(size[0] - level.idle, 0.0)) for size in sizes])
    high = np.array([np.full(bases, size[1]) for size in sizes])
    if problem.base_capacity is not None:
        high = np.array([problem.base_capacity[level.candidate] for _ in sizes], dtype=np.float64)
    return low, high, tuple(size[2] for size in sizes)
