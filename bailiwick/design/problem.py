"""The design problem as one frozen value, checked at birth."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from bailiwick.model.errors import InfeasibleError, InputError
from bailiwick.model.travel import TravelTimes

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MAX_UNITS, MAX_TERRITORIES = 42_000, 1_000
COVERAGE = 1e-3  # trips of a unit nobody visits, as a share of the mean: empty units follow the nearest base


@dataclass(frozen=True, eq=False)
class Problem:
    """Who is to be shared out, among how many, and what it costs (Hess 1965, doi:10.1287/opre.13.6.998).

    unit_ids: ``[n]``. lat, lon: degrees. load: what is balanced, by unit (sums to ``territories`` when relative).
    trips: a year, by unit. indptr, indices: CSR neighbours, bridges included. band: least and greatest share of a
    territory's capacity. travel: minutes from a base to all units. fixed_bases: unit indices of the first territories.
    candidates: unit indices a free base may take; None = units with load. capacity: by territory; None = total / T.
    locks: ``[n]``, territory index or -1. contiguous: whether a territory must be connected.
    places: ``[n, d]`` coordinates whose Euclidean distance stands for travel in the coarse search; None = the globe.
    """

    unit_ids: Sequence[str]
    lat: Array
    lon: Array
    load: Array
    trips: Array
    indptr: npt.NDArray[np.int32]
    indices: npt.NDArray[np.int32]
    territories: int
    band: tuple[float, float]
    travel: TravelTimes
    fixed_bases: Sequence[int] = ()
    candidates: Sequence[int] | None = None
    capacity: Array | None = None
    locks: npt.NDArray[np.int32] | None = None
    contiguous: bool = True
    places: Array | None = None

    def __post_init__(self) -> None:
        for name in ("lat", "lon", "load", "trips"):
            values = np.asarray(getattr(self, name), dtype=np.float64)
            object.__setattr__(self, name, values)
            _check_numbers(name, values, self.unit_ids, signed=name in ("lat", "lon"))
        object.__setattr__(self, "fixed_bases", tuple(int(b) for b in self.fixed_bases))
        self._check_sizes()
        self._check_indices()
        self._check_feasible()

    @property
    def n(self) -> int:
        return len(self.unit_ids)

    @property
    def capacities(self) -> Array:
        """Capacity by territory in units of load."""
        if self.capacity is not None:
            return np.asarray(self.capacity, dtype=np.float64)
        return np.full(self.territories, self.load.sum() / self.territories)

    @property
    def lower(self) -> Array:
        return self.capacities * self.band[0]

    @property
    def upper(self) -> Array:
        return self.capacities * self.band[1]

    @property
    def coverage_trips(self) -> float:
        """Trips every unit is given on top of its own: the declared tie-break of the objective."""
        return COVERAGE * float(self.trips.mean()) if self.trips.any() else COVERAGE

    def cost_rows(self, bases: Ints) -> Array:
        """Hours a year ``[len(bases), n]``: 2 x trips x minutes / 60, coverage trips included."""
        minutes, _ = self.travel.rows(np.asarray(bases, dtype=np.int64))
        return np.asarray(minutes, dtype=np.float64) * ((self.trips + self.coverage_trips) * (2.0 / 60.0))

    def _check_sizes(self) -> None:
        if not 1 <= self.n <= MAX_UNITS:
            raise InputError(f"{self.n} units were given; a design takes 1 to {MAX_UNITS:,}")
        if not 1 <= self.territories <= min(MAX_TERRITORIES, self.n):
            raise InputError(f"{self.territories} territories cannot be made of {self.n} units; ask for 1 to {min(MAX_TERRITORIES, self.n)}")
        loaded = int(np.count_nonzero(self.load))
        if self.territories > loaded:
            raise InputError(f"{self.territories} territories were asked for, but only {loaded} units carry load; ask for at most {loaded}")
        low, high = self.band
        if not 0 <= low <= high:
            raise InputError(f"the band {low} to {high} is empty or negative; give a lower and an upper end, lower first")
        if self.capacity is not None:
            _check_numbers("capacity", self.capacities, [f"territory {t + 1}" for t in range(len(self.capacity))], signed=False)
            if len(self.capacity) != self.territories:
                raise InputError(f"{len(self.capacity)} capacities were given for {self.territories} territories; give one each")

    def _check_indices(self) -> None:
        if len(self.indptr) != self.n + 1:
            raise InputError(f"the adjacency covers {len(self.indptr) - 1} units, the problem has {self.n}; give one row each")
        named = (("fixed base", self.fixed_bases), ("candidate base", () if self.candidates is None else self.candidates), ("neighbour", self.indices))
        for name, values in named:
            found = np.asarray(values, dtype=np.int64)
            if len(found) and (found.min() < 0 or found.max() >= self.n):
                raise InputError(f"a {name} is no unit: indices run from 0 to {self.n - 1}, got {found.min()} to {found.max()}")
        if len(set(self.fixed_bases)) < len(self.fixed_bases):
            raise InputError("two fixed bases share a unit; move one of them to a neighbouring unit")
        if len(self.fixed_bases) > self.territories:
            raise InputError(f"{len(self.fixed_bases)} bases were fixed for {self.territories} territories; drop some or ask for more territories")
        if self.locks is not None and (len(self.locks) != self.n or self.locks.max() >= self.territories):
            raise InputError(f"locks must name a territory below {self.territories}, or -1, for each of {self.n} units")

    def _check_feasible(self) -> None:
        total, low, high = float(self.load.sum()), float(self.lower.sum()), float(self.upper.sum())
        if not low * (1 - 1e-9) <= total <= high * (1 + 1e-9):
            raise InfeasibleError(f"the load is {total:.4g} in all, but the territories' bands add up to {low:.4g} to {high:.4g}; change the number of territories or the band")
        heaviest, most = int(np.argmax(self.load)), float(self.upper.max())
        if self.load[heaviest] > most * (1 + 1e-9):
            raise InfeasibleError(
                f"unit {self.unit_ids[heaviest]} alone carries a load of {self.load[heaviest]:.3f}, above the greatest a territory may have "
                f"({most:.3f} = {self.band[1]:g} x capacity); share it between territories, ask for fewer territories or widen the band"
            )
        if self.contiguous:
            graph = csr_matrix((np.ones(len(self.indices), dtype=np.int8), self.indices, self.indptr), shape=(self.n, self.n))
            pieces, label = connected_components(graph, directed=False)
            if pieces > 1:
                smallest = int(np.argmin(np.bincount(label)))
                unit = self.unit_ids[int(np.flatnonzero(label == smallest)[0])]
                raise InfeasibleError(f"the units fall into {pieces} pieces that do not touch (unit {unit} is in the smallest); declare bridges that join them, or design each piece on its own")


def _check_numbers(name: str, values: Array, ids: Sequence[str], *, signed: bool) -> None:
    if len(values) != len(ids):
        raise InputError(f"{len(values)} values of {name} were given for {len(ids)} units; give one each")
    bad = ~np.isfinite(values) if signed else ~(np.isfinite(values) & (values >= 0))
    if bad.any():
        at = int(np.flatnonzero(bad)[0])
        kind = "a finite number" if signed else "a finite number, zero or above"
        raise InputError(f"{name} of {ids[at]} is {values[at]}; it must be {kind}")
