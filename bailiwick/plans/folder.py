"""A plan is a folder: ``plan.toml``, ``assignment.csv`` sorted by unit, and the prices of its proof. It diffs in git and replays to the byte."""

import csv
import io
import shutil
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w

from bailiwick.model.errors import InputError, WorkError
from bailiwick.model.parts import Holders
from bailiwick.model.plan import Plan, Territory
from bailiwick.plans import proofs

PLAN_FILE = proofs.PLAN_FILE
ASSIGNMENT_FILE = "assignment.csv"
HEADER = ["unit", "territory"]
NEAR_ONE = 1e-9
KEPT = 8  # plans as read
SHARED_HEADER = [*HEADER, "share"]  # only where units are shared


def write(plan: Plan, folder: Path) -> None:
    """Write the plan; an interruption leaves the plan that was there whole.

    Raises InputError when the folder holds something else or the plan is not whole, WorkError when the disk refuses.
    """
    plan = replace(plan, certificate=proofs.kept(plan.certificate))
    texts = {PLAN_FILE: _plan_text(plan), ASSIGNMENT_FILE: _assignment_text(plan), **proofs.files(plan.certificate)}
    if folder.exists() and not is_plan(folder) and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} exists and is not a plan (it has no {PLAN_FILE}); choose another name")
    try:
        _recover(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.partial-", dir=folder.parent))
        try:
            for name, text in texts.items():
                (beside / name).write_bytes(text.encode("utf-8"))
            beside.chmod(0o755)
            _swap(beside, folder)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except OSError as error:
        raise WorkError(
            f"the plan {plan.name!r} could not be written to {folder} ({error.strerror or error}); "
            "free space or correct the path and run it again, the earlier plan is untouched"
        ) from error


def is_plan(folder: Path) -> bool:
    """Whether the folder holds a plan."""
    return (folder / PLAN_FILE).is_file()


def read(folder: Path) -> Plan:
    """Read a plan folder; one that has not changed since is not read again. Raises InputError naming file and row."""
    _recover(folder)
    if not is_plan(folder):
        raise InputError(f"{folder} is not a plan: it has no {PLAN_FILE}; make one with `bailiwick design --name NAME`")
    return _read(folder, _stamp(folder))


def _stamp(folder: Path) -> tuple[tuple[str, int, int, int], ...]:
    """What differs once any file of the plan was written again."""
    told = ((file.name, file.stat()) for file in sorted(folder.iterdir()))
    return tuple((name, stat.st_ino, stat.st_size, stat.st_mtime_ns) for name, stat in told)


@lru_cache(maxsize=KEPT)
def _read(folder: Path, _: tuple[tuple[str, int, int, int], ...]) -> Plan:
    path = folder / PLAN_FILE
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not valid TOML: {error}; restore it or design the plan again") from error
    try:
        territories = tuple(_territory(row) for row in found["territories"])
        certificate = proofs.read(found.get("certificate"), folder)
        name, count, provenance = str(found["name"]), int(found["units"]), dict(found.get("provenance", {}))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{path} lacks or misstates {error}; restore it or design the plan again") from error
    ids, territory_of, shares = _read_assignment(folder / ASSIGNMENT_FILE, territories)
    if len(ids) != count:
        raise InputError(f"{folder / ASSIGNMENT_FILE} assigns {len(ids)} units, but {PLAN_FILE} says {count}; restore the missing rows")
    territory_of.flags.writeable = False  # whoever reads the plan next gets the same one
    return Plan(name, ids, territory_of, territories, certificate, provenance, shares)


@dataclass(frozen=True)
class InputChanges:
    """Input files that differ from those a plan was made of."""

    changed: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.changed or self.added or self.removed)

    def sentence(self) -> str:
        """What changed, in words; empty when nothing did."""
        parts = (("changed", self.changed), ("added", self.added), ("gone", self.removed))
        return "; ".join(f"{what}: {', '.join(names)}" for what, names in parts if names)


def changed_inputs(plan: Plan, hashes_now: Mapping[str, str]) -> InputChanges:
    """Which inputs changed since the plan was made. hashes_now: file -> sha256."""
    then = plan.provenance.get("inputs", {})
    then = then if isinstance(then, Mapping) else {}
    return InputChanges(
        changed=tuple(sorted(f for f in then if f in hashes_now and then[f] != hashes_now[f])),
        added=tuple(sorted(set(hashes_now) - set(then))),
        removed=tuple(sorted(set(then) - set(hashes_now))),
    )


def _plan_text(plan: Plan) -> str:
    document: dict[str, Any] = {"name": plan.name, "units": len(plan.units)}
    if plan.certificate is not None:
        document["certificate"] = proofs.document(plan.certificate)
    document["proofs"] = list(proofs.sections_in(document.get("certificate", {})))  # told apart from them, so that one taken out is missed
    if plan.provenance:
        document["provenance"] = _plain(plan.provenance)
    document["territories"] = [
        {"id": t.id, "name": t.name, "rep": t.rep, "base_zip": t.base_zip, **({} if t.capacity == 1.0 else {"capacity": t.capacity})}
        for t in plan.territories
    ]
    return tomli_w.dumps(document)


def _plain(value: Any) -> Any:
    """The value in TOML's own types, keys sorted, entries that are None left out."""
    if isinstance(value, Mapping):
        return {str(k): _plain(value[k]) for k in sorted(value, key=str) if value[k] is not None}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, np.generic):
        return value.item()
    return value if isinstance(value, str | bool | int | float) else str(value)


def _assignment_text(plan: Plan) -> str:
    ids = [t.id for t in plan.territories]
    if len(set(ids)) != len(ids) or not all(ids):
        raise InputError(f"plan {plan.name!r} has territories without an id of their own; give each a different id")
    for broken in (i for i in ids if "\n" in i or "\r" in i):
        raise InputError(f"plan {plan.name!r} has the territory id {broken!r}; an id is one line")
    if len(plan.units) != len(plan.territory_of) or len(set(plan.units)) != len(plan.units):
        raise InputError(f"plan {plan.name!r} does not assign each unit once; give one territory to every unit")
    if len(plan.units) and not 0 <= int(plan.territory_of.min()) <= int(plan.territory_of.max()) < len(ids):
        raise InputError(f"plan {plan.name!r} leaves units without a territory; assign every unit")
    _check_shares(plan)
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(SHARED_HEADER if plan.shares else HEADER)
    rows.writerows(assigned(plan))
    return out.getvalue()


def assigned(plan: Plan) -> list[tuple[str, ...]]:
    """The rows of ``assignment.csv``, sorted: unit and territory, and the share where any unit of the plan is shared."""
    ids = [t.id for t in plan.territories]
    if not plan.shares:
        return sorted(zip(plan.units, (ids[t] for t in plan.territory_of.tolist()), strict=True))
    held = {u: ((int(t), 1.0),) for u, t in zip(plan.units, plan.territory_of.tolist(), strict=True)} | dict(plan.shares)
    return sorted((u, ids[t], repr(share) if share != 1.0 else "1") for u, holders in held.items() for t, share in holders)


def _check_shares(plan: Plan) -> None:
    position = {u: i for i, u in enumerate(plan.units)}
    for unit, holders in plan.shares.items():
        held = [t for t, _ in holders]
        whole = abs(sum(s for _, s in holders) - 1.0) <= NEAR_ONE and min(s for _, s in holders) > 0
        if unit not in position or len(set(held)) != len(held) or not all(0 <= t < len(plan.territories) for t in held) or not whole:
            raise InputError(f"plan {plan.name!r} shares unit {unit} wrongly; name existing territories once each, shares above 0 that sum to 1")
        if int(plan.territory_of[position[unit]]) not in held:
            raise InputError(f"plan {plan.name!r} assigns unit {unit} to a territory that has no share of it; give it one of its own")


def _previous(folder: Path) -> Path:
    return folder.parent / f".{folder.name}.previous"


def _swap(beside: Path, folder: Path) -> None:
    """Put ``beside`` in the place of ``folder``; a stop between the two renames is mended by ``_recover``."""
    previous = _previous(folder)
    shutil.rmtree(previous, ignore_errors=True)
    if folder.exists():
        folder.rename(previous)
    beside.rename(folder)
    shutil.rmtree(previous, ignore_errors=True)


def _recover(folder: Path) -> None:
    previous = _previous(folder)
    if is_plan(previous) and not folder.exists():
        previous.rename(folder)


def _territory(row: Mapping[str, Any]) -> Territory:
    return Territory(str(row["id"]), str(row["name"]), str(row["base_zip"]), str(row.get("rep", "")), float(row.get("capacity", 1.0)))


def _read_assignment(path: Path, territories: Sequence[Territory]) -> tuple[tuple[str, ...], Any, dict[str, Holders]]:
    index = {t.id: i for i, t in enumerate(territories)}
    found: dict[str, dict[int, float]] = {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            header = next(rows, None)
            if header not in (HEADER, SHARED_HEADER):
                raise InputError(f"{path}, row 1: the header must be {','.join(HEADER)}, and share where units are shared")
            for row in rows:
                _take(row, header, f"{path}, row {rows.line_num}", index, found)
    except FileNotFoundError as error:
        raise InputError(f"{path} does not exist, so the plan has no assignment; restore it or design again") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} is not readable as CSV ({error}); restore it or design the plan again") from error
    ids = tuple(sorted(found))
    held = {u: tuple(sorted(found[u].items(), key=lambda h: (-h[1], h[0]))) for u in ids}
    for unit, holders in held.items():
        total = sum(s for _, s in holders)
        if abs(total - 1.0) > NEAR_ONE:
            raise InputError(f"{path}: the shares of unit {unit} sum to {total:g}; correct them so that they sum to 1")
    return ids, np.array([held[u][0][0] for u in ids], dtype=np.int32), {u: h for u, h in held.items() if len(h) > 1}


def _take(row: list[str], header: list[str], where: str, index: Mapping[str, int], found: dict[str, dict[int, float]]) -> None:
    """One row of the assignment into ``found``: unit -> territory -> share."""
    if len(row) != len(header):
        raise InputError(f"{where}: {len(row)} columns found, {len(header)} expected ({','.join(header)})")
    unit, territory = row[:2]
    if territory not in index:
        raise InputError(f"{where}: {territory!r} is not a territory of {PLAN_FILE}; correct one of them")
    held = found.setdefault(unit, {})
    if index[territory] in held or (held and len(row) == 2):
        raise InputError(f"{where}: unit {unit} is assigned twice; keep one of the rows")
    try:
        share = float(row[2]) if len(row) > 2 else 1.0
    except ValueError:
        share = -1.0
    if not 0 < share <= 1:
        raise InputError(f"{where}: {row[2]!r} is not a share; give a number above 0, at most 1")
    held[index[territory]] = share
