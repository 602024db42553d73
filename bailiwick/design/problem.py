"""The design problem as one frozen value, checked at birth."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bailiwick.model.errors import InfeasibleError, InputError
from bailiwick.model.travel import TravelTimes

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MAX_UNITS, MAX_TERRITORIES = 42_000, 1_000


@dataclass(frozen=True, eq=False)
class Problem:
    """Units to be shared out among territories, and what that costs (Hess et al. 1965, doi:10.1287/opre.13.6.998).

    unit_ids: ``[n]``. load: what is balanced, by unit, in mean territories or in FTE. trips: a year, by unit.
    indptr, indices: CSR neighbours, bridges included. band: least and greatest load of a territory.
    travel: minutes from a base to all units. fixed_bases: unit indices, one per territory, or none.
    candidates: unit indices a free base may take; none = every unit with work.
    Raises InputError naming what is wrong.
    """

    unit_ids: Sequence[str]
    load: Array
    trips: Array
    indptr: npt.NDArray[np.int32]
    indices: npt.NDArray[np.int32]
    territories: int
    band: tuple[float, float]
    travel: TravelTimes
    fixed_bases: tuple[int, ...] = ()
    candidates: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for name in ("load", "trips"):
            values = np.asarray(getattr(self, name), dtype=np.float64)
            object.__setattr__(self, name, values)
            _check_numbers(name, values, self.unit_ids)
        self._check_counts()
        self._check_indices()

    @property
    def n(self) -> int:
        """Number of units."""
        return len(self.unit_ids)

    @property
    def weighted(self) -> Ints:
        """Units with load or trips: all that balance and drive depend on."""
        return np.flatnonzero((self.load > 0) | (self.trips > 0))

    @property
    def base_candidates(self) -> Ints:
        """Units where a free base may stand."""
        return np.unique(np.asarray(self.candidates, dtype=np.int64)) if self.candidates else self.weighted

    def check_weights(self) -> None:
        """Raise what can be said before any search: too few units with load, one too heavy, a total no band adds up to."""
        loaded, (low, high) = int(np.count_nonzero(self.load)), self.band
        if self.territories > loaded:
            raise InputError(f"{self.territories} territories were asked for, but only {loaded} units carry load; ask for {loaded} or fewer")
        if not self.fixed_bases and self.territories > len(self.base_candidates):
            raise InputError(f"{self.territories} territories cannot start from {len(self.base_candidates)} candidate bases; name more candidates")
        heaviest = int(np.argmax(self.load))
        if self.load[heaviest] > high * (1 + 1e-9):
            raise InfeasibleError(
                f"unit {self.unit_ids[heaviest]} alone carries a load of {self.load[heaviest]:.3f}, above the {high:g} a territory may have; "
                "share its accounts between territories, ask for fewer territories or widen the band"
            )
        total = float(self.load.sum())
        if not low * self.territories * (1 - 1e-9) <= total <= high * self.territories * (1 + 1e-9):
            raise InfeasibleError(
                f"the load is {total:.4g} in all, but {self.territories} territories within {low:g} to {high:g} hold "
                f"{low * self.territories:.4g} to {high * self.territories:.4g}; change the number of territories or the band"
            )

    def _check_counts(self) -> None:
        n = len(self.unit_ids)
        if not 1 <= n <= MAX_UNITS:
            raise InputError(f"{n} units were given; a design takes 1 to {MAX_UNITS:,}")
        if self.territories < 1:
            raise InputError(f"{self.territories} territories were asked for; ask for at least 1")
        if self.territories > min(n, MAX_TERRITORIES):
            raise InputError(f"{self.territories} territories cannot be made of {n} units; ask for fewer, at most {min(n, MAX_TERRITORIES)}")
        low, high = self.band
        if not (0 <= low <= high and np.isfinite(high)):
            raise InputError(f"the band {low} to {high} is empty or negative; give a lower and an upper end, lower first")
        if len(self.indptr) != n + 1:
            raise InputError(f"the neighbourhood covers {len(self.indptr) - 1} units, the problem has {n}; give one row each")

    def _check_indices(self) -> None:
        bases = self.fixed_bases
        if bases and len(bases) != self.territories:
            raise InputError(f"{len(bases)} bases were given for {self.territories} territories; give one each, or none")
        if len(set(bases)) < len(bases):
            raise InputError("two bases were given in the same unit; move one of them to a neighbouring unit")
        for name, values in (("base", bases), ("candidate", self.candidates), ("neighbour", self.indices)):
            found = np.asarray(values, dtype=np.int64)
            if len(found) and (found.min() < 0 or found.max() >= len(self.unit_ids)):
                raise InputError(f"a {name} is no unit: indices run from 0 to {len(self.unit_ids) - 1}, got {found.min()} to {found.max()}")


def _check_numbers(name: str, values: Array, ids: Sequence[str]) -> None:
    if len(values) != len(ids):
        raise InputError(f"{len(values)} values of {name} were given for {len(ids)} units; give one each")
    bad = ~(np.isfinite(values) & (values >= 0))
    if bad.any():
        at = int(np.flatnonzero(bad)[0])
        raise InputError(f"{name} of unit {ids[at]} is {values[at]}; it must be a finite number, zero or above")
