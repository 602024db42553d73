"""Neighbourhoods of a plan annealed one after another: a few whole regions redrawn together, the rest held.

Large neighbourhood search (Shaw 1998, doi:10.1007/3-540-49481-2_30), each neighbourhood small enough that hundreds fit into a second.
Some are a substitution (Teitz & Bart 1968, doi:10.1287/opre.16.5.955): a region given up here, another opened far from it there, and
both surroundings annealed; a base cannot wander across the country by moves of single units alone.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from bailiwick.kernels.anneal_free import ADRIFT, anneal, fined
from bailiwick.kernels.chance import uniform

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
U64 = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
AROUND = 4  # regions around the one given up, and around the one opened
LOOKED_AT = 6  # regions to give up and places to open, the best of which is taken
ASTRAY = 0.25  # share of the substitutions that help a region out of its band, where there is one
COLD = 0.02  # where an annealing ends, in mean cost of a point


class World(NamedTuple):
    """What the search works on: the arrays of ``bailiwick.design.bases.dense.Dense``, by its names."""

    travel: F32
    trips: F64
    weight: F64
    low: F64
    high: F64
    drive: float
    eligible: Flags
    pinned: I32
    frozen: Flags
    indptr: I32
    indices: I32
    contiguous: bool
    tie_ptr: I32
    tie_to: I32
    tie_cost: F64


@njit(cache=True, nogil=True)
def best_base(members: I32, world: World, pinned: int) -> tuple[float, int]:
    """Cost and place of the base that serves ``members`` cheapest, out of its band for ``ADRIFT`` and more; (inf, -1) when none can."""
    total = 0.0
    for u in members:
        total += world.weight[u]
    best, base = np.inf, -1
    for c in members:
        if not world.eligible[c] or (pinned >= 0 and c != pinned):
            continue
        cost = 0.0
        for u in members:
            cost += world.trips[u] * world.travel[c, u]
        cost += fined(total + world.drive * cost, world.low[c], world.high[c])
        if cost < best:
            best, base = cost, c
    return best, base


@njit(cache=True, nogil=True)
def rows_among(points: I32, at: I32, indptr: I32, indices: I32) -> tuple[I32, I32, I32]:
    """The CSR of ``points`` among themselves, with the old place of each entry. at: new number of each point, -1 = left out."""
    count = 0
    for u in points:
        for e in range(indptr[u], indptr[u + 1]):
            if at[indices[e]] >= 0:
                count += 1
    ptr = np.zeros(len(points) + 1, np.int32)
    to, entry = np.empty(count, np.int32), np.empty(count, np.int32)
    count = 0
    for i in range(len(points)):
        u = points[i]
        for e in range(indptr[u], indptr[u + 1]):
            v = at[indices[e]]
            if v >= 0:
                to[count] = v
                entry[count] = e
                count += 1
        ptr[i + 1] = count
    return ptr, to, entry


@njit(cache=True, nogil=True)
def nearest_regions(u: int, count: int, travel: F32, base: I32) -> I32:
    """The ``count`` regions whose bases are nearest to ``u``."""
    gaps = np.empty(len(base), np.float32)
    for j in range(len(base)):
        gaps[j] = travel[u, base[j]]
    return np.argsort(gaps)[:count].astype(np.int32)


@njit(cache=True, nogil=True)
def lost_without(j: int, label: I32, base: I32, world: World) -> float:
    """What region ``j`` would cost more if each of its units went to the nearest other base, whatever that can hold."""
    total = 0.0
    for u in range(len(label)):
        if label[u] == j:
            least = np.inf
            for i in range(len(base)):
                if i != j and world.travel[u, base[i]] < least:
                    least = world.travel[u, base[i]]
            total += world.trips[u] * (least - world.travel[u, base[j]])
    return total


@njit(cache=True, nogil=True)
def won_with(c: int, label: I32, base: I32, world: World) -> float:
    """What a base at ``c`` would save if every unit nearer to it than to its own went there."""
    total = 0.0
    for u in range(len(label)):
        gain = world.travel[u, base[label[u]]] - world.travel[c, u]
        if gain > 0.0:
            total += world.trips[u] * gain
    return total


@njit(cache=True, nogil=True)
def _adrift(label: I32, cost: F64, world: World, state: U64) -> tuple[int, int]:
    """A region out of its band: (it, -1) where it holds too little, (-1, a unit of it) where it holds too much; (-1, -1) = there is none."""
    regions, first = len(cost), int(uniform(state) * len(cost))
    for i in range(regions):
        j = (first + i) % regions
        if cost[j] < ADRIFT:
            continue
        held, most, at, seen = 0.0, 0.0, -1, 0
        for u in range(len(label)):
            if label[u] == j:
                seen += 1
                held, most = held + world.weight[u], max(most, world.high[u])
                if uniform(state) * seen < 1.0:
                    at = u
        return (-1, at) if held > most else (j, -1)
    return -1, -1


@njit(cache=True, nogil=True)
def _substitution(label: I32, cost: F64, base: I32, world: World, state: U64) -> tuple[int, int]:
    """A region to give up and a unit to open another at: of a few drawn, those that lose least and win most, or now and then one that is out of
    its band; (-1, -1) = none.
    """
    n, regions = len(label), len(base)
    poor, rich = _adrift(label, cost, world, state) if uniform(state) < ASTRAY else (-1, -1)
    shut, least = -1, np.inf
    opened, most = -1, 0.0
    for _ in range(LOOKED_AT):
        j = int(uniform(state) * regions)
        if world.pinned[j] < 0:
            lost = lost_without(j, label, base, world)
            if lost < least:
                shut, least = j, lost
        c = int(uniform(state) * n)
        if world.eligible[c] and not world.frozen[c] and base[label[c]] != c:
            won = won_with(c, label, base, world)
            if won > most:
                opened, most = c, won
    shut = poor if poor >= 0 and world.pinned[poor] < 0 else shut
    if rich >= 0 and world.eligible[rich] and not world.frozen[rich] and base[label[rich]] != rich:
        opened = rich
    if shut < 0 or opened < 0 or label[opened] == shut:
        return -1, -1
    return shut, opened


@njit(cache=True, nogil=True)
def _both(a: I32, b: I32, first: int) -> I32:
    """``first`` and the regions of both lists, each once."""
    out = np.empty(len(a) + len(b) + 1, np.int32)
    out[0] = first
    count = 1
    for part in (a, b):
        for j in part:
            fresh = True
            for i in range(count):
                fresh = fresh and out[i] != j
            if fresh:
                out[count] = j
                count += 1
    return out[:count]


@njit(cache=True, nogil=True)
def _substituted(inner: I32, points: I32, near: I32, opened: int, base: I32, world: World) -> None:
    """Region 0 of a neighbourhood given up to the nearest others, and made of the units nearest to ``opened`` instead."""
    for i in range(len(points)):
        u = points[i]
        if inner[i] == 0:
            least = np.inf
            for j in range(1, len(near)):
                if world.travel[u, base[near[j]]] < least:
                    least = world.travel[u, base[near[j]]]
                    inner[i] = j
        if not world.frozen[u] and world.travel[u, opened] < world.travel[u, base[near[inner[i]]]]:
            inner[i] = 0


@njit(cache=True, nogil=True)
def improve(
    world: World, label: I32, cost: F64, base: I32, widest: int, closer: int, swaps: float, proposals: int, state: U64
) -> float:
    """Anneal neighbourhoods of 2 to ``widest`` regions until about so many ``proposals`` are spent; keeps what is better, in place.

    label: a plan; cost, base: of each region, out of its band for ``ADRIFT`` and more, kept true. closer: proposals per point of a
    neighbourhood. swaps: share of the neighbourhoods that are substitutions, where regions need not be connected. Returns how much the whole
    cost fell.
    """
    n, regions = len(label), len(base)
    at = np.full(n, -1, np.int32)
    slot = np.full(regions, -1, np.int32)
    gained = 0.0
    done = 0
    while done < proposals:
        shut, opened = -1, -1
        if not world.contiguous and uniform(state) < swaps:
            shut, opened = _substitution(label, cost, base, world, state)
        if shut >= 0:
            near = _both(
                nearest_regions(base[shut], min(regions, AROUND + 1), world.travel, base),
                nearest_regions(opened, min(regions, AROUND + 1), world.travel, base),
                shut,
            )
        else:
            centre = int(uniform(state) * n)
            count = 2 + int(uniform(state) * (min(widest, regions) - 1))
            near = nearest_regions(centre, min(regions, count), world.travel, base)
        count = len(near)
        before, driven = 0.0, 0.0
        for i in range(count):
            slot[near[i]] = i
            before += cost[near[i]]
            driven += cost[near[i]] if cost[near[i]] < ADRIFT else 0.0
        size = 0
        for u in range(n):
            if slot[label[u]] >= 0:
                at[u] = size
                size += 1
        points, inner = np.empty(size, np.int32), np.empty(size, np.int32)
        for u in range(n):
            if at[u] >= 0:
                points[at[u]] = u
                inner[at[u]] = slot[label[u]]
        unit = max(driven / size, 1e-12)
        ptr_t, to_t, entry = rows_among(points, at, world.tie_ptr, world.tie_to)
        before += cut(inner, ptr_t, to_t, world.tie_cost[entry])
        draw = uniform(state)
        hot = 0.1 if draw < 1 / 3 else 0.3 if draw < 2 / 3 else 1.0
        if shut >= 0:
            _substituted(inner, points, near, opened, base, world)
            hot = 0.05 if draw < 0.5 else 0.2
        found = inner.copy()
        after = annealed(world, points, near, at, inner, found, closer * size, hot, unit, ptr_t, to_t, world.tie_cost[entry], state)
        done += closer * size
        if after < before - 1e-9 * abs(before):
            gained += before - after
            for i in range(size):
                label[points[i]] = near[found[i]]
            for i in range(count):
                cost[near[i]], base[near[i]] = best_base(points[found == i], world, world.pinned[near[i]])
        at[points] = -1
        slot[near] = -1
    return gained


@njit(cache=True, nogil=True)
def annealed(
    world: World,
    points: I32,
    near: I32,
    at: I32,
    inner: I32,
    found: I32,
    steps: int,
    hot: float,
    unit: float,
    tie_ptr: I32,
    tie_to: I32,
    tie_cost: F64,
    state: U64,
) -> float:
    """Anneal some regions alone; fills ``found`` with the best labels and returns their cost."""
    size = len(points)
    ptr, to, _ = rows_among(points, at, world.indptr, world.indices)
    travel = np.empty((size, size), np.float32)
    for i in range(size):
        for k in range(size):
            travel[i, k] = world.travel[points[i], points[k]]
    pinned = np.full(len(near), -1, np.int32)
    for i in range(len(near)):
        if world.pinned[near[i]] >= 0:
            pinned[i] = at[world.pinned[near[i]]]
    weight = world.weight[points]
    penalty = 2.0 * unit / max(weight.mean(), 1e-300)
    cost, _ = anneal(
        travel, world.trips[points], weight, world.low[points], world.high[points], world.drive, world.eligible[points], pinned,
        world.frozen[points], ptr, to, world.contiguous, tie_ptr, tie_to, tie_cost,
        inner, len(near), hot * unit, COLD * unit, steps, penalty, state, found, np.inf,
    )  # fmt: skip
    return float(cost)


@njit(cache=True, nogil=True)
def cut(label: I32, tie_ptr: I32, tie_to: I32, tie_cost: F64) -> float:
    """What the ties that are cut cost; each is listed both ways."""
    total = 0.0
    for u in range(len(label)):
        for e in range(tie_ptr[u], tie_ptr[u + 1]):
            if label[tie_to[e]] != label[u]:
                total += 0.5 * tie_cost[e]
    return total
