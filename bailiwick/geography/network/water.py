"""Tell ferries from roads. A highway file draws both as links; a ferry runs far from land, a coast road near it.

Rule: sample the straight link; the longest run of samples off land is its crossing. A link is a ferry when its name
says so or a known ferry runs there; else, unless its name is a road's or a known bridge, tunnel or causeway is there,
when the crossing leads away from the shore (``_leaves_shore``).
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
MOST_OF_LINK = 0.4  # short crossings that are less of their link are bays that a road goes round
LONG_CROSSING = 5.0
SHORE_SHARE = 0.25  # distance from shore over crossing: a strait has 0.5, a bay that a chord cuts much less
ALL_WATER = 0.9
ALL_WATER_SHARE, ALL_WATER_MILES = 0.09, 1.25  # a ferry along a narrow sound stays nearer to its shores
NORTH_DEGREES, NORTH_CROSSING = 51.0, 6.0  # Alaska: the marine highway threads narrow channels
SAMPLES = 41
_FERRY = re.compile(r"\bFERRY$|\bFERRY \(|ISLE ROYALE QUEEN")
_ROAD = re.compile(r"\b(CSWY|CAUSEWAY|BRIDGE|BR|TUNNEL|HWY|BLVD|EXWY|FRWY|PKWY|TPKE|AV|AVENIDA|CALLE|DR)\b")

# Fixed crossings over open water: name, and the two ends in degrees.
Line = tuple[str, float, float, float, float]
CROSSINGS: tuple[Line, ...] = (
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
    ("Deer Isle Bridge", 44.30, -68.70, 44.28, -68.68),
    ("Rickenbacker Causeway", 25.75, -80.20, 25.69, -80.16),
    ("Harry Nice Bridge", 38.36, -77.01, 38.37, -76.98),
    ("Albemarle Sound Bridge", 36.04, -76.53, 35.96, -76.49),
    ("Queen Isabella Causeway", 26.07, -97.21, 26.08, -97.17),
    ("John Kennedy Causeway", 27.67, -97.29, 27.62, -97.22),
    ("Corpus Christi and Nueces Bay", 27.82, -97.39, 27.89, -97.33),
    ("Munson Avenue, Traverse City", 44.77, -85.50, 44.76, -85.60),
    ("Sanibel Causeway", 26.50, -82.00, 26.45, -82.03),
    ("Biloxi Bay and Bay Saint Louis Bridges", 30.41, -88.85, 30.38, -88.80),
)
FERRIES: tuple[Line, ...] = (
    ("Burlington - Port Kent", 44.48, -73.23, 44.53, -73.40),
    ("Grand Isle - Plattsburgh", 44.69, -73.35, 44.70, -73.38),
    ("Charlotte - Essex", 44.30, -73.29, 44.31, -73.35),
    ("Clinton - Mukilteo", 47.98, -122.36, 47.95, -122.31),
    ("Shelter Island North", 41.10, -72.36, 41.09, -72.36),
    ("Shelter Island South", 41.04, -72.32, 41.03, -72.31),
)
CROSSING_REACH = 4.0
FERRY_REACH = 1.5


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
    over_water = _leaves_shore(crossing, far, highways.straight, np.maximum(ends[0], ends[2]))
    middle = (ends[0] + ends[2]) / 2, (ends[1] + ends[3]) / 2
    known_ferry = near_lines(*middle, FERRIES, FERRY_REACH) & (highways.straight > 0.5) & ~is_road
    spared = is_road | near_lines(*middle, CROSSINGS, CROSSING_REACH)
    return np.asarray(by_name | (known_ferry & _spans(ends, FERRIES)) | (over_water & ~spared))


def _leaves_shore(crossing: Floats, far: Floats, straight: Floats, lat: Floats) -> Mask:
    strait = (crossing > MIN_CROSSING) & (far > SHORE_SHARE * crossing)
    strait &= (crossing > MOST_OF_LINK * straight) | (crossing > LONG_CROSSING)
    sound = (crossing > ALL_WATER * straight) & (far > ALL_WATER_SHARE * crossing) & (far > ALL_WATER_MILES)
    return strait | sound | ((lat > NORTH_DEGREES) & (crossing > NORTH_CROSSING))


def _spans(ends: tuple[Floats, Floats, Floats, Floats], lines: tuple[Line, ...]) -> Mask:
    """Whether the ends of a link lie on different sides of the middle of one of the lines."""
    found = np.zeros(len(ends[0]), dtype=bool)
    for _, north_a, east_a, north_b, east_b in lines:
        along = np.array([north_b - north_a, (east_b - east_a) * 0.72])
        middle = ((north_a + north_b) / 2, (east_a + east_b) / 2)
        side = [(ends[i] - middle[0]) * along[0] + (ends[i + 1] - middle[1]) * 0.72 * along[1] for i in (0, 2)]
        near = straight_miles((ends[0] + ends[2]) / 2, (ends[1] + ends[3]) / 2, *middle) < 2 * FERRY_REACH
        found |= near & (side[0] * side[1] < 0)
    return found


def near_lines(lat: Floats, lon: Floats, lines: tuple[Line, ...], reach: float) -> Mask:
    """Whether each point lies within ``reach`` miles of one of the lines."""
    near = np.zeros(len(lat), dtype=bool)
    for _, north_a, east_a, north_b, east_b in lines:
        for share in np.linspace(0.0, 1.0, 9):
            spot = (north_a + share * (north_b - north_a), east_a + share * (east_b - east_a))
            near |= straight_miles(lat, lon, *spot) < reach
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
