"""Units that a base holds more of, on average, than of what separates them from it: no territory in one piece does."""

import numpy as np
import numpy.typing as npt
from numba import njit

from bailiwick.kernels.contiguity import walked

F64 = npt.NDArray[np.float64]
I8 = npt.NDArray[np.int8]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
ROOM, ROOM_THROUGH = 256, 4096  # separations of one base at most, and units that separate in all of them
FREE, PIECE, BESIDE, REACHED, BETWEEN = 0, 1, 2, 3, 4  # where a unit stands to a piece that hangs in the air
HELD, JOINED, SEEN = 1, 2, 3  # units that a base holds; those that hang together with it; pieces that do not


@njit(cache=True, nogil=True)
def between(home: int, piece: I32, mark: I8, indptr: I32, indices: I32, queue: I32) -> I32:
    """The fewest units around ``piece`` that every way from ``home`` to it leads through. mark, queue ``[n]``: scratch."""
    mark[:] = FREE
    for u in piece:
        mark[u] = PIECE
    for u in piece:
        for e in range(indptr[u], indptr[u + 1]):
            if mark[indices[e]] == FREE:
                mark[indices[e]] = BESIDE
    walked(home, mark, FREE, REACHED, indptr, indices, queue)
    count = 0
    for u in piece:
        for e in range(indptr[u], indptr[u + 1]):
            v = indices[e]
            if mark[v] != BESIDE:
                continue
            for f in range(indptr[v], indptr[v + 1]):
                if mark[indices[f]] == REACHED:
                    mark[v] = BETWEEN
                    queue[count] = v
                    count += 1
                    break
    return queue[:count].copy()


@njit(cache=True, nogil=True)
def _worst(piece: I32, told: Flags, held: F64, value: F64, there: float, least: float) -> int:
    """The unit of a piece, not told of yet, that most is held of above ``there``, by value; -1 where that is worth no more than ``least``."""
    best, most = -1, least
    for u in piece:
        if not told[u] and (held[u] - there) * value[u] > most:
            best, most = u, (held[u] - there) * value[u]
    return best


@njit(cache=True, nogil=True)
def separated(
    home: int, unit: I32, share: F64, worth: F64, levels: F64, least: float, each: int, idle: Flags, indptr: I32, indices: I32, held: F64
) -> tuple[I32, I64, I32]:
    """Units of which the base at ``home`` holds more than of what separates them from it: units, and as CSR what separates each.

    unit, share, worth: of its pairs, how much of each unit it holds on average and what serving that is worth, hours. levels: shares from
    which a unit counts as held, one after the other. least: hours that a separation must tell of. each: units of one piece, at most. idle: units
    without work, which no way costs anything to lead through ``[n]``. held ``[n]``: all 0, left so.
    """
    n = len(indptr) - 1
    state, mark, queue, hanging = np.zeros(n, np.int8), np.empty(n, np.int8), np.empty(n, np.int32), np.empty(n, np.int32)
    value, told = np.zeros(n), np.zeros(n, np.bool_)
    found, ptr, through = np.empty(ROOM, np.int32), np.zeros(ROOM + 1, np.int64), np.empty(ROOM_THROUGH, np.int32)
    count = 0
    for i in range(len(unit)):
        held[unit[i]], value[unit[i]] = share[i], worth[i]
    for level in levels:
        for u in range(n):
            state[u] = HELD if idle[u] else 0
        for i in range(len(unit)):
            state[unit[i]] = HELD if share[i] >= level else 0
        walked(home, state, HELD, JOINED, indptr, indices, queue)
        for i in range(len(unit)):
            if state[unit[i]] != HELD:
                continue
            piece = hanging[: walked(unit[i], state, HELD, SEEN, indptr, indices, hanging)]
            if _worst(piece, told, held, value, 0.0, least) < 0:
                continue
            barrier = between(home, piece, mark, indptr, indices, queue)
            there = 0.0
            for v in barrier:
                there += held[v]
            for _ in range(each):
                best = _worst(piece, told, held, value, there, least)
                if best < 0 or count == ROOM or ptr[count] + len(barrier) > ROOM_THROUGH:
                    break
                told[best] = True
                found[count] = best
                through[ptr[count] : ptr[count] + len(barrier)] = barrier
                count += 1
                ptr[count] = ptr[count - 1] + len(barrier)
    for i in range(len(unit)):
        held[unit[i]] = 0.0
    return found[:count], ptr[: count + 1], through[: ptr[count]]
