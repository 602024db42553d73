"""The bound of given bases that knows what the transport bound does not: units are not cut, and a territory lies in one piece.

Lagrangian relaxation of "every unit is served once": what is left is one knapsack a base, of whole units (Ross & Soland 1975,
doi:10.1007/BF01580430, for the generalised assignment problem) within reach of it. A territory that holds a far unit holds a path to it
too, so that it pays for every unit on the way: that is worth most where a bridge is the only way, and what lies behind it goes as one.
What fillings still hold without a way to it is told to them by prices (``separations``).
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bailiwick.design.bases.size import MANY
from bailiwick.design.borders.certificate import as_stored
from bailiwick.design.borders.fixed import Based
from bailiwick.design.borders.pockets import sets_of
from bailiwick.design.bounds.separations import NONE, WORTH, Separations, broken
from bailiwick.design.bounds.turns import Turns, usual
from bailiwick.design.problem import Ints
from bailiwick.kernels import undivided as kernel
from bailiwick.kernels.anneal_fixed import BARRED

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
TEAM = 2  # halves of the bases side by side
HEAVY = 0.005  # of the middle of a band: units from there on are whole, where that takes no more than so many branches:
BRANCHES = 400
SWEEPS = 60  # rounds over all bases before everything is examined anew
STEPS = ((2e-2, 3e-4), (5e-3, 2e-4), (5e-3, 2e-4), (3e-3, 1e-4), (1e-3, 3e-5))  # of a usual price: the first and the last of each climb
ENOUGH = (0, 3, 4)  # climbs of few territories, which gain little from more
MARGIN, SLIGHT = 0.3, 0.1  # of the price of a unit, above its worth to a base, up to which it is listed; of the usual price, as which each counts
SLACK = 1e-4  # of the mean hours of a territory, that is not worth a look
LITTLE = 1e-6  # gap, as a share of the bound, that is not worth another proof


@dataclass(frozen=True)
class Undivided:
    """A bound, hours a year, and what proves it. price: what serving each unit is worth ``[units]``; entrance: the unit that each goes with,
    itself where it is not bound to go with another ``[units]``: the price of those that go together is that of this one alone.

    reach: hours that getting to a unit may cost at which a territory is taken not to hold it; whole: load from which units are not cut there
    ``[territories]``. apart: units separated from bases, and the prices of that.
    """

    bound: float
    price: F64
    entrance: Ints
    reach: F64
    whole: F64
    apart: Separations


def bound_undivided(based: Based, label: I32, worth: F64 | None = None) -> Undivided | None:
    """A better bound than ``based.bound`` on plans from these bases; None where none was found, or units are
    shared. label: a plan, to know how far there is to go. worth: prices of units that proved one, to begin from.

    The steps depend on the problem, that plan and those prices alone.
    """
    gap = based.objective(label) - based.bound
    if based.problem.parts is not None or not np.isfinite(gap) or gap <= LITTLE * abs(based.bound):
        return None
    bases = Bases(based, gap, label)
    served = label[bases.sets.first]
    best, listed = bases.examine(bases.first() if worth is None else worth[bases.sets.first])
    now = best
    climbs = STEPS if based.problem.territories > MANY else [STEPS[i] for i in ENOUGH]
    for number, (first, last) in enumerate(climbs, 1):
        if not np.isfinite(now.bound):
            break
        turns = Turns(bases.sets, listed, now.reach, now.whole, bases.slack, now.apart)
        price, apart, mean = turns.climbed(now.price, served, SWEEPS, first, last)
        now, matter = bases.examine(price, apart)
        best = now if now.bound > best.bound else best
        listed = np.where(matter > 0, matter, listed)
        if number < len(climbs) and based.problem.contiguous:
            now = replace(now, apart=bases.further(turns, mean, now, listed))
    return bases.proof(best) if based.bound < best.bound < np.inf else None


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

    def examine(self, price: F64, apart: Separations = NONE) -> tuple[Examined, npt.NDArray[np.int8]]:
        """The bound of prices, as they would be stored, and which sets matter to which base near them ``[territories, sets]``."""
        sets = self.sets
        price, apart = as_stored(price), apart.at(as_stored(apart.hours))
        count = len(sets.base)
        value, reach, whole = np.empty(count), np.empty(count), np.empty(count)
        listed = np.empty((count, len(sets)), dtype=np.int8)
        own = self._own(price)
        margin = np.where(sets.idle, -1.0, MARGIN * np.maximum(np.abs(price), SLIGHT * usual(price)))
        middle, shifts = (count + 1) // 2, apart.shifts(count)

        def part(first: int, last: int) -> None:
            kernel.examine(
                sets.base, sets.cost, sets.hours, sets.load, price, sets.drive, sets.low, sets.high, BARRED,
                sets.indptr, sets.indices, self.far, own, self.heavy, self.slack, BRANCHES, *shifts, margin, first, last, value, reach, whole, listed,
            )  # fmt: skip

        with ThreadPoolExecutor(TEAM) as pool:
            list(pool.map(part, (0, middle), (middle, count)))
        return Examined(float(price.sum() + value.sum()), price, value, reach, whole, apart), listed

    def further(self, turns: Turns, mean: F64, found: Examined, listed: npt.NDArray[np.int8]) -> Separations:
        """With the separations that ``mean``, what bases hold on average, breaks; their sets listed too."""
        least = WORTH * abs(found.bound) / len(self.sets.base)
        apart = found.apart.with_more(broken(self.sets, turns.pointer, turns.unit, mean, found.price, least))
        for base, unit in ((apart.base, apart.unit), (apart.of_through, apart.through)):
            missing = listed[base, unit] == 0
            listed[base[missing], unit[missing]] = np.where(np.isfinite(found.reach[base[missing]]), kernel.BEYOND, kernel.WITHIN)
        return apart

    def proof(self, found: Examined) -> Undivided:
        """What was found, by unit."""
        first, of = self.sets.first, self.sets.of
        price = np.zeros(len(of))
        price[first] = found.price
        return Undivided(found.bound, price, first[of], found.reach, found.whole, found.apart.paid().named(first))

    def _own(self, price: F64) -> F64:
        """What the territories of the known plan make of the prices; infinite where none is known."""
        count = len(self.sets.base)
        if self.served is None:
            return np.full(count, np.inf)
        cost = self.sets.cost[np.arange(len(self.sets)), self.served].astype(np.float64)
        return np.bincount(self.served, weights=cost - price, minlength=count).astype(np.float64)
