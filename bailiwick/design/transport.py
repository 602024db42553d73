"""The transport problem behind a design: units to bases at least cost within the band, units divisible.

Hess et al. 1965 (doi:10.1287/opre.13.6.998) alternate it with recentring; Kalcsics, Nickel & Schröder 2005
(doi:10.1007/BF02578982) survey the family. Solved as a min-cost flow in whole grains (OR-Tools, cost scaling: Goldberg
1997, doi:10.1006/jagm.1995.0805); prices are shortest paths over what may still be shifted between bases.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from ortools.graph.python import min_cost_flow

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LOAD_GRAINS, COST_GRAINS = 1e9, 1e9
PRICINGS = 8  # rounds in which arcs left out are priced and the cheap ones brought in


@dataclass(frozen=True)
class Flow:
    """share: fraction of each unit served by each base ``[units, bases]``. cost: hours. prices: hours per unit of load by base."""

    share: Array
    cost: float
    prices: Array


def transport(cost: Array, load: Array, band: tuple[float, float], *, near: int, exact: bool = False) -> Flow | None:
    """Least-cost shares of units over their ``near`` cheapest bases; None when these arcs cannot meet the band.

    cost: hours ``[units, bases]``. load: by unit; a unit without load takes its cheapest base. band: load of each base.
    exact: price the arcs left out, bring in those that pay, and give prices; otherwise prices are zero.
    """
    n, k = cost.shape
    supply = np.rint(load * (LOAD_GRAINS / load.sum())).astype(np.int64)
    units, idle = np.flatnonzero(supply), np.flatnonzero(supply == 0)
    open_arcs = _nearest(cost, min(near, k))
    for pricing in range(PRICINGS):
        arcs = _ship(cost[units], load[units], supply[units], _limits(band, load, k), open_arcs[units])
        if arcs is None:
            return None
        row, column, amount = arcs
        share = np.zeros((n, k))
        share[idle, np.argmin(cost[idle], axis=1)] = 1.0
        share[units[row], column] = amount / supply[units[row]]
        value = float((share * cost).sum())
        if not exact:
            return Flow(share, value, np.zeros(k))
        found = Flow(share, value, prices(share, cost, load, band, open_arcs))
        reduced = cost + load[:, None] * found.prices
        paying = np.argmin(reduced, axis=1)
        missing = np.flatnonzero(~open_arcs[np.arange(n), paying])
        if not len(missing) or pricing == PRICINGS - 1:
            break
        open_arcs[missing, paying[missing]] = True
    return found


def _nearest(cost: Array, near: int) -> npt.NDArray[np.bool_]:
    if near >= cost.shape[1]:
        return np.ones(cost.shape, dtype=np.bool_)
    found = np.zeros(cost.shape, dtype=np.bool_)
    np.put_along_axis(found, np.argpartition(cost, near - 1, axis=1)[:, :near], True, axis=1)
    return found


def _limits(band: tuple[float, float], load: Array, k: int) -> tuple[int, int]:
    """The band in grains, never tighter than the total by a grain of rounding."""
    total, grain = float(load.sum()), LOAD_GRAINS / float(load.sum())
    low, high = int(np.ceil(band[0] * grain)), int(np.floor(band[1] * grain))
    slack = 1e-9 * total
    if band[0] * k <= total + slack and low * k > LOAD_GRAINS - k:
        low = int(LOAD_GRAINS // k) - 1
    if band[1] * k >= total - slack and high * k < LOAD_GRAINS + k:
        high = int(LOAD_GRAINS // k) + 2
    return low, high


def _ship(cost: Array, load: Array, supply: Ints, limits: tuple[int, int], open_arcs: npt.NDArray[np.bool_]) -> tuple[Ints, Ints, Ints] | None:
    """Arcs used as (unit, base, grains); None when infeasible."""
    n, k = cost.shape
    low, high = limits
    row, column = np.nonzero(open_arcs)
    dear = cost[row, column] / load[row]
    dear *= COST_GRAINS / max(float(dear.max(initial=0.0)), 1e-300)
    total = int(supply.sum())
    if high < low or low * k > total or high * k < total:
        return None
    sink = n + k
    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(row, n + column, supply[row], np.rint(dear).astype(np.int64))
    bases = np.arange(k)
    flow.add_arcs_with_capacity_and_unit_cost(n + bases, np.full(k, sink), np.full(k, high - low), np.zeros(k, dtype=np.int64))
    flow.set_nodes_supplies(np.arange(sink + 1), np.concatenate([supply, np.full(k, -low), [low * k - total]]))
    if flow.solve() != flow.OPTIMAL:
        return None
    amount = np.asarray(flow.flows(arcs))
    used = np.flatnonzero(amount)
    return row[used], column[used], amount[used]


def prices(share: Array, cost: Array, load: Array, band: tuple[float, float], open_arcs: npt.NDArray[np.bool_]) -> Array:
    """Prices ``[bases]`` under which no shift of load between bases pays (Bellman–Ford over the bases)."""
    k = cost.shape[1]
    shift = np.full((k, k), np.inf)
    for b in range(k):
        members = np.flatnonzero((share[:, b] > 1e-9) & (load > 1e-7 * load.sum() / len(load)))
        if len(members):
            gain = (cost[members] - cost[members, b][:, None]) / load[members][:, None]
            shift[b] = np.where(open_arcs[members], gain, np.inf).min(axis=0)
    held = load @ share
    slack = 3e-5 * float(load.sum()) / k
    price = np.where(held < band[1] - slack, 0.0, np.inf)
    for _ in range(k):
        after = np.minimum(price, (shift + price[None, :]).min(axis=1))
        if np.array_equal(after, price):
            break
        price = after
    return np.where(np.isfinite(price), price, 0.0)
