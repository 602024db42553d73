"""Bases that the search chose, brought to where forbidden pairs and today's alignment want them: it does not know the numbers of territories."""

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from bailiwick.design.bases.recentre import recentre
from bailiwick.design.problem import Ints, Problem
from bailiwick.model.errors import InfeasibleError

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
MOST = 50  # units tried as a base instead


def allowed(problem: Problem, base: Ints, label: I32) -> tuple[Ints, I32]:
    """Bases and labels with no base forbidden to its own territory, as few forbidden units where they may not be as numbers can do.

    Raises InfeasibleError when no unit may be the base of a territory.
    """
    if not problem.barred and problem.today is None:
        return base, label
    base, label = _renumbered(problem, base, label)
    for t in np.flatnonzero(problem.slots < 0).tolist():
        if (int(base[t]), t) in problem.barred:
            base[t] = _instead(problem, base, label, t)
            label[base[t]] = t
    return base, label


def _renumbered(problem: Problem, base: Ints, label: I32) -> tuple[Ints, I32]:
    """Free territories of one size change numbers where that keeps forbidden pairs and leaves accounts with who has them today."""
    low, high = problem.bands
    free = np.flatnonzero(problem.slots < 0)
    free = free[~np.isin(free, problem.locked)]
    number = np.arange(problem.territories)
    for size in np.unique(np.column_stack([low[free, 0], high[free, 0]]), axis=0):
        alike = free[(low[free, 0] == size[0]) & (high[free, 0] == size[1])]
        found = linear_sum_assignment(_wrong(problem, base, label, alike))[1]
        number[alike] = alike[found]
    moved = base.copy()
    moved[number] = base
    return moved, number[label].astype(np.int32)


def _wrong(problem: Problem, base: Ints, label: I32, alike: Ints) -> F64:
    """What would be forbidden if the territory of each row had the number of each column ``[alike, alike]``."""
    at = np.full(problem.territories, -1)
    at[alike] = np.arange(len(alike))
    cost = np.full((len(alike), len(alike)), 1e-6)
    np.fill_diagonal(cost, 0.0)
    for unit, t in problem.barred:
        if at[t] >= 0 and at[label[unit]] >= 0:
            cost[at[label[unit]], at[t]] += 1.0 + len(problem.barred) * (base[label[unit]] == unit)
    today = problem.today
    if today is not None and today.weight.sum() > 0:
        has = np.flatnonzero((today.territory >= 0) & (label >= 0))
        has = has[(at[label[has]] >= 0) & (at[today.territory[has]] >= 0)]
        kept = np.bincount(at[label[has]] * len(alike) + at[today.territory[has]], weights=today.weight[has], minlength=len(alike) ** 2)
        cost -= 0.9 * kept.reshape(cost.shape) / float(today.weight.sum())
    return cost


def standing(problem: Problem) -> tuple[Ints, I32] | None:
    """Today's territories as a start, each based at its middle; None where little keeps a plan near them, or one has no place for a base."""
    today = problem.today
    if today is None or not (np.isfinite(today.limit) or today.bonus):
        return None
    label, base = today.territory.astype(np.int32), problem.slots.copy()
    candidates = problem.base_candidates
    for t in np.flatnonzero(base < 0).tolist():
        mine = candidates[(label[candidates] == t) & ((problem.locked[candidates] < 0) | (problem.locked[candidates] == t))]
        mine = mine[[(int(u), t) not in problem.barred for u in mine]] if len(mine) else mine
        if not len(mine):
            return None
        base[t] = mine[np.argmax(problem.trips[mine])]
    if np.any(label < 0) and not problem.contiguous:
        return None
    return recentre(problem, label, base), label


def _instead(problem: Problem, base: Ints, label: I32, territory: int) -> int:
    """The cheapest base of a territory that is not forbidden to it: of its own units, else the nearest of others."""
    held = problem.locked[problem.base_candidates]
    may_be = problem.base_candidates[(held < 0) | (held == territory)]
    may_be = np.array([u for u in may_be.tolist() if (u, territory) not in problem.barred and u not in set(base.tolist())], dtype=np.int64)
    if not len(may_be):
        raise InfeasibleError(f"no unit may be the base of territory {territory + 1}: every candidate is forbidden to it or taken; allow one")
    own = may_be[label[may_be] == territory]
    mine = np.flatnonzero((label == territory) & (problem.trips > 0))
    if not len(own):
        return int(may_be[np.argmin(problem.travel.legs(base[[territory]], may_be)[0])])
    own = own[np.argsort(-problem.trips[own], kind="stable")[:MOST]]
    if not len(mine):
        return int(own[0])
    return int(own[np.argmin(problem.travel.legs(own, mine).astype(np.float64) @ problem.trips[mine])])
