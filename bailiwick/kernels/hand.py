"""What is heavy goes over to another territory at once, with the way to it, and all around settle anew.

A unit that fills a good part of a territory cannot move alone: giver and taker would both be far out of their bands until a dozen
territories have made up for it, and no step of that way is better than the one before.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

from bailiwick.kernels.anneal_fixed import BARRED
from bailiwick.kernels.neighbourhood import Country, pulls
from bailiwick.kernels.shortest_paths import spread
from bailiwick.kernels.trial import trial

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
U64 = npt.NDArray[np.uint64]
STEP = 1e-3  # of the cost of a median unit: of ways that cost the same the shorter
LONGEST = 0.3  # of the mean cost of a territory, that the way may cost at the prices of load
BESIDE = 1e-3  # of the cost of a median unit, that each border ties: where nothing else does, neighbours belong together
LONGER, PATIENCE, MOST = 4, 4, 9  # times the proposals of a brief trial; settlings that bring nothing before it is given up, and at most


@njit(cache=True, nogil=True)
def way(country: Country, label: I32, member: I32, region: int) -> I32:
    """Units between ``region`` and the nearest ``member`` of what it is to get, cheapest at the prices of load; itself with it. None = no way."""
    ground = country.ground
    cost, priced, frozen, n = ground.cost, country.priced, ground.frozen, len(label)
    toll, mean = np.empty(n), 0.0
    for u in range(n):
        mean += cost[u, label[u]] / cost.shape[1]
        toll[u] = max(float(priced[u, region]) - float(priced[u, label[u]]), 0.0) + STEP * country.unit
        if frozen[u] or cost[u, region] >= BARRED:
            toll[u] = np.inf
    for u in member:
        if np.isinf(toll[u]):
            return member[:0]
        toll[u] = 0.0
    far, before = np.full(n, LONGEST * mean), np.full(n, -1, np.int32)
    spread(toll, ground.indptr, ground.indices, np.flatnonzero(label == region).astype(np.int32), far, before)
    end = -1
    for u in member:
        if before[u] >= 0 and (end < 0 or far[u] < far[end]):
            end = u
    found, count = np.empty(n, np.int32), 0
    while end >= 0 and label[end] != region:
        found[count] = end
        count += 1
        end = before[end]
    return found[:count]


@njit(cache=True, nogil=True)
def around(country: Country, label: I32, first: I32, most: int) -> I32:
    """The territories ``first`` and, one by one, those most tied to them, ``most`` in all."""
    every = np.ones(country.ground.cost.shape[1], np.bool_)
    found, count = np.empty(max(most, len(first)), np.int32), len(first)
    found[:count] = first
    pull = np.zeros(len(every))
    for i in range(len(found)):
        if i == count:
            pull[found[:count]] = 0.0
            other = int(np.argmax(pull))
            if pull[other] == 0.0:
                break
            found[count] = other
            count += 1
        pull += pulls(country, label, every, found[i], BESIDE * country.unit)
    return found[:count]


@njit(cache=True, nogil=True)
def hand_over(country: Country, label: I32, member: I32, region: int, wide: int, slot: I32, at: I32, state: U64) -> tuple[int, F64]:
    """Give ``member`` to ``region`` with the way there and settle about ``wide`` territories around, in place where that is better.

    Returns the proposals it took, and by how much less is outside and how many hours it saved ``[2]``. slot, at: as of ``trial``.
    """
    path = way(country, label, member, region)
    if len(path) == 0:
        return len(label), np.zeros(2)
    unit = np.concatenate((member, path))
    concerned = np.zeros(country.ground.cost.shape[1], np.bool_)
    concerned[label[unit]] = True
    concerned[region] = True
    among = around(country, label, np.flatnonzero(concerned).astype(np.int32), wide)
    to = np.full(len(unit), region, np.int32)
    took, saved = trial(country, label, among, unit, to, LONGER, PATIENCE, MOST, slot, at, state)
    return took, saved
