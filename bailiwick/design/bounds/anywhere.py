"""A bound over every choice of bases: prices of units, and the most that each possible base could earn from them.

Lagrangian relaxation of "every unit is served once" (Cornuejols, Fisher & Nemhauser 1977, doi:10.1287/mnsc.23.8.789). The prices
are found on a contracted problem, then carried over to finer ones: near units have like prices.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
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
from bailiwick.design.bounds.listing import afforded, below, listed, widened
from bailiwick.design.bounds.shortlist import (
    EACH,
    FEW,
    OTHERS,
    PART,
    WIDER,
    Everyone,
    best_of,
    everyone_of,
    finished,
    stored,
)
from bailiwick.design.bounds.smooth import Climb, begun, climb
from bailiwick.design.problem import Ints, Problem

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
LEVELS = (1_500, 6_000)  # points of the contracted problems
COARSE = (0.3, 0.1, 0.03, 0.01, 0.003, 0.001)  # heats between which a level is climbed
FINE = (0.02, 0.014, 0.01, 0.005, 0.0025, 0.00125, 0.0006)
STEPS = {COARSE: 40, FINE: 60}  # while heat halves
WORTH = 5e-5  # share of the target that a round of `raised` must gain to be followed by another
ROOM = (2.0, 0.6)  # how far prices may rise at each level, as a share of those it begins with
HIGHER, TOGETHER = 0.6, 3_000  # more room for prices that come up to their ceiling, as a share of it; units at a time, for memory
SUBSIDY, DEARER = 2.0, 2.0  # of the dearest load in the plan; for the bases that would earn most, as much again
BEGIN = (0.0, 0.3, 0.6)  # earnings that the first prices leave to every territory, in mean hours driven
NUDGED = (0.97, 1.0, 1.03)
NEAREST = 4
ROUNDS = ((0.006, 0.0006),) * 6  # further heats between which circles are looked for
AGAIN = 1e-4  # share of the target that one of these must gain to be followed by another
LOWERED = 2  # prices of sets are lowered so often at the end, and once less

Told = tuple[Drawn, F64]  # circles that are told of, with their prices


@dataclass(frozen=True)
class Anywhere:
    """The bound, hours a year, and what proves it. price: what serving each unit is worth ``[units]``, hours a year; subsidy: hours a unit of
    load at which a base may buy the load it lacks, dear: at which those may that would earn most.

    entrance: the unit that each goes with in every plan, itself where it goes alone ``[units]``; those that go together have one price, told of
    one of them. inside: bases in such sets: unit, reach, and load from which units are whole, which prove what each makes.
    """

    bound: float
    price: F64
    subsidy: float
    dear: float
    entrance: Ints
    inside: tuple[tuple[int, float, float], ...]
    circles: Circles = NONE
    dual: F64 = field(default_factory=lambda: np.empty(0))


def bound_anywhere(
    problem: Problem, label: I32, base: Ints, duals: F64, *, more: Callable[[], bool] = lambda: True, say: Callable[[str], None] = lambda _: None
) -> Anywhere | None:
    """The bound on plans from any bases, near the best that prices prove; None where nothing is driven.

    label, base, duals: a plan and the prices of its territories, to begin from. The steps depend on the problem alone, unless ``more`` ends
    them early.
    """
    minutes = problem.travel.rows(base)[0][label, np.arange(problem.size)].astype(np.float64)
    target = _driven(problem, minutes)
    if target <= 0.0:
        return None
    candidate, mean = np.union1d(problem.base_candidates, base), target / problem.territories
    levels = _levels(problem, candidate, sets := inseparable(problem, candidate))
    task = _Task(problem, sets, target, _latched(more), say, levels)
    subsidy = max(SUBSIDY * float(np.quantile(-duals, 0.98)), 0.0)
    starts, told = _first(problem, levels[0], label, minutes, duals), task.drawn(levels[0], NONE, np.empty(0))
    for number, (level, finer) in enumerate(pairwise(levels)):
        starts, told, value = _coarse(task, level, finer, listed(problem, level, starts[1], ROOM[number], subsidy), starts, told)
    finest = shut(problem, levels[-1], sets, starts[1], mean)
    if len(levels) > 1:
        place = np.searchsorted(level.candidate, level.place[finest.candidate])
        chosen = best_of(value[:, place], bands_of(problem, finest)[2], max(FEW, EACH * problem.territories))
        return _finest(task, finest, starts, told, chosen, (subsidy, DEARER * subsidy))
    it = task.begun(finest, listed(problem, finest, starts[1], ROOM[0], subsidy), starts, told)
    task.climb(finest, it, COARSE)
    return _answer(task, finest, everyone_of(problem, finest, it), it.price)


def raised(
    problem: Problem, label: I32, base: Ints, begin: Anywhere, *, more: Callable[[], bool], say: Callable[[str], None] = lambda _: None
) -> Anywhere:
    """The bound raised from an earlier answer while ``more`` says so; label, base: a plan of the problem."""
    candidate = np.union1d(problem.base_candidates, base)
    minutes = problem.travel.rows(base)[0][label, np.arange(problem.size)].astype(np.float64)
    target, best = _driven(problem, minutes), begin
    levels = _levels(problem, candidate, sets := inseparable(problem, candidate))
    task = _Task(problem, sets, target, _latched(more), say, levels)
    level = shut(problem, levels[-1], sets, sets.priced(best.price)[levels[-1].unit], target / problem.territories)
    while True:
        price, told = sets.priced(best.price)[level.unit], task.drawn(level, best.circles, best.dual)
        chosen = _earning_most(task, level, price, told, begin.subsidy)
        found = _finest(task, level, [price], told, chosen, (begin.subsidy, begin.dear))
        gained = found.bound - best.bound
        best = found if gained > 0.0 else best
        if gained <= WORTH * target or not task.more():
            return best


@dataclass(frozen=True)
class _Task:
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


def _coarse(task: _Task, level: Level, finer: Level, earners: Earners, starts: list[F64], told: Told) -> tuple[list[F64], Told, F64]:
    """The climb of a contracted level: prices and circles to begin a finer one with, and what every base made of the last ones ``[sizes, bases]``."""
    it = task.begun(level, earners, starts, told)
    task.climb(level, it, COARSE)
    price, dual = np.split(it.earners.bare(it.at), [it.earners.units])
    over = task.drawn(finer, it.circles.circles, dual)
    bare = _carried(task.problem, level, np.maximum(price, 0.0), finer)
    return [nudged + finer.load * over[0].charged(over[1]) for nudged in _nudged(bare)], over, it.value


def _earning_most(task: _Task, level: Level, price: F64, told: Told, subsidy: float) -> npt.NDArray[np.bool_]:
    """The bases that a short list begins with ``[bases]``; all where it has room for them."""
    count = max(FEW, EACH * task.problem.territories)
    if len(level.candidate) <= count:
        return np.ones(len(level.candidate), dtype=np.bool_)
    earners = below(task.problem, level, price, afforded(task.problem, level, price, subsidy, OTHERS))
    it = task.begun(level, earners, [price], told)
    return best_of(it.value, earners.slots, count)


def _finest(
    task: _Task, level: Level, starts: list[F64], told: Told, chosen: npt.NDArray[np.bool_], subsidies: tuple[float, float]
) -> Anywhere:
    """The climb of a whole problem: the ``chosen`` bases first, then all."""
    # no name for the climb of few: its pairs are held once
    everyone, price = finished(
        task.problem, level, _of_few(task, level, starts, told, chosen, subsidies[1]), chosen, subsidies[0], task.more, task.told
    )
    found = _answer(task, level, everyone, price)
    task.say(f"{len(level.candidate):,} bases, {everyone.listed.bases:,} of them looked at closely: {found.bound:,.1f} hours")
    return found


def _of_few(task: _Task, level: Level, starts: list[F64], told: Told, chosen: npt.NDArray[np.bool_], subsidy: float) -> Climb:
    """The climb for the ``chosen`` bases alone."""
    few = replace(level, candidate=level.candidate[chosen])
    it = task.begun(few, listed(task.problem, few, starts[len(starts) // 2], WIDER, subsidy, PART), starts, told)
    task.climb(few, it, FINE)
    task.tell(few, it)
    return it


def _latched(more: Callable[[], bool]) -> Callable[[], bool]:
    """``more``, not asked again once it has said no."""
    going = True

    def asked() -> bool:
        nonlocal going
        going = going and more()
        return going

    return asked


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


def _answer(task: _Task, level: Level, it: Everyone, price: F64) -> Anywhere:
    """The best that these prices, or with those of sets lowered to what bases inside would earn most from, prove of a level that is whole."""
    best: Anywhere | None = None
    for _ in range(LOWERED):
        price = stored(price, it.listed.top)
        it.settle(price, 0.0)
        value, by_unit = it.values(price), level.by_unit(price[: it.listed.units])
        inside: tuple[tuple[int, float, float], ...] = ()
        edge = edge_of(it.listed.slots, value)
        if level.inside is not None:
            made = level.inside.made(by_unit)
            at, least = level.shut_sets(made)
            value = np.concatenate([value, np.tile(least, (len(value), 1))], axis=1)
            inside = tuple(zip(level.inside.base.tolist(), made.reach.tolist(), made.whole.tolist(), strict=True))
        bonus = task.problem.today.most_bonus if task.problem.today is not None else 0.0
        bound = it.listed.proven(price, value) - bonus
        if best is None or bound > best.bound:
            best = Anywhere(bound, by_unit, it.subsidy, it.dear, task.sets.entrance, inside, *it.circles.priced(price[it.listed.units :]))
        if level.inside is None:
            break
        short = np.minimum(least - edge.min(), 0.0)
        if not short.any():
            break
        price = price.copy()
        price[at] = np.maximum(price[at] + short, 0.0)
    assert best is not None
    return best
