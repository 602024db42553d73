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

# Bridges and tunnels over open water, which no areas border on, between parts that are one market.
ROAD_CROSSINGS = (
    ("07024", "10033", "George Washington Bridge"),
    ("07086", "10018", "Lincoln Tunnel"),
    ("07310", "10013", "Holland Tunnel"),
    ("07202", "10303", "Goethals Bridge"),
    ("07002", "10302", "Bayonne Bridge"),
    ("08861", "10309", "Outerbridge Crossing"),
    ("10960", "10591", "Tappan Zee Bridge"),
    ("10922", "10524", "Bear Mountain Bridge"),
    ("12550", "12508", "Newburgh-Beacon Bridge"),
    ("12528", "12601", "Mid-Hudson Bridge"),
    ("12401", "12571", "Kingston-Rhinecliff Bridge"),
    ("12414", "12534", "Rip Van Winkle Bridge"),
    ("10002", "11201", "Manhattan Bridge"),
    ("10002", "11211", "Williamsburg Bridge"),
    ("10004", "11231", "Hugh L. Carey Tunnel"),
    ("10016", "11101", "Queens-Midtown Tunnel"),
    ("10022", "11101", "Queensboro Bridge"),
    ("10035", "11102", "Robert F. Kennedy Bridge"),
    ("10465", "11357", "Bronx-Whitestone Bridge"),
    ("10465", "11360", "Throgs Neck Bridge"),
    ("11234", "11697", "Marine Parkway Bridge"),
    ("08014", "19013", "Commodore Barry Bridge"),
    ("08070", "19720", "Delaware Memorial Bridge"),
    ("02809", "02871", "Mount Hope Bridge"),
    ("02835", "02874", "Jamestown Verrazzano Bridge"),
    ("05491", "12928", "Lake Champlain Bridge"),
    ("43440", "44870", "Sandusky Bay Bridge"),
    ("49701", "49781", "Mackinac Bridge"),
    ("20645", "22485", "Harry Nice Bridge"),
    ("21409", "21666", "Chesapeake Bay Bridge"),
    ("22578", "23169", "Robert O. Norris Bridge"),
    ("23062", "23690", "Coleman Bridge"),
    ("23310", "23455", "Chesapeake Bay Bridge-Tunnel"),
    ("23314", "23607", "James River Bridge"),
    ("23435", "23607", "Monitor-Merrimac Bridge-Tunnel"),
    ("27932", "27957", "Chowan River Bridge"),
    ("27949", "27964", "Wright Memorial Bridge"),
    ("27953", "27954", "Manns Harbor Bridge"),
    ("29927", "31401", "Talmadge Bridge"),
    ("32502", "32561", "Pensacola Bay Bridge"),
    ("33607", "33759", "Courtney Campbell Causeway"),
    ("33609", "33716", "Howard Frankland Bridge"),
    ("33611", "33702", "Gandy Bridge"),
    ("33711", "34221", "Sunshine Skyway"),
    ("33908", "33957", "Sanibel Causeway"),
    ("36527", "36602", "Mobile Bayway"),
    ("39520", "39571", "Bay Saint Louis Bridge"),
    ("39530", "39564", "Biloxi Bay Bridge"),
    ("39553", "39567", "Pascagoula River Bridge"),
    ("39572", "70461", "Pearl River, Interstate 10"),
    ("38644", "72342", "Helena Bridge"),
    ("70002", "70448", "Lake Pontchartrain Causeway"),
    ("70047", "70070", "Luling Bridge"),
    ("70052", "70090", "Gramercy Bridge"),
    ("70129", "70458", "Pontchartrain Twin Spans"),
    ("70346", "70723", "Sunshine Bridge"),
    ("77551", "77563", "Galveston Causeway"),
    ("78374", "78402", "Nueces Bay Causeway"),
    ("92113", "92118", "Coronado Bridge"),
    ("94129", "94965", "Golden Gate Bridge"),
    ("94130", "94607", "San Francisco-Oakland Bay Bridge"),
    ("94303", "94560", "Dumbarton Bridge"),
    ("94404", "94545", "San Mateo Bridge"),
    ("94510", "94553", "Benicia-Martinez Bridge"),
    ("94801", "94964", "Richmond-San Rafael Bridge"),
    ("97014", "98648", "Bridge of the Gods"),
    ("97103", "98614", "Astoria-Megler Bridge"),
    ("98335", "98406", "Tacoma Narrows Bridge"),
    ("98364", "98365", "Hood Canal Bridge"),
)

# Towns that one road joins over land which belongs to no area.
ROADS_OVER_LAND = (
    ("33430", "33476"),
    ("70392", "70538"),
    ("77640", "77655"),
    ("82901", "82935"),
    ("84632", "84648"),
    ("87532", "87544"),
)
NO_AREAS = "land without ZIP areas lies between"


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
        return NO_AREAS
    return "water: nearest shore" if miles <= FAR_WATER_MILES else "water: nearest shore, far"


def _components(n: int, borders: np.ndarray, found: list[Found]) -> np.ndarray:
    pairs = np.concatenate([borders, np.array([(f.a, f.b) for f in found], dtype=np.int64).reshape(-1, 2)])
    return connected_components(
        coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n)), directed=False
    )[1]


def _declared(ids: np.ndarray, lat: np.ndarray, lon: np.ndarray) -> list[tuple[str, str, float, str]]:
    at = {str(z): i for i, z in enumerate(ids)}
    rows = []
    over_land = ((a, b, NO_AREAS) for a, b in ROADS_OVER_LAND)
    crossings = ((a, b, f"crossing: {name}") for a, b, name in ROAD_CROSSINGS)
    for a, b, reason in (*over_land, *crossings, *(link[1:] for link in SEA_LINKS)):
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
