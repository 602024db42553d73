"""Quickest journeys against a plain Python Dijkstra, on any small network: whole rows, and searches that end nearby."""

import heapq
from collections.abc import Sequence

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bailiwick.geography.graph import Graph, Links, graph_of, ordered
from bailiwick.kernels import journeys, sweeping

Road = tuple[int, int, int, int]  # two nodes, minutes, miles
INF = float("inf")


def _plain(ends: int, roads: Sequence[Road], source: int, most_miles: float = INF) -> list[tuple[float, float]]:
    """Minutes and miles to the first ``ends`` nodes, in which journeys begin and end, but do not lead through to a junction once at one."""
    best: dict[tuple[int, bool], tuple[int, int]] = {(source, False): (0, 0)}
    heap = [((0, 0), source, False)]  # where to, and whether it has been at a junction or wants to arrive
    while heap:
        cost, u, away = heapq.heappop(heap)
        if cost > best[u, away] or cost > best.get((u, False), cost):  # who has not been away is here sooner, and may go on to more
            continue
        for a, b, minutes, miles in roads:
            if u not in (a, b):
                continue
            v = b if u == a else a
            then = (cost[0] + minutes, cost[1] + miles)
            if (away and u < ends <= v) or then[1] > most_miles:  # arrived, it goes on to ends alone
                continue
            now = (v, away or v >= ends)
            if then < best.get(now, (10**9, 0)):
                best[now] = then
                heapq.heappush(heap, (then, *now))
    found = [min(best.get((t, away), (INF, INF)) for away in (False, True)) for t in range(ends)]
    return [(minutes / 100, miles / 100) for minutes, miles in found]


def _graph(ends: int, nodes: int, roads: Sequence[Road]) -> Graph:
    links = Links(*np.array(sorted(roads), dtype=np.int32).reshape(-1, 4).T)
    unit_node = np.arange(ends, dtype=np.int32)
    named = Links(*(np.append(c, v).astype(np.int32) for c, v in zip(links, (nodes - 1, nodes, 1, 1), strict=True)))  # the last node exists
    order, shortcuts = ordered(named, unit_node)
    return graph_of(named, shortcuts, order, unit_node)


@st.composite
def networks(draw: st.DrawFn) -> tuple[int, int, list[Road]]:
    ends = draw(st.integers(1, 5))
    nodes = ends + draw(st.integers(0, 7))
    every = [(a, b) for b in range(nodes) for a in range(b)]
    pairs = draw(st.lists(st.sampled_from(every), unique=True, max_size=24)) if every else []
    return ends, nodes, [(a, b, draw(st.integers(1, 9)), draw(st.integers(1, 9))) for a, b in pairs]


def _as_rows(ends: int, roads: list[Road]) -> tuple[np.ndarray, np.ndarray]:
    expected = np.array([_plain(ends, roads, source) for source in range(ends)], dtype=np.float32)
    return expected[:, :, 0], expected[:, :, 1]


@settings(deadline=None, max_examples=400)
@given(networks())
def test_rows_are_the_quickest_journeys_and_of_those_the_shortest(network: tuple[int, int, list[Road]]) -> None:
    ends, nodes, roads = network
    graph = _graph(ends, nodes, roads)
    minutes, miles = sweeping.rows(graph.ranked, graph.place, graph.place)
    np.testing.assert_array_equal(minutes, _as_rows(ends, roads)[0])
    np.testing.assert_array_equal(miles, _as_rows(ends, roads)[1])
    np.testing.assert_array_equal(minutes, minutes.T)


@settings(deadline=None, max_examples=200)
@given(networks(), st.integers(0, 30))
def test_searches_that_end_nearby_find_what_rows_hold(network: tuple[int, int, list[Road]], limit: int) -> None:
    ends, nodes, roads = network
    graph, (minutes, miles) = _graph(ends, nodes, roads), _as_rows(ends, roads)
    target_of = np.full(len(graph.near.pointer) - 1, -1, dtype=np.int32)
    target_of[graph.stop] = np.arange(ends)
    counts, targets, found, far = journeys.within(graph.near, graph.start, target_of, np.full(ends, limit), journeys.FAR)
    source = np.repeat(np.arange(ends), counts)
    inside = np.full((ends, ends), np.inf, dtype=np.float32)
    inside[source, targets] = found
    np.testing.assert_array_equal(inside, np.where(minutes <= np.float32(limit / 100), minutes, np.inf))
    np.testing.assert_array_equal(far, miles[source, targets])
    some = np.arange(0, ends, 2)
    np.testing.assert_array_equal(sweeping.legs(graph.ranked, graph.place[some], graph.place[some[::-1]]), minutes[np.ix_(some, some[::-1])])


@settings(deadline=None, max_examples=200)
@given(networks(), st.integers(0, 30))
@example((3, 5, [(0, 2, 1, 1), (0, 1, 1, 3), (0, 3, 1, 1), (1, 3, 1, 1), (0, 4, 1, 1)]), 3)  # from 1 to 2 the quickest is too long
def test_within_so_many_miles_is_the_plain_search_that_goes_no_further(network: tuple[int, int, list[Road]], limit: int) -> None:
    ends, nodes, roads = network
    graph = _graph(ends, nodes, roads)
    target_of = np.full(len(graph.near.pointer) - 1, -1, dtype=np.int32)
    target_of[graph.stop] = np.where(np.arange(ends) % 2 == 0, np.arange(ends), -1)
    counts, targets, minutes, miles = journeys.within(graph.near, graph.start, target_of, np.full(ends, journeys.FAR), limit)
    stops = np.concatenate([[0], np.cumsum(counts)])
    for source in range(ends):
        here = slice(stops[source], stops[source + 1])
        found = dict(zip(targets[here].tolist(), zip(minutes[here].tolist(), miles[here].tolist(), strict=True), strict=True))
        best = np.array(_plain(ends, roads, source, limit), dtype=np.float32)
        assert found == {t: tuple(best[t].tolist()) for t in range(0, ends, 2) if best[t, 0] < INF}


def test_within_so_many_miles_leaves_out_what_is_further() -> None:
    graph = _graph(3, 5, [(0, 3, 10, 400), (3, 4, 10, 400), (1, 4, 10, 100), (2, 4, 10, 101)])
    target_of = np.full(len(graph.near.pointer) - 1, -1, dtype=np.int32)
    target_of[graph.stop] = np.arange(3)
    counts, targets, _, miles = journeys.within(graph.near, graph.start[:1], target_of, np.full(1, journeys.FAR), 900)
    assert counts.tolist() == [2]
    assert dict(zip(targets.tolist(), miles.tolist(), strict=True)) == {0: 0.0, 1: 9.0}


def test_more_sources_than_one_sweep_takes_and_more_pairs_than_the_first_buffer_holds() -> None:
    n = 700
    chain = [(i, i + 1, 1, 2) for i in range(n - 1)]
    graph = _graph(n, n, chain)
    sources = np.arange(sweeping.LANES + 3)
    minutes, miles = sweeping.rows(graph.ranked, graph.place[sources], graph.place)
    away = np.abs(sources[:, None] - np.arange(n))
    np.testing.assert_array_equal(minutes, (away / 100).astype(np.float32))
    np.testing.assert_array_equal(miles, (2 * away / 100).astype(np.float32))
    target_of = np.full(len(graph.near.pointer) - 1, -1, dtype=np.int32)
    target_of[graph.stop] = np.arange(n)
    counts, targets, _, far = journeys.within(graph.near, graph.start[:2], target_of, np.full(2, journeys.FAR), journeys.FAR)
    assert counts.tolist() == [n, n]
    np.testing.assert_array_equal(far, miles[np.repeat([0, 1], n), targets])
