"""What can be asked of a plan that exists: proof, reasons, mending, splitting, merging, standing, districts."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from bailiwick import constraints, designing, layers, market, proving, sharing
from bailiwick.constraints import Constraints
from bailiwick.design import ensemble as neutral
from bailiwick.design import hierarchy, reasons
from bailiwick.design.fixed import Based, with_bases
from bailiwick.design.problem import Problem
from bailiwick.geography.borders import load_borders
from bailiwick.market import Market
from bailiwick.model.errors import InputError, UnknownNameError
from bailiwick.model.parts import MICRO, Parts, parted
from bailiwick.model.plan import Plan, WholeUnits
from bailiwick.review import verify
from bailiwick.review.verify_free import free_bases_bound
from bailiwick.review.verify_undivided import undivided_bound
from bailiwick.sources.warehouse import Warehouse

Document = dict[str, Any]
I32 = npt.NDArray[np.int32]
BASES, WHOLE, ANY_BASES = "bound of these bases", "bound of these bases, units whole", "bound over all choices of bases"  # as the checks are named


@dataclass(frozen=True)
class Rebuilt:
    """A stored plan with the problem it solves, on today's inputs. label: territory by row of the problem. bases: row by territory."""

    plan: Plan
    made: Market
    problem: Problem
    rules: Constraints
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
    return Rebuilt(plan, made, problem, rules, np.array(bases, dtype=np.int64), label)


def vacancies_of(plan: Plan) -> set[int]:
    """Territories whose base the design chose; all of them where the plan does not say."""
    found = plan.provenance.get("vacancies")
    return set(found) if isinstance(found, list) else set(range(len(plan.territories)))


def _whole_units(it: Rebuilt, case: verify.Case, proof: WholeUnits, objective: float) -> verify.Check:
    """The bound of the plan's bases for whole units, recomputed."""
    if not len(proof.reach) == len(proof.whole) == it.problem.territories:
        raise InputError(f"plan {it.plan.name!r} stores a proof for {len(proof.reach)} territories; restore plan.toml or design it again")
    price = proving.prices_by_row(it.problem, proof, it.plan.units)
    entrance = proving.entrances_by_row(proof, it.plan.units)
    again = undivided_bound(case, price, np.array(proof.reach), np.array(proof.whole), entrance)
    return verify.bound_check(WHOLE, proof.bound, again, objective)


def verified(it: Rebuilt) -> Document:
    """Every claim of the plan recomputed by a path that shares no code with the search; without a certificate its limits, and what is missing."""
    plan, problem = it.plan, it.problem
    proof = proving.certificate_of(plan) if plan.certificate is not None else None
    low, high = problem.bands
    today, measures = problem.today, it.made.measures
    at, graph = it.parts.unit, it.made.adjacency  # parts are placed on the map anew: nothing of the problem's own map is used
    whole = designing.load_of(it.made, problem.territories, it.rules.band_kind)[0]
    case = verify.Case(
        territory_of=it.label, bases=it.bases, minutes=it.made.roads.rows(at[it.bases])[0][:, at], load=problem.load, trips=problem.trips,
        low=low[:, 0], high=high[:, 0], indptr=graph.indptr, indices=graph.indices, contiguous=problem.contiguous,
        drive_load=problem.drive_load, allowed=_allowed(it), today=None if today is None else today.territory,
        bonus_hours=None if today is None else today.bonus * today.weight, moved_weight=None if today is None else today.weight,
        moved_limit=np.inf if today is None else today.limit, ties=None if problem.ties is None else problem.ties.pairs,
        tie_hours=None if problem.ties is None else problem.ties.hours,
        measures=[(m.name, m.amount, m.low, m.high) for m in problem.measures], max_minutes=problem.max_minutes, groups=problem.groups,
        barriers=designing.barriers_of(it.made.units, it.rules),
        sharing=verify.Sharing(at, it.parts.share, whole, measures.trips, sharing.recorded(plan)) if it.parts.rows_of or plan.shares else None,
    )  # fmt: skip
    if proof is None:
        return _unproven(plan, verify.checks(case, 0.0, 0.0, np.zeros(problem.territories)))
    found = verify.checks(case, proof.objective, proof.bound, np.array(proof.duals))
    if proof.whole_units is not None and proof.whole_units.prices:
        found.append(_whole_units(it, case, proof.whole_units, proof.objective))
    if proof.free_bases is not None:
        again = free_bases_bound(proving.case_of(problem, it.bases, proof.free_bases, plan.units))
        found.append(
            verify.bound_check(ANY_BASES, proof.free_bases.bound, again, proof.objective)
        )
    missing = [] if proof.free_bases is not None else [ANY_BASES]
    return {"plan": plan.name, "holds": all(c.holds for c in found), "checks": [asdict(c) for c in found], "missing": missing}


def _unproven(plan: Plan, found: Sequence[verify.Check]) -> Document:
    """The checks of a plan that carries no certificate: its objective is told, nothing is claimed of a bound."""
    rows = [replace(c, claimed="none stored", holds=True) if c.name == "objective" else c for c in found if c.name != BASES]
    return {"plan": plan.name, "holds": all(c.holds for c in rows), "checks": [asdict(c) for c in rows], "missing": ["objective", BASES, ANY_BASES]}


def _allowed(it: Rebuilt) -> npt.NDArray[np.bool_] | None:
    """Where a unit may lie: locks, bans, and given bases in their own territories."""
    problem, vacancies = it.problem, vacancies_of(it.plan)
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
