"""Small worlds for the engine: units on a grid, minutes by straight line."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bailiwick.design import Problem


@dataclass(frozen=True)
class Plane:
    """Minutes and miles = distance between points."""

    points: npt.NDArray[np.float64]

    def rows(self, origins: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        gaps = self.points[np.asarray(origins)][:, None, :] - self.points[None, :, :]
        found = np.sqrt((gaps**2).sum(axis=2)).astype(np.float32)
        return found, found

    def among(self, units: npt.NDArray[np.int64], neighbours: int) -> npt.NDArray[np.float32]:
        return self.rows(units)[0][:, units]

    def legs(self, origins: npt.NDArray[np.int64], targets: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        return self.rows(origins)[0][:, targets]


def grid_problem(
    width: int,
    height: int,
    territories: int,
    seed: int = 0,
    band: tuple[float, float] = (0.85, 1.15),
    busy: float = 0.5,
) -> Problem:
    """A grid of units, some of them without work."""
    rng = np.random.default_rng(seed)
    n = width * height
    points = np.array([(x * 10.0, y * 10.0) for y in range(height) for x in range(width)])
    load = np.where(rng.random(n) < busy, rng.uniform(0.5, 2.0, n), 0.0)
    if not load.any():
        load[0] = 1.0
    near = [
        [
            v
            for v, ok in (
                (u - 1, u % width > 0),
                (u + 1, u % width < width - 1),
                (u - width, u >= width),
                (u + width, u < n - width),
            )
            if ok
        ]
        for u in range(n)
    ]
    indptr = np.concatenate([[0], np.cumsum([len(v) for v in near])]).astype(np.int32)
    indices = np.array([v for vs in near for v in vs], dtype=np.int32)
    ids = tuple(f"{u:05d}" for u in range(n))
    return Problem(ids, load / load.sum() * territories, load * 3.0, indptr, indices, territories, band, Plane(points), points=points)
