"""Bases moved one at a time to wherever divisible points are then served cheaper, as an optimal flow from them tells.

The substitution of Teitz & Bart (1968, doi:10.1287/opre.16.5.955), each tried on the whole country at once: what a base that is given up held goes
along chains of its neighbours to where a new one wants it, however far that is. Most are given up after a few steps, once potentials prove that they
cannot pay.
"""

import numpy as np
import numpy.typing as npt

from bailiwick.kernels import flows
from bailiwick.kernels.chance import uniform
from bailiwick.kernels.compiled import uncounted
from bailiwick.kernels.flows import PARTS, Flow

U64 = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
BESIDE = 16  # points around a base that it is moved to
LOOKED_AT = 6  # bases to give up and places to open, the best of which is taken


@uncounted
def substituted(flow: Flow, i: int, place: int, worth: float) -> float:
    """Base ``i`` moved to ``place`` if that saves ``worth`` hours; returns the hours saved, 0.0 where it stays."""
    ground, before, was = len(flow.base), flow.total[0], flow.base[i]
    for v in range(ground):
        flow.kept_price[v], flow.kept_load[v] = flow.price[v], flow.load[v]
    flow.kept_price[ground] = flow.price[ground]
    flow.told[0] = 0
    if _pays(flow, i, place, before - worth):
        _known(flow, i)
        return float(before - flow.total[0])
    for v in range(ground):
        flow.price[v], flow.load[v], flow.excess[v] = flow.kept_price[v], flow.kept_load[v], 0.0
    flow.price[ground], flow.excess[ground] = flow.kept_price[ground], 0.0
    flow.base[i] = was
    flows.take_back(flow)
    flow.total[0] = before
    return 0.0


@uncounted
def _pays(flow: Flow, i: int, place: int, most: float) -> bool:
    """Base ``i`` moved to ``place``; whether all that it then costs is less than ``most``, given up as soon as that is proven wrong."""
    if not (_given_up(flow, i) and _opened(flow, i, place)):
        return False
    while flows.proven(flow) < most and not flows.full(flow):
        told = flows.augment(flow, i)
        if told == flows.NOTHING:
            return bool(flow.total[0] < most)
        if told == flows.LOST:
            break
    return False


@uncounted
def _given_up(flow: Flow, i: int) -> bool:
    """What base ``i`` serves goes where prices make it cheapest; false where a point is in too many parts for that."""
    e = flow.head[i]
    while e >= 0:
        following, u, load = flow.after[e], e // PARTS, flow.part[e]
        least, to, cost = np.inf, -1, 0.0
        for p in range(flow.near.shape[1]):
            b = flow.near[u, p]
            if b != i and flow.near_cost[u, p] - flow.price[b] < least and flows.place_for(flow, u, b) >= 0:
                least, to, cost = flow.near_cost[u, p] - flow.price[b], b, flow.near_cost[u, p]
        if to < 0:
            return False
        flow.total[0] += load * (cost - flow.cost[e])
        flow.excess[to] += load
        flows.put(flow, e, -1, 0.0)
        flows.give(flow, u, to, load)
        e = following
    return True


@uncounted
def _opened(flow: Flow, i: int, place: int) -> bool:
    """Base ``i`` stands at ``place``, with a price at which no point would cost less there, and lacks all that it must hold; false where no point
    around could come to it.
    """
    ground = len(flow.base)
    flow.base[i] = place
    flows.look_at(flow, i)
    least = np.inf
    for v in range(ground):
        least = min(least, flow.price[v] + flow.open_cost[v])
    if least == np.inf:
        return False
    flow.price[i] = least
    held = flow.high[place] if least < flow.price[ground] else flow.low[place]
    flow.excess[ground] += held - flow.load[i]
    flow.load[i], flow.excess[i] = held, -held
    return True


@uncounted
def _known(flow: Flow, i: int) -> None:
    """Points that base ``i`` is near to now, or was, look for their nearest again."""
    place, last = flow.base[i], flow.near.shape[1] - 1
    for u in range(len(flow.weight)):
        near = flow.pace[u] * flow.travel[place, u] < flow.near_cost[u, last]
        for p in range(last + 1):
            near = near or flow.near[u, p] == i
        if near:
            flows.look_near(flow, u)
            flows.outdate(flow, u)


@uncounted
def _loss(flow: Flow, i: int) -> float:
    """What giving up base ``i`` costs at least, but for what it must hold."""
    lost, e = 0.0, flow.head[i]
    while e >= 0:
        u, least = e // PARTS, np.inf
        for p in range(flow.near.shape[1]):
            b = flow.near[u, p]
            if b != i:
                least = min(least, flow.near_cost[u, p] - flow.price[b])
        lost += flow.part[e] * (least - flow.cost[e] + flow.price[len(flow.base)])
        e = flow.after[e]
    return lost


@uncounted
def _gain(flow: Flow, place: int) -> float:
    """What a base at ``place`` could save at most that serves the points around it, as much as the middle of its band."""
    gained, left = 0.0, (flow.low[place] + flow.high[place]) / 2
    for u in flow.around[place]:
        cost = flow.pace[u] * flow.travel[place, u]
        for e in range(PARTS * u, PARTS * u + PARTS):
            b = flow.holder[e]
            if b >= 0:
                load = min(flow.part[e], left)
                gained += load * (flow.cost[e] - flow.price[b] + flow.price[len(flow.base)] - cost)
                left -= load
        if left <= flows.LITTLE:
            break
    return gained


@uncounted
def improve(flow: Flow, eligible: Flags, taken: Flags, farther: float, trials: int, worth: float, state: U64) -> float:
    """Try so many substitutions and keep those that save ``worth`` hours; returns the hours saved.

    eligible: points that may be a base; taken: those that are one, kept true ``[n]``. farther: share of the trials that open a base anywhere.
    """
    saved = 0.0
    for _ in range(trials):
        i = int(uniform(state) * len(flow.base))
        if uniform(state) < farther:
            least, most, place = _loss(flow, i), -np.inf, -1
            for _ in range(LOOKED_AT):
                j = int(uniform(state) * len(flow.base))
                loss = _loss(flow, j)
                if loss < least:
                    i, least = j, loss
                u = int(uniform(state) * len(flow.weight))
                gain = _gain(flow, u)
                if gain > most:
                    most, place = gain, u
        else:
            place = flow.around[flow.base[i], int(uniform(state) * min(BESIDE, flow.around.shape[1]))]
        if taken[place] or not eligible[place]:
            continue
        was = flow.base[i]
        gained = substituted(flow, i, place, worth)
        if gained > 0.0:
            taken[was], taken[place] = False, True
            saved += gained
    return saved
