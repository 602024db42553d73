"""Rejected rows on file: where each stood, which rule it broke and with what value."""

from pathlib import Path

import ibis
import pyarrow as pa

from bailiwick.sources.workbench import Workbench

HEADER = ("file", "row", "column", "rule", "value")


def write_rejects(bench: Workbench, scratch: Path) -> Path:
    """Write file,row,column,rule,value of each rejected row; ``row`` counts the header as row 1."""
    files = _names(bench, "file", "_name")
    told = _broken(bench).union(_repeated(bench)).union(_malformed(bench))
    named = told.join(files, "file")
    rows = named.select(file="_name", row="row", column="column", rule="rule", value="value", _n="file")
    path = scratch / "rejects.csv"
    bench.con.to_csv(rows.order_by("_n", "row").drop("_n"), path)
    return path


def _names(bench: Workbench, number: str, name: str) -> ibis.Table:
    return ibis.memtable(pa.table({number: range(len(bench.files)), name: [f.given.name for f in bench.files]}))


def _broken(bench: Workbench) -> ibis.Table:
    checked, staged = bench.con.table("checked"), bench.con.table("staged")
    bad = checked.filter(checked["_bad"].notnull()).select("_id", "_bad")
    raw = staged.mutate(_id=staged.rowid())
    lined = bench.line_of(bad.join(raw, "_id"))
    pick = [(lined["_bad"] == n, (r.column, r.text)) for n, r in enumerate(bench.rules)]
    column = ibis.cases(*[(c, t[0]) for c, t in pick], else_=ibis.null("string"))
    rule = ibis.cases(*[(c, t[1]) for c, t in pick], else_=ibis.null("string"))
    value = ibis.cases(
        *[(lined["_bad"] == n, lined[r.column]) for n, r in enumerate(bench.rules)], else_=ibis.null("string")
    )
    return lined.select(file="file", row="row", column=column, rule=rule, value=value)


def _repeated(bench: Workbench) -> ibis.Table:
    repeats = bench.con.table("repeats")
    here = bench.line_of(repeats.select("_id", _first="_first"))
    first = bench.line_of(repeats.select(_id="_first").distinct())
    first = first.select(_first="_id", _first_row="row", _first_file="file")
    both = here.join(first, "_first")
    names = _names(bench, "_first_file", "_of")
    both = both.join(names, "_first_file")
    other = ibis.ifelse(both["file"] == both["_first_file"], "", " of " + both["_of"])
    rule = "duplicate of row " + both["_first_row"].cast("string") + other
    return both.select(file="file", row="row", column=ibis.literal(""), rule=rule, value=ibis.literal(""))


def _malformed(bench: Workbench) -> ibis.Table:
    bad = bench.con.table("malformed")
    return bad.select(
        file=bad["file"].cast("int64"), row=bad["line"], column=ibis.literal(""),
        rule="malformed row: " + bad["told"].split("\n")[0], value=bad["value"].substr(0, 200),
    )  # fmt: skip
