"""Neighbourhoods of a settled plan drawn anew where it is dearest: a few whole territories annealed together, the others held.

Large neighbourhood search (Shaw 1998, doi:10.1007/3-540-49481-2_30).
"""

import numpy as np
import numpy.typing as npt
from numba import njit

from bailiwick.kernels.anneal_fixed import settle
from bailiwick.kernels.chance import uniform
from bailiwick.kernels.contiguity import grow
from bailiwick.kernels.neighbourhood import COLD, HEATS, PROPOSALS, Country, better, chosen, cut_out, regrets

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
U64 = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
REGROWN = 0.5  # share of the neighbourhoods that begin from borders drawn anew by price


@njit(cache=True, nogil=True)
def redrawn(country: Country, label: I32, among: I32, slot: I32, at: I32, state: U64) -> int:
    """Draw the territories ``among`` anew, in place where that is better; returns the proposals it took.

    slot: ``[k]`` and at: ``[n]``, all -1; they are left so.
    """
    slot[among] = np.arange(len(among), dtype=np.int32)
    active, here, priced, begin, proposed = cut_out(country, label, among, slot, at)
    penalty, found, best = country.penalty.copy(), begin.copy(), np.full(2, np.inf)
    steps, cold = PROPOSALS * len(active), COLD * country.unit
    settle(here, proposed, begin, cold, cold, 0, penalty, state, found, best)  # what it costs as it is
    before = best.copy()
    hot = HEATS[int(uniform(state) * len(HEATS))] * country.unit
    if uniform(state) < REGROWN:
        anew = grow(here.indptr, here.indices, priced, np.where(here.frozen, begin, np.int32(-1)).astype(np.int32))
        begin = anew if anew.min() >= 0 else begin
    settle(here, proposed, begin, hot, cold, steps, penalty, state, found, best)
    if better(best, before):
        label[active] = among[found]
    at[active] = -1
    slot[among] = -1
    return steps


@njit(cache=True, nogil=True)
def _regrets(country: Country, label: I32, own: Flags, worth: F64, value: F64) -> F64:
    if len(worth) == 0:
        found: F64 = regrets(country, label, own)
        return found
    cost, regret = country.ground.cost, np.where(own, -value, 0.0)
    for u in range(len(label)):
        if own[label[u]]:
            regret[label[u]] += cost[u, label[u]] - worth[u]
    return np.maximum(regret, 0.0)


@njit(cache=True, nogil=True)
def redraw(country: Country, label: I32, own: Flags, proposals: int, worth: F64, value: F64, state: U64) -> None:
    """Neighbourhood after neighbourhood of the territories ``own``, for about so many ``proposals``; ``label`` in place.

    worth, value: what serving each unit is worth and what each base makes of that at least, where a proof tells; else empty.
    """
    slot, at = np.full(len(own), -1, np.int32), np.full(len(label), -1, np.int32)
    regret = _regrets(country, label, own, worth, value)
    done = 0
    while done < proposals:
        among = chosen(country, label, own, regret, state)
        done += redrawn(country, label, among, slot, at, state)
        part = np.zeros(len(own), np.bool_)
        part[among] = True
        regret[among] = _regrets(country, label, part, worth, value)[among]
