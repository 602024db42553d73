"""The store's contract tables as Ibis expressions over its Parquet parts."""

from pathlib import Path
from typing import Any

import ibis

from bailiwick.model.errors import UnknownNameError
from bailiwick.model.tables import TABLES
from bailiwick.sources import store as stored
from bailiwick.sources.contract import schema
from bailiwick.sources.fields import Expr
from bailiwick.sources.workbench import MEMORY


class Warehouse:
    """Reads the visible parts of a project folder; never writes."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._parts = stored.parts(store)
        self._con: Any = ibis.duckdb.connect()
        self._con.raw_sql(f"SET memory_limit = '{MEMORY}'")
        self._con.raw_sql("SET enable_progress_bar = false")

    def table(self, name: str) -> Expr:
        """Contract table ``name``, one row per grain: the newest vintage wins, then the newest load.

        Empty and rightly typed when nothing was ingested. A provider's affiliations come from its newest source whole,
        so that shares sum to 1. Raises UnknownNameError for a table that is not in the contract.
        """
        if name not in TABLES:
            raise UnknownNameError("table", name, TABLES)
        paths = [p.path for p in self._parts if p.table == name]
        if not paths:
            self._con.con.register(f"no_{name}", schema(TABLES[name]).to_pyarrow().empty_table())
            return self._con.table(f"no_{name}")
        rows = [self._con.read_parquet(path) for path in paths]
        if len(rows) == 1:
            return rows[0]  # a part holds each grain once: verified when it was written
        return _newest(ibis.union(*rows), ("npi",) if name == "affiliation" else TABLES[name].grain)

    def hashes(self) -> dict[str, str]:
        """Part file, relative to the project, → sha256 of its rows without loaded_at."""
        return {p.path.relative_to(self._store).as_posix(): p.content for p in self._parts}

    def close(self) -> None:
        """Let go of the connection."""
        self._con.disconnect()


def _newest(rows: Expr, grain: tuple[str, ...]) -> Expr:
    order = [rows["vintage"].desc(), rows["loaded_at"].desc(), rows["source"].asc()]
    window = ibis.window(group_by=[rows[g] for g in grain], order_by=order)
    return rows.mutate(_age=ibis.dense_rank().over(window)).filter(lambda t: t["_age"] == 0).drop("_age")
