"""What can be asked of a plan that exists: proof, reasons, mending, splitting, merging, standing, districts."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from bailiwick import constraints, designing, layers, market
from bailiwick.constraints import Constraints
from bailiwick.design import ensemble as neutral
from bailiwick.design import hierarchy, mend, reasons
from bailiwick.design.fixed import Based, with_bases
from bailiwick.design.problem import Problem
from bailiwick.market import Market
from bailiwick.model.errors import InputError, UnknownNameError
from bailiwick.model.plan import Plan
from bailiwick.review import verify
from bailiwick.sources.warehouse import Warehouse

Document = dict[str, Any]
I32 = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Rebuilt:
    """A stored plan with the problem it solves, on today's inputs."""

    plan: Plan
    made: Market
    problem: Problem
    rules: Constraints
    bases: npt.NDArray[np.int64]

    @property
    def label(self) -> I32:
        return self.plan.territory_of

    def based(self) -> Based:
        """Costs and prices of its bases."""
        prices = np.array(self.plan.certificate.duals) if self.plan.certificate else None
        return with_bases(self.problem, self.bases, prices if prices is not None and len(prices) == len(self.bases) else None)

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
    bases = np.array([made.units.index_of(t.base_zip) for t in plan.territories], dtype=np.int64)
    names = plan.provenance.get("names")
    names = tuple(map(str, names)) if isinstance(names, list) else tuple(t.rep or t.id for t in plan.territories)
    wanted = designing.Asked(names, tuple(bases.tolist()), tuple(t.rep for t in plan.territories), tuple(t.capacity for t in plan.territories))
    today = designing.today_in(made, warehouse, rules, wanted)
    return Rebuilt(plan, made, designing.problem_of(made, wanted, rules, band, today), rules, bases)


def verified(it: Rebuilt) -> Document:
    """Every claim of the plan recomputed by a path that shares no code with the search."""
    plan, problem = it.plan, it.problem
    if plan.certificate is None or not plan.certificate.duals:
        raise InputError(f"plan {plan.name!r} carries no certificate (it was not designed here); design one with `bailiwick design`")
    low, high = problem.bands
    today = problem.today
    case = verify.Case(
        territory_of=plan.territory_of, bases=it.bases, minutes=it.made.roads.rows(it.bases)[0], load=problem.load, trips=problem.trips,
        low=low[:, 0], high=high[:, 0], indptr=problem.neighbours[0], indices=problem.neighbours[1], contiguous=problem.contiguous,
        drive_load=problem.drive_load, allowed=_allowed(it), today=None if today is None else today.territory,
        bonus_hours=None if today is None else today.bonus * today.weight, moved_weight=None if today is None else today.weight,
        moved_limit=np.inf if today is None else today.limit, ties=None if problem.ties is None else problem.ties.pairs,
        tie_hours=None if problem.ties is None else problem.ties.hours,
        measures=[(m.name, m.amount, m.low, m.high) for m in problem.measures], max_minutes=problem.max_minutes, groups=problem.groups,
    )  # fmt: skip
    found = verify.checks(case, plan.certificate.objective, plan.certificate.bound, np.array(plan.certificate.duals))
    return {"plan": plan.name, "holds": all(c.holds for c in found), "checks": [asdict(c) for c in found]}


def _allowed(it: Rebuilt) -> npt.NDArray[np.bool_] | None:
    """Where a unit may lie: locks, bans, and given bases in their own territories."""
    problem, vacant = it.problem, it.plan.provenance.get("vacancies")
    vacancies = set(vacant) if isinstance(vacant, list) else set(range(problem.territories))
    given = [(int(b), t) for t, b in enumerate(it.bases) if t not in vacancies]
    if not (problem.locks or problem.forbidden or given):
        return None
    allowed = np.ones((problem.size, problem.territories), dtype=np.bool_)
    for unit, t in (*problem.locks, *given):
        allowed[unit] = False
        allowed[unit, t] = True
    for unit, t in problem.forbidden:
        allowed[unit, t] = False
    return allowed


def why(it: Rebuilt, unit: int) -> Document:
    """Why a unit is in its territory, and its cheapest alternatives."""
    found = reasons.reason(it.based(), it.label, unit)
    ids, names = [t.id for t in it.plan.territories], [t.name for t in it.plan.territories]
    return {
        **asdict(found), "unit": it.plan.units[unit], "territory": ids[found.territory], "name": names[found.territory],
        "alternatives": [{**asdict(a), "territory": ids[a.territory], "name": names[a.territory]} for a in found.alternatives],
    }  # fmt: skip


def mended(it: Rebuilt) -> mend.Changed:
    """Fewest accounts moved so that every territory is in band."""
    weight = it.made.measures.accounts.astype(np.float64)
    return mend.mend(it.based(), it.label, weight if weight.any() else it.problem.load)


def changed(it: Rebuilt, name: str, label: I32, bases: Sequence[int]) -> Plan:
    """A plan changed by hand or mended: no bound is claimed for it until it is designed again.

    Territories that keep their base keep their name and representative; locks by number end where numbers change.
    """
    known = {t.base_zip: t for t in it.plan.territories}
    made = designing.name_territories(it.made.units, bases)
    territories = tuple(replace(known[t.base_zip], id=t.id) if t.base_zip in known else t for t in made)
    provenance = {k: v for k, v in it.plan.provenance.items() if k not in ("iterations", "effort")}
    provenance |= {"method": "changed", "changed_from": it.plan.name}
    if len(territories) != len(it.plan.territories):
        rules = {k: v for k, v in it.rules.to_document().items() if k not in ("locks", "forbidden", "today", "disruption_limit", "stay_bonus")}
        provenance = {k: v for k, v in provenance.items() if k != "names"} | {"constraints": rules, "vacancies": []}
    return Plan(name, it.plan.units, label.astype(np.int32), territories, None, provenance)


def standing(it: Rebuilt, plans: int, seed: int, say: Any) -> Document:
    """Where the plan stands among neutral ones."""
    found = neutral.ensemble(
        it.problem, it.label, it.bases, plans=plans, seed=seed, on_progress=lambda done: say(f"  {done:,} neutral plans")
    )
    return {"plan": it.plan.name, **asdict(found)}


def districts(it: Rebuilt, count: int, regions: int | None) -> Document:
    """Territories in districts, districts in regions; totals agree at every level."""
    territories = it.problem.territories
    held = np.bincount(it.label, weights=it.problem.load, minlength=territories).astype(np.float64)
    minutes = it.made.roads.legs(it.bases, it.bases)
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
    measures, inside = it.made.measures, np.isin(it.label, members)
    total = it.problem.territories
    return {
        "id": f"{kind[0].upper()}{number + 1}", "name": it.plan.territories[seat].name, "territories": [it.plan.territories[m].id for m in members],
        "index": float(measures.index_share[inside].sum() * total), "accounts": int(measures.accounts[inside].sum()),
        "raw": float(measures.raw[inside].sum()), "units": int(inside.sum()),
    }  # fmt: skip


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
