"""Prices raised base by base: each answers the prices as the one before it left them.

Incremental subgradients (Nedić & Bertsekas 2001, doi:10.1137/S1052623499362111): a round over all bases moves prices about as far as so
many steps that wait for every answer.
"""

import numpy as np
import numpy.typing as npt

from bailiwick.design.borders.pockets import Sets
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
        rng = np.random.default_rng(self.count)
        orders = np.array([rng.permutation(self.count) for _ in range(ORDERS)])
        self._turn(price, *self._served(label), orders, first * (last / first) ** (np.arange(sweeps) / max(sweeps - 1, 1)))
        return price

    def averaged(self, price: F64, label: I32, orders: npt.NDArray[np.int64], step: float, before: int) -> F64:
        """How much of each pair is served on average over rounds in ``orders`` ``[rounds, k]``, the first ``before`` not counted ``[pairs]``.

        label: a plan by set, to begin from; the answers stay near it.
        """
        price, mean = price.copy(), np.zeros(len(self.unit))
        share, times = self._served(label)
        for number in range(len(orders)):
            self._turn(price, share, times, orders[number : number + 1], np.array([step]))
            if number >= before:
                mean += share / (len(orders) - before)
        return mean

    def _served(self, label: I32) -> tuple[F64, F64]:
        """Share of each pair in a plan by set, and how often it serves each set."""
        share = (label[self.unit] == self.base).astype(np.float64)
        times = np.bincount(self.unit, weights=share, minlength=len(label)).astype(np.float64)
        times[times == 0.0] = 1.0  # not listed where the plan has it: as good as served
        return share, times

    def _turn(self, price: F64, share: F64, times: F64, orders: npt.NDArray[np.int64], steps: F64) -> None:
        """So many rounds over all bases, prices, shares and times in place."""
        kernel.turns(
            self.pointer, self.unit, self.cost, self.weight, self.within, *self.limits, orders, steps, usual(price), price, share, times
        )  # fmt: skip


def usual(price: F64) -> F64:
    """What a price is measured in: its own size, of a cheap unit that of the middle one."""
    size = np.abs(price)
    busy = size[size > 0.0]
    return np.asarray(np.maximum(size, float(np.median(busy)) if len(busy) else 0.0))
