"""What every source promises."""

import csv

import pytest

from bailiwick.model.errors import InputError, UnknownNameError
from bailiwick.model.tables import TABLES
from bailiwick.sources import Warehouse, source_names


@pytest.fixture(params=source_names())
def case(request, raw_files):
    return request.param, *raw_files[request.param]


def tree(store):
    return {p.relative_to(store): p.read_bytes() for p in sorted(store.rglob("*")) if p.is_file()}


def test_read_is_accepted_plus_rejected_and_each_reject_is_told(case, write, load):
    source, header, good, bad, (column, rule, value) = case
    path = write(header, [*good, bad, good[0]])
    report = load(source, path)
    assert (report.read, report.accepted, report.rejected, report.duplicates) == (5, 3, 2, 1)
    with report.rejects_file.open(newline="") as handle:
        told = list(csv.DictReader(handle))
    assert [(r["file"], r["row"]) for r in told] == [("raw.csv", "5"), ("raw.csv", "6")]
    assert told[0]["column"] == column
    assert rule in told[0]["rule"]
    assert told[0]["value"] == value
    assert told[1]["rule"] == "duplicate of row 2"


def test_same_file_twice_changes_nothing(case, write, load, tmp_path):
    source, header, good, _, _ = case
    path = write(header, good)
    first = load(source, path)
    before = tree(tmp_path / "store")
    second = load(source, path, now="2027-01-01T00:00:00Z")
    assert (first.unchanged, second.unchanged) == (False, True)
    assert second.tables == first.tables
    assert tree(tmp_path / "store") == before


def test_tables_are_the_contract_with_provenance(case, write, load, tmp_path):
    source, header, good, _, _ = case
    report = load(source, write(header, good))
    warehouse = Warehouse(tmp_path / "store")
    for name, rows in report.tables.items():
        found = warehouse.table(name).to_pyarrow()
        assert found.num_rows == rows > 0
        assert tuple(found.column_names) == TABLES[name].column_names()
        assert set(found["source"].to_pylist()) == {source}
        assert set(found["vintage"].to_pylist()) == {"2023"}
        assert set(found["loaded_at"].to_pylist()) == {"2026-01-02T03:04:05Z"}


def test_row_order_and_load_time_do_not_change_the_hashes(case, write, load, tmp_path):
    source, header, good, _, _ = case
    if source == "sites":
        good = good[1:]  # which of two addresses keeps the plain NPI follows the order of the file
    load(source, write(header, good))
    one = sorted(Warehouse(tmp_path / "store").hashes().values())
    for path in (tmp_path / "store").rglob("*.json"):
        path.unlink()
    load(source, write(header, good[::-1]), now="2027-01-01T00:00:00Z")
    assert sorted(Warehouse(tmp_path / "store").hashes().values()) == one


def test_header_only_empty_and_foreign_files_are_refused(case, write, load, tmp_path):
    source, header, _, _, _ = case
    with pytest.raises(InputError, match="header and no rows"):
        load(source, write(header, []))
    with pytest.raises(InputError, match=r"has no column .* it has apples, pears"):
        load(source, write("apples,pears", ["1,2"]))
    (tmp_path / "empty.csv").touch()
    with pytest.raises(InputError, match="is empty"):
        load(source, tmp_path / "empty.csv")
    with pytest.raises(InputError, match="is not a file"):
        load(source, tmp_path / "nothing.csv")
    assert not list((tmp_path / "store").rglob("*.parquet"))


def test_header_case_blanks_and_bom_do_not_matter(case, load, tmp_path):
    source, header, good, _, _ = case
    path = tmp_path / "odd.csv"
    odd = ",".join(f" {name.upper()}\t" for name in header.split(","))
    path.write_text("\n".join([odd, *good]), encoding="utf-8-sig")
    assert load(source, path).accepted == 3


def test_an_unknown_source_lists_the_known_ones(load, tmp_path):
    with pytest.raises(UnknownNameError, match="'npes' is not a source; nearest: nppes"):
        load("npes", tmp_path)
