"""Albers equal-area projection of the states into one frame, with Alaska, Hawaii, Puerto Rico and the islands inset.

Snyder 1987, "Map projections: a working manual", USGS Professional Paper 1395 (doi:10.3133/pp1395), sphere.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

WIDTH, HEIGHT = 975.0, 610.0


@dataclass(frozen=True)
class Albers:
    """One cone: standard parallels and centre in degrees, pixels per radius, and where its centre lands."""

    south: float
    north: float
    lat: float
    lon: float
    scale: float
    x: float
    y: float

    def project(self, lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
        """x to the right and y down, in pixels of the frame."""
        south, north, centre = np.sin(np.radians([self.south, self.north, self.lat]))
        cone = (south + north) / 2
        constant = np.cos(np.radians(self.south)) ** 2 + 2 * cone * south
        radius = np.sqrt(np.maximum(constant - 2 * cone * np.sin(np.radians(lat)), 0.0)) / cone
        turn = cone * np.radians((lon - self.lon + 180.0) % 360.0 - 180.0)
        below = np.sqrt(constant - 2 * cone * centre) / cone
        return self.x + self.scale * radius * np.sin(turn), self.y - self.scale * (below - radius * np.cos(turn))


MAINLAND = Albers(29.5, 45.5, 38.7, -96.6, 1300.0, 487.5, 305.0)
ALASKA = Albers(55.0, 65.0, 64.0, -152.0, 400.0, 145.0, 510.0)
HAWAII = Albers(8.0, 18.0, 20.6, -157.5, 1200.0, 290.0, 568.0)
PUERTO_RICO = Albers(17.0, 19.0, 18.2, -66.0, 1300.0, 872.0, 567.0)
MARIANAS = Albers(13.0, 16.0, 14.4, 145.2, 900.0, 365.0, 575.0)
SAMOA = Albers(-15.0, -13.5, -14.3, -170.3, 1300.0, 330.0, 590.0)


def project(lat: npt.ArrayLike, lon: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Pixels in the 975 × 610 frame for points in degrees; each point goes to the inset of its region."""
    north, east = np.broadcast_arrays(np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64))
    x, y = (v.copy() for v in MAINLAND.project(north, east))
    regions = (
        (ALASKA, (north > 50.0) & ((east < -129.0) | (east > 170.0))),
        (HAWAII, (north > 15.0) & (north < 30.0) & (east < -150.0)),
        (PUERTO_RICO, (north < 19.0) & (east > -69.0) & (east < -60.0)),
        (MARIANAS, (north > 10.0) & (north < 22.0) & (east > 140.0)),
        (SAMOA, north < 0.0),
    )
    for inset, here in regions:
        if here.any():
            x[here], y[here] = inset.project(north[here], east[here])
    return x, y
