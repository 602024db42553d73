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

from bailiwick.design.bounds.circles import Drawn
from bailiwick.design.bounds.earners import NO_FLOW, Earners, edge_of
from bailiwick.kernels.circles import Counts

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
PACE = 0.6  # of a step, relative to heat; more than about 0.8 overshoots
FARTHEST = 0.2  # share of its scale that one step moves a price by, at most
LEAST = 0.2  # of the usual price of a minute: what a price moves by where it is low
MARGIN, NEARLY = 4.0, 0.05  # heats, and mean hours of a territory, that a base of the working set may earn less than the chosen ones
HALVINGS = 60
EASE = 2.0  # of a circle that no other overlaps


@dataclass
class Climb:
    """The best prices so far ``[units + circles]``, their bound over all bases, and the steps it took. target: hours of a plan, for scale; hours: of
    a minute ``[units]``. at: the prices to go on from. lean, kept, value: of every base: see ``knapsacks.earnings_near``, ``[sizes, bases, 3]``;
    whether it is in the working set ``[bases]``; what it makes of ``at`` ``[sizes, bases]``. circles: those that have prices; seen: what the last
    steps opened, on average.
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
    circles: Drawn
    steps: int = 0
    seen: "Opened | None" = None

    @property
    def ended(self) -> bool:
        """Whether the bound has met the plan."""
        return self.bound >= self.target * (1.0 - 1e-9)

    @property
    def pressed(self) -> Ints:
        """Units whose price has come up to its ceiling."""
        return np.flatnonzero(self.at[: self.earners.units] >= self.earners.ceiling * 0.98)

    @property
    def mean(self) -> float:
        """Hours of a territory of the plan."""
        return self.target / sum(self.earners.slots)

    @cached_property
    def floor(self) -> F64:
        """The scale of the steps of low prices."""
        return LEAST * max(float(np.median(self.price[: self.earners.units] / self.hours)), 1e-12) * self.hours

    @cached_property
    def wide(self) -> float:
        """How far what a unit of load is worth may be expected to move between steps."""
        return 0.05 * float(np.median(self.price[: self.earners.units] / np.maximum(self.earners.load, 1e-12))) + 1e-12

    def hold(self, ceiling: F64) -> None:
        """Go on below other ceilings, from where it is."""
        self.earners = replace(self.earners, ceiling=ceiling)
        self.at = np.minimum(self.at, self.earners.top)
        self._look()

    def tell(self, circles: Drawn, counts: Counts, dual: F64) -> None:
        """Go on with other circles, at prices ``dual``. counts: the same as every base sees them."""
        self.earners, self.circles = replace(self.earners, counts=counts), circles
        self.at = self.earners.within(np.append(self.at[: self.earners.units], dual))
        self._look()

    def _look(self) -> None:
        self.value = self.earners.values(self.at, self.lean, self.wide)
        self.price, self.bound = self.at, self.earners.proven(self.at, self.value)


@dataclass(frozen=True)
class Opened:
    """bases: by number; share: how far each is open on average; part: their pairs; flow: how much of each is served on average ``[pairs]``."""

    bases: Ints
    share: F64
    part: Earners
    flow: F32


def begun(earners: Earners, starts: list[F64], hours: F64, target: float, circles: Drawn) -> Climb:
    """A climb from the best of several prices. circles: those that the bases count."""
    tried = [earners.within(np.clip(start, 0.0, earners.top)) for start in starts]
    bounds = [earners.bound(price) for price in tried]
    best = int(np.argmax(bounds))
    shape = len(earners.slots), earners.bases
    nothing = np.zeros((*shape, 3)), np.zeros(shape[1], np.bool_), np.empty(shape)
    it = Climb(earners, target, hours, tried[best], bounds[best], tried[best], *nothing, circles)
    it.at = np.maximum(it.price, np.append(np.minimum(it.floor, earners.ceiling), np.zeros(earners.circles)))
    it.value = earners.values(it.at, it.lean, it.wide)
    return it


def climb(it: Climb, heat: float, end: float, steps: int, more: Callable[[], bool], look: bool = False) -> None:
    """Climb for some steps while heat falls to ``end``, shares of a territory's mean hours; then see what every base makes of the prices.

    look: whether what the last steps opened is wanted.
    """
    it.kept |= near_best(it.earners, it.value, (MARGIN * heat + NEARLY) * it.mean)
    at = np.flatnonzero(it.kept)
    lean = np.ascontiguousarray(it.lean[:, at])
    part = it.earners.only(at)
    it.at, share, flow = _steps(it, part, lean, np.geomspace(heat, end, steps) * it.mean, more, look)
    it.lean[:, at] = lean
    it.seen = Opened(at, share, part, flow) if look else None
    it.value = it.earners.values(it.at, it.lean, it.wide)
    bound = it.earners.proven(it.at, it.value)
    if bound > it.bound:  # else bases outside the set would have earned more: they join it
        it.bound, it.price, it.kept = bound, it.at, np.zeros_like(it.kept)


def near_best(earners: Earners, value: F64, margin: float) -> npt.NDArray[np.bool_]:
    """Bases ``[bases]`` that earn within ``margin`` of the last one chosen, for any size of territory."""
    edge = edge_of(earners.slots, value)
    return np.asarray((value <= edge[:, None] + margin).any(axis=0))


def _steps(it: Climb, part: Earners, lean: F64, heats: F64, more: Callable[[], bool], look: bool) -> tuple[F64, F64, F32]:
    """Accelerated steps over the working set: the prices that were best there, and what the later half opened. heats: of each step, hours."""
    at, before, weight = it.at, it.at, 1.0
    best, found = -np.inf, at
    flow, shares = np.zeros(len(part.unit) if look else 0, dtype=np.float32), []
    ease = it.mean * _ease(part.counts)
    for number, heat in enumerate(heats.tolist()):
        value = part.values(at, lean, it.wide)
        bound = part.proven(at, value)
        if bound > best:
            best, found = bound, at
        share = np.array([opened(v, count, heat) for v, count in zip(value, part.slots, strict=True)])
        late = look and number >= len(heats) // 2
        missing = part.turned(part.missing(at, lean, share, flow if late else NO_FLOW))
        shares += [share] if late else []
        scale = np.append(np.maximum(at[: part.units], it.floor), ease)
        there = part.moved(at, np.clip(PACE * heat / it.mean * missing, -FARTHEST, FARTHEST) * scale, it.earners)
        it.steps += 1
        went = part.bare(there) - part.bare(before)
        if float(missing @ went) < 0.0:
            weight, at = 1.0, there
        else:
            heavier = (1.0 + float(np.sqrt(1.0 + 4.0 * weight * weight))) / 2.0
            at = np.maximum(part.moved(there, (weight - 1.0) / heavier * went, it.earners), 0.2 * there)
            weight = heavier
        before = there
        if not more():
            break
    times = max(len(shares), 1)
    return found, sum(shares, start=np.zeros((len(part.slots), part.bases))).sum(axis=0) / times, flow / np.float32(times)


def _ease(counts: Counts) -> F64:
    """How far the price of each circle moves, mean hours of a territory for each base that it is off: less where circles overlap ``[circles]``."""
    seen = np.diff(counts.of).astype(np.float64)
    most = np.ones(len(counts.sign))
    np.maximum.at(most, counts.cut, np.repeat(seen, np.diff(counts.of)))
    return EASE / ((1.0 + counts.share) * most)


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
