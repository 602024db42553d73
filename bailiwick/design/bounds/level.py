"""Who is served and from where: a problem as it is, or contracted."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bailiwick.design.bases.contract import Points
from bailiwick.design.bounds.inseparable import Inseparable
from bailiwick.design.bounds.inside import Inside, Made
from bailiwick.design.problem import Ints, Problem

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Level:
    """Who is served and from where. unit: where each stands ``[m]``; hours: what a minute of its trips costs a year ``[m]``; load ``[m]``.
    candidate: units that may be a base. idle: load that no trip goes to. place: the unit that stands for each unit of the problem ``[n]``.

    number: which of several sets of units, served as one, stands at a unit, -1 = none ``[n]``; served: hours a year that each costs from
    each unit ``[sets, n]``. inside: bases in such sets, which are no candidates; None = they are, as any other.
    """

    unit: Ints
    hours: F64
    load: F64
    candidate: Ints
    idle: float
    place: Ints
    number: I32
    served: F32
    inside: Inside | None = None

    def some(self, which: Ints) -> "Level":
        """Some of those who are served."""
        return replace(self, unit=self.unit[which], hours=self.hours[which], load=self.load[which])

    def capped(self, price: F64, ceiling: F64, edge: F64) -> F64:
        """Ceilings of prices, for sets no higher than at which a base inside would earn as much as the last one chosen, ``edge`` ``[sizes]``."""
        if self.inside is None:
            return ceiling
        at, least = self.shut_sets(self.inside.made(self.by_unit(price)))
        held = ceiling.copy()
        held[at] = np.clip(price[at] + least - edge.min(), 0.0, ceiling[at])
        return held

    def shut_sets(self, made: Made) -> tuple[Ints, F64]:
        """Which are sets with bases inside apart, and what the best of these makes of prices."""
        assert self.inside is not None
        at = np.flatnonzero(self.is_shut)
        return at, self.inside.least(made.value)[self.set_of[at]]

    def by_unit(self, price: F64) -> F64:
        """Prices of those who are served by unit of the problem, 0 for the others ``[n]``."""
        found = np.zeros(len(self.number))
        found[self.unit] = price
        return found

    @property
    def is_shut(self) -> Flags:
        """Which are sets with bases inside apart ``[m]``."""
        return np.zeros(len(self.unit), dtype=np.bool_) if self.inside is None else np.isin(self.set_of, self.inside.number)

    @property
    def is_contracted(self) -> bool:
        """Whether its places stand for other units too."""
        return bool(np.any(self.place != np.arange(len(self.place))))

    @property
    def set_of(self) -> I32:
        """Which set each is, -1 = a unit or point alone ``[m]``."""
        return np.asarray(self.number[self.unit])


def whole(problem: Problem, candidate: Ints, sets: Inseparable) -> Level:
    """Every unit that is driven to, those that no plan parts as one; candidate: units that may be a base."""
    driven = problem.trips > 0
    stands = sets.stands()
    hours = np.bincount(stands[driven], weights=2.0 * problem.trips[driven] / 60.0, minlength=problem.size).astype(np.float64)
    load = np.bincount(stands[driven], weights=problem.load[driven], minlength=problem.size).astype(np.float64)
    unit = np.unique(stands[driven])
    number = np.full(problem.size, -1, dtype=np.int32)
    number[sets.at] = np.arange(len(sets.at))
    idle, place = float(problem.load[~driven].sum()), np.arange(problem.size)
    return Level(unit, hours[unit], load[unit], candidate, idle, place, number, sets.served)


def shut(problem: Problem, level: Level, sets: Inseparable, price: F64, mean: float) -> Level:
    """A whole level without the bases inside sets whose way out is long, at prices ``[m]``: what they make is found apart. mean: hours of a
    territory.
    """
    if not np.any(sets.number[level.candidate] >= 0):
        return level
    every = Inside(problem, sets, level.candidate, mean)
    inside = every.of_sets(every.farther(level.by_unit(price)))
    outside = level.candidate[~np.isin(level.candidate, inside.base)]
    return replace(level, candidate=outside, inside=inside) if len(inside.base) else level


def contracted(problem: Problem, candidate: Ints, points: Points, sets: Inseparable) -> Level:
    """The same over points; one that holds a set is served as that is, and as much dearer as it holds more."""
    hours, load = points.sums(2.0 * problem.trips / 60.0), points.sums(problem.load)
    kept = hours > 0
    place = points.unit_of[points.point_of]
    number, holds = np.full(problem.size, -1, dtype=np.int32), points.point_of[sets.at]
    number[points.unit_of[holds]] = np.arange(len(holds))
    served = sets.served * (hours[holds] / sets.hours).astype(np.float32)[:, None]
    return Level(points.unit_of[kept], hours[kept], load[kept], np.unique(place[candidate]), float(load[~kept].sum()), place, number, served)
