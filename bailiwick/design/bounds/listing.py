"""Which units are near enough to which possible bases to matter, for prices up to a ceiling."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from bailiwick.design.bounds.circles import unlimited
from bailiwick.design.bounds.earners import Earners, bands_of
from bailiwick.design.bounds.level import Level
from bailiwick.design.problem import Ints, Problem
from bailiwick.kernels import knapsacks
from bailiwick.model.travel import near

Pairs = tuple[Ints, npt.NDArray[np.int32], npt.NDArray[np.float32]]  # by base: pointers, unit, hours a year
F64 = npt.NDArray[np.float64]
MOST_PAIRS = 32_000_000
SPARE = 1.05  # of them, when prices that came up to their ceiling get more room
SAMPLE = 200
CHEAP = 0.3  # of the usual price of a minute, to which any may rise
HALVINGS = 5  # of what room and subsidy are lowered by, where pairs are too many
SHARES = (1.0, 0.5, 0.25, 0.12)  # of a subsidy, that alone is lowered
FEWER = 3  # times more units than bases: pairs are looked for from the bases
WIDE, CHUNK = 0.05, 128  # share of the units whose limits are widest; bases at a time, for memory


def listed(problem: Problem, level: Level, price: F64, room: float, subsidy: float, part: float = 1.0) -> Earners:
    """The pairs that matter while no price rises by more than ``room`` above ``price``, and missing load costs at most ``subsidy``.

    Where they would be more than ``part`` of what can be held, room and subsidy are lowered together, then prices.
    """
    subsidy = min(subsidy, 0.5 / problem.drive_load) if problem.drive_load > 0 else subsidy
    return below(problem, level, *_affordable(problem, level, price, room, subsidy, part * MOST_PAIRS))


def afforded(problem: Problem, level: Level, price: F64, subsidy: float, part: float) -> float:
    """The subsidy at these very prices, or a share of it, down to nothing where pairs would be more than ``part`` of what can be held."""
    for share in SHARES:
        if _expected(problem, level, _limit(problem, level, price, share * subsidy)) <= part * MOST_PAIRS:
            return share * subsidy
    return 0.0


def below(problem: Problem, level: Level, ceiling: F64, subsidy: float) -> Earners:
    """The pairs that matter while no price is above ``ceiling``, however many they are."""
    start, unit, cost = _pairs(problem, level, _limit(problem, level, ceiling, subsidy))
    low, high, slots = bands_of(problem, level)
    bases = len(level.candidate)
    return Earners(start, unit, cost, level.load, ceiling, low, high, slots, problem.drive_load, np.full(bases, subsidy), unlimited(bases))


def widened(problem: Problem, level: Level, earners: Earners, units: Ints, room: float) -> Earners | None:
    """The same with ``room`` above their present ceiling for the prices of some units; None where that would be too many pairs."""
    ceiling = earners.ceiling.copy()
    ceiling[units] *= 1.0 + room
    few = level.some(units)
    limit = _limit(problem, few, ceiling[units], float(earners.subsidy.max()))
    if len(earners.unit) + _expected(problem, few, limit) > SPARE * MOST_PAIRS:
        return None
    start, unit, cost = _pairs(problem, few, limit)
    gone = np.zeros(len(level.unit), dtype=np.bool_)
    gone[units] = True
    pairs = knapsacks.replaced(earners.pointer, earners.unit, earners.cost, gone, start, units.astype(np.int32)[unit], cost)
    return replace(earners, pointer=pairs[0], unit=pairs[1], cost=pairs[2], ceiling=ceiling)


def _pairs(problem: Problem, level: Level, limit: F64) -> Pairs:
    """Units within ``limit`` minutes of each possible base, by base; sets by what a mean minute to them costs."""
    sets, alone = (np.flatnonzero(kept) for kept in (level.set_of >= 0, level.set_of < 0))
    from_bases = 0 < FEWER * len(level.candidate) < len(level.unit)
    pairs = (_pairs_from_bases if from_bases else _pairs_from_units)(problem, level, alone, limit)
    return _joined(pairs, _pairs_of_sets(level, sets, limit), len(level.unit)) if len(sets) else pairs


def _pairs_of_sets(level: Level, sets: Ints, limit: F64) -> Pairs:
    cost = level.served[level.set_of[sets]][:, level.candidate].T
    within = cost <= (limit * level.hours)[sets]
    base, which = np.nonzero(within)
    start = np.concatenate([[0], np.cumsum(np.bincount(base, minlength=len(cost)))]).astype(np.int64)
    return start, sets.astype(np.int32)[which], cost[within]


def _joined(pairs: Pairs, more: Pairs, units: int) -> Pairs:
    both: Pairs = knapsacks.replaced(*pairs, np.zeros(units, dtype=np.bool_), *more)
    return both


def _pairs_from_units(problem: Problem, level: Level, which: Ints, limit: F64) -> Pairs:
    pointer, to, minutes = near(problem.travel, level.unit[which], limit[which].astype(np.float32), level.candidate)
    hours = level.hours[which].astype(np.float32)
    pairs: Pairs = knapsacks.by_base(pointer, to, minutes, hours, which.astype(np.int32), len(level.candidate))
    return pairs


def _pairs_from_bases(problem: Problem, level: Level, which: Ints, limit: F64) -> Pairs:
    """The same looked for from the bases, where they are few; units that would be looked for far and wide from their own side."""
    name, hours, limits = which.astype(np.int32), level.hours[which].astype(np.float32), limit[which]
    radius = float(np.quantile(limits, 1.0 - min(WIDE, len(level.candidate) / len(limits) / 2)))
    wide = limits > radius
    within, counts, units, costs = np.where(wide, -1.0, limits).astype(np.float32), [], [], []
    for first in range(0, len(level.candidate), CHUNK):
        some = level.candidate[first : first + CHUNK]
        pointer, to, minutes = near(problem.travel, some, np.full(len(some), radius, dtype=np.float32), level.unit[which])
        kept = minutes <= within[to]
        counts.append(np.bincount(np.repeat(np.arange(len(some)), np.diff(pointer))[kept], minlength=len(some)))
        units.append(name[to[kept]])
        costs.append(minutes[kept] * hours[to[kept]])
    start = np.concatenate([[0], np.cumsum(np.concatenate(counts))]).astype(np.int64)
    pairs = start, np.concatenate(units), np.concatenate(costs)
    return _joined(pairs, _pairs_from_units(problem, level, which[wide], limit), len(level.unit)) if wide.any() else pairs


def _affordable(problem: Problem, level: Level, price: F64, room: float, subsidy: float, most: float) -> tuple[F64, float]:
    """Ceiling and subsidy with no more pairs than ``most``."""

    def at(share: float) -> tuple[F64, float]:
        return _ceiling(level, price, share * room), share * subsidy

    def pairs(share: float) -> float:
        return _expected(problem, level, _limit(problem, level, *at(share)))

    if len(level.unit) * len(level.candidate) <= most or pairs(1.0) <= most:
        return at(1.0)
    least = pairs(0.0)
    if least > most:
        return at(0.0)[0] * float(np.sqrt(most / least)), 0.0
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if pairs(middle) <= most else (low, middle)
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
