"""Find the bridges that join units touching nothing else; every bridge carries its reason."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from bailiwick.geography.network.water import outline_polygons
from bailiwick.geography.sphere import chord_to_miles, straight_miles, unit_vectors
from bailiwick.geography.topology import Topology

ENCLAVE_BRIDGES = 4  # at most, for an area amid land
NEARLY_AS_NEAR = 1.5  # further bridges may be this much longer than the shortest, plus 3 miles
FAR_WATER_MILES = 25.0

# Where a state or territory is joined to the rest: the ZIPs of the airports most flights between them use.
SEA_LINKS = (
    ("AK", "99502", "98158", "sea: Alaska by air, Anchorage to Seattle"),
    ("HI", "96819", "90045", "sea: Hawaii by air, Honolulu to Los Angeles"),
    ("PR", "00979", "33122", "sea: Puerto Rico by air, San Juan to Miami"),
    ("VI", "00802", "00979", "sea: US Virgin Islands by air, Saint Thomas to San Juan"),
    ("GU", "96913", "96819", "sea: Guam by air, Tamuning area to Honolulu"),
    ("MP", "96950", "96913", "sea: Northern Mariana Islands by air, Saipan to Guam"),
    ("AS", "96799", "96819", "sea: American Samoa by air, Pago Pago to Honolulu"),
)

# Fixed road crossings over open water between parts that are one market.
ROAD_CROSSINGS = (
    ("49701", "49781", "crossing: Mackinac Bridge"),
    ("23310", "23455", "crossing: Chesapeake Bay Bridge-Tunnel"),
    ("21409", "21666", "crossing: Chesapeake Bay Bridge"),
    ("33711", "34221", "crossing: Sunshine Skyway"),
    ("94129", "94965", "crossing: Golden Gate Bridge"),
    ("94404", "94545", "crossing: San Mateo Bridge"),
    ("70448", "70002", "crossing: Lake Pontchartrain Causeway"),
    ("20645", "22485", "crossing: Harry Nice Bridge"),
)


@dataclass(frozen=True)
class Found:
    """One bridge: unit positions, gap in miles between their nearest border points, reason."""

    a: int
    b: int
    miles: float
    reason: str


def build_bridges(
    zctas: Topology, state: np.ndarray, borders: np.ndarray, land: Topology, lat: np.ndarray, lon: np.ndarray
) -> list[tuple[str, str, float, str]]:
    """Join components within their state first, then across states, then overseas by SEA_LINKS."""
    vertices = _Vertices(zctas)
    ground = shapely.union_all(outline_polygons(land))
    shapely.prepare(ground)
    offshore = {link[0] for link in SEA_LINKS}
    found: list[Found] = []
    first = True
    while True:
        label = _components(len(state), borders, found)
        joins = _round(vertices, state, label, offshore, ground, several=first)
        if not joins:
            break
        found += joins
        first = False
    rows = [(str(zctas.ids[f.a]), str(zctas.ids[f.b]), f.miles, f.reason) for f in found]
    return sorted(set(rows)) + _declared(zctas.ids, lat, lon)


def _round(
    vertices: "_Vertices", state: np.ndarray, label: np.ndarray, offshore: set[str], ground: object, *, several: bool
) -> list[Found]:
    """One Boruvka round: each component but the largest of its region reaches out to the nearest other."""
    found: dict[tuple[int, int], Found] = {}
    for members in _minor_components(label, state, offshore):
        home = str(state[members[0]])
        for scope in (state == home, _region(state, home, offshore)):
            targets = scope & (label != label[members[0]])
            if targets.any():
                break
        else:
            continue
        for a, b, miles, way in _gaps(vertices, members, np.flatnonzero(targets), several):
            reason = _reason(way, miles, ground)
            if found and miles > FAR_WATER_MILES and "land" not in reason and (min(a, b), max(a, b)) in found:
                continue
            found[min(a, b), max(a, b)] = Found(min(a, b), max(a, b), round(miles, 1), reason)
            if "land" not in reason:
                break  # one crossing is enough over water
    return list(found.values())


def _region(state: np.ndarray, home: str, offshore: set[str]) -> np.ndarray:
    return state == home if home in offshore else ~np.isin(state, list(offshore))


def _minor_components(label: np.ndarray, state: np.ndarray, offshore: set[str]) -> list[np.ndarray]:
    region = np.where(np.isin(state, list(offshore)), state, "mainland")
    minor: list[np.ndarray] = []
    for name in np.unique(region):
        here = np.flatnonzero(region == name)
        values, counts = np.unique(label[here], return_counts=True)
        minor += [here[label[here] == v] for v in values if v != values[counts.argmax()]]
    return minor


def _gaps(
    vertices: "_Vertices", members: np.ndarray, targets: np.ndarray, several: bool
) -> list[tuple[int, int, float, np.ndarray]]:
    """Nearest pairs of border points from ``members`` to different units of ``targets``, nearest first."""
    mine, theirs = vertices.of(members), vertices.of(targets)
    chord, hit = KDTree(vertices.xyz[theirs], balanced_tree=False, compact_nodes=False).query(vertices.xyz[mine])
    miles, other = chord_to_miles(chord), vertices.unit[theirs[hit]]
    order = np.argsort(miles, kind="stable")
    chosen: list[tuple[int, int, float, np.ndarray]] = []
    seen: set[int] = set()
    limit = miles[order[0]] * NEARLY_AS_NEAR + 3.0
    for i in order:
        if miles[i] > limit or len(chosen) == (ENCLAVE_BRIDGES if several else 1):
            break
        if int(other[i]) in seen:
            continue
        seen.add(int(other[i]))
        way = np.stack([vertices.lonlat[mine[i]], vertices.lonlat[theirs[hit[i]]]])
        chosen.append((int(vertices.unit[mine[i]]), int(other[i]), float(miles[i]), way))
    return chosen


def _reason(way: np.ndarray, miles: float, ground: object) -> str:
    steps = np.linspace(0.0, 1.0, 21)[1:-1, None]
    line = way[0] + steps * (way[1] - way[0])
    on_land = shapely.contains_xy(ground, line[:, 0], line[:, 1]).mean()
    if on_land >= 0.5 or miles < 0.1:
        return "land without ZIP areas lies between"
    return "water: nearest shore" if miles <= FAR_WATER_MILES else "water: nearest shore, far"


def _components(n: int, borders: np.ndarray, found: list[Found]) -> np.ndarray:
    pairs = np.concatenate([borders, np.array([(f.a, f.b) for f in found], dtype=np.int64).reshape(-1, 2)])
    return connected_components(
        coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n)), directed=False
    )[1]


def _declared(ids: np.ndarray, lat: np.ndarray, lon: np.ndarray) -> list[tuple[str, str, float, str]]:
    at = {str(z): i for i, z in enumerate(ids)}
    rows = []
    for a, b, reason in (*ROAD_CROSSINGS, *(link[1:] for link in SEA_LINKS)):
        i, j = at[a], at[b]
        rows.append((a, b, round(float(straight_miles(lat[i], lon[i], lat[j], lon[j])), 1), reason))
    return rows


class _Vertices:
    """Every border point with the unit it belongs to; points of shared borders appear once per unit."""

    def __init__(self, zctas: Topology) -> None:
        arc, unit = zctas.arc_units()
        lon, lat = zctas.points()
        length = np.diff(zctas.arc_ptr)[arc]
        start = np.repeat(zctas.arc_ptr[arc], length)
        within = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
        point = start + within
        order = np.argsort(np.repeat(unit, length), kind="stable")
        self.unit = np.repeat(unit, length)[order]
        self.lonlat = np.stack([lon[point], lat[point]], axis=1)[order]
        self.xyz = unit_vectors(self.lonlat[:, 1], self.lonlat[:, 0])
        self.ptr = np.searchsorted(self.unit, np.arange(len(zctas.ids) + 1))

    def of(self, units: np.ndarray) -> np.ndarray:
        return np.concatenate([np.arange(self.ptr[u], self.ptr[u + 1]) for u in units])


def write_bridges(rows: list[tuple[str, str, float, str]], path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["a", "b", "gap_miles", "reason"])
        writer.writerows(rows)
