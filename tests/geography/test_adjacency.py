"""Adjacency: symmetric, connected, and every bridge says why."""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from bailiwick.geography.adjacency import from_pairs, load_adjacency
from bailiwick.geography.roads import load_roads
from bailiwick.geography.sphere import straight_miles
from bailiwick.geography.units import load_units

NEAR_MILES = 12.0
DETOUR, ROUND = 2.5, 12.0  # times the way by road, and so many miles more, that a way over neighbours may take


def _matrix() -> csr_array:
    a = load_adjacency()
    n = len(a.indptr) - 1
    return csr_array((np.ones(len(a.indices)), a.indices, a.indptr), shape=(n, n))


def test_neighbourhood_is_symmetric_without_loops() -> None:
    matrix = _matrix()
    assert (matrix != matrix.T).nnz == 0
    assert matrix.diagonal().sum() == 0


def test_the_nation_is_connected() -> None:
    assert connected_components(_matrix(), directed=False)[0] == 1


def test_most_states_hold_together_on_their_own() -> None:
    matrix, units = _matrix(), load_units()
    apart = {}
    for state in np.unique(units.state):
        here = np.flatnonzero(units.state == state)
        pieces = connected_components(matrix[here][:, here], directed=False)[0]
        if pieces > 1:
            apart[str(state)] = pieces
    assert sum(apart.values()) <= 60, apart


def test_every_bridge_has_a_reason_and_joins_what_no_border_joins() -> None:
    adjacency, units = load_adjacency(), load_units()
    assert len(adjacency.bridges) < 600
    for bridge in adjacency.bridges:
        assert bridge.reason.split(":")[0] in {"sea", "water", "crossing", "land without ZIP areas lies between"}
        assert bridge.miles > 0 or "land" in bridge.reason
        assert units.index_of(bridge.b) in adjacency.of(units.index_of(bridge.a))


def test_every_crossing_is_a_road() -> None:
    roads = load_roads()
    for bridge in load_adjacency().bridges:
        if bridge.reason.startswith("crossing"):
            assert roads.between(bridge.a, bridge.b).miles < 3.0 * bridge.miles + 10.0, bridge


def test_towns_that_a_road_joins_are_not_far_apart_over_neighbours() -> None:
    units, roads = load_units(), load_roads()
    pairs = _matrix().tocoo()
    ends = (units.lat[pairs.row], units.lon[pairs.row], units.lat[pairs.col], units.lon[pairs.col])
    links = csr_array((straight_miles(*ends) + 0.05, (pairs.row, pairs.col)), shape=pairs.shape)
    towns = np.flatnonzero(units.population >= 10_000)
    near = roads.within(towns, NEAR_MILES)
    limit = DETOUR * NEAR_MILES + ROUND
    parted = []
    for first in range(0, len(towns), 500):
        some = towns[first : first + 500]
        over = dijkstra(links, indices=some, limit=limit)
        for row, town in enumerate(some):
            part = slice(near.indptr[first + row], near.indptr[first + row + 1])
            other, miles = near.targets[part], near.miles[part]
            cut = (units.population[other] >= 10_000) & (over[row, other] > DETOUR * miles + ROUND)
            parted += [(str(units.zips[town]), str(units.zips[v])) for v in other[cut]]
    assert not parted


def test_borders_match_known_neighbours() -> None:
    adjacency, units = load_adjacency(), load_units()
    anchorage = {str(units.zips[i]) for i in adjacency.of(units.index_of("99501"))}
    assert {"99506", "99504", "99508", "99503", "99517"} <= anchorage


def test_a_pair_given_twice_keeps_its_longer_border() -> None:
    a = from_pairs(3, np.array([0, 1], np.int32), np.array([1, 0], np.int32), np.array([0.0, 2.5], np.float32))
    assert a.indptr.tolist() == [0, 1, 2, 2]
    assert a.border_miles.tolist() == [2.5, 2.5]
