"""The frame of a scenario: its territories by slot and the units locked in place, as plain values; and the plan they make.

Slots never change their number: a territory merged away stays, marked ``gone``, so that history can be replayed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from bailiwick.geography.units import Units
from bailiwick.model.errors import InputError
from bailiwick.model.plan import Certificate, Plan, Territory, WholeUnits

Frame = Mapping[str, Any]
MOST_TERRITORIES = 1_000
LONGEST = 120


def frame_of(plan: Plan) -> dict[str, Any]:
    """The frame of a plan: nothing locked, nothing gone."""
    return {"territories": [_slot(t) for t in plan.territories], "locked_units": []}


def _slot(t: Territory) -> dict[str, Any]:
    return {"id": t.id, "name": t.name, "base_zip": t.base_zip, "rep": t.rep, "capacity": t.capacity, "locked": False, "gone": False}


def live(frame: Frame) -> list[int]:
    """Slots that are in use, in order."""
    return [i for i, t in enumerate(frame["territories"]) if not t["gone"]]


def plan_of(
    name: str, units: Sequence[str], labels: npt.NDArray[np.int16], frame: Frame, provenance: Mapping[str, Any], certificate: Certificate | None
) -> Plan:
    """The scenario as a plan: gone territories left out, ids kept."""
    slots = live(frame)
    place = np.full(len(frame["territories"]), -1, dtype=np.int32)
    place[slots] = np.arange(len(slots))
    rows = [frame["territories"][s] for s in slots]
    territories = tuple(Territory(r["id"], r["name"], r["base_zip"], r["rep"], r["capacity"]) for r in rows)
    return Plan(name, tuple(units), place[labels], territories, certificate, provenance)


def certificate_document(found: Certificate | None) -> dict[str, Any] | None:
    """A certificate as plain values, without what is told unit by unit: that stays in the plan."""
    if found is None:
        return None
    whole = None if found.whole_units is None else replace(found.whole_units, prices=(), entrances=(), separations=(), splits=())
    return asdict(replace(found, free_bases=None, whole_units=whole))


def certificate_of(document: Mapping[str, Any] | None) -> Certificate | None:
    """The certificate that ``certificate_document`` made."""
    if document is None:
        return None
    whole = document.get("whole_units")
    kept = None if whole is None else WholeUnits(float(whole["bound"]), (), tuple(whole["reach"]), tuple(whole["whole"]))
    return Certificate(**{**document, "duals": tuple(document["duals"]), "whole_units": kept})


def edited(frame: Frame, changes: Sequence[Mapping[str, Any]], units: Units) -> dict[str, Any]:
    """The frame with territories renamed, locked, given another base or representative, or added (``slot`` = the next one).

    Raises InputError for a slot or value that cannot be.
    """
    rows = [dict(t) for t in frame["territories"]]
    for change in changes:
        slot = int(change["slot"])
        if slot == len(rows):
            rows.append(_added(rows, change, units))
        elif not 0 <= slot < len(rows):
            raise InputError(f"slot {slot} is no territory of this scenario; it has {len(rows)}, and a new one takes {len(rows)}")
        else:
            rows[slot] |= _values(change, units)
    if len(live({"territories": rows})) > MOST_TERRITORIES:
        raise InputError(f"a scenario holds at most {MOST_TERRITORIES} territories; merge some first")
    if not live({"territories": rows}):
        raise InputError("a scenario needs at least one territory; keep one")
    return {**frame, "territories": rows}


def _added(rows: Sequence[Mapping[str, Any]], change: Mapping[str, Any], units: Units) -> dict[str, Any]:
    if not change.get("base_zip"):
        raise InputError("a new territory needs the ZIP of its base; give base_zip")
    taken = {r["id"] for r in rows}
    number = next(i for i in range(len(rows) + 1, 100_000) if f"T{i:03d}" not in taken)
    made = {"id": f"T{number:03d}", "name": f"New territory {number}", "rep": "", "capacity": 1.0, "locked": False, "gone": False}
    return made | _values(change, units)


def _values(change: Mapping[str, Any], units: Units) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in ("name", "rep"):
        if change.get(key) is not None:
            text = str(change[key]).strip()
            if len(text) > LONGEST or (key == "name" and not text):
                raise InputError(f"a territory's {key} has 1 to {LONGEST} characters, got {len(text)}")
            found[key] = text
    for key in ("locked", "gone"):
        if change.get(key) is not None:
            found[key] = bool(change[key])
    if change.get("capacity") is not None:
        found["capacity"] = float(change["capacity"])
        if not 0 < found["capacity"] <= 10:
            raise InputError(f"capacity is a share of one full-time representative, above 0 and at most 10, got {found['capacity']:g}")
    if change.get("base_zip"):
        found["base_zip"] = str(units.zips[units.locate(str(change["base_zip"]))])
    return found


def locked_units(frame: Frame, lock: Sequence[int], unlock: Sequence[int], size: int) -> dict[str, Any]:
    """The frame with single units locked in place or freed."""
    wrong = [u for u in (*lock, *unlock) if not 0 <= u < size]
    if wrong:
        raise InputError(f"unit {wrong[0]} does not exist; units are numbered 0 to {size - 1}")
    return {**frame, "locked_units": sorted((set(frame["locked_units"]) | set(lock)) - set(unlock))}


def check_moves(frame: Frame, labels: npt.NDArray[np.int16], units: npt.NDArray[np.int64], to: npt.NDArray[np.int64], ids: Sequence[str]) -> None:
    """Refuse moves of locked units, out of or into locked territories, and to none."""
    if len(units) != len(to) or (len(units) and not (units.min() >= 0 and units.max() < len(labels))):
        raise InputError(f"moves are pairs of a unit (0 to {len(labels) - 1}) and a slot")
    rows = frame["territories"]
    for slot in np.unique(to).tolist():
        if not 0 <= slot < len(rows) or rows[slot]["gone"]:
            raise InputError(f"slot {slot} is no territory of this scenario; choose one that exists")
    moved = labels[units] != to
    shut = np.array([bool(t["locked"]) for t in rows])
    for slot in np.unique(np.concatenate([labels[units][moved], to[moved]])).tolist():
        if shut[slot]:
            raise InputError(f"territory {rows[slot]['id']} ({rows[slot]['name']}) is locked; unlock it first")
    held = sorted(set(frame["locked_units"]) & set(units[moved].tolist()))
    if held:
        raise InputError(f"ZIP {ids[held[0]]}{f' and {len(held) - 1} more' if len(held) > 1 else ''} of this change is locked; unlock it first")
