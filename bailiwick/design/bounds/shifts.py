"""By how much serving some sets is taken to cost some bases more, or less, than it does: what a proof knows of them beside prices."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bailiwick.design.problem import Ints

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Shifts:
    """base: number of the base; unit: the set; hours: how much dearer; all ``[m]``, a pair once for each reason."""

    base: Ints
    unit: Ints
    hours: F64

    def by_base(self, count: int) -> tuple[Ints, I32, F64]:
        """Those of each of ``count`` bases together, as CSR."""
        order = np.argsort(self.base, kind="stable")
        ends = np.searchsorted(self.base[order], np.arange(count + 1)).astype(np.int64)
        return ends, self.unit[order].astype(np.int32), self.hours[order]

    def add_to(self, cost: F64, key: Ints, sets: int) -> None:
        """Added to costs of pairs in place ``[pairs]``; those of none nowhere. key: base times ``sets``, the number of all, plus set; rising."""
        mine = self.base * sets + self.unit
        at = np.searchsorted(key, mine)
        there = np.append(key, -1)[at] == mine
        np.add.at(cost, at[there], self.hours[there])


def joined(parts: Sequence[Shifts]) -> Shifts:
    """All of them."""
    return Shifts(*(np.concatenate([getattr(each, name) for each in parts]) for name in ("base", "unit", "hours")))


NONE = Shifts(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0))
