"""The demonstration: a project on the bundled real sample, designed, measured, reported."""

import shutil
from pathlib import Path
from typing import Any

from bailiwick import settings
from bailiwick.export import excel, report
from bailiwick.model.errors import InputError
from bailiwick.project import Project, Say
from bailiwick.review.baseline import BASELINES
from bailiwick.sources.sample import ingest_sample

DEFINITION = "cataract-lenses"
SECONDS = 11.0
MARK = "# A demonstration made by `bailiwick demo`."
OWN = f"""
{MARK}
# Calls on surgery centres here are surgical support of hours, not minutes, so that 40 representatives are about right.
[call_plan]
calls_a_year = {{ a = 24, b = 12, c = 4 }}
minutes_a_call = {{ a = 240, b = 230, c = 150 }}
wait_minutes = 20
stops_per_trip = 3

[design]
territories = 40
seconds = {SECONDS:g}
seed = 1
"""


def run(folder: Path, *, say: Say, now: str, seconds: float | None = None) -> dict[str, Any]:
    """Make the project, ingest, design, compare with three baselines, write page and workbook; the design's document.

    An earlier demonstration in the folder is made anew; any other folder that is not empty is refused.
    """
    _clear(folder)
    say("Bundled sample: 2,765 ambulatory surgery centres, Medicare fee-for-service Part B, a year's mean of 2014-2023")
    project = make(folder, say=say, now=now)
    document = project.design("design", seconds=seconds)
    baselines = []
    for by in BASELINES:
        say(f"Drawing the equal-{by} baseline")
        baselines.append(project.baseline(by, f"equal-{by}"))
    say("Writing the report and the workbook")
    shown = project.presentation("design")  # once for both
    report.write_report(folder / "report.html", shown)
    excel.write_workbook(folder / "territories.xlsx", shown)
    fte = document["summary"]["fte"]
    say(
        f"The workload is {fte:.1f} full-time representatives under this call plan (hours of surgical support a call), so 40 are about right; "
        "historic sales do not exist for this sample, so that component of the index is left out"
    )
    where = f"--project {folder}"
    return {
        **document,
        "baselines": baselines,
        "next": [
            f"bailiwick evaluate design {where}",
            f"bailiwick compare design equal-zips equal-accounts equal-area {where}",
            f"bailiwick score {DEFINITION} --out ranked.xlsx {where}",
            f"bailiwick design --territories 36 --name smaller {where}",
            f"bailiwick roads miles 10007 02108 {where}",
        ],
    }


def make(folder: Path, *, say: Say, now: str) -> Project:
    """The project with the sample in it, nothing designed yet; ``folder`` must be new or empty."""
    settings.write_new(folder, DEFINITION, OWN)
    ingest_sample(folder, now)
    return Project(folder, settings.read(folder), say=say, now=now)


def _clear(folder: Path) -> None:
    file = folder / settings.FILE
    if not file.is_file():
        return
    if MARK not in file.read_text(encoding="utf-8"):
        raise InputError(f"{folder} holds a project that `bailiwick demo` did not make; choose another folder")
    shutil.rmtree(folder)
