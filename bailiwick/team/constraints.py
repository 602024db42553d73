"""What real teams ask of a design beyond the band: one TOML table, read from the project's settings or a file of its own."""

import csv
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from math import inf
from pathlib import Path
from typing import Any

from bailiwick.model.errors import InputError

MEASURES = ("accounts", "tier_a", "tier_b", "tier_c", "raw", "accessible", "calls", "history", "workload_hours")
TOGETHER = ("county", "group_id", "system_id")
BANDS = ("relative", "absolute")
LEAST_PART, MOST_PARTS = 0.01, 20  # of one unit, when shares are given
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Constraints:
    """Ids are ZIPs and territory names (a representative's name, T001, or the name in today's alignment).

    band_kind: relative (mean territory = 1) or absolute (full-time equivalents, driving counted to who drives). contiguous: each territory in one
    piece. max_minutes: no account further from its base, 0 = no limit. locks, forbidden: (ZIP, territory). groups: ZIPs kept together.
    keep_together: kinds of groups taken from the data. barriers: neighbours that are none; bridges: ZIPs that count as neighbours. measures:
    further bands, name to (low, high) about the mean territory. today: layer of the ingested alignment, empty = none (its rows that say locked are
    locks); disruption_limit: most share of accounts moved; stay_bonus: hours a year that keeping an account is worth. ties: (ZIP, ZIP, hours a year
    that cutting them costs). share: units heavier than the band are divided into the fewest equal shares that fit it; shares: (ZIP or account,
    shares that sum to 1), as they are given.
    """

    band_kind: str = "relative"
    contiguous: bool = True
    max_minutes: float = 0.0
    locks: Pairs = ()
    forbidden: Pairs = ()
    groups: tuple[tuple[str, ...], ...] = ()
    keep_together: tuple[str, ...] = ()
    barriers: Pairs = ()
    bridges: Pairs = ()
    measures: tuple[tuple[str, float, float], ...] = ()
    today: str = ""
    disruption_limit: float = 1.0
    stay_bonus: float = 0.0
    ties: tuple[tuple[str, str, float], ...] = ()
    share: bool = False
    shares: tuple[tuple[str, tuple[float, ...]], ...] = ()

    def __post_init__(self) -> None:
        if self.band_kind not in BANDS:
            raise InputError(f"band_kind must be {' or '.join(BANDS)}, got {self.band_kind!r}")
        if not 0 <= self.disruption_limit <= 1:
            raise InputError(f"disruption_limit is a share from 0 to 1, got {self.disruption_limit:g}")
        hours = [(f"the tie of {a} and {b} costs {cost:g} hours a year; it", cost) for a, b, cost in self.ties]
        for name, value in (("max_minutes", self.max_minutes), ("stay_bonus", self.stay_bonus), *hours):
            if not 0 <= value < inf:
                raise InputError(f"{name} must be a number from 0, got {value:g}")
        for name, low, high in self.measures:
            if name not in MEASURES:
                raise InputError(f"{name!r} is not a measure that can have a band; there are {', '.join(MEASURES)}")
            if not 0 <= low <= high < inf:
                raise InputError(f"the band of {name} must be low to high from 0, got {low:g} to {high:g}")
        for kind in self.keep_together:
            if kind not in TOGETHER:
                raise InputError(f"{kind!r} cannot be kept together; there are {', '.join(TOGETHER)}")
        for name, parts in self.shares:
            _check_parts(name, parts)
        _check_bridges(self.bridges, self.barriers)
        if not self.today and (self.disruption_limit < 1 or self.stay_bonus):
            raise InputError('disruption_limit and stay_bonus compare with an alignment; name its layer, e.g. today = "field"')

    def compared_with_nothing(self) -> "Constraints":
        """The same rules without an alignment in force, and what is limited or earned by keeping to it."""
        return replace(self, today="", disruption_limit=1.0, stay_bonus=0.0)

    def to_document(self) -> dict[str, Any]:
        """Only what differs from the default, in TOML's own types: read back by ``from_mapping``."""
        plain = Constraints()
        found: dict[str, Any] = {}
        for f in fields(self):
            value = getattr(self, f.name)
            if value != getattr(plain, f.name):
                found[f.name] = [list(v) if isinstance(v, tuple) else v for v in value] if isinstance(value, tuple) else value
        if self.measures:
            found["measures"] = {name: [low, high] for name, low, high in self.measures}
        if self.shares:
            found["shares"] = {name: list(parts) for name, parts in self.shares}
        return found


def _check_bridges(bridges: Pairs, barriers: Pairs) -> None:
    for a, b in bridges:
        if a == b:
            raise InputError(f"a bridge joins {a} to itself; name two ZIPs, or drop it")
        if (a, b) in barriers or (b, a) in barriers:
            raise InputError(f"{a} and {b} are given both as a bridge and as a barrier; drop one of them")


def _check_parts(name: str, parts: tuple[float, ...]) -> None:
    said = ", ".join(f"{p:g}" for p in parts) or "none"
    if not 2 <= len(parts) <= MOST_PARTS:
        raise InputError(f"the shares of {name} are {said}; give 2 to {MOST_PARTS} that sum to 1, e.g. [0.5, 0.5]")
    if not all(p >= LEAST_PART for p in parts):
        raise InputError(f"the shares of {name} are {said}; each must be a number from {LEAST_PART:g}")
    if abs(sum(parts) - 1.0) > 1e-9:
        raise InputError(f"the shares of {name} are {said}, which sum to {sum(parts):g}; they must sum to 1")


def from_mapping(given: Mapping[str, Any], folder: Path) -> Constraints:
    """Constraints from parsed TOML; lists may be given in place or as the name of a CSV file beside ``folder``.

    Raises InputError for an unknown key or a value of the wrong shape.
    """
    known = [f.name for f in fields(Constraints)]
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise InputError(f"{unknown[0]!r} is not a constraint; there are {', '.join(known)}")
    found = dict(given)
    _check_kinds(found)
    try:
        for key, width in (("locks", 2), ("forbidden", 2), ("barriers", 2), ("bridges", 2), ("ties", 3)):
            if key in found:
                found[key] = tuple(_row(row, width, key, text=isinstance(found[key], str)) for row in _rows(found[key], folder, key))
        if "groups" in found:
            found["groups"] = tuple(tuple(map(str, row)) for row in _rows(found["groups"], folder, "groups"))
        if "measures" in found:
            found["measures"] = tuple((str(n), *_band(str(n), b)) for n, b in dict(found["measures"]).items())
        if "shares" in found:
            found["shares"] = tuple((str(n), tuple(_number(p, f"a share of {n}") for p in parts)) for n, parts in dict(found["shares"]).items())
        if "keep_together" in found:
            found["keep_together"] = tuple(map(str, found["keep_together"]))
        for key in ("max_minutes", "disruption_limit", "stay_bonus"):
            if key in found:
                found[key] = _number(found[key], key)
    except (TypeError, ValueError, IndexError) as error:
        raise InputError(f"the constraints hold a value of the wrong kind ({error}); see the commented example in bailiwick.toml") from error
    return Constraints(**found)


def _band(name: str, given: Any) -> tuple[float, float]:
    if not isinstance(given, list | tuple) or len(given) != 2:
        raise InputError(f"the band of {name} is two numbers, low and high, e.g. [0.5, 1.5], got {given!r}")
    return _number(given[0], f"the low end of the band of {name}"), _number(given[1], f"the high end of the band of {name}")


def _number(given: Any, name: str) -> float:
    """A number as TOML writes it, not a text that reads like one, nor true for 1."""
    if isinstance(given, bool) or not isinstance(given, int | float):
        said = str(given).lower() if isinstance(given, bool) else repr(given)
        raise InputError(f"{name} is a number without quotation marks, got {said}")
    return float(given)


def _check_kinds(given: Mapping[str, Any]) -> None:
    """Values that Python would take for something else: "no" for true, true for 1."""
    for key, hint in (("contiguous", ""), ("share", "; shares = { ZIP = [0.5, 0.5] } gives them one by one")):
        if not isinstance(given.get(key, False), bool):
            raise InputError(f"{key} is true or false, without quotation marks, got {given[key]!r}{hint}")
    if not isinstance(given.get("keep_together", ()), list | tuple):
        raise InputError(f'keep_together is a list, e.g. ["{TOGETHER[0]}"], got {given["keep_together"]!r}')
    for key in ("band_kind", "today"):
        if not isinstance(given.get(key, ""), str):
            raise InputError(f"{key} is a text in quotation marks, got {given[key]!r}")
    for key in ("max_minutes", "disruption_limit", "stay_bonus"):
        if key in given:
            _number(given[key], key)


def read(path: Path) -> Constraints:
    """Constraints from a TOML file (its keys at the top, or below [constraints]).

    Raises InputError when there is no such file or it is no TOML.
    """
    if not path.is_file():
        raise InputError(f"there is no file {path} to read constraints from")
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not valid TOML: {error}; correct that line") from error
    return from_mapping(found.get("constraints", found), path.parent)


def _rows(value: Any, folder: Path, key: str) -> Iterable[list[Any]]:
    if not isinstance(value, str):
        for row in value:
            if isinstance(row, str):
                raise InputError(f"{key} is a list of lists of ZIPs, or the name of a CSV file, got {row!r} in it; put it in brackets of its own")
        return [list(row) for row in value]
    path = folder / value
    if not path.is_file():
        raise InputError(f"{key} names the file {path}, which does not exist; give a CSV of ZIPs, one row each, or a list")
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = [row for row in csv.reader(file) if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{key} names {path}, which is not readable as CSV in UTF-8 ({error}); save it as CSV UTF-8") from error
    return [row for row in rows if any(c.isdigit() for c in row[0])]  # a header holds no ZIP


def _row(row: list[Any], width: int, key: str, *, text: bool) -> tuple[Any, ...]:
    """One entry of a list. text: its numbers come from a CSV, where everything is text."""
    if len(row) != width:
        raise InputError(f"a row of {key} has {len(row)} values, {width} expected: {', '.join(map(str, row))}")
    named = f"the last value of the {key} row {', '.join(map(str, row[:2]))}"
    return (str(row[0]), str(row[1]), *(float(value) if text else _number(value, named) for value in row[2:]))
