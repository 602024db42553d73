"""Why a score is what it is: its largest terms, then the rest in one."""

from collections.abc import Iterable
from typing import NamedTuple

from bailiwick.opportunity.definition import Definition
from bailiwick.opportunity.fixed import Ints, text

SHOWN = 3


class Term(NamedTuple):
    """One code at one place: volume, weight and contribution in ten-thousandths."""

    code: str
    place: str
    volume: int
    weight: int
    contribution: int
    period: str

    def plus(self, volume: int, contribution: int) -> "Term":
        """The term with more volume of the same code and place."""
        more = self.volume + volume, self.weight, self.contribution + contribution
        return Term(self.code, self.place, *more, self.period)


def reasons(terms_by_id: Iterable[list[Term]], raw: Ints, definition: Definition) -> list[str]:
    """One reason per id: ``66984 asc 412/yr × 1 = 412; +2 more = 30 (services, medicare_ffs, 2014/2023)``."""
    unit = "/yr" if definition.annualise else ""
    sign = "$" if definition.measure == "payments" else ""
    found = []
    for terms, total in zip(terms_by_id, raw.tolist(), strict=True):
        largest = sorted(
            [t for t in terms if t.contribution] or terms[:1], key=lambda t: (-t.contribution, t.code, t.place)
        )
        parts = [
            f"{t.code} {t.place} {sign}{text(t.volume)}{unit} × {text(t.weight)} = {text(t.contribution)}"
            for t in largest[:SHOWN]
        ]
        if len(largest) > SHOWN:
            rest = total - sum(t.contribution for t in largest[:SHOWN])
            parts.append(f"+{len(largest) - SHOWN} more = {text(rest)}")
        periods = ", ".join(sorted({t.period for t in terms}))
        found.append(f"{'; '.join(parts)} ({definition.measure}, {definition.payer}, {periods})")
    return found
