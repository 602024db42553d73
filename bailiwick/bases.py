"""Bases for a design: a CSV of ZIPs or points, or the roster."""

import csv
from dataclasses import dataclass
from pathlib import Path

from bailiwick.geography.units import Units
from bailiwick.model.errors import BailiwickError, InputError
from bailiwick.sources.warehouse import Warehouse


@dataclass(frozen=True)
class Base:
    """Where one representative starts the day: unit index and the name on the roster."""

    unit: int
    rep: str


def read(source: str, units: Units, warehouse: Warehouse) -> tuple[Base, ...]:
    """Bases from a CSV (base_zip, or lat and lon; optional rep) or, for ``roster``, from the ingested roster.

    Raises InputError naming file, line and what is wrong with it; no two bases may share a unit.
    """
    rows = _from_roster(warehouse) if source == "roster" else _from_file(Path(source))
    found = [Base(_unit(row, units, where), (row.get("rep") or row.get("name") or "").strip()) for where, row in rows]
    seen: dict[int, str] = {}
    for base, (where, _) in zip(found, rows, strict=True):
        if base.unit in seen:
            raise InputError(
                f"{where} and {seen[base.unit]} have their base in the same ZIP area {units.zips[base.unit]}; "
                "move one of them to a neighbouring ZIP"
            )
        seen[base.unit] = where
    return tuple(found)


def _from_roster(warehouse: Warehouse) -> list[tuple[str, dict[str, str]]]:
    rows = warehouse.table("roster").order_by("rep_id").to_pyarrow().to_pylist()
    if not rows:
        raise InputError(
            "--bases roster was asked for, but no roster was ingested; run `bailiwick ingest roster FILE` first"
        )
    vacant = [r["rep_id"] for r in rows if not r["base_zip"]]
    if vacant:
        raise InputError(
            f"{vacant[0]} has no base ZIP in the roster ({len(vacant)} vacancies); give a base ZIP, or leave --bases out to have all bases chosen"
        )
    return [
        (f"{r['rep_id']} of the roster", {"base_zip": r["base_zip"], "rep": r["name"] or r["rep_id"]}) for r in rows
    ]


def _from_file(path: Path) -> list[tuple[str, dict[str, str]]]:
    if not path.is_file():
        raise InputError(f"there is no file {path} to read bases from; give a CSV with a column base_zip, or `roster`")
    with path.open(newline="", encoding="utf-8-sig") as file:
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
        return int(units.at_point(float(row.get("lat") or ""), float(row.get("lon") or "")))
    except ValueError as error:
        raise InputError(
            f"{where} has neither a base ZIP nor a point in degrees; give base_zip, or lat and lon"
        ) from error
    except BailiwickError as error:
        raise InputError(f"{where}: {error}") from error
