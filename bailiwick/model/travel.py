"""The seam between road time and everything that uses it."""

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

Basis = Literal["road", "straight", "air", "same-zip"]


@dataclass(frozen=True)
class Leg:
    """One journey: road miles, minutes, and how they were found."""

    miles: float
    minutes: float
    basis: Basis


class TravelTimes(Protocol):
    """Minutes and miles from some units to all units, by index into the unit list."""

    def rows(self, origins: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Minutes and miles, each ``[len(origins), n_units]``; finite everywhere (air where no road leads)."""
        ...
