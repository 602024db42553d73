"""Everything a report or a workbook shows of one plan, gathered once: values only, nothing is computed from files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from bailiwick.geography.adjacency import Adjacency
from bailiwick.geography.units import Units
from bailiwick.model.plan import Plan
from bailiwick.opportunity.definition import Definition
from bailiwick.plans.scorecard_values import Scorecard
from bailiwick.workload import CallPlan, Capacity, IndexPreset, Measures

BASELINE_NAMES = {"equal-zips": "Equal ZIPs", "equal-accounts": "Equal accounts", "equal-area": "Equal area"}


@dataclass(frozen=True)
class Presentation:
    """One plan with its scorecard, the baselines beside it, and what they were made of.

    baselines: (plan, scorecard) of each. accounts, providers: the score tables (pyarrow).
    unit_of: unit of each account, -1 = unplaced. definition, call_plan, capacity, preset: what was asked.
    inputs: file -> sha256.
    project: name shown. made_at: time shown, ISO 8601 ("" = not shown). notes: said beside the numbers.
    """

    plan: Plan
    scorecard: Scorecard
    baselines: tuple[tuple[Plan, Scorecard], ...]
    units: Units
    adjacency: Adjacency
    measures: Measures
    accounts: Any
    unit_of: npt.NDArray[np.int64]
    providers: Any
    definition: Definition
    call_plan: CallPlan
    capacity: Capacity
    preset: IndexPreset
    project: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    made_at: str = ""
    notes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What is counted, in the definition's own words."""
        return self.definition.title or self.definition.name

    def account_rows(self) -> list[dict[str, Any]]:
        """Accounts in rank order, each with its ``territory`` (index into the plan; -1 = unplaced)."""
        rows: list[dict[str, Any]] = self.accounts.to_pylist()
        t_of = self.plan.territory_of
        for row, unit in zip(rows, np.asarray(self.unit_of).tolist(), strict=True):
            row["territory"] = int(t_of[unit]) if unit >= 0 else -1
            row["unit"] = str(self.plan.units[unit]) if unit >= 0 else ""
        return rows


def shown_name(plan: str) -> str:
    """Name of a plan as people read it."""
    return BASELINE_NAMES.get(plan, plan)
