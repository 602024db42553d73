"""Outlines for drawing: territories dissolved from ZIP areas, and the states behind them.

An arc lies on a territory's outline when the territory uses it an odd number of times: arcs between two units of one
territory cancel. What remains is chained end to end into rings; no polygon is ever computed. Land without ZIP areas
shows the states' background.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import shapely

from bailiwick.geography.projection import HEIGHT, WIDTH, project
from bailiwick.geography.topology import Topology
from bailiwick.geography.units import BUNDLE

__all__ = [
    "HEIGHT",
    "WIDTH",
    "Outline",
    "county_outlines",
    "load_topology",
    "project",
    "state_outlines",
    "svg_path",
    "territory_outlines",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

TOLERANCE_PIXELS = 0.35


@dataclass(frozen=True)
class Outline:
    """Closed rings of one shape in pixels of the 975 × 610 frame, each ``[n, 2]``; draw with the even-odd rule."""

    id: str
    rings: tuple[Floats, ...]


def territory_outlines(
    territory_of: npt.NDArray[np.integer], tolerance: float = TOLERANCE_PIXELS
) -> tuple[Outline, ...]:
    """Outline of each territory number, in order.

    territory_of: territory of each unit ``[n_units]``; negative = not drawn. tolerance: pixels a simplified border may
    stray; borders between territories are simplified once, so that neighbours still meet.
    """
    topology = load_topology("zcta")
    territory_of = np.asarray(territory_of)
    if len(territory_of) != len(topology.ids):
        raise ValueError(f"territory_of must have {len(topology.ids)} entries, got {len(territory_of)}")
    count = max(int(territory_of.max(initial=-1)) + 1, 0)
    return _dissolve(topology, territory_of, [str(t) for t in range(count)], tolerance)


def state_outlines(tolerance: float = TOLERANCE_PIXELS) -> tuple[Outline, ...]:
    """Outline of each state and island area by FIPS code."""
    topology = load_topology("state")
    return _dissolve(topology, np.arange(len(topology.ids)), [str(i) for i in topology.ids], tolerance)


def county_outlines(tolerance: float = TOLERANCE_PIXELS) -> tuple[Outline, ...]:
    """Outline of each county by five-digit FIPS code."""
    topology = load_topology("county")
    return _dissolve(topology, np.arange(len(topology.ids)), [str(i) for i in topology.ids], tolerance)


def svg_path(outline: Outline, digits: int = 1) -> str:
    """The ``d`` of an SVG path, relative steps in quantised pixels."""
    step = 10**digits
    parts = []
    for ring in outline.rings:
        grid = np.round(ring * step).astype(np.int64)
        moved = np.diff(grid, axis=0)
        moved = moved[(moved != 0).any(axis=1)]
        first = f"M{_short(grid[0, 0], step)} {_short(grid[0, 1], step)}l"
        parts.append(first + " ".join(f"{_short(x, step)} {_short(y, step)}" for x, y in moved) + "z")
    return "".join(parts)


def _short(value: int, step: int) -> str:
    return f"{value / step:.10g}"


@lru_cache(maxsize=3)
def load_topology(name: str) -> Topology:
    """The bundled shapes by name: ``zcta``, ``state`` or ``county``."""
    with np.load(BUNDLE / "shapes.npz") as stored:
        return Topology.from_arrays(stored, name)


def _dissolve(
    topology: Topology, group_of: npt.NDArray[np.integer], ids: list[str], tolerance: float
) -> tuple[Outline, ...]:
    arc, unit = topology.arc_units()
    group = group_of[unit].astype(np.int64)
    drawn = group >= 0
    key = group[drawn] * len(topology.arc_ptr) + arc[drawn]
    found, uses = np.unique(key, return_counts=True)
    border = found[uses % 2 == 1]
    arcs = (border % len(topology.arc_ptr)).astype(np.int64)
    owner = border // len(topology.arc_ptr)
    lines = _lines(topology, np.unique(arcs), tolerance)
    at = np.searchsorted(owner, np.arange(len(ids) + 1))
    return tuple(Outline(each, _rings(arcs[at[g] : at[g + 1]], lines)) for g, each in enumerate(ids))


@dataclass(frozen=True)
class _Lines:
    """Projected arcs by number, and the exact quantised points they start and end at."""

    points: dict[int, Floats]
    first: dict[int, int]
    last: dict[int, int]


def _lines(topology: Topology, arcs: npt.NDArray[np.int64], tolerance: float) -> _Lines:
    """Arcs simplified (Douglas & Peucker 1973, doi:10.3138/FM57-6770-U75U-7727): none left out is further than ``tolerance`` from what is drawn."""
    points, spot = topology.projected
    start, stop = topology.arc_ptr[arcs], topology.arc_ptr[arcs + 1]
    size = stop - start
    number = np.repeat(np.arange(len(arcs)), size)
    taken = np.repeat(start - np.concatenate([[0], np.cumsum(size)[:-1]]), size) + np.arange(int(size.sum()))
    drawn = shapely.simplify(shapely.linestrings(points[taken], indices=number), tolerance, preserve_topology=False)
    kept, owner = shapely.get_coordinates(drawn, return_index=True)
    ends = np.searchsorted(owner, np.arange(len(arcs) + 1))
    names = arcs.tolist()
    return _Lines(
        {a: kept[i:j] for a, i, j in zip(names, ends[:-1].tolist(), ends[1:].tolist(), strict=True)},
        dict(zip(names, spot[start].tolist(), strict=True)),
        dict(zip(names, spot[stop - 1].tolist(), strict=True)),
    )


def _rings(arcs: npt.NDArray[np.int64], lines: _Lines) -> tuple[Floats, ...]:
    """Chain arcs end to end until each run closes; every end is shared by an even number of arcs."""
    at: dict[int, list[int]] = defaultdict(list)
    for a in arcs.tolist():
        at[lines.first[a]].append(a)
        at[lines.last[a]].append(a)
    left = set(arcs.tolist())
    rings: list[Floats] = []
    for begin in arcs.tolist():
        if begin not in left:
            continue
        left.remove(begin)
        run, here, home = [lines.points[begin]], lines.last[begin], lines.first[begin]
        while here != home:
            following = next((a for a in at[here] if a in left), None)
            if following is None:
                break
            left.remove(following)
            forward = lines.first[following] == here
            run.append(lines.points[following] if forward else lines.points[following][::-1])
            here = lines.last[following] if forward else lines.first[following]
        ring = np.concatenate([run[0], *(line[1:] for line in run[1:])])
        if len(ring) >= 4 and _size(ring) >= 0.02:
            rings.append(ring)
    return tuple(rings)


def _size(ring: Floats) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return float(abs(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])) / 2)
