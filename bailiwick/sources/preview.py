"""A first look at a file someone dropped: its header and first rows, and which source it most likely is."""

import csv
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq

from bailiwick.model.errors import InputError
from bailiwick.sources.catalogue import SOURCES
from bailiwick.sources.mapping import ColumnMapping, locate
from bailiwick.sources.rawfile import open_raw

ROWS = 20
LONGEST = 200  # characters of a cell shown


def sample(path: Path, rows: int = ROWS) -> tuple[tuple[str, ...], list[list[str]]]:
    """Header and first rows as text; raises InputError when the file cannot be read."""
    with TemporaryDirectory() as scratch:
        raw = open_raw(path, Path(scratch))
        if not raw.delimiter:
            batch = next(pq.ParquetFile(raw.path).iter_batches(batch_size=rows), None)
            found = [[_cell(v) for v in row.values()] for row in batch.to_pylist()] if batch is not None else []
            return raw.header, found
        with raw.path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
            reader = csv.reader(file, delimiter=raw.delimiter)
            next(reader, None)
            return raw.header, [[_cell(c) for c in row] for row, _ in zip(reader, range(rows), strict=False)]


def guess(header: Sequence[str]) -> tuple[str, dict[str, str]]:
    """The source whose fields the header names most of, and field -> header for those found."""
    best, columns = "", {}
    score = (-1, -1.0)
    for source in SOURCES.values():
        optional = [f.__class__(**{**vars(f), "required": False}) for f in source.fields]
        try:
            found = locate(Path("file"), header, optional, ColumnMapping())
        except InputError:
            continue
        needed = [f for f in source.fields if f.required and f.default is None]
        whole = int(all(f.name in found for f in needed))
        rank = (whole, len(found) / max(len(source.fields), 1) + len(found) / 100)
        if rank > score:
            best, columns, score = source.name, found, rank
    return best, columns


def _cell(value: object) -> str:
    return "" if value is None else str(value)[:LONGEST]
