"""Annealings of the weight that moves, pressed into the band: over points first, over units where points are coarser."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bailiwick.design.bases.contract import Points
from bailiwick.design.borders.fixed import Based, Settling
from bailiwick.design.mending.undo import undone
from bailiwick.design.problem import Problem
from bailiwick.design.problem.limits import holdings, limits_of
from bailiwick.kernels.anneal_fixed import BARRED
from bailiwick.kernels.chance import generator

I32 = npt.NDArray[np.int32]
F64 = npt.NDArray[np.float64]
F32 = npt.NDArray[np.float32]
RINGS = 3  # territories around one that is out of band that may take part in mending it
MEND = 400  # proposals per point that takes part, five times
ENOUGH = 5
TRIALS, LEAST, WORTH = 8, 2, 6_000  # annealings at most and at least, and the points of all together that are worth more than the least
SIDE_BY_SIDE = 2  # trials at a time, whatever the machine: the same plan everywhere
PRESS = 4.0  # what load out of band costs, in the mean weight of as much load
DRIVE = 1e-3  # what a unit's longer drive counts beside its being moved
FINER = (1.0, 0.5)  # annealings over units from what those over points found


def around(problem: Problem, label: I32, territories: npt.ArrayLike, rings: int) -> npt.NDArray[np.bool_]:
    """Territories within ``rings`` borders of the given ones ``[territories]``."""
    inside = np.zeros(problem.territories, dtype=np.bool_)
    inside[np.asarray(territories, dtype=np.int64)] = True
    indptr, indices = problem.neighbours
    a, b = label[np.repeat(np.arange(problem.size), np.diff(indptr))], label[indices]
    for _ in range(rings):
        grown = inside.copy()
        grown[b[inside[a]]] = True
        inside = grown
    return inside


def out_of_band(based: Based, label: I32) -> npt.NDArray[np.bool_]:
    """Territories out of any band ``[territories]``."""
    low, high = limits_of(based.problem, based.base)
    held = holdings(based.problem, based.minutes, label)
    return np.asarray(((held < low - 1e-9) | (held > high + 1e-9)).any(axis=1))


@dataclass(frozen=True)
class Mending:
    """A plan to be mended. small: the problem over ``points``. begin: int32 by point, where each starts. weight: by unit."""

    based: Based
    small: Based
    points: Points
    begin: I32
    weight: F64
    seed: int

    def annealed(self, out: npt.NDArray[np.bool_], trials: int) -> list[I32]:
        """Labels by unit from at most so many trials, from ever more territories around those that are ``out`` until one is in band."""
        carried, best = self.points.sums(self.weight), (np.inf,)
        found: list[Settling] = []
        for rings in (RINGS, 2 * RINGS, self.small.problem.territories):
            part = np.flatnonzero(around(self.small.problem, self.begin, np.flatnonzero(out), rings)[self.begin]).astype(np.int32)
            count = min(trials, max(LEAST, WORTH // max(len(part), 1) if rings == RINGS else LEAST))
            found += _trials(self.small, self.begin, carried, part, [self.seed + number for number in range(count)])
            best = min(tuple(tried.best) for tried in found)
            if best[0] <= 1e-9:
                break
        return [tried.best_label[self.points.point_of].astype(np.int32) for tried in found if tried.best[0] <= max(1e-9, best[0])]

    def fewer(self, given: I32, labels: list[I32]) -> list[I32]:
        """Of each of ``labels``, less of what moved from ``given``."""
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            return list(pool.map(lambda label: self._fewer(given, label), labels))

    def _fewer(self, given: I32, label: I32) -> I32:
        """Less of what moved from ``given``: parts of points where these are coarse, and whatever can be taken back."""
        if out_of_band(self.based, label).any():
            return label
        if len(self.points) < self.based.problem.size:
            label = self._over_units(given, label)
        return undone(self.based, given, label, self.weight)

    def _over_units(self, given: I32, label: I32) -> I32:
        moved = np.flatnonzero(given != label)
        touched = around(self.based.problem, label, np.union1d(given[moved], label[moved]), 0)
        part = np.flatnonzero(touched[label]).astype(np.int32)
        made = _settling(self.based, given, label, self.weight, part, self.seed)
        for hot in FINER:
            made.label[:] = made.best_label
            made.anneal(hot, 0.01, MEND * len(part), part)
        found = made.best_label.astype(np.int32)
        return label if out_of_band(self.based, found).any() else found


def _trials(small: Based, begin: I32, weight: F64, part: I32, seeds: list[int]) -> list[Settling]:
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        return list(pool.map(lambda seed: _pressed(small, begin, weight, part, seed), seeds))


def _pressed(small: Based, begin: I32, weight: F64, part: I32, seed: int) -> Settling:
    """Annealings of the weight moved, pressed into the band."""
    made = _settling(small, begin, begin, weight, part, seed)
    for turn, hot in enumerate((3.0, 1.0, 0.5, 1.0, 0.5, 3.0, 2.0, 3.0, 2.0, 1.0)):
        if turn >= ENOUGH and made.best[0] <= 1e-9:
            break
        if turn >= ENOUGH:  # not yet in band: press harder
            made.penalty *= 1.5
        made.label[:] = made.best_label
        made.anneal(hot, 0.01, MEND * len(part), part)
    return made


def _settling(based: Based, given: I32, label: I32, weight: F64, part: I32, seed: int) -> Settling:
    """An annealing from ``label`` of the weight moved from ``given``, each int32 by unit (or point) of ``based``."""
    cost = _moving(based, given, weight, part)
    made = Settling(replace(based, cost=cost, driven=based.hours), label, generator(seed * 2 + 1))
    made.unit = max(float(np.median(weight[weight > 0])) if (weight > 0).any() else 1.0, 1e-9)
    made.penalty[:-1] = PRESS * float(weight.sum()) / np.maximum(based.problem.amounts.sum(axis=0), 1e-12)
    made.penalty[-1] = PRESS * float(weight.sum()) / max(float(made.ground.moved_weight.sum()), 1e-12)
    made.ground.slope[:] = 1.0
    return made


def _moving(based: Based, label: I32, weight: F64, part: I32) -> F32:
    """Cost of moving rather than of driving: its weight where a unit leaves, and a little of what the drive grows by."""
    rows = np.arange(len(label))
    own = based.cost[rows, label][:, None]
    growth = (based.cost - own) * np.float32(DRIVE / max(float(np.abs(own).mean()), 1e-9))
    small = np.float32(max(float(weight.sum()), 1.0) / len(weight) * 1e-3)  # land without accounts is not moved for nothing
    cost = np.where(based.cost >= BARRED / 100, based.cost, growth + weight.astype(np.float32)[:, None] + small)
    cost[rows, label] = 0.0
    fixed = np.ones(len(label), dtype=np.bool_)
    fixed[part] = False
    cost[fixed] = np.float32(BARRED)
    cost[fixed, label[fixed]] = 0.0
    return np.ascontiguousarray(cost, dtype=np.float32)
