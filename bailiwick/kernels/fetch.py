"""A territory fetches, over whatever lies between, all the work far off that is cheaper in it at the prices of load.

Moves of single units never get there: each step of the way costs something, what waits at its end pays only as a whole, and then the
territory is too full until it gives up what was dear. What to fetch is a prize-collecting Steiner tree, grown greedily by
cheapest paths (Takahashi & Matsuyama 1980, for trees with all ends given); a trial tells what it is worth.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

from bailiwick.kernels.anneal_fixed import BARRED
from bailiwick.kernels.neighbourhood import Country, pulls, several
from bailiwick.kernels.shortest_paths import spread
from bailiwick.kernels.trial import trial

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
U64 = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
PATHS = 60  # that one fetching follows at most
WIDEST = 16  # territories settled together, with those that give and those that may take
STEP = 1e-6  # of the cost of a median unit: of equal ways the shorter
WORTH, PATH_WORTH = 2e-3, 1e-4  # of the mean cost of a territory, that fetching must save at the prices of load, and each path of it
LONGER = 4  # times the proposals of a brief trial, at most
PATIENCE, MOST = 5, 10  # settlings that bring nothing before a trial is given up, and at most in it


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
def hopes(country: Country, label: I32, regions: I32, own: Flags, hope: F64, giver: I32) -> None:
    """What each of ``regions`` would save by fetching, at the prices of load, and from whom most of it, into ``hope`` and ``giver`` ``[k]``.

    giver: the territory itself where there is nothing to fetch.
    """
    saved = np.zeros(len(own))
    for region in regions:
        taken = fetched(country, label, region, own)
        hope[region], giver[region] = 0.0, region
        for u in taken:
            gain = float(country.priced[u, label[u]]) - float(country.priced[u, region])
            hope[region] += gain
            saved[label[u]] += gain
        if len(taken):
            giver[region] = label[taken][np.argmax(saved[label[taken]])]
            saved[label[taken]] = 0.0


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
def fetch(country: Country, label: I32, region: int, own: Flags, slot: I32, at: I32, longer: int, state: U64) -> tuple[int, F64]:
    """Let ``region`` fetch and settle around it, in place where that is better.

    Returns the proposals it took, and by how much less is outside and how many hours it saved ``[2]``.

    own: territories that may change; slot, at, longer: as of ``trial``.
    """
    taken = fetched(country, label, region, own)
    if len(taken) == 0:
        return len(label), np.zeros(2)
    among = _concerned(country, label, region, own, taken, state)
    to = np.full(len(taken), region, np.int32)
    took, saved = trial(country, label, among, taken, to, longer, PATIENCE, MOST, slot, at, state)
    return took, saved
