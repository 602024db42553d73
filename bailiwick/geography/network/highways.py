"""Read highway links from public files: NHPN node and link records (1995 layout), or a newer polyline shapefile."""

import gzip
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bailiwick.geography.sphere import straight_miles
from bailiwick.model.errors import InputError

Floats = npt.NDArray[np.float64]
SNAP_DEGREES = 1e-4  # ends closer than about 10 m are one junction
_POLYLINES = (3, 13, 23)


@dataclass(frozen=True)
class Highways:
    """Links between nodes.

    lat, lon: degrees ``[n_nodes]``. a, b: int32 node of each link's ends. straight: great-circle miles of each link.
    length: miles along the line, NaN when the file has no geometry. name: as written, upper case.
    """

    lat: Floats
    lon: Floats
    a: npt.NDArray[np.int32]
    b: npt.NDArray[np.int32]
    straight: Floats
    length: Floats
    name: npt.NDArray[np.str_]


def read_nhpn(nodes: Path, links: Path) -> Highways:
    """National Highway Planning Network, fixed columns; a link names its ends by the nodes' feature ids."""
    with gzip.open(nodes, "rt", encoding="latin-1") as file:
        records = [(int(r[23:33]), int(r[43:53]) / 1e6, int(r[33:43]) / 1e6) for r in file if r[:1] == "N"]
    position = {feature: i for i, (feature, _, _) in enumerate(records)}
    lat, lon = np.array([r[1] for r in records]), np.array([r[2] for r in records])
    ends: list[tuple[int, int]] = []
    names: list[str] = []
    with gzip.open(links, "rt", encoding="latin-1") as file:
        for r in file:
            a, b = position.get(int(r[33:43])), position.get(int(r[43:53]))
            if a is not None and b is not None and a != b:
                ends.append((a, b))
                names.append(r[53:88].strip().upper())
    return _highways(lat, lon, np.array(ends, dtype=np.int32), np.full(len(ends), np.nan), names)


def read_shapefile(path: Path) -> Highways:
    """Polylines of a ``.shp`` file in degrees (NHPN or FAF releases); line ends that coincide are joined."""
    lines = [line for line in _polylines(path) if len(line) > 1]
    if not lines:
        raise InputError(f"{path} holds no polylines; give the .shp of a highway network in degrees")
    ends = np.concatenate([[line[0], line[-1]] for line in lines])
    if np.abs(ends[:, 1]).max() > 90 or np.abs(ends[:, 0]).max() > 180:
        raise InputError(f"{path} is not in degrees; reproject it to longitude and latitude (WGS 84 or NAD 83)")
    _, first, node = np.unique(
        np.round(ends / SNAP_DEGREES).astype(np.int64), axis=0, return_index=True, return_inverse=True
    )
    pairs = node.reshape(-1, 2).astype(np.int32)
    length = np.array([straight_miles(v[:-1, 1], v[:-1, 0], v[1:, 1], v[1:, 0]).sum() for v in lines])
    keep = pairs[:, 0] != pairs[:, 1]
    return _highways(ends[first, 1], ends[first, 0], pairs[keep], length[keep], [""] * int(keep.sum()))


def _highways(lat: Floats, lon: Floats, ends: npt.NDArray[np.int32], length: Floats, names: list[str]) -> Highways:
    a, b = ends[:, 0], ends[:, 1]
    return Highways(lat, lon, a, b, straight_miles(lat[a], lon[a], lat[b], lon[b]), length, np.array(names))


def _polylines(path: Path) -> Iterator[Floats]:
    """Parts of every polyline record, ``[n, 2]`` as x, y (ESRI Shapefile Technical Description, 1998)."""
    data = path.read_bytes()
    if len(data) < 100 or struct.unpack(">i", data[:4])[0] != 9994:
        raise InputError(f"{path} is not a shapefile; give the file that ends in .shp")
    at = 100
    while at + 12 <= len(data):
        words = struct.unpack(">i", data[at + 4 : at + 8])[0]
        body, at = data[at + 8 : at + 8 + 2 * words], at + 8 + 2 * words
        if struct.unpack("<i", body[:4])[0] not in _POLYLINES:
            continue
        parts, points = struct.unpack("<2i", body[36:44])
        starts = np.frombuffer(body, "<i4", parts, 44)
        xy = np.frombuffer(body, "<f8", 2 * points, 44 + 4 * parts).reshape(-1, 2)
        yield from np.split(xy, starts[1:])
