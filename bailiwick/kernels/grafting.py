"""Grafts: some neighbouring regions of one plan put in place of as many of another, and what does not fit at the seam annealed.

Plans found apart from one another are lucky in different places; a graft takes over the luck of a place, with as many bases as were there
(recombination by parts, as partition crossover for tours: Whitley, Hains & Howe 2009, doi:10.1145/1569901.1570026).
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from bailiwick.kernels.anneal_free import ADRIFT, beyond
from bailiwick.kernels.contiguity import connected
from bailiwick.kernels.nearby import World, annealed, best_base, cut, rows_among

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
TINY = 1e-9  # of load, of a point without any: it is somewhere too
FEW = 8  # bases nearest to a point, among which one is looked for when its own is gone


class Plan(NamedTuple):
    """Regions as the search knows them. label: ``[n]``; base, cost: ``[k]``, out of its band a region costs ``ADRIFT`` and more."""

    label: I32
    base: I32
    cost: F64


@njit(cache=True, nogil=True)
def shared(host: I32, donor: I32, weight: F64, regions: int) -> F64:
    """Load that each region of ``host`` (row) has in common with each of ``donor`` ``[k, k]``."""
    out = np.zeros((regions, regions))
    for u in range(len(host)):
        out[host[u], donor[u]] += weight[u] + TINY
    return out


@njit(cache=True, nogil=True)
def around(centre: int, base: I32, held: Flags, world: World) -> I64:
    """Regions by how near their base is to that of ``centre``, itself first; none that is ``held``."""
    free = np.flatnonzero(~held)
    gaps = np.empty(len(free), np.float32)
    for i in range(len(free)):
        gaps[i] = world.travel[base[centre], base[free[i]]] if free[i] != centre else np.float32(-1.0)
    return free[np.argsort(gaps)]


@njit(cache=True, nogil=True)
def counterparts(inside: F64, whole: F64, held: Flags, count: int) -> I64:
    """The ``count`` regions of the donor of whose load, ``whole``, most lies ``inside`` what is taken; fewer where no more lie there at all."""
    some = np.flatnonzero((inside > 0.0) & ~held)
    return some[np.argsort(-inside[some] / whole[some])][:count]


@njit(cache=True, nogil=True)
def put_in(host: Plan, donor: Plan, taken: I64, given: I64, world: World, label: I32, base: I32) -> None:
    """``label`` and ``base`` of the host with the regions ``given`` of the donor in place of ``taken``; what neither covers goes to the nearest."""
    regions = len(host.base)
    slot = np.full(regions, -1, np.int32)
    gone = np.zeros(regions, np.bool_)
    base[:] = host.base
    for i in range(len(taken)):
        slot[given[i]] = taken[i]
        gone[taken[i]] = True
        base[taken[i]] = donor.base[given[i]]
    for u in range(len(label)):
        label[u] = host.label[u]
        if world.frozen[u]:
            continue
        if slot[donor.label[u]] >= 0:
            label[u] = slot[donor.label[u]]
        elif gone[label[u]]:
            least = np.inf
            for j in range(regions):
                if world.travel[u, base[j]] < least:
                    least = world.travel[u, base[j]]
                    label[u] = j
    for j in range(regions):
        label[base[j]] = j


@njit(cache=True, nogil=True)
def guesses(host: Plan, donor: Plan, held: Flags, sizes: I64, price: float, world: World) -> F64:
    """What each graft would save before anything is annealed ``[k, sizes]``: of so many regions around each of the host's, in rising order.

    held: regions that stay as they are. price: of a unit of load outside its band. Minus infinity where there is no such graft.
    """
    regions = len(host.base)
    out = np.full((regions, len(sizes)), -np.inf)
    common = shared(host.label, donor.label, world.weight, regions)
    whole = common.sum(axis=0)
    mine, theirs = _sums(host, world), _sums(donor, world)
    worth = np.empty(regions)
    for j in range(regions):
        worth[j] = _fined(mine.served[j], mine.load[j], host.base[j], price, world)
    closest, other = _closest(host.base, world), _closest(donor.base, world)
    for centre in range(regions):
        if held[centre]:
            continue
        near = around(centre, host.base, held, world)
        inside, count = np.zeros(regions), 0
        for i in range(len(sizes)):
            if sizes[i] >= len(near):
                break
            for j in near[count : sizes[i]]:
                inside += common[j]
            count = sizes[i]
            given = counterparts(inside, whole, held, count)
            if len(given) == count:
                out[centre, i] = _saved(near[:count], given, host, donor, mine, theirs, worth, closest, other, price, world)
    return out


class Sums(NamedTuple):
    """Of a plan: what serving each point costs, and of each region that and its load; its points, one region after the other."""

    point: F64
    served: F64
    load: F64
    pointer: I64
    member: I64


@njit(cache=True, nogil=True)
def _sums(plan: Plan, world: World) -> Sums:
    regions, n = len(plan.base), len(plan.label)
    point, served, load = np.empty(n), np.zeros(regions), np.zeros(regions)
    for u in range(n):
        j = plan.label[u]
        point[u] = world.trips[u] * world.travel[u, plan.base[j]]
        served[j] += point[u]
        load[j] += world.weight[u]
    member = np.argsort(plan.label)
    return Sums(point, served, load, np.searchsorted(plan.label[member], np.arange(regions + 1)), member)


@njit(cache=True, nogil=True)
def _fined(served: float, load: float, base: int, price: float, world: World) -> float:
    return float(served + price * beyond(load + world.drive * served, world.low[base], world.high[base]))


@njit(cache=True, nogil=True)
def _closest(base: I32, world: World) -> I32:
    """The few bases nearest to each point, the nearest first ``[n, FEW]``."""
    n, few = len(world.trips), min(FEW, len(base))
    out, gap = np.empty((n, few), np.int32), np.empty(few, np.float32)
    for u in range(n):
        gap[:] = np.inf
        for j in range(len(base)):
            far = world.travel[u, base[j]]
            if far < gap[few - 1]:
                i = few - 1
                while i > 0 and gap[i - 1] > far:
                    gap[i], out[u, i] = gap[i - 1], out[u, i - 1]
                    i -= 1
                gap[i], out[u, i] = far, j
    return out


@njit(cache=True, nogil=True)
def _saved(
    taken: I64, given: I64, host: Plan, donor: Plan, mine: Sums, theirs: Sums, worth: F64, closest: I32, other: I32, price: float, world: World
) -> float:
    """What one graft would save: points that the donor's regions take leave the host's, those that neither covers go to the nearest base."""
    served, load, base = mine.served.copy(), mine.load.copy(), host.base.copy()
    slot, gone, touched = np.full(len(base), -1, np.int64), np.zeros(len(base), np.bool_), np.zeros(len(base), np.bool_)
    for i in range(len(taken)):
        slot[given[i]], gone[taken[i]], touched[taken[i]] = taken[i], True, True
        served[taken[i]], load[taken[i]], base[taken[i]] = theirs.served[given[i]], theirs.load[given[i]], donor.base[given[i]]
    for h in given:
        for u in theirs.member[theirs.pointer[h] : theirs.pointer[h + 1]]:
            j = host.label[u]
            if not gone[j]:
                served[j] -= mine.point[u]
                load[j] -= world.weight[u]
                touched[j] = True
    for j in taken:
        for u in mine.member[mine.pointer[j] : mine.pointer[j + 1]]:
            if slot[donor.label[u]] >= 0:
                continue
            to, least = -1, np.inf
            for i in closest[u]:
                if not gone[i]:
                    to, least = i, world.travel[u, base[i]]
                    break
            for h in other[u]:
                if slot[h] >= 0:
                    if world.travel[u, donor.base[h]] < least:
                        to, least = slot[h], world.travel[u, donor.base[h]]
                    break
            if to < 0:
                return -np.inf
            served[to] += world.trips[u] * least
            load[to] += world.weight[u]
            touched[to] = True
    total = 0.0
    for j in range(len(base)):
        if touched[j]:
            total += worth[j] - _fined(served[j], load[j], base[j], price, world)
    return total


@njit(cache=True, nogil=True)
def seam(host: Plan, donor: Plan, taken: I64, given: I64, label: I32, world: World) -> tuple[Flags, Flags]:
    """Regions whose points are not those of the host, and of these the ones that are no region of the donor either, with their neighbours."""
    regions = len(host.base)
    slot, origin = np.full(regions, -1, np.int32), np.full(regions, -1, np.int32)
    slot[given], origin[taken] = taken, given
    changed, odd = np.zeros(regions, np.bool_), np.zeros(regions, np.bool_)
    for u in range(len(label)):
        now, was, meant = label[u], host.label[u], slot[donor.label[u]]
        if now != was:
            changed[now] = changed[was] = True
        own = was == now if origin[now] < 0 else donor.label[u] == origin[now]
        odd[now] = odd[now] or not own
        if meant >= 0 and meant != now:
            odd[meant] = True
        if origin[was] < 0 and now != was:
            odd[was] = True
    wide = odd.copy()
    for u in range(len(label)):
        if odd[label[u]]:
            for e in range(world.indptr[u], world.indptr[u + 1]):
                wide[label[world.indices[e]]] = True
    return changed, wide


@njit(cache=True, nogil=True)
def _in_one_piece(label: I32, base: I32, world: World) -> I32:
    """What hangs off its base given to the nearest base of a region beside it; -1 where there is none.

    ``contiguity.grow`` ranks every point with every base, which takes longer than a graft; here few points hang off.
    """
    label = connected(world.indptr, world.indices, label, base)
    left, before = np.flatnonzero(label < 0), -1
    while len(left) != before:
        before = len(left)
        for u in left:
            least = np.inf
            for e in range(world.indptr[u], world.indptr[u + 1]):
                j = label[world.indices[e]]
                if j >= 0 and world.travel[u, base[j]] < least:
                    label[u], least = j, world.travel[u, base[j]]
        left = left[label[left] < 0]
    return label


@njit(cache=True, nogil=True)
def graft(
    host: Plan, donor: Plan, held: Flags, centre: int, size: int, closer: int, hot: float, world: World, state: U64
) -> tuple[float, int]:
    """``size`` regions of the donor put into the host around region ``centre``, the seam annealed; kept, in place, where that is better.

    held: regions that stay as they are. closer: proposals per point of the seam; hot: heat to begin from, in mean cost of one of its points.
    Returns what was gained, and the proposals it took.
    """
    taken = around(centre, host.base, held, world)[:size]
    common = shared(host.label, donor.label, world.weight, len(host.base))
    given = counterparts(common[taken].sum(axis=0), common.sum(axis=0), held, size)
    if len(given) < size:
        return 0.0, 0
    label, base = np.empty_like(host.label), np.empty_like(host.base)
    put_in(host, donor, taken, given, world, label, base)
    if world.contiguous:
        label = _in_one_piece(label, base, world)
        if label.min() < 0 or np.any(world.frozen & (label != host.label)):
            return 0.0, 0
    if np.bincount(label, minlength=len(base)).min() == 0:  # two regions would have had one base
        return 0.0, 0
    changed, wide = seam(host, donor, taken, given, label, world)
    if not changed.any():
        return 0.0, 0
    near = np.flatnonzero(wide).astype(np.int32)
    spent = _annealed_at(near, host, closer, hot, label, world, state) if len(near) else 0
    cost = host.cost.copy()
    order = np.argsort(label)
    ends = np.searchsorted(label[order], np.arange(len(base) + 1))
    for j in range(len(base)):
        if changed[j] or wide[j]:
            cost[j], base[j] = best_base(order[ends[j] : ends[j + 1]].astype(np.int32), world, world.pinned[j])
    before = host.cost.sum() + cut(host.label, world.tie_ptr, world.tie_to, world.tie_cost)
    gained = before - cost.sum() - cut(label, world.tie_ptr, world.tie_to, world.tie_cost)
    if gained <= 1e-9 * abs(before) or base.min() < 0:
        return 0.0, spent
    host.label[:], host.base[:], host.cost[:] = label, base, cost
    return gained, spent


@njit(cache=True, nogil=True)
def _annealed_at(near: I32, host: Plan, closer: int, hot: float, label: I32, world: World, state: U64) -> int:
    """The regions ``near`` of ``label`` annealed among themselves, in place; returns the proposals that took."""
    slot = np.full(len(host.base), -1, np.int32)
    driven = 0.0
    for i in range(len(near)):
        slot[near[i]] = i
        driven += host.cost[near[i]] if host.cost[near[i]] < ADRIFT else 0.0
    points = np.flatnonzero(slot[label] >= 0).astype(np.int32)
    at = np.full(len(label), -1, np.int32)
    at[points] = np.arange(len(points))
    inner = slot[label[points]]
    found, unit = inner.copy(), max(driven / max(len(points), 1), 1e-12)
    ptr, to, entry = rows_among(points, at, world.tie_ptr, world.tie_to)
    annealed(world, points, near, at, inner, found, closer * len(points), hot, unit, ptr, to, world.tie_cost[entry], state)
    label[points] = near[found]
    return int(closer * len(points))
