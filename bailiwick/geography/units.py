"""Units: the 33,144 ZIP areas (Census ZCTAs of 2010) that a plan assigns, and every USPS ZIP mapped onto one.

All arrays "by unit" follow ``Units.zips``, sorted ascending. A ZIP without an area of its own (PO box, single
building) belongs to the area it lies in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
from scipy.spatial import KDTree

from bailiwick.geography.sphere import MILES_PER_KM, chord_to_miles, straight_miles, unit_vectors
from bailiwick.model.errors import InputError, UnknownNameError
from bailiwick.model.ids import zip5

BUNDLE = Path(__file__).parent / "bundle"
SNAP_KM = 50.0
REACH_MILES = 30.0

Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.str_]


@dataclass(frozen=True)
class ZipPoints:
    """Every USPS ZIP, sorted: its point in degrees, post-office city and state, and the unit it belongs to."""

    zips: Texts
    lat: Floats
    lon: Floats
    city: Texts
    state: Texts
    unit: npt.NDArray[np.int32]  # -1 = military post or abroad

    @cached_property
    def position(self) -> dict[str, int]:
        """ZIP → row."""
        return {str(z): i for i, z in enumerate(self.zips)}


@dataclass(frozen=True)
class Units:
    """The units in sorted order.

    zips: ids, text ``[n]``. lat, lon: degrees of the unit's point. state: two letters. county_fips: five digits, empty
    when unknown. city: post-office name, empty when unknown. population: people (0 = none or unknown), 2020.
    area_sq_miles: of the drawn polygon. points: every USPS ZIP and its unit.
    """

    zips: Texts
    lat: Floats
    lon: Floats
    state: Texts
    county_fips: Texts
    city: Texts
    population: Floats
    area_sq_miles: Floats
    points: ZipPoints

    def __len__(self) -> int:
        return len(self.zips)

    @cached_property
    def _index(self) -> dict[str, int]:
        return {str(z): i for i, z in enumerate(self.zips)}

    @cached_property
    def _tree(self) -> KDTree:
        return KDTree(unit_vectors(self.lat, self.lon))

    def index_of(self, zip_code: str) -> int:
        """Position of a unit by its own id; raises UnknownNameError for a ZIP that is not a unit."""
        try:
            return self._index[zip_code]
        except KeyError:
            raise UnknownNameError("ZIP area", zip_code, nearest_zips(zip_code, self.zips)) from None

    def locate(self, zip_code: str) -> int:
        """Position of the unit that any USPS ZIP belongs to; raises UnknownNameError with the nearest ZIPs."""
        unit = int(self.points.unit[self._row(zip_code)])
        if unit < 0:
            raise InputError(f"{zip_code!r} is a ZIP of military post or abroad; no ZIP area of the states contains it")
        return unit

    def locate_all(self, zip_codes: Iterable[str]) -> npt.NDArray[np.int32]:
        """``locate`` for many ZIPs, -1 where a ZIP is unknown or abroad: the caller counts and reports those."""
        position = self.points.position
        rows = np.fromiter((position.get(z, -1) for z in zip_codes), dtype=np.int64)
        return np.where(rows < 0, -1, self.points.unit[rows]).astype(np.int32)

    def point_of(self, zip_code: str) -> tuple[float, float]:
        """Latitude and longitude of any USPS ZIP."""
        row = self._row(zip_code)
        return float(self.points.lat[row]), float(self.points.lon[row])

    def snap(self, lat: float | None, lon: float | None, zip_code: str) -> tuple[float, float, bool]:
        """The point to use, and whether it was moved to the ZIP's: missing, or over 50 km from its ZIP."""
        home_lat, home_lon = self.point_of(zip_code)
        if lat is None or lon is None or not (np.isfinite(lat) and np.isfinite(lon)):
            return home_lat, home_lon, True
        if straight_miles(lat, lon, home_lat, home_lon) > SNAP_KM * MILES_PER_KM:
            return home_lat, home_lon, True
        return float(lat), float(lon), False

    def at_point(self, lat: float, lon: float, reach_miles: float = REACH_MILES) -> int:
        """The unit whose point is nearest; raises InputError where none is within ``reach_miles`` (in the sea)."""
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            raise InputError(f"({lat}, {lon}) is not a point in degrees north and east; swap or correct it")
        chord, unit = self._tree.query(unit_vectors(lat, lon))
        miles = float(chord_to_miles(chord))
        if miles > reach_miles:
            raise InputError(
                f"no ZIP within {reach_miles:g} miles of ({lat}, {lon}), it may lie in the sea or abroad; "
                f"the nearest is {self.zips[unit]} ({self.city[unit]}, {self.state[unit]}), {miles:.0f} miles away"
            )
        return int(unit)

    def _row(self, zip_code: str) -> int:
        try:
            return self.points.position[zip_code]
        except KeyError:
            raise UnknownNameError("ZIP", zip_code, nearest_zips(zip_code, self.points.zips)) from None


def nearest_zips(given: str, known: Texts, count: int = 4) -> list[str]:
    """The ZIPs that share the longest beginning with ``given``, a lost leading zero restored among them."""
    found: list[str] = []
    digits = "".join(c for c in given if c.isdigit())[:5]
    restored = zip5(digits)
    if restored is not None and known[min(int(np.searchsorted(known, restored)), len(known) - 1)] == restored:
        found.append(restored)
    for length in range(len(digits), 0, -1):
        low, high = np.searchsorted(known, [digits[:length], digits[:length] + ":"])  # ":" follows "9"
        found += [str(z) for z in known[low:high][:count]]
        if len(found) >= count:
            break
    return list(dict.fromkeys(found))[:count] or [str(z) for z in known[:count]]


@lru_cache(maxsize=1)
def load_units() -> Units:
    """The bundled units of all states, DC, Puerto Rico and the island areas."""
    unit = pq.read_table(BUNDLE / "units.parquet")
    row = pq.read_table(BUNDLE / "zips.parquet")
    lat, lon, unit_of = (row[c].to_numpy() for c in ("lat", "lon", "unit"))
    points = ZipPoints(
        _texts(row["zip"]), lat, lon, _texts(row["city"]), _texts(row["state"]), unit_of.astype(np.int32)
    )
    return Units(
        zips=_texts(unit["zip"]),
        lat=unit["lat"].to_numpy(),
        lon=unit["lon"].to_numpy(),
        state=_texts(unit["state"]),
        county_fips=_texts(unit["county_fips"]),
        city=_texts(unit["city"]),
        population=unit["population"].to_numpy().astype(np.float64),
        area_sq_miles=unit["area_sq_miles"].to_numpy(),
        points=points,
    )


def _texts(column: object) -> Texts:
    return np.array(column.to_pylist(), dtype=np.str_)  # type: ignore[attr-defined]
