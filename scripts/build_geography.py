"""Build the bundled units, borders, bridges and shapes: ``python scripts/build_geography.py RAW_FOLDER``.

RAW_FOLDER holds zip_points.parquet, zcta2010_rook_adjacency.parquet, zcta2010_10pct.topojson.gz and
states-10m / counties-10m / nation-10m .topojson.gz; docs/data-geography.md says where each comes from.
"""

import gzip
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from scipy.spatial import KDTree

sys.path.insert(0, str(Path(__file__).resolve().parent))
from bridges import build_bridges, write_bridges

from bailiwick.geography.network.water import outline_polygons
from bailiwick.geography.sphere import straight_miles, unit_vectors
from bailiwick.geography.topology import Topology, area_sq_miles, from_topojson

BUNDLE = Path(__file__).resolve().parents[1] / "bailiwick" / "geography" / "bundle"
STRAY_MILES = 1.5
FREE_ASSOCIATION = ("FM", "PW", "MH")


def main(raw: Path) -> None:
    BUNDLE.mkdir(parents=True, exist_ok=True)
    zctas = from_topojson(_topojson(raw / "zcta2010_10pct.topojson.gz"), "zcta")
    states = from_topojson(_topojson(raw / "states-10m.topojson.gz"), "states")
    counties = from_topojson(_topojson(raw / "counties-10m.topojson.gz"), "counties")
    rows = pq.read_table(raw / "zip_points.parquet").to_pylist()
    moved = mend_points(rows, zctas)
    write_shapes(zctas, states, counties)
    write_units(rows, zctas)
    write_zips(rows, zctas.ids)
    borders = write_borders(raw / "zcta2010_rook_adjacency.parquet", zctas.ids)
    row_of = {r["zip"]: r for r in rows}
    state, lat, lon = (np.array([row_of[str(z)][c] for z in zctas.ids]) for c in ("state", "lat", "lon"))
    bridges = build_bridges(zctas, state, borders, states, lat, lon)
    write_bridges(bridges, BUNDLE / "bridges.csv")
    print(f"{len(zctas.ids)} units, {len(borders)} borders, {len(bridges)} bridges; {moved} points mended")


def mend_points(rows: list[dict[str, Any]], zctas: Topology) -> int:
    """Move a ZIP's point into its own area where it lies over STRAY_MILES outside; returns how many were moved."""
    own = {r["zip"]: r for r in rows}
    points = [own[str(z)] for z in zctas.ids]
    outlines: dict[int, list[Any]] = {}
    for polygon, ring in zip(outline_polygons(zctas), np.flatnonzero(~zctas.ring_is_hole), strict=True):
        outlines.setdefault(int(zctas.ring_unit[ring]), []).append(polygon)
    moved = 0
    for unit, parts in outlines.items():
        row = points[unit]
        here = shapely.Point(row["lon"], row["lat"])
        nearest = min(
            (shapely.shortest_line(here, part) for part in parts if not part.is_empty), key=shapely.length, default=None
        )
        if nearest is None:
            continue
        (lon_a, lat_a), (lon_b, lat_b) = shapely.get_coordinates(nearest)
        if straight_miles(lat_a, lon_a, lat_b, lon_b) > STRAY_MILES:
            inside = max(parts, key=shapely.area).representative_point()
            row["lat"], row["lon"], moved = inside.y, inside.x, moved + 1
    return moved


def write_shapes(zctas: Topology, states: Topology, counties: Topology) -> None:
    stored: dict[str, Any] = {}
    for name, topology in (("zcta", zctas), ("state", states), ("county", counties)):
        stored |= {key: _narrow(values) for key, values in topology.arrays(name).items()}
    np.savez_compressed(BUNDLE / "shapes.npz", **stored)


def write_units(rows: list[dict[str, Any]], zctas: Topology) -> None:
    own = {r["zip"]: r for r in rows}
    people = {str(z): float(own[str(z)]["population"] or 0) for z in zctas.ids}
    for r in rows:  # people of areas newer than 2010 live in the 2010 area around them
        if not r["is_zcta2010"] and r["zcta"] and r["population"]:
            people[r["zcta"]] += r["population"]
    area = np.maximum(np.round(area_sq_miles(zctas), 3), 0.001)  # a single building may vanish when drawn
    table = pa.table(
        {
            "zip": [str(z) for z in zctas.ids],
            "lat": [round(own[str(z)]["lat"], 5) for z in zctas.ids],
            "lon": [round(own[str(z)]["lon"], 5) for z in zctas.ids],
            "state": [own[str(z)]["state"] for z in zctas.ids],
            "county_fips": [(own[str(z)]["county_fips"] or "").zfill(5).replace("00000", "") for z in zctas.ids],
            "city": [_city(own[str(z)]["city"]) for z in zctas.ids],
            "population": np.array([people[str(z)] for z in zctas.ids], dtype=np.int64),
            "area_sq_miles": area,
        }
    )
    pq.write_table(table, BUNDLE / "units.parquet", compression="zstd")


def write_zips(rows: list[dict[str, Any]], ids: np.ndarray) -> None:
    """Every ZIP with its unit; -1 for military post abroad and the freely associated states."""
    index = {str(z): i for i, z in enumerate(ids)}
    own = {r["zip"]: r for r in rows}
    places = np.array([(own[str(z)]["lat"], own[str(z)]["lon"]) for z in ids])
    states = np.array([own[str(z)]["state"] for z in ids])
    unit = [index[r["zcta"]] if r["zcta"] else _nearest(r, places, states) for r in rows]
    table = pa.table(
        {
            "zip": [r["zip"] for r in rows],
            "lat": [round(r["lat"], 4) for r in rows],
            "lon": [round(r["lon"], 4) for r in rows],
            "city": [_city(r["city"]) for r in rows],
            "state": [r["state"] or "" for r in rows],
            "unit": np.array(unit, dtype=np.int32),
        }
    ).sort_by("zip")
    pq.write_table(table, BUNDLE / "zips.parquet", compression="zstd")


def _nearest(row: dict[str, Any], places: np.ndarray, states: np.ndarray) -> int:
    abroad = (row["city"] or "").upper().startswith(("APO", "FPO", "DPO"))
    if abroad or row["state"] in (*FREE_ASSOCIATION, "AE", "AP", "AA"):
        return -1
    among = np.flatnonzero(states == row["state"]) if row["state"] in states else np.arange(len(places))
    tree = KDTree(unit_vectors(places[among, 0], places[among, 1]))
    return int(among[tree.query(unit_vectors(row["lat"], row["lon"]))[1]])


def write_borders(path: Path, ids: np.ndarray) -> np.ndarray:
    """Rook pairs as positions; returns ``[n_pairs, 2]``."""
    table = pq.read_table(path)
    a, b = (np.searchsorted(ids, np.array(table[c].to_pylist())).astype(np.int32) for c in ("a", "b"))
    order = np.lexsort((np.maximum(a, b), np.minimum(a, b)))
    low, high = np.minimum(a, b)[order], np.maximum(a, b)[order]
    miles = np.round(table["shared_mi"].to_numpy()[order], 3).astype(np.float32)
    pq.write_table(
        pa.table({"a": low, "b": high, "border_miles": miles}), BUNDLE / "borders.parquet", compression="zstd"
    )
    return np.stack([low, high], axis=1)


def _city(name: str | None) -> str:
    return (name or "").title() if (name or "").isupper() and not (name or "").startswith("APO") else (name or "")


def _narrow(values: np.ndarray) -> np.ndarray:
    if values.dtype == np.int32 and len(values) and np.abs(values).max() < 2**15:
        return values.astype(np.int16)
    return values


def _topojson(path: Path) -> dict[str, Any]:
    with gzip.open(path) as file:
        return json.load(file)  # type: ignore[no-any-return]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
