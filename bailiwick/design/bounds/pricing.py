"""What chosen bases make of prices when units are not cut and a territory lies in one piece: all of them examined, or some.

With units relaxed by prices what is left is one knapsack a base, of whole units (Ross & Soland 1975, doi:10.1007/BF01580430, for the
generalised assignment problem) within reach of it. A territory that holds a far unit holds a path to it too, so that it pays for every unit on the
way.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bailiwick.design.borders.certificate import as_stored
from bailiwick.design.borders.fixed import Based
from bailiwick.design.borders.pockets import sets_of
from bailiwick.design.borders.prices import CHUNK
from bailiwick.design.bounds.separations import NONE, WORTH, Separations, broken
from bailiwick.design.bounds.shifts import Shifts
from bailiwick.design.bounds.turns import Turns, usual
from bailiwick.design.problem import Ints
from bailiwick.kernels import undivided as kernel
from bailiwick.kernels.anneal_fixed import BARRED

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
Listed = npt.NDArray[np.int8]
TEAM = 2  # halves of the bases side by side
HEAVY = 0.005  # of the middle of a band: units from there on are whole, where that takes no more than so many branches:
BRANCHES = 400
MARGIN, SLIGHT = 0.3, 0.1  # of the price of a unit, above its worth to a base, up to which it is listed; of the usual price, as which each counts
OTHERS = 5  # bases to whom a heavy unit is listed that matters to one alone
SLACK = 1e-4  # of the mean hours of a territory, that is not worth a look


@dataclass(frozen=True)
class Examined:
    """What prices of sets prove. bound: hours a year. price: ``[sets]``; value: what each base makes of them ``[territories]``; reach, whole: as
    of ``Undivided``. apart: sets separated from bases, and the prices of that.
    """

    bound: float
    price: F64
    value: F64
    reach: F64
    whole: F64
    apart: Separations


class Bases:
    """Chosen bases and what each can make of prices of what they serve.

    far: hours that a proof for one base can gain at most. label: a plan within all limits; none does for a territory of it.
    """

    def __init__(self, based: Based, far: float, label: I32 | None = None) -> None:
        sets = self.sets = sets_of(based)
        self.load_price = based.price
        self.far = far if based.problem.contiguous else 0.0  # 0 = territories need not be in one piece
        self.served = None if label is None else label[sets.first]
        self.slack = SLACK * abs(based.bound) / len(sets.base)
        self.heavy = max(HEAVY * float(((sets.low + sets.high) / 2).mean()), 1e-12)

    def first(self) -> F64:
        """Prices that prove the transport bound: midway between what the cheapest and the next base would take a set for."""
        least = self.sets.cheapest(self.load_price)
        if least.shape[1] == 1:
            return least[:, 0]
        return np.asarray(least[:, 0] + np.minimum((least[:, 1] - least[:, 0]) / 2, np.median(least[:, 0])))

    def examine(self, price: F64, apart: Separations = NONE) -> tuple[Examined, Listed]:
        """The bound of prices, as they would be stored, and which sets matter to which base near them ``[territories, sets]``."""
        price, apart = as_stored(price), apart.at(as_stored(apart.hours))
        value, reach, whole, listed = self.answers(price, apart.shifts(), np.arange(len(self.sets.base)))
        self._offer(listed, reach)
        return Examined(float(price.sum() + value.sum()), price, value, reach, whole, apart), listed

    def answers(self, price: F64, shifts: Shifts, among: Ints) -> tuple[F64, F64, F64, Listed]:
        """What the bases ``among`` all make of prices, with the reach and the load of whole sets that prove it ``[territories]``, and what is listed
        ``[territories, sets]``; nothing of the others.
        """
        sets = self.sets
        count = len(sets.base)
        value, reach, whole = np.zeros(count), np.full(count, np.inf), np.zeros(count)
        listed = np.zeros((count, len(sets)), dtype=np.int8)
        own = self.own(price, shifts)
        margin = np.where(sets.idle, -1.0, MARGIN * np.maximum(np.abs(price), SLIGHT * usual(price)))
        by_base, among = shifts.by_base(count), among.astype(np.int64)
        middle = (len(among) + 1) // 2

        def part(some: Ints) -> None:
            kernel.examine(
                sets.base, sets.cost, sets.hours, sets.load, price, sets.drive, sets.low, sets.high, BARRED,
                sets.indptr, sets.indices, self.far, own, self.heavy, self.slack, BRANCHES, *by_base, margin, some, value, reach, whole, listed,
            )  # fmt: skip

        with ThreadPoolExecutor(TEAM) as pool:
            list(pool.map(part, (among[:middle], among[middle:])))
        return value, reach, whole, listed

    def by_unit(self, price: F64) -> F64:
        """Prices of sets as those of the units that they are named by, 0 of all others ``[units]``."""
        found = np.zeros(len(self.sets.of))
        found[self.sets.first] = price
        return found

    def regrets(self, found: Examined) -> F64:
        """What the territories of the known plan make of prices above what their bases can at least ``[territories]``."""
        return self.own(found.price, found.apart.shifts()) - found.value

    def further(self, turns: Turns, mean: F64, found: Examined, listed: Listed) -> Separations:
        """With the separations that ``mean``, what bases hold on average, breaks; their sets listed too."""
        least = WORTH * abs(found.bound) / len(self.sets.base)
        apart = found.apart.with_more(broken(self.sets, turns.pointer, turns.unit, mean, found.price, least))
        for base, unit in ((apart.base, apart.unit), (apart.of_through, apart.through)):
            _list(listed, found.reach, base, unit)
        return apart

    def _offer(self, listed: Listed, reach: F64) -> None:
        """Heavy sets that matter to one base alone are listed for those who would serve them next cheapest, in place: prices that nobody else answers
        do not tell what they may rise to.
        """
        sets, some = self.sets, min(OTHERS + 1, len(self.sets.base))
        alone = np.flatnonzero((np.count_nonzero(listed, axis=0) == 1) & (sets.load >= self.heavy))
        for unit in np.split(alone, range(CHUNK, len(alone), CHUNK)):
            base = np.argpartition(sets.priced(unit, self.load_price), some - 1, axis=1)[:, :some].ravel()
            unit = np.repeat(unit, some)
            allowed = sets.cost[unit, base] < BARRED
            _list(listed, reach, base[allowed], unit[allowed])

    def own(self, price: F64, shifts: Shifts) -> F64:
        """What the territories of the known plan make of the prices; infinite where none is known."""
        count = len(self.sets.base)
        if self.served is None:
            return np.full(count, np.inf)
        cost = self.sets.cost[np.arange(len(self.sets)), self.served].astype(np.float64)
        mine = self.served[shifts.unit] == shifts.base
        more = np.bincount(shifts.base[mine], weights=shifts.hours[mine], minlength=count)
        return np.asarray(np.bincount(self.served, weights=cost - price, minlength=count) + more)


def _list(listed: Listed, reach: F64, base: Ints, unit: npt.NDArray[np.integer]) -> None:
    """Pairs listed where they are not yet, in place: as beyond the reach of a base that has an end, which none are filled from."""
    missing = listed[base, unit] == 0
    listed[base[missing], unit[missing]] = np.where(np.isfinite(reach[base[missing]]), kernel.BEYOND, kernel.WITHIN)
