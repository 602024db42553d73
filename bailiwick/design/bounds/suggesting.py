"""Bases that prices over all choices suggest: where the climb of that bound opens them, rounded to a whole number everywhere.

A search finds the best bases near those it begins with, not that a city has one too many and a plain far from it one too few: no exchange of two
bases shows that. Prices do. What they open in part is made whole between neighbours, so that every part of the country keeps as many as it should.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from bailiwick.design.bases.coarse import Coarse
from bailiwick.design.bases.dense import assess
from bailiwick.design.bases.substituting import narrower
from bailiwick.design.borders.fixed import with_bases
from bailiwick.design.borders.rough import problem_over
from bailiwick.design.bounds.climbing import of_points, task_of
from bailiwick.design.problem import Ints, Problem
from bailiwick.kernels.pairing import paired

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
LITTLE = 1e-4  # of a base, that is not worth looking at
SUBSIDY = 2.0  # times the dearest load in the plan, that load may cost


def suggested(problem: Problem, coarse: Coarse, stopped: Callable[[], bool], label: I32) -> Ints | None:
    """Points where bases should stand ``[territories]``; None where prices open fewer than there are territories, or where someone does not want to
    wait for them.

    label: a plan over the points, for what things cost about.
    """
    _, place, _ = assess(coarse.dense, label)
    if np.any(place < 0):
        return None
    few = problem_over(problem, coarse, coarse.known, candidates=np.flatnonzero(coarse.dense.eligible))
    share = leaning(replace(few, band=narrower(*few.band)), label, place.astype(np.int64), stopped)
    return None if share is None or stopped() else rounded(share, coarse.dense.travel, problem.territories)


def leaning(problem: Problem, label: I32, base: Ints, stopped: Callable[[], bool] = lambda: False) -> F64 | None:
    """How far each unit is open as a base at prices near the best ``[n]``, as many in all as territories; None where nothing is driven.

    label, base: a plan to begin from.
    """
    task = task_of(problem, label, base, lambda: not stopped(), lambda _: None)
    if task is None:
        return None
    begin = of_points(task, label, base, with_bases(problem, base).price, SUBSIDY)
    level = task.finest(begin.starts[1])
    seen = task.climbed(level, begin).seen
    if seen is None:
        return None
    share = np.zeros(problem.size)
    share[level.candidate[seen.bases]] = seen.share
    return share


def rounded(share: F64, travel: F32, count: int) -> Ints | None:
    """``count`` places, those that are open once what is open in part was made whole ``[count]``; None where too few are open at all.

    share: how far each place is open ``[n]``; travel: minutes between them ``[n, n]``.
    """
    some = np.flatnonzero(share > LITTLE)
    if len(some) < count:
        return None
    left = share[some] * (count / share[some].sum())
    paired(left, travel[np.ix_(some, some)].astype(np.float64))
    return np.sort(some[np.argsort(-left, kind="stable")[:count]])
