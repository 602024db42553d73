"""One frozen value that says everything the engine may know."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from bailiwick.design.problem.joining import check_joined
from bailiwick.design.problem.refuse import check
from bailiwick.model.errors import InfeasibleError
from bailiwick.model.parts import Parts
from bailiwick.model.travel import TravelTimes

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
TOLERANCE = 1e-9
FREE = -1


@dataclass(frozen=True)
class Measure:
    """A further number to balance: ``amount`` by unit, and the band (low, high) of every territory, in the same unit."""

    name: str
    amount: Array
    low: float
    high: float


@dataclass(frozen=True)
class Today:
    """The alignment in force. territory: by unit, -1 = none. weight: what moving a unit disrupts (accounts, sales). limit: how much
    weight may move. bonus: hours a year that keeping one unit of weight is worth.
    """

    territory: I32
    weight: Array
    limit: float = np.inf
    bonus: float = 0.0

    @property
    def most_bonus(self) -> float:
        """Hours a year if every unit stayed."""
        return self.bonus * float(self.weight[self.territory >= 0].sum())


@dataclass(frozen=True)
class Ties:
    """Relationships a boundary should not cut: pairs of units ``[m, 2]`` and the hours a year that cutting each is worth ``[m]``."""

    pairs: Ints
    hours: Array


@dataclass(frozen=True)
class Problem:
    """Draw ``territories`` regions over the units.

    unit_ids: ids by unit. load: index by unit, summing to ``territories`` when the band is relative. trips: outings a year
    by unit. indptr, indices: neighbours as CSR, bridges included. band: (low, high) load of one territory of mean capacity.
    travel: minutes between units. fixed_bases: a unit per territory, -1 = vacant, the search chooses; empty = all free.
    candidates: units that may be a base when free; empty = every unit with work.

    points: Euclidean coordinates of the units ``[n, 2 or 3]``, to tell near from far before roads are asked; miles.
    capacity: relative size of each territory (0.5 = half-time); empty = all equal. absolute: the band is that of
    capacity 1, not of the mean. base_capacity: most load of a territory by the
    unit it is based at, instead of the band's high end. drive_load: load that one hour of driving adds to the territory that drives it.
    contiguous: territories must be connected. barriers: neighbours that do not count as such. max_minutes: no unit further from
    its base. locks: (unit, territory) that must be; forbidden: that must not be. groups: units kept together. parts: which units are parts of
    one that several territories may share (``bailiwick.design.problem.sharing``); None = all are whole.
    """

    unit_ids: tuple[str, ...]
    load: Array
    trips: Array
    indptr: I32
    indices: I32
    territories: int
    band: tuple[float, float]
    travel: TravelTimes
    fixed_bases: tuple[int, ...] = ()
    candidates: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    points: Array | None = None
    capacity: tuple[float, ...] = ()
    base_capacity: Array | None = None
    drive_load: float = 0.0
    absolute: bool = False
    contiguous: bool = True
    barriers: tuple[tuple[int, int], ...] = ()
    max_minutes: float = np.inf
    locks: tuple[tuple[int, int], ...] = ()
    forbidden: tuple[tuple[int, int], ...] = ()
    groups: tuple[tuple[int, ...], ...] = ()
    measures: tuple[Measure, ...] = ()
    today: Today | None = None
    ties: Ties | None = None
    parts: Parts | None = None

    def __post_init__(self) -> None:
        check(self)

    @property
    def size(self) -> int:
        return len(self.unit_ids)

    @cached_property
    def weighted(self) -> Ints:
        """Units with load or trips: the others cost nothing and only carry contiguity."""
        return np.flatnonzero((self.load > 0) | (self.trips > 0))

    @cached_property
    def base_candidates(self) -> Ints:
        """Units that may be a base when bases are free."""
        return np.asarray(self.candidates if len(self.candidates) else self.weighted, dtype=np.int64)

    @cached_property
    def slots(self) -> Ints:
        """Base of each territory, -1 = free."""
        return np.array(self.fixed_bases or (FREE,) * self.territories, dtype=np.int64)

    @cached_property
    def locked(self) -> I32:
        """Territory each unit is locked to, -1 = none; a given base is locked to its own."""
        locked = np.full(self.size, -1, dtype=np.int32)
        for unit, territory in self.locks:
            locked[unit] = territory
        given = np.flatnonzero(self.slots >= 0)
        locked[self.slots[given]] = given
        return locked

    @cached_property
    def barred(self) -> frozenset[tuple[int, int]]:
        """Forbidden pairs, of the whole group where a unit is in one."""
        members = {unit: group for group in self.groups for unit in group}
        return frozenset((u, t) for unit, t in self.forbidden for u in members.get(unit, (unit,)))

    @cached_property
    def sizes(self) -> Array:
        """What the band of each territory is a multiple of: its capacity, of the mean one where the band is relative."""
        shares = np.array(self.capacity or (1.0,) * self.territories)
        return shares if self.absolute else shares * self.territories / shares.sum()

    @cached_property
    def bands(self) -> tuple[Array, Array]:
        """Lowest and highest amount of each measure in each territory ``[territories, 1 + measures]``."""
        shares = self.sizes
        low = np.column_stack([self.band[0] * shares, *[np.full(self.territories, m.low) for m in self.measures]])
        high = np.column_stack([self.band[1] * shares, *[np.full(self.territories, m.high) for m in self.measures]])
        return low, high

    @cached_property
    def amounts(self) -> Array:
        """The load and every further measure by unit ``[n, 1 + measures]``."""
        return np.column_stack([self.load, *[m.amount for m in self.measures]])

    @cached_property
    def neighbours(self) -> tuple[I32, I32]:
        """The neighbour list without barriers, as CSR."""
        if not self.barriers:
            return self.indptr, self.indices
        row = np.repeat(np.arange(self.size, dtype=np.int64), np.diff(self.indptr))
        key = np.minimum(row, self.indices) * self.size + np.maximum(row, self.indices)
        cut = np.isin(key, [min(a, b) * self.size + max(a, b) for a, b in self.barriers])
        kept = np.bincount(row[~cut], minlength=self.size)
        return np.concatenate([[0], np.cumsum(kept)]).astype(np.int32), self.indices[~cut]

    @cached_property
    def tie_list(self) -> tuple[I32, I32, Array]:
        """Ties both ways as CSR: pointers, other unit, hours."""
        pairs = self.ties.pairs if self.ties else np.empty((0, 2), dtype=np.int64)
        hours = self.ties.hours if self.ties else np.empty(0)
        row, to = np.concatenate([pairs[:, 0], pairs[:, 1]]), np.concatenate([pairs[:, 1], pairs[:, 0]])
        order = np.argsort(row, kind="stable")
        indptr = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=self.size))]).astype(np.int32)
        return indptr, to[order].astype(np.int32), np.concatenate([hours, hours])[order].astype(np.float64)

    def check_weights(self) -> None:
        """Refuse what no plan can hold: a unit heavier than the band, or a total outside it.

        Raises InfeasibleError naming the culprit and what to do.
        """
        own = next((t for t, base in enumerate(self.slots.tolist()) if (base, t) in self.barred), None)
        if own is not None:
            raise InfeasibleError(f"unit {self.unit_ids[self.slots[own]]} is the base of territory {own + 1} and forbidden to it; drop one of them")
        check_joined(self)
        if self.base_capacity is not None:
            return
        low, high = self.bands
        heaviest = int(np.argmax(self.load))
        most = float(high[:, 0].max())
        if self.load[heaviest] > most + TOLERANCE:
            mean = float(self.load.sum()) / self.territories
            is_part = self.parts is not None and int(self.parts.unit[heaviest]) in self.parts.rows_of
            sharing = "give it more and smaller shares" if is_part else "share it between territories with --share (share = true in [constraints])"
            fewer = "" if self.absolute else "ask for fewer territories, "
            raise InfeasibleError(
                f"unit {self.unit_ids[heaviest]} alone has an index of {self.load[heaviest]:.2f}, above the band's {most:.2f} "
                f"(the mean territory is {mean:.2f}); {sharing}, {fewer}"
                f"or widen the band to at least {rounded_up(self.load[heaviest] / float(self.sizes.max())):.2f}"
            )
        total, least, room = float(self.load.sum()), float(low[:, 0].sum()), float(high[:, 0].sum())
        if total > room + TOLERANCE or (total < least - TOLERANCE and not self.drive_load):  # driving may fill what work does not
            raise InfeasibleError(
                f"the whole load is {total:.2f}, but {self.territories} territories in the band hold {least:.2f} to {room:.2f}; "
                f"{self._instead(total)}"
            )

    def _instead(self, total: float) -> str:
        """What to ask for when ``total`` fits no plan of so many territories."""
        mean = float(self.sizes.mean())
        if not self.absolute:  # the load is measured in mean territories: their number changes nothing
            return f"let the band hold {total / float(self.sizes.sum()):.2f}"
        fewest, most = int(np.ceil(total / (self.band[1] * mean) - TOLERANCE)), int(total / max(self.band[0] * mean, 1e-12) + TOLERANCE)
        if self.drive_load:
            return f"ask for more than {fewest - 1} territories, as the driving comes on top of the work, or widen the band"
        if fewest > most:
            return "widen the band: no number of territories fits"
        return f"ask for {fewest} territories or widen the band" if fewest == most else f"ask for {fewest} to {most} territories or widen the band"


def rounded_up(value: float) -> float:
    """To two digits, upwards: a limit that is said must be wide enough."""
    return float(np.ceil(value * 100 - 1e-6) / 100)
