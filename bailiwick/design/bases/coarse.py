"""A contracted problem with the travel between every two of its points: what the search for bases works on."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from bailiwick.design.bases.contract import Points, contract, contracted_ties, coordinates, once
from bailiwick.design.bases.dense import Dense
from bailiwick.design.problem import Ints, Problem
from bailiwick.model.travel import Between, near

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
F32 = npt.NDArray[np.float32]
NEAREST = 24
REACH = 1.5  # of the minutes guessed to the far end of a point, within which roads are asked


@dataclass(frozen=True)
class Coarse(Points):
    """Points with the travel between them."""

    dense: Dense

    @property
    def known(self) -> Between:
        """The travel between the points, as of a problem over them."""
        return Between(self.dense.travel)

    def alone(self) -> Points:
        """The points without the travel between them."""
        return Points(self.point_of, self.unit_of, self.slot, self.order, self.indptr, self.indices)


def coarsen(problem: Problem, most: int) -> Coarse:
    """Contract to about ``most`` points and ask the roads between them."""
    points = contract(problem, most)
    return Coarse(**points.__dict__, dense=_dense(problem, points))


def loosened(problem: Problem, coarse: Coarse) -> Dense:
    """The travel between the points where regions need not be in one piece: they grow to what is near, or joined by a bridge."""
    lists = ((coarse.indptr, coarse.indices), _nearest(problem, coarse.unit_of))
    row = np.concatenate([np.repeat(np.arange(len(coarse)), np.diff(ptr)) for ptr, _ in lists])
    indptr, indices = once(row, np.concatenate([to for _, to in lists]), len(coarse))
    return replace(coarse.dense, contiguous=False, indptr=indptr, indices=indices)


def _dense(problem: Problem, points: Points) -> Dense:
    point_of, unit_of, slot, count = points.point_of, points.unit_of, points.slot, len(points)
    trips, weight = points.sums(problem.trips), points.sums(problem.load)
    low, high = problem.bands
    narrow = 0.0 if problem.size == count else min(0.01, (problem.band[1] - problem.band[0]) / 4)
    if problem.base_capacity is not None:
        lows, highs = np.full(count, problem.band[0]), problem.base_capacity[unit_of].astype(np.float64)
    else:
        lows, highs = np.full(count, low[:, 0].mean() + narrow), np.full(count, high[:, 0].mean() - narrow)
    if count < problem.size:  # what was put together too heavy may stand alone: borders of units part it later
        highs = np.maximum(highs, weight)
    may_be = np.zeros(problem.size, dtype=np.bool_)
    may_be[problem.base_candidates] = True
    pinned = np.full(problem.territories, -1, dtype=np.int32)
    given = np.flatnonzero(problem.slots >= 0)
    pinned[given] = point_of[problem.slots[given]]
    for t in given:  # a given base brings its own capacity
        lows[pinned[t]], highs[pinned[t]] = low[t, 0] + narrow, high[t, 0] - narrow
    eligible = may_be[unit_of]
    eligible[pinned[given]] = True
    indptr, indices = (points.indptr, points.indices) if problem.contiguous else _nearest(problem, unit_of)
    tie_ptr, tie_to, tie_cost = contracted_ties(problem, point_of, count)
    travel = problem.travel.among(unit_of, max(100, 5 * len(unit_of) // problem.territories))
    np.fill_diagonal(travel, _inside(problem, points, trips, travel))
    if np.isfinite(problem.max_minutes):
        travel = np.where(travel > problem.max_minutes, travel + np.float32(1e4), travel)
    return Dense(
        np.ascontiguousarray(travel, dtype=np.float32), trips * 2.0 / 60.0, weight, lows, highs, problem.drive_load, eligible, pinned, slot >= 0,
        indptr, indices, problem.contiguous, tie_ptr, tie_to, tie_cost,
    )  # fmt: skip


def _inside(problem: Problem, points: Points, trips: F64, travel: F32) -> F64:
    """Minutes of a mean trip from where each point stands to its own units: what a base there pays for the land around it."""
    unit_of, point_of, count = points.unit_of, points.point_of, len(points)
    own = np.flatnonzero((problem.trips > 0) & (unit_of[point_of] != np.arange(problem.size)))
    if not len(own) or problem.points is None:
        return np.zeros(count)
    straight = np.linalg.norm(problem.points[own] - problem.points[unit_of[point_of[own]]], axis=1)
    minutes = straight * _pace(problem.points[unit_of], travel)
    widest = np.zeros(count)
    np.maximum.at(widest, point_of[own], minutes)
    wide = np.flatnonzero(widest > 0)
    if not len(wide):
        return np.zeros(count)
    pointer, to, found = near(problem.travel, unit_of[wide], (REACH * widest[wide]).astype(np.float32), own)
    mine = point_of[own[to]] == np.repeat(wide, np.diff(pointer))
    minutes[to[mine]] = found[mine]
    return np.bincount(point_of[own], weights=problem.trips[own] * minutes, minlength=count) / np.maximum(trips, 1e-300)


def _pace(at: F64, travel: F32) -> float:
    """Minutes a mile between neighbouring points, to tell what roads were not asked."""
    if len(at) < 2:
        return 0.0
    away, beside = cKDTree(at).query(at, k=2)
    far = away[:, 1] > 0
    return float(np.median(travel[np.flatnonzero(far), beside[far, 1]] / away[far, 1])) if far.any() else 0.0


def _nearest(problem: Problem, unit_of: Ints) -> tuple[I32, I32]:
    """Without contiguity: the points near each point, from which the search makes its proposals."""
    points = coordinates(problem)[unit_of]
    count = min(len(unit_of) - 1, max(10, min(NEAREST, 2 * len(unit_of) // problem.territories)))
    if count < 1:
        return np.zeros(len(unit_of) + 1, dtype=np.int32), np.empty(0, dtype=np.int32)
    found = cKDTree(points).query(points, k=count + 1)[1]
    rows = [[v for v in row if v != u][:count] for u, row in enumerate(found.tolist())]
    return np.arange(0, len(rows) * count + 1, count, dtype=np.int32), np.array(rows, dtype=np.int32).ravel()
