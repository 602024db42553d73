"""A bound over every choice of bases: prices of units, and the most that each possible base could earn from them.

Lagrangian relaxation of "every unit is served once" (Cornuejols, Fisher & Nemhauser 1977, doi:10.1287/mnsc.23.8.789).
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from bailiwick.design.bounds.circles import NONE, Circles
from bailiwick.design.bounds.climbing import FINE, Task, Told, of_points, task_of
from bailiwick.design.bounds.earners import bands_of, edge_of
from bailiwick.design.bounds.level import Level
from bailiwick.design.bounds.listing import afforded, below, listed
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
from bailiwick.design.bounds.smooth import Climb
from bailiwick.design.problem import Ints, Problem

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
SUBSIDY = 4.0  # times the dearest load in the plan, that load may cost: where it is less, what circles price has little to say
WORTH = 5e-5  # share of the target that a round of `raised` must gain to be followed by another
DEARER = 2.0  # for the bases that would earn most, so many times what others may buy load at
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
    circles: Circles = NONE
    dual: F64 = field(default_factory=lambda: np.empty(0))


def bound_anywhere(
    problem: Problem, label: I32, base: Ints, duals: F64, *, more: Callable[[], bool] = lambda: True, say: Callable[[str], None] = lambda _: None
) -> Anywhere | None:
    """The bound on plans from any bases, near the best that prices prove; None where nothing is driven.

    label, base, duals: a plan and the prices of its territories, to begin from. The steps depend on the problem alone, unless ``more`` ends
    them early.
    """
    task = task_of(problem, label, base, more, say)
    if task is None:
        return None
    begin = of_points(task, label, base, duals, SUBSIDY)
    finest = task.finest(begin.starts[1])
    if begin.value is not None:
        level = task.levels[-2]
        place = np.searchsorted(level.candidate, level.place[finest.candidate])
        chosen = best_of(begin.value[:, place], bands_of(problem, finest)[2], max(FEW, EACH * problem.territories))
        return _finest(task, finest, begin.starts, begin.told, chosen, (begin.subsidy, DEARER * begin.subsidy))
    it = task.climbed(finest, begin)
    return _answer(task, finest, everyone_of(problem, finest, it), it.price)


def raised(
    problem: Problem, label: I32, base: Ints, begin: Anywhere, *, more: Callable[[], bool], say: Callable[[str], None] = lambda _: None
) -> Anywhere:
    """The bound raised from an earlier answer while ``more`` says so; label, base: a plan of the problem."""
    task, best = task_of(problem, label, base, more, say), begin
    assert task is not None  # else there was nothing to begin from
    sets = task.sets
    level = task.finest(sets.priced(best.price)[task.levels[-1].unit])
    while True:
        price, told = sets.priced(best.price)[level.unit], task.drawn(level, best.circles, best.dual)
        chosen = _earning_most(task, level, price, told, begin.subsidy)
        found = _finest(task, level, [price], told, chosen, (begin.subsidy, begin.dear))
        gained = found.bound - best.bound
        best = found if gained > 0.0 else best
        if gained <= WORTH * task.target or not task.more():
            return best


def _earning_most(task: Task, level: Level, price: F64, told: Told, subsidy: float) -> npt.NDArray[np.bool_]:
    """The bases that a short list begins with ``[bases]``; all where it has room for them."""
    count = max(FEW, EACH * task.problem.territories)
    if len(level.candidate) <= count:
        return np.ones(len(level.candidate), dtype=np.bool_)
    earners = below(task.problem, level, price, afforded(task.problem, level, price, subsidy, OTHERS))
    it = task.begun(level, earners, [price], told)
    return best_of(it.value, earners.slots, count)


def _finest(
    task: Task, level: Level, starts: list[F64], told: Told, chosen: npt.NDArray[np.bool_], subsidies: tuple[float, float]
) -> Anywhere:
    """The climb of a whole problem: the ``chosen`` bases first, then all."""
    # no name for the climb of few: its pairs are held once
    everyone, price = finished(
        task.problem, level, _of_few(task, level, starts, told, chosen, subsidies[1]), chosen, subsidies[0], task.more, task.told
    )
    found = _answer(task, level, everyone, price)
    task.say(f"{len(level.candidate):,} bases, {everyone.listed.bases:,} of them looked at closely: {found.bound:,.1f} hours")
    return found


def _of_few(task: Task, level: Level, starts: list[F64], told: Told, chosen: npt.NDArray[np.bool_], subsidy: float) -> Climb:
    """The climb for the ``chosen`` bases alone."""
    few = replace(level, candidate=level.candidate[chosen])
    it = task.begun(few, listed(task.problem, few, starts[len(starts) // 2], WIDER, subsidy, PART), starts, told)
    task.climb(few, it, FINE)
    task.tell(few, it)
    return it


def _answer(task: Task, level: Level, it: Everyone, price: F64) -> Anywhere:
    """The best that these prices, or with those of sets lowered to what bases inside would earn most from, prove of a level that is whole."""
    best: Anywhere | None = None
    for _ in range(LOWERED):
        price = it.settle(stored(price, it.listed.top), 0.0)
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
