"""A problem contracted to points: units gathered around seeds over the neighbour list.

Every point is connected, so that a contiguous division of the points is one of the units (Karypis & Kumar 1998,
doi:10.1137/S1064827595287997, for contracting before dividing).
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from bailiwick.design.problem import Ints, Problem

I32 = npt.NDArray[np.int32]
F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Points:
    """point_of: point of each unit. unit_of: the unit each point stands on. slot: territory each point is locked to, -1 = none. order:
    the points along a curve through space. indptr, indices: neighbouring points as CSR.
    """

    point_of: Ints
    unit_of: Ints
    slot: I32
    order: Ints
    indptr: I32
    indices: I32

    def __len__(self) -> int:
        return len(self.unit_of)

    def sums(self, values: F64) -> F64:
        """Totals by point of an amount by unit."""
        return np.bincount(self.point_of, weights=values, minlength=len(self)).astype(np.float64)

    def rows(self, values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Totals by point of rows by unit ``[n, k]``."""
        order = np.argsort(self.point_of, kind="stable")
        first = np.searchsorted(self.point_of[order], np.arange(len(self)))
        return np.add.reduceat(values[order], first, axis=0).astype(np.float32)


def contract(problem: Problem, most: int) -> Points:
    """Contract to about ``most`` points; with ``most`` units or fewer every unit stays a point of its own."""
    sets = _seeds(problem, together(problem), most)
    point_of = _gather(problem, sets)
    slot = np.full(len(sets), -1, dtype=np.int32)
    held = problem.locked >= 0
    slot[point_of[held]] = problem.locked[held]
    unit_of = np.array([_stand(problem, s) for s in sets], dtype=np.int64)
    indptr, indices = contracted_neighbours(*problem.neighbours, point_of, len(sets))
    return Points(point_of, unit_of, slot, _curve(coordinates(problem)[unit_of]), indptr, indices)


def together(problem: Problem) -> list[list[int]]:
    """Units that may not be parted: groups and locks to one territory, with the corridors that connect them.

    What is out of reach but through a group takes that group along.
    """
    sets = [np.flatnonzero(problem.locked == t).tolist() for t in range(problem.territories)]
    sets = [s for s in sets if s]
    owner = np.full(problem.size, -1, dtype=np.int64)
    for number, members in enumerate(sets):
        owner[members] = number
    for group in problem.groups:
        known = owner[list(group)]
        if (known >= 0).any():
            number = int(known[known >= 0].min())
            sets[number] = sorted({*sets[number], *group})
        else:
            number = len(sets)
            sets.append(sorted(set(group)))
        owner[list(group)] = number
    if not problem.contiguous:
        return sets
    held = np.array([bool((problem.locked[members] >= 0).any()) for members in sets])
    for number in range(len(sets)):
        if not sets[number]:
            continue
        joined, whole = _connected(sets[number], number, owner, *problem.neighbours)
        while not whole and (through := _through(number, sets, owner, held, problem)):
            for other in through:
                owner[sets[other]] = number
                sets[number], sets[other] = sorted({*sets[number], *sets[other]}), []
            joined, whole = _connected(sets[number], number, owner, *problem.neighbours)
        owner[joined] = number
        sets[number] = joined
    return [members for members in sets if members]


def _through(number: int, sets: list[list[int]], owner: Ints, held: Flags, problem: Problem) -> list[int]:
    """The groups, free to go to any territory, that the corridors of a set in pieces must lead through; none where that does not join it."""
    passable = np.where((owner >= 0) & ~held[owner], -1, owner)
    found, whole = _connected(sets[number], number, passable, *problem.neighbours)
    return sorted({int(other) for other in owner[found]} - {-1, number}) if whole else []


def _connected(members: list[int], number: int, owner: Ints, indptr: I32, indices: I32) -> tuple[list[int], bool]:
    """``members`` and the shortest corridors over unowned units that join them, and whether all are joined; those out of reach stay apart."""
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
            left.discard(found)
            found = came[found]
    return sorted(inside | left), not left


def _seeds(problem: Problem, kept: list[list[int]], most: int) -> list[list[int]]:
    taken = {u for s in kept for u in s}
    if problem.size <= most:
        rest = [u for u in range(problem.size) if u not in taken]
    else:
        rest = [int(u) for u in problem.weighted if int(u) not in taken]
        if len(rest) > most:
            rest = _sample(problem, np.array(rest), most)
    sets = [*kept, *[[u] for u in rest]]
    if problem.contiguous:  # land that no seed reaches is a point of its own
        indptr, indices = problem.neighbours
        graph = csr_array((np.ones(len(indices), dtype=np.int8), indices, indptr), shape=(problem.size, problem.size))
        component = connected_components(graph, directed=False)[1]
        reached = {int(component[u]) for s in sets for u in s}
        for c in sorted(set(component.tolist()) - reached):
            sets.append([int(np.flatnonzero(component == c)[0])])
    return sets


def _sample(problem: Problem, units: Ints, count: int) -> list[int]:
    """Units at equal steps of load along a curve through space, so that every seed gathers about as much; those heavier than a step all of them."""
    weight = problem.load[units] + 0.25 * problem.load.sum() / problem.size  # thin country needs seeds too
    heavy = np.zeros(len(units), dtype=np.bool_)
    step = weight.sum() / count
    while np.any(more := ~heavy & (weight > step)):
        heavy |= more
        step = weight[~heavy].sum() / (count - heavy.sum())
    light = np.flatnonzero(~heavy)
    light = light[_curve(coordinates(problem)[units[light]])]
    at = np.searchsorted(np.cumsum(weight[light]), (np.arange(count - heavy.sum()) + 0.5) * step)
    return sorted({int(u) for u in units[np.append(np.flatnonzero(heavy), light[at])]})


def _curve(points: F64) -> Ints:
    """An order in which near points follow one another: halves along the widest side, over and over."""
    n = len(points)
    order, first = np.arange(n), np.zeros(min(n, 1), dtype=np.int64)
    while len(first) < n:
        size, here = np.diff(first, append=n), points[order]
        part = np.repeat(np.arange(len(first)), size)
        side = np.argmax(np.maximum.reduceat(here, first) - np.minimum.reduceat(here, first), axis=1)
        order = order[np.lexsort((here[np.arange(n), side[part]], part))]
        first = np.union1d(first, first + size // 2)
    return order


def coordinates(problem: Problem) -> F64:
    """Points of the units, or their order where none are known."""
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
    points = coordinates(problem)
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


def contracted_neighbours(indptr: I32, indices: I32, point_of: Ints, count: int) -> tuple[I32, I32]:
    """Which points touch, as CSR."""
    row = point_of[np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))]
    to = point_of[indices]
    apart = row != to
    return once(row[apart], to[apart], count)


def once(row: Ints, to: Ints, count: int) -> tuple[I32, I32]:
    """Pairs of points as CSR, each once."""
    pairs = np.unique(row * count + to)
    ptr = np.concatenate([[0], np.cumsum(np.bincount(pairs // count, minlength=count))]).astype(np.int32)
    return ptr, (pairs % count).astype(np.int32)


def contracted_ties(problem: Problem, point_of: Ints, count: int) -> tuple[I32, I32, F64]:
    """Ties between points, both ways: pointers, other point, hours."""
    ptr, to, hours = problem.tie_list
    row, other = point_of[np.repeat(np.arange(problem.size), np.diff(ptr))], point_of[to]
    apart = row != other
    key, back = np.unique((row * count + other)[apart], return_inverse=True)
    pointers = np.concatenate([[0], np.cumsum(np.bincount(key // count, minlength=count))]).astype(np.int32)
    return pointers, (key % count).astype(np.int32), np.bincount(back, weights=hours[apart], minlength=len(key)).astype(np.float64)
