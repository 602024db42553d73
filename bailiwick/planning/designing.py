"""From a market and what a team asks to the engine's problem, and from its solution to a plan."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from bailiwick import __version__
from bailiwick.design.problem import Measure, Problem, Ties, Today
from bailiwick.design.problem.sharing import InParts, pairs_of, ties_of
from bailiwick.design.solve import Solution
from bailiwick.geography.sphere import EARTH_RADIUS_MILES, unit_vectors
from bailiwick.geography.units import Units
from bailiwick.market.market import READ, Market, table_of
from bailiwick.model.errors import InputError, UnknownNameError
from bailiwick.model.parts import Parts, gathered, parted
from bailiwick.model.plan import Certificate, FreeBases, Plan, Territory, WholeUnits
from bailiwick.planning import sharing
from bailiwick.plans.folder import InputChanges, changed_inputs
from bailiwick.sources.warehouse import Warehouse
from bailiwick.team.bases import Base
from bailiwick.team.constraints import Constraints

METHOD = "annealed bases and borders, priced transport bound"
NUMBER = re.compile(r"[Tt]?0*([1-9][0-9]*)")


@dataclass(frozen=True)
class Asked:
    """Territories of a design in order. names: what constraints may call them. units: base, -1 = to be chosen. reps, capacity: of each."""

    names: tuple[str, ...]
    units: tuple[int, ...]
    reps: tuple[str, ...]
    capacity: tuple[float, ...]

    def slot(self, name: str) -> int:
        """Territory by its name or number; raises UnknownNameError, InputError where several bear the name."""
        if self.names.count(name) > 1:
            numbers = ", ".join(f"T{i + 1:03d}" for i, other in enumerate(self.names) if other == name)
            raise InputError(f"{self.names.count(name)} territories of this design are called {name!r}; say which by its number: {numbers}")
        if name in self.names:
            return self.names.index(name)
        number = NUMBER.fullmatch(name)
        if number and int(number[1]) <= len(self.names):
            return int(number[1]) - 1
        raise UnknownNameError("territory of this design", name, self.names)


def asked(count: int, bases: Sequence[Base], today: Sequence[str] = ()) -> Asked:
    """Territories by given bases, else by the names in today's alignment, else by number."""
    numbers = [f"T{i + 1:03d}" for i in range(count)]
    if bases:
        names = [b.rep or n for b, n in zip(bases, numbers, strict=True)]
        return Asked(tuple(names), tuple(b.unit for b in bases), tuple(b.rep for b in bases), tuple(b.capacity for b in bases))
    names = list(today) if len(today) == count else numbers
    return Asked(tuple(names), (-1,) * count, ("",) * count, (1.0,) * count)


def today_of(made: Market, warehouse: Warehouse, layer: str) -> tuple[tuple[str, ...], npt.NDArray[np.int32]]:
    """Names of today's territories and the one of each unit, -1 = none; a ZIP's own row wins over those of its accounts.

    Raises InputError when that layer was not ingested.
    """
    names, found, _ = _alignment(made, warehouse, layer)
    return names, found


def _alignment(made: Market, warehouse: Warehouse, layer: str) -> tuple[tuple[str, ...], npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
    """As ``today_of``, and whether a row of that territory says that the unit is locked."""
    table = warehouse.table("alignment")
    rows = table.filter(table["layer"] == layer).order_by("unit").to_pyarrow().to_pylist()
    if not rows:
        raise InputError(f"there is no alignment of the layer {layer!r}; run `bailiwick ingest alignment FILE` first, or leave today out")
    names = tuple(sorted({r["territory"] for r in rows}))
    slot = {name: i for i, name in enumerate(names)}
    account_unit = dict(zip(made.scores.accounts.column("site_id").to_pylist(), made.unit_of.tolist(), strict=True))
    found, locked = np.full(len(made.units), -1, dtype=np.int32), np.zeros(len(made.units), dtype=np.bool_)
    for row in sorted(rows, key=lambda r: (r["unit"] not in account_unit, float(r["share"]))):
        unit = account_unit.get(row["unit"])
        unit = int(made.units.locate(row["unit"])) if unit is None else unit
        if unit >= 0:
            own = slot[row["territory"]]
            locked[unit] = bool(row["locked"]) or bool(locked[unit] and found[unit] == own)
            found[unit] = own
    return names, found, locked


def with_locked(made: Market, warehouse: Warehouse, rules: Constraints, wanted: Asked) -> Constraints:
    """The rules with a lock for every unit that today's alignment says is locked; as they are when they do not compare with it."""
    if not rules.today:
        return rules
    today = today_in(made, warehouse, rules, wanted)
    locked = _alignment(made, warehouse, rules.today)[2]
    assert today is not None
    locks = [(str(made.units.zips[u]), wanted.names[int(today[u])]) for u in np.flatnonzero(locked & (today >= 0)).tolist()]
    return replace(rules, locks=tuple(dict.fromkeys((*rules.locks, *locks))))


def today_in(made: Market, warehouse: Warehouse, rules: Constraints, wanted: Asked) -> npt.NDArray[np.int32] | None:
    """Today's territory of each unit by its number in ``wanted``; None when the rules do not compare with it.

    Raises InputError when today has more territories than were asked for.
    """
    if not rules.today:
        return None
    names, today = today_of(made, warehouse, rules.today)
    count = len(wanted.names)
    if len(names) > count:
        raise InputError(f"today's alignment has {len(names)} territories, {count} were asked for; ask for as many or leave today out")
    slots = [wanted.slot(n) if n in wanted.names else i for i, n in enumerate(names)]
    return np.where(today >= 0, np.array(slots, dtype=np.int32)[today], -1).astype(np.int32)


def problem_of(
    made: Market,
    wanted: Asked,
    constraints: Constraints,
    band: tuple[float, float],
    today: npt.NDArray[np.int32] | None = None,
    *,
    shares: sharing.Shares | None = None,
    bases: Sequence[int] | None = None,
) -> Problem:
    """The engine's problem. band: low and high index, relative to the mean or in full-time equivalents as ``constraints`` say.

    shares, bases: the shared units and the row each territory is based at (-1 = to be chosen) of a plan that exists; None = as asked.
    """
    units, count = made.units, len(wanted.names)
    load, drive = load_of(made, count, constraints.band_kind)
    shares = shares_of(made, wanted, constraints, band) if shares is None else shares
    parts = parted(len(units), shares)
    measures = made.measures.spread(parts)
    rows = tuple(sharing.based_at(made, parts, wanted.units) if bases is None else bases)
    indptr, indices = parts.neighbours(made.adjacency.indptr, made.adjacency.indices)
    place = units.locate
    points = EARTH_RADIUS_MILES * unit_vectors(units.lat, units.lon)
    return Problem(
        tuple(named_parts(units, parts)),
        parts.of(load),
        measures.trips,
        indptr,
        indices,
        count,
        band,
        InParts(made.roads, parts) if shares else made.roads,
        fixed_bases=rows if any(r >= 0 for r in rows) else (),
        points=points[parts.unit] if shares else points,
        capacity=() if len(set(wanted.capacity)) == 1 and constraints.band_kind == "relative" else wanted.capacity,
        absolute=constraints.band_kind == "absolute",
        drive_load=drive,
        contiguous=constraints.contiguous,
        barriers=pairs_of(parts, barriers_of(units, constraints)),
        max_minutes=constraints.max_minutes or np.inf,
        locks=tuple((int(place(z)), wanted.slot(t)) for z, t in constraints.locks),
        forbidden=parts.each([(int(place(z)), wanted.slot(t)) for z, t in constraints.forbidden]),
        groups=groups_of(made, constraints, most_of(wanted, constraints, band), load, shares)[0],
        measures=tuple(_measure(measures, count, *m) for m in constraints.measures),
        today=None if today is None else _today(measures.accounts, today[parts.unit], constraints),
        ties=ties_of(parts, _ties(units, constraints)),
        parts=parts if shares else None,
    )


def barriers_of(units: Units, constraints: Constraints) -> tuple[tuple[int, int], ...]:
    """Barriers as pairs of units."""
    return tuple((int(units.locate(a)), int(units.locate(b))) for a, b in constraints.barriers)


def named_parts(units: Units, parts: Parts) -> list[str]:
    """Ids by row: the ZIP, and of a shared one which part of it."""
    names: list[str] = [str(units.zips[u]) for u in parts.unit.tolist()]
    for rows in parts.rows_of.values():
        for number, row in enumerate(rows, start=1):
            names[row] += f" (part {number} of {len(rows)})"
    return names


def shares_of(made: Market, wanted: Asked, constraints: Constraints, band: tuple[float, float]) -> dict[int, tuple[float, ...]]:
    """Units that several territories may work, and in what shares; empty when nothing is shared."""
    if not (constraints.share or constraints.shares):
        return {}
    count = len(wanted.names)
    return sharing.shares_of(made, constraints, load_of(made, count, constraints.band_kind)[0], most_of(wanted, constraints, band), count)


def most_of(wanted: Asked, constraints: Constraints, band: tuple[float, float]) -> float:
    """What the largest territory may hold."""
    scale = len(wanted.names) / sum(wanted.capacity) if constraints.band_kind == "relative" else 1.0
    return float(band[1]) * max(wanted.capacity) * scale


def notes_of(made: Market, wanted: Asked, constraints: Constraints, band: tuple[float, float]) -> list[str]:
    """What a person should know before the search begins: groups let go, units shared."""
    load = load_of(made, len(wanted.names), constraints.band_kind)[0]
    shares = shares_of(made, wanted, constraints, band)
    said = [f"ZIP {made.units.zips[u]} has an index of {load[u]:.2f} and is divided into {len(s)} shares" for u, s in shares.items()]
    return [*groups_of(made, constraints, most_of(wanted, constraints, band), load, shares)[1], *said]


def load_of(made: Market, count: int, band_kind: str) -> tuple[npt.NDArray[np.float64], float]:
    """Load by unit and what an hour of line haul adds to it: index summing to ``count``, or full-time equivalents."""
    if band_kind == "relative":
        return made.measures.index_share * count, 0.0
    hours = made.measures.capacity.hours_a_year
    return made.measures.workload_hours / hours, 1.0 / hours / (1.0 - made.measures.capacity.administration_share)


def groups_of(
    made: Market, constraints: Constraints, most: float, load: npt.NDArray[np.float64], shared: Collection[int] = ()
) -> tuple[tuple[tuple[int, ...], ...], list[str]]:
    """Groups as units, and a note for each taken from the data that is too heavy to stay whole, or holds a shared unit (those are let go)."""
    groups = [tuple(sorted({int(made.units.locate(z)) for z in g})) for g in constraints.groups]
    notes = []
    for kind in constraints.keep_together:
        for name, members in _groups_in_data(made, kind).items():
            weight = float(load[list(members)].sum())
            if weight > most:
                notes.append(f"{kind} {name} has an index of {weight:.2f}, more than one territory may hold, and was not kept together")
            elif any(m in shared for m in members):
                notes.append(f"{kind} {name} holds a ZIP that territories share, and was not kept together")
            elif len(members) > 1:
                groups.append(members)
    return tuple(_merged(groups)), notes


def _groups_in_data(made: Market, kind: str) -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = {}
    if kind == "county":
        for unit, county in enumerate(made.units.county_fips):
            if county:  # some ZIP areas, as those of post offices, have none
                found.setdefault(str(county), set()).add(unit)
    else:
        ids = made.scores.accounts.column("site_id").to_pylist()
        for site, unit in zip(ids, made.unit_of.tolist(), strict=True):
            name = made.site_groups.get(kind, {}).get(site)
            if name and unit >= 0:
                found.setdefault(name, set()).add(unit)
    return {name: tuple(sorted(members)) for name, members in sorted(found.items())}


def _merged(groups: Sequence[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Groups that share a unit become one."""
    root: dict[int, int] = {}

    def find(u: int) -> int:
        while root[u] != u:
            root[u] = root[root[u]]
            u = root[u]
        return u

    for group in groups:
        for u in group:
            root.setdefault(u, u)
            root[find(u)] = find(group[0])
    found: dict[int, list[int]] = {}
    for u in sorted(root):
        found.setdefault(find(u), []).append(u)
    return [tuple(members) for members in found.values()]


def _measure(measures: Any, count: int, name: str, low: float, high: float) -> Measure:
    amount = np.asarray(getattr(measures, name), dtype=np.float64)
    total = float(amount.sum())
    if total <= 0:
        raise InputError(f"the measure {name} is 0 everywhere in this project, so it cannot have a band; leave it out or ingest its data")
    return Measure(name, amount * count / total, low, high)


def _today(accounts: npt.NDArray[np.float64], today: npt.NDArray[np.int32], constraints: Constraints) -> Today:
    placed = np.where(today >= 0, accounts, 0.0)
    return Today(today, placed, constraints.disruption_limit * float(placed.sum()), constraints.stay_bonus)


def _ties(units: Units, constraints: Constraints) -> Ties | None:
    if not constraints.ties:
        return None
    pairs = [(int(units.locate(a)), int(units.locate(b))) for a, b, _ in constraints.ties]
    apart = [i for i, (a, b) in enumerate(pairs) if a != b]
    return Ties(np.array([pairs[i] for i in apart], dtype=np.int64).reshape(-1, 2), np.array([constraints.ties[i][2] for i in apart]))


def name_territories(
    units: Units, base_units: Sequence[int] | npt.NDArray[np.int64], reps: Sequence[str] = (), capacity: Sequence[float] = ()
) -> tuple[Territory, ...]:
    """Territories named after the city of their base; a second one in a city is told apart by its ZIP, a second one in a ZIP by number."""
    cities = [f"{units.city[b]} {units.state[b]}".strip() for b in base_units]
    made = []
    for i, (base, city) in enumerate(zip(base_units, cities, strict=True)):
        zip_code = str(units.zips[base])
        name = city if cities.count(city) == 1 and city else f"{city} {zip_code}".strip()
        here = [int(b) for b in base_units]
        name += f" ({here[: i + 1].count(int(base))})" if here.count(int(base)) > 1 else ""
        size = float(capacity[i]) if i < len(capacity) else 1.0
        made.append(Territory(f"T{i + 1:03d}", name, zip_code, reps[i] if i < len(reps) else "", size))
    return tuple(made)


def plan_of(
    name: str,
    made: Market,
    problem: Problem,
    found: Solution,
    wanted: Asked,
    seed: int,
    rules: Constraints,
    limits: tuple[float, float],
    layer: str | None,
    free_bases: FreeBases | None = None,
    whole: WholeUnits | None = None,
) -> Plan:
    """The plan of a solution, with its certificate and all that replays it."""
    parts = problem.parts or parted(len(made.units), {})
    territories = name_territories(made.units, parts.unit[list(found.bases)], wanted.reps, wanted.capacity)
    proof = Certificate(found.objective, found.bound, found.bound_kind, tuple(map(float, found.duals)), free_bases, whole)
    certificate = proof if np.isfinite(found.bound) else None  # nothing serves every unit from these bases: there is nothing to prove
    vacancies = [i for i, u in enumerate(wanted.units) if u < 0]
    asked = {"constraints": rules.to_document(), "band": list(limits), "names": list(wanted.names), "vacancies": vacancies, "layer": layer}
    searched = {**provenance(made, METHOD, seed, found.iterations, found.effort), "turns": list(found.turns)}
    kept = {**searched, **asked, "inputs": made.inputs_with(tables_of(rules))}
    if parts.rows_of:  # in their order: they replay the proof
        kept["shares"] = {str(made.units.zips[u]): parts.share[list(rows)].tolist() for u, rows in parts.rows_of.items()}
    territory_of, shares = gathered(parts, found.territory_of)
    zips = tuple(made.units.zips.tolist())
    return Plan(name, zips, territory_of, territories, certificate, kept, {zips[u]: held for u, held in shares.items()})


def tables_of(rules: Constraints) -> tuple[str, ...]:
    """Tables that a plan reads beside those of the market."""
    return ("alignment",) if rules.today else ()


def changes_since(plan: Plan, made: Market) -> InputChanges:
    """What a plan reads that changed since it was made; tables it does not read are no matter, though an older plan may name them."""
    asked = plan.provenance.get("constraints")
    tables = ("alignment",) if isinstance(asked, Mapping) and asked.get("today") else ()
    then = plan.provenance.get("inputs")
    wanted = ({*READ} - {table_of(f) for f in made.other_files}) | {"", *tables}
    read = {f: h for f, h in then.items() if table_of(f) in wanted} if isinstance(then, Mapping) else {}
    return changed_inputs(replace(plan, provenance={**plan.provenance, "inputs": read}), made.inputs_with(tables))


def provenance(made: Market, method: str, seed: int, iterations: int, effort: int = 0) -> dict[str, Any]:
    """What a plan was made of and how."""
    definition = made.definition
    return {
        "bailiwick": __version__,
        "method": method,
        "seed": seed,
        "iterations": iterations,
        "effort": effort,
        "definition": definition.name,
        "definition_version": definition.version,
        "payer": definition.payer,
        "inputs": made.inputs,
    }
