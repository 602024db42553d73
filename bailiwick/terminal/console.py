"""What every command shares: its options, where it speaks, how it opens a project and answers."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from bailiwick import settings
from bailiwick.project import Project

ProjectOption = Annotated[Path, typer.Option("--project", help="Project folder.")]
JsonOption = Annotated[
    bool, typer.Option("--json", help="One JSON document on standard output; messages on standard error.")
]
PlanArgument = Annotated[str, typer.Argument(metavar="PLAN", help="Name of a plan in the project.")]
HERE = Path()
messages = Console(stderr=True, highlight=False)


def say(text: str) -> None:
    """A message to a person, on standard error."""
    messages.print(text, markup=False, soft_wrap=True)


def now() -> str:
    """UTC time, ISO 8601."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def open_project(folder: Path) -> Project:
    """The project of a folder; raises InputError when it is none."""
    return Project(folder, settings.read(folder), say=say, now=now())


def answer(as_json: bool, document: Any, show: Callable[[Console], None]) -> None:
    """Print the document as JSON, or show it to a person."""
    if as_json:
        sys.stdout.write(json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n")
    else:
        show(Console(highlight=False))
