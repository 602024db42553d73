"""The method on one page: contract, search for bases and borders together, prove a bound, settle the borders unit by unit."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bailiwick.design.clock import Clock, Progress, Told
from bailiwick.design.coarse import Coarse, coarsen
from bailiwick.design.dense import Found, assess
from bailiwick.design.limits import broken
from bailiwick.design.placing import allowed, standing
from bailiwick.design.problem import Ints, Problem
from bailiwick.design.search import Search, effort_of
from bailiwick.design.settled import settled
from bailiwick.design.size import LARGE, RATE, points_of, proof_seconds, proposals_of, share_of
from bailiwick.design.start import spread
from bailiwick.design.undivided import Undivided, bound_undivided
from bailiwick.model.errors import InfeasibleError
from bailiwick.model.plan import gap_of

I32 = npt.NDArray[np.int32]
LEAST_EFFORT = 3_000  # proposals per point, however short the time
TEAM = 2  # searches side by side, round for round, whatever the machine: the same plan everywhere
APART = 1_000_003  # between their seeds


@dataclass(frozen=True)
class Solution:
    """territory_of: int32 by unit. bases: unit by territory. objective, bound: hours a year; duals: prices that prove the bound.
    undivided: a better bound for these bases and what proves it, where one was found.

    iterations, effort, turns: what replays it (rounds of the search; proposals it planned with; settlings of each start, before
    and after its bases move). in_band: within the bands and the limit on disruption; broken: every limit that is not kept, each in a sentence.
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
    proof = proof_seconds(problem, seconds)
    clock = Clock(seconds - proof, iterations, turns, stop, gap)
    rng = np.random.default_rng(seed)
    state = np.array([rng.integers(1, 2**62)], dtype=np.uint64)
    coarse = None if _bases_known(problem) else coarsen(problem, points_of(problem))
    if coarse is None:
        starts: list[tuple[Ints, I32 | None]] = [(problem.slots, None)]
        ran = 0
        effort = effort or int(clock.seconds * RATE)
    else:
        effort = effort or max(effort_of(coarse.dense, share_of(problem, coarse) * clock.seconds), LEAST_EFFORT * len(coarse.unit_of))
        starts, ran = choose(problem, coarse, seed, effort, clock, on_progress)
    steps = proposals_of(problem, coarse, effort)
    if coarse is not None and (today := standing(problem)):
        starts, steps = starts + today, steps // 2
    points = None if coarse is None else coarse.alone()
    del coarse  # the travel between points is the largest there is
    tried = [settled(problem, points, *start, state, steps, clock, on_progress, len(starts) - i) for i, start in enumerate(starts)]
    settling = min(tried, key=lambda settling: tuple(settling.best))
    based, found = settling.based, settling.best_label
    limits = broken(problem, based.base, based.minutes, found)
    inside = bool(settling.best[0] <= 1e-9)
    return Solution(
        found.astype(np.int32),
        tuple(int(b) for b in based.base),
        based.objective(found),
        based.bound,
        "fixed-bases",
        tuple(map(float, based.price)),
        ran,
        effort,
        inside,
        limits,
        tuple(clock.turned),
        bound_undivided(based, found) if inside and not limits else None,
    )


def _bases_known(problem: Problem) -> bool:
    return bool(np.all(problem.slots >= 0))


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
            _meet(searches)
            if on_progress and (better or ran == 1) and clock.spent() - told > 0.3:
                told, found = clock.spent(), _best_of(searches)
                hours = found.cost if found.within else np.inf
                on_progress(Progress(ran, told, hours, 0.0, found.label[coarse.point_of], "choosing bases"))
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
    return allowed(problem, coarse.unit_of[base], label[coarse.point_of].astype(np.int32))


def _meet(searches: list[Search]) -> None:
    """Each search gets to know the best plan of the one before it; between rounds, so that it does not depend on which is quicker."""
    best = [search.best for search in searches]
    for number, search in enumerate(searches):
        search.meet(best[number - 1])


def _best_of(searches: list[Search]) -> Found:
    return min((search.best for search in searches), key=lambda found: found.cost)


def _reachable(problem: Problem, coarse: Coarse, seed: int) -> None:
    lost = np.flatnonzero(spread(coarse.dense, coarse.slot, coarse.order, np.random.default_rng(seed)) < 0)
    if len(lost):
        unit = problem.unit_ids[coarse.unit_of[lost[0]]]
        raise InfeasibleError(f"unit {unit} is not joined to any base; declare a bridge to it or ask for more territories")
