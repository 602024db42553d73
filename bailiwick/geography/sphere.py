"""Distances on the sphere."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

EARTH_RADIUS_MILES = 3958.7613
MILES_PER_KM = 0.621371192


def unit_vectors(lat: npt.ArrayLike, lon: npt.ArrayLike) -> Floats:
    """Points on the unit sphere ``[..., 3]`` for degrees north and east; safe across the antimeridian."""
    north, east = np.radians(np.asarray(lat, dtype=np.float64)), np.radians(np.asarray(lon, dtype=np.float64))
    return np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)], axis=-1)


def chord_to_miles(chord: npt.ArrayLike) -> Floats:
    """Great-circle miles for straight chords of the unit sphere."""
    half = np.clip(np.asarray(chord, dtype=np.float64) / 2, 0.0, 1.0)
    return np.asarray(2 * EARTH_RADIUS_MILES * np.arcsin(half))


def miles_to_chord(miles: float) -> float:
    """The chord of the unit sphere that spans ``miles``."""
    return float(2 * np.sin(min(miles / (2 * EARTH_RADIUS_MILES), np.pi / 2)))


def straight_miles(lat_a: npt.ArrayLike, lon_a: npt.ArrayLike, lat_b: npt.ArrayLike, lon_b: npt.ArrayLike) -> Floats:
    """Great-circle miles between points in degrees; arguments broadcast."""
    gap = unit_vectors(lat_a, lon_a) - unit_vectors(lat_b, lon_b)
    return chord_to_miles(np.sqrt((gap**2).sum(axis=-1)))
