"""A grid of units with accounts and simple roads: small enough to reckon by hand."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest

from bailiwick.workload import CallPlan, Capacity, IndexPreset, Measures, measure


@dataclass(frozen=True)
class GridRoads:
    """One minute and half a mile for each step of the grid."""

    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]

    def rows(self, origins: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        steps = np.abs(self.x[origins][:, None] - self.x) + np.abs(self.y[origins][:, None] - self.y)
        return steps.astype(np.float32), (steps / 2).astype(np.float32)

    def legs(self, origins: npt.NDArray[np.int64], targets: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        return self.rows(origins)[0][:, targets]


@dataclass(frozen=True)
class Grid:
    ids: tuple[str, ...]
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    indptr: npt.NDArray[np.int32]
    indices: npt.NDArray[np.int32]
    measures: Measures

    @property
    def roads(self) -> GridRoads:
        return GridRoads(self.x, self.y)


def grid(wide: int, high: int, seed: int = 1) -> Grid:
    n = wide * high
    y, x = np.divmod(np.arange(n), wide)
    near = [
        [int(j) for j in (i - wide, i - 1, i + 1, i + wide)
         if 0 <= j < n and abs(x[i] - x[j]) + abs(y[i] - y[j]) == 1]
        for i in range(n)
    ]  # fmt: skip
    rng = np.random.default_rng(seed)
    unit_of = rng.integers(0, n, max(n // 2, 4))
    raw = np.round(rng.lognormal(3, 1, len(unit_of)), 4)
    tier = np.where(np.arange(len(unit_of)) % 10 == 0, "A", np.where(np.arange(len(unit_of)) % 3 == 0, "B", "C"))
    accounts = pa.table({"raw": raw, "accessible": raw / 2, "tier": tier})
    found = measure(accounts, unit_of, np.full(n, 50.0), CallPlan(), Capacity(), IndexPreset.device())
    return Grid(
        tuple(f"{i:05d}" for i in range(n)), x.astype(float), y.astype(float),
        np.cumsum([0, *map(len, near)]).astype(np.int32), np.array([j for row in near for j in row], dtype=np.int32),
        found,
    )  # fmt: skip


@pytest.fixture(scope="session")
def ground() -> Grid:
    return grid(30, 20)
