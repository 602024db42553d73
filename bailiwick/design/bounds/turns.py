"""Prices raised base by base: each answers the prices as the one before it left them.

Incremental subgradients (Nedić & Bertsekas 2001, doi:10.1137/S1052623499362111): a round over all bases moves prices about as far as so
many steps that wait for every answer.
"""

import numpy as np
import numpy.typing as npt

from bailiwick.design.borders.pockets import Sets
from bailiwick.design.bounds.separations import NONE, Separations
from bailiwick.design.bounds.shifts import NONE as UNSHIFTED
from bailiwick.design.bounds.shifts import Shifts
from bailiwick.kernels import undivided as kernel

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
BRANCHES = 100
ORDERS = 16  # in which bases take their turns
LATE = 0.2  # share of the rounds of a climb, at its end, that what bases hold is averaged over


class Turns:
    """Bases and the sets of units that matter to each near some prices: pairs in the order of the bases.

    listed: WITHIN or BEYOND the reach of a base, 0 = not listed ``[territories, sets]``. reach, whole: by base. apart: of sets that are listed,
    their prices answer too; shifts: that stay.
    """

    def __init__(
        self, sets: Sets, listed: npt.NDArray[np.int8], reach: F64, whole: F64, slack: float, apart: Separations = NONE, shifts: Shifts = UNSHIFTED
    ) -> None:
        self.count = len(sets.base)
        self.base, unit = np.nonzero(listed)
        self.unit = unit.astype(np.int32)
        self.pointer = np.concatenate([[0], np.cumsum(np.bincount(self.base, minlength=self.count))]).astype(np.int64)
        self.cost = sets.cost[unit, self.base].astype(np.float64)
        self.weight = sets.weight(unit, self.base)
        self.within = listed[self.base, unit] == kernel.WITHIN
        self.limits = (sets.low, sets.high, reach, whole, slack, BRANCHES)
        self.apart = apart
        pair = self.base * len(sets) + unit
        own = np.searchsorted(pair, apart.base * len(sets) + apart.unit)
        through = np.searchsorted(pair, apart.of_through * len(sets) + apart.through)
        self._apart = (np.searchsorted(apart.base, np.arange(self.count + 1)).astype(np.int64), own, apart.ptr, through)
        for each in (shifts, apart.shifts()):
            each.add_to(self.cost, pair, len(sets))

    def climbed(
        self, price: F64, label: I32, sweeps: int, first: float, last: float, scale: F64 | None = None
    ) -> tuple[F64, Separations, F64]:
        """Better prices after so many rounds over all bases, in steps that fall from ``first`` to ``last``; those of what separates, and how much of
        each pair was served on average towards the end. label: a plan by set, to begin from. scale: what prices are measured in, 0 = they stay.
        """
        price, hours, mean = price.copy(), self.apart.hours.copy(), np.zeros(len(self.unit))
        rng = np.random.default_rng(self.count)
        orders = np.array([rng.permutation(self.count) for _ in range(ORDERS)])
        steps = first * (last / first) ** (np.arange(sweeps) / max(sweeps - 1, 1))
        self._turn(price, hours, label, orders, steps, sweeps - max(int(LATE * sweeps), 1), mean, scale)
        return price, self.apart.at(hours), mean

    def averaged(self, price: F64, label: I32, orders: npt.NDArray[np.int64], step: float, before: int) -> F64:
        """How much of each pair is served on average over rounds in ``orders`` ``[rounds, k]``, the first ``before`` not counted ``[pairs]``.

        label: a plan by set, to begin from; the answers stay near it.
        """
        mean = np.zeros(len(self.unit))
        self._turn(price.copy(), self.apart.hours.copy(), label, orders, np.full(len(orders), step), before, mean)
        return mean

    def _served(self, label: I32) -> tuple[F64, F64]:
        """Share of each pair in a plan by set, and how often it serves each set."""
        share = (label[self.unit] == self.base).astype(np.float64)
        times = np.bincount(self.unit, weights=share, minlength=len(label)).astype(np.float64)
        times[times == 0.0] = 1.0  # not listed where the plan has it: as good as served
        return share, times

    def _turn(
        self, price: F64, hours: F64, label: I32, orders: npt.NDArray[np.int64], steps: F64, before: int, mean: F64, scale: F64 | None = None
    ) -> None:
        """So many rounds over all bases, prices and those of what separates in place, from the plan ``label``; mean: as of the kernel."""
        kernel.turns(
            self.pointer, self.unit, self.cost.copy(), self.weight, self.within, *self.limits, orders, steps,
            usual(price) if scale is None else scale, price, *self._served(label), *self._apart, hours, before, mean,
        )  # fmt: skip


def usual(price: F64) -> F64:
    """What a price is measured in: its own size, of a cheap unit that of the middle one."""
    size = np.abs(price)
    busy = size[size > 0.0]
    return np.asarray(np.maximum(size, float(np.median(busy)) if len(busy) else 0.0))
