"""Moves of a mended plan taken back where all stays in band and in one piece without them.

Mending moves busy units with the land around them, and several at once; some of what moved is not needed once the rest has.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from bailiwick.design.borders.fixed import Based
from bailiwick.design.problem import Ints
from bailiwick.design.problem.limits import holdings, limits_of, moved_of
from bailiwick.kernels.anneal_fixed import BARRED
from bailiwick.kernels.contiguity import connected

I32 = npt.NDArray[np.int32]
F64 = npt.NDArray[np.float64]
PASSES = 4  # over all moves; what is taken back makes room for others


@dataclass
class Undoing:
    """A plan while moves are taken back. given, label: int32 by unit before and after mending; label changes. held: ``[k, measures]``. away: weight
    that has left today's territories.
    """

    based: Based
    given: I32
    label: I32
    held: F64
    away: float

    def take_back(self, units: Ints) -> bool:
        """The units to where they came from, if all of it is allowed; otherwise nothing."""
        touched = np.unique(np.concatenate([self.given[units], self.label[units]]))
        tried = self.label.copy()
        tried[units] = self.given[units]
        held, away = self._after(units), self.away + self._away(units)
        low, high = limits_of(self.based.problem, self.based.base)
        if ((held[touched] < low[touched] - 1e-9) | (held[touched] > high[touched] + 1e-9)).any() or not self._may_leave(away):
            return False
        if self.based.problem.contiguous and not self._whole(tried, touched):
            return False
        self.label, self.held, self.away = tried, held, away
        return True

    def _whole(self, label: I32, territories: Ints) -> bool:
        """Whether each of these territories is in one piece with its base: the others are as they were."""
        reached = connected(*self.based.problem.neighbours, label, self.based.base[territories].astype(np.int32))
        part = np.zeros(self.based.problem.territories, dtype=np.bool_)
        part[territories] = True
        return not (reached[part[label]] < 0).any()

    def _after(self, units: Ints) -> F64:
        problem, held = self.based.problem, self.held.copy()
        for territory, sign in ((self.given[units], 1.0), (self.label[units], -1.0)):
            amount = problem.amounts[units].copy()
            if problem.drive_load:
                amount[:, 0] += problem.drive_load * 2.0 * problem.trips[units] * self.based.minutes[territory, units].astype(np.float64) / 60.0
            np.add.at(held, territory, sign * amount)
        return held

    def _away(self, units: Ints) -> float:
        today = self.based.problem.today
        if today is None:
            return 0.0
        held = today.weight[units] * (today.territory[units] >= 0)
        left = (today.territory[units] != self.given[units]).astype(float) - (today.territory[units] != self.label[units])
        return float((held * left).sum())

    def _may_leave(self, away: float) -> bool:
        today = self.based.problem.today
        return today is None or away <= max(today.limit, self.away)


def undone(based: Based, given: I32, label: I32, weight: F64) -> I32:
    """``label`` with as much of what moved from ``given`` taken back as may be, the heaviest first. label: in band. weight: by unit."""
    problem = based.problem
    undoing = Undoing(based, given, label.copy(), holdings(problem, based.minutes, label), moved_of(problem, label))
    for _ in range(PASSES):
        if not any([undoing.take_back(units) for units in _takeable(based, given, undoing.label, weight)]):
            break
    return undoing.label


def _takeable(based: Based, given: I32, label: I32, weight: F64) -> list[Ints]:
    """Sets of moved units that may go back: connected ones that moved alike, single ones, groups; the heaviest first."""
    problem = based.problem
    moved = np.flatnonzero(given != label)
    if not len(moved):
        return []
    kin = _kin(based, moved)
    whole = _parts(based, given, label, moved, kin)
    found = {tuple(np.sort(moved[part == number]).tolist()) for part in (kin, whole) for number in np.unique(part)}
    held = problem.locked >= 0
    held[based.base] = True
    stays = held | (based.cost[np.arange(len(given)), given] >= BARRED / 100)
    for group in problem.groups:
        members = list(group)
        stays[members] |= bool(stays[members].any() or (given[members] == label[members]).any() or len(np.unique(given[members])) > 1)
    sets = [np.array(units, dtype=np.int64) for units in found if not stays[list(units)].any()]
    return sorted(sets, key=lambda units: (-float(weight[units].sum()), len(units), units.tolist()))


def _kin(based: Based, moved: Ints) -> Ints:
    """Number of the group of each moved unit, or of itself."""
    at = {int(u): i for i, u in enumerate(moved)}
    pairs = [(at[group[0]], at[u]) for group in based.problem.groups for u in group if u in at and group[0] in at]
    rows, columns = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return _components(rows, columns, len(moved))


def _parts(based: Based, given: I32, label: I32, moved: Ints, kin: Ints) -> Ints:
    """Number of the connected part of each moved unit: of neighbours, and groups, that moved alike."""
    indptr, indices = based.problem.neighbours
    at = np.full(len(given), -1, dtype=np.int64)
    at[moved] = np.arange(len(moved))
    row = np.repeat(moved, np.diff(indptr)[moved])
    to = np.concatenate([indices[indptr[u] : indptr[u + 1]] for u in moved])
    alike = (at[to] >= 0) & (given[row] == given[to]) & (label[row] == label[to])
    first = np.unique(kin, return_index=True)[1][np.unique(kin, return_inverse=True)[1]]
    rows, columns = np.concatenate([at[row[alike]], np.arange(len(moved))]), np.concatenate([at[to[alike]], first])
    return _components(rows, columns, len(moved))


def _components(rows: Ints, columns: Ints, count: int) -> Ints:
    """Number of the component of each of ``count`` nodes that these pairs join."""
    graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)
