"""``python -m bailiwick.server.openapi``: the API's description, the same text every time; the page's types are made from it."""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, cast

from bailiwick.server.app import create_app
from bailiwick.workspace import Workspace


def description() -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    with TemporaryDirectory() as folder:
        stand_in = cast(Workspace, SimpleNamespace(project=SimpleNamespace(folder=Path(folder)), store=None))
        return create_app(stand_in).openapi()


def text() -> str:
    """The document as it is committed for the page."""
    return json.dumps(description(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
