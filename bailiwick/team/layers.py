"""Sales teams that divide the same market: each account belongs to one layer, so that totals are never counted twice (R30)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bailiwick.geography.units import load_units
from bailiwick.model.errors import InputError, UnknownNameError
from bailiwick.model.tables import SITE_KINDS

TIERS = ("A", "B", "C")
REST = "rest"


@dataclass(frozen=True)
class Layer:
    """One team and what it serves; an empty list means any. tiers: A, B, C. states: two letters. kinds: kinds of site."""

    name: str
    tiers: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


def from_mapping(given: Mapping[str, Any]) -> tuple[Layer, ...]:
    """Layers in the order they are written: the first that fits takes the account.

    Raises InputError for a key, tier, state or kind that does not exist.
    """
    found = []
    for name, rules in given.items():
        known = [f.name for f in fields(Layer)][1:]
        if not isinstance(rules, Mapping) or (unknown := sorted(set(rules) - set(known))):
            wrong = unknown[0] if isinstance(rules, Mapping) else rules
            raise InputError(f"[layers.{name}] holds {wrong!r}; a layer takes {', '.join(known)}")
        layer = Layer(name, **{key: _known(name, key, values) for key, values in rules.items()})
        if name == REST:
            raise InputError(f"[layers.{name}] has a name that is taken by what no layer takes; choose another")
        found.append(layer)
    return tuple(found)


def _known(name: str, key: str, values: Any) -> tuple[str, ...]:
    """The values of one rule as the data writes them, whatever their case; raises InputError for one that does not exist."""
    if not isinstance(values, list | tuple):
        raise InputError(f"[layers.{name}] {key} is a list, e.g. {key} = [{str(values)!r}], got {values!r}")
    exist, said = _exist(key)
    written = {word.casefold(): word for word in exist}
    for value in values:
        if str(value).strip().casefold() not in written:
            raise InputError(f"[layers.{name}] names {said} {value!r}; there are {', '.join(exist)}")
    return tuple(written[str(value).strip().casefold()] for value in values)


def _exist(key: str) -> tuple[tuple[str, ...], str]:
    """What a rule may name, and what one of them is called."""
    if key == "tiers":
        return TIERS, "tier"
    if key == "kinds":
        return SITE_KINDS, "kind"
    return tuple(sorted(set(load_units().state.tolist()) - {""})), "state"


def members(layers: Sequence[Layer], accounts: pa.Table, state_of: Sequence[str]) -> npt.NDArray[np.int64]:
    """Layer of each account by its place in ``layers``; one more than the last = rest. state_of: by account."""
    rows = zip(accounts.column("tier").to_pylist(), state_of, accounts.column("kind").to_pylist(), strict=True)
    return np.array([_first(layers, *row) for row in rows], dtype=np.int64)


def _first(layers: Sequence[Layer], tier: str | None, state: str, kind: str | None) -> int:
    for i, layer in enumerate(layers):
        asked = ((layer.tiers, tier), (layer.states, state), (layer.kinds, kind))
        if all(not wanted or value in wanted for wanted, value in asked):
            return i
    return len(layers)


def place_of(layers: Sequence[Layer], name: str) -> int:
    """Number of a layer by its name, ``rest`` included; raises UnknownNameError."""
    names = [*[layer.name for layer in layers], REST]
    if name not in names:
        raise UnknownNameError("layer of this project", name, names)
    return names.index(name)
