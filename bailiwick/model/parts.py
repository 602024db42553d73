"""Units in parts: a unit that several territories share is several rows, and what it holds is divided so that nothing is lost."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
Holders = tuple[tuple[int, float], ...]  # (territory, share), the largest first
MICRO = 10**6
_DIGITS = 53  # of a double


@dataclass(frozen=True)
class Parts:
    """Rows, one for each part of each unit. unit: int64 ``[rows]``, the first ``units`` rows are the units in order, each with its first part.
    share: of its unit ``[rows]``. rows_of: the rows of each unit that has more than one, in the order of its shares.
    """

    units: int
    unit: Ints
    share: Array
    rows_of: Mapping[int, tuple[int, ...]]

    def __len__(self) -> int:
        return len(self.unit)

    def of(self, values: Array) -> Array:
        """Amounts by row of amounts by unit ``[units]``; the parts add up to the whole to the last bit, in any order."""
        if not self.rows_of:
            return values
        found = np.asarray(values, dtype=np.float64)[self.unit]
        for unit, rows in self.rows_of.items():
            mantissa, exponent = math.frexp(float(values[unit]))
            steps = cut(int(mantissa * 2**_DIGITS), self.share[list(rows)].tolist())
            found[list(rows)] = [math.ldexp(s, exponent - _DIGITS) for s in steps]
        return found

    def counted(self, values: Array) -> Array:
        """As ``of``, in whole millionths: for amounts that are added up without rounding (opportunity, accounts)."""
        if not self.rows_of:
            return values
        found = np.asarray(values, dtype=np.float64)[self.unit]
        for unit, rows in self.rows_of.items():
            found[list(rows)] = [s / MICRO for s in cut(round(float(values[unit]) * MICRO), self.share[list(rows)].tolist())]
        return found

    def neighbours(self, indptr: I32, indices: I32) -> tuple[I32, I32]:
        """Neighbours of every row as CSR: all parts of the unit's neighbours, and the other parts of the unit itself."""
        if not self.rows_of:
            return indptr, indices
        near = []
        for row, unit in enumerate(self.unit.tolist()):
            around = indices[indptr[unit] : indptr[unit + 1]].tolist()
            own = [r for r in self.rows_of.get(unit, ()) if r != row]
            near.append(sorted([*own, *(r for other in around for r in self.rows_of.get(other, (other,)))]))
        return np.cumsum([0, *map(len, near)]).astype(np.int32), np.array([r for rows in near for r in rows], dtype=np.int32)

    def each(self, pairs: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
        """Pairs of a unit and anything, said of every part of the unit."""
        return tuple((row, other) for unit, other in pairs for row in self.rows_of.get(unit, (unit,)))


def parted(units: int, shares: Mapping[int, Sequence[float]]) -> Parts:
    """Rows of ``units`` units, some of them in ``shares`` that sum to 1."""
    unit, share = list(range(units)), np.ones(units).tolist()
    rows_of: dict[int, tuple[int, ...]] = {}
    for u, given in sorted(shares.items()):
        rows_of[u] = (u, *range(len(unit), len(unit) + len(given) - 1))
        share[u] = float(given[0])
        unit += [u] * (len(given) - 1)
        share += [float(s) for s in given[1:]]
    return Parts(units, np.array(unit, dtype=np.int64), np.array(share, dtype=np.float64), rows_of)


def cut(whole: int, shares: Sequence[float]) -> list[int]:
    """A whole number in whole parts near its shares; they add up to it."""
    total, running, edges = sum(shares), 0.0, [0]
    for share in shares[:-1]:
        running += share
        edges.append(min(max(round(whole * (running / total)), edges[-1]), whole))
    edges.append(whole)
    return [b - a for a, b in pairwise(edges)]


def gathered(parts: Parts, label: I32) -> tuple[I32, dict[int, Holders]]:
    """Labels by row as the territory of each unit (that of its largest share) and the holders of each unit that has several.

    Parts of one unit in one territory become one share.
    """
    territory_of, shares = label[: parts.units].astype(np.int32), {}
    for unit, rows in parts.rows_of.items():
        held: dict[int, float] = {}
        for row in rows:
            held[int(label[row])] = held.get(int(label[row]), 0.0) + float(parts.share[row])
        holders = tuple(sorted(held.items(), key=lambda h: (-h[1], h[0])))
        territory_of[unit] = holders[0][0]
        if len(holders) > 1:
            shares[unit] = holders
    return territory_of, shares
