"""A territory fetches, over whatever lies between, all the work far off that is cheaper in it at the prices of load.

Moves of single units never get there: each step of the way costs something, what waits at its end pays only as a whole, and then the
territory is too full until it gives up what was dear. What to fetch is a prize-collecting Steiner tree, grown greedily by
cheapest paths (Takahashi & Matsuyama 1980, for trees with all ends given); a neighbourhood settled from there tells what it is worth.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

from bailiwick.kernels.anneal_fixed import BARRED, Ground, settle
from bailiwick.kernels.anneal_free import uniform
from bailiwick.kernels.contiguity import connected, grow
from bailiwick.kernels.neighbourhood import COLD, HEATS, Country, better, cut_out, pulls, several
from bailiwick.kernels.shortest_paths import spread

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
U64 = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
PATHS = 60  # that one fetching follows at most
WIDEST = 16  # territories settled together, with those that give and those that may take
STEP = 1e-6  # of the cost of a median unit: of equal ways the shorter
WORTH, PATH_WORTH = 2e-3, 1e-4  # of the mean cost of a territory, that fetching must save at the prices of load, and each path of it
PROPOSALS, LONGER = 75, 4  # per unit, of one settling, briefly; times as many at most
PATIENCE, MOST = 5, 10  # settlings that bring nothing before it is given up, and at most in a trial


@njit(cache=True, nogil=True)
def fetched(country: Country, label: I32, region: int, own: Flags) -> I32:
    """Units that ``region`` would take from territories of ``own``, with those on the way; none where that saves too little at the prices of load."""
    ground = country.ground
    n, cost = len(label), 0.0
    gain, toll = np.zeros(n), np.zeros(n)  # hours saved by taking a unit; hours that passing it costs
    most = 0.0
    for u in range(n):
        j = label[u]
        cost += ground.cost[u, j]
        if j == region:
            continue
        if not own[j] or ground.frozen[u] or ground.cost[u, region] >= BARRED:
            toll[u] = np.inf
            continue
        gain[u] = float(country.priced[u, j]) - float(country.priced[u, region])
        toll[u] = max(-gain[u], 0.0) + STEP * country.unit
        most = max(most, gain[u])
    mean = cost / len(own)
    far, before = np.full(n, np.nextafter(most, np.inf)), np.full(n, -1, np.int32)  # no further than the most that a unit saves
    taken, count, saved = np.empty(n, np.int32), 0, 0.0
    spread(toll, ground.indptr, ground.indices, np.flatnonzero(label == region).astype(np.int32), far, before)
    for _ in range(PATHS):
        end, best = -1, PATH_WORTH * mean
        for u in range(n):
            if before[u] >= 0 and far[u] > 0.0 and gain[u] - (far[u] - toll[u]) > best:
                end, best = u, gain[u] - (far[u] - toll[u])
        if end < 0:
            break
        saved += best
        first = count
        while far[end] > 0.0:
            taken[count] = end
            count += 1
            far[end] = 0.0
            end = before[end]
        spread(toll, ground.indptr, ground.indices, taken[first:count], far, before)
    return taken[: count if saved >= WORTH * mean else 0]


@njit(cache=True, nogil=True)
def _concerned(country: Country, label: I32, region: int, own: Flags, taken: I32, state: U64) -> I32:
    """The territory that fetches, those that give, and some that would take what it must give up."""
    concerned = np.zeros(len(own), np.bool_)
    concerned[region] = True
    concerned[label[taken]] = True
    pull = pulls(country, label, own, region, 0.0)
    pull[concerned] = 0.0
    concerned[several(pull, WIDEST - concerned.sum(), state)] = True
    return np.flatnonzero(concerned).astype(np.int32)


@njit(cache=True, nogil=True)
def _whole(here: Ground, priced: F32, label: I32) -> I32:
    """``label`` with what was cut off given to whom it borders on; empty where that cannot be."""
    joined: I32 = grow(here.indptr, here.indices, priced, connected(here.indptr, here.indices, label, here.base))
    for u in range(len(label)):
        if joined[u] < 0 or here.cost[u, joined[u]] >= BARRED or (here.frozen[u] and joined[u] != label[u]):
            return label[:0]
    return joined


@njit(cache=True, nogil=True)
def fetch(country: Country, label: I32, region: int, own: Flags, slot: I32, at: I32, longer: int, state: U64) -> tuple[I32, int, F64]:
    """Let ``region`` fetch and settle around it, in place where that is better.

    Returns the territories that may have changed, the proposals it took, and by how much less is outside and how many hours it saved ``[2]``.

    own: territories that may change; slot ``[k]`` and at ``[n]``, all -1; they are left so. longer: times the proposals of a brief trial.
    """
    taken = fetched(country, label, region, own)
    if len(taken) == 0:
        return taken, len(label), np.zeros(2)
    among = _concerned(country, label, region, own, taken, state)
    slot[among] = np.arange(len(among), dtype=np.int32)
    active, here, priced, begin, proposed = cut_out(country, label, among, slot, at)
    penalty, found, best = country.penalty.copy(), begin.copy(), np.full(2, np.inf)
    steps, cold, done = PROPOSALS * longer * len(active), COLD * country.unit, len(label)
    settle(here, proposed, begin, cold, cold, 0, penalty, state, found, best)
    before = best.copy()
    begin[at[taken]] = slot[region]
    begin = _whole(here, priced, begin)
    at[active] = -1
    slot[among] = -1
    if len(begin) == 0:
        return taken[:0], done, np.zeros(2)
    best[:] = np.inf
    left = PATIENCE
    for _ in range(MOST):
        kept, was = best[0], best[1]
        hot = HEATS[int(uniform(state) * len(HEATS))] * country.unit
        settle(here, proposed, begin, hot, cold, steps, penalty, state, found, best)
        done += steps
        left = PATIENCE if best[0] < kept or (best[0] == kept and best[1] < was - 1e-6 * abs(was)) else left - 1
        begin[:] = found
        if left == 0:
            break
    if not better(best, before):
        return taken[:0], done, np.zeros(2)
    label[active] = among[found]
    return among, done, before - best
