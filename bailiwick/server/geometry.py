"""Shapes for the map: ZIP areas as triangles, lines for orientation, neighbours. The same for every project."""

from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt
from fastapi import APIRouter, Request, Response

from bailiwick import __version__
from bailiwick.geography import mesh as meshes
from bailiwick.geography.adjacency import load_adjacency
from bailiwick.geography.projection import HEIGHT, WIDTH
from bailiwick.geography.skeleton import load_skeleton
from bailiwick.server import answers
from bailiwick.server.packed import pack, zipped

router = APIRouter(prefix="/geometry", tags=["geometry"])
FRAME = {"width": WIDTH, "height": HEIGHT, "steps": meshes.STEPS}
LINES = {"state": 0.05, "county": 0.1}  # pixels a line may stray


@router.get("/mesh/{level}", response_class=Response)
def mesh(request: Request, level: Literal["coarse", "fine"]) -> Response:
    """Triangles of all ZIP areas. x, y: int16 differences along each ring, its first point in ring_x, ring_y; steps of the frame."""
    tag = answers.tag_of("mesh", level, __version__)
    return answers.not_modified(tag) if answers.known(request, tag) else answers.binary(mesh_document(level), tag, compressed=True)


@router.get("/lines", response_class=Response)
def lines(request: Request) -> Response:
    """State and county borders and the highway skeleton: ``NAME_x``, ``NAME_y`` int32 points and ``NAME_ptr``."""
    tag = answers.tag_of("lines", __version__)
    return answers.not_modified(tag) if answers.known(request, tag) else answers.binary(lines_document(), tag, compressed=True)


@router.get("/adjacency", response_class=Response)
def adjacency(request: Request) -> Response:
    """Neighbours of each unit as CSR, bridges included."""
    tag = answers.tag_of("adjacency", __version__)
    return answers.not_modified(tag) if answers.known(request, tag) else answers.binary(adjacency_document(), tag, compressed=True)


@lru_cache(maxsize=2)
def mesh_document(level: str) -> bytes:
    """The packed mesh, compressed."""
    found = meshes.mesh(meshes.COARSE if level == "coarse" else meshes.FINE)
    first = found.ring_ptr[:-1]
    arrays: dict[str, npt.NDArray[np.generic]] = {
        "ring_x": found.x[first], "ring_y": found.y[first], "x": _steps(found.x, first), "y": _steps(found.y, first),
        "ring_ptr": found.ring_ptr, "unit_ptr": found.unit_ptr, "triangles": found.triangles.ravel(), "triangle_ptr": found.triangle_ptr,
    }  # fmt: skip
    return zipped(pack(arrays, FRAME))


def _steps(values: npt.NDArray[np.int32], first: npt.NDArray[np.int32]) -> npt.NDArray[np.int16]:
    steps = np.diff(values, prepend=values[:1])
    steps[first] = 0
    return steps.astype(np.int16)


@lru_cache(maxsize=1)
def lines_document() -> bytes:
    """The packed lines, compressed."""
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    for name, tolerance in LINES.items():
        found = meshes.lines(name, tolerance)
        arrays |= {f"{name}_x": found.x, f"{name}_y": found.y, f"{name}_ptr": found.ptr}
    road = load_skeleton()
    arrays |= {"road_x": road.x, "road_y": road.y, "road_ptr": road.ptr}
    return zipped(pack(arrays, FRAME))


@lru_cache(maxsize=1)
def adjacency_document() -> bytes:
    """The packed neighbours, compressed."""
    found = load_adjacency()
    return zipped(pack({"indptr": found.indptr, "indices": found.indices, "border_miles": found.border_miles}))
