"""Bringing data: a dropped file, its columns mapped, what was rejected and why."""

import csv
import shutil
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import tomli_w
from fastapi import APIRouter, Request, UploadFile

from bailiwick.model.errors import InputError, UnknownNameError
from bailiwick.server.answers import Here
from bailiwick.server.documents import LoadRequest
from bailiwick.sources.catalogue import SOURCES
from bailiwick.sources.fields import Field
from bailiwick.sources.preview import guess, sample

router = APIRouter(tags=["data"])
ENDINGS = (".csv", ".tsv", ".txt", ".gz", ".zip", ".parquet")
CHUNK = 1 << 20
REJECTS = 200  # shown; all stay on file
KEPT = 8


class Uploads:
    """Files dropped on the page, kept in the project until loaded; the oldest go when there are more than a few."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "uploads"
        shutil.rmtree(self.folder, ignore_errors=True)

    def keep(self, name: str) -> tuple[str, Path]:
        """A place for a file of that name; raises InputError for a kind that cannot be read."""
        plain = Path(name).name
        if not plain.lower().endswith(ENDINGS):
            raise InputError(f"{plain or 'the file'} is none of {', '.join(ENDINGS)}; save it as CSV and drop it again")
        for old in sorted(self.folder.glob("*"), key=lambda p: p.stat().st_mtime)[: -KEPT + 1]:
            shutil.rmtree(old, ignore_errors=True)
        upload = uuid4().hex[:12]
        (self.folder / upload).mkdir(parents=True)
        return upload, self.folder / upload / plain

    def path(self, upload: str) -> Path:
        """The file of an upload; raises UnknownNameError."""
        known = {p.name: p for p in self.folder.glob("*")}
        files = [f for f in known[upload].iterdir() if f.name.endswith(ENDINGS)] if upload in known else []
        if not files:
            raise UnknownNameError("upload", upload, known)
        return files[0]


@router.get("/sources")
def sources() -> dict[str, Any]:
    """What can be loaded: each source with its fields."""
    return {"items": [{"name": s.name, "fields": [_field(f) for f in s.fields]} for s in SOURCES.values()], "next": None}


def _field(found: Field) -> dict[str, Any]:
    return {"name": found.name, "required": found.required and found.default is None, "among": list(found.among), "aliases": list(found.aliases)}


@router.post("/uploads", status_code=201)
def upload(request: Request, file: Annotated[UploadFile, ...]) -> dict[str, Any]:
    """Keep a file and show what it seems to be: header, first rows, likely source and mapping."""
    kept: Uploads = request.app.state.uploads
    name, path = kept.keep(file.filename or "")
    with path.open("wb") as target:
        shutil.copyfileobj(file.file, target, CHUNK)
    header, rows = sample(path)
    source, columns = guess(header)
    return {"upload": name, "file": path.name, "header": list(header), "rows": rows, "source": source, "columns": columns}


@router.post("/uploads/{upload}/load")
def load(request: Request, here: Here, upload: str, wanted: LoadRequest) -> dict[str, Any]:
    """Load it into the project; all or nothing, with every rejected row on file."""
    kept: Uploads = request.app.state.uploads
    path = kept.path(upload)
    mapping = path.parent / "mapping.toml"
    options = {"repeats": "sum"} if wanted.sum_repeats else {}
    mapping.write_text(tomli_w.dumps({"columns": wanted.columns, "constants": wanted.constants, "options": options}), encoding="utf-8")
    with here.tables:
        done = here.project.ingest(wanted.source, [path], vintage=wanted.vintage, mapping=mapping)
        here.refresh()
    return {**done, "rejects": _rejects(done["rejects_file"])}


def _rejects(path: str | None) -> list[dict[str, str]]:
    if not path:
        return []
    with Path(path).open(encoding="utf-8", newline="") as file:
        return [row for row, _ in zip(csv.DictReader(file), range(REJECTS), strict=False)]
