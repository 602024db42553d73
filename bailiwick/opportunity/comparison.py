"""What changed between two versions of a definition (R12)."""

from dataclasses import dataclass
from typing import Any

from bailiwick.model.tables import PLACES
from bailiwick.opportunity.definition import Definition, Entry

_PLAIN = ("name", "title", "version", "template", "measure", "payers", "period", "annualise", "specialties")


@dataclass(frozen=True)
class Change:
    """One change: what it is about, and its value before and after ("" = absent)."""

    what: str
    before: str
    after: str


def compare(before: Definition, after: Definition) -> tuple[Change, ...]:
    """Every change from one definition to another; empty when they score alike and are signed alike."""
    found = [Change(n, _show(getattr(before, n)), _show(getattr(after, n))) for n in _PLAIN]
    found += _tables("code", _patterns(before, "include"), _patterns(after, "include"))
    found += _tables("exclusion", _patterns(before, "exclude"), _patterns(after, "exclude"))
    found += [
        Change(f"tiers.{n}", str(getattr(before.tiers, n)), str(getattr(after.tiers, n))) for n in ("a", "b", "by")
    ]
    found += _tables("sign_off", _signed(before), _signed(after))
    return tuple(c for c in found if c.before != c.after)


def _signed(definition: Definition) -> dict[str, str]:
    return {signer: f"{s.name} {s.date}" for signer, s in definition.sign_off.items()}


def _tables(what: str, before: dict[str, str], after: dict[str, str]) -> list[Change]:
    return [Change(f"{what} {k}", before.get(k, ""), after.get(k, "")) for k in sorted({*before, *after})]


def _patterns(definition: Definition, which: str) -> dict[str, str]:
    """Pattern -> the weights it stands for; an exclusion belongs to the codes it is taken from."""
    found = {}
    for entry in definition.codes:
        for text in getattr(entry, which):
            key = text if which == "include" else f"{text} from {', '.join(entry.include)}"
            found[f"{entry.system} {key}"] = _weights(entry) if which == "include" else "excluded"
    return found


def _weights(entry: Entry) -> str:
    places = [f"{p} × {entry.weight_at(p)}" for p in PLACES if entry.weight_at(p) != entry.weight]
    return ", ".join([f"× {entry.weight}", *places])


def _show(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
