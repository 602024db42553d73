"""One reason why a plan is not within its limits, and units in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from bailiwick.design.problem import Problem

NAMED = 5  # units of a list in words


@dataclass(frozen=True)
class Conflict:
    """constraint: what is broken or too tight; culprit: the territory or unit; relaxation: what would do, in words.

    A relaxation that says "at least" is a least value: less than that cannot be enough.
    """

    constraint: str
    culprit: str
    relaxation: str

    def __str__(self) -> str:
        return f"{self.culprit} ({self.constraint}); {self.relaxation}"


def heaviest_first(found: Sequence[tuple[float, Conflict]]) -> list[Conflict]:
    """Conflicts that are found with a weight each, in the order of that."""
    return [conflict for _, conflict in sorted(found, key=lambda at: -at[0])]


def listed(problem: Problem, units: Sequence[int]) -> str:
    """Units by their ids, the first few of them."""
    names = ", ".join(problem.unit_ids[u] for u in units[:NAMED])
    more = f" and {len(units) - NAMED} more" if len(units) > NAMED else ""
    return f"unit{'s' if len(units) > 1 else ''} {names}{more}"
