"""Whether a region stays in one piece when a unit leaves it, and what hangs on that unit alone.

Walks start from every side of the unit at once, a step each in turn, until they have met or one can go no further. What a unit cuts off is most
often small, so that the walk there ends long before one around the whole region would.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from bailiwick.kernels.compiled import uncounted

I32 = npt.NDArray[np.int32]
U64 = npt.NDArray[np.uint64]
LAST_STAMP = 2_000_000_000
FIRST, LAST, HERE, MET = range(4)  # rows of ``Walks.side``
BITS = 64  # neighbours of a unit that are known to touch one another or not; each further one is taken for a side of its own
ONE = np.uint64(1)


class Walks(NamedTuple):
    """Scratch. mark: int32 ``[n]``, ``stamp + 1 + side`` where a side's walk has been; after: ``[n]`` the unit it came to next.

    side: ``[4, sides]`` first and last unit of its walk, the next to look around from (-1 = none left), the side it has met, itself where it
    has met none before. beside: uint64 by entry of the neighbour list, which of the unit's first ``BITS`` neighbours that one touches, a bit each.
    """

    mark: I32
    after: I32
    side: I32
    stamp: I32
    beside: U64


@njit(cache=True, nogil=True)
def scratch(indptr: I32, indices: I32) -> Walks:
    """Scratch for a neighbour list; no unit has more sides than neighbours."""
    n, most = len(indptr) - 1, 1
    for u in range(n):
        most = max(most, indptr[u + 1] - indptr[u])
    mark, beside = np.zeros(n, np.int32), _beside(indptr, indices)
    return Walks(mark, np.empty(n, np.int32), np.empty((4, most), np.int32), np.zeros(1, np.int32), beside)


@njit(cache=True, nogil=True)
def _beside(indptr: I32, indices: I32) -> U64:
    place, beside = np.full(len(indptr) - 1, -1, np.int32), np.zeros(len(indices), np.uint64)
    for u in range(len(indptr) - 1):
        first, last = indptr[u], min(indptr[u + 1], indptr[u] + BITS)
        for e in range(first, last):
            place[indices[e]] = e - first
        place[u] = -1
        for e in range(first, last):
            v = indices[e]
            for other in range(indptr[v], indptr[v + 1]):
                at = place[indices[other]]
                if at >= 0:
                    beside[e] |= ONE << np.uint64(at)
        for e in range(first, last):
            place[indices[e]] = -1
    return beside


@uncounted
def _met(sides: I32, side: int) -> int:
    """The side that stands for all that have met ``side``."""
    while sides[MET, side] != side:
        side = sides[MET, side]
    return side


@uncounted
def _come_to(walks: Walks, side: int, v: int) -> None:
    """The walk of ``side`` goes on to ``v``."""
    walks.mark[v] = walks.stamp[0] + 1 + side
    walks.after[v] = -1
    if walks.side[FIRST, side] < 0:
        walks.side[FIRST, side] = v
    else:
        walks.after[walks.side[LAST, side]] = v
    walks.side[LAST, side] = v
    if walks.side[HERE, side] < 0:
        walks.side[HERE, side] = v


@uncounted
def _sides(u: int, label: I32, indptr: I32, indices: I32, walks: Walks) -> int:
    """Begin a walk from every side of ``u``: neighbours in its region that touch one another are one side. Returns how many there are.

    Where there is but one, no walk is begun.
    """
    mine, first, last = label[u], indptr[u], min(indptr[u + 1], indptr[u] + BITS)
    same, further = np.uint64(0), 0
    for e in range(first, last):
        if label[indices[e]] == mine and indices[e] != u:
            same |= ONE << np.uint64(e - first)
    for e in range(last, indptr[u + 1]):
        further += label[indices[e]] == mine and indices[e] != u
    side = _touching(same, first, last, walks.beside)
    if side == same and further == 0:  # most often
        return int(same != np.uint64(0))
    if walks.stamp[0] > LAST_STAMP:
        walks.mark[:] = 0
        walks.stamp[0] = 0
    walks.stamp[0] += walks.side.shape[1] + 2
    count = 0
    while same != np.uint64(0):
        walks.side[FIRST, count], walks.side[HERE, count], walks.side[MET, count] = -1, -1, count
        for e in range(first, last):
            if (side >> np.uint64(e - first)) & ONE:
                _come_to(walks, count, indices[e])
        count += 1
        same &= ~side
        side = _touching(same, first, last, walks.beside)
    for e in range(last, indptr[u + 1]):
        if label[indices[e]] == mine and indices[e] != u:
            walks.side[FIRST, count], walks.side[HERE, count], walks.side[MET, count] = -1, -1, count
            _come_to(walks, count, indices[e])
            count += 1
    return count


@uncounted
def _touching(same: np.uint64, first: int, last: int, beside: U64) -> np.uint64:
    """Of the neighbours ``same``, those that the first of them reaches over one another."""
    found, before = same & (~same + ONE), np.uint64(0)
    while found != before:
        before = found
        for e in range(first, last):
            if (found >> np.uint64(e - first)) & ONE:
                found |= beside[e] & same
    return found


@uncounted
def _step(side: int, u: int, label: I32, indptr: I32, indices: I32, walks: Walks) -> int:
    """One step of a walk; returns how many sides it met that had not met it."""
    x = walks.side[HERE, side]
    mark, stamp, found = walks.mark, walks.stamp[0], 0
    for e in range(indptr[x], indptr[x + 1]):
        v = indices[e]
        if label[v] != label[u] or v == u:
            continue
        if mark[v] <= stamp:
            _come_to(walks, side, v)
        elif mark[v] != stamp + 1 + side:
            other, own = _met(walks.side, mark[v] - stamp - 1), _met(walks.side, side)
            if other != own:
                walks.side[MET, max(own, other)] = min(own, other)
                found += 1
    walks.side[HERE, side] = walks.after[x]
    return found


@uncounted
def _ended(side: int, count: int, walks: Walks) -> bool:
    """Whether neither the walk of ``side`` nor one that it met can go on."""
    own, going = _met(walks.side, side), 0
    for other in range(count):
        if walks.side[HERE, other] >= 0 and _met(walks.side, other) == own:
            going += 1
    return going == 0


@uncounted
def stays_whole(u: int, label: I32, indptr: I32, indices: I32, walks: Walks) -> bool:
    """True when the region of ``u`` without ``u`` is not empty and connected. label: int32 ``[n]``; the region must be connected before."""
    count = left = _sides(u, label, indptr, indices, walks)
    while left > 1:
        for side in range(count):
            if walks.side[HERE, side] >= 0:
                left -= _step(side, u, label, indptr, indices, walks)
                if left == 1:
                    return True
                if _ended(side, count, walks):
                    return False
    return bool(left == 1)


@uncounted
def leaving(u: int, home: int, label: I32, indptr: I32, indices: I32, walks: Walks, carried: I32) -> int:
    """Fill ``carried`` with ``u`` and what its leaving would cut off from ``home``, another unit of its region; returns how many, 0 when too many."""
    count = _sides(u, label, indptr, indices, walks)
    carried[0] = u
    if count <= 1:
        return 1
    going = count  # sides that have not met one another and may go on
    while going > 1:
        for side in range(count):
            if going > 1 and walks.side[HERE, side] >= 0:
                going -= _step(side, u, label, indptr, indices, walks)
                if going > 1 and _ended(side, count, walks):
                    going -= 1
    kept = _side_of(home, count, walks)
    for side in range(count):
        for _ in range(len(carried)):
            if walks.side[HERE, side] < 0 or _met(walks.side, side) == kept:
                break
            _step(side, u, label, indptr, indices, walks)
        if walks.side[HERE, side] >= 0 and _met(walks.side, side) != kept:
            return 0
    found = 1
    for side in range(count):
        x = walks.side[FIRST, side] if _met(walks.side, side) != kept else -1
        while x >= 0:
            if found == len(carried):
                return 0
            carried[found] = x
            found += 1
            x = walks.after[x]
    return found


@uncounted
def _side_of(home: int, count: int, walks: Walks) -> int:
    """The side, for all that it has met, that ``home`` lies on: where no walk has been yet that of the one that may go on."""
    side = walks.mark[home] - walks.stamp[0] - 1
    if side < 0:
        for other in range(count):
            if walks.side[HERE, other] >= 0:
                side = other
    return _met(walks.side, side) if side >= 0 else -1
