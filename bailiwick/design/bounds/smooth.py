"""Prices raised towards the best of the Lagrangian dual: its choice of bases smoothed, then accelerated steps (Nesterov 2005,
doi:10.1007/s10107-004-0552-5), restarted where they overshoot (O'Donoghue & Candes 2015, doi:10.1007/s10208-013-9150-3).

Which bases earn most jumps between far different sets at the least change of prices. Smoothed, hundreds of bases are each open in part, and
what they serve together changes little from step to step. Bases far from earning enough are left out (a working set), so that a step is cheap.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from bailiwick.design.bounds.earners import Earners, bound_of, edge_of

F64 = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
PACE = 0.6  # of a step, relative to heat; more than about 0.8 overshoots
FARTHEST = 0.2  # share of its scale that one step moves a price by, at most
LEAST = 0.2  # of the usual price of a minute: what a price moves by where it is low
MARGIN, NEARLY = 4.0, 0.05  # heats, and mean hours of a territory, that a base of the working set may earn less than the chosen ones
HALVINGS = 60


@dataclass
class Climb:
    """The best prices so far ``[units]``, their bound over all bases, and the steps it took. target: hours of a plan, for scale; hours: of a
    minute ``[units]``. at: the prices to go on from. lean, kept, value: of every base: see ``knapsacks.earnings_near``, ``[sizes, bases, 3]``;
    whether it is in the working set ``[bases]``; what it makes of ``at`` ``[sizes, bases]``.
    """

    earners: Earners
    target: float
    hours: F64
    price: F64
    bound: float
    at: F64
    lean: F64
    kept: npt.NDArray[np.bool_]
    value: F64
    steps: int = 0

    @property
    def ended(self) -> bool:
        """Whether the bound has met the plan."""
        return self.bound >= self.target * (1.0 - 1e-9)

    @property
    def pressed(self) -> Ints:
        """Units whose price has come up to its ceiling."""
        return np.flatnonzero(self.at >= self.earners.ceiling * 0.98)

    @property
    def mean(self) -> float:
        """Hours of a territory of the plan."""
        return self.target / sum(self.earners.slots)

    @cached_property
    def floor(self) -> F64:
        """The scale of the steps of low prices."""
        return LEAST * max(float(np.median(self.price / self.hours)), 1e-12) * self.hours

    @cached_property
    def wide(self) -> float:
        """How far what a unit of load is worth may be expected to move between steps."""
        return 0.05 * float(np.median(self.price / np.maximum(self.earners.load, 1e-12))) + 1e-12


    def hold(self, ceiling: F64) -> None:
        """Go on below other ceilings, from where it is."""
        self.earners = replace(self.earners, ceiling=ceiling)
        self.at = np.minimum(self.at, ceiling)
        self.value = self.earners.values(self.at, self.lean, self.wide)
        self.price, self.bound = self.at, bound_of(self.earners.slots, self.at, self.value)


def begun(earners: Earners, starts: list[F64], hours: F64, target: float) -> Climb:
    """A climb from the best of several prices."""
    tried = [np.clip(start, 0.0, earners.ceiling) for start in starts]
    bounds = [earners.bound(price) for price in tried]
    best = int(np.argmax(bounds))
    shape = len(earners.slots), earners.bases
    it = Climb(earners, target, hours, tried[best], bounds[best], tried[best], np.zeros((*shape, 3)), np.zeros(shape[1], np.bool_), np.empty(shape))
    it.at = np.maximum(it.price, np.minimum(it.floor, earners.ceiling))
    it.value = earners.values(it.at, it.lean, it.wide)
    return it


def climb(it: Climb, heat: float, end: float, steps: int, more: Callable[[], bool]) -> None:
    """Climb for some steps while heat falls to ``end``, shares of a territory's mean hours; then see what every base makes of the prices."""
    it.kept |= near_best(it.earners, it.value, (MARGIN * heat + NEARLY) * it.mean)
    at = np.flatnonzero(it.kept)
    lean = np.ascontiguousarray(it.lean[:, at])
    it.at = _steps(it, it.earners.only(at), lean, np.geomspace(heat, end, steps) * it.mean, more)
    it.lean[:, at] = lean
    it.value = it.earners.values(it.at, it.lean, it.wide)
    bound = bound_of(it.earners.slots, it.at, it.value)
    if bound > it.bound:  # else bases outside the set would have earned more: they join it
        it.bound, it.price, it.kept = bound, it.at, np.zeros_like(it.kept)


def near_best(earners: Earners, value: F64, margin: float) -> npt.NDArray[np.bool_]:
    """Bases ``[bases]`` that earn within ``margin`` of the last one chosen, for any size of territory."""
    edge = edge_of(earners.slots, value)
    return np.asarray((value <= edge[:, None] + margin).any(axis=0))


def _steps(it: Climb, part: Earners, lean: F64, heats: F64, more: Callable[[], bool]) -> F64:
    """Accelerated steps over the working set; the prices that were best there. heats: of each step, hours."""
    at, before, weight = it.at, it.at, 1.0
    best, found = -np.inf, at
    for heat in heats.tolist():
        value = part.values(at, lean, it.wide)
        bound = bound_of(part.slots, at, value)
        if bound > best:
            best, found = bound, at
        share = np.array([opened(v, count, heat) for v, count in zip(value, part.slots, strict=True)])
        missing = 1.0 - part.served(at, lean, share)
        there = np.clip(at + np.clip(PACE * heat / it.mean * missing, -FARTHEST, FARTHEST) * np.maximum(at, it.floor), 0.0, part.ceiling)
        it.steps += 1
        if float(missing @ (there - before)) < 0.0:
            weight, at = 1.0, there
        else:
            heavier = (1.0 + float(np.sqrt(1.0 + 4.0 * weight * weight))) / 2.0
            at = np.clip(there + (weight - 1.0) / heavier * (there - before), 0.2 * there, part.ceiling)
            weight = heavier
        before = there
        if not more():
            break
    return found


def opened(value: F64, count: int, heat: float) -> F64:
    """How far each base is open when ``count`` are: nearly 1 where it earns much, 0 where little, the change as wide as ``heat`` ``[bases]``."""
    if count >= len(value):
        return np.ones(len(value))
    low, high = float(value.min()) - 50.0 * heat, float(np.partition(value, count - 1)[count - 1]) + 50.0 * heat
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        share = 1.0 / (1.0 + np.exp(np.clip((value - middle) / heat, -60.0, 60.0)))
        low, high = (middle, high) if share.sum() < count else (low, middle)
    return np.asarray(share)
