"""A sweep of sizes under a project's rules: a size that cannot be is told in its row, and today's alignment counts as it does in a design."""

import csv

import numpy as np
import pytest

from bailiwick import settings, sizing
from bailiwick.demo import make
from bailiwick.model.errors import InputError
from bailiwick.project import Project

NOW = "2026-01-02T03:04:05Z"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The sample with today's alignment of 12 territories, East to West by number of ZIP."""
    found = make(tmp_path_factory.mktemp("sizes") / "sample", say=lambda _: None, now=NOW)
    file = found.folder / "today.csv"
    zips = found.market().units.zips.tolist()
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["unit", "layer", "territory"])
        rows.writerows([z, "field", f"Rep {int(z[0]):02d}"] for z in zips)
    found.ingest("alignment", [file])
    return found


def ruled(project: Project, text: str) -> None:
    file = project.folder / settings.FILE
    file.write_text(file.read_text().partition("[constraints]")[0] + f"[constraints]\n{text}\n")


def test_a_size_that_fails_is_told_in_its_row(project: Project) -> None:
    ruled(project, 'locks = [["80202", "T011"]]')
    found = sizing.sweep(project.folder, [10, 11], seconds=0.5, seed=1, workers=1, say=lambda _: None)
    assert [s["territories"] for s in found["sizes"]] == [11]
    assert "'T011' is not a territory of this design" in found["failed"][10]
    ruled(project, 'locks = [["80202", "Ann"]]')
    with pytest.raises(InputError, match=r"none of 1 numbers .* 'Ann' is not a territory"):
        sizing.sweep(project.folder, [10], seconds=0.5, seed=1, workers=1, say=lambda _: None)


def test_a_size_compares_with_today_as_a_design_does(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    ruled(project, 'today = "field"\ndisruption_limit = 0.25\nstay_bonus = 2.0')
    seen = []

    def look(problem, **_):
        seen.append(problem)
        raise InputError("seen")

    monkeypatch.setattr(sizing, "solve", look)
    with pytest.raises(InputError, match="seen"):
        sizing.size_of(str(project.folder), 10, 0.5, 1)
    today = seen[0].today
    assert today.bonus == 2.0
    assert today.limit == pytest.approx(0.25 * today.weight.sum())
    assert set(np.unique(today.territory)) == set(range(10))
