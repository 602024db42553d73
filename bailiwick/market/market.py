"""The market of one definition: scores placed on the map and measured, ready to be divided."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from bailiwick.geography.adjacency import Adjacency, load_adjacency, with_bridges
from bailiwick.geography.roads import Roads, load_roads
from bailiwick.geography.units import Units, load_units
from bailiwick.model.errors import BailiwickError, InputError
from bailiwick.model.tables import payer_name
from bailiwick.opportunity.definition import Definition
from bailiwick.opportunity.score import Scores, score
from bailiwick.settings import Settings
from bailiwick.sources.warehouse import Warehouse
from bailiwick.team import layers
from bailiwick.workload import Measures, history_by_unit, measure

READ = ("affiliation", "provider", "sale", "site", "volume")  # tables a market is measured from; sales where the index weighs them


@dataclass(frozen=True)
class Market:
    """Scores and measures of one definition over all units; ``unit_of`` is the unit of each account, -1 unplaced.

    site_groups: practice group and health system by site_id, where known. inputs: sha256 of what it was measured from; other_files: of the
    parts of tables that it does not read. bridges: pairs of units that a team declares to be neighbours.
    """

    definition: Definition
    scores: Scores
    units: Units
    measures: Measures
    unit_of: npt.NDArray[np.int64]
    inputs: dict[str, str]
    notes: tuple[str, ...]
    site_groups: dict[str, dict[str, str]]
    other_files: dict[str, str] = field(default_factory=dict)
    bridges: tuple[tuple[int, int], ...] = ()

    def inputs_with(self, tables: Collection[str]) -> dict[str, str]:
        """The inputs, and those of further tables that a plan reads."""
        return {**self.inputs, **{f: h for f, h in self.other_files.items() if table_of(f) in tables}}

    @cached_property
    def adjacency(self) -> Adjacency:
        return with_bridges(load_adjacency(), self.bridges) if self.bridges else load_adjacency()

    @cached_property
    def roads(self) -> Roads:
        return load_roads()


def build(
    settings: Settings, definition: Definition, warehouse: Warehouse, say: Callable[[str], None], layer: str | None = None
) -> Market:
    """Score, place on units, measure. layer: only the accounts of that team, None = all.

    Raises InputError when the definition finds no volume, or the layer no account.
    """
    scores = score(definition, warehouse)
    if scores.accounts.num_rows == 0:
        raise InputError(
            f"definition {definition.name!r} finds no volume of {payer_name(definition.payer)} in this project; "
            "ingest volumes that hold its codes, or change its codes or its payer"
        )
    units = load_units()
    unit_of = place(scores.accounts, units)
    sales = warehouse.table("sale").to_pyarrow()
    if layer is not None:
        scores, unit_of = _of_layer(settings, layer, scores, unit_of, units)
        sales = sales.filter(pc.is_valid(sales.column("account")))  # sales by ZIP alone belong to no one team
    ids = scores.accounts.column("site_id").to_pylist()
    history, lost = history_by_unit(
        sales, dict(zip(ids, unit_of.tolist(), strict=True)), units.locate, len(units)
    )
    measures = measure(
        scores.accounts,
        unit_of,
        units.area_sq_miles,
        settings.call_plan,
        settings.capacity,
        settings.index,
        history=history,
    )
    notes = (*scores.notes, *lost)
    say(
        f"Scored {scores.accounts.num_rows:,} accounts and {scores.providers.num_rows:,} providers for {definition.title}"
    )
    found, other = inputs(settings, definition, warehouse, layer)
    return Market(definition, scores, units, measures, unit_of, found, notes, _site_groups(warehouse), other)


def _of_layer(
    settings: Settings, layer: str, scores: Scores, unit_of: npt.NDArray[np.int64], units: Units
) -> tuple[Scores, npt.NDArray[np.int64]]:
    """Scores and places of one team's accounts; what it leaves to the others is said."""
    wanted = layers.place_of(settings.layers, layer)
    mine = layers.members(settings.layers, scores.accounts, states_of(unit_of, units)) == wanted
    if not mine.any():
        raise InputError(f"the layer {layer!r} takes no account of this market; widen its tiers, states or kinds")
    note = f"layer {layer}: {int(mine.sum()):,} of {len(mine):,} accounts; the others belong to other layers"
    return replace(scores, accounts=scores.accounts.filter(pa.array(mine)), notes=(*scores.notes, note)), unit_of[mine]


def states_of(unit_of: npt.NDArray[np.int64], units: Units) -> list[str]:
    """State of each account, empty where it is not placed."""
    return [str(units.state[u]) if u >= 0 else "" for u in unit_of.tolist()]


def _site_groups(warehouse: Warehouse) -> dict[str, dict[str, str]]:
    table = warehouse.table("site")
    rows = table.select("site_id", "group_id", "system_id").to_pyarrow().to_pylist()
    return {kind: {r["site_id"]: r[kind] for r in rows if r[kind]} for kind in ("group_id", "system_id")}


def place(accounts: Any, units: Units) -> npt.NDArray[np.int64]:
    """Unit of each account by its ZIP, else by its point; -1 where neither leads to one."""
    columns = (accounts.column(c).to_pylist() for c in ("zip", "lat", "lon"))
    return np.array([_unit(zip_code, lat, lon, units) for zip_code, lat, lon in zip(*columns, strict=True)], dtype=np.int64)


def _unit(zip_code: str | None, lat: float | None, lon: float | None, units: Units) -> int:
    try:
        return int(units.locate(zip_code or ""))
    except BailiwickError:
        if lat is None or lon is None:
            return -1  # the workload counts and names what is unplaced
    try:
        return int(units.at_point(lat, lon))
    except BailiwickError:
        return -1


def inputs(
    settings: Settings, definition: Definition, warehouse: Warehouse, layer: str | None = None
) -> tuple[dict[str, str], dict[str, str]]:
    """What a market depends on: name → sha256 of each part of a table it reads, the definition, the settings that measure; and the other parts."""
    measured = repr((settings.call_plan, settings.capacity, settings.index.weights, settings.index.band))
    if layer is not None:
        measured += repr((layer, settings.layers))
    read = READ if settings.index.weights.get("history", 0.0) > 0 else tuple(t for t in READ if t != "sale")
    files = warehouse.hashes()
    mine = {f: h for f, h in files.items() if table_of(f) in read}
    other = {f: h for f, h in files.items() if f not in mine}
    return {**mine, "definition": definition.hash, "settings": sha256(measured.encode()).hexdigest()}, other


def table_of(file: str) -> str:
    """The table of a part by its path in the project, ``tables/<table>/<part>``; empty for what is no part."""
    folder, _, rest = file.partition("/")
    return rest.partition("/")[0] if folder == "tables" else ""
