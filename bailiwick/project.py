"""The whole line on one page: what the command line (and later the server) can ask of a project.

Documents returned here are plain dictionaries: exactly what `--json` prints.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bailiwick.export import excel, ranked, report
from bailiwick.market import market, naming
from bailiwick.market.market import Market
from bailiwick.model.errors import InputError, UnknownNameError
from bailiwick.model.plan import Plan
from bailiwick.model.words import counted
from bailiwick.opportunity import bundled
from bailiwick.opportunity.definition import Definition
from bailiwick.opportunity.score import score
from bailiwick.planning import bridging, changing, designing, drawing, proving, reworking, sizing, verifying
from bailiwick.planning.drawing import Drawn, Search
from bailiwick.plans import claims, diff
from bailiwick.plans import folder as plan_folder
from bailiwick.plans.presentation import Presentation
from bailiwick.plans.scorecard_values import Scorecard
from bailiwick.review.baseline import BASELINES
from bailiwick.review.scorecard import scorecard
from bailiwick.settings import Settings
from bailiwick.sources.ingest import ingest as ingest_files
from bailiwick.sources.warehouse import Warehouse
from bailiwick.team import bases
from bailiwick.team.constraints import Constraints

Document = dict[str, Any]
Say = Callable[[str], None]
_PLAN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class Project:
    """One project folder: settings, tables, definitions, plans.

    say: where progress and warnings go. now: UTC time, ISO 8601 (lower layers read no clock).
    """

    def __init__(self, folder: Path, found: Settings, *, say: Say, now: str) -> None:
        self.folder, self.settings, self.say, self.now = folder, found, say, now
        self.warehouse = Warehouse(folder)
        self._markets: dict[str, Market] = {}

    # --- data and scores

    def ingest(
        self, source: str, files: Sequence[Path], *, vintage: str | None = None, mapping: Path | None = None
    ) -> Document:
        """Raw files into contract tables."""
        done = ingest_files(self.folder, source, files, vintage=vintage, mapping=mapping, loaded_at=self.now)
        self.warehouse, self._markets = Warehouse(self.folder), {}
        return {**asdict(done), "rejects_file": str(done.rejects_file) if done.rejects_file else None}

    def definition(self, name: str | None = None) -> Definition:
        """A definition by the name of a project file, a bundled name or a path; the project's own when None."""
        wanted = name or self.settings.definition
        own = self.folder / "definitions" / f"{wanted}.toml"
        return bundled.load(str(own) if own.is_file() else wanted)

    def market(self, definition: str | None = None, layer: str | None = None) -> Market:
        """Scores placed on the map and measured; made once per definition and layer."""
        found = self.definition(definition)
        key = f"{found.hash} {layer}"
        if key not in self._markets:
            self._markets[key] = market.build(self.settings, found, self.warehouse, self.say, layer)
        return self._markets[key]

    def layers(self) -> Document:
        """The market by layer; accounts and opportunity add up to the whole."""
        return reworking.by_layer(self.market(), self.settings.layers)

    def score_document(self, definition: str, *, out: Path | None = None, top: int | None = None) -> Document:
        """Ranked providers and accounts with reasons; ``top`` bounds the rows returned, never those written."""
        found = self.definition(definition)
        scores = score(found, self.warehouse)
        if out:
            ranked.write(out, scores)
        return ranked.document(scores, found, top=top, out=out)

    def size(self) -> Document:
        """How many representatives the whole workload needs, with line haul from the newest stored design."""
        made = self.market()
        newest_first = map(self.plan, sorted(self.plans(), key=self._written, reverse=True))
        newest = next((plan for plan in newest_first if plan.certificate and not plan.provenance.get("layer")), None)
        if newest is None:
            return ranked.sizing(
                made.measures,
                self.settings.capacity,
                0.0,
                "line haul is not counted: there is no designed plan yet to take it from",
            )
        haul = sum(t.haul_hours for t in self.scorecard(newest.name).territories)
        said = f"line haul is that of plan {newest.name!r} of {len(newest.territories)} territories, the newest"
        return ranked.sizing(made.measures, self.settings.capacity, haul, said)

    def _written(self, name: str) -> tuple[int, str]:
        return (self._plan_path(name) / plan_folder.PLAN_FILE).stat().st_mtime_ns, name

    def sweep(self, counts: Sequence[int], *, seconds: float, workers: int = 2, cluster: str | None = None) -> Document:
        """What each number of territories would bring, and which is recommended."""
        Search(seconds=seconds)  # refuses what is no time
        self.say(f"Designing for {len(counts)} numbers of territories, {workers} at a time")
        return sizing.sweep(
            self.folder, counts, seconds=seconds, seed=self.settings.design.seed, workers=workers, cluster=cluster, say=self.say
        )

    # --- plans

    def design(
        self,
        name: str,
        *,
        territories: int | None = None,
        bases_from: str | None = None,
        definition: str | None = None,
        constraints: Constraints | None = None,
        share: bool = False,
        layer: str | None = None,
        **search: Any,
    ) -> Document:
        """Design a plan, store it, and return its scorecard, with whether it is within its limits and which conflict.

        bases_from: a CSV or ``roster``; rows without a base are vacancies. constraints: instead of the project's.
        share: units heavier than the band are shared between territories.
        search: as of ``drawing.Search``; iterations and effort of an earlier plan replay it.
        """
        how = Search(**search)
        made = self.market(definition, layer)
        rules = constraints or self.settings.constraints
        rules = replace(rules, share=True) if share else rules
        self._plan_path(name)  # a bad name is said before the search, not after
        done = self.drawn(name, made, self.asked(made, rules, territories, bases_from, layer), rules, how, layer=layer)
        self.keep(done.plan)
        return {**self.evaluate(name), **done.to_document()}

    def drawn(
        self,
        name: str,
        made: Market,
        wanted: designing.Asked,
        rules: Constraints,
        search: Search,
        *,
        layer: str | None = None,
        today: npt.NDArray[np.int32] | None = None,
    ) -> Drawn:
        """A plan for a market, not stored; today: slot by unit instead of the ingested alignment."""
        passing = today is not None
        if not passing:
            rules = designing.with_locked(made, self.warehouse, rules, wanted)
            today = designing.today_in(made, self.warehouse, rules, wanted)
        self._keep(made.definition)
        return drawing.drawn(name, made, wanted, rules, today, search, self.settings.design, self.say, layer, passing=passing)

    def asked(
        self, made: Market, rules: Constraints, territories: int | None, bases_from: str | None, layer: str | None = None
    ) -> designing.Asked:
        """The territories in order: by given bases, today's names, or number."""
        together = rules.share or bool(rules.shares)
        fixed = bases.read(bases_from, made.units, self.warehouse, together=together, layer=layer) if bases_from else ()
        names = designing.today_of(made, self.warehouse, rules.today)[0] if rules.today else ()
        count = (len(fixed) or len(names) or self.settings.design.territories) if territories is None else territories
        if count < 1:
            raise InputError(f"{count} territories cannot be drawn; ask for 1 or more")
        if fixed and len(fixed) != count:
            raise InputError(
                f"{len(fixed)} bases were given for {count} territories; give one base each, or leave --territories out"
            )
        accounts = int(np.count_nonzero(made.measures.accounts))
        if count > accounts and not together:
            raise InputError(
                f"{counted(count, 'territory was', 'territories were')} asked for, "
                f"but only {counted(accounts, 'ZIP holds', 'ZIPs hold')} an account; ask for {accounts} or fewer"
            )
        return designing.asked(count, fixed, names)

    def baseline(self, by: str, name: str, *, territories: int | None = None) -> Document:
        """An equal-geography plan, stored; returns its scorecard."""
        made = self.market()
        count = self.settings.design.territories if territories is None else territories
        self.keep(drawing.equal_geography(by, name, made, count))
        return self.evaluate(name)

    def plan(self, name: str) -> Plan:
        """A stored plan; raises UnknownNameError naming those that exist."""
        path = self._plan_path(name)
        if not plan_folder.is_plan(path):
            raise UnknownNameError(f"plan of {self.folder}", name, self.plans())
        found = plan_folder.read(path)
        return found if found.name == name else replace(found, name=name)  # a folder that was copied or renamed

    def scorecard(self, name: str) -> Scorecard:
        """A plan measured afresh on today's inputs; says what changed since it was made."""
        plan, made = self._with_market(name)
        notes = list(made.notes)
        if said := self._outdated(plan, made, "measured on today's, and its bound is left out: design again for a proven one"):
            notes.append(said)
            plan = replace(plan, certificate=None)
        base_units = [made.units.index_of(t.base_zip) for t in plan.territories]
        adjacency = made.adjacency
        return scorecard(plan, made.measures, adjacency.indptr, adjacency.indices, made.roads, base_units, notes=notes)

    def _outdated(self, plan: Plan, made: Market, so: str) -> str:
        """Says when the inputs of a plan have changed since; "" when they have not. so: what becomes of the plan then."""
        changes = designing.changes_since(plan, made)
        if not changes:
            return ""
        said = f"the inputs of plan {plan.name!r} are not those it was designed on ({changes.sentence()}); it is {so}"
        self.say(f"Warning: {said}")
        return said

    def evaluate(self, name: str) -> Document:
        """The scorecard of a plan."""
        return self.scorecard(name).to_document()

    def compare(self, names: Sequence[str]) -> Document:
        """Scorecards side by side, and what moves from the first plan to each other."""
        first, made = self._with_market(names[0])
        rows = []
        for name in names:
            moved = diff.difference(first, self.plan(name), made.measures.accounts, made.measures.raw).to_document()
            rows.append({**self.evaluate(name), "moved": moved})
        return {"plans": rows}

    def assignments(self, name: str) -> list[tuple[str, ...]]:
        """(unit, territory id), sorted by unit; with the share as a third where any unit of the plan is shared."""
        return plan_folder.assigned(self.plan(name))

    # --- what is asked of a plan that exists

    def rebuilt(self, name: str) -> reworking.Rebuilt:
        """A stored plan with the problem it solves."""
        plan, made = self._with_market(name)
        return reworking.rebuilt(plan, made, self.warehouse, self.folder)

    def verify(self, name: str) -> Document:
        """Every claim of a plan's certificate, recomputed by a path of its own."""
        it, told = self.rebuilt(name), claims.read(self._plan_path(name))
        self._outdated(it.plan, it.made, "verified on today's, which its bounds may not be proven for")
        if told.name != name:
            self.say(f"Note: the folder {name!r} holds a plan that calls itself {told.name!r}; it is verified as {name!r}")
        return verifying.verified(it, told)

    def prove(self, name: str, seconds: float) -> Document:
        """The bound over all choices of bases raised for ``seconds`` more and stored with the plan."""
        Search(seconds=seconds)  # refuses what is no time
        it = self.rebuilt(name)
        self.keep(proving.raised(it.plan, it.problem, it.label, it.bases, seconds, self.say))
        return self.evaluate(name)

    def why(self, name: str, place: str) -> Document:
        """Why a ZIP or an account is in its territory."""
        it = self.rebuilt(name)
        return {"plan": name, "asked": place, **reworking.why(it, naming.unit_of(it.made, place))}

    def mend(self, name: str, new: str) -> Document:
        """Fewest accounts moved until every territory is in band, stored as plan ``new``."""
        it = self.rebuilt(name)
        done = changing.mended(it)
        if not done.in_band:
            self.say(f"Warning: {name!r} could not be mended within its limits by moves alone; design it again")
        return {**self._certified(it, changing.changed(it, new, done.territory_of)), "moved": {"units": len(done.moved), "share": done.share}}

    def split(self, name: str, territory: str, new: str) -> Document:
        """One territory made two, stored as plan ``new``."""
        it = self.rebuilt(name)
        return self._divided(it, new, changing.split(it, it.slot(territory)))

    def merge(self, name: str, first: str, second: str, new: str) -> Document:
        """Two neighbouring territories made one, stored as plan ``new``."""
        it = self.rebuilt(name)
        return self._divided(it, new, changing.merged(it, it.slot(first), it.slot(second)))

    def _divided(self, it: reworking.Rebuilt, new: str, done: changing.Divided) -> Document:
        """A plan with other territories stored, what had to go of its rules told; its scorecard."""
        plan, let_go = changing.divided(it, new, done)
        for said in let_go:
            self.say(f"Warning: {said}")
        return {**self._certified(it, plan), "let_go": list(let_go)}

    def move(self, name: str, places: Sequence[str], territory: str, new: str) -> Document:
        """ZIPs moved to a territory and the borders around them settled anew, everything else as it is; stored as plan ``new``."""
        self._plan_path(new)
        it = self.rebuilt(name)
        done = changing.moved(it, places, it.slot(territory))
        if not done.in_band:
            self.say(f"Warning: with that move {name!r} is not within its limits, and its neighbours alone cannot mend it; try `bailiwick mend`")
        return {**self._certified(it, changing.changed(it, new, done.territory_of)), **changing.told(done)}

    def _certified(self, it: reworking.Rebuilt, plan: Plan) -> Document:
        """A changed plan stored with the bound that holds for it; its scorecard."""
        self.keep(changing.certified(plan, lambda p: reworking.rebuilt(p, it.made, self.warehouse, self.folder)))
        return self.evaluate(plan.name)

    def ensemble(self, name: str, plans: int, seed: int) -> Document:
        """Where a plan stands among neutral ones."""
        return reworking.standing(self.rebuilt(name), plans, seed, self.say)

    def districts(self, name: str, count: int, regions: int | None = None) -> Document:
        """Territories rolled up into districts and regions."""
        return reworking.districts(self.rebuilt(name), count, regions)

    # --- what people look at

    def presentation(self, name: str) -> Presentation:
        """Everything a report or workbook shows of one plan, beside the stored baselines."""
        plan, made = self._with_market(name)
        stored = [f"equal-{by}" for by in BASELINES if f"equal-{by}" != name]
        beside = [b for b in stored if plan_folder.is_plan(self._plan_path(b)) and len(self.plan(b).territories) == len(plan.territories)]
        return Presentation(
            plan=plan,
            scorecard=self.scorecard(name),
            baselines=tuple((self.plan(b), self.scorecard(b)) for b in beside),
            units=made.units,
            adjacency=made.adjacency,
            measures=made.measures,
            accounts=made.scores.accounts,
            unit_of=made.unit_of,
            providers=made.scores.providers,
            definition=made.definition,
            call_plan=self.settings.call_plan,
            capacity=self.settings.capacity,
            preset=self.settings.index,
            project=self.settings.name,
            inputs=made.inputs,
            made_at=self.now,
            notes=made.notes,
        )

    def report(self, name: str, out: Path) -> None:
        """One self-contained page."""
        report.write_report(out, self.presentation(name))

    def excel(self, name: str, out: Path) -> None:
        """The workbook."""
        excel.write_workbook(out, self.presentation(name))

    # --- how a plan is made

    def _with_market(self, name: str) -> tuple[Plan, Market]:
        plan = self.plan(name)
        layer = plan.provenance.get("layer")
        made = self.market(str(plan.provenance.get("definition", self.settings.definition)), str(layer) if layer else None)
        if plan.units != tuple(made.units.zips.tolist()):
            raise InputError(
                f"plan {name!r} does not assign the {len(made.units):,} ZIP areas of this version one by one; design it again"
            )
        return plan, bridging.as_recorded(made, plan.provenance)

    def plans(self) -> list[str]:
        """Names of the stored plans."""
        return sorted(p.name for p in (self.folder / "plans").glob("[!.]*") if plan_folder.is_plan(p))

    def _keep(self, definition: Definition) -> None:
        """A definition read from elsewhere is copied into the project, so that its plans can be measured again."""
        if definition.name in bundled.names():
            return
        own = self.folder / "definitions" / f"{definition.name}.toml"
        if own.is_file() and bundled.load(own).hash != definition.hash:
            raise InputError(f"{own} holds another definition named {definition.name!r}; give this one a new name or version file")
        own.parent.mkdir(exist_ok=True)
        own.write_text(definition.to_toml(), encoding="utf-8")

    def keep(self, plan: Plan) -> None:
        """Store a plan under its name."""
        plan_folder.write(plan, self._plan_path(plan.name))

    def _plan_path(self, name: str) -> Path:
        if not _PLAN_NAME.fullmatch(name):
            raise InputError(
                f"{name!r} cannot name a plan; use letters, digits, dots, dashes and underscores, beginning with a letter or digit"
            )
        return self.folder / "plans" / name
