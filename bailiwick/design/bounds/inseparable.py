"""What no plan can part, whatever its bases: land behind one unit that has too little work for a territory of its own.

A territory that holds a part of it and lies in one piece holds the way in; so the territory of that one unit serves all of it. A bound that
knows this cannot hand Alaska out in pieces to whoever has room.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bailiwick.design.bases.contract import coordinates
from bailiwick.design.problem import Ints, Problem
from bailiwick.kernels.contiguity import entrances

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
SOME = 0.02  # of the least load of a territory, that must lie behind a unit to be worth a look
CHUNK = 64  # units at a time, for memory


@dataclass(frozen=True)
class Inseparable:
    """entrance: the unit that each goes with, itself where it goes alone ``[n]``. number: which set each unit is of, -1 = none ``[n]``.

    at: the busiest unit of each set, where it is taken to stand. hours: what a minute of all its trips costs a year ``[sets]``. served: hours a
    year that all of a set costs from each unit, infinite where one of it is too far ``[sets, n]``.
    """

    entrance: Ints
    number: I32
    at: Ints
    hours: F64
    served: F32

    def stands(self) -> Ints:
        """Where each unit is taken to stand: itself, or where its set does ``[n]``."""
        return np.where(self.number >= 0, np.append(self.at, -1)[self.number], np.arange(len(self.number)))

    def priced(self, price: F64) -> F64:
        """Prices by unit ``[n]`` with those of a set where it stands."""
        return np.bincount(self.stands(), weights=price, minlength=len(price)).astype(np.float64)

    def groups(self) -> tuple[tuple[int, ...], ...]:
        """The sets as groups of a problem."""
        return tuple(tuple(np.flatnonzero(self.number == i).tolist()) for i in range(len(self.at)))


def inseparable(problem: Problem, candidate: Ints) -> Inseparable:
    """The sets of a problem; none where territories need not be in one piece, units are shared, or hardly any ``candidate`` lies outside them."""
    entrance = entrances_of(problem)
    together = np.bincount(entrance, minlength=problem.size)[entrance] > 1
    if np.count_nonzero(~together[candidate]) <= problem.territories:
        entrance = np.arange(problem.size)
    name, of = np.unique(entrance, return_inverse=True)
    kept = np.flatnonzero((np.bincount(of) > 1) & (np.bincount(of, weights=problem.trips) > 0.0))
    entrance = np.where(np.isin(of, kept), entrance, np.arange(problem.size))
    number = np.full(len(name), -1, dtype=np.int32)
    number[kept] = np.arange(len(kept))
    number = number[of]
    at, hours = np.empty(len(kept), dtype=np.int64), np.empty(len(kept))
    served = np.empty((len(kept), problem.size), dtype=np.float32)
    for i in range(len(kept)):
        members = np.flatnonzero(number == i)
        at[i] = members[np.argmax(problem.trips[members])]
        hours[i] = 2.0 * problem.trips[members].sum() / 60.0
        served[i] = _served(problem, members)
    return Inseparable(entrance, number, at, hours, served)


def entrances_of(problem: Problem) -> Ints:
    """The unit that each goes with, itself where it goes alone; of sets that hold enough to be worth a look ``[n]``."""
    every = np.arange(problem.size)
    least = float(problem.bands[0][:, 0].min())
    if not problem.contiguous or problem.parts is not None or least <= 0.0:
        return every
    points = coordinates(problem)
    middle = np.argmin(np.linalg.norm(points - np.median(points, axis=0), axis=1))  # a unit that hardly lies behind another
    entrance: Ints = entrances(*problem.neighbours, np.array([middle], dtype=np.int32), problem.load, least).astype(np.int64)
    for unit in np.unique(entrance[entrance != every]):
        behind = np.flatnonzero((entrance == unit) & (every != unit))
        if problem.load[behind].sum() < SOME * least or _fills(problem, behind, least):
            entrance[behind] = behind
    return entrance


def _fills(problem: Problem, members: Ints, least: float) -> bool:
    """Whether driving among ``members`` could make their load up to that of a territory."""
    if problem.drive_load <= 0.0:
        return False
    farthest = problem.travel.legs(members, members).max(axis=0).astype(np.float64)
    driven = 2.0 * float((problem.trips[members] * farthest).sum()) / 60.0
    return float(problem.load[members].sum()) + problem.drive_load * driven >= least


def _served(problem: Problem, members: Ints) -> F32:
    """Hours a year that serving all ``members`` costs from each unit; infinite where one with work is further than may be driven."""
    total, everywhere = np.zeros(problem.size), np.arange(problem.size)
    busy = members[problem.trips[members] > 0]
    for first in range(0, len(busy), CHUNK):
        some = busy[first : first + CHUNK]
        minutes = problem.travel.legs(some, everywhere).astype(np.float64)
        minutes[minutes > problem.max_minutes] = np.inf
        total += (2.0 * problem.trips[some] / 60.0) @ minutes
    return total.astype(np.float32)
