"""A contract table from an expression: every column, rightly typed, with its provenance, and checked."""

from typing import Any

import ibis

from bailiwick.model.errors import ContractError
from bailiwick.model.tables import TABLES, Table
from bailiwick.sources.fields import Expr


def schema(table: Table) -> Any:
    """Ibis schema of a contract table."""
    return ibis.schema({c.name: c.type for c in table.columns})


def conform(name: str, rows: Expr, source: str, vintage: str, loaded_at: str) -> Expr:
    """``rows`` as contract table ``name``: columns that the source has not are null."""
    given = {"source": ibis.literal(source), "vintage": ibis.literal(vintage), "loaded_at": ibis.literal(loaded_at)}
    there = set(rows.columns)
    return rows.select(
        **{
            c.name: given[c.name] if c.name in given else
            rows[c.name].cast(c.type) if c.name in there else ibis.null(c.type)
            for c in TABLES[name].columns
        }
    )  # fmt: skip


def broken_rules(name: str, rows: Expr) -> dict[str, Expr]:
    """Per rule of the contract, the number of rows that break it."""
    counts: dict[str, Expr] = {}
    for column in TABLES[name].columns:
        value = rows[column.name]
        if not column.nullable:
            counts[f"{column.name} must not be null"] = value.isnull().sum().fill_null(0)
        if column.among:
            text = f"{column.name} is one of {', '.join(column.among)}"
            counts[text] = (~value.isin(column.among)).fill_null(False).sum().fill_null(0)
    return counts


def verify(name: str, rows: Expr, con: Any) -> None:
    """Refuse a table that breaks its contract.

    Raises ContractError naming table, column, rule and an example row.
    """
    wanted = schema(TABLES[name])
    for column, kind in wanted.items():
        if column not in rows.columns or rows.schema()[column] != kind:
            raise ContractError(f"{name}.{column} is not {kind}; read the file again with this version")
    counts = broken_rules(name, rows)
    found = con.to_pyarrow(rows.aggregate(**{f"r{n}": c for n, c in enumerate(counts.values())})).to_pylist()[0]
    for n, rule in enumerate(counts):
        if found[f"r{n}"]:
            raise ContractError(f"{name}: {rule}, and {found[f'r{n}']} rows break it; mend the file or mapping")
    _verify_grain(name, rows, con)


def _verify_grain(name: str, rows: Expr, con: Any) -> None:
    grain = TABLES[name].grain
    groups = rows.group_by(list(grain)).agg(n=rows.count())
    for worst in con.to_pyarrow(groups.filter(groups["n"] > 1).limit(1)).to_pylist():
        row = ", ".join(f"{g} {worst[g]}" for g in grain)
        raise ContractError(f"{name}: one row per {' × '.join(grain)}, and {row} has {worst['n']}; mend the file")
