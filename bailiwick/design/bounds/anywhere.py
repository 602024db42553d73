"""A bound over every choice of bases: prices of units, and the most that each possible base could earn from them.

Lagrangian relaxation of "every unit is served once" (Cornuejols, Fisher & Nemhauser 1977, doi:10.1287/mnsc.23.8.789). The prices
are found on a contracted problem, then carried over to finer ones: near units have like prices.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from bailiwick.design.bases.contract import contract, coordinates
from bailiwick.design.bounds.earners import bound_of, edge_of
from bailiwick.design.bounds.inseparable import Inseparable, inseparable
from bailiwick.design.bounds.level import Level, contracted, shut, whole
from bailiwick.design.bounds.listing import about, listed, widened
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
FINE = (0.02, 0.01, 0.005, 0.0025, 0.00125)
STEPS = {COARSE: 60, FINE: 45}  # from heat to heat
WORTH = 5e-5  # share of the target that a round of `raised` must gain to be followed by another
ROOM = (2.0, 0.6)  # how far prices may rise at each level, as a share of those it begins with
HIGHER, TOGETHER = 0.6, 3_000  # more room for prices that come up to their ceiling, as a share of it; units at a time, for memory
SUBSIDY, DEARER = 2.0, 2.0  # of the dearest load in the plan; for the bases that would earn most, as much again
BEGIN = (0.0, 0.3, 0.6)  # earnings that the first prices leave to every territory, in mean hours driven
NUDGED = (0.97, 1.0, 1.03)
NEAREST = 4
LOWERED = 2  # prices of sets are lowered so often at the end, and once less


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
    sets = inseparable(problem, candidate)
    levels = _levels(problem, candidate, sets)
    subsidy = max(SUBSIDY * float(np.quantile(-duals, 0.98)), 0.0)
    starts = _first(problem, levels[0], label, minutes, duals)
    asked = _latched(more)
    for number, (level, finer) in enumerate(pairwise(levels)):
        it = begun(listed(problem, level, starts[1], ROOM[number], subsidy), starts, level.hours, target)
        _climbed(problem, level, it, COARSE, asked)
        say(_told(level, it))
        starts = _nudged(_carried(problem, level, it.price, finer))
        if finer is levels[-1]:
            finer = shut(problem, finer, sets, starts[1], mean)
        place = np.searchsorted(level.candidate, level.place[finer.candidate])
        chosen = best_of(it.value[:, place], it.earners.slots, max(FEW, EACH * problem.territories))
    if len(levels) > 1:
        return _finest(problem, finer, sets, starts, chosen, (subsidy, DEARER * subsidy), target, asked, say)
    level = shut(problem, levels[0], sets, starts[1], mean)
    it = begun(listed(problem, level, starts[1], ROOM[0], subsidy), starts, level.hours, target)
    _climbed(problem, level, it, COARSE, asked)
    say(_told(level, it))
    return _answer(problem, level, sets, everyone_of(it.earners), it.price)


def raised(
    problem: Problem, label: I32, base: Ints, begin: Anywhere, *, more: Callable[[], bool], say: Callable[[str], None] = lambda _: None
) -> Anywhere:
    """The bound raised from an earlier answer while ``more`` says so; label, base: a plan of the problem."""
    candidate = np.union1d(problem.base_candidates, base)
    minutes = problem.travel.rows(base)[0][label, np.arange(problem.size)].astype(np.float64)
    target, best = _driven(problem, minutes), begin
    sets = inseparable(problem, candidate)
    level, asked = whole(problem, candidate, sets), _latched(more)
    level = shut(problem, level, sets, sets.priced(best.price)[level.unit], target / problem.territories)
    while True:
        price = sets.priced(best.price)[level.unit]
        chosen = _earning_most(problem, level, price, begin.subsidy)
        found = _finest(problem, level, sets, [price], chosen, (begin.subsidy, begin.dear), target, asked, say)
        gained = found.bound - best.bound
        best = found if gained > 0.0 else best
        if gained <= WORTH * target or not asked():
            return best


def _earning_most(problem: Problem, level: Level, price: F64, subsidy: float) -> npt.NDArray[np.bool_]:
    """The bases that a short list begins with ``[bases]``; all where it has room for them."""
    count = max(FEW, EACH * problem.territories)
    if len(level.candidate) <= count:
        return np.ones(len(level.candidate), dtype=np.bool_)
    earners, _ = about(problem, level, price, 0.0, subsidy, OTHERS)
    return best_of(earners.earned(price), earners.slots, count)


def _finest(
    problem: Problem,
    level: Level,
    sets: Inseparable,
    starts: list[F64],
    chosen: npt.NDArray[np.bool_],
    subsidies: tuple[float, float],
    target: float,
    more: Callable[[], bool],
    say: Callable[[str], None],
) -> Anywhere:
    """The climb of a whole problem: the ``chosen`` bases first, then all."""
    everyone, price = finished(problem, level, _of_few(problem, level, starts, chosen, subsidies[1], target, more, say), chosen, subsidies[0], more)
    found = _answer(problem, level, sets, everyone, price)
    say(f"{len(level.candidate):,} bases, {everyone.listed.bases:,} of them looked at closely: {found.bound:,.1f} hours")
    return found


def _of_few(
    problem: Problem,
    level: Level,
    starts: list[F64],
    chosen: npt.NDArray[np.bool_],
    subsidy: float,
    target: float,
    more: Callable[[], bool],
    say: Callable[[str], None],
) -> Climb:
    """The climb for the ``chosen`` bases alone."""
    few = replace(level, candidate=level.candidate[chosen])
    it = begun(listed(problem, few, starts[len(starts) // 2], WIDER, subsidy, PART), starts, level.hours, target)
    _climbed(problem, few, it, FINE, more)
    say(_told(few, it))
    return it


def _climbed(problem: Problem, level: Level, it: Climb, heats: tuple[float, ...], more: Callable[[], bool]) -> None:
    """Climb, with more room on the way for prices that have come up to their ceiling.

    Where few live no base comes near for the prices that the plan suggests, and nothing serves those units before their prices have risen.
    """
    room = it.earners.ceiling
    capped = level.is_shut
    for heat, end in pairwise(heats):
        if it.ended or not more():
            return
        if capped.any():
            it.hold(level.capped(it.at, np.where(capped, room, it.earners.ceiling), edge_of(it.earners.slots, it.value)))
        climb(it, heat, end, STEPS[heats], more)
        pressed = it.pressed[~capped[it.pressed]]
        for first in range(0, len(pressed), TOGETHER):
            it.earners = widened(problem, level, it.earners, pressed[first : first + TOGETHER], HIGHER) or it.earners


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
    return f"{len(level.unit):,} places, {len(it.earners.unit):,} pairs, {it.steps} steps: {it.bound:,.1f} hours"


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


def _answer(problem: Problem, level: Level, sets: Inseparable, it: Everyone, price: F64) -> Anywhere:
    """The best that these prices, or with those of sets lowered to what bases inside would earn most from, prove of a level that is whole."""
    best: Anywhere | None = None
    for _ in range(LOWERED):
        price = stored(price, it.listed.ceiling)
        it.settle(problem, level, price, 0.0)
        value, by_unit = it.values(price), level.by_unit(price)
        inside: tuple[tuple[int, float, float], ...] = ()
        edge = edge_of(it.listed.slots, value)
        if level.inside is not None:
            made = level.inside.made(by_unit)
            at, least = level.shut_sets(made)
            value = np.concatenate([value, np.tile(least, (len(value), 1))], axis=1)
            inside = tuple(zip(level.inside.base.tolist(), made.reach.tolist(), made.whole.tolist(), strict=True))
        bonus = problem.today.most_bonus if problem.today is not None else 0.0
        bound = bound_of(it.listed.slots, price, value) - bonus
        if best is None or bound > best.bound:
            best = Anywhere(bound, by_unit, it.subsidy, it.dear, sets.entrance, inside)
        if level.inside is None:
            break
        short = np.minimum(least - edge.min(), 0.0)
        if not short.any():
            break
        price = price.copy()
        price[at] = np.maximum(price[at] + short, 0.0)
    assert best is not None
    return best
