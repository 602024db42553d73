"""A bound over every choice of bases: prices of units, and the most that each possible base could earn from them.

Lagrangian relaxation of "every unit is served once" (Cornuejols, Fisher & Nemhauser 1977, doi:10.1287/mnsc.23.8.789). The prices
are found on a contracted problem, then carried over to finer ones: near units have like prices.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from bailiwick.design.certificate import DIGITS, as_stored
from bailiwick.design.contract import contract, coordinates
from bailiwick.design.earners import Level, contracted, listed, whole, widened
from bailiwick.design.problem import Ints, Problem
from bailiwick.design.smooth import Climb, begun, climb

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
LEVELS = (1_500, 6_000)  # points of the contracted problems
COARSE = (0.3, 0.1, 0.03, 0.01, 0.003, 0.001)  # heats between which a level is climbed
FINE = (0.05, 0.025, 0.015, 0.01, 0.006, 0.003, 0.0015)
STEPS = {COARSE: 60, FINE: 45}  # from heat to heat
WORTH = 5e-5  # share of the target that a round of `raised` must gain to be followed by another
ROOM = (2.0, 0.6, 0.25)  # how far prices may rise at each level, as a share of those it begins with
HIGHER, TOGETHER = 0.6, 3_000  # more room for prices that come up to their ceiling, as a share of it; units at a time, for memory
SUBSIDY = 2.0  # of the dearest load in the plan
BEGIN = (0.0, 0.3, 0.6)  # earnings that the first prices leave to every territory, in mean hours driven
NUDGED = (0.97, 1.0, 1.03)
NEAREST = 4


@dataclass(frozen=True)
class Anywhere:
    """The bound, hours a year, and what proves it. price: what serving each unit is worth ``[units]``, hours a year; subsidy: hours a unit of
    load at which a base may buy the load it lacks.
    """

    bound: float
    price: F64
    subsidy: float


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
    levels = _levels(problem, base)
    subsidy = max(SUBSIDY * float(np.quantile(-duals, 0.98)), 0.0)
    starts = _first(problem, levels[0], label, minutes, duals)
    asked = _latched(more)
    for number, level in enumerate(levels):
        last = level is levels[-1]
        it = begun(listed(problem, level, starts[1], ROOM[min(number, len(ROOM) - 1)], subsidy), starts, level.hours, target)
        _climbed(problem, level, it, FINE if last and len(levels) > 1 else COARSE, asked)
        say(_told(level, it))
        if not last:
            starts = _nudged(_carried(problem, level, it.price, levels[number + 1]))
    return _answer(problem, levels[-1], it)


def raised(
    problem: Problem, label: I32, base: Ints, begin: Anywhere, *, more: Callable[[], bool], say: Callable[[str], None] = lambda _: None
) -> Anywhere:
    """The bound raised from an earlier answer while ``more`` says so; label, base: a plan of the problem."""
    level, asked = whole(problem, base), _latched(more)
    minutes = problem.travel.rows(base)[0][label, np.arange(problem.size)].astype(np.float64)
    price, target = begin.price[level.unit], _driven(problem, minutes)
    while True:
        it = begun(listed(problem, level, price, ROOM[-1], begin.subsidy), [price], level.hours, target)
        before = it.bound
        _climbed(problem, level, it, FINE, asked)
        say(_told(level, it))
        if it.bound <= before + WORTH * target or it.ended or not asked():
            return _answer(problem, level, it)
        price = it.price


def _climbed(problem: Problem, level: Level, it: Climb, heats: tuple[float, ...], more: Callable[[], bool]) -> None:
    """Climb, with more room on the way for prices that have come up to their ceiling.

    Where few live no base comes near for the prices that the plan suggests, and nothing serves those units before their prices have risen.
    """
    for heat, end in pairwise(heats):
        if it.ended or not more():
            return
        climb(it, heat, end, STEPS[heats], more)
        pressed = it.pressed
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


def _levels(problem: Problem, base: Ints) -> list[Level]:
    everything = whole(problem, base)
    counts = [count for count in LEVELS if 2 * count < len(everything.unit)]
    return [*[contracted(problem, base, contract(problem, count)) for count in counts], everything]


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


def _answer(problem: Problem, level: Level, it: Climb) -> Anywhere:
    """The bound of prices as they are stored: rounded, and nothing for units that are not driven to."""
    earners, stored = it.earners, np.zeros(problem.size)
    below = np.minimum(it.price, earners.ceiling * (1.0 - 10.0 ** (1 - DIGITS)))
    stored[level.unit] = as_stored(below)
    bonus = problem.today.most_bonus if problem.today is not None else 0.0
    return Anywhere(earners.bound(stored[level.unit]) - bonus, stored, earners.subsidy)
