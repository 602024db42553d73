"""Call plan, local travel, capacity and the composite index: measures per unit."""

from bailiwick.workload.call_plan import CallPlan, Capacity
from bailiwick.workload.coverage import CoverageRow, coverage_gap
from bailiwick.workload.history import history_by_unit
from bailiwick.workload.index import IndexPreset
from bailiwick.workload.measures import Measures, measure

__all__ = [
    "CallPlan",
    "Capacity",
    "CoverageRow",
    "IndexPreset",
    "Measures",
    "coverage_gap",
    "history_by_unit",
    "measure",
]
