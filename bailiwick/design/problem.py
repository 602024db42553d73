"""One frozen value that says everything the engine may know."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from bailiwick.model.errors import InfeasibleError, InputError
from bailiwick.model.travel import TravelTimes

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Problem:
    """Draw ``territories`` regions over the units.

    unit_ids: ids by unit. load: index by unit, summing to ``territories`` when the band is relative. trips: outings a year
    by unit. indptr, indices: neighbours as CSR, bridges included. band: (low, high) load of one territory.
    travel: minutes between units. fixed_bases: one unit per territory, or empty = free. candidates: units that may be
    a base when free; empty = every unit with work.
    """

    unit_ids: tuple[str, ...]
    load: Array
    trips: Array
    indptr: npt.NDArray[np.int32]
    indices: npt.NDArray[np.int32]
    territories: int
    band: tuple[float, float]
    travel: TravelTimes
    fixed_bases: tuple[int, ...] = ()
    candidates: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def __post_init__(self) -> None:
        n = len(self.unit_ids)
        for name in ("load", "trips"):
            values = getattr(self, name)
            if len(values) != n:
                raise InputError(f"{name} has {len(values)} values for {n} units; give one each")
            bad = np.flatnonzero(~np.isfinite(values) | (values < 0))
            if len(bad):
                raise InputError(f"{name} of unit {self.unit_ids[bad[0]]} is {values[bad[0]]}; it must be a number from 0")
        if len(self.indptr) != n + 1:
            raise InputError(f"the neighbour list covers {len(self.indptr) - 1} units, but there are {n}")
        self._check_count()
        low, high = self.band
        if not 0 <= low <= high:
            raise InputError(f"band must be low to high from 0, got {low:g} to {high:g}")

    def _check_count(self) -> None:
        if self.territories < 1:
            raise InputError(f"territories must be at least 1, got {self.territories}")
        if self.territories > len(self.weighted):
            raise InputError(
                f"{self.territories} territories were asked for, but only {len(self.weighted)} units hold any work; ask for fewer"
            )
        if self.fixed_bases and len(self.fixed_bases) != self.territories:
            raise InputError(f"{len(self.fixed_bases)} bases were given for {self.territories} territories; give one each")
        if len(set(self.fixed_bases)) != len(self.fixed_bases):
            raise InputError("two territories have their base in the same unit; move one to a neighbour")

    @cached_property
    def weighted(self) -> Ints:
        """Units with load or trips: the others cost nothing and only carry contiguity."""
        return np.flatnonzero((self.load > 0) | (self.trips > 0))

    @cached_property
    def base_candidates(self) -> Ints:
        """Units that may be a base when bases are free."""
        return np.asarray(self.candidates if len(self.candidates) else self.weighted, dtype=np.int64)

    def check_weights(self) -> None:
        """Refuse what no plan can hold: a unit heavier than the band, or a total outside it.

        Raises InfeasibleError naming the culprit and what to do.
        """
        low, high = self.band
        heaviest = int(np.argmax(self.load))
        if self.load[heaviest] > high + TOLERANCE:
            mean = float(self.load.sum()) / self.territories
            raise InfeasibleError(
                f"unit {self.unit_ids[heaviest]} alone has an index of {self.load[heaviest]:.2f}, above the band's {high:.2f} "
                f"(the mean territory is {mean:.2f}); share its accounts between representatives, ask for fewer territories, "
                f"or widen the band to at least {self.load[heaviest]:.2f}"
            )
        total = float(self.load.sum())
        if not low * self.territories - TOLERANCE <= total <= high * self.territories + TOLERANCE:
            raise InfeasibleError(
                f"the whole load is {total:.2f}, but {self.territories} territories in the band hold {low * self.territories:.2f} to "
                f"{high * self.territories:.2f}; ask for {max(1, round(total))} territories or widen the band"
            )
