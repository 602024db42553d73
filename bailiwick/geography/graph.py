"""The road network as arrays: for searches that end nearby, and in the order in which whole rows are swept.

A journey begins and ends at units, and may lead over local roads through units beside those; it never leads from a junction
to a unit and on to another junction. Otherwise the access legs of a unit on a river bank would join both banks.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from bailiwick.kernels import hierarchy, journeys, sweeping
from bailiwick.kernels.journeys import MILES, MILES_BITS, Network

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]


class Links(NamedTuple):
    """Roads that take as long both ways, each once: the lower and the higher node, minutes and miles in hundredths."""

    low: I32
    high: I32
    minutes: I32
    miles: I32

    @property
    def cost(self) -> I64:
        """Minutes before miles, in one number."""
        return np.asarray(self.minutes.astype(np.int64) << MILES_BITS | self.miles)


@dataclass(frozen=True)
class Graph:
    """near: directed, every unit two nodes of it: journeys leave from ``start`` and arrive at ``stop`` ``[units]``.

    ranked: the nodes in order, the most important first, each with its edges to those before it; place: of each unit in that order.
    """

    near: Network
    start: I32
    stop: I32
    ranked: Network
    place: I32

    def component_of_units(self) -> I32:
        """Number of the connected network each unit is on; a unit no road reaches is alone on its own."""
        n = len(self.near.pointer) - 1
        ends = np.repeat(np.arange(n), np.diff(self.near.pointer))
        matrix = coo_array((np.ones(len(ends), dtype=np.int8), (ends, self.near.to)), shape=(n, n))
        return np.asarray(connected_components(matrix, directed=False)[1], dtype=np.int32)[self.start]


def graph_of(roads: Links, shortcuts: Links, order: I32, unit_node: I32) -> Graph:
    """The graph of the edges, in the ``order`` and with the ``shortcuts`` of ``ordered``. unit_node: node of each unit."""
    n = len(order)
    stop_of = np.arange(n, dtype=np.int32)
    stop_of[unit_node] = n + np.arange(len(unit_node), dtype=np.int32)
    place = (n - 1 - order).astype(np.int32)
    return Graph(_near(roads, stop_of, unit_node), unit_node, stop_of[unit_node], _ranked(roads, shortcuts, place), place[unit_node])


def prepare() -> None:
    """Compile what finds journeys, or load what was compiled: two nodes and a road are enough for that."""
    one, none = Links(*np.array([[0], [1], [1], [1]], dtype=np.int32)), Links(*np.empty((4, 0), dtype=np.int32))
    graph = graph_of(one, none, np.array([0, 1], dtype=np.int32), np.array([0], dtype=np.int32))
    sweeping.rows(graph.ranked, graph.place, graph.place)
    sweeping.legs(graph.ranked, graph.place, graph.place)
    journeys.within(graph.near, graph.start, np.full(3, -1, dtype=np.int32), np.zeros(1, dtype=np.int64), 0)


def ordered(roads: Links, unit_node: I32) -> tuple[I32, Links]:
    """The order in which nodes are left out, by node, and the shortcuts that this takes."""
    n = int(max(roads.high.max(), unit_node.max())) + 1
    end = np.zeros(n, dtype=np.bool_)
    end[unit_node] = True
    order, one, other, cost = hierarchy.contracted(roads.low, roads.high, roads.cost, end)
    low, high = np.minimum(one, other), np.maximum(one, other)
    known = dict(zip((roads.low.astype(np.int64) * n + roads.high).tolist(), roads.cost.tolist(), strict=True))
    fresh = np.array([known.get(name) != c for name, c in zip((low.astype(np.int64) * n + high).tolist(), cost.tolist(), strict=True)])
    by = np.flatnonzero(fresh)[np.lexsort((high[fresh], low[fresh]))]
    return order, Links(low[by], high[by], (cost[by] >> MILES_BITS).astype(np.int32), (cost[by] & MILES).astype(np.int32))


def _near(roads: Links, stop_of: I32, unit_node: I32) -> Network:
    """A road leads from junction to junction both ways; an access leg from a unit's start and to its stop; a local road from start to start and from
    stop to stop; from start to stop costs nothing.
    """
    n = len(stop_of)
    is_unit = stop_of >= n
    source, target, cost = np.concatenate([roads.low, roads.high]), np.concatenate([roads.high, roads.low]), np.tile(roads.cost, 2)
    arrives, among = is_unit[target] & ~is_unit[source], is_unit[target] & is_unit[source]
    return _network(
        np.concatenate([source, stop_of[source[among]], unit_node]),
        np.concatenate([np.where(arrives, stop_of[target], target), stop_of[target[among]], stop_of[unit_node]]),
        np.concatenate([cost, cost[among], np.zeros(len(unit_node), dtype=np.int64)]),
        n + len(unit_node),
    )


def _ranked(roads: Links, shortcuts: Links, place: I32) -> Network:
    one, other = (place[np.concatenate(ends)] for ends in ((roads.low, shortcuts.low), (roads.high, shortcuts.high)))
    return _network(np.maximum(one, other), np.minimum(one, other), np.concatenate([roads.cost, shortcuts.cost]), len(place))


def _network(source: I32, target: I32, cost: I64, n: int) -> Network:
    by = np.argsort(source.astype(np.int64) * n + target, kind="stable")
    pointer = np.concatenate([[0], np.cumsum(np.bincount(source, minlength=n))]).astype(np.int32)
    return Network(pointer, target[by].astype(np.int32), cost[by])
