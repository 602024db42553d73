"""The store: Parquet parts and, per ingest, one manifest that makes its parts visible together.

``tables/<table>/<source>-<hash12>.parquet`` are parts; ``tables/manifests/<source>-<hash12>.json`` names those that
belong together. Parts are moved into place first and the manifest last, each by an atomic rename: until the manifest is
there, no reader sees any of them, so an interrupted ingest leaves every table as it was.
"""

import errno
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bailiwick.model.errors import InputError, WorkError

FORMAT = 1


@dataclass(frozen=True)
class Part:
    """One Parquet file of a contract table. content: sha256 of its rows, loaded_at left out."""

    table: str
    path: Path
    content: str


@contextmanager
def scratch_folder(store: Path) -> Iterator[Path]:
    """A folder beside the tables, gone afterwards whatever happens; a full or read-only disk becomes a WorkError."""
    try:
        (store / "tables").mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".ingest-", dir=store / "tables", ignore_cleanup_errors=True) as folder:
            yield Path(folder)
    except OSError as error:
        why = "the disk is full" if error.errno == errno.ENOSPC else (error.strerror or str(error))
        raise WorkError(
            f"{store} could not be written: {why}; mend that and run again; the tables are as before"
        ) from error


def manifest_path(store: Path, source: str, key: str) -> Path:
    """Where the manifest of an ingest stands."""
    return store / "tables" / "manifests" / f"{source}-{key[:12]}.json"


def read_manifest(path: Path) -> dict[str, Any]:
    """A manifest's contents. Raises InputError when it is not one of ours."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path} is not a manifest ({error}); delete it and ingest the file again") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise InputError(f"{path} was written by another version; delete it and ingest the file again")
    return found


def publish(store: Path, name: str, parts: Mapping[str, Path], rejects: Path | None, manifest: Mapping[str, Any],
            scratch: Path) -> Path | None:  # fmt: skip
    """Move parts and rejects into place, then the manifest; undo the moves if one fails. Returns the rejects file."""
    note = scratch / "manifest.json"
    note.write_text(json.dumps({"format": FORMAT, **manifest}, indent=1, sort_keys=True), encoding="utf-8")
    moves = [(made, store / "tables" / table / f"{name}.parquet") for table, made in parts.items()]
    kept = store / "rejects" / f"{name}.csv" if rejects else None
    if rejects and kept:
        moves.append((rejects, kept))
    moves.append((note, store / "tables" / "manifests" / f"{name}.json"))
    done: list[Path] = []
    try:
        for made, target in moves:
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(made, target)  # noqa: PTH105  (the one atomic step; named so that a test can break it)
            done.append(target)
    except BaseException:
        for target in done:
            target.unlink(missing_ok=True)
        raise
    return kept


def parts(store: Path) -> tuple[Part, ...]:
    """Every visible part, sorted by path.

    Raises InputError when a part that a manifest names is gone.
    """
    found = []
    for path in sorted((store / "tables" / "manifests").glob("*.json")):
        for table, entry in read_manifest(path)["parts"].items():
            part = store / "tables" / table / entry["file"]
            if not part.is_file():
                raise InputError(f"{part} is missing; delete {path} and ingest the file again")
            found.append(Part(table, part, entry["content"]))
    return tuple(sorted(found, key=lambda p: p.path))
