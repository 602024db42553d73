"""Plans on disk, what differs between two of them, and the values their review is told in."""

from bailiwick.plans.diff import Difference, difference
from bailiwick.plans.folder import changed_inputs, is_plan, read, write
from bailiwick.plans.scorecard_values import Scorecard, Summary, TerritoryScore

__all__ = [
    "Difference",
    "Scorecard",
    "Summary",
    "TerritoryScore",
    "changed_inputs",
    "difference",
    "is_plan",
    "read",
    "write",
]
