"""Circles in which a whole number of bases lies, checked from roads and loads: plain numpy, nothing shared with the search.

Bases in a circle serve at most ``bases * high`` of the load in it and at least ``bases * low`` of any; the number of bases is whole. So where the
load would fill ``q + f`` territories at their most, ``bases + (load left to bases outside) / (f * high) >= q + 1``, and where it would fill ``q + f``
at their least, ``bases - (load fetched from outside) / ((1 - f) * low) <= q``: both hold at every whole number of bases, not at those between.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
F32 = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Near = Callable[[Ints, F32, Ints], tuple[Ints, npt.NDArray[np.int32], F32]]


@dataclass(frozen=True)
class Circles:
    """What is claimed. centre: unit in the middle; minutes: from there to the edge; most: whether it says how many bases there are at most, or at
    least; price: hours that one base more or less costs ``[c]``.
    """

    centre: Ints
    minutes: Array
    most: Flags
    price: Array

    def of(self, load: Array, counted: Flags, bases: Ints, band: tuple[float, float], drive_load: float, near: Near) -> "Charges":
        """What those that say anything charge each of ``bases``. counted: units whose load counts ``[n]``; band: load of a territory."""
        reach = self.minutes.astype(np.float32)
        units = np.flatnonzero(counted)
        inside = [units[at] for at in _within(near, self.centre, reach, units)]
        holds = _within(near, self.centre, reach, bases)
        each: list[list[int]] = [[] for _ in bases]
        rate, given = np.zeros(len(self.centre)), 0.0
        for c, price in enumerate(self.price.tolist()):
            size = band[0] if self.most[c] else band[1]
            work = float(load[inside[c]].sum())
            if not (size > 0.0 and np.isfinite(size) and price > 0.0) or (self.most[c] and drive_load > 0.0):
                continue
            whole, part = divmod(work / size, 1.0)
            step = size * ((1.0 - part) if self.most[c] else part)
            if step <= 0.0:
                continue
            rate[c] = price / step
            given += price * (-whole if self.most[c] else whole + 1.0 - work / step)
            for j in holds[c].tolist():
                each[j].append(c)
        return Charges(given, inside, each, rate, np.where(self.most, self.price, -self.price), np.where(self.most, rate, 0.0))


@dataclass(frozen=True)
class Charges:
    """given: hours that all circles are worth if nothing is served. inside: units by circle; of: circles by base. rate, fixed, relief by circle:
    hours on a unit of load inside, hours for being a base, and hours off any unit of load, of bases in it.
    """

    given: float
    inside: list[Ints]
    of: list[list[int]]
    rate: Array
    fixed: Array
    relief: Array

    def dearer(self, base: int, n: int) -> Array:
        """Hours that a unit of load of each unit costs the base more ``[n]``."""
        more = np.full(n, -self.relief[self.of[base]].sum())
        for c in self.of[base]:
            more[self.inside[c]] += self.rate[c]
        return more


def _within(near: Near, centres: Ints, reach: F32, targets: Ints) -> list[Ints]:
    """Which of ``targets`` lie within each circle."""
    pointer, to, _ = near(centres, reach, targets)
    return [to[pointer[c] : pointer[c + 1]].astype(np.int64) for c in range(len(centres))]
