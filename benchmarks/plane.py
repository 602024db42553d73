"""Travel between points of a published instance, as the engine asks for it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Table:
    """Cost of a trip between every two points, given as a matrix ``[n, n]``."""

    between: F32

    def rows(self, origins: Ints) -> tuple[F32, F32]:
        found = self.between[np.asarray(origins)]
        return found, found

    def among(self, units: Ints, neighbours: int) -> F32:  # noqa: ARG002
        return self.between[np.ix_(units, units)]

    def legs(self, origins: Ints, targets: Ints) -> F32:
        return self.between[np.ix_(origins, targets)]


def straight(points: F64) -> Table:
    """Euclidean distance."""
    gaps = points[:, None, :] - points[None, :, :]
    return Table(np.sqrt((gaps**2).sum(axis=2)).astype(np.float32))


def square_km(lon: F64, lat: F64) -> Table:
    """Great-circle kilometres squared, on a sphere of 6,371 km."""
    east, north = np.radians(lon), np.radians(lat)
    h = np.sin((north[:, None] - north) / 2) ** 2 + np.cos(north[:, None]) * np.cos(north) * np.sin((east[:, None] - east) / 2) ** 2
    return Table(((2 * 6371.0 * np.arcsin(np.sqrt(h))) ** 2).astype(np.float32))
