"""The Interstate highways as lines on the map, for orientation only; roads are measured on the whole network."""

from functools import lru_cache

import numpy as np

from bailiwick.geography.mesh import STEPS, Lines
from bailiwick.geography.projection import project
from bailiwick.geography.units import BUNDLE

DEGREES = 1e-4  # of a stored step


@lru_cache(maxsize=1)
def load_skeleton() -> Lines:
    """The bundled lines in steps of the projected frame."""
    with np.load(BUNDLE / "skeleton.npz") as stored:
        x, y = project(stored["lat"] * DEGREES, stored["lon"] * DEGREES)
        return Lines(np.rint(x * STEPS).astype(np.int32), np.rint(y * STEPS).astype(np.int32), stored["ptr"])
