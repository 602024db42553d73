"""Which units touch: rook neighbours of the full-resolution ZCTAs, and declared bridges that join the rest.

Islands and areas amid land without ZIP areas touch nothing; each is joined by bridges, and every bridge says why.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from bailiwick.geography.units import BUNDLE, load_units

Indices = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Bridge:
    """A declared neighbourhood of two units that share no border: ids, gap in miles, and the reason."""

    a: str
    b: str
    miles: float
    reason: str


@dataclass(frozen=True)
class Adjacency:
    """Neighbours of each unit as CSR, both directions, sorted.

    indptr: int32 ``[n_units + 1]``. indices: int32, neighbouring units. border_miles: float32, shared border (0 on a
    bridge). bridges: what was declared beyond the rook borders.
    """

    indptr: Indices
    indices: Indices
    border_miles: npt.NDArray[np.float32]
    bridges: tuple[Bridge, ...]

    def of(self, unit: int) -> Indices:
        """Neighbours of one unit."""
        return self.indices[self.indptr[unit] : self.indptr[unit + 1]]


def from_pairs(
    n: int, a: Indices, b: Indices, miles: npt.NDArray[np.float32], bridges: tuple[Bridge, ...] = ()
) -> Adjacency:
    """CSR of undirected pairs, each given once; of a pair given twice the longer border stays."""
    low, high = np.minimum(a, b), np.maximum(a, b)
    order = np.lexsort((-miles, high, low))
    low, high, miles = low[order], high[order], miles[order]
    first = np.ones(len(low), dtype=bool)
    first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    low, high, miles = low[first], high[first], miles[first]
    source, target = np.concatenate([low, high]), np.concatenate([high, low])
    order = np.lexsort((target, source))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(source, minlength=n))]).astype(np.int32)
    return Adjacency(indptr, target[order].astype(np.int32), np.concatenate([miles, miles])[order], bridges)


def with_bridges(known: Adjacency, ends: Sequence[tuple[int, int]]) -> Adjacency:
    """The neighbourhood with further pairs of units joined, over no border; pairs that touch already stay as they are."""
    row = np.repeat(np.arange(len(known.indptr) - 1), np.diff(known.indptr))
    once = row < known.indices
    a, b = (np.array([end[side] for end in ends], dtype=np.int64) for side in (0, 1))
    miles = np.concatenate([known.border_miles[once], np.zeros(len(ends), dtype=np.float32)])
    return from_pairs(len(known.indptr) - 1, np.concatenate([row[once], a]), np.concatenate([known.indices[once], b]), miles, known.bridges)


def load_bridges() -> tuple[Bridge, ...]:
    """The declared bridges, from the readable table in the bundle."""
    types = {"a": "string", "b": "string", "gap_miles": "float64", "reason": "string"}
    table = pacsv.read_csv(BUNDLE / "bridges.csv", convert_options=pacsv.ConvertOptions(column_types=types))
    return tuple(Bridge(r["a"], r["b"], r["gap_miles"], r["reason"]) for r in table.to_pylist())


@lru_cache(maxsize=1)
def load_adjacency() -> Adjacency:
    """The bundled neighbourhood; connected as a whole, bridges included."""
    units, pairs, bridges = load_units(), pq.read_table(BUNDLE / "borders.parquet"), load_bridges()
    ends = [(units.index_of(bridge.a), units.index_of(bridge.b)) for bridge in bridges]
    crossing = np.array(ends, dtype=np.int32).reshape(-1, 2)
    return from_pairs(
        len(units),
        np.concatenate([pairs["a"].to_numpy(), crossing[:, 0]]).astype(np.int32),
        np.concatenate([pairs["b"].to_numpy(), crossing[:, 1]]).astype(np.int32),
        np.concatenate([pairs["border_miles"].to_numpy(), np.zeros(len(ends))]).astype(np.float32),
        bridges,
    )
