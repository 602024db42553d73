"""The project that the server's and the browser's tests share: the bundled sample with one plan."""

from pathlib import Path

from bailiwick.demo import make
from bailiwick.project import Project

NOW = "2026-01-02T03:04:05Z"


def project(folder: Path) -> Project:
    """The sample with a plan of 40 territories of as many ZIPs each."""
    made = make(folder / "sample", say=lambda _: None, now=NOW)
    made.baseline("zips", "equal-zips", territories=40)
    return made
