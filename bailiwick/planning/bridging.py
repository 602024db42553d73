"""Bridges a team declares: units that share no border and yet count as neighbours, for its designs and for every question asked of them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bailiwick.market.market import Market
from bailiwick.model.errors import InputError
from bailiwick.team.constraints import Pairs


def bridged(made: Market, pairs: Pairs) -> Market:
    """The market with declared pairs of ZIPs joined.

    Raises InputError for a ZIP that does not exist, or a pair that lies in one ZIP area.
    """
    if not pairs:
        return made
    ends = [(int(made.units.locate(a)), int(made.units.locate(b))) for a, b in pairs]
    for (a, b), (one, other) in zip(pairs, ends, strict=True):
        if one == other:
            raise InputError(f"a bridge joins {a} and {b}, which are the same ZIP area ({made.units.zips[one]}); name two that are apart, or drop it")
    return replace(made, bridges=tuple(ends))


def as_recorded(made: Market, provenance: Mapping[str, Any]) -> Market:
    """The market with the bridges of a stored plan."""
    asked = provenance.get("constraints")
    found = asked.get("bridges", ()) if isinstance(asked, Mapping) else ()
    return bridged(made, tuple((str(a), str(b)) for a, b in found))
