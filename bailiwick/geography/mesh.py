"""ZIP areas and lines as a screen draws them: triangles and polylines in the projected frame, fixed-point.

Both sides of a border share its arc's points, so neighbours meet without gaps at either level of detail.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import mapbox_earcut as earcut
import numpy as np
import numpy.typing as npt

from bailiwick.geography.projection import project
from bailiwick.geography.shapes import load_topology
from bailiwick.geography.topology import Topology

STEPS = 256  # steps of a pixel of the 975 × 610 frame: 18 m on the mainland
COARSE, FINE = 0.25, 0.0  # pixels a border may stray

Ints = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Mesh:
    """Triangulated units. ring_ptr: points of each ring ``[n_rings + 1]``; x, y: int32 steps by point.

    unit_ptr: points of each unit ``[n_units + 1]``. triangles: uint16 point numbers within the unit ``[n_triangles, 3]``;
    triangle_ptr: triangles of each unit ``[n_units + 1]``.
    """

    x: Ints
    y: Ints
    ring_ptr: Ints
    unit_ptr: Ints
    triangles: npt.NDArray[np.uint16]
    triangle_ptr: Ints


@dataclass(frozen=True)
class Lines:
    """Polylines: x, y int32 steps by point, ptr ``[n_lines + 1]``."""

    x: Ints
    y: Ints
    ptr: Ints


@lru_cache(maxsize=2)
def mesh(tolerance: float) -> Mesh:
    """Triangles of every unit; tolerance: pixels a border may stray."""
    topology = load_topology("zcta")
    arcs = _arcs(topology, tolerance)
    rings = [_ring(arcs, r) for r in _runs(topology.ring_arcs, topology.ring_ptr)]
    ring_points = np.array([len(r) for r in rings])
    n = len(topology.ids)
    points = np.concatenate(rings)
    ring_ptr = _pointers(ring_points)
    unit_ptr = _pointers(np.bincount(topology.ring_unit, weights=ring_points, minlength=n).astype(np.int64))
    found = [_triangles(topology, rings, ring_points, at) for at in _rings_of_units(topology)]
    return Mesh(
        points[:, 0].copy(), points[:, 1].copy(), ring_ptr, unit_ptr,
        np.concatenate(found).astype(np.uint16), _pointers(np.array([len(f) for f in found])),
    )  # fmt: skip


@lru_cache(maxsize=4)
def lines(name: str, tolerance: float) -> Lines:
    """Each border of ``state`` or ``county`` once."""
    arcs = _arcs(load_topology(name), tolerance)
    points = np.concatenate(arcs)
    return Lines(points[:, 0].copy(), points[:, 1].copy(), _pointers(np.array([len(a) for a in arcs])))


def _arcs(topology: Topology, tolerance: float) -> list[Ints]:
    """Points of each arc in steps, ends kept."""
    lon, lat = topology.points()
    x, y = project(lat, lon)
    points = np.column_stack([x, y])
    kept = [_simple(p, tolerance) if tolerance else p for p in np.split(points, topology.arc_ptr[1:-1])]
    return [np.rint(k * STEPS).astype(np.int32) for k in kept]


def _simple(points: npt.NDArray[np.float64], tolerance: float) -> npt.NDArray[np.float64]:
    """Douglas & Peucker 1973 (doi:10.3138/FM57-6770-U75U-7727); a closed arc keeps three points."""
    if len(points) < 3:
        return points
    import shapely

    closed = bool((points[0] == points[-1]).all())
    found = np.asarray(shapely.get_coordinates(shapely.simplify(shapely.linestrings(points), tolerance, preserve_topology=False)))
    if closed and len(found) < 4:
        return points[[0, len(points) // 3, 2 * len(points) // 3, -1]]
    return found


def _ring(arcs: list[Ints], signed: Ints) -> Ints:
    """Points of a ring without the closing one."""
    parts = [arcs[a] if a >= 0 else arcs[~a][::-1] for a in signed.tolist()]
    return np.concatenate([p[:-1] for p in parts])


def _runs(values: Ints, ptr: Ints) -> list[Ints]:
    return np.split(values, ptr[1:-1])


def _rings_of_units(topology: Topology) -> Iterator[range]:
    """The numbers of each unit's rings; rings lie sorted by unit."""
    at = np.searchsorted(topology.ring_unit, np.arange(len(topology.ids) + 1))
    for unit in range(len(topology.ids)):
        yield range(int(at[unit]), int(at[unit + 1]))


def _triangles(topology: Topology, rings: list[Ints], sizes: npt.NDArray[np.int64], numbers: range) -> npt.NDArray[np.int64]:
    """Triangles of one unit: each outer ring with the holes that follow it."""
    made: list[npt.NDArray[np.int64]] = []
    offset = 0
    starts = [r for r in numbers if not topology.ring_is_hole[r]] or list(numbers)[:1]
    for start, stop in zip(starts, [*starts[1:], numbers.stop], strict=True):
        members = rings[start:stop]
        ends = np.cumsum(sizes[start:stop]).astype(np.uint32)
        corners = earcut.triangulate_float64(np.concatenate(members).astype(np.float64), ends)
        made.append(np.asarray(corners, dtype=np.int64).reshape(-1, 3) + offset)
        offset += int(ends[-1])
    return np.concatenate(made) if made else np.empty((0, 3), dtype=np.int64)


def _pointers(lengths: npt.NDArray[np.int64]) -> Ints:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
