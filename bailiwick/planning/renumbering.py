"""The rules of a plan whose territories were split or merged: what names a territory follows its number, what cannot is told.

A territory is known by the number it had: ``came_from`` gives it for each new number, -1 = new.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bailiwick.planning.reworking import Rebuilt
from bailiwick.team.constraints import Constraints

I32 = npt.NDArray[np.int32]
TOLD = 3  # of what was let go, one by one


@dataclass(frozen=True)
class Renumbered:
    """Rules and names of territories by new number. let_go: a sentence for each kind of rule that could not stay."""

    rules: Constraints
    names: tuple[str, ...]
    let_go: tuple[str, ...]


def renumbered(it: Rebuilt, label: I32, came_from: Sequence[int], becomes: Sequence[int]) -> Renumbered:
    """The rules of ``it`` for other territories. label: new number by row. becomes: the new number of each old one."""
    names = tuple(_name(it, old, new) for new, old in enumerate(came_from))
    merged = len(came_from) < len(becomes)
    kept: dict[str, tuple[tuple[str, str], ...]] = {}
    let_go = []
    for kind, pairs, lies in (("locks", it.rules.locks, True), ("forbidden", it.rules.forbidden, False)):
        rows = [(zip_code, territory, becomes[it.wanted.slot(territory)]) for zip_code, territory in pairs]
        held = [_anywhere(it, label, zip_code, slot) is lies for zip_code, _, slot in rows]
        kept[kind] = tuple(dict.fromkeys((z, _called(names, slot)) for (z, _, slot), stays in zip(rows, held, strict=True) if stays))
        lost = [f"{z} {t}" for (z, t, _), stays in zip(rows, held, strict=True) if not stays]
        if lost:
            let_go.append(_sentence(kind, lost))
    rules = replace(it.rules, locks=kept["locks"], forbidden=kept["forbidden"])
    rules, said = _compared(it, rules, label, merged)
    return Renumbered(rules, names, (*let_go, *said))


def _name(it: Rebuilt, old: int, new: int) -> str:
    """What rules call a territory: as before, by number where it had no other name."""
    number = f"T{new + 1:03d}"
    return number if old < 0 or it.wanted.names[old] == f"T{old + 1:03d}" else it.wanted.names[old]


def _called(names: Sequence[str], slot: int) -> str:
    return names[slot] if names.count(names[slot]) == 1 else f"T{slot + 1:03d}"


def _anywhere(it: Rebuilt, label: I32, zip_code: str, slot: int) -> bool:
    """Whether any part of a ZIP lies in a territory."""
    unit = int(it.made.units.locate(zip_code))
    return any(int(label[row]) == slot for row in it.parts.rows_of.get(unit, (unit,)))


def _sentence(kind: str, lost: Sequence[str]) -> str:
    what = {"locks": "lock", "forbidden": "forbidden pair"}[kind] + ("s" if len(lost) > 1 else "")
    why = "lies in the new territory now" if kind == "locks" else "lies in the territory it may not lie in"
    more = f" and {len(lost) - TOLD} more" if len(lost) > TOLD else ""
    return f"{len(lost)} {what} could not stay, since the ZIP {why}: {', '.join(lost[:TOLD])}{more}"


def _compared(it: Rebuilt, rules: Constraints, label: I32, merged: bool) -> tuple[Constraints, list[str]]:
    """The comparison with today's alignment: it names territories one by one, so that it ends with a merger."""
    if not rules.today:
        return rules, []
    if merged:
        gone = f"the comparison with today's alignment {rules.today!r} and its limits could not stay: two of its territories are one now"
        return rules.compared_with_nothing(), [gone]
    today = it.problem.today
    assert today is not None
    moved = float(today.weight[(today.territory >= 0) & (today.territory != label)].sum())
    if moved <= today.limit + 1e-9:
        return rules, []
    said = f"the disruption limit of {rules.disruption_limit:.0%} could not stay: with the accounts of the new territory, more has moved than that"
    return replace(rules, disruption_limit=1.0), [said]
