"""A plan: every unit assigned to one territory, with the provenance to replay it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Territory:
    """One territory: its id in the plan, a name people use, who works it, where the day starts, and how much of a full time that is."""

    id: str
    name: str
    base_zip: str
    rep: str = ""
    capacity: float = 1.0


@dataclass(frozen=True)
class Certificate:
    """A proven lower bound on the objective (trip hours a year) and what it is over."""

    objective: float
    bound: float
    bound_kind: str  # "fixed-bases" or "free-bases"
    duals: tuple[float, ...] = ()  # hours per unit of index, one per territory: they prove the bound

    @property
    def gap(self) -> float:
        """(objective - bound) / bound; 0 when both are 0."""
        return 0.0 if self.bound <= 0 else (self.objective - self.bound) / self.bound


@dataclass(frozen=True)
class Plan:
    """An assignment of every unit.

    units: unit ids, sorted. territory_of: int32 ``[n_units]``, index into ``territories``.
    provenance: what replays it (definition, settings, input hashes, seed, iterations, version, method).
    """

    name: str
    units: tuple[str, ...]
    territory_of: npt.NDArray[np.int32]
    territories: tuple[Territory, ...]
    certificate: Certificate | None = None
    provenance: Mapping[str, object] = field(default_factory=dict)
