"""Units that several territories may share: the problem holds a unit's parts as units of their own, in the same place (R30)."""

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from bailiwick.design.problem.problem import TOLERANCE, Array, Ints, Ties
from bailiwick.model.parts import Parts
from bailiwick.model.travel import TravelTimes, near

F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]


def fewest(load: Array, most: float) -> dict[int, tuple[float, ...]]:
    """Units heavier than ``most``, each in the smallest number of equal shares that are not."""
    if most <= 0:
        return {}
    counts = {u: int(np.ceil(load[u] / most - TOLERANCE)) for u in np.flatnonzero(load > most + TOLERANCE).tolist()}
    return {u: (1.0 / n,) * n for u, n in counts.items()}


@dataclass(frozen=True)
class InParts:
    """Road times between parts: those of their units; parts of one unit lie in one place."""

    travel: TravelTimes
    parts: Parts

    def rows(self, origins: Ints) -> tuple[F32, F32]:
        minutes, miles = self.travel.rows(self.parts.unit[origins])
        more = self.parts.unit[self.parts.units :]
        return np.concatenate([minutes, minutes[:, more]], axis=1), np.concatenate([miles, miles[:, more]], axis=1)

    def among(self, units: Ints, neighbours: int) -> F32:
        distinct, at = np.unique(self.parts.unit[units], return_inverse=True)
        return np.ascontiguousarray(self.travel.among(distinct, neighbours)[np.ix_(at, at)])

    def legs(self, origins: Ints, targets: Ints) -> F32:
        start, first = np.unique(self.parts.unit[origins], return_inverse=True)
        stop, last = np.unique(self.parts.unit[targets], return_inverse=True)
        return np.ascontiguousarray(self.travel.legs(start, stop)[np.ix_(first, last)])

    def around(self, origins: Ints, limits: F32, targets: Ints) -> tuple[Ints, I32, F32]:
        stop, last = np.unique(self.parts.unit[targets], return_inverse=True)
        pointer, to, minutes = near(self.travel, self.parts.unit[origins], limits, stop)
        copies, order = np.bincount(last), np.argsort(last, kind="stable")
        first = np.cumsum(copies) - copies
        times = copies[to]
        pair = np.repeat(np.arange(len(to)), times)
        number = np.arange(len(pair)) - np.repeat(np.cumsum(times) - times, times)
        ends = np.concatenate([[0], np.cumsum(times)])
        return ends[pointer].astype(np.int64), order[first[to[pair]] + number].astype(np.int32), minutes[pair]


def pairs_of(parts: Parts, pairs: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """Pairs of units, said of every part of both."""
    return tuple(both for a, b in pairs for both in product(parts.rows_of.get(a, (a,)), parts.rows_of.get(b, (b,))))


def ties_of(parts: Parts, ties: Ties | None) -> Ties | None:
    """Ties between units as ties between their parts; a pair of parts holds its shares of the hours."""
    if ties is None or not parts.rows_of:
        return ties
    rows = [
        (a, b, hours * float(parts.share[a] * parts.share[b]))
        for (first, second), hours in zip(ties.pairs.tolist(), ties.hours.tolist(), strict=True)
        for a, b in pairs_of(parts, ((first, second),))
    ]
    return Ties(np.array([r[:2] for r in rows], dtype=np.int64).reshape(-1, 2), np.array([r[2] for r in rows], dtype=np.float64))
