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

    def among(self, units: npt.NDArray[np.int64], neighbours: int) -> npt.NDArray[np.float32]:
        """Minutes between every two of ``units`` ``[m, m]``, symmetric; beyond about ``neighbours`` of them they may be estimates."""
        ...

    def legs(self, origins: npt.NDArray[np.int64], targets: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Minutes ``[origins, targets]``, the very numbers of ``rows``, at the price of a search no wider than the targets."""
        ...

    def around(
        self, origins: npt.NDArray[np.int64], limits: npt.NDArray[np.float32], targets: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """The ``targets`` within ``limits`` minutes of each origin, as CSR: pointers, position in ``targets``, minutes as in ``rows``."""
        ...
