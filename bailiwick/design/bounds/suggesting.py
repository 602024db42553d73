"""Bases that prices over all choices suggest: where the climb of that bound opens them, rounded to a whole number everywhere.

A search finds the best bases near those it begins with, not that a city has one too many and a plain far from it one too few: no exchange of two
bases shows that. Prices do. What they open in part is gathered around where most is open, as much as makes one base each (rounding by clusters:
Shmoys, Tardos & Aardal 1997, doi:10.1145/258533.258600).
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from bailiwick.design.bases.coarse import Coarse
from bailiwick.design.bases.dense import assess
from bailiwick.design.borders.fixed import with_bases
from bailiwick.design.borders.rough import problem_over
from bailiwick.design.bounds.climbing import of_points, task_of
from bailiwick.design.problem import Ints, Problem

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
SPARED = 1 / 15  # of a band's width, at each end of it that prices know nothing of: points are whole, and what is searched on them needs room
LITTLE = 1e-4  # of a base, that is not worth looking at


def suggested(problem: Problem, coarse: Coarse, stopped: Callable[[], bool], label: I32) -> I32 | None:
    """Regions around the bases that prices suggest, by point ``[points]``; None where they suggest fewer than there are territories, or where
    someone does not want to wait for them.

    label: a plan over the points, for what things cost about.
    """
    _, place, _ = assess(coarse.dense, label)
    if np.any(place < 0):
        return None
    few = problem_over(problem, coarse, coarse.known, candidates=np.flatnonzero(coarse.dense.eligible))
    low, high = few.band
    share = leaning(replace(few, band=(low + SPARED * (high - low), high - SPARED * (high - low))), label, place.astype(np.int64), stopped)
    base = None if share is None or stopped() else rounded(share, coarse.dense.travel, problem.territories)
    if base is None:
        return None
    found: I32 = np.argmin(coarse.dense.travel[base], axis=0).astype(np.int32)
    found[base] = np.arange(len(base))
    return found


def leaning(problem: Problem, label: I32, base: Ints, stopped: Callable[[], bool] = lambda: False) -> F64 | None:
    """How far each unit is open as a base at prices near the best ``[n]``, as many in all as territories; None where nothing is driven.

    label, base: a plan to begin from.
    """
    task = task_of(problem, label, base, lambda: not stopped(), lambda _: None)
    if task is None:
        return None
    begin = of_points(task, label, base, with_bases(problem, base).price)
    level = task.finest(begin.starts[1])
    seen = task.climbed(level, begin).seen
    if seen is None:
        return None
    share = np.zeros(problem.size)
    share[level.candidate[seen.bases]] = seen.share
    return share


def rounded(share: F64, travel: F32, count: int) -> Ints | None:
    """``count`` places, each in the middle of the nearest that are open by one base in all ``[count]``; None where too few are open at all.

    share: how far each place is open ``[n]``; travel: minutes between them ``[n, n]``.
    """
    some = np.flatnonzero(share > LITTLE)
    if len(some) < count:
        return None
    left, free, found = share[some], np.ones(len(some), dtype=np.bool_), []
    for _ in range(count):
        order = np.argsort(travel[some[np.argmax(left)], some], kind="stable")
        held = np.cumsum(left[order])
        inside = order[: int(np.searchsorted(held, min(1.0, held[-1]) - 1e-9)) + 1]
        spare = max(float(held[len(inside) - 1]) - 1.0, 0.0)
        part = left[inside].copy()
        part[-1] -= spare
        far = travel[np.ix_(some[inside], some[inside])] @ part
        at = inside[np.argmin(np.where(free[inside], far, np.inf))] if free[inside].any() else order[free[order]][0]
        free[at] = False
        left[inside], left[inside[-1]] = 0.0, spare
        found.append(int(some[at]))
    return np.array(found, dtype=np.int64)
