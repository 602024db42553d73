"""Bases for a design: a CSV of ZIPs or points, or the roster."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from bailiwick.geography.units import Units
from bailiwick.model.errors import BailiwickError, InputError
from bailiwick.sources.company import LAYER
from bailiwick.sources.warehouse import Warehouse


@dataclass(frozen=True)
class Base:
    """Where one representative starts the day: unit index (-1 = a vacancy, to be chosen), the name on the roster, and how much of a full time."""

    unit: int
    rep: str
    capacity: float = 1.0


def read(source: str, units: Units, warehouse: Warehouse, *, together: bool = False, layer: str | None = None) -> tuple[Base, ...]:
    """Bases from a CSV (base_zip, or lat and lon; optional rep and capacity_fte) or, for ``roster``, from the ingested roster.

    A row without a base is a vacancy: the design chooses it.
    together: whether two bases may lie in one unit, because the design shares units between territories. layer: only its people on the
    roster; everyone where the roster names no layers.
    Raises InputError naming file, line and what is wrong with it.
    """
    rows = _from_roster(warehouse, layer) if source == "roster" else _from_file(Path(source))
    found = [Base(_unit(row, units, where), (row.get("rep") or row.get("name") or "").strip(), _capacity(row, where)) for where, row in rows]
    seen: dict[int, str] = {}
    for base, (where, _) in zip(found, rows, strict=True):
        if base.unit >= 0 and base.unit in seen and not together:
            raise InputError(
                f"{where} and {seen[base.unit]} have their base in the same ZIP area {units.zips[base.unit]}; "
                "move one of them to a neighbouring ZIP, or share that ZIP between them (shares in [constraints], or --share)"
            )
        seen[base.unit] = where
    return tuple(found)


def _from_roster(warehouse: Warehouse, layer: str | None) -> list[tuple[str, dict[str, str]]]:
    rows = warehouse.table("roster").order_by("rep_id").to_pyarrow().to_pylist()
    if not rows:
        raise InputError(
            "--bases roster was asked for, but no roster was ingested; run `bailiwick ingest roster FILE` first"
        )
    layers = sorted({r["layer"] for r in rows})
    if layer and layers != [LAYER]:
        rows = [r for r in rows if r["layer"] == layer]
        if not rows:
            raise InputError(f"nobody on the roster is in the layer {layer!r}; there are {', '.join(layers)}: correct the roster's column layer")
    return [
        (f"{r['rep_id']} of the roster", {"base_zip": r["base_zip"] or "", "rep": r["name"] or r["rep_id"], "capacity_fte": str(r["capacity_fte"])})
        for r in rows
    ]


def _from_file(path: Path) -> list[tuple[str, dict[str, str]]]:
    if not path.is_file():
        raise InputError(f"there is no file {path} to read bases from; give a CSV with a column base_zip, or `roster`")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not in UTF-8 ({error}); save it as CSV UTF-8") from error
    with io.StringIO(text, newline="") as file:
        reader = csv.DictReader(file)
        columns = [(c or "").strip().lower() for c in reader.fieldnames or ()]
        if not ({"base_zip", "zip"} & set(columns) or {"lat", "lon"} <= set(columns)):
            raise InputError(
                f"{path} has the columns {', '.join(columns) or 'none'}; bases need base_zip, or lat and lon"
            )
        rows = [
            (f"{path} line {reader.line_num}", dict(zip(columns, values.values(), strict=False))) for values in reader
        ]
    if not rows:
        raise InputError(f"{path} has no row below its header; give one base a line")
    return rows


def _unit(row: dict[str, str], units: Units, where: str) -> int:
    zip_code = (row.get("base_zip") or row.get("zip") or "").strip()
    try:
        if zip_code:
            return int(units.locate(zip_code))
        if not (row.get("lat") or row.get("lon")):
            return -1
        return int(units.at_point(float(row.get("lat") or ""), float(row.get("lon") or "")))
    except ValueError as error:
        raise InputError(
            f"{where} has neither a base ZIP nor a point in degrees; give base_zip, or lat and lon"
        ) from error
    except BailiwickError as error:
        raise InputError(f"{where}: {error}") from error


def _capacity(row: dict[str, str], where: str) -> float:
    given = (row.get("capacity_fte") or row.get("capacity") or "1").strip() or "1"
    try:
        found = float(given)
    except ValueError:
        found = -1.0
    if not 0 < found < 100:
        raise InputError(f"{where} has a capacity of {given!r}; give full-time equivalents above 0, e.g. 0.5 for half time")
    return found
