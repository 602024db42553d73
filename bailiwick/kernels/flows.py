"""Divisible points served at least cost from bases within their bands: an optimal flow that is kept while bases move.

Nodes are the bases and the ground, which takes what each base holds and lets loads lie anywhere in their band. What a base holds too much flows
along the cheapest way to where something is missing, one augmentation after another (Edmonds & Karp 1972, doi:10.1145/321694.321699): potentials
keep all ways from costing less than nothing, and prove the cost at any moment.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bailiwick.kernels.compiled import uncounted

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
PARTS = 4  # bases that serve a point at most
ACROSS = 64  # bases that one can hand points on to, at most
LITTLE = 1e-9  # load that is none
WIDE = 40  # places of the heap for each node
NOTHING, LOST = -1.0, -2.0  # told instead of the cost of a way: nothing is left to send; there is no way, or no room to look for it


class Flow(NamedTuple):
    """A problem and its flow, of ``n`` points and ``k`` bases; node ``k`` is the ground. Costs are hours a unit of load.

    travel: float32 ``[n, n]`` symmetric; pace: cost of a minute; weight, low, high: load, and band of a base there ``[n]``. around: points near
    each, nearest first ``[n, any]``. base: place of each base ``[k]``. near, near_cost: the nearest bases of each point ``[n, any]``.

    Part ``e = PARTS * u + i`` of point ``u`` is ``part[e]`` of load served by ``holder[e]`` (-1 = none) at ``cost[e]``; ``head`` ``[k]``, ``after``,
    ``before``: what each base serves, as lists. load: what flows to the ground ``[k]``. excess: what each node has too much, the ground last;
    price: potentials ``[k + 1]``. total: the cost ``[1]``.

    edge_count: to how many bases each can hand points on; edge_to, edge_cost, edge_part: to which, at what cost, by which part; stale: whether
    that is to be found anew. open_cost, open_part: the same to a base that moved, which points do not know yet.

    told: how many changes are written down ``[1]``, and which (``told_part``, ``told_holder``, ``told_load``), to be taken back. The rest is room to
    work in.
    """

    travel: F32
    pace: F64
    weight: F64
    low: F64
    high: F64
    around: I32
    base: I32
    near: I32
    near_cost: F64
    part: F64
    holder: I32
    cost: F64
    head: I64
    after: I64
    before: I64
    load: F64
    excess: F64
    price: F64
    total: F64
    edge_count: I64
    edge_to: I32
    edge_cost: F64
    edge_part: I64
    stale: Flags
    open_cost: F64
    open_part: I64
    slot: I64
    told: I64
    told_part: I64
    told_holder: I32
    told_load: F64
    far: F64
    by: I64
    origin: I64
    seen: Flags
    heap: I64
    key: F64
    kept_price: F64
    kept_load: F64


@uncounted
def put(flow: Flow, e: int, holder: int, load: float) -> None:
    """Part ``e`` becomes ``load`` served by ``holder``, -1 = by none; what it was is written down."""
    count, was = flow.told[0], flow.holder[e]
    if count < len(flow.told_part):
        flow.told_part[count], flow.told_holder[count], flow.told_load[count] = e, was, flow.part[e]
    flow.told[0] = count + 1
    _set(flow, e, holder, load)


@uncounted
def _set(flow: Flow, e: int, holder: int, load: float) -> None:
    was = flow.holder[e]
    if was >= 0:
        flow.stale[was] = True
    if was != holder:
        if was >= 0:
            if flow.before[e] >= 0:
                flow.after[flow.before[e]] = flow.after[e]
            else:
                flow.head[was] = flow.after[e]
            if flow.after[e] >= 0:
                flow.before[flow.after[e]] = flow.before[e]
        if holder >= 0:
            flow.before[e], flow.after[e] = -1, flow.head[holder]
            if flow.head[holder] >= 0:
                flow.before[flow.head[holder]] = e
            flow.head[holder] = e
        flow.holder[e] = holder
    u = e // PARTS
    if holder >= 0:
        flow.cost[e] = flow.pace[u] * flow.travel[u, flow.base[holder]]
    flow.part[e] = load
    outdate(flow, u)


@uncounted
def outdate(flow: Flow, u: int) -> None:
    """What the bases that serve a point can hand on is to be found anew."""
    for e in range(PARTS * u, PARTS * u + PARTS):
        if flow.holder[e] >= 0:
            flow.stale[flow.holder[e]] = True


@uncounted
def place_for(flow: Flow, u: int, holder: int) -> int:
    """The part of a point that ``holder`` serves, or may come to serve; -1 = it is in too many parts."""
    free = -1
    for e in range(PARTS * u, PARTS * u + PARTS):
        if flow.holder[e] == holder:
            return e
        if flow.holder[e] < 0:
            free = e
    return free


@uncounted
def give(flow: Flow, u: int, holder: int, load: float) -> None:
    """``load`` of a point more for a base that ``place_for`` knows a part for."""
    e = place_for(flow, u, holder)
    put(flow, e, holder, load + (flow.part[e] if flow.holder[e] == holder else 0.0))


@uncounted
def take_back(flow: Flow) -> None:
    """All that is written down, the last first."""
    for i in range(flow.told[0] - 1, -1, -1):
        _set(flow, flow.told_part[i], flow.told_holder[i], flow.told_load[i])
    flow.told[0] = 0


@uncounted
def full(flow: Flow) -> bool:
    """Whether there is no room to write down what an augmentation changes."""
    return bool(flow.told[0] + 4 * len(flow.base) > len(flow.told_part))


@uncounted
def proven(flow: Flow) -> float:
    """Below the cost of every flow from these bases, as long as no way costs less than nothing."""
    bound = flow.total[0]
    for v in range(len(flow.excess)):
        bound -= flow.excess[v] * flow.price[v]
    return float(bound)


@uncounted
def look_near(flow: Flow, u: int) -> None:
    """The nearest bases of a point found anew."""
    width = flow.near.shape[1]
    for i in range(width):
        flow.near_cost[u, i] = np.inf
    for b in range(len(flow.base)):
        cost = flow.pace[u] * flow.travel[u, flow.base[b]]
        i = width - 1
        if cost >= flow.near_cost[u, i]:
            continue
        while i > 0 and flow.near_cost[u, i - 1] > cost:
            flow.near_cost[u, i], flow.near[u, i] = flow.near_cost[u, i - 1], flow.near[u, i - 1]
            i -= 1
        flow.near_cost[u, i], flow.near[u, i] = cost, b


@uncounted
def _push(flow: Flow, size: int, node: int, far: float, by: int, origin: int) -> int:
    """A node reached; returns how many the heap holds."""
    flow.far[node], flow.by[node], flow.origin[node] = far, by, origin
    i = size
    while i > 0 and flow.key[(i - 1) // 2] > far:
        flow.key[i], flow.heap[i] = flow.key[(i - 1) // 2], flow.heap[(i - 1) // 2]
        i = (i - 1) // 2
    flow.key[i], flow.heap[i] = far, node
    return size + 1


@uncounted
def _pop(flow: Flow, size: int) -> int:
    """The first of the heap taken out; returns it."""
    first, size = flow.heap[0], size - 1
    far, node, i = flow.key[size], flow.heap[size], 0
    while 2 * i + 1 < size:
        child = 2 * i + 1
        if child + 1 < size and flow.key[child + 1] < flow.key[child]:
            child += 1
        if flow.key[child] >= far:
            break
        flow.key[i], flow.heap[i] = flow.key[child], flow.heap[child]
        i = child
    flow.key[i], flow.heap[i] = far, node
    return int(first)


@uncounted
def _look_across(flow: Flow, v: int) -> None:
    """The cheapest part of base ``v`` for each base near one of its points."""
    count, e = 0, flow.head[v]
    while e >= 0:
        u = e // PARTS
        for i in range(flow.near.shape[1]):
            b = flow.near[u, i]
            cost, at = flow.near_cost[u, i] - flow.cost[e], flow.slot[b]
            if b == v or (at < 0 and count == ACROSS) or (at >= 0 and cost >= flow.edge_cost[v, at]) or place_for(flow, u, b) < 0:
                continue
            if at < 0:
                at, count = count, count + 1
                flow.slot[b] = at
            flow.edge_to[v, at], flow.edge_cost[v, at], flow.edge_part[v, at] = b, cost, e
        e = flow.after[e]
    for i in range(count):
        flow.slot[flow.edge_to[v, i]] = -1
    flow.edge_count[v], flow.stale[v] = count, False


@uncounted
def _reached_from(flow: Flow, v: int, far: float, fresh: int, size: int) -> int:
    """What base ``v`` could hand on, looked at: to bases near its points, to ``fresh``, which those do not know yet, and to the ground."""
    ground, here = len(flow.base), flow.price[v] + far
    if not flow.seen[ground] and flow.load[v] < flow.high[flow.base[v]] - LITTLE:
        reached = max(here - flow.price[ground], far)
        if reached < flow.far[ground]:
            size = _push(flow, size, ground, reached, -1, v)
    if flow.stale[v]:
        _look_across(flow, v)
    for i in range(flow.edge_count[v]):
        b = flow.edge_to[v, i]
        if not flow.seen[b] and b != fresh:
            reached = max(here + flow.edge_cost[v, i] - flow.price[b], far)
            if reached < flow.far[b]:
                size = _push(flow, size, b, reached, flow.edge_part[v, i], v)
    if fresh >= 0 and not flow.seen[fresh]:
        reached = max(here + flow.open_cost[v] - flow.price[fresh], far)
        if reached < flow.far[fresh]:
            size = _push(flow, size, fresh, reached, flow.open_part[v], v)
    return size


@uncounted
def look_at(flow: Flow, fresh: int) -> None:
    """What each base could hand on to one that moved: the cheapest of the points around it."""
    place = flow.base[fresh]
    for v in range(len(flow.base)):
        flow.open_cost[v] = np.inf
    for u in flow.around[place]:
        cost = flow.pace[u] * flow.travel[place, u]
        for e in range(PARTS * u, PARTS * u + PARTS):
            v = flow.holder[e]
            if v >= 0 and v != fresh and cost - flow.cost[e] < flow.open_cost[v] and place_for(flow, u, fresh) >= 0:
                flow.open_cost[v], flow.open_part[v] = cost - flow.cost[e], e


@uncounted
def _reached_from_ground(flow: Flow, far: float, size: int) -> int:
    """Bases that may hold less than they do."""
    ground = len(flow.base)
    for b in range(ground):
        if not flow.seen[b] and flow.load[b] > flow.low[flow.base[b]] + LITTLE:
            reached = max(flow.price[ground] + far - flow.price[b], far)
            if reached < flow.far[b]:
                size = _push(flow, size, b, reached, -1, ground)
    return size


@uncounted
def augment(flow: Flow, fresh: int) -> float:
    """Send what is too much somewhere the cheapest way to where it is missing; returns what that way costs above prices, or why there is none.

    fresh: a base that moved, which points do not know yet; -1 = none.
    """
    ground, size, sink = len(flow.base), 0, -1
    for v in range(ground + 1):
        flow.far[v], flow.seen[v] = np.inf, False
    for v in range(ground + 1):
        if flow.excess[v] > LITTLE:
            size = _push(flow, size, v, 0.0, -1, -1)
    if size == 0:
        return NOTHING
    while size > 0:
        if size + ground * 8 > len(flow.heap):
            return LOST
        v, size = _pop(flow, size), size - 1
        if flow.seen[v]:
            continue
        flow.seen[v] = True
        if flow.excess[v] < -LITTLE:
            sink = v
            break
        far = flow.far[v]
        size = _reached_from_ground(flow, far, size) if v == ground else _reached_from(flow, v, far, fresh, size)
    if sink < 0:
        return LOST
    _sent(flow, sink)
    if fresh >= 0:
        look_at(flow, fresh)
    far = flow.far[sink]
    for v in range(ground + 1):
        if flow.seen[v] and flow.far[v] < far:
            flow.price[v] += flow.far[v] - far
    return float(far)


@uncounted
def _sent(flow: Flow, sink: int) -> None:
    """As much as the way to ``sink`` lets through, sent along it."""
    ground, amount, v = len(flow.base), -flow.excess[sink], sink
    while flow.origin[v] >= 0:
        w = flow.origin[v]
        if v == ground:
            amount = min(amount, flow.high[flow.base[w]] - flow.load[w])
        elif w == ground:
            amount = min(amount, flow.load[v] - flow.low[flow.base[v]])
        else:
            amount = min(amount, flow.part[flow.by[v]])
        v = w
    amount = min(amount, flow.excess[v])
    flow.excess[v] -= amount
    flow.excess[sink] += amount
    v = sink
    while flow.origin[v] >= 0:
        w = flow.origin[v]
        if v == ground:
            flow.load[w] += amount
        elif w == ground:
            flow.load[v] -= amount
        else:
            e = flow.by[v]
            u, left = e // PARTS, flow.part[e] - amount
            left = left if left > LITTLE else 0.0
            flow.total[0] += amount * (flow.pace[u] * flow.travel[u, flow.base[v]] - flow.cost[e])
            give(flow, u, v, amount)
            put(flow, e, w if left > 0.0 else -1, left)
        v = w


@uncounted
def begin(flow: Flow) -> None:
    """Every point with its nearest base, what that makes too much or too little, and prices of nothing."""
    bases = len(flow.base)
    flow.holder[:], flow.part[:] = -1, 0.0
    flow.stale[:], flow.slot[:] = True, -1
    flow.head[:], flow.load[:], flow.price[:] = -1, 0.0, 0.0
    flow.total[0], flow.told[0] = 0.0, 0
    whole = 0.0
    for u in range(len(flow.weight)):
        look_near(flow, u)
        b = flow.near[u, 0]
        _set(flow, PARTS * u, b, flow.weight[u])
        flow.load[b] += flow.weight[u]
        flow.total[0] += flow.weight[u] * flow.cost[PARTS * u]
        whole += flow.weight[u]
    for b in range(bases):
        held = flow.load[b]
        flow.load[b] = min(max(held, flow.low[flow.base[b]]), flow.high[flow.base[b]])
        flow.excess[b] = held - flow.load[b]
        whole -= flow.load[b]
    flow.excess[bases] = -whole


@uncounted
def settled(flow: Flow) -> bool:
    """Whether all that is too much somewhere came to where it is missing: the flow costs least then."""
    while True:
        told = augment(flow, -1)
        flow.told[0] = 0
        if told < 0.0:
            return bool(told == NOTHING)
