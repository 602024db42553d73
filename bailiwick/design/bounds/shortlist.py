"""The last climb of the bound over all choices of bases: first for a short list of bases that look best, then with all others looking on.

How far prices may rise and what a base may pay for load that it lacks are a matter of memory: pairs of bases and units. Few bases can have
all that matter to them. The others are held to a lower subsidy, at which they seem to earn more than they could, until they come near the best
and join the list; so the bound holds for all of them.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bailiwick.design.borders.certificate import DIGITS, as_stored
from bailiwick.design.bounds.circles import Drawn
from bailiwick.design.bounds.earners import Earners, edge_of
from bailiwick.design.bounds.level import Level
from bailiwick.design.bounds.listing import afforded, below
from bailiwick.design.bounds.smooth import Climb, begun, climb, near_best
from bailiwick.design.problem import Ints, Problem

F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
FEW, EACH = 3_000, 8  # bases on the short list: so many, and so many for each territory
WIDER = 0.5  # room for their prices
CHUNKS = 2  # of the others, looked at one after the other, for memory
PART, OTHERS = 0.35, 0.5  # of the pairs that can be held, for those on the list and for the others, all together
LAST = ((0.006, 0.002), (0.004, 0.001))
STEPS = 90
NEARLY = (0.025, 0.01)  # mean hours of a territory within which others join the list, before each of the last climbs


@dataclass
class Everyone:
    """All possible bases of a level, some of which join the list as prices move.

    listed, units: those on the list, which may buy load at ``dear`` hours a unit; candidate: units of those that were not on it at first, held to
    ``subsidy``; joined: which of them are on the list by now. circles: those that all count. looked: prices at which the others were looked at
    last, and what they made of them: their pairs are not kept, for memory.
    """

    problem: Problem
    level: Level
    listed: Earners
    units: Ints
    candidate: Ints
    joined: Flags
    subsidy: float
    dear: float
    circles: Drawn
    looked: tuple[F64, F64] | None = None

    def values(self, price: F64) -> F64:
        """What those on the list and then the others that are not make of prices ``[sizes, bases]``, hours a year."""
        if self.looked is None or not np.array_equal(self.looked[0], price):
            chunks = [self._made(some, price) for some in np.array_split(self.candidate, CHUNKS)]
            self.looked = price, np.concatenate(chunks, axis=1)
        return np.concatenate([self.listed.earned(price), self.looked[1][:, ~self.joined]], axis=1)

    def _made(self, some: Ints, price: F64) -> F64:
        level = replace(self.level, candidate=some)
        return self._counting(below(self.problem, level, price[: self.listed.units], self.subsidy), some).earned(price)

    def _counting(self, earners: Earners, units: Ints) -> Earners:
        return replace(earners, counts=self.circles.over(self.problem, units))

    def count(self, circles: Drawn) -> None:
        """Count other circles."""
        self.circles, self.looked = circles, None
        self.listed = self._counting(self.listed, self.units)

    def edge(self, price: F64) -> F64:
        """What the last of the chosen bases makes of prices ``[sizes]``."""
        return edge_of(self.listed.slots, self.values(price))

    def settle(self, price: F64, margin: float) -> F64:
        """Let all join the list that earn within ``margin`` hours of the best; in place, since pairs are what takes memory.

        Returns the prices, those of circles lowered as they are stored where nothing would be proven of some base.
        """
        while True:
            value = self.values(price)
            near = near_best(self.listed, value, margin)[self.listed.bases :]
            if not near.any():
                if not np.isneginf(value).any():
                    return price
                price = stored(self.listed.within(price), self.listed.top)
                continue
            fresh = np.flatnonzero(~self.joined)[near]
            units = self.candidate[fresh]
            joining = below(self.problem, replace(self.level, candidate=units), self.listed.ceiling, self.dear)
            self.joined[fresh] = True
            self.units = np.append(self.units, units)
            self.listed = self.listed.joined(self._counting(joining, units))


def stored(price: F64, top: F64) -> F64:
    """Prices as they are stored: rounded, and still below their ceilings."""
    return as_stored(np.minimum(price, top * (1.0 - 10.0 ** (1 - DIGITS))))


def best_of(value: F64, slots: tuple[int, ...], count: int) -> Flags:
    """The ``count`` bases that earn most ``[bases]``. value: ``[sizes, bases]``; slots: territories of each size."""
    edge = edge_of(slots, value)
    chosen = np.zeros(value.shape[1], dtype=np.bool_)
    chosen[np.argsort((value - edge[:, None]).min(axis=0), kind="stable")[:count]] = True
    return chosen


def all_of(problem: Problem, level: Level, some: Climb, chosen: Flags, subsidy: float) -> Everyone:
    """Those ``chosen`` as they climbed, and all others."""
    rest = replace(level, candidate=level.candidate[~chosen])
    dear = float(some.earners.subsidy.max())
    low = afforded(problem, rest, some.price[: some.earners.units], min(subsidy, dear), OTHERS)
    nobody = np.zeros(len(rest.candidate), dtype=np.bool_)
    return Everyone(problem, level, some.earners, level.candidate[chosen], rest.candidate, nobody, low, dear, some.circles)


def everyone_of(problem: Problem, level: Level, it: Climb) -> Everyone:
    """Those of a climb where they are all there are."""
    return all_of(problem, level, it, np.ones(len(level.candidate), dtype=np.bool_), float(it.earners.subsidy.max()))


def finished(
    problem: Problem,
    level: Level,
    some: Climb,
    chosen: Flags,
    subsidy: float,
    more: Callable[[], bool],
    told: Callable[[Level, Climb, F64], tuple[Drawn, F64]],
) -> tuple[Everyone, F64]:
    """The last steps after a climb of those ``chosen``, before which others that come near the best join the list; the prices they end at.

    told: the circles to tell of after each of the climbs, and their prices.
    """
    it, price, target, mean = all_of(problem, level, some, chosen, subsidy), some.price, some.target, some.mean
    del some
    for (heat, end), nearly in zip(LAST, NEARLY, strict=True):
        price = it.settle(price, nearly * mean)
        ceiling = level.capped(price[: it.listed.units], it.listed.ceiling, it.edge(price))
        last = begun(replace(it.listed, ceiling=ceiling), [price], level.hours, target, it.circles)
        if last.ended or not more():
            break
        finding = (heat, end) != LAST[-1]
        climb(last, heat, end, STEPS, more, finding)
        price = last.price
        if finding:
            circles, dual = told(replace(level, candidate=it.units), last, price)
            price = np.append(price[: it.listed.units], dual)
            it.count(circles)
        del last  # its pairs are held once
    return it, price
