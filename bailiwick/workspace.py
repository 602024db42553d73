"""Scenarios of a project: what the workbench asks, as documents and arrays.

Every scenario is measured on the market of the definition and index weights it was made with: one frozen version, whose hash
it carries.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from threading import Lock, RLock
from typing import Any

import numpy as np
import numpy.typing as npt

from bailiwick.design import divide
from bailiwick.design.borders.fixed import Based
from bailiwick.design.clock import Progress
from bailiwick.design.explaining import reasons
from bailiwick.design.mending import mend
from bailiwick.market.market import Market
from bailiwick.model.errors import InputError
from bailiwick.model.plan import Plan
from bailiwick.model.words import counted
from bailiwick.planning import frames, reworking
from bailiwick.planning.bridging import as_recorded
from bailiwick.planning.continuing import Continued, continued, held
from bailiwick.planning.drawing import Search
from bailiwick.plans import diff
from bailiwick.plans.store import Change, Scenario, Store, hash_of
from bailiwick.project import Document, Project
from bailiwick.review.scorecard import scorecard
from bailiwick.team.constraints import Constraints
from bailiwick.workload import IndexPreset

KEPT = 2  # problems with their roads kept ready
SHOWN = 400  # moved ZIPs listed in a comparison


class Workspace:
    """A project with its store of scenarios. clock: UTC time, ISO 8601."""

    def __init__(self, project: Project, clock: Callable[[], str]) -> None:
        self.project, self.clock = project, clock
        self.store = Store(project.folder)
        self.tables = RLock()  # one DuckDB connection serves one thread at a time
        self._lock = Lock()
        self._markets: dict[str, Market] = {}
        self._based: OrderedDict[tuple[str, int], tuple[reworking.Rebuilt, Based]] = OrderedDict()

    # --- the market

    def market(self, scenario: Scenario | None = None) -> Market:
        """The market of a scenario, else of the project."""
        origin = scenario.origin if scenario else {}
        return as_recorded(self.market_of(origin.get("definition"), origin.get("weights")), origin.get("provenance", {}))

    def market_of(self, definition: str | None, weights: Mapping[str, float] | None = None) -> Market:
        """The market under a definition (None = the project's) and index weights (None = the preset's)."""
        found = self.project.definition(definition)
        key = f"{found.hash} {sorted((weights or {}).items())}"
        with self.tables:
            if key not in self._markets:
                self._markets[key] = self._weighing(weights).market(definition)
            return self._markets[key]

    def refresh(self) -> None:
        """Forget markets after data or definitions changed."""
        with self.tables, self._lock:
            self._markets.clear()
            self._based.clear()

    def _weighing(self, weights: Mapping[str, float] | None) -> Project:
        """The project with other index weights."""
        if not weights:
            return self.project
        settings = self.project.settings
        index = IndexPreset("own", dict(weights), settings.index.band)
        return Project(self.project.folder, replace(settings, index=index), say=self.project.say, now=self.clock())

    # --- scenarios

    def scenarios(self) -> list[Document]:
        """Every scenario, newest change first."""
        return [{k: v for k, v in row.items() if k not in ("units", "made_from")} | {"from": row["made_from"]} for row in self.store.all()]

    def create(self, name: str, source: str, note: str = "", territories: int | None = None) -> Document:
        """A scenario from ``scenario:ID``, ``plan:NAME`` or ``baseline:zips|accounts|area``."""
        kind, _, what = source.partition(":")
        if kind == "scenario":
            found = self.store.get(what)
            return self._made(name, found.labels, found.frame, note, source, found.origin)
        if kind == "baseline":
            stored = f"equal-{what}"
            with self.tables:
                self.project.baseline(what, stored, territories=territories)
            return self.adopt(name, self.project.plan(stored), source, note)
        if kind == "plan":
            return self.adopt(name, self.project.plan(what), source, note)
        raise InputError(f"a scenario is made from scenario:ID, plan:NAME or baseline:zips|accounts|area, not from {source!r}")

    def adopt(self, name: str, plan: Plan, source: str, note: str = "", weights: Mapping[str, float] | None = None) -> Document:
        """A scenario of a plan."""
        band = plan.provenance.get("band")
        if plan.shares:  # a scenario moves whole ZIPs
            self.project.say(f"Note: the scenario puts each shared ZIP of plan {plan.name!r} ({len(plan.shares)}) with its largest share")
            plan = replace(plan, shares={}, certificate=None, provenance={k: v for k, v in plan.provenance.items() if k != "shares"})
        origin = {
            "definition": str(plan.provenance.get("definition", self.project.settings.definition)), "weights": dict(weights) if weights else None,
            "band": list(band) if isinstance(band, list | tuple) else None, "provenance": dict(plan.provenance),
            "certificate": frames.certificate_document(plan.certificate),
        }  # fmt: skip
        return self._made(name, plan.territory_of.astype(np.int16), frames.frame_of(plan), note, source, origin)

    def _made(self, name: str, labels: Any, frame: Any, note: str, source: str, origin: Mapping[str, Any]) -> Document:
        made = self.market_of(origin.get("definition"), origin.get("weights"))
        kept = self.store.create(
            name, labels, frame, note=note, made_from=source, origin=origin, market=market_hash(made), unit_ids=made.units.zips.tolist(),
            at=self.clock(),
        )  # fmt: skip
        return self.describe(kept.id)

    def describe(self, scenario_id: str) -> Document:
        """One scenario without its labels."""
        found = self.store.get(scenario_id)
        made = self.market(found)
        done, undone = self.store.stacks(scenario_id)
        origin = found.origin
        band = origin["band"] or list(made.measures.band)
        proof = frames.certificate_of(origin["certificate"]) if found.version == 0 else None
        proof = None if proof is None or proof.gap is None else proof
        return {
            "id": found.id, "name": found.name, "note": found.note, "created": found.created, "updated": found.updated,
            "version": found.version, "from": found.made_from, "definition": origin["definition"], "weights": origin["weights"],
            "band": band, "market": found.market, "stale": found.market != market_hash(made), "can_undo": len(done), "can_redo": len(undone),
            "bound": proof.proven if proof else None, "objective": proof.objective if proof else None,
            "territories": found.frame["territories"], "locked_units": found.frame["locked_units"],
        }  # fmt: skip

    def change(
        self, scenario_id: str, version: int, label: str, who: str, *, units: Sequence[int] = (), to: Sequence[int] = (),
        territories: Sequence[Mapping[str, Any]] = (), lock: Sequence[int] = (), unlock: Sequence[int] = (),
    ) -> Document:  # fmt: skip
        """One edit: units to slots, territories renamed or added, units locked. Raises ConflictError when another was first."""
        found = self.store.get(scenario_id)
        made = self.market(found)
        moved, target = np.array(units, dtype=np.int64), np.array(to, dtype=np.int64)
        frame = frames.edited(found.frame, territories, made.units) if territories else found.frame
        frame = frames.locked_units(frame, lock, unlock, len(found.labels)) if lock or unlock else frame
        if version == found.version:  # otherwise the conflict is what there is to say
            frames.check_moves(frame, found.labels, moved, target, made.units.zips.tolist())
            _check_gone(frame, found.labels, moved, target)
        self.store.edit(scenario_id, version, label, at=self.clock(), who=who, units=moved, to=target, frame=frame)
        return self.describe(scenario_id)

    def undo(self, scenario_id: str, version: int, who: str) -> Document:
        """Take back the last edit."""
        self.store.undo(scenario_id, version, at=self.clock(), who=who)
        return self.describe(scenario_id)

    def redo(self, scenario_id: str, version: int, who: str) -> Document:
        """Make the last edit taken back again."""
        self.store.redo(scenario_id, version, at=self.clock(), who=who)
        return self.describe(scenario_id)

    def history(self, scenario_id: str) -> list[Document]:
        """Every change, newest first."""
        def row(c: Change) -> Document:
            return {"number": c.number, "kind": c.kind, "target": c.target, "label": c.label, "at": c.at, "units": len(c.moves)}
        return [row(c) for c in reversed(self.store.history(scenario_id))]

    # --- measured

    def plan(self, scenario_id: str, name: str | None = None) -> Plan:
        """The scenario as a plan; its certificate holds only while nothing was changed."""
        found = self.store.get(scenario_id)
        made = self.market(found)
        units = made.units.zips.tolist()
        if hash_of(units) != found.units:
            raise InputError(f"scenario {found.name!r} was made on other ZIP areas than this version's; design it again")
        certificate = frames.certificate_of(found.origin["certificate"]) if found.version == 0 else None
        provenance = dict(found.origin["provenance"])
        if certificate is None:
            provenance = {k: v for k, v in provenance.items() if k not in ("iterations", "effort", "turns", "gap", "stopped")} | {"method": "changed"}
        return frames.plan_of(name or found.name, units, found.labels, found.frame, provenance, certificate)

    def scorecard(self, scenario_id: str) -> Document:
        """What `bailiwick evaluate` says of the scenario."""
        plan, made = self.plan(scenario_id), self.market(self.store.get(scenario_id))
        bases = [made.units.index_of(t.base_zip) for t in plan.territories]
        return scorecard(plan, made.measures, made.adjacency.indptr, made.adjacency.indices, made.roads, bases, notes=made.notes).to_document()

    def minutes(self, scenario_id: str) -> npt.NDArray[np.float32]:
        """Minutes by road from each unit's base ``[n_units]``."""
        found = self.store.get(scenario_id)
        units = self.market(found).units
        bases = np.array([units.index_of(t["base_zip"]) for t in found.frame["territories"]], dtype=np.int64)
        distinct, row = np.unique(bases, return_inverse=True)
        rows = self.market(found).roads.rows(distinct)[0]
        return np.ascontiguousarray(rows[row[found.labels], np.arange(len(found.labels))])

    def publish(self, scenario_id: str, name: str) -> Document:
        """Store the scenario as a plan of the project, for the command line; returns its scorecard."""
        if self.store.get(scenario_id).origin["weights"]:
            self.project.say(f"Note: plan {name!r} was drawn on other index weights than the project's; it is measured on the project's")
        with self.tables:
            self.project.keep(self.plan(scenario_id, name))
            return self.project.evaluate(name)

    def compare(self, first: str, second: str) -> Document:
        """Scorecards of two scenarios and what moves from one to the other, with what each move changes."""
        a, b = self.plan(first), self.plan(second)
        one, two = self.store.get(first), self.store.get(second)
        made = self.market(one)
        found = diff.difference(a, b, made.measures.accounts, made.measures.raw)
        partner = dict(found.relabelling)
        before, after = self.minutes(first), self.minutes(second)
        measures = made.measures
        order = np.flatnonzero(found.moved)
        order = order[np.lexsort((order, -measures.raw[order]))]
        rows = [_moved(u, a, b, measures, before, after) for u in order[:SHOWN].tolist()]
        card_a, card_b = self.scorecard(first), self.scorecard(second)
        return {
            "first": {"id": one.id, "name": one.name, "summary": card_a["summary"], "territories": card_a["territories"]},
            "second": {"id": two.id, "name": two.name, "summary": card_b["summary"], "territories": card_b["territories"]},
            "same_market": one.market == two.market, "disruption": found.to_document(), "pairs": partner, "moved": rows,
            "moved_units": order.tolist(),
        }  # fmt: skip

    # --- reworked

    def why(self, scenario_id: str, unit: int) -> Document:
        """Why a unit is in its territory, and its cheapest alternatives."""
        it, based = self._ready(scenario_id)
        if not 0 <= unit < it.problem.size:
            raise InputError(f"unit {unit} does not exist; units are numbered 0 to {it.problem.size - 1}")
        found = reasons.reason(based, it.label, unit)
        slots = frames.live(self.store.get(scenario_id).frame)
        names = [f"{t.id} {t.name}" for t in it.plan.territories]
        return {
            **asdict(found), "unit": it.plan.units[unit], "slot": slots[found.territory], "name": names[found.territory],
            "alternatives": [{**asdict(a), "slot": slots[a.territory], "name": names[a.territory]} for a in found.alternatives],
        }  # fmt: skip

    def mend(self, scenario_id: str, version: int, who: str) -> Document:
        """Fewest accounts moved until every territory is in band, as one edit."""
        it, based = self._ready(scenario_id)
        found = self.store.get(scenario_id)
        weight = it.made.measures.accounts.astype(np.float64)
        done = mend.mend(based, it.label, weight if weight.any() else it.problem.load)
        if not len(done.moved):
            well = "needs no mending: every territory is in band and in one piece"
            raise InputError(f"scenario {found.name!r} {well if done.in_band else 'is too far out to be mended by moves; design anew'}")
        units, to = done.moved.tolist(), np.array(frames.live(found.frame))[done.territory_of[done.moved]].tolist()
        document = self.change(scenario_id, version, "Mend", who, units=units, to=to)
        return {**document, "moved": len(units), "share": done.share, "in_band": done.in_band}

    def split(self, scenario_id: str, version: int, who: str, slot: int) -> Document:
        """One territory made two of equal index."""
        it, _ = self._ready(scenario_id)
        found = self.store.get(scenario_id)
        slots = frames.live(found.frame)
        if slot not in slots:
            raise InputError(f"slot {slot} is no territory of this scenario; choose one that exists")
        label, (first, second) = divide.split(it.problem, it.label, slots.index(slot), base=it.given(slots.index(slot)))
        units = np.flatnonzero(label == it.problem.territories)
        new = len(found.frame["territories"])
        old = found.frame["territories"][slot]
        zips, city = it.made.units.zips, it.made.units.city
        territories = [
            {"slot": slot, "base_zip": str(zips[first])},
            {"slot": new, "base_zip": str(zips[second]), "name": f"{city[second]} {it.made.units.state[second]} {zips[second]}"},
        ]  # fmt: skip
        return self.change(
            scenario_id, version, f"Split {old['id']}", who, units=units.tolist(), to=[new] * len(units), territories=territories
        )

    def merge(self, scenario_id: str, version: int, who: str, keep: int, drop: int) -> Document:
        """Two neighbouring territories made one; ``drop`` goes."""
        found = self.store.get(scenario_id)
        made = self.market(found)
        divide.merge(found.labels.astype(np.int32), keep, drop, made.adjacency.indptr, made.adjacency.indices)  # refuses what is no neighbour
        units = np.flatnonzero(found.labels == drop)
        rows = found.frame["territories"]
        label = f"Merge {rows[drop]['id']} into {rows[keep]['id']}"
        return self.change(
            scenario_id, version, label, who, units=units.tolist(), to=[keep] * len(units), territories=[{"slot": drop, "gone": True}]
        )

    def _ready(self, scenario_id: str) -> tuple[reworking.Rebuilt, Based]:
        found = self.store.get(scenario_id)
        key = (scenario_id, found.version)
        with self._lock:
            if key in self._based:
                return self._based[key]
        with self.tables:
            it = reworking.rebuilt(self.plan(scenario_id), self.market(found), self.project.warehouse, self.project.folder)
        locks = [(unit, int(it.label[unit])) for unit in held(found)]
        it = replace(it, problem=replace(it.problem, locks=tuple(dict.fromkeys((*it.problem.locks, *locks)))))
        made = (it, it.based())
        with self._lock:
            self._based[key] = made
            while len(self._based) > KEPT:
                self._based.popitem(last=False)
        return made

    # --- designed

    def design(
        self, name: str, wanted: Mapping[str, Any], on_progress: Callable[[Progress], None], stop: Callable[[], bool]
    ) -> Document:
        """A scenario drawn by the engine.

        wanted: territories, seconds, seed, band, weights, max_minutes, disruption_limit, from_scenario, keep_bases.
        Locked territories of the scenario it starts from keep their base and every unit.
        """
        weights = wanted.get("weights") or None
        start = self.store.get(wanted["from_scenario"]) if wanted.get("from_scenario") else None
        definition = start.origin["definition"] if start else wanted.get("definition")
        made = self.market_of(definition, weights)
        rules = replace(self.project.settings.constraints, max_minutes=wanted.get("max_minutes") or self.project.settings.constraints.max_minutes)
        begun = self._begun(start, made, rules, wanted)
        band = wanted.get("band")
        search = Search(
            seconds=wanted.get("seconds"), seed=wanted.get("seed"), band=tuple(band) if band else None, gap=wanted.get("gap"),
            on_progress=on_progress, stop=stop,
        )  # fmt: skip
        plan = self._weighing(weights).drawn(name, made, begun.asked, begun.rules, search, today=begun.today).plan
        if start and begun.today is not None:
            compared = f"scenario {start.name} ({start.id}, version {start.version}), of whose accounts {begun.rules.disruption_limit:.2%} might move"
            plan = replace(plan, provenance={**plan.provenance, "compared_with": compared})
        if begun.kept:
            named = (replace(t, name=k["name"], rep=k["rep"]) if k else t for t, k in zip(plan.territories, begun.kept, strict=True))
            plan = replace(plan, territories=tuple(named))
        document = self.adopt(name, plan, "design", weights=weights)
        shut = [{"slot": i, "locked": True} for i, k in enumerate(begun.kept) if k and k["locked"]]
        return self.change(document["id"], 0, "Locks kept", "design", territories=shut) if shut else document

    def _begun(self, start: Scenario | None, made: Market, rules: Constraints, wanted: Mapping[str, Any]) -> Continued:
        """What is asked of a design: with nothing to begin from by the project's rules, else by what it keeps of the scenario."""
        if start is not None:
            return continued(start, made, rules, wanted)
        with self.tables:
            return Continued(self.project.asked(made, rules, wanted.get("territories"), wanted.get("bases")), rules)


def market_hash(made: Market) -> str:
    """Short hash of everything the market was measured from, weights included."""
    from hashlib import sha256

    weights = sorted(made.measures.components.items())
    return sha256(repr((sorted(made.inputs.items()), weights)).encode()).hexdigest()[:16]


def _check_gone(frame: frames.Frame, labels: Any, units: Any, to: Any) -> None:
    after = labels.copy()
    after[units] = to
    for slot in np.unique(after).tolist():
        if (row := frame["territories"][slot])["gone"]:
            raise InputError(f"territory {row['id']} still holds {counted(int((after == slot).sum()), 'ZIP')}; empty it before it is removed")


def _moved(unit: int, a: Plan, b: Plan, measures: Any, before: Any, after: Any) -> Document:
    here, there = a.territories[a.territory_of[unit]], b.territories[b.territory_of[unit]]
    hours = 2.0 * float(measures.trips[unit]) / 60.0
    saved = hours * (float(before[unit]) - float(after[unit]))
    return {
        "unit": unit, "zip": a.units[unit], "from": f"{here.id} {here.name}", "to": f"{there.id} {there.name}",
        "accounts": int(measures.accounts[unit]), "raw": float(measures.raw[unit]), "minutes_before": float(before[unit]),
        "minutes_after": float(after[unit]), "drive_hours_saved": saved,
        "why": "shorter drive" if saved > 0.05 else "balance" if measures.index_share[unit] > 0 else "no work there: shape",
    }  # fmt: skip
