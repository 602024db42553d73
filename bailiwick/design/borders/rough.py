"""Borders settled over points before units: a point is a busy unit with the land around it, so that every move means something."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from bailiwick.design.bases.contract import Points, contract, contracted_ties
from bailiwick.design.borders.fixed import Based, Settling, drawn, joined
from bailiwick.design.problem import Ints, Measure, Problem, Ties, Today
from bailiwick.kernels.chance import generator
from bailiwick.model.travel import TravelTimes

I32 = npt.NDArray[np.int32]
PROPOSALS, LEAST = 600, 10_000  # per point of one cycle, and of any
TRIALS, REFINED = 8, 4  # annealings from the start, then cycles of the best
SIDE_BY_SIDE = 2
WARM = (1.0, 0.3, 3.0)
NOWHERE: Ints = np.empty(0, dtype=np.int64)


def over_points(based: Based, points: Points, start: I32 | None, state: npt.NDArray[np.uint64]) -> I32 | None:
    """Labels by unit that are near the bound where moves of whole points can lead; None when points do not fit the problem."""
    points = apart(based, points)
    small = contracted(based, points)
    if small is None:
        return None
    begins = [drawn(small)]
    if start is not None:
        kept = start[points.unit_of].astype(np.int32)
        kept[small.base] = np.arange(len(small.base))
        begins.append(joined(small, kept) if based.problem.contiguous else kept)
    seeds = np.random.default_rng(int(state[0])).integers(1, 2**62, TRIALS)
    steps = max(PROPOSALS * len(points), LEAST)

    def trial(number: int) -> Settling:
        tried = Settling(small, begins[number % len(begins)], generator(int(seeds[number])))
        for warm in (WARM[number % len(WARM)], WARM[1]):
            tried.cycle(steps, warm)
        return tried

    def refined(tried: Settling) -> Settling:
        for cycle in range(REFINED):
            tried.cycle(steps, WARM[cycle % len(WARM)])
        return tried

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        first = sorted(pool.map(trial, range(TRIALS)), key=lambda t: tuple(t.best))
        best = min(pool.map(refined, first[:SIDE_BY_SIDE]), key=lambda t: tuple(t.best))
    label = best.best_label[points.point_of].astype(np.int32)
    label[based.base] = np.arange(len(based.base))
    return joined(based, label) if based.problem.contiguous else label


def apart(based: Based, points: Points) -> Points:
    """The points, made anew around the bases where two bases share one."""
    if len(np.unique(points.point_of[based.base])) == len(based.base):
        return points
    return contract(replace(based.problem, fixed_bases=tuple(int(b) for b in based.base)), len(points))


def contracted(based: Based, points: Points, *, today: bool = False) -> Based | None:
    """The same bases over points; None where two bases share a point. Without ``today`` that alignment is left to the units."""
    problem, base = based.problem, points.point_of[based.base]
    if len(np.unique(base)) < len(base):
        return None
    driven = None if based.driven is None else points.rows(based.driven)
    small = replace(problem_over(problem, points, problem.travel, base), today=_today(problem, points) if today else None)
    return Based(small, base, based.minutes[:, points.unit_of], points.rows(based.cost), based.price, based.bound, driven)


def problem_over(problem: Problem, points: Points, travel: TravelTimes, base: Ints = NOWHERE, candidates: Ints = NOWHERE) -> Problem:
    """The same problem over points. base: of each territory; without, they are free to lie at any of the ``candidates``."""
    capacity = None
    if problem.base_capacity is not None:
        capacity = problem.base_capacity[points.unit_of].astype(np.float64)
    return replace(
        problem,
        unit_ids=tuple(problem.unit_ids[u] for u in points.unit_of),
        load=points.sums(problem.load),
        trips=points.sums(problem.trips),
        indptr=points.indptr,
        indices=points.indices,
        travel=travel,
        fixed_bases=tuple(int(b) for b in base),
        candidates=candidates,
        points=None if problem.points is None else problem.points[points.unit_of],
        base_capacity=capacity,
        barriers=(),
        locks=(),
        forbidden=(),
        groups=(),
        measures=tuple(Measure(m.name, points.sums(m.amount), m.low, m.high) for m in problem.measures),
        today=None,
        ties=_ties(problem, points),
        parts=None,
    )


def _ties(problem: Problem, points: Points) -> Ties | None:
    if problem.ties is None:
        return None
    indptr, to, hours = contracted_ties(problem, points.point_of, len(points))
    row = np.repeat(np.arange(len(points)), np.diff(indptr))
    once = row < to
    return Ties(np.column_stack([row[once], to[once]]).astype(np.int64), hours[once])


def _today(problem: Problem, points: Points) -> Today | None:
    """Where most of each point is today; what of it is elsewhere counts as moved wherever it goes. The bonus is in the costs."""
    today = problem.today
    if today is None:
        return None
    placed = np.flatnonzero(today.territory >= 0)
    key = points.point_of[placed] * problem.territories + today.territory[placed]
    pairs, at = np.unique(key, return_inverse=True)
    held = np.bincount(at, weights=today.weight[placed], minlength=len(pairs))
    most = pairs[np.lexsort((-held, pairs // problem.territories))]
    point, first = np.unique(most // problem.territories, return_index=True)
    current, weight = np.full(len(points), -1, dtype=np.int32), np.zeros(len(points))
    current[point] = most[first] % problem.territories
    weight[point] = held[np.searchsorted(pairs, most[first])]
    return Today(current, weight, max(0.0, today.limit - float(today.weight[placed].sum() - weight.sum())))
