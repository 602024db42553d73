"""A plan: every unit assigned to one territory, with the provenance to replay it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from bailiwick.model.parts import Holders, Parts, parted


def gap_of(objective: float | None, bound: float | None) -> float | None:
    """(objective - bound) / bound; 0 where they meet, None where no share can be told: nothing is proven, the bound is not above 0, or it lies
    above the objective, as it may where a plan breaks its limits.
    """
    if objective is None or bound is None:
        return None
    near = 1e-6 * max(1.0, abs(objective))
    if not math.isfinite(objective) or not math.isfinite(bound) or bound > objective + near:
        return None
    if abs(objective - bound) <= 1e-12 * max(1.0, abs(objective)):
        return 0.0
    return max(objective - bound, 0.0) / bound if bound > 0 else None


@dataclass(frozen=True)
class Territory:
    """One territory: its id in the plan, a name people use, who works it, where the day starts, and how much of a full time that is."""

    id: str
    name: str
    base_zip: str
    rep: str = ""
    capacity: float = 1.0


@dataclass(frozen=True)
class FreeBases:
    """A proven lower bound, hours a year, on plans from any choice of bases, and what proves it.

    subsidy: hours a unit of index at which a base may buy the index that it lacks; dear: at which those may that would earn most. prices: hours
    a year that serving a unit is worth; a unit in parts once for each, units worth nothing left out. entrances: units that go with another in
    every plan, and which that is; their prices are one. inside: units among them as bases, with what proves what each makes of the prices: hours
    that getting to a unit may cost at which its territory is taken not to hold it, and index from which units are not cut. circles: how many bases
    lie within so many minutes of a unit is whole: (unit, minutes, whether at most, hours that one base more or less costs).
    """

    bound: float
    subsidy: float
    dear: float
    prices: tuple[tuple[str, float], ...]
    entrances: tuple[tuple[str, str], ...] = ()
    inside: tuple[tuple[str, float, float], ...] = ()
    circles: tuple[tuple[str, float, bool, float], ...] = ()


@dataclass(frozen=True)
class CaseProof:
    """A case, and what proves it. answers: what it takes to be so, one after the other: (unit, territory, whether that holds it); prices: of units,
    where they differ from those of the plan; reach, whole: as of ``WholeUnits``, by member.
    """

    answers: tuple[tuple[str, int, bool], ...]
    prices: tuple[tuple[str, float], ...]
    reach: tuple[float, ...]
    whole: tuple[float, ...]


@dataclass(frozen=True)
class SplitProof:
    """Cases of which one is so whatever the plan, each proven by prices of its own for the territories ``members``."""

    members: tuple[int, ...]
    cases: tuple[CaseProof, ...]


@dataclass(frozen=True)
class WholeUnits:
    """A proven lower bound, hours a year, on plans from the plan's bases that cut no unit and no territory, and what proves it.

    prices: hours a year that serving a unit is worth, units worth nothing left out. entrances: units that go with another, since only
    through that one any base reaches them, and which that is. reach, whole: by territory, hours that getting to a unit may cost at which
    a territory is taken not to hold it, and index from which units are not cut. separations: by how much serving a unit is taken to cost a
    territory more, and each of the units that every way there from its base leads through less: (territory, unit, those, hours). splits: where
    cases are proven apart.
    """

    bound: float
    prices: tuple[tuple[str, float], ...]
    reach: tuple[float, ...]
    whole: tuple[float, ...]
    entrances: tuple[tuple[str, str], ...] = ()
    separations: tuple[tuple[int, str, tuple[str, ...], float], ...] = ()
    splits: tuple[SplitProof, ...] = ()


@dataclass(frozen=True)
class Certificate:
    """A proven lower bound on the objective (trip hours a year) and what it is over."""

    objective: float
    bound: float
    bound_kind: str  # "fixed-bases" or "free-bases"
    duals: tuple[float, ...] = ()  # hours per unit of index, one per territory: they prove the bound
    free_bases: FreeBases | None = None
    whole_units: WholeUnits | None = None

    @property
    def proven(self) -> float:
        """The best bound for the plan's bases, hours a year."""
        return self.bound if self.whole_units is None else max(self.bound, self.whole_units.bound)

    @property
    def gap(self) -> float | None:
        """(objective - proven) / proven; None where that says nothing."""
        return gap_of(self.objective, self.proven)

    @property
    def free_gap(self) -> float | None:
        """The same over all choices of bases."""
        return None if self.free_bases is None else gap_of(self.objective, self.free_bases.bound)


@dataclass(frozen=True)
class Plan:
    """An assignment of every unit.

    units: unit ids, sorted. territory_of: int32 ``[n_units]``, index into ``territories``; of a shared unit the one with the largest share.
    provenance: what replays it (definition, settings, input hashes, seed, iterations, version, method).
    shares: unit id -> (territory, share) of each that works it, the largest first; only units that several territories share.
    """

    name: str
    units: tuple[str, ...]
    territory_of: npt.NDArray[np.int32]
    territories: tuple[Territory, ...]
    certificate: Certificate | None = None
    provenance: Mapping[str, object] = field(default_factory=dict)
    shares: Mapping[str, Holders] = field(default_factory=dict)

    @cached_property
    def parts(self) -> Parts:
        """One row for each unit and territory that works it."""
        position = {u: i for i, u in enumerate(self.units)} if self.shares else {}
        return parted(len(self.units), {position[u]: [s for _, s in holders] for u, holders in self.shares.items()})

    @cached_property
    def holders(self) -> npt.NDArray[np.int32]:
        """Territory of each row of ``parts``."""
        found = np.asarray(self.territory_of)[self.parts.unit].astype(np.int32)
        for unit, rows in self.parts.rows_of.items():
            found[list(rows)] = [t for t, _ in self.shares[self.units[unit]]]
        return found

    def shared_in_words(self) -> list[str]:
        """A line for each shared unit: who works how much of it."""
        ids = [t.id for t in self.territories]
        return [
            f"ZIP {unit} is shared: " + ", ".join(f"{ids[t]} {share:.4g}" for t, share in holders) for unit, holders in sorted(self.shares.items())
        ]
