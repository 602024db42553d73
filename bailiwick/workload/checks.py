"""Checks of parameters at birth: one clear sentence each."""

import math
from collections.abc import Mapping
from typing import Any

from bailiwick.model.errors import InputError

TIERS = ("A", "B", "C")


def refuse_unknown(given: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    """Raise InputError naming the first key of ``given`` that ``known`` lacks."""
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise InputError(f"{unknown[0]!r} is not a setting of {where}; it knows {', '.join(known)}")


def number(what: str, value: Any, low: float = 0.0, high: float = math.inf, *, above: bool = False) -> float:
    """``value`` as a float from ``low`` to ``high`` (``above``: strictly above ``low``).

    Raises InputError when it is no finite number or out of range.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InputError(f"{what} must be a finite number, got {value!r}")
    if value < low or value > high or (above and value == low):
        limit = f"{'above' if above else 'at least'} {low:g}" + (f" and at most {high:g}" if high < math.inf else "")
        raise InputError(f"{what} must be {limit}, got {value:g}")
    return float(value)


def by_tier(what: str, value: Any) -> tuple[float, float, float]:
    """Three numbers, for tiers A, B and C, from a table ``{a, b, c}``, a triple, or one number for all.

    Raises InputError when a tier is missing or unknown.
    """
    if isinstance(value, Mapping):
        given = {str(k).lower(): v for k, v in value.items()}
        refuse_unknown(given, ("a", "b", "c"), what)
        missing = sorted({"a", "b", "c"} - set(given))
        if missing:
            raise InputError(f"{what} lacks tier {missing[0]}; give a, b and c")
        value = (given["a"], given["b"], given["c"])
    elif isinstance(value, int | float):
        value = (value, value, value)
    if not isinstance(value, list | tuple) or len(value) != 3:
        raise InputError(f"{what} must give a, b and c, got {value!r}")
    a, b, c = (number(f"{what}.{tier}", v) for tier, v in zip("abc", value, strict=True))
    return a, b, c
