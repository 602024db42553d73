"""A problem contracted to few enough points that the travel between every two of them can be known.

Units gather around seeds over the neighbour list, so that every point is connected and a contiguous division of the points is
one of the units (Karypis & Kumar 1998, doi:10.1137/S1064827595287997, for contracting before dividing).
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from bailiwick.design.dense import Dense
from bailiwick.design.problem import Ints, Problem

I32 = npt.NDArray[np.int32]
F64 = npt.NDArray[np.float64]
NEAREST = 24


@dataclass(frozen=True)
class Coarse:
    """point_of: point of each unit. unit_of: the unit each point stands on. slot: territory each point is locked to, -1 = none. order:
    the points along a curve through space.
    """

    point_of: Ints
    unit_of: Ints
    slot: I32
    order: Ints
    dense: Dense


def coarsen(problem: Problem, most: int) -> Coarse:
    """Contract to about ``most`` points; with ``most`` units or fewer every unit stays a point of its own."""
    together = _together(problem)
    sets = _seeds(problem, together, most)
    point_of = _gather(problem, sets)
    slot = np.full(len(sets), -1, dtype=np.int32)
    held = problem.locked >= 0
    slot[point_of[held]] = problem.locked[held]
    unit_of = np.array([_stand(problem, s) for s in sets], dtype=np.int64)
    return Coarse(point_of, unit_of, slot, _curve(_points(problem)[unit_of]), _dense(problem, point_of, unit_of, slot))


def _together(problem: Problem) -> list[list[int]]:
    """Units that may not be parted: groups and locks to one territory, with the corridors that connect them."""
    indptr, indices = problem.neighbours
    owner = problem.locked.astype(np.int64)
    sets = [np.flatnonzero(problem.locked == t).tolist() for t in range(problem.territories)]
    sets = [s for s in sets if s]
    for group in problem.groups:
        home = next((i for i, s in enumerate(sets) if set(s) & set(group)), None)
        if home is None:
            sets.append(sorted(set(group)))
        else:
            sets[home] = sorted({*sets[home], *group})
    for number, members in enumerate(sets):
        owner[members] = number
    free = np.full(problem.size, -1, dtype=np.int64)
    for number, members in enumerate(sets):
        free[members] = number
    if not problem.contiguous:
        return sets
    return [_connected(members, number, free, indptr, indices) for number, members in enumerate(sets)]


def _connected(members: list[int], number: int, owner: Ints, indptr: I32, indices: I32) -> list[int]:
    """``members`` and the shortest corridors over unowned units that join them; those out of reach stay apart."""
    inside = {members[0]}
    left = set(members[1:])
    while left:
        came: dict[int, int] = dict.fromkeys(inside, -1)
        queue, found = deque(sorted(inside)), -1
        while queue and found < 0:
            x = queue.popleft()
            for v in indices[indptr[x] : indptr[x + 1]].tolist():
                if v in came or owner[v] not in (-1, number):
                    continue
                came[v] = x
                if v in left:
                    found = v
                    break
                queue.append(v)
        if found < 0:
            break
        while found not in inside:
            inside.add(found)
            owner[found] = number
            left.discard(found)
            found = came[found]
    return sorted(inside | left)


def _seeds(problem: Problem, together: list[list[int]], most: int) -> list[list[int]]:
    taken = {u for s in together for u in s}
    if problem.size <= most:
        rest = [u for u in range(problem.size) if u not in taken]
    else:
        rest = [int(u) for u in problem.weighted if int(u) not in taken]
        if len(rest) > most:
            rest = _sample(problem, np.array(rest), most)
    sets = [*together, *[[u] for u in rest]]
    if problem.contiguous:  # land that no seed reaches is a point of its own
        indptr, indices = problem.neighbours
        graph = csr_array((np.ones(len(indices), dtype=np.int8), indices, indptr), shape=(problem.size, problem.size))
        component = connected_components(graph, directed=False)[1]
        reached = {int(component[u]) for s in sets for u in s}
        for c in sorted(set(component.tolist()) - reached):
            sets.append([int(np.flatnonzero(component == c)[0])])
    return sets


def _sample(problem: Problem, units: Ints, count: int) -> list[int]:
    """Units at equal steps of load along a curve through space, so that every seed gathers about as much."""
    points = _points(problem)[units]
    order = units[_curve(points)]
    weight = problem.load[order] + 0.25 * problem.load.sum() / problem.size  # thin country needs seeds too
    running = np.cumsum(weight)
    at = np.searchsorted(running, (np.arange(count) + 0.5) * running[-1] / count)
    return sorted({int(order[i]) for i in at})


def _curve(points: F64) -> Ints:
    """An order in which near points follow one another: halves along the widest side, over and over."""
    out: list[int] = []
    stack = [np.arange(len(points))]
    while stack:
        part = stack.pop()
        if len(part) <= 1:
            out += part.tolist()
            continue
        side = int(np.argmax(np.ptp(points[part], axis=0)))
        part = part[np.argsort(points[part, side], kind="stable")]
        half = len(part) // 2
        stack += [part[half:], part[:half]]
    return np.array(out, dtype=np.int64)


def _points(problem: Problem) -> F64:
    if problem.points is not None:
        return problem.points
    return np.column_stack([np.arange(problem.size, dtype=np.float64), np.zeros(problem.size)])


def _gather(problem: Problem, sets: list[list[int]]) -> Ints:
    """Point of every unit: that of the nearest seed over the neighbour list, or in a straight line where none counts."""
    point_of = np.full(problem.size, -1, dtype=np.int64)
    for number, members in enumerate(sets):
        point_of[members] = number
    sources = np.flatnonzero(point_of >= 0)
    left = np.flatnonzero(point_of < 0)
    if not len(left):
        return point_of
    points = _points(problem)
    if problem.contiguous:
        indptr, indices = problem.neighbours
        row = np.repeat(np.arange(problem.size), np.diff(indptr))
        length = np.linalg.norm(points[row] - points[indices], axis=1) + 1e-3
        owner = point_of.copy()
        same = (owner[indices] >= 0) & (owner[row] < 0)  # nothing grows through a seed's own units
        length = np.where(same | (owner[indices] < 0), length, np.inf)
        keep = np.isfinite(length)
        ptr = np.concatenate([[0], np.cumsum(np.bincount(row[keep], minlength=problem.size))])
        graph = csr_array((length[keep], indices[keep], ptr), shape=(problem.size, problem.size))
        _, _, source = dijkstra(graph, indices=sources, min_only=True, return_predecessors=True)
        point_of[left] = point_of[source[left]]
    else:
        point_of[left] = point_of[sources[cKDTree(points[sources]).query(points[left])[1]]]
    return point_of


def _stand(problem: Problem, members: list[int]) -> int:
    """The unit a point stands on: a given base, else its busiest."""
    bases = [u for u in members if u in set(problem.slots[problem.slots >= 0].tolist())] if len(members) > 1 else []
    return bases[0] if bases else max(members, key=lambda u: (problem.trips[u], -u))


def _dense(problem: Problem, point_of: Ints, unit_of: Ints, slot: I32) -> Dense:
    count = len(unit_of)
    trips = np.bincount(point_of, weights=problem.trips, minlength=count).astype(np.float64)
    weight = np.bincount(point_of, weights=problem.load, minlength=count).astype(np.float64)
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
    indptr, indices = _contracted(*problem.neighbours, point_of, count) if problem.contiguous else _nearest(problem, unit_of)
    tie_ptr, tie_to, tie_cost = _contracted_ties(problem, point_of, count)
    travel = problem.travel.among(unit_of, max(150, 8 * len(unit_of) // problem.territories))
    if np.isfinite(problem.max_minutes):
        travel = np.where(travel > problem.max_minutes, travel + np.float32(1e4), travel)
    return Dense(
        np.ascontiguousarray(travel, dtype=np.float32), trips * 2.0 / 60.0, weight, lows, highs, problem.drive_load, eligible, pinned, slot >= 0,
        indptr, indices, problem.contiguous, tie_ptr, tie_to, tie_cost,
    )  # fmt: skip


def _contracted(indptr: I32, indices: I32, point_of: Ints, count: int) -> tuple[I32, I32]:
    row = point_of[np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))]
    to = point_of[indices]
    pairs = np.unique((row * count + to)[row != to])
    ptr = np.concatenate([[0], np.cumsum(np.bincount(pairs // count, minlength=count))]).astype(np.int32)
    return ptr, (pairs % count).astype(np.int32)


def _contracted_ties(problem: Problem, point_of: Ints, count: int) -> tuple[I32, I32, F64]:
    ptr, to, hours = problem.tie_list
    row, other = point_of[np.repeat(np.arange(problem.size), np.diff(ptr))], point_of[to]
    apart = row != other
    key, back = np.unique((row * count + other)[apart], return_inverse=True)
    pointers = np.concatenate([[0], np.cumsum(np.bincount(key // count, minlength=count))]).astype(np.int32)
    return pointers, (key % count).astype(np.int32), np.bincount(back, weights=hours[apart], minlength=len(key)).astype(np.float64)


def _nearest(problem: Problem, unit_of: Ints) -> tuple[I32, I32]:
    """Without contiguity: the points near each point, from which the search makes its proposals."""
    points = _points(problem)[unit_of]
    count = min(len(unit_of) - 1, max(10, min(NEAREST, 2 * len(unit_of) // problem.territories)))
    if count < 1:
        return np.zeros(len(unit_of) + 1, dtype=np.int32), np.empty(0, dtype=np.int32)
    found = cKDTree(points).query(points, k=count + 1)[1]
    rows = [[v for v in row if v != u][:count] for u, row in enumerate(found.tolist())]
    return np.arange(0, len(rows) * count + 1, count, dtype=np.int32), np.array(rows, dtype=np.int32).ravel()
