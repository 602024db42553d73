"""A problem small enough to know the travel between every two of its points, and the search that chooses bases and borders at once."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bailiwick.kernels import anneal_free as kernel
from bailiwick.kernels.nearby import cut

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
NO_TIES = (np.empty(0, np.int32), np.empty(0, np.float64))


@dataclass(frozen=True)
class Dense:
    """Points to divide among regions, each served from its best point.

    travel: float32 ``[n, n]`` symmetric cost of one trip. trips, weight ``[n]``. low, high: band of a region based at each point.
    drive: load one unit of cost adds. eligible: points that may be a base. pinned: base of each region, -1 = free. frozen: points
    that stay where they are. indptr, indices: neighbours; contiguous: whether regions must be connected over them. ties: CSR of
    the cost of separating two points.
    """

    travel: F32
    trips: F64
    weight: F64
    low: F64
    high: F64
    drive: float
    eligible: Flags
    pinned: I32
    frozen: Flags
    indptr: I32
    indices: I32
    contiguous: bool
    tie_ptr: I32
    tie_to: I32
    tie_cost: F64

    @property
    def regions(self) -> int:
        return len(self.pinned)

    def part(self, points: npt.NDArray[np.int64], regions: npt.NDArray[np.int64]) -> "Dense":
        """The problem of some whole regions alone."""
        at = np.full(len(self.trips), -1, dtype=np.int32)
        at[points] = np.arange(len(points), dtype=np.int32)
        indptr, indices, _ = rows_of(self.indptr, self.indices, None, points, at)
        tie_ptr, tie_to, tie_cost = rows_of(self.tie_ptr, self.tie_to, self.tie_cost, points, at)
        pinned = self.pinned[regions]
        assert tie_cost is not None
        return replace(
            self,
            travel=np.ascontiguousarray(self.travel[np.ix_(points, points)]),
            trips=self.trips[points],
            weight=self.weight[points],
            low=self.low[points],
            high=self.high[points],
            eligible=self.eligible[points],
            pinned=np.where(pinned >= 0, at[pinned], -1).astype(np.int32),
            frozen=self.frozen[points],
            indptr=indptr,
            indices=indices,
            tie_ptr=tie_ptr,
            tie_to=tie_to,
            tie_cost=tie_cost,
        )


def rows_of(
    indptr: I32, indices: I32, values: F64 | None, points: npt.NDArray[np.integer], at: I32
) -> tuple[I32, I32, F64 | None]:
    """The CSR of ``points`` among themselves; ``at``: new number of each point, -1 = dropped."""
    counts = np.diff(indptr)[points]
    take = np.repeat(indptr[points].astype(np.int64) - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts) + np.arange(counts.sum())
    to = at[indices[take]]
    kept = to >= 0
    row = np.repeat(np.arange(len(points)), counts)[kept]
    ptr = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(points)))]).astype(np.int32)
    return ptr, to[kept].astype(np.int32), None if values is None else values[take][kept]


@dataclass
class Found:
    """The best labels so far and what they cost, every region that is out of its band for ``ADRIFT`` and more."""

    label: I32
    cost: float

    @property
    def within(self) -> bool:
        """Whether every region is in its band."""
        return self.cost < kernel.ADRIFT


def anneal(dense: Dense, label: I32, best: Found, state: npt.NDArray[np.uint64], steps: int, unit: float, hot: float, cold: float) -> Found:
    """One annealing from ``label``; ``unit``: cost that temperatures are measured in."""
    kept = best.label.copy()
    penalty = 2.0 * unit / max(float(dense.weight.mean()), 1e-300)
    cost, _ = kernel.anneal(
        dense.travel, dense.trips, dense.weight, dense.low, dense.high, dense.drive, dense.eligible, dense.pinned, dense.frozen,
        dense.indptr, dense.indices, dense.contiguous, dense.tie_ptr, dense.tie_to, dense.tie_cost,
        label, dense.regions, hot * unit, cold * unit, steps, penalty, state, kept, best.cost,
    )  # fmt: skip
    return Found(kept, cost)


def assess(dense: Dense, label: I32) -> tuple[F64, I32, F64]:
    """Cost and best base of each region, and its load outside the band; -1 and infinite where none may be its base."""
    k, n = dense.regions, len(label)
    cost, base, out = np.zeros(k), np.full(k, -1, dtype=np.int32), np.full(k, np.inf)
    weight = np.bincount(label, weights=dense.weight, minlength=k)
    order = np.argsort(label, kind="stable")
    ends = np.searchsorted(label[order], np.arange(k + 1))
    assert n == ends[-1]
    for j in range(k):
        mine = order[ends[j] : ends[j + 1]]
        choice = mine[dense.eligible[mine]] if dense.pinned[j] < 0 else np.array([dense.pinned[j]])
        if not len(choice):
            continue
        served = dense.travel[np.ix_(choice, mine)].astype(np.float64) @ dense.trips[mine]
        load = weight[j] + dense.drive * served
        beyond = np.maximum(0.0, load - dense.high[choice]) + np.maximum(0.0, dense.low[choice] - load)
        at = int(np.lexsort((served, beyond > 1e-9))[0]) if np.any(beyond <= 1e-9) else int(np.argmin(beyond))
        cost[j], base[j], out[j] = served[at], choice[at], beyond[at]
    return cost, base, out


def costs(dense: Dense, label: I32) -> tuple[F64, I32]:
    """Cost of each region as ``Found`` counts it, and its base."""
    cost, base, out = assess(dense, label)
    return cost + np.array([kernel.fined(outside, 0.0, 0.0) for outside in out]), base


def found_at(dense: Dense, label: I32, cost: F64) -> Found:
    """Labels as they are now, with what their regions cost and the ties they cut."""
    return Found(label.copy(), float(cost.sum()) + cut(label, dense.tie_ptr, dense.tie_to, dense.tie_cost))
