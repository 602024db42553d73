"""The best base of each territory for the units it holds."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from bailiwick.design.problem import Ints, Problem

I32 = npt.NDArray[np.int32]
TRIED = 6
THREADS = 2


def recentre(problem: Problem, label: I32, base: Ints, tried: int = TRIED) -> Ints:
    """Move each free base to the unit of its territory that costs least by road among the ``tried`` nearest to the straight-line best.

    The exact discrete median when a territory holds ``tried`` candidates or fewer.
    """
    may_be = np.zeros(problem.size, dtype=np.bool_)
    may_be[problem.base_candidates] = True
    order = np.argsort(label, kind="stable")
    ends = np.searchsorted(label[order], np.arange(problem.territories + 1))

    def best(t: int) -> int:
        mine = order[ends[t] : ends[t + 1]]
        choice = mine[(may_be[mine] | (mine == base[t])) & ((problem.locked[mine] == t) | (problem.locked[mine] < 0))]
        if problem.barred:
            choice = choice[[(u, t) not in problem.barred for u in choice.tolist()]]
        return _best(problem, mine, choice, int(base[t]), tried)

    found = base.copy()
    may_be[base] = False  # a base that stays must not become another's: labels need not hold bases in their own territories
    free = np.flatnonzero(problem.slots < 0)
    with ThreadPoolExecutor(THREADS) as pool:
        found[free] = list(pool.map(best, free.tolist()))
    return found


def _best(problem: Problem, mine: Ints, choice: Ints, now: int, tried: int) -> int:
    """The unit among ``choice`` that serves ``mine`` at the least cost; ``now`` where none is better."""
    busy = mine[problem.trips[mine] > 0]
    if not len(busy) or not len(choice):
        return now
    picked = _promising(problem, choice, busy, now, tried)
    cost = problem.travel.legs(picked, busy).astype(np.float64) @ problem.trips[busy]
    if problem.base_capacity is not None:
        cost = np.where(problem.base_capacity[picked] >= problem.load[mine].sum() - 1e-9, cost, np.inf)
    best, at = int(np.argmin(cost)), int(np.flatnonzero(picked == now)[0])
    return int(picked[best]) if cost[best] < cost[at] * (1 - 1e-9) else now


def _promising(problem: Problem, choice: Ints, busy: Ints, now: int, tried: int) -> Ints:
    if problem.points is None or len(choice) <= tried:
        picked = choice if len(choice) <= 4 * tried else choice[np.argsort(-problem.trips[choice], kind="stable")[:tried]]
    else:
        points, trips = problem.points, problem.trips[busy]
        rough = choice if len(choice) <= 800 else choice[np.argsort(-problem.trips[choice], kind="stable")[:800]]
        cost = np.zeros(len(rough))
        for start in range(0, len(rough), 200):
            part = rough[start : start + 200]
            gaps = points[part][:, None, :] - points[busy][None, :, :]
            cost[start : start + len(part)] = np.sqrt((gaps**2).sum(axis=2)) @ trips
        picked = rough[np.argsort(cost, kind="stable")[:tried]]
    return np.unique(np.append(picked, now))
