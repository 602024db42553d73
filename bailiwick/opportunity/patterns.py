"""Patterns over codes: one code, a trailing wildcard, or a range."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bailiwick.model.errors import InputError

_EXACT = re.compile(r"[A-Z0-9]{1,20}")
_DRUG = re.compile(r"[A-Z0-9][A-Z0-9 /()&'+%,._-]{0,79}")
_PARTS = re.compile(r"([A-Z]*)(\d+)([A-Z]*)")


def normal_code(text: str, system: str = "HCPCS") -> str:
    """Upper case without dots or outer blanks; a drug name keeps its own signs."""
    found = " ".join(str(text).upper().split())
    return (
        found
        if system == "DRUG"
        else found.replace(".", "").replace("-", "")
        if system == "NDC"
        else found.replace(".", "")
    )


@dataclass(frozen=True)
class Pattern:
    """``kind`` is exact, prefix or range.

    exact: ``low`` is the code. prefix: ``low`` is the prefix. range: codes ``head + digits + tail`` of the same
    length whose digits lie between those of ``low`` and ``high``; in ICD-10-CM the codes below them too.
    """

    kind: str
    low: str
    high: str = ""
    children: bool = False

    @property
    def text(self) -> str:
        """As a user would write it."""
        return {"exact": self.low, "prefix": f"{self.low}*", "range": f"{self.low}-{self.high}"}[self.kind]

    def matches(self, code: str) -> bool:
        """Whether the pattern takes in ``code`` (normal form)."""
        if self.kind == "exact":
            return code == self.low
        if self.kind == "prefix":
            return code.startswith(self.low)
        if len(code) < len(self.low) or (len(code) > len(self.low) and not self.children):
            return False
        head, digits, tail = self._parts()
        stem = code[: len(self.low)]
        middle = stem[len(head) : len(head) + digits]
        between = self._digits(self.low) <= middle <= self._digits(self.high)
        return stem.startswith(head) and stem.endswith(tail) and middle.isascii() and middle.isdigit() and between

    def predicate(self, code: Any) -> Any:
        """The same test as an Ibis expression over a text column."""
        if self.kind == "exact":
            return code == self.low
        if self.kind == "prefix":
            return code.startswith(self.low)
        head, digits, tail = self._parts()
        end = "" if self.children else "$"
        middle = code.substr(len(head), digits)
        shape = code.re_search(f"^{head}[0-9]{{{digits}}}{tail}{end}")
        return shape & (middle >= self._digits(self.low)) & (middle <= self._digits(self.high))

    def codes(self) -> Iterator[str]:
        """Every code of an exact pattern or a range (without the codes below them)."""
        if self.kind == "exact":
            yield self.low
        elif self.kind == "range":
            head, digits, tail = self._parts()
            for n in range(int(self._digits(self.low)), int(self._digits(self.high)) + 1):
                yield f"{head}{n:0{digits}d}{tail}"

    def _parts(self) -> tuple[str, int, str]:
        match = _PARTS.fullmatch(self.low)
        assert match is not None
        return match[1], len(match[2]), match[3]

    def _digits(self, code: str) -> str:
        head, digits, _ = self._parts()
        return code[len(head) : len(head) + digits]


def parse(text: str, system: str) -> Pattern:
    """The pattern in ``text``: ``66984``, ``6698*``, ``27440-27447``, ``M17*``.

    Raises InputError when it is none of these.
    """
    raw = str(text).strip()
    if raw.endswith("*"):
        prefix = normal_code(raw[:-1], system)
        if (_DRUG if system == "DRUG" else _EXACT).fullmatch(prefix):
            return Pattern("prefix", prefix)
    elif system not in ("DRUG", "NDC") and raw.count("-") == 1:
        return _range(raw, system)
    else:
        code = normal_code(raw, system)
        if (_DRUG if system == "DRUG" else _EXACT).fullmatch(code):
            return Pattern("exact", code)
    raise InputError(f"{text!r} is not a {system} code pattern; write a code, a prefix with * at its end, or LOW-HIGH")


def _range(raw: str, system: str) -> Pattern:
    low, high = (normal_code(part, system) for part in raw.split("-"))
    a, b = _PARTS.fullmatch(low), _PARTS.fullmatch(high)
    if a is None or b is None or len(low) != len(high) or (a[1], a[3]) != (b[1], b[3]):
        raise InputError(f"{raw!r} is not a code range; both ends need the same length and letters, as in 27440-27447")
    if len(a[2]) > 6:
        raise InputError(f"{raw!r} is too wide a code range; at most six digits may vary")
    if low > high:
        raise InputError(f"{raw!r} runs backwards; write {high}-{low}")
    return Pattern("range", low, high, children=system == "ICD10CM")


def common_codes(a: Pattern, b: Pattern) -> Iterator[str]:
    """Codes (or, for two prefixes, the longer prefix) that both patterns take in; empty when they never meet."""
    finite = next((p for p in (a, b) if p.kind == "exact"), None) or next(
        (p for p in (a, b) if p.kind == "range"), None
    )
    if finite is None:
        longer, shorter = (a, b) if len(a.low) >= len(b.low) else (b, a)
        if longer.low.startswith(shorter.low):
            yield longer.low
        return
    other = b if finite is a else a
    yield from (code for code in finite.codes() if other.matches(code))
    if finite.children:  # a prefix or range that begins below a code of this range
        stems = [other.low] if other.kind == "prefix" else other.codes()
        yield from (code for code in stems if finite.matches(code))


def any_matches(patterns: Iterable[Pattern], code: str) -> bool:
    """Whether one of the patterns takes in ``code``."""
    return any(p.matches(code) for p in patterns)
