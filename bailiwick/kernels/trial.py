"""A change of several territories at once, tried: made as it is proposed, put in one piece, then settled, and kept where that is better.

Moves of single units never get there: each step of the way costs something, and what waits at its end pays only as a whole.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

from bailiwick.kernels.anneal_fixed import BARRED, Ground, settle
from bailiwick.kernels.chance import uniform
from bailiwick.kernels.contiguity import connected, grow
from bailiwick.kernels.neighbourhood import COLD, HEATS, Country, better, cut_out

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
U64 = npt.NDArray[np.uint64]
PROPOSALS = 75  # per unit, of one settling, briefly


@njit(cache=True, nogil=True)
def whole(here: Ground, priced: F32, label: I32) -> I32:
    """``label`` with what was cut off given to whom it borders on; empty where that cannot be."""
    joined: I32 = grow(here.indptr, here.indices, priced, connected(here.indptr, here.indices, label, here.base))
    for u in range(len(label)):
        if joined[u] < 0 or here.cost[u, joined[u]] >= BARRED or (here.frozen[u] and joined[u] != label[u]):
            return label[:0]
    return joined


@njit(cache=True, nogil=True)
def trial(
    country: Country, label: I32, among: I32, unit: I32, to: I32, longer: int, patience: int, most: int, slot: I32, at: I32, state: U64
) -> tuple[int, F64]:
    """Move each ``unit`` to its territory ``to``, settle the territories ``among`` from there, in place where that is better.

    Returns the proposals it took, and by how much less is outside and how many hours it saved ``[2]``.

    unit, to: of territories ``among`` alone; what is frozen stays. longer: times the proposals of a brief trial. patience: settlings that bring
    nothing before it is given up; most: settlings at most. slot ``[k]`` and at ``[n]``, all -1; they are left so.
    """
    slot[among] = np.arange(len(among), dtype=np.int32)
    active, here, priced, begin, proposed = cut_out(country, label, among, slot, at)
    penalty, found, best = country.penalty.copy(), begin.copy(), np.full(2, np.inf)
    steps, cold, done = PROPOSALS * longer * len(active), COLD * country.unit, len(label)
    settle(here, proposed, begin, cold, cold, 0, penalty, state, found, best)  # what it costs as it is
    before = best.copy()
    for i in range(len(unit)):
        if not here.frozen[at[unit[i]]]:
            begin[at[unit[i]]] = slot[to[i]]
    begin = whole(here, priced, begin)
    at[active] = -1
    slot[among] = -1
    if len(begin) == 0:
        return done, np.zeros(2)
    best[:] = np.inf
    left = patience
    for _ in range(most):
        kept, was = best[0], best[1]
        hot = HEATS[int(uniform(state) * len(HEATS))] * country.unit
        settle(here, proposed, begin, hot, cold, steps, penalty, state, found, best)
        done += steps
        left = patience if best[0] < kept or (best[0] == kept and best[1] < was - 1e-6 * abs(was)) else left - 1
        begin[:] = found
        if left == 0:
            break
    if not better(best, before):
        return done, np.zeros(2)
    label[active] = among[found]
    return done, before - best
