"""Answers with an ETag: a browser that has them already is told so in 304."""

import json
from hashlib import sha256
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from bailiwick.server import packed
from bailiwick.workspace import Workspace

FOR_EVER = "no-cache"  # always asked, answered 304 while unchanged


def workspace_of(request: Request) -> Workspace:
    """The workspace the server was made for."""
    found: Workspace = request.app.state.workspace
    return found


Here = Annotated[Workspace, Depends(workspace_of)]


def tag_of(*parts: object) -> str:
    """An ETag from what the answer depends on."""
    return f'"{sha256(repr(parts).encode()).hexdigest()[:20]}"'


def known(request: Request, tag: str) -> bool:
    """Whether the browser holds this version."""
    return tag in [t.strip().removeprefix("W/") for t in request.headers.get("if-none-match", "").split(",")]


def not_modified(tag: str) -> Response:
    """304 with its tag."""
    return Response(status_code=304, headers={"etag": tag, "cache-control": FOR_EVER})


def binary(body: bytes, tag: str, *, compressed: bool = False, media: str = packed.TYPE) -> Response:
    """A packed document or array."""
    headers = {"etag": tag, "cache-control": FOR_EVER}
    if compressed:
        headers["content-encoding"] = "gzip"
    return Response(body, media_type=media, headers=headers)


def tagged(request: Request, document: Any) -> Response:
    """A JSON document with an ETag of its content."""
    body = json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    tag = tag_of(body)
    if known(request, tag):
        return not_modified(tag)
    return Response(body, media_type="application/json", headers={"etag": tag, "cache-control": FOR_EVER})


def page(items: list[Any], limit: int, cursor: str | None) -> dict[str, Any]:
    """One page of a list; ``next`` is the cursor of the following one, None at the end."""
    start = int(cursor) if cursor and cursor.isdigit() else 0
    end = start + limit
    return {"items": items[start:end], "next": str(end) if end < len(items) else None, "total": len(items)}
