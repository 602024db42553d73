"""The workbook, opened again."""

import pytest
from openpyxl import load_workbook

from bailiwick.export.excel import write_workbook

SHEETS = ["Summary", "Territories", "Accounts", "ZIPs", "Ranked providers", "Inputs & weights"]


@pytest.fixture(scope="module")
def file(shown, tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "territories.xlsx"
    write_workbook(path, shown)
    return path


@pytest.fixture(scope="module")
def book(file):
    return load_workbook(file)


def column(sheet, title):
    at = next(c.column for c in sheet[1] if c.value == title)
    return [r[0] for r in sheet.iter_rows(min_row=2, min_col=at, max_col=at)]


def test_sheets_filters_and_frozen_panes(book):
    assert book.sheetnames == SHEETS
    for name in SHEETS[1:5]:
        sheet = book[name]
        assert sheet.freeze_panes == "C2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert all(5 < d.width < 100 for d in sheet.column_dimensions.values())


def test_ids_are_text_with_their_zeros(book, shown):
    zips = column(book["ZIPs"], "ZIP")
    assert [c.value for c in zips] == list(shown.plan.units)
    assert {c.data_type for c in zips} == {"s"}
    assert {c.data_type for c in column(book["Ranked providers"], "NPI")} == {"s"}
    assert {c.data_type for c in column(book["Territories"], "Base ZIP")} == {"s"}


def test_nothing_is_a_formula(book):
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None]
    assert not [c for c in cells if c.data_type == "f" or c.hyperlink]
    assert [c.value for c in column(book["Accounts"], "Account")][1].startswith("=HYPERLINK")


def test_totals_agree_over_the_sheets(book, shown):
    total = shown.scorecard.summary.raw
    territories = sum(c.value for c in column(book["Territories"], "Raw opportunity"))
    zips = sum(c.value for c in column(book["ZIPs"], "Raw opportunity"))
    placed = sum(
        c.value
        for c, t in zip(column(book["Accounts"], "Raw opportunity"), column(book["Accounts"], "Territory"), strict=True)
        if t.value
    )
    assert territories == pytest.approx(total)
    assert zips == pytest.approx(total)
    assert placed == pytest.approx(total)
    assert sum(c.value for c in column(book["ZIPs"], "Index points")) == pytest.approx(7)


def test_formats_and_unplaced_accounts(book):
    assert {c.number_format for c in column(book["Territories"], "Market share of nation")} == {"0.0%"}
    assert column(book["Accounts"], "Territory name")[-1].value == "not placed"


def test_inputs_tell_how_it_was_made(book):
    said = {r[0].value: r[1].value for r in book["Inputs & weights"].iter_rows(min_row=3, max_col=2)}
    assert said["x"] == "ab" * 32
    assert "66982, 66984" in said["HCPCS codes"]
    assert said["Payer scope"] == "medicare_ffs"
    assert "workload" in said["Index weights used"]


def test_the_same_plan_gives_the_same_bytes(file, shown, tmp_path):
    write_workbook(tmp_path / "again.xlsx", shown)
    assert (tmp_path / "again.xlsx").read_bytes() == file.read_bytes()
