"""What a product's opportunity is: a named, versioned, weighted set of codes (R1, R12, R13)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, reduce
from hashlib import sha256
from operator import or_
from typing import Any

from bailiwick.model.errors import InputError
from bailiwick.model.tables import CODE_SYSTEMS, PAYERS, PLACES
from bailiwick.opportunity.patterns import Pattern, any_matches, common_codes, parse

MEASURES = ("services", "patients", "payments")
TEMPLATES = ("surgical-device", "diagnostics-lab", "drug-decile")
SIGNERS = ("commercial", "marketing", "medical")
MAX_WEIGHT = Decimal(10_000)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
_PERIOD = re.compile(r"\d{4}(/\d{4})?")


def exact_number(what: str, value: Any, high: Decimal = MAX_WEIGHT) -> Decimal:
    """``value`` as a decimal from 0 to ``high`` with at most four digits after the point, in its shortest form."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise InputError(f"{what} must be a number, got {value!r}")
    found = Decimal(str(value))
    if not found.is_finite() or found < 0 or found > high:
        raise InputError(f"{what} must be a number from 0 to {high}, got {value}")
    if found != found.quantize(Decimal("0.0001")):
        raise InputError(f"{what} may have at most four digits after the point, got {value}")
    return Decimal(f"{found.normalize():f}") if found else Decimal(0)


@dataclass(frozen=True)
class Entry:
    """Codes that weigh the same.

    system: HCPCS, ICD10CM, NDC or DRUG. include, exclude: patterns (see patterns.parse).
    weight: per unit of volume. weights: place -> weight where a place weighs otherwise.
    """

    system: str
    include: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    weight: Decimal = Decimal(1)
    weights: Mapping[str, Decimal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.system not in CODE_SYSTEMS:
            raise InputError(f"{self.system!r} is not a code system; there are {', '.join(CODE_SYSTEMS)}")
        if not self.include:
            raise InputError(f"a {self.system} entry includes no code; list at least one in include")
        for name in ("include", "exclude"):
            texts = tuple(parse(t, self.system).text for t in getattr(self, name))
            object.__setattr__(self, name, texts)
        object.__setattr__(self, "weight", exact_number(f"weight of {self.include[0]}", self.weight))
        for place in self.weights:
            if place not in PLACES:
                raise InputError(f"{place!r} is not a place of service; there are {', '.join(PLACES)}")
        by_place = {
            p: exact_number(f"weight of {self.include[0]} at {p}", self.weights[p]) for p in sorted(self.weights)
        }
        object.__setattr__(self, "weights", by_place)

    @cached_property
    def included(self) -> tuple[Pattern, ...]:
        """The parsed include patterns."""
        return tuple(parse(t, self.system) for t in self.include)

    @cached_property
    def excluded(self) -> tuple[Pattern, ...]:
        """The parsed exclude patterns."""
        return tuple(parse(t, self.system) for t in self.exclude)

    def matches(self, code: str) -> bool:
        """Whether the entry takes in ``code``."""
        return any_matches(self.included, code) and not any_matches(self.excluded, code)

    def weight_at(self, place: str) -> Decimal:
        """Weight of one unit of volume at a place of service."""
        return self.weights.get(place, self.weight)

    def predicate(self, volume: Any) -> Any:
        """The entry as an Ibis predicate over the volume table."""
        found = reduce(or_, [p.predicate(volume.code) for p in self.included])
        for pattern in self.excluded:
            found = found & ~pattern.predicate(volume.code)
        return (volume.code_system == self.system) & found

    def same_weights(self, other: "Entry") -> bool:
        """Whether every place weighs the same in both."""
        return all(self.weight_at(p) == other.weight_at(p) for p in PLACES)


@dataclass(frozen=True)
class TierCuts:
    """Tier A: the first ``a`` of accounts (by count) or of opportunity (by volume); B the next ``b``; C the rest."""

    a: Decimal = Decimal("0.1")
    b: Decimal = Decimal("0.3")
    by: str = "count"

    def __post_init__(self) -> None:
        for name in ("a", "b"):
            object.__setattr__(self, name, exact_number(f"tiers.{name}", getattr(self, name), Decimal(1)))
        if self.a + self.b > 1:
            raise InputError(f"tiers.a + tiers.b must be at most 1, got {self.a + self.b}")
        if self.by not in ("count", "volume"):
            raise InputError(f"tiers.by must be count or volume, got {self.by!r}")


@dataclass(frozen=True)
class SignOff:
    """Who agreed, and when (ISO date)."""

    name: str
    date: str

    def __post_init__(self) -> None:
        if not self.name or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", self.date):
            raise InputError(f"a sign-off needs a name and a date like 2025-01-31, got {self.name!r}, {self.date!r}")


@dataclass(frozen=True)
class Definition:
    """An opportunity definition.

    measure: what of the volume counts: services, patients or payments. payers: payer scopes summed.
    period: a period as stored, or "" = the latest of each provider and payer. annualise: divide by the years of the
    period. specialties: only these (any when empty). template: the product kind the definition began from.
    """

    name: str
    codes: tuple[Entry, ...]
    title: str = ""
    version: int = 1
    measure: str = "services"
    payers: tuple[str, ...] = ("medicare_ffs",)
    period: str = ""
    annualise: bool = True
    specialties: tuple[str, ...] = ()
    template: str = "surgical-device"
    tiers: TierCuts = field(default_factory=TierCuts)
    sign_off: Mapping[str, SignOff] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise InputError(f"{self.name!r} is not a definition name; use small letters, digits, dots and hyphens")
        if isinstance(self.version, bool) or not isinstance(self.version, int) or self.version < 1:
            raise InputError(f"version must be a whole number from 1, got {self.version!r}")
        if not self.codes:
            raise InputError(f"definition {self.name} has no codes; add at least one [[codes]] entry")
        _among("measure", self.measure, MEASURES)
        _among("template", self.template, TEMPLATES)
        for signer in self.sign_off:
            _among("sign_off", signer, SIGNERS)
        if self.period and not _PERIOD.fullmatch(self.period):
            raise InputError(f"period must be YYYY or YYYY/YYYY, got {self.period!r}")
        _check_payers(self.payers)
        _check_overlaps(self.codes)

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical TOML, hexadecimal."""
        return sha256(self.to_toml().encode()).hexdigest()

    @property
    def payer(self) -> str:
        """The payer scope in one word, as stated on every number."""
        return "+".join(self.payers)

    def entry(self, system: str, code: str) -> Entry | None:
        """The entry that takes in a code; None when none does."""
        return next((e for e in self.codes if e.system == system and e.matches(code)), None)

    def predicate(self, volume: Any) -> Any:
        """Rows of the volume table that the definition counts, as an Ibis predicate."""
        return reduce(or_, [entry.predicate(volume) for entry in self.codes])

    def to_toml(self) -> str:
        """Canonical TOML; ``from_toml`` reads it back to an equal definition."""
        from bailiwick.opportunity.definition_toml import write

        return write(self)

    @classmethod
    def from_toml(cls, text: str) -> "Definition":
        """A definition from TOML; raises InputError in one sentence."""
        from bailiwick.opportunity.definition_toml import read

        return read(text)


def _among(what: str, given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        raise InputError(f"{given!r} is not a {what}; there are {', '.join(known)}")


def _check_payers(payers: tuple[str, ...]) -> None:
    if not payers:
        raise InputError(f"payer is empty; name at least one of {', '.join(PAYERS)}")
    for payer in payers:
        _among("payer", payer, PAYERS)
    if len(set(payers)) < len(payers) or ("all_payer" in payers and len(payers) > 1):
        raise InputError(f"payer {', '.join(payers)} counts the same volume twice; all_payer holds the others")


def _check_overlaps(entries: tuple[Entry, ...]) -> None:
    for i, one in enumerate(entries):
        for two in entries[i + 1 :]:
            if one.system == two.system and not one.same_weights(two):
                _refuse_overlap(one, two)


def _refuse_overlap(one: Entry, two: Entry) -> None:
    for a in one.included:
        for b in two.included:
            for code in common_codes(a, b):
                if one.matches(code) and two.matches(code):
                    raise InputError(
                        f"{one.system} {code} is matched by {a.text} and by {b.text} with different weights; "
                        "exclude it from one of the two entries"
                    )
