"""Definitions as TOML: reading with clear errors, and the canonical text that is hashed."""

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import tomli_w

from bailiwick.model.errors import InputError
from bailiwick.opportunity.definition import Definition, Entry, SignOff, TierCuts

_TOP = ("name", "title", "version", "template", "measure", "payer", "period", "annualise", "specialties",
        "codes", "tiers", "sign_off")  # fmt: skip
_ENTRY = ("system", "include", "exclude", "weight", "weights")
_TEXTS = ("name", "title", "template", "measure", "period")


def read(text: str) -> Definition:
    """A definition from TOML.

    Raises InputError on broken TOML, an unknown key, or a value that breaks a rule.
    """
    try:
        found = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"the definition is not valid TOML: {error}; correct that line") from error
    _known(found, _TOP, "a definition")
    for key in ("name", "codes"):
        if key not in found:
            raise InputError(f"the definition has no {key}; it needs at least name and [[codes]]")
    values: dict[str, Any] = {k: _text(k, found[k]) for k in _TEXTS if k in found}
    if "version" in found:
        values["version"] = found["version"]
    if "annualise" in found:
        values["annualise"] = _flag(found["annualise"])
    if "payer" in found:
        payer = found["payer"]
        values["payers"] = (payer,) if isinstance(payer, str) else _texts("payer", payer)
    if "specialties" in found:
        values["specialties"] = _texts("specialties", found["specialties"])
    codes = found["codes"]
    if not isinstance(codes, list):
        raise InputError("codes must be a list of tables; write each as [[codes]]")
    return Definition(
        codes=tuple(_entry(c) for c in codes),
        tiers=_tiers(found.get("tiers", {})),
        sign_off=_sign_off(found.get("sign_off", {})),
        **values,
    )


def write(definition: Definition) -> str:
    """The canonical TOML: every key, in one order, numbers in their shortest form."""
    d = definition
    document = {
        "name": d.name,
        "title": d.title,
        "version": d.version,
        "template": d.template,
        "measure": d.measure,
        "payer": list(d.payers),
        "period": d.period,
        "annualise": d.annualise,
        "specialties": list(d.specialties),
        "codes": [_entry_table(e) for e in d.codes],
        "tiers": {"a": _number(d.tiers.a), "b": _number(d.tiers.b), "by": d.tiers.by},
        "sign_off": {k: {"name": s.name, "date": s.date} for k, s in sorted(d.sign_off.items())},
    }
    return tomli_w.dumps(document)


def _entry_table(entry: Entry) -> dict[str, Any]:
    return {
        "system": entry.system,
        "include": list(entry.include),
        "exclude": list(entry.exclude),
        "weight": _number(entry.weight),
        "weights": {p: _number(w) for p, w in entry.weights.items()},
    }


def _number(value: Decimal) -> int | Decimal:
    return int(value) if value == value.to_integral_value() else value


def _entry(found: Any) -> Entry:
    if not isinstance(found, Mapping):
        raise InputError("each of codes must be a table; write it as [[codes]]")
    _known(found, _ENTRY, "[[codes]]")
    if "system" not in found or "include" not in found:
        raise InputError("a [[codes]] entry needs system and include")
    weights = found.get("weights", {})
    if not isinstance(weights, Mapping):
        raise InputError("weights must be a table of place = weight")
    return Entry(
        system=_text("system", found["system"]),
        include=_texts("include", found["include"]),
        exclude=_texts("exclude", found.get("exclude", [])),
        weight=found.get("weight", Decimal(1)),
        weights=dict(weights),
    )


def _tiers(found: Any) -> TierCuts:
    if not isinstance(found, Mapping):
        raise InputError("tiers must be a table with a, b and by")
    _known(found, ("a", "b", "by"), "[tiers]")
    return TierCuts(**found)


def _sign_off(found: Any) -> dict[str, SignOff]:
    if not isinstance(found, Mapping):
        raise InputError("sign_off must hold tables, e.g. [sign_off.medical]")
    signed = {}
    for signer, value in found.items():
        if not isinstance(value, Mapping):
            raise InputError(f"sign_off.{signer} must be a table with name and date")
        _known(value, ("name", "date"), f"[sign_off.{signer}]")
        signed[signer] = SignOff(str(value.get("name", "")), str(value.get("date", "")))
    return signed


def _known(found: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    unknown = sorted(set(found) - set(known))
    if unknown:
        raise InputError(f"{unknown[0]!r} is not a key of {where}; it knows {', '.join(known)}")


def _text(what: str, value: Any) -> str:
    if not isinstance(value, str):
        raise InputError(f"{what} must be text, got {value!r}")
    return value


def _texts(what: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise InputError(f"{what} must be a list of texts, got {value!r}")
    return tuple(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise InputError(f"annualise must be true or false, got {value!r}")
    return value
