"""A field: where a value stands in a raw file, how its text is read, and which rule rejects the row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_
from typing import Any

import ibis

Expr = Any  # an Ibis column expression; Ibis ships no types that mypy can follow
Parser = Callable[["Field", Expr], tuple[Expr, Expr | None]]


@dataclass(frozen=True)
class Field:
    """One value of a source row.

    name: name in our tables. parse: key of ``PARSERS``. aliases: header names it goes by, lower case.
    required: the file must have the column (or the mapping a constant). filled: a blank value rejects the row.
    default: text that stands for a blank or absent value. among: allowed values.
    words: source's word, lower case → ours.
    """

    name: str
    parse: str = "text"
    aliases: tuple[str, ...] = ()
    required: bool = False
    filled: bool = False
    default: str | None = None
    among: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """A reason to reject a row: ``broken`` is true where ``column`` breaks the rule named by ``text``."""

    column: str
    text: str
    broken: Expr


RULES = {
    "npi": "NPI is ten digits with a right check digit",
    "zip": "ZIP is a five- or nine-digit ZIP",
    "decimal": "is a number of zero or more",
    "signed": "is a number",
    "average": "is a number of zero or more",
    "whole": "is a whole number of zero or more",
    "point": "is a number",
    "date": "is a date as MM/DD/YYYY or YYYY-MM-DD",
    "code": "is a code of letters and digits",
    "period": "is YYYY, YYYY-MM or YYYY/YYYY",
    "month": "is YYYY or YYYY-MM",
    "flag": "is true or false",
    "choice": "is one of the known values",
}


def blank_to_null(text: Expr) -> Expr:
    """Text without outer blanks; null when nothing is left."""
    return text.strip().nullif("")


def npi_broken(text: Expr) -> Expr:
    """True where text is not an NPI with a right check digit (Luhn over 80840 + NPI, 45 CFR 162.406)."""
    digits = [text.substr(i, 1).try_cast("int8") for i in range(10)]
    doubled = [2 * d - ibis.ifelse(d > 4, 9, 0) for d in digits[0::2]]
    total = reduce(lambda a, b: a + b, [*doubled, *digits[1::2]]).cast("int32") + 24
    return ~text.re_search("^[12][0-9]{9}$") | ((total % 10) != 0).fill_null(True)


def zip5(text: Expr) -> Expr:
    """Five-digit ZIP as ``model.ids.zip5`` reads it; null when the text is none."""
    bare = text.strip().re_replace(r"\.0+$", "")
    plain = bare.re_search(r"^[0-9]{1,9}$")
    dashed = bare.re_search(r"^[0-9]{1,5}-[0-9]{4}$")
    head = bare.split("-")[0]
    found = ibis.cases(
        (plain & (bare.length() <= 5), bare.lpad(5, "0")),
        (plain, bare.lpad(9, "0").substr(0, 5)),
        (dashed, head.lpad(5, "0")),
        else_=ibis.null("string"),
    )
    return found.nullif("00000")


def _number(text: Expr, kind: str) -> Expr:
    return text.re_replace(r"[$,\s]", "").try_cast(kind)


def _text(_: Field, text: Expr) -> tuple[Expr, Expr | None]:
    return text, None


def _npi(_: Field, text: Expr) -> tuple[Expr, Expr | None]:
    bare = text.re_replace(r"\.0+$", "")
    return bare, text.notnull() & npi_broken(bare)


def _zip(_: Field, text: Expr) -> tuple[Expr, Expr | None]:
    found = zip5(text)
    return found, text.notnull() & found.isnull()


def _soft_zip(_: Field, text: Expr) -> tuple[Expr, Expr | None]:
    return zip5(text), None


def _ccn(_: Field, text: Expr) -> tuple[Expr, Expr | None]:
    bare = text.re_replace(r"\.0$", "").upper()
    return ibis.ifelse(bare.length() < 6, bare.lpad(6, "0"), bare), None


def _measure(kind: str, signed: bool = False) -> Parser:
    """A count or a sum of money; ``*`` means suppressed: null, never zero."""

    def parse(_: Field, text: Expr) -> tuple[Expr, Expr | None]:
        given = text.nullif("*")
        found = _number(given, kind)
        broken = given.notnull() & found.isnull()
        return found, broken if signed else broken | (found < 0).fill_null(False)

    return parse


def _whole(_: Field, text: Expr) -> tuple[Expr, Expr | None]:
    given = text.nullif("*")
    found = _number(given, "decimal(18, 4)")
    whole = found.cast("int64")
    return whole, given.notnull() & ((found < 0) | (whole != found)).fill_null(True)


def _point(_: Field, text: Expr) -> tuple[Expr, Expr | None]:
    found = text.try_cast("float64")
    return ibis.ifelse(found.isnan() | found.isinf(), ibis.null("float64"), found), None


def _date(_: Field, text: Expr) -> tuple[Expr, Expr | None]:
    american = text.re_search(r"^[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}$")
    parts = text.split("/")
    iso = ibis.ifelse(american, parts[2] + "-" + parts[0].lpad(2, "0") + "-" + parts[1].lpad(2, "0"), text)
    found = iso.try_cast("date").cast("string")
    return found, text.notnull() & found.isnull()


def _code(_: Field, text: Expr) -> tuple[Expr, Expr | None]:
    found = text.upper()
    return found, text.notnull() & (found.length() > 80)


def _shape(pattern: str) -> Parser:
    def parse(_: Field, text: Expr) -> tuple[Expr, Expr | None]:
        bare = text.re_replace(r"\.0$", "")
        return bare, text.notnull() & ~bare.re_search(pattern)

    return parse


def _choice(field: Field, text: Expr) -> tuple[Expr, Expr | None]:
    lower = text.lower()
    cases = [(lower == word, ours) for word, ours in field.words.items()]
    found = ibis.cases(*cases, else_=lower if _all_lower(field) else text) if cases else text
    return found, text.notnull() & ~found.isin(field.among)


def _all_lower(field: Field) -> bool:
    return all(value == value.lower() for value in field.among)


def _flag(_: Field, text: Expr) -> tuple[Expr, Expr | None]:
    lower = text.lower()
    yes, no = lower.isin(["true", "yes", "y", "1", "t"]), lower.isin(["false", "no", "n", "0", "f"])
    return yes, text.notnull() & ~yes & ~no


PARSERS: dict[str, Parser] = {
    "text": _text,
    "npi": _npi,
    "zip": _zip,
    "soft_zip": _soft_zip,
    "ccn": _ccn,
    "decimal": _measure("decimal(18, 4)"),
    "signed": _measure("decimal(18, 4)", signed=True),
    "money": _measure("decimal(18, 2)", signed=True),
    "average": _measure("decimal(20, 10)"),
    "share": _measure("decimal(9, 6)"),
    "whole": _whole,
    "point": _point,
    "date": _date,
    "code": _code,
    "period": _shape(r"^[0-9]{4}(-(0[1-9]|1[0-2])|/[0-9]{4})?$"),
    "month": _shape(r"^[0-9]{4}(-(0[1-9]|1[0-2]))?$"),
    "choice": _choice,
    "flag": _flag,
}


def read_field(field: Field, raw: Expr) -> tuple[Expr, list[Rule]]:
    """The typed value of ``field`` from its raw text, and the rules that reject a row."""
    text = blank_to_null(raw)
    if field.default is not None:
        text = text.fill_null(field.default)
    value, broken = PARSERS[field.parse](field, text)
    rules = [] if broken is None else [Rule(field.name, _rule_text(field), broken.fill_null(False))]
    if field.filled:
        rules.append(Rule(field.name, "must not be blank", text.isnull()))
    return value, rules


def _rule_text(field: Field) -> str:
    if field.among:
        known = sorted({*field.words}) or list(field.among)
        return f"{field.name} is one of {', '.join(known)}"
    told = RULES.get(field.parse, "is a number")
    return told if told[0].isupper() else f"{field.name} {told}"


def all_of(*conditions: Expr) -> Expr:
    """True where every condition is."""
    return reduce(and_, conditions)


def any_of(*conditions: Expr) -> Expr:
    """True where some condition is."""
    return reduce(or_, conditions)
