"""What a territory takes as a whole: units that can be reached through one other unit alone go where that one goes.

Whoever serves Alaska serves all of it where no base lies there and one bridge leads to it. A bound that knows this cannot fill the ends of
several territories with pieces of it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bailiwick.design.bases.contract import contracted_neighbours
from bailiwick.design.borders.fixed import Based, band_of
from bailiwick.design.borders.prices import CHUNK
from bailiwick.design.problem import Ints
from bailiwick.kernels.contiguity import entrances

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
HEAVY = 0.25  # of the mean load of a territory, from which what goes together is heavy


@dataclass(frozen=True)
class Sets:
    """Units served from chosen bases, those that go together as one. first: the unit each set is named by, through which the others are reached
    ``[sets]``; of: set of each unit ``[units]``.

    base: sets of the bases ``[k]``. cost: hours a year of serving each set from each base, hours: of them driven ``[sets, k]``. load: ``[sets]``.
    drive: load an hour of driving adds. idle: sets without work. low, high: bands ``[k]``. indptr, indices: neighbours of the sets.
    """

    first: Ints
    of: Ints
    base: Ints
    cost: F32
    hours: F32
    load: F64
    drive: float
    idle: npt.NDArray[np.bool_]
    low: F64
    high: F64
    indptr: I32
    indices: I32

    def __len__(self) -> int:
        return len(self.first)

    def heavy(self) -> Ints:
        """Those that fill a good part of a territory, whose move from one to another is no small change."""
        return np.flatnonzero((self.load > 0.0) & (self.load >= HEAVY * float(self.load.sum()) / len(self.base)))

    def weight(self, number: Ints, base: Ints) -> F64:
        """Load that sets bring to bases, with the driving to them."""
        return np.asarray(self.load[number] + self.drive * self.hours[number, base])

    def cheapest(self, price: F64) -> F64:
        """What the cheapest base takes each set for at prices of load ``[k]``, and the next one where there are several ``[sets, 2]``."""
        found = np.empty((len(self), min(2, len(price))))
        for start in range(0, len(self), CHUNK):  # all at once would be the most that is held at any time
            part = slice(start, start + CHUNK)
            found[part] = np.partition(self.priced(part, price), found.shape[1] - 1, axis=1)[:, :2]
        return found

    def priced(self, some: slice | Ints, price: F64) -> F64:
        """What each base takes some sets for at prices of load ``[k]``, hours ``[some, k]``."""
        return np.asarray(self.cost[some] + (self.load[some, None] + self.drive * self.hours[some].astype(np.float64)) * price)


def sets_of(based: Based) -> Sets:
    """The units of a problem with chosen bases; each alone where territories need not be in one piece or none lies behind another."""
    problem = based.problem
    indptr, indices = problem.neighbours
    name = np.arange(problem.size)
    if problem.contiguous:
        name = entrances(indptr, indices, based.base.astype(np.int32), problem.load, np.inf).astype(np.int64)
    first, of = np.unique(name, return_inverse=True)
    load = np.bincount(of, weights=problem.load).astype(np.float64)
    trips = np.bincount(of, weights=problem.trips)
    cost = _summed(based.cost, first, of)
    hours = cost if based.driven is None else _summed(based.driven, first, of)
    if len(first) < problem.size:
        indptr, indices = contracted_neighbours(indptr, indices, of, len(first))
    low, high = band_of(problem, based.base)
    idle = (trips <= 0) & (load <= 0)
    return Sets(first, of, of[based.base], cost, hours, load, problem.drive_load, idle, low, high, indptr, indices)


def _summed(cost: F32, first: Ints, of: Ints) -> F32:
    """Sums by set, in doubles where there is something to add."""
    if len(first) == len(of):
        return cost
    found = cost[first]
    many = np.flatnonzero(np.bincount(of) > 1)
    place = np.full(len(first), -1)
    place[many] = np.arange(len(many))
    members = np.flatnonzero(place[of] >= 0)
    sums = np.zeros((len(many), cost.shape[1]))
    np.add.at(sums, place[of[members]], cost[members].astype(np.float64))
    found[many] = sums
    return found
