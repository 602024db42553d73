"""The bench where a raw file becomes a checked table: an Ibis connection on a DuckDB file in a scratch folder."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa

from bailiwick.model.errors import InputError, WorkError
from bailiwick.sources.fields import Expr, Field, Rule, read_field
from bailiwick.sources.rawfile import RawFile

MEMORY = "1500MB"


@contextmanager
def workbench(scratch: Path) -> Iterator["Workbench"]:
    """A bench whose files live in ``scratch``; DuckDB's own failures become errors of ours."""
    con = ibis.duckdb.connect(scratch / "bench.duckdb")
    try:
        con.raw_sql(f"SET memory_limit = '{MEMORY}'")
        con.raw_sql("SET enable_progress_bar = false")
        con.raw_sql(f"SET temp_directory = {_quoted(scratch)}")
        yield Workbench(con)
    except (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.FatalException) as error:
        raise WorkError(
            f"{_first_line(error)}; free disk space or memory and run again; nothing was changed"
        ) from error
    finally:
        con.disconnect()


class Workbench:
    """Stages raw rows (``_id`` counts them over all files), checks them, finds duplicates."""

    def __init__(self, con: Any) -> None:
        self.con = con
        self.starts: list[int] = []  # first _id of each file
        self.files: list[RawFile] = []
        self.rules: list[Rule] = []
        self.whole_rows = False  # whether a duplicate is a row alike in every column

    def stage(self, files: Sequence[RawFile], places: Sequence[Mapping[str, str]], fields: Sequence[Field]) -> int:
        """Read the located columns of every file as text into the table ``staged``; returns the rows read well."""
        names = ", ".join(f"{_name(f.name)} VARCHAR" for f in fields)
        self.con.raw_sql(f"CREATE TABLE staged ({names}, _whole UBIGINT)")
        self.con.raw_sql("CREATE TABLE malformed (file INTEGER, line BIGINT, told VARCHAR, value VARCHAR)")
        self.files = list(files)
        for number, (raw, place) in enumerate(zip(files, places, strict=True)):
            self.starts.append(self._count("staged"))
            self._stage_one(number, raw, place, fields)
        return self._count("staged")

    def _stage_one(self, number: int, raw: RawFile, place: Mapping[str, str], fields: Sequence[Field]) -> None:
        columns = [f"{_name(place[f.name])}::VARCHAR" if f.name in place else "NULL" for f in fields]
        whole = f"hash({', '.join(_name(h) for h in raw.header)})" if self.whole_rows else "NULL"
        try:
            self.con.raw_sql(f"INSERT INTO staged SELECT {', '.join(columns)}, {whole} FROM {_scan(raw)}")
            if raw.delimiter:
                self.con.raw_sql(
                    f"INSERT INTO malformed SELECT {number}, line, any_value(error_message), any_value(csv_line) "
                    "FROM reject_errors GROUP BY line"
                )
                self.con.raw_sql("DROP TABLE IF EXISTS reject_errors")
                self.con.raw_sql("DROP TABLE IF EXISTS reject_scans")
        except (duckdb.InvalidInputException, duckdb.BinderException, duckdb.ConversionException) as error:
            raise InputError(f"{raw.given} cannot be read as a table: {_first_line(error)}") from error

    def check(self, fields: Sequence[Field], extra: Any = None) -> Expr:
        """The table ``checked``: typed fields, ``_id`` and ``_bad``, the first rule broken (null = accepted)."""
        staged = self.con.table("staged")
        values: dict[str, Expr] = {}
        rules: list[Rule] = []
        for f in fields:
            values[f.name], found = read_field(f, staged[f.name])
            rules += found
        typed = staged.mutate(_id=staged.rowid(), _bad=_first_broken(rules), **values)
        if extra is not None:
            typed, more = extra(typed)
            number = _first_broken(more, start=len(rules))
            typed = typed.mutate(_bad=ibis.coalesce(typed["_bad"], number))
            rules += more
        self.rules = rules
        self.con.raw_sql(f"CREATE TABLE checked AS {ibis.to_sql(typed, dialect='duckdb')}")
        return self.con.table("checked")

    def accepted(self, keys: Sequence[str]) -> Expr:
        """The checked rows that break no rule and repeat no earlier row on ``keys`` (first one stays)."""
        checked = self.con.table("checked")
        good = checked.filter(checked["_bad"].isnull())
        if not keys:
            self.con.raw_sql("CREATE TABLE repeats (_id BIGINT, _first BIGINT)")
            return good
        mark = _key_hash(good, keys)
        often = good.group_by(_mark=mark).agg(_n=good.count())
        self.con.create_table("often", often.filter(often["_n"] > 1).select("_mark"))
        if self._count("often") == 0:
            self.con.raw_sql("CREATE TABLE repeats (_id BIGINT, _first BIGINT)")
            return good
        some = good.mutate(_mark=mark).semi_join(self.con.table("often"), "_mark")
        window = ibis.window(group_by=[some[k] for k in keys])
        ranked = some.select("_id", _first=some["_id"].min().over(window))
        self.con.create_table("repeats", ranked.filter(ranked["_id"] != ranked["_first"]))
        return good.anti_join(self.con.table("repeats"), "_id")

    def line_of(self, ids: Expr) -> Expr:
        """``_id`` with the file's number and the line as a spreadsheet counts it (the header is row 1)."""
        starts = ibis.memtable(pa.table({"file": range(len(self.starts)), "start": self.starts}))
        per_file = ids.asof_join(starts, ids["_id"] >= starts["start"])
        # a malformed line is not in ``staged``: rows after it stand one line further down for each
        bad = self.con.table("malformed")
        order = ibis.row_number().over(ibis.window(group_by="file", order_by="line"))
        cut = bad.mutate(_nth=order).mutate(_cut=lambda t: t["line"] - t["_nth"] - 2)
        cuts = cut.group_by(_cut_file="file", _cut="_cut").agg(_shift=cut["_nth"].max() + 1)
        at = per_file.mutate(_index=per_file["_id"] - per_file["start"])
        shifted = at.asof_join(cuts, at["_index"] >= cuts["_cut"], predicates=[at["file"] == cuts["_cut_file"]])
        row = shifted["_index"] + 2 + shifted["_shift"].fill_null(0)
        return shifted.select(*ids.columns, file=shifted["file"], row=row)

    def malformed(self) -> int:
        """Lines that are no row at all."""
        return self._count("malformed")

    def tally(self) -> dict[str, int]:
        """Rows read, accepted, rejected, and duplicates (which are among the rejected)."""
        bad = int(self.con.raw_sql("SELECT count(_bad) FROM checked").fetchone()[0])
        repeats, malformed = self._count("repeats"), self.malformed()
        read, rejected = self._count("staged") + malformed, bad + repeats + malformed
        return {"read": read, "accepted": read - rejected, "rejected": rejected, "duplicates": repeats}

    def write(self, rows: Expr, path: Path) -> None:
        """Write an expression as Parquet."""
        self.con.to_parquet(rows, path, compression="zstd")

    def _count(self, table: str) -> int:
        return int(self.con.raw_sql(f"SELECT count(*) FROM {table}").fetchone()[0])


def _first_broken(rules: Sequence[Rule], start: int = 0) -> Expr:
    cases = [(rule.broken, ibis.literal(start + n, "int16")) for n, rule in enumerate(rules)]
    return ibis.cases(*cases, else_=ibis.null("int16")) if cases else ibis.null("int16")


def _key_hash(table: Expr, keys: Sequence[str]) -> Expr:
    texts = [table[k].cast("string").fill_null("") for k in keys]
    return ibis.literal("\x1f").join(texts).hash() if len(texts) > 1 else texts[0].hash()


def _scan(raw: RawFile) -> str:
    if not raw.delimiter:
        return f"read_parquet({_quoted(raw.path)})"
    columns = ", ".join(f"{_quoted(name)}: 'VARCHAR'" for name in raw.header)
    return (
        f"read_csv({_quoted(raw.path)}, header = true, delim = {_quoted(raw.delimiter)}, quote = '\"', escape = '\"', "
        f"columns = {{{columns}}}, auto_detect = false, nullstr = '', ignore_errors = true, store_rejects = true, "
        "rejects_limit = 0, max_line_size = 4194304)"
    )


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _quoted(text: object) -> str:
    return "'" + str(text).replace("'", "''") + "'"


def _first_line(error: BaseException) -> str:
    return str(error).split("\n")[0]
