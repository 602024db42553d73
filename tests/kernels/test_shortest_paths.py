"""Shortest paths against a plain Python Dijkstra, on any small graph."""

import heapq
from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.kernels import shortest_paths

Edge = tuple[int, int, int, int]  # from, to, minutes, miles
INF = float("inf")


def _plain(n: int, edges: Sequence[Edge], source: int, limit: float = INF) -> list[tuple[float, float]]:
    best = [(INF, INF)] * n
    best[source] = (0.0, 0.0)
    heap = [(0.0, source)]
    while heap:
        minutes, u = heapq.heappop(heap)
        if minutes > best[u][0]:
            continue
        for a, b, more_minutes, more_miles in edges:
            miles = best[u][1] + more_miles
            if a == u and minutes + more_minutes < best[b][0] and miles <= limit:
                best[b] = (minutes + more_minutes, miles)
                heapq.heappush(heap, (minutes + more_minutes, b))
    return best


def _csr(n: int, edges: Sequence[Edge]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    ordered = sorted(edges)
    indptr = np.searchsorted([e[0] for e in ordered], np.arange(n + 1)).astype(np.int32)
    return (
        indptr,
        np.array([e[1] for e in ordered], dtype=np.int32),
        np.array([e[2] for e in ordered], dtype=np.float32),
        np.array([e[3] for e in ordered], dtype=np.float32),
    )


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[Edge]]:
    """Minutes are distinct powers of two, so that the quickest path is unique and its miles are certain."""
    n = draw(st.integers(2, 7))
    pairs = draw(
        st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), unique=True, min_size=1, max_size=14)
    )
    powers = draw(st.permutations(range(len(pairs))))
    miles = draw(st.lists(st.integers(1, 20), min_size=len(pairs), max_size=len(pairs)))
    return n, [(a, b, 2**p, m) for (a, b), p, m in zip(pairs, powers, miles, strict=True)]


@settings(deadline=None, max_examples=150)
@given(graphs())
def test_rows_are_the_quickest_paths(graph: tuple[int, list[Edge]]) -> None:
    n, edges = graph
    everyone = np.arange(n, dtype=np.int32)
    minutes, miles = shortest_paths.rows(*_csr(n, edges), everyone, everyone)
    for source in range(n):
        expected = _plain(n, edges, source)
        assert minutes[source].tolist() == [m for m, _ in expected]
        assert miles[source].tolist() == [m for _, m in expected]


@settings(deadline=None, max_examples=150)
@given(graphs(), st.integers(0, 40))
def test_within_finds_targets_inside_the_limit_only(graph: tuple[int, list[Edge]], limit: int) -> None:
    n, edges = graph
    everyone = np.arange(n, dtype=np.int32)
    target_of = np.where(everyone % 2 == 0, everyone, -1).astype(np.int32)
    counts, targets, minutes, miles = shortest_paths.within(*_csr(n, edges), everyone, target_of, np.float32(limit))
    stops = np.concatenate([[0], np.cumsum(counts)])
    for source in range(n):
        here = slice(stops[source], stops[source + 1])
        found = dict(
            zip(targets[here].tolist(), zip(minutes[here].tolist(), miles[here].tolist(), strict=True), strict=True)
        )
        best = _plain(n, edges, source, limit)
        assert found == {t: best[t] for t in range(0, n, 2) if best[t][0] < INF}


def test_results_outgrow_the_first_buffer() -> None:
    n = 1500
    chain = [(i, i + 1, 1, 1) for i in range(n - 1)]
    sources = np.array([0, 0], dtype=np.int32)
    everyone = np.arange(n, dtype=np.int32)
    counts, targets, _, miles = shortest_paths.within(*_csr(n, chain), sources, everyone, np.float32(1e9))
    assert counts.tolist() == [n, n]
    assert targets.tolist() == 2 * everyone.tolist()
    assert miles.tolist() == 2 * everyone.astype(float).tolist()
