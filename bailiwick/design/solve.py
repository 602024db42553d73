"""The method on one page: contract, search for bases and borders together, prove a bound, settle the borders unit by unit."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bailiwick.design.answering import answered
from bailiwick.design.coarse import Coarse, coarsen
from bailiwick.design.contract import Points, contract
from bailiwick.design.dense import Found, assess
from bailiwick.design.fixed import Based, Settling, as_today, drawn, joined, with_bases
from bailiwick.design.local import Local
from bailiwick.design.problem import Ints, Problem
from bailiwick.design.recentre import recentre
from bailiwick.design.rough import over_points
from bailiwick.design.search import Search, effort_of, seconds_of
from bailiwick.design.start import spread
from bailiwick.model.errors import InfeasibleError

I32 = npt.NDArray[np.int32]
MANY = 100  # territories from which roads and prices take so long that half of the time is theirs and the borders'
WHOLE = 5_000  # units up to which nothing is contracted
# share of the time that chooses bases: of a contracted problem (few, many territories), of one that is whole (small, large territories)
SEARCH, SEARCH_MANY, SEARCH_ALL, SEARCH_LARGE = 0.75, 0.6, 0.85, 0.7
SEARCH_LEAST, ROWS = 0.25, 1_500  # each of many territories costs road rows and prices
CYCLE = 100  # proposals per unit of one settling
BRIEF = 20  # and of the one after a cancellation
SHORTEST = 20_000  # proposals of any, however small the problem
LONGEST = 3_000  # and of the first, if the time allows
HOT = 30.0  # where a settling without a plan to keep begins, in costs of a median unit
MOST_CYCLES, MOST_PLANNED = 12, 120  # cycles while a territory is out of band, and of a plan that is within
LEAST_EFFORT = 3_000  # proposals per point, however short the time
LARGE = 40  # units of a territory from which it is large
MOVES = 6  # times that bases and borders answer one another at the end
TEAM = 2  # searches side by side, round for round, whatever the machine: the same plan everywhere
APART = 1_000_003  # between their seeds
RETRIED = 8  # candidates for each base once borders are settled
WIDER = 3  # times the proposals of one settling of many territories
RATE_NEARBY = 8_000_000  # and proposals a second that theirs plan with: neighbourhoods fit into a processor's cache
LOCAL = 3  # of so many settlings one is of the whole, the others of neighbourhoods
WARM = (1.0, 0.3, 2.0)  # where settlings begin, in costs of a median unit
BUSY = 0.4  # share of the settling of a contracted problem that goes into proposals
RATE = 3_500_000  # proposals a second the settling plans with: a rule, not a measurement


@dataclass(frozen=True)
class Solution:
    """territory_of: int32 by unit. bases: unit by territory. objective, bound: hours a year; duals: prices that prove the bound.

    iterations, effort: what replays it (rounds of the search; proposals it planned with).
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

    @property
    def gap(self) -> float:
        """(objective - bound) / bound."""
        return (self.objective - self.bound) / self.bound if self.bound > 0 else 0.0


@dataclass(frozen=True)
class Progress:
    """The best plan so far. objective: hours a year, infinite while out of band; bound: 0 while none is known. territory_of: int32 by unit."""

    iterations: int
    seconds: float
    objective: float
    bound: float
    territory_of: I32
    doing: str

    @property
    def gap(self) -> float:
        """(objective - bound) / bound; infinite while either is unknown."""
        return (self.objective - self.bound) / self.bound if self.bound > 0 else np.inf

    def __str__(self) -> str:
        hours = f"{self.objective:,.0f} line-haul hours a year" if np.isfinite(self.objective) else "not yet in the band"
        gap = f", {100 * self.gap:.2f}% above the bound of its bases" if np.isfinite(self.gap) else ""
        return f"{self.seconds:5.1f} s  {self.doing}: {hours}{gap}"


Told = Callable[[Progress], None]


@dataclass
class Clock:
    """When to stop: by the clock, by a count that replays an earlier run, or because someone said so."""

    seconds: float
    iterations: int | None
    stop: Callable[[], bool] | None
    started: float

    def spent(self) -> float:
        return time.monotonic() - self.started

    def stopped(self) -> bool:
        return self.stop is not None and self.stop()

    def more(self, done: int, share: float) -> bool:
        """Whether another round may begin."""
        if self.stopped():
            return False
        return done < self.iterations if self.iterations is not None else self.spent() < share * self.seconds


def solve(
    problem: Problem,
    *,
    seconds: float,
    seed: int,
    iterations: int | None = None,
    effort: int | None = None,
    on_progress: Told | None = None,
    stop: Callable[[], bool] | None = None,
    gap: float = 0.0,
) -> Solution:
    """The best plan found in about ``seconds``; with ``iterations`` and ``effort`` of an earlier solution, that solution again.

    stop: asked between rounds; true ends the search with the best plan so far.
    gap: stop once the plan is proven within that fraction of the bound of its bases. Raises InfeasibleError when no plan can be in the
    band, naming the culprit.
    """
    problem.check_weights()
    clock = Clock(seconds, iterations, stop, time.monotonic())
    rng = np.random.default_rng(seed)
    state = np.array([rng.integers(1, 2**62)], dtype=np.uint64)
    coarse = None if _bases_known(problem) else coarsen(problem, points_of(problem))
    if coarse is None:
        starts: list[tuple[Ints, I32 | None]] = [(problem.slots, None)]
        ran = 0
        effort = effort or int(seconds * RATE)
    else:
        effort = effort or max(effort_of(coarse.dense, share_of(problem, coarse) * seconds), LEAST_EFFORT * len(coarse.unit_of))
        starts, ran = choose(problem, coarse, seed, effort, clock, on_progress)
    steps = _proposals(problem, coarse, effort)
    points = None if coarse is None else coarse.alone()
    del coarse  # the travel between points is the largest there is
    tried = [settled(problem, points, base, label, state, steps, clock, on_progress, gap) for base, label in starts]
    settling = min(tried, key=lambda settling: tuple(settling.best))
    based, found = settling.based, settling.best_label
    return Solution(
        found.astype(np.int32),
        tuple(int(b) for b in based.base),
        based.objective(found),
        based.bound,
        "fixed-bases",
        tuple(map(float, based.price)),
        ran,
        effort,
        bool(settling.best[0] <= 1e-9),
    )


def _bases_known(problem: Problem) -> bool:
    return bool(np.all(problem.slots >= 0))


def points_of(problem: Problem) -> int:
    """Points a problem is contracted to."""
    if problem.size <= WHOLE:
        return problem.size
    return min(5_000, max(1_500, 10 * problem.territories))


def share_of(problem: Problem, coarse: Coarse) -> float:
    """Share of the time for choosing bases: less where territories are large, as their borders then matter more than their bases."""
    if len(coarse.unit_of) < problem.size:
        return SEARCH if problem.territories <= MANY else max(SEARCH_LEAST, SEARCH_MANY - problem.territories / ROWS)
    return SEARCH_ALL if problem.size <= LARGE * problem.territories else SEARCH_LARGE


def choose(
    problem: Problem, coarse: Coarse, seed: int, effort: int, clock: Clock, on_progress: Told | None
) -> tuple[list[tuple[Ints, I32 | None]], int]:
    """Bases and a first plan by unit, one or of a problem that is whole several; and how many rounds it took."""
    dense = coarse.dense
    _reachable(problem, coarse, seed)
    searches = [Search(dense, lambda rng: spread(dense, coarse.slot, coarse.order, rng), seed + i * APART, effort) for i in range(TEAM)]
    ran, told = 0, 0.0
    share = share_of(problem, coarse)
    with ThreadPoolExecutor(TEAM) as pool:
        while clock.more(ran, share) or (clock.iterations is None and not searches[0].begun and not clock.stopped()):
            better = any(list(pool.map(Search.round, searches)))
            ran += 1
            if on_progress and (better or ran == 1) and clock.spent() - told > 0.3:
                told, found = clock.spent(), _best_of(searches)
                on_progress(Progress(ran, told, found.cost, 0.0, found.label[coarse.point_of], "choosing bases"))
        list(pool.map(Search.finish, searches))
    whole = len(coarse) == problem.size and problem.size > LARGE * problem.territories
    kept = [search.best for search in searches] if whole else [_best_of(searches)]
    return [_placed(problem, coarse, each.label) for each in kept], ran


def _placed(problem: Problem, coarse: Coarse, label: I32) -> tuple[Ints, I32 | None]:
    _, base, _ = assess(coarse.dense, label)
    if np.any(base < 0):
        raise InfeasibleError(
            f"a territory was left without a place that may be its base; name more candidates or ask for fewer than {problem.territories}"
        )
    return coarse.unit_of[base], label[coarse.point_of].astype(np.int32)


def _best_of(searches: list[Search]) -> Found:
    return min((search.best for search in searches), key=lambda found: found.cost)


def _reachable(problem: Problem, coarse: Coarse, seed: int) -> None:
    lost = np.flatnonzero(spread(coarse.dense, coarse.slot, coarse.order, np.random.default_rng(seed)) < 0)
    if len(lost):
        unit = problem.unit_ids[coarse.unit_of[lost[0]]]
        raise InfeasibleError(f"unit {unit} is not joined to any base; declare a bridge to it or ask for more territories")


def settled(
    problem: Problem,
    coarse: Points | None,
    base: Ints,
    label: I32 | None,
    state: npt.NDArray[np.uint64],
    steps: int,
    clock: Clock,
    on_progress: Told | None,
    gap: float = 0.0,
) -> Settling:
    """The plan of whole units from chosen bases, recentred where bases are free. coarse: points that bases were chosen on; None = given."""
    points = _points_for(problem, coarse)
    if points is not None and label is not None:
        base = recentre(problem, label, base)
    based = with_bases(problem, base, points=points)
    if coarse is not None and points is not None and not clock.stopped():
        based = answered(problem, based, points)
    if clock.stopped() and label is not None:
        return _as_found(based, label, points, coarse, state)
    best = _begun(based, label, points, coarse, state, steps)
    local = Local(best)
    cycle = max(CYCLE * problem.size, SHORTEST) * (WIDER if problem.territories > MANY else 1)
    planned = min(MOST_PLANNED, max(2, steps // (2 * cycle)))
    for i in range(max(planned, MOST_CYCLES)):
        if i >= planned and best.best[0] <= 1e-9:
            break
        if gap > 0 and best.best[0] <= 1e-9 and based.objective(best.best_label) - based.bound <= gap * based.bound:
            break
        if clock.stopped() or (clock.iterations is None and clock.spent() > 1.5 * clock.seconds + 5):
            break
        _turn(local, i, cycle, WARM[i // LOCAL % len(WARM)] if best.best[0] <= 1e-9 or i % (2 * LOCAL) == 0 else HOT)
        if on_progress:
            objective = based.objective(best.best_label) if best.best[0] <= 1e-9 else np.inf
            on_progress(Progress(i + 1, clock.spent(), objective, based.bound, best.best_label.copy(), "settling borders"))
    if coarse is not None and not clock.stopped():
        _recentred(best, coarse, points, planned // MOVES)
    return best


def _turn(local: Local, number: int, proposals: int, warm: float) -> None:
    """One settling: of neighbourhoods; of few territories every ``LOCAL``-th is of the whole, from ``warm``."""
    if number % LOCAL or local.settling.problem.territories > MANY:
        local.run(proposals)
    else:
        local.settling.cycle(proposals, warm)


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


def _recentred(settling: Settling, coarse: Points, points: Points | None, cycles: int) -> None:
    """Bases moved to the best place for the borders as they are now; the labels stay."""
    problem = settling.problem
    tried = max(RETRIED, 0 if problem.size > WHOLE else problem.size)
    for move in range(MOVES if problem.size <= WHOLE else 1):
        label = settling.best_label
        base = recentre(problem, label, settling.based.base, tried)
        if np.all(base == settling.based.base):
            return
        based = with_bases(problem, base, settling.based.price, points)
        fresh = Settling(based, label, settling.state, coarse)
        local = Local(fresh)
        for turn in range(max(1, cycles)):
            _turn(local, turn, max(CYCLE * problem.size, SHORTEST), WARM[(turn + move + 1) % len(WARM)])
        if tuple(fresh.best) >= tuple(settling.best):
            return
        settling.__dict__.update(fresh.__dict__)


def _proposals(problem: Problem, coarse: Coarse | None, effort: int) -> int:
    """Proposals of the settling: what is left of the time that ``effort`` stands for."""
    if coarse is None:
        return effort
    share = share_of(problem, coarse)
    if len(coarse.unit_of) == problem.size:
        rate = RATE
    else:  # the rest of the time goes into roads and prices
        rate = int(RATE * BUSY) if problem.territories <= MANY else RATE_NEARBY
    return int(seconds_of(coarse.dense, effort) * (1.0 - share) / share * rate)


def _begun(
    based: Based, label: I32 | None, points: Points | None, coarse: Points | None, state: npt.NDArray[np.uint64], steps: int
) -> Settling:
    """The better of two beginnings: from the search's borders, kept cool, and from priced roads alone, from hot."""
    problem = based.problem
    grown = points is not None and not problem.groups and problem.territories > MANY
    starts = [] if grown else [(start, WARM[0]) for start in _starts(based, label, points, state)]
    if points is not None and not problem.groups:  # a group found together must stay together
        starts.append((drawn(based), HOT))
    if problem.today is not None:
        starts.append((as_today(based, starts[0][0]), WARM[0]))
    if grown:
        steps = 0
    seeds = np.random.default_rng(int(state[0])).integers(1, 2**62, len(starts))
    proposals = int(np.clip(steps // 2, max(CYCLE * problem.size, SHORTEST), max(LONGEST * problem.size, SHORTEST)))

    def begun(number: int) -> Settling:
        start, warm = starts[number]
        trial = Settling(based, start, np.array([seeds[number]], dtype=np.uint64), points or coarse)
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
