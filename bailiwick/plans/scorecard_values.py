"""The scorecard as values: what review measures, and what reports, workbooks and JSON show.

Field order is the order of the JSON document; the fields after the first block of each class are additions to it.
"""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class TerritoryScore:
    """One territory. index: relative, 1 = mean. fte: absolute. Hours and miles a year; shares from 0 to 1.

    drive_hours: line haul from the base plus the local tour. market_share: share of the nation's raw opportunity.
    pieces: connected parts, 1 = contiguous. farthest_account_minutes: longest road time from the base to an account.
    units, accounts, tier_a: whole numbers, or fractions where units are shared.
    """

    id: str
    name: str
    rep: str
    base_zip: str
    units: float
    accounts: float
    tier_a: float
    index: float
    fte: float
    in_band: bool
    contiguous: bool
    raw: float
    accessible: float
    market_share: float
    call_hours: float
    drive_hours: float
    drive_miles: float
    face_time: float

    haul_hours: float = 0.0
    calls: float = 0.0
    pieces: int = 1
    farthest_account_minutes: float = 0.0


@dataclass(frozen=True)
class Summary:
    """The plan as a whole. objective: hours a year of line haul, with ties cut and less the bonus of units that stay where a certificate says so.
    bound: its proven minimum; gap: (objective - bound) / bound, None = nothing proven, as where a plan outside its limits lies below the bound.
    free_bound, free_gap: the same over all choices of bases.

    in_band_share, outside_15pct_share: shares of territories. max_deviation: largest |index - 1|.
    cv, gini: of the index.
    """

    territories: int
    units: int
    in_band_share: float
    outside_15pct_share: float
    contiguous: bool
    drive_hours: float
    face_time_min: float
    raw: float
    accessible: float
    objective: float
    bound: float | None
    gap: float | None
    bound_kind: str | None

    max_deviation: float = 0.0
    cv: float = 0.0
    gini: float = 0.0
    accounts: float = 0
    drive_miles: float = 0.0
    call_hours: float = 0.0
    fte: float = 0.0
    face_time: float = 0.0
    free_bound: float | None = None
    free_gap: float | None = None


@dataclass(frozen=True)
class Scorecard:
    """Everything measured about one plan. band: (low, high) of the relative index."""

    plan: str
    summary: Summary
    territories: tuple[TerritoryScore, ...]
    band: tuple[float, float] = (0.85, 1.15)
    notes: tuple[str, ...] = ()

    def to_document(self) -> dict[str, Any]:
        """The ``evaluate --json`` document: plain dicts, lists, numbers and texts."""
        document = asdict(self)
        document["territories"] = list(document["territories"])
        document["band"] = list(self.band)
        document["notes"] = list(self.notes)
        return document
