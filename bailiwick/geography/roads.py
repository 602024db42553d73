"""Road miles and minutes between units over the bundled highway network; air where no road leads.

Implements ``model.travel.TravelTimes``. Rows are kept as they are asked for, so a search pays for each base once.
"""

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from bailiwick.geography.graph import Graph, Links, graph_of
from bailiwick.geography.sphere import chord_to_miles, straight_miles, unit_vectors
from bailiwick.geography.units import BUNDLE, Units, load_units
from bailiwick.kernels import journeys, sweeping
from bailiwick.model.travel import Basis, Leg

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
Pairs = tuple[I32, I32, F32, F32]
T = TypeVar("T")

AIR_WAIT_MINUTES = 240.0  # to and through two airports
AIR_MILES_PER_MINUTE = 8.0
KEPT_ROWS = 600  # 265 kB each
THREADS = 2
FURTHEST = 1e9  # minutes or miles of any journey
CHUNK = 512


@dataclass(frozen=True)
class Near:
    """Pairs of units within a limit, as CSR: for origin ``i`` the slice ``indptr[i]:indptr[i + 1]``.

    targets: int32 units, in no order. minutes, miles: float32. The origin itself is among its targets at 0.
    """

    indptr: npt.NDArray[np.int64]
    targets: I32
    minutes: F32
    miles: F32


@dataclass
class Roads:
    """Travel between units. component: int32 ``[n_units]``, equal where a road joins two units."""

    units: Units
    graph: Graph
    component: I32
    _rows: "OrderedDict[int, tuple[F32, F32]]" = field(default_factory=OrderedDict, repr=False)

    def between(self, zip_a: str, zip_b: str) -> Leg:
        """The journey between any two USPS ZIPs; raises UnknownNameError for one that does not exist."""
        a, b = self.units.locate(zip_a), self.units.locate(zip_b)
        if a == b:
            return Leg(0.0, 0.0, "same-zip")
        a, b = min(a, b), max(a, b)  # the same both ways to the last digit
        minutes, miles = self.rows(np.array([a]))
        basis: Basis = "road" if self.component[a] == self.component[b] else "air"
        return Leg(float(miles[0, b]), float(minutes[0, b]), basis)

    def by_air(self, origins: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Where ``rows`` holds a flight rather than a road ``[len(origins), n_units]``."""
        return np.asarray(self.component[origins][:, None] != self.component[None, :])

    def rows(self, origins: npt.NDArray[np.int64]) -> tuple[F32, F32]:
        """Minutes and miles, each float32 ``[len(origins), n_units]``; finite everywhere."""
        wanted = [int(o) for o in origins]
        missing = [o for o in dict.fromkeys(wanted) if o not in self._rows]
        fresh = dict(zip(missing, self._compute(missing), strict=True))
        minutes = np.empty((len(wanted), len(self.units)), dtype=np.float32)
        miles = np.empty_like(minutes)
        for i, origin in enumerate(wanted):
            minutes[i], miles[i] = fresh.get(origin) or self._rows[origin]
        self._keep(wanted, fresh)
        return minutes, miles

    def within(self, origins: npt.NDArray[np.int64], limit_miles: float) -> Near:
        """Every unit within ``limit_miles`` by road of each origin; flights are left out."""
        every = np.arange(len(self.units))
        return _joined(self._searched(origins, every, np.full(len(origins), np.inf), limit_miles))

    def _searched(self, origins: npt.NDArray[np.int64], targets: npt.NDArray[np.int64], minutes: F64, miles: float) -> list[Pairs]:
        """Pairs within both limits by road, some origins at a time: how many of each origin, position in ``targets``, minutes, miles."""
        graph = self.graph
        target_of = np.full(len(graph.near.pointer) - 1, -1, dtype=np.int32)
        target_of[graph.stop[targets]] = np.arange(len(targets), dtype=np.int32)
        starts, most, furthest = graph.start[origins], _hundredths(minutes), int(_hundredths(np.array(miles)))

        def search(part: slice) -> Pairs:
            found: Pairs = journeys.within(graph.near, starts[part], target_of, most[part], furthest)
            return found

        return _in_parts(len(origins), search)

    def among(self, units: npt.NDArray[np.int64], neighbours: int) -> F32:
        """Minutes between every two of ``units``: by road to about the ``neighbours`` nearest, beyond them estimated.

        The estimate is the straight line at the pace of the longest roads measured; flights as in ``rows``.
        """
        count = len(units)
        straight = _straight_among(self.units.lat[units], self.units.lon[units])
        reach = np.float32(among_reach(straight, neighbours))
        minutes = np.full((count, count), np.nan, dtype=np.float32)
        for part, (counts, to, found, _) in enumerate(self._searched(units, units, np.full(count, np.inf), float(reach))):
            minutes[part * CHUNK + np.repeat(np.arange(len(counts)), counts), to] = found
        _alike(minutes)
        return self._estimated(units, minutes, straight, reach)

    def _estimated(self, units: npt.NDArray[np.int64], minutes: F32, straight: F32, reach: np.float32) -> F32:
        """``minutes`` with estimates where no road was measured: the straight line at the pace of the longest that were."""
        paces = []
        for first in range(0, len(units), CHUNK):
            part = slice(first, first + CHUNK)
            known = np.isfinite(minutes[part]) & (straight[part] > reach / 3)
            paces.append(minutes[part][known] / straight[part][known])
        pace = np.float32(np.median(np.concatenate(paces))) if any(len(p) for p in paces) else np.float32(60.0 / 40.0)
        for first in range(0, len(units), CHUNK):
            part = slice(first, first + CHUNK)
            air = self.component[units[part]][:, None] != self.component[units][None, :]
            filled = np.where(np.isnan(minutes[part]), straight[part] * pace, minutes[part])
            minutes[part] = np.where(air, AIR_WAIT_MINUTES + straight[part] / np.float32(AIR_MILES_PER_MINUTE), filled)
        return minutes

    def legs(self, origins: npt.NDArray[np.int64], targets: npt.NDArray[np.int64]) -> F32:
        """Minutes ``[origins, targets]`` as in ``rows``, looking only at the roads about them."""
        graph = self.graph
        minutes = sweeping.legs(graph.ranked, graph.place[origins], graph.place[targets])
        air = self.component[origins][:, None] != self.component[targets][None, :]
        if air.any():
            lat, lon = self.units.lat, self.units.lon
            straight = straight_miles(lat[origins][:, None], lon[origins][:, None], lat[targets][None, :], lon[targets][None, :])
            minutes = np.where(air, AIR_WAIT_MINUTES + straight / AIR_MILES_PER_MINUTE, minutes).astype(np.float32)
        return np.asarray(minutes)

    def around(self, origins: npt.NDArray[np.int64], limits: F32, targets: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], I32, F32]:
        """The ``targets`` within ``limits`` minutes of each origin, as CSR: pointers, position in ``targets``, minutes as in ``rows``."""
        by_road = self._searched(origins, targets, limits.astype(np.float64), np.inf)
        by_air = _in_parts(len(origins), lambda part: self._flights(origins[part], limits[part], targets))
        return _gathered([[road[:3], air] for road, air in zip(by_road, by_air, strict=True)])

    def _flights(self, origins: npt.NDArray[np.int64], limits: F32, targets: npt.NDArray[np.int64]) -> tuple[I32, I32, F32]:
        """Targets that no road joins and a flight reaches within the limit: how many of each origin, which, minutes."""
        counts, tos, times = np.zeros(len(origins), np.int32), [np.empty(0, np.int32)], [np.empty(0, np.float32)]
        lat, lon = self.units.lat, self.units.lon
        for i in np.flatnonzero(limits > AIR_WAIT_MINUTES):
            at = np.flatnonzero(self.component[targets] != self.component[origins[i]])
            straight = straight_miles(lat[origins[i]], lon[origins[i]], lat[targets[at]], lon[targets[at]])
            minutes = (AIR_WAIT_MINUTES + straight / AIR_MILES_PER_MINUTE).astype(np.float32)
            near = minutes <= limits[i]
            counts[i] = int(near.sum())
            tos.append(at[near].astype(np.int32))
            times.append(minutes[near])
        return counts, np.concatenate(tos), np.concatenate(times)

    def _compute(self, origins: list[int]) -> list[tuple[F32, F32]]:
        if len(origins) < 8:
            return self._search(origins)
        half = (len(origins) + 1) // THREADS
        with ThreadPoolExecutor(THREADS) as pool:
            return [row for part in pool.map(self._search, (origins[:half], origins[half:])) for row in part]

    def _search(self, origins: list[int]) -> list[tuple[F32, F32]]:
        if not origins:
            return []
        graph, units = self.graph, self.units
        minutes, miles = sweeping.rows(graph.ranked, graph.place[np.array(origins)], graph.place)
        for i, origin in enumerate(origins):
            far = np.flatnonzero(self.component != self.component[origin])
            straight = straight_miles(units.lat[origin], units.lon[origin], units.lat[far], units.lon[far])
            miles[i, far] = straight
            minutes[i, far] = AIR_WAIT_MINUTES + straight / AIR_MILES_PER_MINUTE
        return [(minutes[i].copy(), miles[i].copy()) for i in range(len(origins))]

    def _keep(self, wanted: list[int], fresh: dict[int, tuple[F32, F32]]) -> None:
        self._rows.update(fresh)
        for origin in wanted:
            self._rows.move_to_end(origin)
        while len(self._rows) > KEPT_ROWS:
            self._rows.popitem(last=False)


def _in_parts(count: int, search: Callable[[slice], T]) -> list[T]:
    """``search`` for some of so many at a time, side by side; of none, once."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(search, [slice(first, first + CHUNK) for first in range(0, max(count, 1), CHUNK)]))


def _hundredths(limit: F64) -> I64:
    """The last hundredth within a limit, which may come from single precision."""
    return np.asarray(np.floor(np.minimum(limit * (1.0 + 1e-7), FURTHEST) * journeys.PARTS), dtype=np.int64)


def _straight_among(lat: npt.NDArray[np.float64], lon: npt.NDArray[np.float64]) -> F32:
    """Great-circle miles between every two places, some rows at a time: the whole in doubles would be the peak of a design's memory."""
    at = unit_vectors(lat, lon)
    straight = np.empty((len(at), len(at)), dtype=np.float32)
    for first in range(0, len(at), CHUNK):
        part = slice(first, first + CHUNK)
        straight[part] = chord_to_miles(np.sqrt(np.maximum(2.0 - 2.0 * (at[part] @ at.T), 0.0)))
    np.fill_diagonal(straight, 0.0)
    return straight


def _alike(minutes: F32) -> None:
    """Both ways the shorter, in place."""
    for first in range(0, len(minutes), CHUNK):
        part = slice(first, first + CHUNK)
        both = np.fmin(minutes[part, first:], minutes[first:, part].T)
        minutes[part, first:] = both
        minutes[first:, part] = both.T


def among_reach(straight: F32, neighbours: int) -> float:
    """Road miles worth measuring among points: to the last of the ``neighbours`` nearest of a typical one."""
    count = len(straight)
    if count <= neighbours + 1:
        return np.inf
    typical = np.partition(straight[:: max(1, count // 200)], neighbours, axis=1)[:, neighbours]
    return float(1.3 * np.quantile(typical, 0.8))


def _joined(parts: list[tuple[I32, I32, F32, F32]]) -> Near:
    counts = np.concatenate([p[0] for p in parts])
    indptr = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
    total = int(indptr[-1])
    targets, minutes, miles = np.empty(total, np.int32), np.empty(total, np.float32), np.empty(total, np.float32)
    at = total
    while parts:  # from the end, freeing each part as it is copied
        _, part_targets, part_minutes, part_miles = parts.pop()
        at -= len(part_targets)
        stop = at + len(part_targets)
        targets[at:stop], minutes[at:stop], miles[at:stop] = part_targets, part_minutes, part_miles
    return Near(indptr, targets, minutes, miles)


def _gathered(parts: list[list[tuple[I32, I32, F32]]]) -> tuple[npt.NDArray[np.int64], I32, F32]:
    """Chunks of origins, each with its pairs by road and by air, as one CSR."""
    counts = np.concatenate([road[0] + air[0] for road, air in parts])
    pointer = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
    target, minutes = np.empty(pointer[-1], np.int32), np.empty(pointer[-1], np.float32)
    at = 0
    for part in parts:
        count = len(part[0][0])
        fill = pointer[at : at + count].copy()
        for counted, to, times in part:
            row = np.repeat(np.arange(count), counted)
            place = fill[row] + np.arange(len(row)) - np.concatenate([[0], np.cumsum(counted)])[row]
            target[place], minutes[place] = to, times
            fill += counted
        at += count
        part.clear()
    return pointer, target, minutes


@lru_cache(maxsize=1)
def load_roads() -> Roads:
    """The bundled network, shared: rows once found stay found."""
    with np.load(BUNDLE / "roads.npz") as stored:
        edges, shortcuts = (
            Links(stored[name + "low"], stored[name + "low"] + stored[name + "span"], stored[name + "minutes"], stored[name + "miles"])
            for name in ("", "over_")
        )
        graph = graph_of(edges, shortcuts, stored["order"], stored["unit_node"])
    return Roads(load_units(), graph, graph.component_of_units())
