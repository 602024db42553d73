"""Scenarios on disk: SQLite in WAL mode, one transaction per change, history only ever appended.

A finished change is committed before it is answered, so a killed process loses none. A change names the version it was made
on; when another window was first, it is refused with what that window changed.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from bailiwick.model.errors import ConflictError, InputError, UnknownNameError
from bailiwick.plans.store_tables import change as changes
from bailiwick.plans.store_tables import scenario as scenarios

FILE = "bailiwick.db"
Labels = npt.NDArray[np.int16]
Moves = npt.NDArray[np.int32]
LONGEST_NAME = 120


@dataclass(frozen=True)
class Scenario:
    """A scenario as it stands. frame: ``territories`` (by slot; retired ones stay, ``gone``) and ``locked_units``.

    origin: definition, weights, band, provenance and certificate it began with. labels: int16 slot of each unit.
    """

    id: str
    name: str
    note: str
    created: str
    updated: str
    version: int
    made_from: str
    origin: Mapping[str, Any]
    market: str
    units: str
    labels: Labels
    frame: Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """One row of history. moves: int32 ``[m, 3]`` of unit, from slot, to slot. before, after: the frame, None = unchanged."""

    number: int
    kind: str
    target: int | None
    label: str
    at: str
    who: str
    moves: Moves
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


class Store:
    """The scenarios of one project folder; safe to open from several processes at once."""

    def __init__(self, folder: Path) -> None:
        self._engine = sa.create_engine(f"sqlite:///{folder / FILE}", connect_args={"timeout": 10, "check_same_thread": False})
        sa.event.listen(self._engine, "connect", _prepare)
        sa.event.listen(self._engine, "begin", _begin)
        _migrate(self._engine)

    def close(self) -> None:
        """Release the file."""
        self._engine.dispose()

    def all(self) -> list[dict[str, Any]]:
        """Scenarios without their labels, newest change first."""
        columns = [c for c in scenarios.c if c.name not in ("labels", "frame", "origin", "removed")]
        query = sa.select(*columns).where(~scenarios.c.removed)
        query = query.order_by(scenarios.c.updated.desc(), sa.literal_column("scenario.rowid").desc())  # made within one second: the later first
        with self._engine.connect() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]

    def get(self, scenario_id: str) -> Scenario:
        """A scenario as it stands; raises UnknownNameError."""
        with self._engine.connect() as connection:
            return self._read(connection, scenario_id)

    def create(
        self, name: str, labels: Labels, frame: Mapping[str, Any], *, note: str, made_from: str, origin: Mapping[str, Any], market: str,
        unit_ids: Sequence[str], at: str,
    ) -> Scenario:  # fmt: skip
        """A new scenario at version 0."""
        values = {
            "id": uuid4().hex[:12], "name": _checked_name(name), "note": note, "created": at, "updated": at, "version": 0, "made_from": made_from,
            "origin": _json(origin), "market": market, "units": hash_of(unit_ids), "labels": _packed(labels), "frame": _json(frame),
            "removed": False,
        }  # fmt: skip
        with self._engine.begin() as connection:
            connection.execute(sa.insert(scenarios).values(**values))
        return self.get(str(values["id"]))

    def describe(self, scenario_id: str, at: str, *, name: str | None = None, note: str | None = None) -> Scenario:
        """Change the name or the note; neither is part of the plan, so the version stays."""
        values: dict[str, Any] = {"updated": at}
        if name is not None:
            values["name"] = _checked_name(name)
        if note is not None:
            values["note"] = note
        with self._engine.begin() as connection:
            self._read(connection, scenario_id)
            connection.execute(sa.update(scenarios).where(scenarios.c.id == scenario_id).values(**values))
        return self.get(scenario_id)

    def remove(self, scenario_id: str) -> None:
        """Hide a scenario; its rows stay."""
        with self._engine.begin() as connection:
            self._read(connection, scenario_id)
            connection.execute(sa.update(scenarios).where(scenarios.c.id == scenario_id).values(removed=True))

    def edit(
        self, scenario_id: str, version: int, label: str, *, at: str, who: str, units: npt.NDArray[np.int64], to: npt.NDArray[np.int64],
        frame: Mapping[str, Any] | None = None,
    ) -> Scenario:  # fmt: skip
        """Move units to slots and, where given, replace the frame.

        version: the one it was made on; raises ConflictError when it is not the current one.
        """
        with self._engine.begin() as connection:
            found = self._current(connection, scenario_id, version, who)
            before = found.labels[units].astype(np.int32)
            differ = before != to
            moves = np.column_stack([units[differ], before[differ], to[differ]]).astype(np.int32)
            old = found.frame if frame is not None and frame != found.frame else None
            after = frame if old is not None else None
            self._append(connection, found, "edit", None, label, at, who, moves, old, after)
        return self.get(scenario_id)

    def undo(self, scenario_id: str, version: int, *, at: str, who: str) -> Scenario:
        """Take back the last edit that stands; raises InputError when there is none."""
        return self._turn(scenario_id, version, "undo", at, who)

    def redo(self, scenario_id: str, version: int, *, at: str, who: str) -> Scenario:
        """Make the last edit taken back again; raises InputError when there is none."""
        return self._turn(scenario_id, version, "redo", at, who)

    def history(self, scenario_id: str) -> list[Change]:
        """Every change, oldest first."""
        with self._engine.connect() as connection:
            self._read(connection, scenario_id)
            return self._changes(connection, changes.c.scenario == scenario_id)

    def stacks(self, scenario_id: str) -> tuple[list[int], list[int]]:
        """Numbers of edits that can be undone and redone, the next one last."""
        with self._engine.connect() as connection:
            return self._stacks(connection, scenario_id)

    def _turn(self, scenario_id: str, version: int, kind: str, at: str, who: str) -> Scenario:
        with self._engine.begin() as connection:
            found = self._current(connection, scenario_id, version, who)
            done, undone = self._stacks(connection, scenario_id)
            stack = done if kind == "undo" else undone
            if not stack:
                raise InputError(f"there is nothing to {kind} in scenario {found.name!r}")
            edit = self._changes(connection, (changes.c.scenario == scenario_id) & (changes.c.number == stack[-1]))[0]
            back = kind == "undo"
            moves = edit.moves[:, [0, 2, 1]] if back else edit.moves
            before, after = (edit.after, edit.before) if back else (edit.before, edit.after)
            self._append(connection, found, kind, edit.number, edit.label, at, who, moves, before, after)
        return self.get(scenario_id)

    def _append(
        self, connection: sa.Connection, found: Scenario, kind: str, target: int | None, label: str, at: str, who: str, moves: Moves,
        before: Mapping[str, Any] | None, after: Mapping[str, Any] | None,
    ) -> None:  # fmt: skip
        number = found.version + 1
        labels = found.labels.copy()
        labels[moves[:, 0]] = moves[:, 2]
        row = {
            "scenario": found.id, "number": number, "kind": kind, "target": target, "label": label[:200], "at": at, "who": who[:64],
            "moves": zlib.compress(np.ascontiguousarray(moves, dtype="<i4").tobytes(), 6),
            "before": None if before is None else _json(before), "after": None if after is None else _json(after),
        }  # fmt: skip
        connection.execute(sa.insert(changes).values(**row))
        standing = {"version": number, "updated": at, "labels": _packed(labels)}
        if after is not None:
            standing["frame"] = _json(after)
        connection.execute(sa.update(scenarios).where(scenarios.c.id == found.id).values(**standing))

    def _current(self, connection: sa.Connection, scenario_id: str, version: int, who: str) -> Scenario:
        found = self._read(connection, scenario_id)
        if version != found.version:
            later = self._changes(connection, (changes.c.scenario == scenario_id) & (changes.c.number > version))
            units = np.unique(np.concatenate([c.moves[:, 0] for c in later])) if later else np.empty(0, dtype=np.int32)
            names = tuple(dict.fromkeys(c.label for c in later))
            others = {c.who for c in later} - {who}
            raise ConflictError(found.name, version, found.version, tuple(units.tolist()), names, bool(others))
        return found

    def _read(self, connection: sa.Connection, scenario_id: str) -> Scenario:
        row = connection.execute(sa.select(scenarios).where((scenarios.c.id == scenario_id) & ~scenarios.c.removed)).one_or_none()
        if row is None:
            known = [f"{r.id} ({r.name})" for r in connection.execute(sa.select(scenarios.c.id, scenarios.c.name).where(~scenarios.c.removed))]
            raise UnknownNameError("scenario", scenario_id, known)
        values = dict(row._mapping)
        values.pop("removed")
        labels = np.frombuffer(zlib.decompress(values["labels"]), dtype="<i2").astype(np.int16)
        return Scenario(**values | {"labels": labels, "frame": json.loads(values["frame"]), "origin": json.loads(values["origin"])})

    def _changes(self, connection: sa.Connection, where: Any) -> list[Change]:
        rows = connection.execute(sa.select(changes).where(where).order_by(changes.c.number))
        return [
            Change(
                r.number, r.kind, r.target, r.label, r.at, r.who, np.frombuffer(zlib.decompress(r.moves), dtype="<i4").reshape(-1, 3),
                json.loads(r.before) if r.before else None, json.loads(r.after) if r.after else None,
            )
            for r in rows
        ]  # fmt: skip

    def _stacks(self, connection: sa.Connection, scenario_id: str) -> tuple[list[int], list[int]]:
        query = sa.select(changes.c.number, changes.c.kind, changes.c.target).where(changes.c.scenario == scenario_id)
        done: list[int] = []
        undone: list[int] = []
        for number, kind, target in connection.execute(query.order_by(changes.c.number)):
            if kind == "edit":
                done.append(number)
                undone.clear()
            elif kind == "undo":
                done.remove(target)
                undone.append(target)
            else:
                undone.remove(target)
                done.append(target)
        return done, undone


def hash_of(unit_ids: Sequence[str]) -> str:
    """What labels are by: a hash of the unit ids in order."""
    return sha256("\n".join(unit_ids).encode()).hexdigest()


def _checked_name(name: str) -> str:
    if not name.strip() or len(name) > LONGEST_NAME:
        raise InputError(f"a scenario needs a name of 1 to {LONGEST_NAME} characters, got {len(name.strip())}")
    return name.strip()


def _packed(labels: Labels) -> bytes:
    return zlib.compress(np.ascontiguousarray(labels, dtype="<i2").tobytes(), 6)


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, default=str)


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")  # a reader that turns writer would otherwise meet "database is locked"


def _migrate(engine: sa.Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    opened: AbstractContextManager[sa.Connection] = engine.begin()
    with opened as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
