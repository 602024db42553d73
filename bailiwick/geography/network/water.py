"""Tell ferries from roads. A highway file draws both as links; a ferry runs far from land, a coast road near it.

Rule: sample the straight link; the longest run of samples off land is its crossing. A link is a ferry when its name
says so, or when the crossing is over ``MIN_CROSSING`` and reaches further from any shore than ``SHORE_SHARE`` of its
length, unless a known bridge, tunnel or causeway is there.
"""

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import KDTree

from bailiwick.geography.network.highways import Highways
from bailiwick.geography.sphere import chord_to_miles, straight_miles, unit_vectors
from bailiwick.geography.topology import Topology

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

MIN_CROSSING = 1.25
SHORE_SHARE = 0.25
SAMPLES = 41
_FERRY = re.compile(r"\bFERRY$|\bFERRY \(|ISLE ROYALE QUEEN")
_ROAD = re.compile(r"\b(CSWY|CAUSEWAY|BRIDGE|BR|TUNNEL|HWY|BLVD|EXWY|FRWY|PKWY|TPKE)\b")

# Fixed crossings over open water: name, and the two ends in degrees.
CROSSINGS: tuple[tuple[str, float, float, float, float], ...] = (
    ("Chesapeake Bay Bridge-Tunnel", 37.14, -75.97, 36.90, -76.13),
    ("Chesapeake Bay Bridge", 39.02, -76.42, 38.97, -76.31),
    ("Hampton Roads Bridge-Tunnel", 37.02, -76.33, 36.95, -76.26),
    ("Monitor-Merrimac Bridge-Tunnel", 36.99, -76.41, 36.89, -76.40),
    ("James River Bridge", 37.02, -76.46, 36.93, -76.51),
    ("Mackinac Bridge", 45.87, -84.73, 45.77, -84.73),
    ("Overseas Highway", 25.30, -80.35, 24.95, -80.60),
    ("Overseas Highway", 24.95, -80.60, 24.70, -81.10),
    ("Overseas Highway", 24.71, -81.12, 24.55, -81.80),
    ("Sunshine Skyway", 27.72, -82.68, 27.57, -82.60),
    ("Howard Frankland Bridge", 27.95, -82.54, 27.88, -82.65),
    ("Gandy Bridge", 27.89, -82.54, 27.87, -82.64),
    ("Courtney Campbell Causeway", 27.97, -82.62, 27.96, -82.54),
    ("Pontchartrain Causeway", 30.36, -90.09, 30.02, -90.15),
    ("Twin Span", 30.22, -89.78, 30.10, -89.86),
    ("Mobile Bayway", 30.69, -88.03, 30.65, -87.91),
    ("Dauphin Island Bridge", 30.36, -88.12, 30.25, -88.12),
    ("Galveston Causeway", 29.32, -94.92, 29.27, -94.86),
    ("San Mateo Bridge", 37.55, -122.29, 37.62, -122.15),
    ("Dumbarton Bridge", 37.51, -122.14, 37.50, -122.11),
    ("Bay Bridge", 37.79, -122.39, 37.83, -122.30),
    ("Richmond Bridge", 37.95, -122.49, 37.93, -122.41),
    ("Golden Gate Bridge", 37.84, -122.49, 37.80, -122.47),
    ("Newport and Jamestown Bridges", 41.53, -71.43, 41.49, -71.32),
    ("Wright Memorial Bridge", 36.10, -75.80, 36.07, -75.73),
    ("Outer Banks, Bonner Bridge", 35.95, -75.62, 35.25, -75.55),
    ("Virginia Dare Bridge", 35.92, -75.77, 35.89, -75.63),
    ("Astoria Bridge", 46.19, -123.86, 46.25, -123.89),
    ("Delaware Memorial Bridge", 39.69, -75.53, 39.69, -75.50),
    ("Long Bridge of Sandpoint", 48.27, -116.54, 48.23, -116.54),
    ("Biloxi Bay and Bay Saint Louis Bridges", 30.41, -88.85, 30.38, -88.80),
)
CROSSING_REACH = 4.0


@dataclass(frozen=True)
class Land:
    """Dry ground as a prepared polygon, and points along every shore and ZIP border on the unit sphere."""

    ground: object
    shore: KDTree

    @classmethod
    def of(cls, states: Topology, zctas: Topology) -> "Land":
        """Land of the states, with ZIP borders marking islands too small for the states' outline."""
        ground = shapely.union_all(outline_polygons(states))
        shapely.prepare(ground)
        coast = shapely.get_coordinates(shapely.segmentize(ground, 0.02))
        lon, lat = zctas.points()
        return cls(ground, KDTree(unit_vectors(np.append(coast[:, 1], lat), np.append(coast[:, 0], lon))))

    def crossings(self, lat_a: Floats, lon_a: Floats, lat_b: Floats, lon_b: Floats) -> tuple[Floats, Floats]:
        """Longest run off land, and furthest distance from any shore on it, both in miles, of each straight line."""
        share = (np.arange(SAMPLES) + 0.5) / SAMPLES
        lat = lat_a[:, None] + share * (lat_b - lat_a)[:, None]
        lon = lon_a[:, None] + share * (lon_b - lon_a)[:, None]
        wet = ~shapely.contains_xy(self.ground, lon.ravel(), lat.ravel()).reshape(lat.shape)
        miles = straight_miles(lat_a, lon_a, lat_b, lon_b)
        far = np.zeros(lat.shape)
        far[wet] = chord_to_miles(self.shore.query(unit_vectors(lat[wet], lon[wet]))[0])
        return _longest_run(wet) / SAMPLES * miles, far.max(axis=1)


def _longest_run(wet: Mask) -> Floats:
    best, run = np.zeros(len(wet)), np.zeros(len(wet))
    for column in wet.T:
        run = np.where(column, run + 1, 0.0)
        best = np.maximum(best, run)
    return best


def ferries(highways: Highways, land: Land) -> Mask:
    """True for the links that are no road ``[n_links]``."""
    by_name = np.array([bool(_FERRY.search(n)) for n in highways.name])
    is_road = np.array([bool(_ROAD.search(n)) for n in highways.name])
    long = np.flatnonzero(highways.straight > MIN_CROSSING)
    ends = (highways.lat[highways.a], highways.lon[highways.a], highways.lat[highways.b], highways.lon[highways.b])
    crossing, far = np.zeros(len(by_name)), np.zeros(len(by_name))
    crossing[long], far[long] = land.crossings(*(e[long] for e in ends))
    over_water = (crossing > MIN_CROSSING) & (far > SHORE_SHARE * crossing)
    return by_name | (over_water & ~is_road & ~_at_known_crossing(*ends))


def _at_known_crossing(lat_a: Floats, lon_a: Floats, lat_b: Floats, lon_b: Floats) -> Mask:
    """Whether the middle of each line lies within reach of a known crossing."""
    lat, lon = (lat_a + lat_b) / 2, (lon_a + lon_b) / 2
    near = np.zeros(len(lat), dtype=bool)
    for _, north_a, east_a, north_b, east_b in CROSSINGS:
        for share in np.linspace(0.0, 1.0, 9):
            spot = (north_a + share * (north_b - north_a), east_a + share * (east_b - east_a))
            near |= straight_miles(lat, lon, *spot) < CROSSING_REACH
    return near


def outline_polygons(land: Topology) -> list[object]:
    """Outer rings as valid shapely polygons in degrees; lakes inside stay land."""
    lon, lat = land.points()
    shapes = []
    for ring in np.flatnonzero(~land.ring_is_hole):
        arcs = land.ring_arcs[land.ring_ptr[ring] : land.ring_ptr[ring + 1]]
        line = np.concatenate([arc_line(lon, lat, land.arc_ptr, int(arc)) for arc in arcs])
        shapes.append(shapely.make_valid(shapely.Polygon(line)))
    return shapes


def arc_line(x: Floats, y: Floats, ptr: npt.NDArray[np.int32], arc: int) -> Floats:
    """Points of one signed arc ``[n, 2]``."""
    which = ~arc if arc < 0 else arc
    line = np.stack([x[ptr[which] : ptr[which + 1]], y[ptr[which] : ptr[which + 1]]], axis=1)
    return line[::-1] if arc < 0 else line
