"""Prices raised base by base: each answers the prices as the one before it left them.

Incremental subgradients (Nedić & Bertsekas 2001, doi:10.1137/S1052623499362111): a round over all bases moves prices about as far as so
many steps that wait for every answer.
"""

import numpy as np
import numpy.typing as npt

from bailiwick.design.bounds.pockets import Sets
from bailiwick.kernels import undivided as kernel

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
BRANCHES = 100
ORDERS = 16  # in which bases take their turns


class Turns:
    """Bases and the sets of units that matter to each near some prices: pairs in the order of the bases.

    listed: WITHIN or BEYOND the reach of a base, 0 = not listed ``[territories, sets]``. reach, whole: by base.
    """

    def __init__(self, sets: Sets, listed: npt.NDArray[np.int8], reach: F64, whole: F64, slack: float) -> None:
        self.count = len(sets.base)
        self.base, unit = np.nonzero(listed)
        self.unit = unit.astype(np.int32)
        self.pointer = np.concatenate([[0], np.cumsum(np.bincount(self.base, minlength=self.count))]).astype(np.int64)
        self.cost = sets.cost[unit, self.base].astype(np.float64)
        self.weight = sets.weight(unit, self.base)
        self.within = listed[self.base, unit] == kernel.WITHIN
        self.limits = (sets.low, sets.high, reach, whole, slack, BRANCHES)

    def climbed(self, price: F64, label: I32, sweeps: int, first: float, last: float) -> F64:
        """Better prices after so many rounds over all bases, in steps that fall from ``first`` to ``last``. label: a plan by set, to begin from."""
        price = price.copy()
        share = (label[self.unit] == self.base).astype(np.float64)
        times = np.bincount(self.unit, weights=share, minlength=len(price))
        times[times == 0.0] = 1.0  # not listed where the plan has it: as good as served
        rng = np.random.default_rng(self.count)
        orders = np.array([rng.permutation(self.count) for _ in range(ORDERS)])
        steps = first * (last / first) ** (np.arange(sweeps) / max(sweeps - 1, 1))
        kernel.turns(
            self.pointer, self.unit, self.cost, self.weight, self.within, *self.limits, orders, steps, usual(price), price, share, times
        )  # fmt: skip
        return price


def usual(price: F64) -> F64:
    """What a price is measured in: its own size, of a cheap unit that of the middle one."""
    size = np.abs(price)
    busy = size[size > 0.0]
    return np.asarray(np.maximum(size, float(np.median(busy)) if len(busy) else 0.0))
