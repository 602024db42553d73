"""Coverage gap (R21): calls planned or made against what each tier needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bailiwick.workload.call_plan import CallPlan
from bailiwick.workload.checks import TIERS


@dataclass(frozen=True)
class CoverageRow:
    """One tier: accounts, calls needed and made a year, accounts never called, calls beyond need."""

    tier: str
    accounts: int
    needed: float
    made: float
    missed_accounts: int
    over_served_calls: float

    @property
    def gap(self) -> float:
        """Calls needed minus calls made; negative = over-served."""
        return self.needed - self.made


def coverage_gap(accounts: Any, calls_made: Mapping[str, float], plan: CallPlan) -> tuple[CoverageRow, ...]:
    """Calls made a year by account against the call plan, by tier.

    accounts: table with ``site_id`` and ``tier``. calls_made: site_id -> calls a year (absent = none).
    """
    tiers = accounts.column("tier").to_pylist()
    ids = accounts.column("site_id").to_pylist()
    rows = []
    for tier, need in zip(TIERS, plan.calls_a_year, strict=True):
        made = [float(calls_made.get(i, 0.0)) for i, t in zip(ids, tiers, strict=True) if t == tier]
        missed = sum(1 for m in made if m == 0) if need > 0 else 0
        rows.append(
            CoverageRow(tier, len(made), need * len(made), sum(made), missed, sum(max(m - need, 0.0) for m in made))
        )
    return tuple(rows)
