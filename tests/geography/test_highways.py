"""Reading highways: fixed columns by feature id, shapefile polylines joined at their ends, ferries told from roads."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from bailiwick.geography.network.assemble import Edges, Rules, contract, highway_edges
from bailiwick.geography.network.highways import Highways, read_nhpn, read_shapefile
from bailiwick.geography.network.water import Land, ferries
from bailiwick.geography.shapes import load_topology
from bailiwick.geography.sphere import straight_miles
from bailiwick.model.errors import InputError


def _write_shapefile(path: Path, lines: list[list[tuple[float, float]]]) -> None:
    body = b""
    for number, line in enumerate(lines, 1):
        xy = np.array(line, dtype="<f8")
        box = (*xy.min(axis=0), *xy.max(axis=0))
        content = struct.pack("<i4d3i", 3, *box, 1, len(line), 0) + xy.tobytes()
        body += struct.pack(">2i", number, len(content) // 2) + content
    header = struct.pack(">7i", 9994, 0, 0, 0, 0, 0, (100 + len(body)) // 2) + struct.pack("<2i8d", 1000, 3, *[0.0] * 8)
    path.write_bytes(header + body)


def test_shapefile_lines_are_joined_where_they_meet(tmp_path: Path) -> None:
    path = tmp_path / "roads.shp"
    bent = [(-90.0, 40.0), (-90.0, 40.5), (-89.5, 40.5)]
    _write_shapefile(path, [bent, [(-89.500001, 40.5), (-89.0, 40.5)], [(-90.0, 40.0), (-90.0, 40.0)]])
    found = read_shapefile(path)
    assert len(found.lat) == 3
    assert len(found.a) == 2
    expected = straight_miles(40.0, -90.0, 40.5, -90.0) + straight_miles(40.5, -90.0, 40.5, -89.5)
    assert found.length[0] == pytest.approx(float(expected))
    edges = highway_edges(found, np.ones(2, dtype=bool), Rules())
    assert edges.miles[0] == pytest.approx(float(expected))  # measured length is not stretched again


def test_a_file_that_is_no_shapefile_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.shp"
    path.write_bytes(b"not a shapefile" * 20)
    with pytest.raises(InputError, match="not a shapefile"):
        read_shapefile(path)
    _write_shapefile(path, [[(500_000.0, 4_000_000.0), (500_100.0, 4_000_000.0)]])
    with pytest.raises(InputError, match="not in degrees"):
        read_shapefile(path)


def test_nhpn_links_name_feature_ids(tmp_path: Path) -> None:
    node = "N0201        {:>10}{:>10}{:>10}{:>10}{:<35}{:>2}\n"
    nodes = [node.format(1, 700, -90000000, 40000000, "", 17), node.format(700, 701, -90000000, 41000000, "", 17)]
    link = "L0201        {:>10}{:>10}{:>10}{:>10}{:<35}{:>2}{:>2}\n".format(1, 1, 700, 701, "main st", 17, "")
    (tmp_path / "n.gz").write_bytes(gzip.compress("".join(nodes).encode()))
    (tmp_path / "l.gz").write_bytes(gzip.compress(link.encode()))
    found = read_nhpn(tmp_path / "n.gz", tmp_path / "l.gz")
    assert found.straight == pytest.approx([69.09], abs=0.05)
    assert found.name.tolist() == ["MAIN ST"]


def test_ferries_are_told_from_bridges_and_coast_roads() -> None:
    links = {
        "lake": (44.46, -87.50, 43.96, -86.46, "", True),
        "named": (41.25, -72.14, 41.30, -72.08, "ORIENT POND FERRY", True),
        "street": (38.65, -90.20, 38.64, -90.19, "FERRY ST", False),
        "tunnel": (37.03, -76.09, 36.92, -76.13, "", False),
        "coast": (42.75, -124.50, 42.05, -124.26, "", False),
        "sound": (47.87, -122.46, 47.65, -122.45, "", True),
        "inland": (40.0, -90.0, 40.3, -90.0, "", False),
    }
    n = len(links)
    lat = np.array([v for a in links.values() for v in (a[0], a[2])])
    lon = np.array([v for a in links.values() for v in (a[1], a[3])])
    a, b = np.arange(0, 2 * n, 2, dtype=np.int32), np.arange(1, 2 * n, 2, dtype=np.int32)
    straight = straight_miles(lat[a], lon[a], lat[b], lon[b])
    names = np.array([v[4] for v in links.values()])
    land = Land.of(load_topology("state"), load_topology("zcta"))
    found = ferries(Highways(lat, lon, a, b, straight, np.full(n, np.nan), names), land)
    assert dict(zip(links, found.tolist(), strict=True)) == {k: v[5] for k, v in links.items()}


def test_contraction_keeps_units_and_distances() -> None:
    chain = Edges(
        np.array([0, 2, 3, 3, 1]), np.array([2, 3, 4, 5, 5]), np.array([1.0, 2, 9, 3, 4]), np.array([1.0, 2, 9, 3, 4])
    )
    kept = contract(chain, n_units=2)
    assert list(zip(kept.a, kept.b, kept.miles, kept.minutes, strict=True)) == [(0, 1, 10.0, 10.0)]
