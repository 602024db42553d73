"""The certificate of a plan in its folder: numbers in ``plan.toml``, the prices of units that prove its bounds in files beside it."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bailiwick.model.errors import InputError
from bailiwick.model.plan import Certificate, FreeBases, WholeUnits

PRICES_FILE = "prices.csv"  # what proves the bound over all choices of bases
WHOLE_FILE = "prices-of-bases.csv"  # what proves the bound of the plan's own bases for whole units
PRICES_HEADER = ["unit", "hours"]
WHOLE_HEADER = [*PRICES_HEADER, "goes_with"]  # a row tells the price of a unit, or which other it goes with; older plans have no such column
Prices = tuple[tuple[str, float], ...]


def document(found: Certificate) -> dict[str, Any]:
    """What ``plan.toml`` says of a certificate."""
    said: dict[str, Any] = {
        "objective": float(found.objective), "bound": float(found.bound), **_gap(found.gap),
        "bound_kind": found.bound_kind, "duals": [float(d) for d in found.duals],
    }  # fmt: skip
    if (whole := _with_prices(found)) is not None:
        said["whole_units"] = {"bound": float(whole.bound), "reach": list(whole.reach), "whole": list(whole.whole)}
    if found.free_bases is not None:
        free = found.free_bases
        said["free_bases"] = {"bound": float(free.bound), **_gap(found.free_gap), "subsidy": float(free.subsidy), "dear": float(free.dear)}
    return said


def files(found: Certificate | None) -> dict[str, str]:
    """The files of prices by name."""
    made = {}
    if found is not None and found.free_bases is not None:
        made[PRICES_FILE] = _text(PRICES_HEADER, [(unit, repr(hours)) for unit, hours in found.free_bases.prices])
    if found is not None and (whole := _with_prices(found)) is not None:
        rows = [*((unit, repr(hours), "") for unit, hours in whole.prices), *((unit, "", through) for unit, through in whole.entrances)]
        made[WHOLE_FILE] = _text(WHOLE_HEADER, rows)
    return made


def read(row: Mapping[str, Any] | None, folder: Path) -> Certificate | None:
    """The certificate that ``plan.toml`` tells of; raises InputError naming the file of prices that is missing or damaged."""
    if row is None:
        return None
    free, whole = row.get("free_bases"), row.get("whole_units")
    free_bases = whole_units = None
    if free:
        rows = _rows(folder / PRICES_FILE, [PRICES_HEADER], "run `bailiwick prove` again")
        free_bases = FreeBases(float(free["bound"]), float(free["subsidy"]), float(free.get("dear", free["subsidy"])), _prices(rows))
    if whole:
        rows = _rows(folder / WHOLE_FILE, [WHOLE_HEADER, PRICES_HEADER], "design the plan again")
        entrances = tuple((unit, through) for unit, _, through in rows if through)
        reach, heavy = tuple(map(float, whole["reach"])), tuple(map(float, whole["whole"]))
        whole_units = WholeUnits(float(whole["bound"]), _prices(rows), reach, heavy, entrances)
    duals = tuple(float(d) for d in row.get("duals", ()))
    return Certificate(float(row["objective"]), float(row["bound"]), str(row["bound_kind"]), duals, free_bases, whole_units)


def _with_prices(found: Certificate) -> WholeUnits | None:
    """The bound for whole units, where what proves it is at hand: a scenario of the workbench keeps the number alone."""
    return found.whole_units if found.whole_units is not None and found.whole_units.prices else None


def _gap(gap: float | None) -> dict[str, float]:
    """The gap, left out where none can be told: the format knows no null."""
    return {} if gap is None else {"gap": float(gap)}


def _text(header: list[str], rows: Sequence[tuple[str, ...]]) -> str:
    out = io.StringIO()
    written = csv.writer(out, lineterminator="\n")
    written.writerow(header)
    written.writerows(rows)
    return out.getvalue()


def _prices(rows: Sequence[tuple[str, float, str]]) -> Prices:
    return tuple((unit, hours) for unit, hours, through in rows if not through)


def _rows(path: Path, headers: list[list[str]], instead: str) -> list[tuple[str, float, str]]:
    """Units with their price, or with the unit they go with."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            header = next(rows, None)
            if header is None or header not in headers:
                raise InputError(f"{path}, row 1: the header must be {','.join(headers[0])}")
            alone = [""] * (len(WHOLE_HEADER) - len(header))
            return [(unit, 0.0 if through else float(hours), through) for unit, hours, through in (row + alone for row in rows)]
    except FileNotFoundError as error:
        raise InputError(f"{path} does not exist, but the plan names the bound it proves; restore it or {instead}") from error
    except (UnicodeDecodeError, csv.Error, ValueError) as error:
        raise InputError(f"{path} is not readable as prices ({error}); restore it or {instead}") from error
