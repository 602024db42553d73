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

    moved: share of each unit that changes hands ``[n_units]``, 0 or 1 where none is shared.
    relabelling: (territory id before, territory id after) of those that match.
    Shares are of all units, accounts and raw opportunity.
    """

    before: str
    after: str
    moved: Array
    relabelling: tuple[tuple[str, str], ...]
    units: float
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
    unit, a, b, share = _overlaps(before, after)
    shape = (len(before.territories), len(after.territories))
    kept = np.zeros(shape)
    worth = _share(accounts) + _share(opportunity) + 1e-4 * _share(np.ones(len(before.units)))
    np.add.at(kept, (a, b), worth[unit] * share)
    rows, columns = linear_sum_assignment(kept, maximize=True)
    partner = np.full(shape[0], -1, dtype=np.int64)
    partner[rows] = columns
    stays = partner[a] == b
    moved: Array = 1.0 - np.bincount(unit[stays], weights=share[stays], minlength=len(before.units)).astype(np.float64)
    moved[np.abs(moved) < 1e-9] = 0.0
    pairs = tuple((before.territories[i].id, after.territories[j].id) for i, j in zip(rows, columns, strict=True))
    units = round(float(moved.sum()), 6)
    return Difference(
        before.name, after.name, moved, pairs, int(units) if units.is_integer() else units, float((_share(np.ones(len(moved))) * moved).sum()),
        float((_share(accounts) * moved).sum()), float((_share(opportunity) * moved).sum()),
    )  # fmt: skip


def _overlaps(before: Plan, after: Plan) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64], Array]:
    """(unit, territory before, territory after, share that may stay when the two are one): a unit's rows are several where it is shared."""
    plain = np.array([u not in before.shares and u not in after.shares for u in before.units], dtype=np.bool_)
    unit = np.flatnonzero(plain)
    rows = [(int(u), int(before.territory_of[u]), int(after.territory_of[u]), 1.0) for u in unit.tolist()]
    for u in np.flatnonzero(~plain).tolist():
        name = before.units[u]
        first, then = (p.shares.get(name, ((int(p.territory_of[u]), 1.0),)) for p in (before, after))
        rows += [(u, t, s, min(x, y)) for t, x in first for s, y in then]
    at, a, b = (np.array([r[i] for r in rows], dtype=np.int64) for i in range(3))
    return at, a, b, np.array([r[3] for r in rows], dtype=np.float64)


def _share(values: Array) -> Array:
    total = float(values.sum())
    return values / total if total > 0 else np.zeros(len(values))
