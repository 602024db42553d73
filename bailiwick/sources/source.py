"""What a source is: its fields, which of them make a row unique, and how accepted rows become contract tables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bailiwick.sources.fields import Expr, Field

Build = Callable[[Expr, str], Mapping[str, Expr]]


@dataclass(frozen=True)
class Source:
    """One kind of raw file.

    fields: what is read. keys: fields that identify a row, for duplicates. build: (accepted rows, vintage) → tables.
    extra: adds columns and cross-field rules. whole_rows: a duplicate is a row alike in every column of the file.
    """

    name: str
    fields: tuple[Field, ...]
    keys: tuple[str, ...]
    build: Build
    extra: Callable[[Expr], tuple[Expr, list[Any]]] | None = None
    whole_rows: bool = False
