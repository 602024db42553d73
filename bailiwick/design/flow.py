"""The transport problem of given bases, solved exactly as a min-cost flow, and the prices that prove it.

Kalcsics, Nickel & Schroeder 2005 (doi:10.1007/BF02578982); the solver is OR-Tools' cost scaling.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from ortools.graph.python import min_cost_flow

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LOAD_GRAINS, COST_GRAINS, NEAR = 1_000_000_000, 1e9, 12


@dataclass(frozen=True)
class Transport:
    """Load flowing from units to bases: ``unit``, ``base``, ``share`` of the unit (each ``[arcs used]``), cost in hours."""

    unit: Ints
    base: Ints
    share: Array
    cost: float

    def main_base(self, n: int) -> Ints:
        """Base with the greatest share of each unit; -1 where a unit carries no load."""
        found = np.full(n, -1, dtype=np.int64)
        order = np.argsort(self.share, kind="stable")
        found[self.unit[order]] = self.base[order]
        return found


def transport(cost: Array, load: Array, lower: Array, upper: Array) -> Transport | None:
    """Cheapest fractional assignment within the bands; None when there is none. cost: ``[T, n]``."""
    near = NEAR
    while True:
        found = _solve(cost, load, lower, upper, min(near, len(cost)))
        if found is not None or near >= len(cost):
            return found
        near *= 4


def _solve(cost: Array, load: Array, lower: Array, upper: Array, near: int) -> Transport | None:
    count = len(cost)
    scale = LOAD_GRAINS / load.sum()
    supply = np.rint(load * scale).astype(np.int64)
    units = np.flatnonzero(supply > 0)
    low, high = np.ceil(lower * scale - 0.5).astype(np.int64), np.floor(upper * scale + 0.5).astype(np.int64)
    total = int(supply.sum())
    if low.sum() > total or high.sum() < total:
        low, high = np.minimum(low, total // count), np.maximum(high, -(-total // count))
    local = cost[:, units]
    if near < count:
        base = np.argpartition(local, near - 1, axis=0)[:near]
    else:
        base = np.repeat(np.arange(count)[:, None], len(units), axis=1)
    column = np.broadcast_to(np.arange(len(units)), base.shape)
    per_load = (local[base, column] / load[units]).ravel()
    grain = COST_GRAINS / max(float(per_load.max()), 1e-300)
    tail, head = column.ravel(), len(units) + base.ravel()
    sink = len(units) + count
    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(tail, head, supply[units][tail], np.rint(per_load * grain).astype(np.int64))
    flow.add_arcs_with_capacity_and_unit_cost(len(units) + np.arange(count), np.full(count, sink), high - low, np.zeros(count, dtype=np.int64))
    flow.set_nodes_supplies(np.arange(sink + 1), np.concatenate([supply[units], -low, [int(low.sum()) - total]]))
    if flow.solve() != flow.OPTIMAL:
        return None
    amount = flow.flows(arcs)
    used = np.flatnonzero(amount > 0)
    unit, to = units[tail[used]], base.ravel()[used]
    share = amount[used] / supply[unit]
    return Transport(unit, to, share, float((cost[to, unit] * share).sum()))


def prices_of(found: Transport, cost: Array, load: Array, lower: Array, upper: Array) -> Array:
    """Prices ``[T]`` that make the transport optimal: shortest paths over what may still be shifted between bases."""
    count = len(cost)
    shift = np.full((count, count), np.inf)
    for b in range(count):
        members = found.unit[found.base == b]
        if len(members):
            shift[b] = ((cost[:, members] - cost[b, members]) / load[members]).min(axis=1)
    loads = np.bincount(found.base, found.share * load[found.unit], minlength=count)
    slack = 1e-6 * load.sum() / count
    price = np.where(loads < upper - slack, 0.0, np.inf)
    for _ in range(count + 1):
        after = np.minimum(price, (shift + price[None, :]).min(axis=1))
        if np.allclose(after, price, rtol=1e-12, atol=0):
            break
        price = after
    price = np.where(np.isfinite(price), price, 0.0)
    strictly_inside = (loads > lower + slack) & (loads < upper - slack)
    return np.where(strictly_inside, 0.0, price)
