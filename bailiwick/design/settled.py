"""From chosen bases to a settled plan: priced, begun, settled unit by unit and in neighbourhoods, bases moved once more."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count

import numpy as np
import numpy.typing as npt

from bailiwick.design.bases.contract import Points, contract
from bailiwick.design.bases.recentre import recentre
from bailiwick.design.bases.size import MANY, WHOLE, final, points_of
from bailiwick.design.borders.answering import answered
from bailiwick.design.borders.fixed import Based, Settling, as_today, drawn, joined, with_bases
from bailiwick.design.borders.rough import over_points
from bailiwick.design.clock import Clock, Progress
from bailiwick.design.improving import LOCAL, Improving
from bailiwick.design.mending.mend import back_in_band
from bailiwick.design.problem import Ints, Problem
from bailiwick.design.problem.limits import broken
from bailiwick.kernels.chance import generator

I32 = npt.NDArray[np.int32]
CYCLE = 100  # proposals per unit of one settling
BRIEF = 20  # and of the one after a cancellation
SHORTEST = 20_000  # proposals of any, however small the problem
LONGEST = 3_000  # and of the first, if the time allows
GENTLE = 30  # and of the first of many territories, drawn from prices
HOT = 30.0  # where a settling without a plan to keep begins, in costs of a median unit
LEAST, MOST_CYCLES, MOST_PLANNED = 2, 12, 120  # cycles at least, while a territory is out of band, and of a plan that is within
MOVES, TWICE = 6, 2  # times that bases and borders answer one another at the end, of a large problem
LAST = 2.0  # times the time of the others that the last of those gets, where a proof guides
TEAM = 2  # beginnings side by side, whatever the machine
KNOWN = 0.5  # of the time of a pricing that it takes again once most roads are known
RETRIED = 8  # candidates for each base once borders are settled
WIDER = 3  # times the proposals of one settling of many territories
WARM = (1.0, 0.3, 2.0)  # where settlings begin, in costs of a median unit


def settled(
    problem: Problem,
    coarse: Points | None,
    base: Ints,
    label: I32 | None,
    state: npt.NDArray[np.uint64],
    steps: int,
    clock: Clock,
    left: int = 1,
) -> Settling:
    """The plan of whole units from chosen bases, recentred where bases are free. coarse: points that bases were chosen on; None = given.

    left: starts that share the rest of the time.
    """
    lengthy = clock.begin(left)
    points, began = _points_for(problem, coarse), clock.spent()
    if points is not None and label is not None:
        base = recentre(problem, label, base)
    moving = coarse is not None and points is not None and not _tied_down(problem)
    based = with_bases(problem, base, points=points, finely=not moving)
    priced = clock.spent() - began
    if label is not None and (not lengthy or (coarse is not None and final(problem, coarse))):
        return _as_found(based, label, points, coarse, state)
    if moving:
        based = answered(problem, based, points)
    improving = Improving(_begun(based, label, points, coarse, state, steps))
    del based  # costs of every unit from every base: bases may move on the way
    moves = 0 if coarse is None or points is None else MOVES if problem.size <= WHOLE else TWICE
    kept = _kept(moves, priced, clock, LAST if problem.size > WHOLE else 1.0)
    planned = _cycles(improving, steps, clock, kept, guided=moves == 0)
    _mended(improving.settling)
    if coarse is not None and not _enough(improving.settling, clock):
        if problem.size > WHOLE:
            _recentred_twice(improving, coarse, planned // MOVES, priced, clock)
        else:
            _recentred(improving, coarse, planned // MOVES, clock)
    return improving.settling


def _mended(best: Settling) -> None:
    """Back in band, where few of many territories are out of it: what follows improves plans rather than mending them."""
    if best.best[0] > 1e-9 and best.problem.territories > MANY:
        best.best_label[:] = back_in_band(best.based, best.best_label)[0]
        best.assess_best()


def _kept(moves: int, priced: float, clock: Clock, last: float = 1.0) -> float:
    """Seconds to leave for moves of bases and what follows them. priced: seconds that pricing took; most of it was roads that are known now.

    last: times the others' time that the last of them gets.
    """
    priced *= KNOWN
    later = (moves - 1.0 + last) / (moves + last) if moves else 0.0
    return moves * priced + later * max(clock.until - clock.spent() - moves * priced, 0.0)


def _enough(best: Settling, clock: Clock) -> bool:
    return bool(best.best[0] <= 1e-9) and clock.enough(best.based.objective(best.best_label), best.based.bound)


def _tied_down(problem: Problem) -> bool:
    """Whether so little may move from today's alignment that bases chosen as if all could would mislead."""
    return problem.today is not None and bool(np.isfinite(problem.today.limit))


def _cycles(improving: Improving, steps: int, clock: Clock, kept: float, *, guided: bool) -> int:
    """Settlings while there is time, more while the plan is out of band; returns how many ``steps`` proposals allow. kept: seconds to leave.

    guided: whether a proof may be asked: of bases that are to move it would soon know nothing.
    """
    best = improving.settling
    problem = best.problem
    cycle = _proposals(problem)
    planned = min(MOST_PLANNED, max(LEAST, steps // (2 * cycle)))
    for i in count():
        inside = best.best[0] <= 1e-9
        more = i < LEAST or (clock.goes_on(i, planned, kept) and (i < MOST_PLANNED or problem.territories > MANY))
        if clock.over() or _enough(best, clock) or not (more or (i < MOST_CYCLES and not inside)):
            break
        clock.turn()
        improving.turn(i, cycle, WARM[i // LOCAL % len(WARM)] if inside or i % (2 * LOCAL) == 0 else HOT, guided=guided)
        _tell(best, clock, "settling borders")
    return planned


def _tell(best: Settling, clock: Clock, doing: str) -> None:
    """Say how good the best plan so far is."""
    if clock.on_progress:
        objective = best.based.objective(best.best_label) if best.best[0] <= 1e-9 else np.inf
        clock.tell_best(Progress(sum(clock.turned), clock.spent(), objective, best.based.bound, best.best_label.copy(), doing))


def _as_found(based: Based, label: I32, points: Points | None, coarse: Points | None, state: npt.NDArray[np.uint64]) -> Settling:
    """The search's borders, joined up and settled for a moment: for someone who waits for the end."""
    kept = label.copy()
    kept[based.base] = np.arange(len(based.base))
    found = Settling(based, joined(based, kept) if based.problem.contiguous else kept, state, points or coarse)
    found.cycle(max(BRIEF * based.problem.size, SHORTEST), WARM[0])
    return found


def _points_for(problem: Problem, coarse: Points | None) -> Points | None:
    """Points to settle over before units; None where every unit is a point."""
    if problem.size <= WHOLE and not (problem.groups or problem.locks):
        return None
    return coarse if coarse is not None else contract(problem, points_of(problem))


def _recentred(improving: Improving, coarse: Points, cycles: int, clock: Clock) -> None:
    """Bases moved to the best place for the borders as they are now, and these settled a few times more, until no base moves or none gains."""
    if not clock.resume():
        return
    for move in range(MOVES):
        if clock.over() or not clock.room():
            return
        settling = improving.settling
        base = recentre(settling.problem, settling.best_label, settling.based.base, max(RETRIED, settling.problem.size))
        stays = bool(np.all(base == settling.based.base))
        if stays or not _from_bases(improving, base, coarse, clock, lambda turn: turn < cycles, move, last=True):
            return


def _recentred_twice(improving: Improving, coarse: Points, cycles: int, priced: float, clock: Clock) -> None:
    """The same of a large problem, each move a part of the run with a share of the time that is left."""
    for move in range(TWICE):
        if not clock.resume():
            return
        settling = improving.settling
        base = recentre(settling.problem, settling.best_label, settling.based.base, RETRIED)
        stays = bool(np.all(base == settling.based.base))  # and would again: nothing follows that time is to be kept for
        del settling  # its costs of every unit from every base are held no longer than needed
        kept = 0.0 if stays else _kept(TWICE - 1 - move, priced, clock, LAST)
        more = partial(clock.goes_on, planned=cycles, kept=kept)
        if not _from_bases(improving, base, coarse, clock, more, move, last=stays or move == TWICE - 1):
            return


def _proposals(problem: Problem) -> int:
    """Proposals of one settling."""
    return max(CYCLE * problem.size, SHORTEST) * (WIDER if problem.territories > MANY else 1)


def _from_bases(
    improving: Improving, base: Ints, coarse: Points, clock: Clock, more: Callable[[int], bool], move: int, *, last: bool
) -> bool:
    """Settled from ``base`` and the borders as they are, once at least; whether bases moved and that is better. It is taken over only then.

    last: whether no move of many bases follows. Bases that stay are settled on as they were.
    """
    settling, problem = improving.settling, improving.settling.problem
    fresh = improving
    if np.any(base != settling.based.base):
        improving.rest()
        based = with_bases(problem, base, settling.based.price, warm=problem.size > WHOLE)
        fresh = Improving(Settling(based, settling.best_label, settling.state, coarse))
    for turn in count():
        if clock.over() or not (turn == 0 or more(turn)):
            break
        clock.turn()
        fresh.turn(turn, _proposals(problem), WARM[(turn + move + 1) % len(WARM)], guided=last)
        _tell(min(fresh.settling, settling, key=lambda each: tuple(each.best)), clock, "settling borders from bases that moved")
    better = tuple(fresh.settling.best) < tuple(settling.best)
    if better:
        improving.become(fresh)
    return better


def _begun(
    based: Based, label: I32 | None, points: Points | None, coarse: Points | None, state: npt.NDArray[np.uint64], steps: int
) -> Settling:
    """The best of a few beginnings: from the search's borders, kept cool, from priced roads alone, from hot, and from what may hardly change.

    Of many territories from priced roads alone, kept cool.
    """
    problem = based.problem
    grown = points is not None and not problem.groups and problem.territories > MANY
    starts = [] if grown else [(start, WARM[0]) for start in _starts(based, label, points, state)]
    if points is not None and not problem.groups:  # a group found together must stay together
        starts.append((drawn(based), WARM[0] if grown else HOT))
    if problem.today is not None:
        starts.append((as_today(based, starts[0][0]), WARM[0]))
    if label is not None and _tied_down(problem) and label.min() >= 0 and not broken(problem, based.base, based.minutes, label):
        starts.append((label, WARM[0]))  # what keeps the limit may be all that does
    seeds = np.random.default_rng(int(state[0])).integers(1, 2**62, len(starts))
    least, most = (GENTLE, GENTLE) if grown else (CYCLE, LONGEST)  # what prices know of exchanges over long ways, more would forget
    proposals = int(np.clip(steps // 2, max(least * problem.size, SHORTEST), max(most * problem.size, SHORTEST)))

    def begun(number: int) -> Settling:
        start, warm = starts[number]
        trial = Settling(based, start, generator(int(seeds[number])), points or coarse)
        trial.assess_best()
        trial.cool(proposals, warm)
        return trial

    with ThreadPoolExecutor(TEAM) as pool:
        return min(pool.map(begun, range(len(starts))), key=lambda trial: tuple(trial.best))


def _starts(based: Based, label: I32 | None, points: Points | None, state: npt.NDArray[np.uint64]) -> list[I32]:
    if points is not None:
        rough = over_points(based, points, label, state)
        if rough is not None:
            return [rough]
    if label is None:
        return [drawn(based)]
    label = label.copy()
    label[based.base] = np.arange(len(based.base))
    return [joined(based, label) if based.problem.contiguous else label]
