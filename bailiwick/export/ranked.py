"""Ranked providers and accounts as documents and files; the sizing of a team."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import xlsxwriter

from bailiwick.model.errors import InputError, WorkError
from bailiwick.opportunity.definition import Definition
from bailiwick.opportunity.score import Scores
from bailiwick.workload import Capacity, Measures

Document = dict[str, Any]
FORMATS = (".csv", ".parquet", ".xlsx")


def document(scores: Scores, definition: Definition, *, top: int | None = None, out: Path | None = None) -> Document:
    """Ranked accounts and providers with reasons; amounts as decimal text, so that nothing is rounded. ``top`` bounds the rows."""
    return {
        "definition": definition.name, "title": definition.title or definition.name, "version": definition.version, "hash": definition.hash,
        "payer": definition.payer, "total": str(scores.total), "accounts_total": scores.accounts.num_rows,
        "providers_total": scores.providers.num_rows, "accounts": _rows(scores.accounts, top), "providers": _rows(scores.providers, top),
        "headcount": _rows(scores.headcount, top), "notes": list(scores.notes), "out": str(out) if out else None,
    }  # fmt: skip


def write(path: Path, scores: Scores) -> None:
    """Write the scores: .xlsx holds every table as a sheet; .csv and .parquet hold providers, the others stand beside it.

    Raises InputError for another ending, WorkError when the file cannot be written.
    """
    tables = {
        "providers": scores.providers,
        "accounts": scores.accounts,
        "headcount": scores.headcount,
        "terms": scores.terms,
    }
    ending = path.suffix.lower()
    if ending not in FORMATS:
        raise InputError(f"{path} ends in {ending or 'nothing'}; scores are written as {', '.join(FORMATS)}")
    try:
        if ending == ".xlsx":
            _write_workbook(path, tables)
            return
        for name, table in tables.items():
            target = path if name == "providers" else path.with_name(f"{path.stem}-{name}{ending}")
            _write_table(target, table)
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        raise WorkError(f"{path} could not be written ({error}); check its folder and free space") from error


def sizing(measures: Measures, capacity: Capacity, haul_hours: float, basis: str) -> Document:
    """How many representatives the whole workload needs. haul_hours: line haul a year, from ``basis``."""
    share = capacity.administration_share
    terms = {
        "calls": float(measures.call_hours.sum()), "waiting": float(measures.wait_hours.sum()), "local tours": float(measures.tour_hours.sum()),
        "line haul": haul_hours, "administration": float(measures.administration_hours.sum()) + haul_hours * share / (1.0 - share),
    }  # fmt: skip
    hours = sum(terms.values())
    return {
        "representatives": measures.implied_reps(haul_hours), "hours": hours, "capacity_hours": capacity.hours_a_year,
        "terms": [{"term": name, "hours": value, "share": value / hours} for name, value in terms.items()],
        "notes": [basis, *measures.notes],
    }  # fmt: skip


def _rows(table: Any, top: int | None) -> list[Document]:
    rows = (table if top is None else table.slice(0, top)).to_pylist()
    return [{k: str(v) if hasattr(v, "as_tuple") else v for k, v in row.items()} for row in rows]


def _write_table(path: Path, table: Any) -> None:
    if path.suffix.lower() == ".parquet":
        pyarrow.parquet.write_table(table, path)
    else:
        decimals = [(i, f) for i, f in enumerate(table.schema) if pa.types.is_decimal(f.type)]
        for i, field in decimals:
            table = table.set_column(i, field.name, table.column(i).cast(pa.string()))
        pyarrow.csv.write_csv(table, path)


def _write_workbook(path: Path, tables: dict[str, Any]) -> None:
    with xlsxwriter.Workbook(
        path, {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    ) as book:
        bold = book.add_format({"bold": True})
        for name, table in tables.items():
            sheet = book.add_worksheet(name.capitalize())
            sheet.write_row(0, 0, table.column_names, bold)
            sheet.freeze_panes(1, 0)
            if table.num_columns:
                sheet.autofilter(0, 0, max(table.num_rows, 1), table.num_columns - 1)
            for i, column in enumerate(table.column_names):
                values = table.column(column).to_pylist()
                _write_column(sheet, i, column, values)
            sheet.ignore_errors({"number_stored_as_text": f"A1:Z{table.num_rows + 1}"})


def _write_column(sheet: Any, i: int, name: str, values: Sequence[Any]) -> None:
    width = max([len(name), *(len(str(v)) for v in values[:200])])
    sheet.set_column(i, i, min(max(width + 2, 8), 60))
    for row, value in enumerate(values, start=1):
        if isinstance(value, str):
            sheet.write_string(row, i, value)
        elif value is not None:
            sheet.write_number(row, i, float(value))
