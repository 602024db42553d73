"""Shapes as shared arcs: what TopoJSON holds, as flat arrays that numpy can walk.

A ring is a run of arc numbers; a negative number ``~a`` means arc ``a`` backwards. An arc used by two units is
their common border, so dissolving units never touches coordinates.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from bailiwick.geography.projection import project
from bailiwick.geography.sphere import EARTH_RADIUS_MILES

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Topology:
    """Units made of rings made of arcs.

    ids: text id ``[n_units]``. dx, dy: int32 differences of quantised points ``[n_points]``; the first point of each
    arc is absolute. arc_ptr: ``[n_arcs + 1]``. ring_arcs: signed arc numbers; ring_ptr: ``[n_rings + 1]``.
    ring_unit: unit of each ring. ring_is_hole: bool by ring. scale, translate: degrees per step and origin, as x, y.
    """

    ids: npt.NDArray[np.str_]
    dx: Ints
    dy: Ints
    arc_ptr: Ints
    ring_arcs: Ints
    ring_ptr: Ints
    ring_unit: Ints
    ring_is_hole: npt.NDArray[np.bool_]
    scale: Floats
    translate: Floats

    def arrays(self, prefix: str) -> dict[str, npt.NDArray[Any]]:
        """The arrays under ``prefix.name``, as stored in the bundle."""
        return {f"{prefix}.{f.name}": getattr(self, f.name) for f in fields(self)}

    @classmethod
    def from_arrays(cls, stored: Mapping[str, npt.NDArray[Any]], prefix: str) -> "Topology":
        """Read what ``arrays`` wrote."""
        return cls(**{f.name: stored[f"{prefix}.{f.name}"] for f in fields(cls)})

    def points(self) -> tuple[Floats, Floats]:
        """Longitude and latitude of every arc point, each ``[n_points]``, in degrees."""
        return (
            _undo_differences(self.dx, self.arc_ptr) * self.scale[0] + self.translate[0],
            _undo_differences(self.dy, self.arc_ptr) * self.scale[1] + self.translate[1],
        )

    @cached_property
    def projected(self) -> tuple[Floats, npt.NDArray[np.int64]]:
        """Every arc point in pixels of the projected frame ``[n_points, 2]``, and a number for its exact place ``[n_points]``."""
        lon, lat = self.points()
        x, y = np.rint((lon - self.translate[0]) / self.scale[0]), np.rint((lat - self.translate[1]) / self.scale[1])
        return np.stack(project(lat, lon), axis=1), (x * (2 * np.abs(y).max(initial=0) + 1) + y).astype(np.int64)

    def arc_units(self) -> tuple[Ints, Ints]:
        """Arc number and unit of every use of an arc, in ring order."""
        uses = np.repeat(self.ring_unit, np.diff(self.ring_ptr))
        return np.where(self.ring_arcs < 0, ~self.ring_arcs, self.ring_arcs), uses.astype(np.int32)


def _undo_differences(steps: Ints, ptr: Ints) -> Floats:
    total = np.cumsum(steps, dtype=np.int64)
    before = np.concatenate([[0], total])[ptr[:-1]]
    return np.asarray(total - np.repeat(before, np.diff(ptr)), dtype=np.float64)


def from_topojson(document: Mapping[str, Any], name: str) -> Topology:
    """Flatten object ``name`` of a parsed, quantised TopoJSON document; units sorted by id."""
    geometries = sorted(document["objects"][name]["geometries"], key=lambda g: str(g["id"]))
    arcs = [np.asarray(a, dtype=np.int32).reshape(-1, 2) for a in document["arcs"]]
    rings: list[list[int]] = []
    unit: list[int] = []
    hole: list[bool] = []
    for number, geometry in enumerate(geometries):
        polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry.get("arcs", [])
        for polygon in polygons:
            rings += polygon
            unit += [number] * len(polygon)
            hole += [i > 0 for i in range(len(polygon))]
    flat = np.concatenate(arcs)
    return Topology(
        ids=np.array([str(g["id"]) for g in geometries]),
        dx=flat[:, 0].copy(),
        dy=flat[:, 1].copy(),
        arc_ptr=_pointers([len(a) for a in arcs]),
        ring_arcs=np.concatenate([np.asarray(r, dtype=np.int32) for r in rings]),
        ring_ptr=_pointers([len(r) for r in rings]),
        ring_unit=np.array(unit, dtype=np.int32),
        ring_is_hole=np.array(hole),
        scale=np.array(document["transform"]["scale"]),
        translate=np.array(document["transform"]["translate"]),
    )


def _pointers(lengths: list[int]) -> Ints:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)


def area_sq_miles(topology: Topology) -> Floats:
    """Area of each unit ``[n_units]`` on the sphere, holes left out (trapezoids in the sine of latitude)."""
    lon, lat = np.radians(topology.points())
    height = np.sin(lat)
    piece = np.diff(lon) * (height[1:] + height[:-1]) / 2
    running = np.concatenate([[0.0], np.cumsum(piece)])
    start, stop = topology.arc_ptr[:-1], topology.arc_ptr[1:] - 1
    of_arc = running[stop] - running[start]
    signed = np.where(topology.ring_arcs < 0, -1.0, 1.0) * of_arc[topology.arc_units()[0]]
    of_ring = np.abs(np.add.reduceat(signed, topology.ring_ptr[:-1]))
    weight = np.where(topology.ring_is_hole, -of_ring, of_ring)
    area = np.bincount(topology.ring_unit, weights=weight, minlength=len(topology.ids))
    return np.asarray(area * EARTH_RADIUS_MILES**2)
