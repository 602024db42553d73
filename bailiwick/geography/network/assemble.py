"""From highway links and units to one contracted graph of miles and minutes.

Nodes are the units, then the road junctions. Edges are highways, access from each unit to nearby junctions, and local
roads between units that touch. Junctions that no route needs are removed.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from bailiwick.geography.adjacency import Adjacency
from bailiwick.geography.graph import Links, ordered
from bailiwick.geography.network.highways import Highways
from bailiwick.geography.network.water import CROSSING_REACH, CROSSINGS, Land, near_lines
from bailiwick.geography.sphere import EARTH_RADIUS_MILES, chord_to_miles, straight_miles, unit_vectors
from bailiwick.geography.units import Units

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

OFFSHORE = ("AK", "HI", "PR", "VI", "GU", "MP", "AS")


@dataclass(frozen=True)
class Rules:
    """What turns links into miles and minutes; docs/decisions/0003-roads.md holds the measurements.

    bend: road miles per straight mile of a link without geometry. access_bend, local_bend: the same for access legs and
    for local roads between units. *_mph: speeds. reach_miles: furthest junction a unit attaches to; wet_miles: widest
    water such a leg or a local road may cross.
    """

    bend: float = 1.055
    access_bend: float = 1.25
    local_bend: float = 1.3
    local_miles: float = 12.0
    access_mph: float = 32.0
    local_mph: float = 30.0
    top_mph: float = 60.0
    low_mph: float = 30.0
    fast_mph: float = 60.0
    density_mph: float = 5.0
    density_miles: float = 4.0
    access_links: int = 3
    reach_miles: float = 40.0
    offshore_reach_miles: float = 12.0
    wet_miles: float = 0.75
    least_junctions: int = 5
    firm_border_miles: float = 0.95


@dataclass(frozen=True)
class Edges:
    """Undirected edges: int64 ends, float64 miles and minutes."""

    a: Ints
    b: Ints
    miles: Floats
    minutes: Floats

    def __add__(self, other: "Edges") -> "Edges":
        return Edges(*(np.concatenate([getattr(self, f), getattr(other, f)]) for f in ("a", "b", "miles", "minutes")))

    def where(self, keep: Mask) -> "Edges":
        """Only the edges under the mask."""
        return Edges(self.a[keep], self.b[keep], self.miles[keep], self.minutes[keep])


def assemble(units: Units, adjacency: Adjacency, highways: Highways, roads: Mask, land: Land, rules: Rules) -> Edges:
    """The contracted graph; ``roads`` marks the links that are no ferries. Units keep their numbers."""
    n = len(units)
    driven = highway_edges(highways, roads, rules)
    junctions = _allowed_junctions(units, highways, driven, rules)
    edges = Edges(driven.a + n, driven.b + n, driven.miles, driven.minutes)
    edges = (
        edges
        + access_edges(units, adjacency, highways, junctions, land, rules)
        + local_edges(units, adjacency, land, rules)
    )
    return contract(edges, n)


def highway_edges(highways: Highways, roads: Mask, rules: Rules) -> Edges:
    """Miles along each road link, and minutes at a speed that falls with the density of junctions around it."""
    h, keep = highways, np.flatnonzero(roads)
    a, b = h.a[keep].astype(np.int64), h.b[keep].astype(np.int64)
    along = h.length[keep]
    miles = np.where(np.isfinite(along), along, h.straight[keep] * rules.bend)
    tree = KDTree(unit_vectors(h.lat, h.lon))
    middle = unit_vectors((h.lat[a] + h.lat[b]) / 2, (h.lon[a] + h.lon[b]) / 2)
    around = tree.query_ball_point(middle, rules.density_miles / EARTH_RADIUS_MILES, return_length=True)
    mph = np.clip(68.0 - rules.density_mph * np.log2(1.0 + around), rules.low_mph, rules.top_mph)
    fast = np.array([n.endswith(("FRWY", "EXWY", "TPKE", "THWY")) for n in h.name[keep]])
    mph = np.where(fast, np.maximum(mph, rules.fast_mph - 5.0), mph)
    return Edges(a, b, np.maximum(miles, 0.01), np.maximum(miles, 0.01) / mph * 60)


def _allowed_junctions(units: Units, highways: Highways, driven: Edges, rules: Rules) -> Ints:
    """Component number of each junction that units may attach to, -1 on stubs.

    On the mainland that is the one component that spans it, so that no unit snaps to a stub; offshore every island
    network of some size counts.
    """
    n = len(highways.lat)
    label = _components(n, driven)
    size = np.bincount(label)
    tree = KDTree(unit_vectors(units.lat, units.lon))
    state = units.state[tree.query(unit_vectors(highways.lat, highways.lon))[1]]
    allowed = (label == size.argmax()) | (np.isin(state, OFFSHORE) & (size[label] >= rules.least_junctions))
    return np.where(allowed, label, -1)


def access_edges(
    units: Units, adjacency: Adjacency, highways: Highways, junctions: Ints, land: Land, rules: Rules
) -> Edges:
    """Legs from each unit to its nearest junctions.

    They cross no water, except where a unit has no dry leg but shares a land border, directly or through others, with
    one that has, or lies at a known crossing: its point then lies in a bay, or its bridge is no link of the file.
    """
    usable = np.flatnonzero(junctions >= 0)
    tree = KDTree(unit_vectors(highways.lat[usable], highways.lon[usable]))
    chord, hit = tree.query(unit_vectors(units.lat, units.lon), k=rules.access_links)
    straight: Floats = chord_to_miles(chord).ravel()
    node = usable[hit.ravel()]
    unit = np.repeat(np.arange(len(units)), rules.access_links)
    reach = np.where(np.isin(units.state, OFFSHORE), rules.offshore_reach_miles, rules.reach_miles)[unit]
    wet = land.crossings(units.lat[unit], units.lon[unit], highways.lat[node], highways.lon[node])[0]
    near = straight <= reach
    dry = near & (wet <= rules.wet_miles)
    has_dry = np.bincount(unit, weights=dry, minlength=len(units)) > 0
    by_bridge = near_lines(units.lat, units.lon, CROSSINGS, CROSSING_REACH)
    bound = _land_bound(adjacency, has_dry | by_bridge, rules) & ~has_dry
    keep = dry | (near & bound[unit])
    miles = np.maximum(straight * rules.access_bend, 0.05)
    mph = np.clip(rules.access_mph + straight, rules.access_mph, 45.0)
    return Edges(unit, node + len(units), miles, miles / mph * 60).where(keep)


def _land_bound(adjacency: Adjacency, rooted: Mask, rules: Rules) -> Mask:
    """Units joined by borders of some length to a unit under ``rooted``."""
    ends = np.repeat(np.arange(len(rooted)), np.diff(adjacency.indptr))
    firm = adjacency.border_miles >= rules.firm_border_miles
    none = np.zeros(int(firm.sum()))
    label = _components(len(rooted), Edges(ends[firm], adjacency.indices[firm].astype(np.int64), none, none))
    return np.isin(label, label[rooted])


def local_edges(units: Units, adjacency: Adjacency, land: Land, rules: Rules) -> Edges:
    """Dry straight lines between near units of one county that share a border, as local roads.

    Rivers without bridges are mostly county borders, so lines across those are left to the highways.
    """
    a = np.repeat(np.arange(len(units)), np.diff(adjacency.indptr))
    b = adjacency.indices.astype(np.int64)
    straight = straight_miles(units.lat[a], units.lon[a], units.lat[b], units.lon[b])
    same = units.county_fips[a] == units.county_fips[b]
    keep = np.flatnonzero((a < b) & same & (adjacency.border_miles > 0) & (straight <= rules.local_miles))
    a, b, straight = a[keep], b[keep], straight[keep]
    wet = land.crossings(units.lat[a], units.lon[a], units.lat[b], units.lon[b])[0]
    miles = np.maximum(straight * rules.local_bend, 0.05)
    mph = np.clip(rules.local_mph - 5.0 + 2.0 * straight, rules.local_mph - 5.0, 42.0)
    return Edges(a, b, miles, miles / mph * 60).where(wet <= rules.wet_miles)


def contract(edges: Edges, n_units: int) -> Edges:
    """Drop dead ends and merge junctions of two links, again and again; units (the first numbers) always stay."""
    near: dict[int, dict[int, tuple[float, float]]] = {}
    for a, b, miles, minutes in zip(*(x.tolist() for x in (edges.a, edges.b, edges.miles, edges.minutes)), strict=True):
        _link(near, a, b, (minutes, miles))
    queue = [v for v in near if v >= n_units and len(near[v]) <= 2]
    while queue:
        v = queue.pop()
        if v not in near or len(near[v]) > 2:
            continue
        ends = list(near.pop(v).items())
        for u, _ in ends:
            del near[u][v]
        if len(ends) == 2:
            (u, first), (w, second) = ends
            _link(near, u, w, (first[0] + second[0], first[1] + second[1]))
        queue += [u for u, _ in ends if u >= n_units and len(near[u]) <= 2]
    found = [(a, b, cost) for a, links in near.items() for b, cost in links.items() if a < b]
    return Edges(
        np.array([f[0] for f in found], dtype=np.int64),
        np.array([f[1] for f in found], dtype=np.int64),
        np.array([f[2][1] for f in found]),
        np.array([f[2][0] for f in found]),
    )


def _link(near: dict[int, dict[int, tuple[float, float]]], a: int, b: int, cost: tuple[float, float]) -> None:
    if a == b:
        return
    mine = near.setdefault(a, {})
    theirs = near.setdefault(b, {})
    if b not in mine or cost < mine[b]:
        mine[b] = theirs[a] = cost


def _components(n: int, edges: Edges) -> Ints:
    graph = coo_array((np.ones(len(edges.a)), (edges.a, edges.b)), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def pack(edges: Edges, units: Units, highways: Highways) -> dict[str, npt.NDArray[np.int32]]:
    """Arrays for the bundle: nodes renumbered along a space-filling curve so that neighbours share cache lines.

    unit_node: node of each unit. low, span: lower end of each edge and how far the other is above. miles, minutes: hundredths. order: in which
    nodes are left out, and over_*: the edges of the shortcuts over them.
    """
    n = len(units)
    used = np.union1d(np.arange(n), np.concatenate([edges.a, edges.b]))
    lat, lon = np.append(units.lat, highways.lat)[used], np.append(units.lon, highways.lon)[used]
    place = np.empty(used.max() + 1, dtype=np.int64)
    place[used[np.argsort(_morton(lat, lon), kind="stable")]] = np.arange(len(used))
    low, high = np.minimum(place[edges.a], place[edges.b]), np.maximum(place[edges.a], place[edges.b])
    by = np.lexsort((high, low))
    minutes, miles = (np.maximum(np.round(each[by] * 100), 1).astype(np.int32) for each in (edges.minutes, edges.miles))
    roads, unit_node = Links(low[by].astype(np.int32), high[by].astype(np.int32), minutes, miles), place[:n].astype(np.int32)
    order, shortcuts = ordered(roads, unit_node)
    return {"unit_node": unit_node, "order": order, **_stored("", roads), **_stored("over_", shortcuts)}


def _stored(name: str, links: Links) -> dict[str, npt.NDArray[np.int32]]:
    each = {"low": links.low, "span": links.high - links.low, "miles": links.miles, "minutes": links.minutes}
    return {name + column: values for column, values in each.items()}


def _morton(lat: Floats, lon: Floats) -> Ints:
    x = ((lon + 180) / 360 * 2**20).astype(np.int64)
    y = ((lat + 90) / 180 * 2**20).astype(np.int64)
    code = np.zeros(len(x), dtype=np.int64)
    for bit in range(20):
        code |= ((x >> bit & 1) << (2 * bit)) | ((y >> bit & 1) << (2 * bit + 1))
    return code
