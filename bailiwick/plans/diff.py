"""What differs between two plans: labels do not count, only who works what (disruption)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from bailiwick.model.errors import InputError
from bailiwick.model.plan import Plan

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Difference:
    """Moves from one plan to another after the best relabelling.

    moved: bool ``[n_units]``. relabelling: (territory id before, territory id after) of those that match.
    Shares are of all units, accounts and raw opportunity.
    """

    before: str
    after: str
    moved: npt.NDArray[np.bool_]
    relabelling: tuple[tuple[str, str], ...]
    units: int
    units_share: float
    accounts_share: float
    opportunity_share: float

    def to_document(self) -> dict[str, float | int]:
        """The numbers for JSON."""
        return {
            "units": self.units, "units_share": self.units_share, "accounts_share": self.accounts_share,
            "opportunity_share": self.opportunity_share,
        }  # fmt: skip


def difference(before: Plan, after: Plan, accounts: Array, opportunity: Array) -> Difference:
    """Compare two plans over the same units.

    accounts, opportunity: amounts by unit, in the order of ``before.units``. The relabelling keeps most of both
    (assignment problem, Kuhn 1955, doi:10.1002/nav.3800020109); units decide where there are neither.
    Raises InputError when the plans assign different units.
    """
    if before.units != after.units:
        other = sorted(set(before.units) ^ set(after.units))[:4]
        raise InputError(
            f"plans {before.name!r} and {after.name!r} assign different units ({', '.join(other)} …); "
            "compare plans of one project"
        )
    a, b = before.territory_of.astype(np.int64), after.territory_of.astype(np.int64)
    shape = (len(before.territories), len(after.territories))
    kept = np.zeros(shape)
    np.add.at(kept, (a, b), _share(accounts) + _share(opportunity) + 1e-4 * _share(np.ones(len(a))))
    rows, columns = linear_sum_assignment(kept, maximize=True)
    partner = np.full(shape[0], -1, dtype=np.int64)
    partner[rows] = columns
    moved = partner[a] != b
    pairs = tuple((before.territories[i].id, after.territories[j].id) for i, j in zip(rows, columns, strict=True))
    return Difference(
        before.name, after.name, moved, pairs, int(moved.sum()), float(_share(np.ones(len(a)))[moved].sum()),
        float(_share(accounts)[moved].sum()), float(_share(opportunity)[moved].sum()),
    )  # fmt: skip


def _share(values: Array) -> Array:
    total = float(values.sum())
    return values / total if total > 0 else np.zeros(len(values))
