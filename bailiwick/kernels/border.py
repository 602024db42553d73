"""Units on borders, kept as borders move: an annealing that draws from them alone does what one that draws from all units does, much sooner.

Inside a region nothing can be proposed: of the units drawn from all, two in a hundred border on another region. What is skipped counts as proposed
(the n-fold way of Bortz, Kalos & Lebowitz 1975, doi:10.1016/0021-9991(75)90060-1).
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from bailiwick.kernels.compiled import uncounted

I32 = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
BUSY = 0.6  # share of the draws that are of units with work, about
NEVER = -2  # place of a unit that is not drawn, wherever borders are


class Border(NamedTuple):
    """Units with a neighbour in another region.

    unit: int32 ``[n]``, the first ``size[0]`` of them; place: ``[n]`` where a unit stands there, -1 = inside its region, NEVER. foreign:
    ``[n]`` neighbours in other regions. often: ``[n]`` times that a unit is among those to draw from; most: ``[1]`` of any.
    """

    unit: I32
    size: I32
    place: I32
    foreign: I32
    often: I32
    most: I32


@njit(cache=True, nogil=True)
def drawn_from(busy: Flags) -> I32:
    """Units to draw from: each of them once, those with work so often more that land without any does not take up the search."""
    n, count = len(busy), busy.sum()
    often = min(int(BUSY / (1.0 - BUSY) * n / count), n) if count > 0 else 0
    units = np.empty(n + often * count, np.int32)
    units[:n] = np.arange(n)
    at = n
    for u in range(n):
        if busy[u]:
            units[at : at + often] = u
            at += often
    return units


@njit(cache=True, nogil=True)
def border_of(active: I32, frozen: Flags, label: I32, indptr: I32, indices: I32) -> Border:
    """Borders of ``label``. active: units to draw from, some more than once; frozen: those of them that are not."""
    n = len(label)
    often, place = np.zeros(n, np.int32), np.full(n, NEVER, np.int32)
    for u in active:
        if not frozen[u]:
            often[u] += 1
            place[u] = -1
    border = Border(np.empty(n, np.int32), np.zeros(1, np.int32), place, np.zeros(n, np.int32), often, np.full(1, max(1, often.max()), np.int32))
    for u in range(n):
        for e in range(indptr[u], indptr[u + 1]):
            border.foreign[u] += label[indices[e]] != label[u]
        if border.foreign[u] > 0:
            _enter(u, border)
    return border


@uncounted
def _enter(u: int, border: Border) -> None:
    if border.place[u] == -1:
        border.place[u] = border.size[0]
        border.unit[border.size[0]] = u
        border.size[0] += 1


@uncounted
def _leave(u: int, border: Border) -> None:
    at = border.place[u]
    if at >= 0:
        border.size[0] -= 1
        last = border.unit[border.size[0]]
        border.unit[at] = last
        border.place[last] = at
        border.place[u] = -1


@uncounted
def cross(u: int, to: int, label: I32, indptr: I32, indices: I32, border: Border) -> None:
    """Move ``u`` to region ``to``, labels and borders; neighbours are so both ways."""
    was, foreign = label[u], border.foreign
    for e in range(indptr[u], indptr[u + 1]):
        v = indices[e]
        if v == u:
            continue
        if label[v] == was:
            foreign[u] += 1
            foreign[v] += 1
            _enter(v, border)
        elif label[v] == to:
            foreign[u] -= 1
            foreign[v] -= 1
            if foreign[v] == 0:
                _leave(v, border)
    label[u] = to
    if foreign[u] == 0:
        _leave(u, border)
    else:
        _enter(u, border)
