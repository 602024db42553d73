"""The method on one page: contract, search for bases and borders together, prove a bound, settle the borders unit by unit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from bailiwick.design.bases.choosing import choose
from bailiwick.design.bases.coarse import coarsen
from bailiwick.design.bases.contract import contract
from bailiwick.design.bases.placing import standing
from bailiwick.design.bases.search import effort_of
from bailiwick.design.bases.size import RATE, points_of, proof_seconds, proposals_of, share_of
from bailiwick.design.borders.answering import likeliest
from bailiwick.design.borders.fixed import Based, Settling, as_today
from bailiwick.design.borders.local import Local
from bailiwick.design.bounds.suggesting import suggested
from bailiwick.design.bounds.undivided import Undivided, bound_undivided
from bailiwick.design.clock import Clock, Told
from bailiwick.design.improving import QUICK
from bailiwick.design.mending.little import from_today
from bailiwick.design.mending.mend import back_in_band, mend
from bailiwick.design.problem import Ints, Problem
from bailiwick.design.problem.limits import broken
from bailiwick.design.programmes.few import exact_seconds, few_of
from bailiwick.design.ready import ready
from bailiwick.design.settled import CYCLE, settled
from bailiwick.geography import graph
from bailiwick.kernels.chance import generator
from bailiwick.model.errors import InfeasibleError
from bailiwick.model.plan import gap_of

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
State = npt.NDArray[np.uint64]
MENDINGS, WORTH = 4, 2e-3  # settlings of a mended plan at most, and the share of its hours that one must save to be followed by another
LEAST_EFFORT = 3_000  # proposals per point, however short the time


@dataclass(frozen=True)
class Solution:
    """territory_of: int32 by unit. bases: unit by territory. objective, bound: hours a year; duals: prices that prove the bound.
    undivided: a better bound for these bases and what proves it, where one was found.

    iterations, effort, turns: what replays it (rounds of the search; proposals it planned with; rounds without borders where it began so, then
    settlings of each start, before and after its bases move). in_band: within the bands and the limit on disruption; broken: every limit that
    is not kept, each in a sentence.
    """

    territory_of: I32
    bases: tuple[int, ...]
    objective: float
    bound: float
    bound_kind: str
    duals: tuple[float, ...]
    iterations: int
    effort: int
    in_band: bool
    broken: tuple[str, ...] = ()
    turns: tuple[int, ...] = ()
    undivided: Undivided | None = None

    @property
    def within_limits(self) -> bool:
        """Whether the plan keeps every limit."""
        return self.in_band and not self.broken

    @property
    def proven(self) -> float:
        """The best bound for these bases, hours a year."""
        return self.bound if self.undivided is None else self.undivided.bound

    @property
    def gap(self) -> float | None:
        """(objective - proven) / proven; None where that says nothing."""
        return gap_of(self.objective, self.proven)


def solve(
    problem: Problem,
    *,
    seconds: float,
    seed: int,
    iterations: int | None = None,
    effort: int | None = None,
    turns: Sequence[int] | None = None,
    on_progress: Told | None = None,
    stop: Callable[[], bool] | None = None,
    gap: float = 0.0,
) -> Solution:
    """The best plan found in about ``seconds``; with ``iterations``, ``effort`` and ``turns`` of an earlier solution, that solution again.

    stop: asked between rounds; true ends the search with the best plan so far.
    gap: stop once the plan is proven within that fraction of the bound of its bases. Raises InfeasibleError when no plan can be in the
    band, naming the culprit.
    """
    problem.check_weights()
    prepare()
    clock = Clock(seconds - proof_seconds(problem, seconds) - exact_seconds(problem, seconds), iterations, turns, stop, gap, on_progress)
    return _solved(problem, clock, seed, effort)


def prepare() -> None:
    """Compile the kernels of engine and roads where this machine has not yet: it is not to be taken from the time of a search."""
    ready(_solved)
    graph.prepare()


def _solved(problem: Problem, clock: Clock, seed: int, effort: int | None) -> Solution:
    rng = np.random.default_rng(seed)
    state = generator(int(rng.integers(1, 2**62)))
    ran, points = 0, None
    starts: list[tuple[Ints, I32 | None]] = [(problem.slots, None)]
    if _bases_known(problem):
        steps = effort = effort or int(clock.seconds * RATE)
    elif begun := from_today(problem):
        steps = effort = effort or int(clock.seconds * RATE)
        starts, points = [begun], contract(problem, points_of(problem))
    else:
        coarse = coarsen(problem, points_of(problem))
        effort = effort or max(effort_of(coarse.dense, share_of(problem, coarse) * clock.seconds), LEAST_EFFORT * len(coarse.unit_of))
        try:
            starts, ran = choose(problem, coarse, seed, effort, clock, partial(suggested, problem, coarse, clock.stopped))
        except InfeasibleError:
            if (found := _exactly(problem, state)) is None:
                raise
            return _solution(*found, True, clock, 0, effort)
        steps, points = proposals_of(problem, coarse, effort), coarse.alone()
        del coarse  # the travel between points is the largest there is
        if len(points) < problem.size and len(starts) > 1:
            starts = [likeliest(problem, starts, points)]
        if today := standing(problem):
            starts, steps = [*starts, today], steps // 2
    tried = [settled(problem, points, *start, state, steps, clock, len(starts) - i) for i, start in enumerate(starts)]
    based, label, inside = _finished(problem, tried, state)
    worth = next((settling.worth for settling in tried if settling.based is based), None)
    return _solution(based, label, inside, clock, ran, effort, worth)


def _finished(problem: Problem, tried: list[Settling], state: State) -> tuple[Based, I32, bool]:
    """The best of the settlings, mended where it is not in band, or what an integer programme finds better; whether it is in band."""
    settling = min(tried, key=lambda settling: tuple(settling.best))
    based, label = settling.based, settling.best_label
    inside = bool(settling.best[0] <= 1e-9)
    if not inside:
        label, inside = back_in_band(based, label)
    if not inside and problem.today is not None and np.isfinite(problem.today.limit):
        based, label, inside = _today_mended(tried[-1]) or (based, label, inside)
    better = _exactly(problem, state, based, label if inside else None)
    return (based, label, inside) if better is None else (*better, True)


def _exactly(problem: Problem, state: State, based: Based | None = None, label: I32 | None = None) -> tuple[Based, I32] | None:
    """A plan of a problem with few units that matter by an integer programme; None where none is better. label: of a plan in band, if any."""
    few = few_of(problem, None if based is None else based.base)
    if few is None:
        return None
    above = np.inf
    if based is not None and label is not None and not broken(problem, based.base, based.minutes, label):
        above = based.objective(label)
    found = few.best(above)
    if found is None:
        return None
    settling = Settling(*found, state)
    settling.cycle(CYCLE * problem.size, 1.0)
    return (found[0], settling.best_label) if settling.best[0] <= 1e-9 else found


def _solution(based: Based, label: I32, inside: bool, clock: Clock, ran: int, effort: int, worth: F64 | None = None) -> Solution:
    limits = broken(based.problem, based.base, based.minutes, label)
    return Solution(
        label.astype(np.int32),
        tuple(int(b) for b in based.base),
        based.objective(label),
        based.bound,
        "fixed-bases",
        tuple(map(float, based.price)),
        ran,
        effort,
        inside,
        limits,
        tuple(clock.turned),
        bound_undivided(based, label, worth) if inside and not limits else None,
    )


def _today_mended(settling: Settling) -> tuple[Based, I32, bool] | None:
    """Today's alignment brought into band by the fewest moves, then settled while that saves much; None where that cannot be done either.

    Where little may move, a search from chosen bases can miss the few moves that are enough. settling: from today's bases, where
    those were a start.
    """
    based, today = settling.based, settling.problem.today
    assert today is not None
    changed = mend(based, as_today(based, settling.best_label), today.weight)
    if not changed.in_band:
        return None
    better = Settling(based, changed.territory_of, settling.state)
    better.assess_best()
    local = Local(better)
    for _ in range(MENDINGS):
        before = better.best[1]
        local.run(QUICK * CYCLE * settling.problem.size)
        better.cycle(CYCLE * settling.problem.size, 1.0)
        if better.best[1] > (1.0 - WORTH) * before:
            break
    return based, better.best_label if better.best[0] <= 1e-9 else changed.territory_of, True


def _bases_known(problem: Problem) -> bool:
    return bool(np.all(problem.slots >= 0))
