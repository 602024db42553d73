"""How long the borders of the units are, and how much land they hold: what the shape of a territory is measured by."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from bailiwick.geography.shapes import load_topology
from bailiwick.geography.sphere import chord_to_miles, unit_vectors
from bailiwick.geography.topology import Topology, area_sq_miles
from bailiwick.geography.units import load_units

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
OUTSIDE = -1


@dataclass(frozen=True)
class Borders:
    """area: square miles by unit ``[n]``. one, other: the units on both sides of each border ``[m]``, other -1 = the sea or abroad;
    miles: its length ``[m]``.
    """

    area: Floats
    one: Ints
    other: Ints
    miles: Floats


def borders(topology: Topology) -> Borders:
    """Borders of a topology, every arc once."""
    lon, lat = topology.points()
    place = unit_vectors(lat, lon)
    step = np.concatenate([[0.0], np.cumsum(chord_to_miles(np.linalg.norm(np.diff(place, axis=0), axis=1)))])
    miles = step[topology.arc_ptr[1:] - 1] - step[topology.arc_ptr[:-1]]
    arc, unit = topology.arc_units()
    order = np.argsort(arc, kind="stable")
    arc, unit = arc[order], unit[order].astype(np.int64)
    first = np.concatenate([[True], arc[1:] != arc[:-1]])
    one = unit[first]
    other = np.full(len(one), OUTSIDE, dtype=np.int64)
    again = np.flatnonzero(~first)
    other[np.cumsum(first)[again] - 1] = unit[again]
    return Borders(area_sq_miles(topology), one, other, miles[arc[first]])


@lru_cache(maxsize=1)
def load_borders() -> Borders:
    """Borders of the bundled ZIP areas, units in their order."""
    topology = load_topology("zcta")
    if topology.ids.tolist() != load_units().zips.tolist():
        raise ValueError("the bundled outlines do not follow the bundled units")
    return borders(topology)
