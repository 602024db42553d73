"""The Excel workbook of a plan: summary, territories, accounts, ZIPs, ranked providers, inputs and weights.

Ids are text, texts that look like formulas stay texts, and the same plan gives the same bytes.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from bailiwick.export.atomic import whole_file
from bailiwick.export.facts import facts, summary_rows
from bailiwick.plans.presentation import Presentation

CREATED = datetime(2020, 1, 1)
LONGEST = 32_767  # characters a cell can hold


@dataclass(frozen=True)
class Column:
    """One column of a sheet. kind: text, whole, number, money, percent, index or flag; width in characters."""

    title: str
    kind: str = "text"
    width: float = 12.0


FORMATS = {
    "text": {}, "whole": {"num_format": "#,##0"}, "number": {"num_format": "#,##0.0"},
    "percent": {"num_format": "0.0%"}, "index": {"num_format": "0.000"}, "flag": {"align": "center"},
}  # fmt: skip


def write_workbook(path: Path, shown: Presentation) -> None:
    """Write the workbook; the file that was there stays whole until the new one is.

    Raises WorkError when the disk refuses.
    """
    with whole_file(path) as beside:
        book = xlsxwriter.Workbook(
            str(beside), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        )
        title = f"{shown.plan.name}: {shown.title}"
        book.set_properties({"title": title, "author": "Bailiwick", "created": CREATED})
        sheets = Sheets(book, shown.scorecard.band)
        sheets.pairs("Summary", title, summary_rows(shown))
        sheets.table("Territories", TERRITORIES, _territory_rows(shown))
        sheets.table("Accounts", ACCOUNTS, _account_rows(shown))
        sheets.table("ZIPs", ZIPS, _zip_rows(shown))
        sheets.table("Ranked providers", PROVIDERS, _provider_rows(shown))
        sheets.pairs("Inputs & weights", "Inputs and weights", facts(shown))
        book.close()


class Sheets:
    """Writes sheets of one workbook in the house style."""

    def __init__(self, book: Any, band: tuple[float, float]) -> None:
        self.book, self.band = book, band
        base = {"font_name": "Calibri", "font_size": 11}
        self.formats = {kind: book.add_format(base | wanted) for kind, wanted in FORMATS.items()}
        self.head = book.add_format(base | {
            "bold": True, "bg_color": "#1F3A4D", "font_color": "#FFFFFF", "text_wrap": True, "valign": "vcenter",
            "bottom": 1,
        })  # fmt: skip
        self.title = book.add_format(base | {"bold": True, "font_size": 16, "font_color": "#1F3A4D"})
        self.section = book.add_format(base | {"bold": True, "font_color": "#1F3A4D", "bottom": 1})
        self.wrapped = book.add_format(base | {"text_wrap": True, "valign": "top"})
        self.low = book.add_format({"bg_color": "#CFE3F4", "font_color": "#0B3C5D"})
        self.high = book.add_format({"bg_color": "#FBD9B5", "font_color": "#7A3B00"})

    def table(self, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
        """A filtered sheet with its heading frozen."""
        sheet = self.book.add_worksheet(name)
        sheet.set_row(0, 32)
        writers = [self._writer(sheet, c.kind) for c in columns]
        for c, column in enumerate(columns):
            sheet.set_column(c, c, column.width)
            sheet.write_string(0, c, column.title, self.head)
        last = 0
        for r, row in enumerate(rows, start=1):
            last = r
            for c, value in enumerate(row):
                if value is not None:
                    writers[c](r, c, value)
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, max(last, 1), len(columns) - 1)
        sheet.ignore_errors({"number_stored_as_text": f"A1:{_letter(len(columns) - 1)}{last + 1}"})
        self._print(sheet)
        if name == "Territories":
            at = next(i for i, c in enumerate(columns) if c.kind == "index")
            self._band(sheet, at, last)

    def pairs(self, name: str, title: str, rows: Iterable[tuple[str, Any, str]]) -> None:
        """A sheet of named values: (name, value, kind); an empty value makes a section heading."""
        sheet = self.book.add_worksheet(name)
        sheet.set_column(0, 0, 38)
        sheet.set_column(1, 1, 90, self.wrapped)
        sheet.write_string(0, 0, title[:LONGEST], self.title)
        sheet.set_row(0, 26)
        last = 2
        for r, (label, value, kind) in enumerate(rows, start=2):
            last = r
            if kind == "section":
                sheet.write_string(r, 0, label, self.section)
                sheet.write_blank(r, 1, None, self.section)
                continue
            sheet.write_string(r, 0, label, self.wrapped)
            if kind == "text":
                sheet.write_string(r, 1, str(value)[:LONGEST], self.wrapped)
            elif value is not None:
                left = self.book.add_format(FORMATS[kind] | {"align": "left"})
                sheet.write_number(r, 1, float(value), left)
        sheet.freeze_panes(2, 0)
        sheet.hide_gridlines(2)
        sheet.ignore_errors({"number_stored_as_text": f"A1:B{last + 1}"})
        self._print(sheet)

    def _writer(self, sheet: Any, kind: str) -> Callable[[int, int, Any], None]:
        form = self.formats[kind]
        if kind in ("text", "flag"):
            return lambda r, c, value: sheet.write_string(r, c, str(value)[:LONGEST], form)
        return lambda r, c, value: sheet.write_number(r, c, float(value), form)

    def _band(self, sheet: Any, at: int, last: int) -> None:
        low, high = self.band
        for criterion, value, form in (("<", low, self.low), (">", high, self.high)):
            rule = {"type": "cell", "criteria": criterion, "value": value, "format": form}
            sheet.conditional_format(1, at, max(last, 1), at, rule)

    def _print(self, sheet: Any) -> None:
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)


def _letter(column: int) -> str:
    return chr(ord("A") + column)


TERRITORIES = (
    Column("Territory", width=10), Column("Name", width=24), Column("Representative", width=20),
    Column("Base ZIP", width=9), Column("Index", "index", 9),
    Column("In band", "flag", 8), Column("FTE", "index", 8), Column("ZIPs", "whole", 9),
    Column("Accounts", "whole", 10), Column("Tier A", "whole", 8), Column("Raw opportunity", "number", 14),
    Column("Accessible opportunity", "number", 14), Column("Market share of nation", "percent", 12),
    Column("Calls a year", "whole", 10), Column("Call hours", "whole", 10), Column("Drive hours", "whole", 10),
    Column("Drive miles", "whole", 11), Column("Face time", "percent", 9), Column("Contiguous", "flag", 11),
)  # fmt: skip
ACCOUNTS = (
    Column("Rank", "whole", 7), Column("Account", width=42), Column("Account id", width=14), Column("Kind", width=11),
    Column("Tier", "flag", 6), Column("Territory", width=10), Column("Territory name", width=24),
    Column("ZIP", width=8), Column("City", width=20), Column("State", "flag", 7),
    Column("Raw opportunity", "number", 14), Column("Accessible opportunity", "number", 14),
    Column("Share of nation", "percent", 10),
    Column("Providers", "whole", 10), Column("Estimated share", "percent", 11), Column("Payer", width=14),
    Column("Why", width=90),
)  # fmt: skip
ZIPS = (
    Column("ZIP", width=8), Column("Territory", width=10), Column("Territory name", width=24), Column("City", width=22),
    Column("State", "flag", 7), Column("Index points", "index", 10), Column("Accounts", "whole", 10),
    Column("Raw opportunity", "number", 14), Column("Accessible opportunity", "number", 14),
    Column("Calls a year", "whole", 10), Column("Population", "whole", 11),
)  # fmt: skip
PROVIDERS = (
    Column("Rank", "whole", 7), Column("Provider", width=36), Column("NPI", width=12), Column("Specialty", width=24),
    Column("Entity", width=13), Column("Tier", "flag", 6), Column("Raw opportunity", "number", 14),
    Column("Volume", "number", 12), Column("Payer", width=14), Column("Basis", width=11), Column("Why", width=90),
)  # fmt: skip


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _territory_rows(shown: Presentation) -> Iterable[Sequence[Any]]:
    for t in shown.scorecard.territories:
        yield (
            t.id, t.name, t.rep, t.base_zip, t.index, _yes(t.in_band), t.fte, t.units, t.accounts, t.tier_a, t.raw,
            t.accessible, t.market_share, t.calls, t.call_hours, t.drive_hours, t.drive_miles, t.face_time,
            _yes(t.contiguous),
        )  # fmt: skip


def _account_rows(shown: Presentation) -> Iterable[Sequence[Any]]:
    territories, units = shown.plan.territories, shown.units
    for row, unit in zip(shown.account_rows(), shown.unit_of.tolist(), strict=True):
        t = territories[row["territory"]] if row["territory"] >= 0 else None
        yield (
            row["rank"], row["name"] or row["site_id"], row["site_id"], row["kind"], row["tier"],
            t.id if t else None, t.name if t else "not placed", row["zip"],
            units.city[unit] if unit >= 0 else None, units.state[unit] if unit >= 0 else None,
            row["raw"], row["accessible"], row.get("national_share"), row.get("providers"), row.get("estimated_share"),
            row.get("payer"), row["reason"],
        )  # fmt: skip


def _zip_rows(shown: Presentation) -> Iterable[Sequence[Any]]:
    m, units, count = shown.measures, shown.units, len(shown.plan.territories)
    columns = zip(
        shown.plan.units, shown.plan.territory_of.tolist(), units.city.tolist(), units.state.tolist(),
        (m.index_share * count).tolist(), m.accounts.tolist(), m.raw.tolist(), m.accessible.tolist(), m.calls.tolist(),
        units.population.tolist(), strict=True,
    )  # fmt: skip
    for unit, t, *rest in columns:
        territory = shown.plan.territories[t]
        yield (unit, territory.id, territory.name, *rest)


def _provider_rows(shown: Presentation) -> Iterable[Sequence[Any]]:
    for row in shown.providers.to_pylist():
        yield (
            row["rank"], row["name"] or row["npi"], row["npi"], row["specialty"], row["entity"], row["tier"],
            row["raw"], row["volume"], row.get("payer"), row.get("basis"), row["reason"],
        )  # fmt: skip
