"""The seam between road time and everything that uses it."""

from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

Basis = Literal["road", "straight", "air", "same-zip"]
CHUNK = 256


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


@dataclass(frozen=True)
class Between:
    """Travel that is known already. minutes: float32 ``[n, n]``, symmetric; miles are not known and as many."""

    minutes: npt.NDArray[np.float32]

    def rows(self, origins: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        found = self.minutes[origins]
        return found, found

    def among(self, units: npt.NDArray[np.int64], neighbours: int) -> npt.NDArray[np.float32]:  # noqa: ARG002 all are known
        return self.legs(units, units)

    def legs(self, origins: npt.NDArray[np.int64], targets: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        return np.ascontiguousarray(self.minutes[np.ix_(origins, targets)])


@runtime_checkable
class Around(Protocol):
    """Travel that can also be asked for what lies near, for less than whole rows."""

    def around(
        self, origins: npt.NDArray[np.int64], limits: npt.NDArray[np.float32], targets: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """The ``targets`` within ``limits`` minutes of each origin, as CSR: pointers, position in ``targets``, minutes as in ``rows``."""
        ...


def near(
    travel: TravelTimes, origins: npt.NDArray[np.int64], limits: npt.NDArray[np.float32], targets: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """``around``, from whole rows where travel cannot be asked that."""
    if not len(targets) or not len(origins):
        return np.zeros(len(origins) + 1, dtype=np.int64), np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32)
    if isinstance(travel, Around):
        return travel.around(origins, limits, targets)
    counts, to, minutes = [], [], []
    for start in range(0, len(origins), CHUNK):
        part = slice(start, start + CHUNK)
        rows = travel.rows(origins[part])[0][:, targets]
        row, at = np.nonzero(rows <= limits[part][:, None])
        counts.append(np.bincount(row, minlength=len(rows)))
        to.append(at.astype(np.int32))
        minutes.append(rows[row, at])
    pointer = np.concatenate([[0], np.cumsum(np.concatenate(counts))]).astype(np.int64)
    return pointer, np.concatenate(to), np.concatenate(minutes).astype(np.float32)
