"""A contracted problem with the travel between every two of its points: what the search for bases works on."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from bailiwick.design.contract import Points, contract, contracted_ties, coordinates
from bailiwick.design.dense import Dense
from bailiwick.design.problem import Ints, Problem

I32 = npt.NDArray[np.int32]
NEAREST = 24


@dataclass(frozen=True)
class Coarse(Points):
    """Points with the travel between them."""

    dense: Dense


def coarsen(problem: Problem, most: int) -> Coarse:
    """Contract to about ``most`` points and ask the roads between them."""
    points = contract(problem, most)
    return Coarse(**points.__dict__, dense=_dense(problem, points))


def _dense(problem: Problem, points: Points) -> Dense:
    point_of, unit_of, slot, count = points.point_of, points.unit_of, points.slot, len(points)
    trips, weight = points.sums(problem.trips), points.sums(problem.load)
    low, high = problem.bands
    narrow = 0.0 if problem.size == count else min(0.01, (problem.band[1] - problem.band[0]) / 4)
    if problem.base_capacity is not None:
        lows, highs = np.full(count, problem.band[0]), problem.base_capacity[unit_of].astype(np.float64)
    else:
        lows, highs = np.full(count, low[:, 0].mean() + narrow), np.full(count, high[:, 0].mean() - narrow)
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
    if np.isfinite(problem.max_minutes):
        travel = np.where(travel > problem.max_minutes, travel + np.float32(1e4), travel)
    return Dense(
        np.ascontiguousarray(travel, dtype=np.float32), trips * 2.0 / 60.0, weight, lows, highs, problem.drive_load, eligible, pinned, slot >= 0,
        indptr, indices, problem.contiguous, tie_ptr, tie_to, tie_cost,
    )  # fmt: skip


def _nearest(problem: Problem, unit_of: Ints) -> tuple[I32, I32]:
    """Without contiguity: the points near each point, from which the search makes its proposals."""
    points = coordinates(problem)[unit_of]
    count = min(len(unit_of) - 1, max(10, min(NEAREST, 2 * len(unit_of) // problem.territories)))
    if count < 1:
        return np.zeros(len(unit_of) + 1, dtype=np.int32), np.empty(0, dtype=np.int32)
    found = cKDTree(points).query(points, k=count + 1)[1]
    rows = [[v for v in row if v != u][:count] for u, row in enumerate(found.tolist())]
    return np.arange(0, len(rows) * count + 1, count, dtype=np.int32), np.array(rows, dtype=np.int32).ravel()
