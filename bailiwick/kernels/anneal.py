"""Annealing of unit moves between touching territories, each territory kept connected. Arrays in, arrays out."""

import numpy as np
import numpy.typing as npt
from numba import njit

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]


@njit(cache=True, nogil=True)
def gather_stranded(indptr: I32, indices: I32, t_of: I32, unit: int, anchor: int, mark: I64, stamp: int, out: I32) -> int:
    """Units of ``unit``'s territory cut off from ``anchor`` once ``unit`` leaves; written to ``out``, their count returned.

    mark: ``[n]`` scratch, holds values below ``stamp`` on entry. out: ``[n]`` scratch.
    """
    home = t_of[unit]
    count, first, apart = 0, -1, False
    for i in range(indptr[unit], indptr[unit + 1]):
        v = indices[i]
        if t_of[v] == home:
            if first < 0:
                first = v
            else:
                apart = True
    if not apart:
        if first < 0 or first == anchor:
            return 0
    mark[unit] = stamp
    # reach from one neighbour until all neighbours at home are met: mostly a few steps
    if apart:
        out[0], size, head = first, 1, 0
        mark[first] = stamp
        missing = 0
        for i in range(indptr[unit], indptr[unit + 1]):
            v = indices[i]
            if t_of[v] == home and v != first:
                missing += 1
                mark[v] = -stamp
        while head < size and missing > 0:
            u = out[head]
            head += 1
            for i in range(indptr[u], indptr[u + 1]):
                v = indices[i]
                if t_of[v] == home and mark[v] != stamp:
                    if mark[v] == -stamp:
                        missing -= 1
                    mark[v] = stamp
                    out[size] = v
                    size += 1
        if missing == 0:
            return 0
    else:
        return 0
    # split in earnest: mark what the anchor reaches, the rest is stranded
    kept = stamp + 1
    out[0], size, head = anchor, 1, 0
    mark[anchor] = kept
    while head < size:
        u = out[head]
        head += 1
        for i in range(indptr[u], indptr[u + 1]):
            v = indices[i]
            if v != unit and t_of[v] == home and mark[v] != kept:
                mark[v] = kept
                out[size] = v
                size += 1
    count, head = 0, 0
    for i in range(indptr[unit], indptr[unit + 1]):
        v = indices[i]
        if t_of[v] == home and mark[v] != kept:
            mark[v] = kept
            out[count] = v
            count += 1
    while head < count:
        u = out[head]
        head += 1
        for i in range(indptr[u], indptr[u + 1]):
            v = indices[i]
            if v != unit and t_of[v] == home and mark[v] != kept:
                mark[v] = kept
                out[count] = v
                count += 1
    return count


@njit(cache=True, nogil=True)
def outside(load: float, lower: float, upper: float) -> float:
    """How far a load lies outside its band."""
    return max(0.0, load - upper) + max(0.0, lower - load)


@njit(cache=True, nogil=True)
def anneal(
    indptr: I32, indices: I32, source: I32, cost: F64, load: F64, lower: F64, upper: F64, anchor: I64, held: npt.NDArray[np.bool_],
    t_of: I32, loads: F64, penalty: float, temperature: float, steps: int, state: int,
) -> tuple[int, float]:
    """Try ``steps`` random border edges; moves ``t_of`` and ``loads`` in place; returns random state and the change in hours + penalty.

    cost: ``[n, T]``. source: unit at the tail of each edge. held: ``[n]``, units that never move. state: 64-bit xorshift.
    """
    mark = np.zeros(len(t_of), dtype=np.int64)
    out = np.empty(len(t_of), dtype=np.int32)
    stamp, total = 1, 0.0
    edges = len(indices)
    rng = np.uint64(state)
    for _ in range(steps):
        rng ^= rng << np.uint64(13)
        rng ^= rng >> np.uint64(7)
        rng ^= rng << np.uint64(17)
        e = int((rng >> np.uint64(11)) % np.uint64(edges))
        u = source[e]
        a, b = t_of[u], t_of[indices[e]]
        if a == b or held[u]:
            continue
        rng ^= rng << np.uint64(13)
        rng ^= rng >> np.uint64(7)
        rng ^= rng << np.uint64(17)
        chance = float(rng >> np.uint64(11)) / 9007199254740992.0
        allowed = -temperature * np.log(chance + 1e-300)
        before = outside(loads[a], lower[a], upper[a]) + outside(loads[b], lower[b], upper[b])
        moved = load[u]
        after = outside(loads[a] - moved, lower[a], upper[a]) + outside(loads[b] + moved, lower[b], upper[b])
        change = cost[u, b] - cost[u, a] + penalty * (after - before)
        if change >= allowed and not (change == 0.0 and temperature > 0.0):
            continue
        stamp += 2
        count = gather_stranded(indptr, indices, t_of, u, anchor[a], mark, stamp, out)
        if count > 0:
            blocked = False
            hours = cost[u, b] - cost[u, a]
            for i in range(count):
                v = out[i]
                blocked = blocked or held[v]
                moved += load[v]
                hours += cost[v, b] - cost[v, a]
            if blocked:
                continue
            after = outside(loads[a] - moved, lower[a], upper[a]) + outside(loads[b] + moved, lower[b], upper[b])
            change = hours + penalty * (after - before)
            if change >= allowed:
                continue
            for i in range(count):
                t_of[out[i]] = b
        t_of[u] = b
        loads[a] -= moved
        loads[b] += moved
        total += change
    return int(rng >> np.uint64(1)) | 1, total
