"""A territory that holds a unit holds some of what separates that unit from its base: told to a proof by prices.

Separator inequalities of connected subgraphs (Carvajal, Constantino, Goycoolea, Vielma & Weintraub 2013, doi:10.1287/opre.2013.1183), relaxed
with prices: serving the unit costs that base so much more, and serving each of the separating units so much less. A territory in one piece
never pays more for that, whatever the price; a filling that leaves the way to the unit out pays all of it.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from bailiwick.design.borders.pockets import Sets
from bailiwick.design.bounds.shifts import Shifts
from bailiwick.design.problem import Ints
from bailiwick.kernels.anneal_fixed import BARRED
from bailiwick.kernels.separating import separated

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
TEAM = 2  # halves of the bases side by side
LEVELS = np.array([0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95])  # shares from which a unit counts as held, to find pieces that hang in the air
EACH = 3  # units of one such piece
WORTH = 2e-3  # mean hours of a territory, that a separation must tell of
One = tuple[int, int, tuple[int, ...]]


@dataclass(frozen=True)
class Separations:
    """Sets separated from bases, in the order of the bases. base: number of the base; unit: the set; hours: how much dearer it is there, and as much
    cheaper each of those that separate it; all ``[m]``. ptr, through: these, as CSR.
    """

    base: Ints
    unit: I32
    ptr: Ints
    through: I32
    hours: F64

    def __len__(self) -> int:
        return len(self.base)

    def __iter__(self) -> Iterator[tuple[int, int, tuple[int, ...], float]]:
        """Base, set, what separates it, hours."""
        return ((*each, hours) for each, hours in zip(self._each(), self.hours.tolist(), strict=True))

    @property
    def of_through(self) -> Ints:
        """The base of each of ``through``."""
        return np.repeat(self.base, np.diff(self.ptr))

    def shifts(self) -> Shifts:
        """By how much serving sets costs bases more; a set once for each separation that it is part of."""
        base, unit = np.concatenate([self.base, self.of_through]), np.concatenate([self.unit, self.through])
        return Shifts(base, unit.astype(np.int64), np.concatenate([self.hours, -np.repeat(self.hours, np.diff(self.ptr))]))

    def without(self, base: Ints, unit: Ints) -> "Separations":
        """Those of other pairs."""
        out = set(zip(base.tolist(), unit.tolist(), strict=True))
        kept = np.array([pair not in out for pair in zip(self.base.tolist(), self.unit.tolist(), strict=True)], dtype=np.bool_)
        return _of([each for each, keep in zip(self._each(), kept, strict=True) if keep], self.hours[kept])

    def at(self, hours: F64) -> "Separations":
        """The same at other prices."""
        return replace(self, hours=hours)

    def paid(self) -> "Separations":
        """Those that have a price."""
        return _of([each for each, price in zip(self._each(), self.hours, strict=True) if price > 0.0], self.hours[self.hours > 0.0])

    def named(self, name: Ints) -> "Separations":
        """The same by other numbers of the sets."""
        return replace(self, unit=name[self.unit].astype(np.int32), through=name[self.through].astype(np.int32))

    def with_more(self, found: Sequence[One]) -> "Separations":
        """With those ``found`` that are not among them, at no price yet."""
        known = dict(zip(self._each(), self.hours.tolist(), strict=True))
        for each in found:
            known.setdefault(each, 0.0)
        every = sorted(known)
        return _of(every, np.array([known[each] for each in every]))

    def _each(self) -> list[One]:
        ends = pairwise(self.ptr.tolist())
        named = zip(self.base.tolist(), self.unit.tolist(), ends, strict=True)
        return [(base, unit, tuple(self.through[a:b].tolist())) for base, unit, (a, b) in named]


def _of(every: Sequence[One], hours: F64) -> Separations:
    base, unit = (np.array([each[i] for each in every], dtype=np.int64) for i in (0, 1))
    ptr = np.cumsum([0, *(len(through) for _, _, through in every)]).astype(np.int64)
    return Separations(base, unit.astype(np.int32), ptr, np.array([v for _, _, through in every for v in through], dtype=np.int32), hours)


NONE = _of([], np.empty(0))


def broken(sets: Sets, pointer: Ints, unit: I32, mean: F64, price: F64, least: float) -> list[One]:
    """Separations that averages of fillings break. pointer, unit, mean: pairs by base, the sets, and how much of each the base holds on average.

    price: what serving each set is worth ``[sets]``; least: hours that one must tell of.
    """
    worth = np.abs(price)

    def part(number: int) -> list[One]:
        found: list[One] = []
        held = np.zeros(len(price))
        for j in range(number, len(sets.base), TEAM):
            pairs = slice(pointer[j], pointer[j + 1])
            of = unit[pairs]
            home, around = int(sets.base[j]), (sets.idle, sets.indptr, sets.indices)
            mine, ptr, through = separated(home, of, mean[pairs], worth[of], LEVELS, least, EACH, *around, held)
            for u, (a, b) in zip(mine.tolist(), pairwise(ptr.tolist()), strict=True):
                ways = through[a:b][sets.cost[through[a:b], j] < BARRED]
                found.append((j, u, tuple(sorted(ways.tolist()))))
        return found

    with ThreadPoolExecutor(TEAM) as pool:
        return [each for some in pool.map(part, range(TEAM)) for each in some]
