"""Plans changed by hand or mended, each with the bound that still holds for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from bailiwick.design import divide
from bailiwick.design.borders.fixed import Based, joined
from bailiwick.design.mending import mend
from bailiwick.kernels.anneal_fixed import BARRED
from bailiwick.model.errors import InputError
from bailiwick.model.parts import gathered
from bailiwick.model.plan import Certificate, Plan, Territory
from bailiwick.planning import designing, renumbering
from bailiwick.planning.reworking import Rebuilt
from bailiwick.team.constraints import Constraints

I32 = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Moved:
    """A plan after an edit and the answer to it. answered: ZIPs moved beside those that were asked for."""

    territory_of: I32
    asked: int
    answered: int
    in_band: bool


def mended(it: Rebuilt) -> mend.Changed:
    """Fewest accounts moved so that every territory is in band."""
    weight = it.parts.of(it.made.measures.accounts.astype(np.float64))
    return mend.mend(it.based(), it.label, weight if weight.any() else it.problem.load)


def moved(it: Rebuilt, places: Sequence[str], to: int) -> Moved:
    """ZIPs put into a territory, and their surroundings settled anew with everything else as it is.

    Raises InputError for a ZIP that a rule holds where it is, that may not lie there, or that does not touch the territory.
    """
    units = np.unique([it.made.units.locate(place) for place in places]).astype(np.int64)
    based = it.based()
    for unit in units.tolist():
        _may_move(it, based, unit, to)
    for group in it.problem.groups:
        apart = sorted(set(group) - set(units.tolist())) if set(group) & set(units.tolist()) else []
        if [u for u in apart if it.label[u] != to]:
            raise InputError(f"ZIP {it.problem.unit_ids[apart[0]]} is kept together with what was asked to move; move it too")
    label = it.label.copy()
    label[units] = to
    if it.problem.contiguous:
        label = joined(based, label)
        lost = units[label[units] != to]
        if len(lost):
            name = it.plan.territories[to].id
            raise InputError(f"ZIP {it.problem.unit_ids[lost[0]]} does not touch {name}; move what lies between as well, or choose a neighbour")
    done = mend.reoptimise(based, label, units)
    asked = int((it.label[units] != to).sum())
    return Moved(done.territory_of, asked, int((done.territory_of != it.label).sum()) - asked, done.in_band)


def _may_move(it: Rebuilt, based: Based, unit: int, to: int) -> None:
    zip_code, there = it.problem.unit_ids[unit], it.plan.territories[to].id
    if unit in it.parts.rows_of:
        raise InputError(f"ZIP {zip_code} is shared between territories; change its shares and design again")
    if unit in it.bases.tolist() and int(it.label[unit]) != to:
        raise InputError(f"ZIP {zip_code} is the base of {it.plan.territories[int(it.label[unit])].id} and stays in it; move others")
    if it.problem.locked[unit] not in (-1, to):
        raise InputError(f"ZIP {zip_code} is locked to {it.plan.territories[int(it.problem.locked[unit])].id}; release the lock first")
    if based.cost[unit, to] >= BARRED / 100:
        raise InputError(f"ZIP {zip_code} may not lie in {there}: a ban or the maximum drive forbids it; choose another territory")


@dataclass(frozen=True)
class Divided:
    """A plan whose territories are others now. label, bases: by row of the problem and by new number. came_from: the number that each
    territory had, -1 = new. becomes: the new number of each old one.
    """

    label: I32
    bases: tuple[int, ...]
    came_from: tuple[int, ...]
    becomes: tuple[int, ...]


def split(it: Rebuilt, at: int) -> Divided:
    """One territory made two, the new one last; a base that is somebody's stays with the half that keeps the number."""
    label, (first, second) = divide.split(it.problem, it.label, at, base=it.given(at))
    same = tuple(range(len(it.bases)))
    bases = [*it.bases.tolist(), second]
    bases[at] = first
    return Divided(label, tuple(bases), (*same, -1), same)


def merged(it: Rebuilt, keep: int, drop: int) -> Divided:
    """Two neighbouring territories made one from the base of ``keep``; the last territory takes the number that falls free."""
    label = divide.merge(it.label, keep, drop, *it.problem.neighbours)
    last = len(it.bases) - 1
    came_from = list(range(last))
    if drop != last:
        came_from[drop] = last
    becomes = [came_from.index(keep) if old == drop else came_from.index(old) for old in range(last + 1)]
    return Divided(label, tuple(int(it.bases[old]) for old in came_from), tuple(came_from), tuple(becomes))


def divided(it: Rebuilt, name: str, done: Divided) -> tuple[Plan, tuple[str, ...]]:
    """The plan of a split or a merger, with the rules that still can be kept; and what of them was let go, a sentence each."""
    again = renumbering.renumbered(it, done.label, done.came_from, done.becomes)
    plan = _stored(it, name, done.label, _territories(it, done), None, again.rules)
    provenance = {**plan.provenance, "constraints": again.rules.to_document(), "names": list(again.names), "vacancies": []}
    return replace(plan, provenance=provenance), (*again.let_go, *_without(it, plan))


def _without(it: Rebuilt, plan: Plan) -> list[str]:
    """Who has no territory any more."""
    left = {t.rep for t in plan.territories}
    return [f"{t.rep} of {t.id} has no territory any more" for t in it.plan.territories if t.rep and t.rep not in left]


def _territories(it: Rebuilt, done: Divided) -> tuple[Territory, ...]:
    """Each keeps its representative and capacity, and its name while its base stays."""
    made = designing.name_territories(it.made.units, it.parts.unit[list(done.bases)])
    found = []
    for new, old in zip(made, done.came_from, strict=True):
        was = it.plan.territories[old] if old >= 0 else new
        found.append(replace(was, id=new.id) if was.base_zip == new.base_zip else replace(new, rep=was.rep, capacity=was.capacity))
    return tuple(found)


def changed(it: Rebuilt, name: str, label: I32) -> Plan:
    """A plan moved by hand or mended. While its inputs are those of its certificate, the bounds hold and come along; otherwise ``certified``
    finds the bound anew. label: by row of the problem.
    """
    proof = it.plan.certificate
    kept = proof is not None and bool(proof.duals) and not designing.changes_since(it.plan, it.made)
    certificate = replace(proof, objective=it.based().objective(label)) if proof is not None and kept else None
    plan = _stored(it, name, label, it.plan.territories, certificate, it.rules)
    return plan if kept else replace(plan, provenance={**plan.provenance, "vacancies": []})  # the bases are given now


def _stored(it: Rebuilt, name: str, label: I32, territories: tuple[Territory, ...], proof: Certificate | None, rules: Constraints) -> Plan:
    provenance = {k: v for k, v in it.plan.provenance.items() if k not in ("iterations", "effort", "turns", "gap", "stopped")}
    provenance |= {"method": "changed", "changed_from": it.plan.name, "inputs": it.made.inputs_with(designing.tables_of(rules))}
    territory_of, shares = gathered(it.parts, label)
    return Plan(name, it.plan.units, territory_of, territories, proof, provenance, {it.plan.units[u]: held for u, held in shares.items()})


def certified(plan: Plan, again: Callable[[Plan], Rebuilt]) -> Plan:
    """The plan with a bound for its bases where it has none. again: the problem that a plan solves."""
    if plan.certificate is not None:
        return plan
    it = again(plan)
    based = it.based()
    if not np.isfinite(based.bound):
        return plan
    proof = Certificate(based.objective(it.label), based.bound, "fixed-bases", tuple(map(float, based.price)))
    return replace(plan, certificate=proof)


def told(done: Moved) -> dict[str, Any]:
    """What `move --json` says beside the scorecard."""
    return {"moved": {"units": done.asked, "answered": done.answered}}
