"""Ingest: raw files → contract tables, all or nothing, with every rejected row on file."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis

from bailiwick.model.errors import InputError, UnknownNameError
from bailiwick.model.tables import TABLES
from bailiwick.sources import store as stored
from bailiwick.sources.catalogue import SOURCES
from bailiwick.sources.contract import conform, verify
from bailiwick.sources.fields import Expr
from bailiwick.sources.mapping import ColumnMapping, applied, locate, read_mapping
from bailiwick.sources.rawfile import file_hash, open_raw
from bailiwick.sources.rejects import write_rejects
from bailiwick.sources.source import Source
from bailiwick.sources.workbench import Workbench, workbench

READER = "1"  # raise when the same file would give other rows


@dataclass(frozen=True)
class IngestReport:
    """What an ingest did. tables: rows per contract table. read = accepted + rejected, duplicates among the latter.

    rejects_file: file,row,column,rule,value of each rejected row; None when none was.
    unchanged: the same files, vintage and mapping were there already, and nothing was written.
    """

    source: str
    tables: dict[str, int]
    read: int
    accepted: int
    rejected: int
    duplicates: int
    rejects_file: Path | None
    unchanged: bool


def source_names() -> tuple[str, ...]:
    """Names of the sources that ``ingest`` knows."""
    return tuple(SOURCES)


def ingest(
    store: Path, source: str, files: Sequence[Path], *, vintage: str | None, mapping: Path | None, loaded_at: str
) -> IngestReport:
    """Read raw ``files`` of one source into the store's tables.

    store: project folder. vintage: release of the data, e.g. "2012"; the period of CMS files.
    mapping: TOML of own column names. loaded_at: UTC time, ISO 8601.
    Raises InputError for a bad call or file, WorkError when it cannot be written.
    """
    if source not in SOURCES:
        raise UnknownNameError("source", source, SOURCES)
    if not files:
        raise InputError(f"no file was given for {source}; name at least one")
    known = SOURCES[source]
    columns = read_mapping(mapping, known.fields)
    key = _key(source, files, vintage, mapping)
    earlier = stored.manifest_path(store, source, key)
    if earlier.is_file():
        return _report(source, stored.read_manifest(earlier), store, unchanged=True)
    with stored.scratch_folder(store) as scratch, workbench(scratch) as bench:
        return _ingest(store, known, files, columns, vintage, loaded_at, f"{source}-{key[:12]}", scratch, bench)


def _ingest(
    store: Path, source: Source, files: Sequence[Path], mapping: ColumnMapping, vintage: str | None, loaded_at: str,
    name: str, scratch: Path, bench: Workbench,
) -> IngestReport:  # fmt: skip
    fields = applied(source.fields, mapping)
    raws = [open_raw(path, scratch) for path in files]
    places = [locate(raw.given, raw.header, fields, mapping) for raw in raws]
    bench.whole_rows = source.whole_rows
    if bench.stage(raws, places, fields) + bench.malformed() == 0:
        raise InputError(f"{', '.join(map(str, files))} has a header and no rows; give a file with rows")
    bench.check(fields, source.extra)
    accepted = bench.accepted(() if mapping.sum_repeats else source.keys)
    release = vintage or loaded_at[:10]
    tables = source.build(accepted, release)
    parts, entries = _write_parts(tables, source.name, release, loaded_at, name, scratch, bench)
    tally = bench.tally()
    rejects = write_rejects(bench, scratch) if tally["rejected"] else None
    manifest = {"source": source.name, "vintage": release, "loaded_at": loaded_at, "parts": entries, "tally": tally,
                "files": [str(f.name) for f in files], "rejects": rejects is not None}  # fmt: skip
    stored.publish(store, name, parts, rejects, manifest | {"name": name}, scratch)
    return _report(source.name, manifest | {"name": name}, store, unchanged=False)


def _write_parts(
    tables: Mapping[str, Expr], source: str, vintage: str, loaded_at: str, name: str, scratch: Path, bench: Workbench
) -> tuple[dict[str, Path], dict[str, dict[str, Any]]]:
    """Write, read back and verify one Parquet file per table."""
    made: dict[str, Path] = {}
    entries: dict[str, dict[str, Any]] = {}
    for table, rows in tables.items():
        path = scratch / f"{table}.parquet"
        bench.write(conform(table, rows, source, vintage, loaded_at), path)
        written = bench.con.read_parquet(path)
        verify(table, written, bench.con)
        count, content = fingerprint(table, written, bench.con)
        if count:
            made[table] = path
            entries[table] = {"file": f"{name}.parquet", "rows": count, "content": content}
    return made, entries


def fingerprint(table: str, rows: Expr, con: Any) -> tuple[int, str]:
    """Rows and sha256 of a table's content, whatever their order; loaded_at is left out."""
    texts = [rows[c].cast("string").fill_null("\x1e") for c in TABLES[table].column_names() if c != "loaded_at"]
    mark = ibis.literal("\x1f").join(texts).hexdigest("md5")
    number = ("0x" + mark.substr(0, 15)).cast("int64").cast("decimal(38, 0)")
    second = ("0x" + mark.substr(15, 15)).cast("int64").cast("decimal(38, 0)")
    found = con.to_pyarrow(rows.aggregate(n=rows.count(), a=number.sum(), b=second.sum())).to_pylist()[0]
    count = int(found["n"])
    text = f"{table} {count} {found['a']} {found['b']}"
    return count, hashlib.sha256(text.encode()).hexdigest()


def _key(source: str, files: Sequence[Path], vintage: str | None, mapping: Path | None) -> str:
    """Hash of all that decides the rows: reader, source, files, vintage, mapping."""
    facts = [READER, source, vintage, mapping and file_hash(mapping), [file_hash(f) for f in files]]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _report(source: str, manifest: Mapping[str, Any], store: Path, *, unchanged: bool) -> IngestReport:
    rows = {table: int(entry["rows"]) for table, entry in manifest["parts"].items()}
    file = store / "rejects" / f"{manifest['name']}.csv" if manifest["rejects"] else None
    tally = manifest["tally"]
    return IngestReport(source, rows, tally["read"], tally["accepted"], tally["rejected"], tally["duplicates"], file,
                        unchanged)  # fmt: skip
