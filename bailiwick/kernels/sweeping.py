"""Whole rows of journeys over a network in order (``bailiwick.kernels.hierarchy``): one sweep up and one down for several sources.

PHAST (Delling, Goldberg, Nowatzyk & Werneck 2013, doi:10.1016/j.jpdc.2012.02.007), on roads that take as long both ways.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

from bailiwick.kernels.journeys import FAR, Network, miles_of, minutes_of

F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
LANES = 8  # sources of one sweep


@njit(cache=True, nogil=True)
def _climb(ranked: Network, far: I64) -> None:
    """Costs carried from every node that was reached to those above it, all lanes at once."""
    for v in range(len(ranked.pointer) - 2, -1, -1):
        least = FAR
        for lane in range(LANES):
            least = min(least, far[v, lane])
        if least == FAR:
            continue
        for e in range(ranked.pointer[v], ranked.pointer[v + 1]):
            u, more = ranked.to[e], ranked.cost[e]
            for lane in range(LANES):
                far[u, lane] = min(far[u, lane], far[v, lane] + more)


@njit(cache=True, nogil=True)
def _down(ranked: Network, far: I64) -> None:
    """And from those above to every node."""
    for v in range(len(ranked.pointer) - 1):
        for e in range(ranked.pointer[v], ranked.pointer[v + 1]):
            u, more = ranked.to[e], ranked.cost[e]
            for lane in range(LANES):
                far[v, lane] = min(far[v, lane], far[u, lane] + more)


@njit(cache=True, nogil=True)
def rows(ranked: Network, sources: I32, targets: I32) -> tuple[F32, F32]:
    """Minutes and miles from each source to each target: float32 ``[len(sources), len(targets)]``, infinite where no journey leads.

    ranked: the edges of each node to those above it; nodes by their place in the order, the most important first. sources, targets: places.
    """
    far = np.empty((len(ranked.pointer) - 1, LANES), np.int64)
    minutes, miles = np.empty((len(sources), len(targets)), np.float32), np.empty((len(sources), len(targets)), np.float32)
    for start in range(0, len(sources), LANES):
        some = min(LANES, len(sources) - start)
        far[:] = FAR
        for lane in range(some):
            far[sources[start + lane], lane] = 0
        _climb(ranked, far)
        _down(ranked, far)
        for lane in range(some):
            for t in range(len(targets)):
                found = far[targets[t], lane]
                minutes[start + lane, t] = minutes_of(found) if found < FAR else np.inf
                miles[start + lane, t] = miles_of(found) if found < FAR else np.inf
    return minutes, miles


@njit(cache=True, nogil=True)
def legs(ranked: Network, sources: I32, targets: I32) -> F32:
    """Minutes as of ``rows``, over those nodes alone that lie above a source or a target: for a few of both, near one another."""
    above = _above(ranked, np.concatenate((sources, targets)))
    at, to = np.searchsorted(above, sources).astype(np.int32), np.searchsorted(above, targets).astype(np.int32)
    minutes: F32 = rows(_among(ranked, above), at, to)[0]
    return minutes


@njit(cache=True, nogil=True)
def _above(ranked: Network, places: I32) -> I32:
    """The places, and all that edges lead up to from them, in order."""
    seen = np.zeros(len(ranked.pointer) - 1, np.bool_)
    seen[places] = True
    for v in range(places.max(), -1, -1):
        if seen[v]:
            for e in range(ranked.pointer[v], ranked.pointer[v + 1]):
                seen[ranked.to[e]] = True
    return np.flatnonzero(seen).astype(np.int32)


@njit(cache=True, nogil=True)
def _among(ranked: Network, above: I32) -> Network:
    """The edges of the places ``above``, numbered as they stand there: all of these lead to places that are there too."""
    number = np.empty(len(ranked.pointer) - 1, np.int32)
    pointer = np.zeros(len(above) + 1, np.int32)
    for i in range(len(above)):
        number[above[i]] = i
        pointer[i + 1] = pointer[i] + ranked.pointer[above[i] + 1] - ranked.pointer[above[i]]
    to, cost = np.empty(pointer[-1], np.int32), np.empty(pointer[-1], np.int64)
    for i in range(len(above)):
        first = ranked.pointer[above[i]]
        for e in range(pointer[i], pointer[i + 1]):
            to[e], cost[e] = number[ranked.to[first + e - pointer[i]]], ranked.cost[first + e - pointer[i]]
    return Network(pointer, to, cost)
