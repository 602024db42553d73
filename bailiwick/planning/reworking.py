"""What can be asked of a plan that exists: reasons, mending, splitting, merging, standing, districts."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from bailiwick.design import ensemble as neutral
from bailiwick.design import hierarchy
from bailiwick.design.borders.fixed import Based, with_bases
from bailiwick.design.explaining import reasons
from bailiwick.design.problem import Problem
from bailiwick.geography.borders import load_borders
from bailiwick.market import market
from bailiwick.market.market import Market
from bailiwick.model.errors import UnknownNameError
from bailiwick.model.parts import MICRO, Parts, parted
from bailiwick.model.plan import Plan
from bailiwick.planning import designing, sharing
from bailiwick.sources.warehouse import Warehouse
from bailiwick.team import constraints, layers
from bailiwick.team.constraints import Constraints

Document = dict[str, Any]
I32 = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Rebuilt:
    """A stored plan with the problem it solves, on today's inputs. wanted: territories as its rules call them.

    label: territory by row of the problem. bases: row by territory.
    """

    plan: Plan
    made: Market
    problem: Problem
    rules: Constraints
    wanted: designing.Asked
    bases: npt.NDArray[np.int64]
    label: I32

    @cached_property
    def parts(self) -> Parts:
        """Units by row of the problem."""
        return self.problem.parts or parted(self.problem.size, {})

    def based(self) -> Based:
        """Costs and prices of its bases."""
        prices = np.array(self.plan.certificate.duals) if self.plan.certificate else None
        return with_bases(self.problem, self.bases, prices if prices is not None and len(prices) == len(self.bases) else None)

    def given(self, territory: int) -> int | None:
        """The row of a base that is somebody's, since it was given or a representative works from it; None = the design chose it for nobody."""
        own = bool(self.plan.territories[territory].rep) or territory not in vacancies_of(self.plan)
        return int(self.bases[territory]) if own else None

    def slot(self, name: str) -> int:
        """Territory by id, number, name or representative; raises UnknownNameError."""
        for i, t in enumerate(self.plan.territories):
            if name in (t.id, t.name, t.rep, str(i + 1)):
                return i
        raise UnknownNameError(f"territory of plan {self.plan.name!r}", name, [f"{t.id} ({t.name})" for t in self.plan.territories])


def rebuilt(plan: Plan, made: Market, warehouse: Warehouse, folder: Any) -> Rebuilt:
    """The problem of a stored plan: its own constraints and band, its bases as given."""
    asked = plan.provenance.get("constraints")
    rules = constraints.from_mapping(asked if isinstance(asked, Mapping) else {}, folder)
    found = plan.provenance.get("band")
    band = (float(found[0]), float(found[1])) if isinstance(found, list) else made.measures.band
    base_units = [made.units.index_of(t.base_zip) for t in plan.territories]
    names = plan.provenance.get("names")
    names = tuple(map(str, names)) if isinstance(names, list) else tuple(t.rep or t.id for t in plan.territories)
    wanted = designing.Asked(names, tuple(base_units), tuple(t.rep for t in plan.territories), tuple(t.capacity for t in plan.territories))
    today = designing.today_in(made, warehouse, rules, wanted)
    vacant = vacancies_of(plan)
    shares, label = sharing.placed(plan, [-1 if t in vacant else u for t, u in enumerate(base_units)])
    rows_of = parted(len(plan.units), shares).rows_of
    bases = [next((r for r in rows_of.get(u, ()) if label[r] == t), u) for t, u in enumerate(base_units)]
    problem = designing.problem_of(made, wanted, rules, band, today, shares=shares, bases=bases)
    return Rebuilt(plan, made, problem, rules, wanted, np.array(bases, dtype=np.int64), label)


def vacancies_of(plan: Plan) -> set[int]:
    """Territories whose base the design chose; all of them where the plan does not say."""
    found = plan.provenance.get("vacancies")
    return set(found) if isinstance(found, list) else set(range(len(plan.territories)))


def why(it: Rebuilt, unit: int) -> Document:
    """Why a unit is in its territory, and its cheapest alternatives; of a shared unit, why the part that its largest share begins with is."""
    home = int(it.plan.territory_of[unit])
    row = next((r for r in it.parts.rows_of.get(unit, ()) if it.label[r] == home), unit)
    found = reasons.reason(it.based(), it.label, row)
    ids, names = [t.id for t in it.plan.territories], [t.name for t in it.plan.territories]
    holders = it.plan.shares.get(it.plan.units[unit], ())
    shared = {"shares": [{"territory": ids[t], "name": names[t], "share": share} for t, share in holders]} if holders else {}
    return {
        **asdict(found), "unit": it.plan.units[unit], "territory": ids[found.territory], "name": names[found.territory],
        "alternatives": [{**asdict(a), "territory": ids[a.territory], "name": names[a.territory]} for a in found.alternatives], **shared,
    }  # fmt: skip


def standing(it: Rebuilt, plans: int, seed: int, say: Any) -> Document:
    """Where the plan stands among neutral ones."""
    land = None if it.parts.rows_of else load_borders()  # a unit in parts has no borders inside
    found = neutral.ensemble(
        it.problem, it.label, it.bases, plans=plans, seed=seed, land=land, on_progress=lambda done: say(f"  {done:,} neutral plans")
    )
    return {"plan": it.plan.name, **asdict(found)}


def districts(it: Rebuilt, count: int, regions: int | None) -> Document:
    """Territories in districts, districts in regions; totals agree at every level."""
    territories = it.problem.territories
    held = np.bincount(it.label, weights=it.problem.load, minlength=territories).astype(np.float64)
    at = it.parts.unit[it.bases]  # roads know units, bases of shared ones are rows of the problem
    minutes = it.made.roads.legs(at, at)
    near = hierarchy.neighbours_of(it.label, territories, *it.problem.neighbours)
    level = hierarchy.roll_up(held, minutes, *near, count)
    rows = [_group(it, "district", g, np.flatnonzero(level.group_of == g), int(level.seat[g])) for g in range(count)]
    document: Document = {"plan": it.plan.name, "districts": rows, "district_band": _band(level.width)}
    if regions:
        above = hierarchy.roll_up(
            level.load, minutes[np.ix_(level.seat, level.seat)], *hierarchy.neighbours_of(level.group_of, count, *near), regions
        )
        members = [np.flatnonzero(above.group_of[level.group_of] == r) for r in range(regions)]
        document["regions"] = [_group(it, "region", r, m, int(level.seat[above.seat[r]])) for r, m in enumerate(members)]
        document["region_band"] = _band(above.width)
        for row, r in zip(rows, above.group_of.tolist(), strict=True):
            row["region"] = f"R{r + 1}"
    return document


def _band(width: float) -> list[float]:
    return [1.0 - width, 1.0 + width]


def _group(it: Rebuilt, kind: str, number: int, members: npt.NDArray[np.int64], seat: int) -> Document:
    parts, inside = it.plan.parts, np.isin(it.plan.holders, members)
    measures, total = it.made.measures.spread(parts), it.problem.territories
    return {
        "id": f"{kind[0].upper()}{number + 1}", "name": it.plan.territories[seat].name, "territories": [it.plan.territories[m].id for m in members],
        "index": float(measures.index_share[inside].sum() * total), "accounts": _counted(measures.accounts[inside]),
        "raw": float(_counted(measures.raw[inside])), "units": _counted(parts.counted(np.ones(parts.units))[inside]),
    }  # fmt: skip


def _counted(values: npt.NDArray[np.float64]) -> float:
    """A sum in whole millionths, so that every level adds up to the same; an int where it is whole."""
    total = int(np.rint(values * MICRO).astype(np.int64).sum())
    return total / MICRO if total % MICRO else total // MICRO


def by_layer(made: Market, teams: Sequence[layers.Layer]) -> Document:
    """Accounts and raw opportunity of each layer; every account is counted once."""
    accounts = made.scores.accounts
    of = layers.members(teams, accounts, market.states_of(made.unit_of, made.units))
    raw = accounts.column("raw").to_pylist()
    rows = []
    for i, name in enumerate([*[t.name for t in teams], layers.REST]):
        mine = np.flatnonzero(of == i)
        rows.append({"layer": name, "accounts": len(mine), "raw": float(sum(raw[j] for j in mine))})
    return {"layers": rows, "accounts": accounts.num_rows, "raw": float(sum(raw))}
