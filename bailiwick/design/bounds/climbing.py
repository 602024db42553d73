"""Prices found on a contracted problem, then carried over to finer ones: near units have like prices."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from bailiwick.design.bases.contract import contract, coordinates
from bailiwick.design.bounds.circles import NONE, PLACES, Circles, Drawn, Finder, drawn, finder
from bailiwick.design.bounds.earners import Earners, bands_of, edge_of
from bailiwick.design.bounds.inseparable import Inseparable, inseparable
from bailiwick.design.bounds.level import Level, contracted, shut, whole
from bailiwick.design.bounds.listing import listed, widened
from bailiwick.design.bounds.smooth import Climb, begun, climb
from bailiwick.design.problem import Ints, Problem

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
LEVELS = (1_500, 6_000)  # points of the contracted problems
COARSE = (0.3, 0.1, 0.03, 0.01, 0.003, 0.001)  # heats between which a level is climbed
FINE = (0.02, 0.014, 0.01, 0.005, 0.0025, 0.00125, 0.0006)
STEPS = {COARSE: 40, FINE: 60}  # while heat halves
ROOM = (2.0, 0.6)  # how far prices may rise at each level, as a share of those it begins with
HIGHER, TOGETHER = 0.6, 3_000  # more room for prices that come up to their ceiling, as a share of it; units at a time, for memory
BEGIN = (0.0, 0.3, 0.6)  # earnings that the first prices leave to every territory, in mean hours driven
NUDGED = (0.97, 1.0, 1.03)
NEAREST = 4
ROUNDS = ((0.006, 0.0006),) * 6  # further heats between which circles are looked for
AGAIN = 1e-4  # share of the target that one of these must gain to be followed by another

Told = tuple[Drawn, F64]  # circles that are told of, with their prices


@dataclass(frozen=True)
class Task:
    """A bound that is looked for: of which problem with which sets, above a plan of ``target`` hours a year, while ``more`` says so."""

    problem: Problem
    sets: Inseparable
    target: float
    more: Callable[[], bool]
    say: Callable[[str], None]
    levels: list[Level]

    @cached_property
    def band(self) -> tuple[float, float]:
        """Least and most load of any territory from any base."""
        low, high, _ = bands_of(self.problem, self.levels[-1])
        return float(low.min()), float(high.max())

    @property
    def mean(self) -> float:
        """Hours of a territory of the plan."""
        return self.target / self.problem.territories

    @property
    def looked_over(self) -> Level:
        """The finest level that has not too many places to look for circles around each."""
        return self.levels[-1] if len(self.levels[-1].unit) <= PLACES or len(self.levels) == 1 else self.levels[-2]

    @cached_property
    def finder(self) -> Finder:
        """What looks for circles, made once it is needed."""
        return finder(self.problem, self.looked_over, self.band)

    def drawn(self, level: Level, circles: Circles, dual: F64) -> Told:
        """Circles over a level, those that say something there, with their prices."""
        over, kept = drawn(self.problem, level, circles, self.band)
        return over, dual[kept]

    def begun(self, level: Level, earners: Earners, starts: list[F64], told: Told) -> Climb:
        """A climb of a level from the best of several prices of units. told: circles that are told of at first, with their prices."""
        earners = replace(earners, counts=told[0].over(self.problem, level.candidate))
        return begun(earners, [np.append(start, told[1]) for start in starts], level.hours, self.target, told[0])

    def climb(self, level: Level, it: Climb, heats: tuple[float, ...]) -> None:
        """Climb, with more room on the way for prices that have come up to their ceiling.

        Where few live no base comes near for the prices that the plan suggests, and nothing serves those units before their prices have risen.
        """
        room, before = it.earners.ceiling, -np.inf
        capped = level.is_shut
        finding = heats is FINE or len(level.unit) == len(self.looked_over.unit)
        rounds = ROUNDS if finding and heats is COARSE and level.is_contracted else ()
        for heat, end in (*pairwise(heats), *rounds):
            if it.ended or not self.more() or ((heat, end) in ROUNDS and it.bound - before < AGAIN * self.target):
                break
            before = it.bound
            self.tell(level, it)
            if capped.any():
                it.hold(level.capped(it.at[: it.earners.units], np.where(capped, room, it.earners.ceiling), edge_of(it.earners.slots, it.value)))
            climb(it, heat, end, round(STEPS[heats] * float(np.log2(heat / end))), self.more, finding)
            pressed = it.pressed[~capped[it.pressed]]
            for first in range(0, len(pressed), TOGETHER):
                it.earners = widened(self.problem, level, it.earners, pressed[first : first + TOGETHER], HIGHER) or it.earners
        self.say(_told(level, it))

    def finest(self, price: F64) -> Level:
        """The whole level without bases whose earnings are found apart, at prices of those who are served there."""
        return shut(self.problem, self.levels[-1], self.sets, price, self.mean)

    def climbed(self, level: Level, begin: "Begin") -> Climb:
        """A climb of the whole level over all of its bases."""
        room = ROOM[len(self.levels) > 1]
        it = self.begun(level, listed(self.problem, level, begin.starts[1], room, begin.subsidy), begin.starts, begin.told)
        self.climb(level, it, COARSE)
        return it

    def tell(self, level: Level, it: Climb) -> None:
        """Tell a climb of circles that what it opened last breaks, if that was looked at."""
        if it.seen is not None:
            circles, dual = self.told(level, it, it.at)
            it.tell(circles, circles.over(self.problem, level.candidate), dual)

    def told(self, level: Level, it: Climb, price: F64) -> Told:
        """Circles to go on with from ``price``, with theirs: those that cost something, and those that what a climb opened last breaks."""
        seen, units = it.seen, it.earners.units
        assert seen is not None
        it.seen = None  # its pairs are held once
        pairs = seen.part.pointer, seen.part.unit, seen.flow
        found = self.finder.found(level.unit, level.load, level.candidate[seen.bases], pairs, seen.share)
        kept = price[units:] > 0.0
        old = it.circles.kept(kept)
        fresh = drawn(self.problem, level, found.besides(old.circles), self.band)[0]
        return old.joined(fresh), np.append(price[units:][kept], np.zeros(len(fresh.circles)))


def task_of(problem: Problem, label: I32, base: Ints, more: Callable[[], bool], say: Callable[[str], None]) -> Task | None:
    """What to climb, above a plan; None where nothing is driven."""
    candidate, target = np.union1d(problem.base_candidates, base), _driven(problem, _minutes(problem, label, base))
    sets = inseparable(problem, candidate)
    return Task(problem, sets, target, _latched(more), say, _levels(problem, candidate, sets)) if target > 0.0 else None


@dataclass(frozen=True)
class Begin:
    """What the climb of a whole level begins with. starts: prices to choose from; told: circles; value: what every base of the level before made of
    its last prices ``[sizes, bases]``, None where there is none; subsidy: hours at which a unit of missing load may be bought.
    """

    starts: list[F64]
    told: Told
    value: F64 | None
    subsidy: float


def of_points(task: Task, label: I32, base: Ints, duals: F64, dearest: float) -> Begin:
    """The contracted levels climbed. label, base, duals: a plan and the prices of its territories, to begin from; dearest: hours that a unit of
    load may cost, in those of the dearest there.
    """
    problem, levels, value = task.problem, task.levels, None
    subsidy = max(dearest * float(np.quantile(-duals, 0.98)), 0.0)
    starts, told = _first(problem, levels[0], label, _minutes(problem, label, base), duals), task.drawn(levels[0], NONE, np.empty(0))
    for number, (level, finer) in enumerate(pairwise(levels)):
        starts, told, value = _coarse(task, level, finer, listed(problem, level, starts[1], ROOM[number], subsidy), starts, told)
    return Begin(starts, told, value, subsidy)


def _coarse(task: Task, level: Level, finer: Level, earners: Earners, starts: list[F64], told: Told) -> tuple[list[F64], Told, F64]:
    """The climb of a contracted level: prices and circles to begin a finer one with, and what every base made of the last ones ``[sizes, bases]``."""
    it = task.begun(level, earners, starts, told)
    task.climb(level, it, COARSE)
    price, dual = np.split(it.earners.bare(it.at), [it.earners.units])
    over = task.drawn(finer, it.circles.circles, dual)
    bare = _carried(task.problem, level, np.maximum(price, 0.0), finer)
    return [nudged + finer.load * over[0].charged(over[1]) for nudged in _nudged(bare)], over, it.value


def _latched(more: Callable[[], bool]) -> Callable[[], bool]:
    """``more``, not asked again once it has said no."""
    going = True

    def asked() -> bool:
        nonlocal going
        going = going and more()
        return going

    return asked


def _minutes(problem: Problem, label: I32, base: Ints) -> F64:
    return np.asarray(problem.travel.rows(base)[0][label, np.arange(problem.size)], dtype=np.float64)


def _driven(problem: Problem, minutes: F64) -> float:
    return float((2.0 * problem.trips * minutes / 60.0).sum())


def _nudged(price: F64) -> list[F64]:
    return [price * share for share in NUDGED]


def _told(level: Level, it: Climb) -> str:
    circles = f", {it.earners.circles:,} circles" if it.earners.circles else ""
    return f"{len(level.unit):,} places, {len(it.earners.unit):,} pairs{circles}, {it.steps} steps: {it.bound:,.1f} hours"


def _levels(problem: Problem, candidate: Ints, sets: Inseparable) -> list[Level]:
    everything = whole(problem, candidate, sets)
    counts = [count for count in LEVELS if 2 * count < len(everything.unit)]
    free = not problem.groups and not problem.locks and np.all(problem.slots < 0)  # else sets may overlap with what is kept together
    kept = replace(problem, groups=sets.groups()) if free else problem
    return [*[contracted(problem, candidate, contract(kept, count), sets) for count in counts], everything]


def _first(problem: Problem, level: Level, label: I32, minutes: F64, duals: F64) -> list[F64]:
    """Prices at which every territory of the plan would earn the same, for several earnings.

    In even country they are the cost of the edge of a territory, everywhere.
    """
    count = problem.territories
    hours = 2.0 * problem.trips / 60.0
    cost, pace = (np.bincount(label, weights=a, minlength=count) for a in (hours * minutes, hours))
    load = np.bincount(label, weights=problem.load, minlength=count)
    home = label[level.unit]
    return [
        np.maximum((((cost + share * cost.mean() - duals * load) / np.maximum(pace, 1e-12))[home]) * level.hours + duals[home] * level.load, 0.0)
        for share in BEGIN
    ]


def _carried(problem: Problem, level: Level, price: F64, finer: Level) -> F64:
    """Prices of a finer level from those of the nearest places of a level, by what a minute of their trips costs."""
    points = coordinates(problem)
    far, at = cKDTree(points[level.unit]).query(points[finer.unit], k=min(NEAREST, len(level.unit)))
    far, at = far.reshape(len(finer.unit), -1), at.reshape(len(finer.unit), -1)
    nearness = 1.0 / (far + 0.25 * far.mean(axis=1, keepdims=True) + 1e-9)
    minute = ((price / level.hours)[at] * nearness).sum(axis=1) / nearness.sum(axis=1)
    return np.asarray(minute * finer.hours)
