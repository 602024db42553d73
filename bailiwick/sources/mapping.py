"""A user's column mapping: which of their columns is which of our fields, and what stands for what is not there."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bailiwick.model.errors import InputError, UnknownNameError
from bailiwick.sources.fields import Field

SECTIONS = ("columns", "constants", "values", "options")


@dataclass(frozen=True)
class ColumnMapping:
    """columns: field → header name. constants: field → text. values: field → {source's word: ours}.

    sum_repeats: rows alike in every column are claims of their own and are summed, not duplicates.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    sum_repeats: bool = False


def read_mapping(path: Path | None, fields: Sequence[Field]) -> ColumnMapping:
    """The mapping in the TOML file ``path``; the empty mapping without one. Unknown keys are refused by name."""
    if path is None:
        return ColumnMapping()
    if not path.is_file():
        raise InputError(f"{path} is not a file; give the TOML file that maps your columns")
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not TOML ({error}); see the mapping example in the documentation") from error
    _check_names("section of a mapping", found, SECTIONS)
    options = _table(path, found, "options")
    _check_names("option of a mapping", options, ("repeats",))
    if options.get("repeats", "reject") not in ("reject", "sum"):
        raise InputError(f'{path}: repeats is {options["repeats"]!r}; write "reject" or "sum"')
    names = [f.name for f in fields]
    for section in ("columns", "constants", "values"):
        _check_names("field of this source", _table(path, found, section), names)
    values = {n: {str(k).lower(): str(v) for k, v in t.items()} for n, t in _table(path, found, "values").items()
              if isinstance(t, dict)}  # fmt: skip
    return ColumnMapping(
        columns=_texts(path, found, "columns"),
        constants=_texts(path, found, "constants"),
        values=values,
        sum_repeats=options.get("repeats") == "sum",
    )


def applied(fields: Sequence[Field], mapping: ColumnMapping) -> tuple[Field, ...]:
    """The fields with the mapping's words added and its constants as their defaults."""
    return tuple(
        replace(
            f,
            words={**f.words, **mapping.values.get(f.name, {})},
            default=mapping.constants.get(f.name, f.default),
        )
        for f in fields
    )


def locate(given: Path, header: Sequence[str], fields: Sequence[Field], mapping: ColumnMapping) -> dict[str, str]:
    """Field name → header name in this file; fields that the file lacks are left out.

    Raises UnknownNameError when the mapping names a column that is not there, InputError when a required one misses.
    """
    there = {name.replace("\ufeff", "").strip().lower(): name for name in reversed(header)}
    found: dict[str, str] = {}
    for f in fields:
        wanted = mapping.columns.get(f.name)
        if wanted is not None and wanted.strip().lower() not in there:
            raise UnknownNameError(f"column of {given.name}", wanted, header)
        names = (wanted.strip().lower(),) if wanted is not None else (f.name, *f.aliases)
        match = next((there[n] for n in names if n in there), None)
        if match is not None and not (wanted is None and f.name in mapping.constants):
            found[f.name] = match
        elif f.required and f.default is None:
            shown = ", ".join(h.strip() for h in header[:40]) + (", …" if len(header) > 40 else "")
            wants = " or ".join(repr(n) for n in dict.fromkeys((f.name, *f.aliases)))
            raise InputError(f"{given} has no column {wants}; it has {shown}; name it in a mapping file")
    return found


def _check_names(what: str, given: Mapping[str, object], known: Sequence[str]) -> None:
    for name in given:
        if name not in known:
            raise UnknownNameError(what, name, known)


def _table(path: Path, found: Mapping[str, object], section: str) -> dict[str, object]:
    table = found.get(section, {})
    if not isinstance(table, dict):
        raise InputError(f"{path}: {section} is not a table; write it under [{section}]")
    return table


def _texts(path: Path, found: Mapping[str, object], section: str) -> dict[str, str]:
    table = _table(path, found, section)
    for name, value in table.items():
        if isinstance(value, dict | list):
            raise InputError(f"{path}: {section}.{name} is not a single value; write it as text")
    return {name: str(value) for name, value in table.items()}
