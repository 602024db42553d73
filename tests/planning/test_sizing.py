"""A sweep of sizes under a project's rules: a size that cannot be is told in its row, and today's alignment counts as it does in a design."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from bailiwick import settings
from bailiwick.demo import make
from bailiwick.model.errors import InputError
from bailiwick.planning import designing, sizing
from bailiwick.project import Project

NOW = "2026-01-02T03:04:05Z"
LOCKED = ("10007", "60601")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The sample with today's alignment of 12 territories, East to West by number of ZIP."""
    found = make(tmp_path_factory.mktemp("sizes") / "sample", say=lambda _: None, now=NOW)
    file = found.folder / "today.csv"
    zips = found.market().units.zips.tolist()
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["unit", "layer", "territory", "locked"])
        rows.writerows([z, "field", f"Rep {int(z[0]):02d}", "true" if z in LOCKED else "false"] for z in zips)
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
    units = project.market().units.zips.tolist()
    assert {(units[u], slot) for u, slot in seen[0].locks} == {("10007", 1), ("60601", 6)}


def test_a_unit_that_today_locks_stays_in_its_territory(project: Project) -> None:
    ruled(project, 'today = "field"')
    opened = Project(project.folder, settings.read(project.folder), say=lambda _: None, now=NOW)
    made, rules = opened.market(), opened.settings.constraints
    wanted = opened.asked(made, rules, None, None)
    assert designing.with_locked(made, opened.warehouse, rules, wanted).locks == (("10007", "Rep 01"), ("60601", "Rep 06"))
    free = replace(rules, today="")
    assert designing.with_locked(made, opened.warehouse, free, wanted) == free
    twice = replace(rules, locks=(("10007", "Rep 02"),))
    with pytest.raises(InputError, match=r"10007 is locked to territory"):
        opened.design("both", constraints=twice, seconds=0.5)


def size(territories: int, coverage: float, *, in_band: bool = True) -> sizing.Size:
    return sizing.Size(territories, coverage, 0.9, 40.0, 1.2, 0.6, 0.5, 9_000.0, in_band, 0.01)


def test_a_number_that_covers_the_work_out_of_band_is_not_passed_over_in_silence() -> None:
    found, why = sizing.recommended([size(40, 0.971), size(42, 0.984, in_band=False)], 0.5)
    assert found.territories == 40
    assert "42 would cover it, but out of the band (40 comes nearest within, with 97.1%)" in why
    assert "try more" in sizing.recommended([size(40, 0.971), size(41, 0.975)], 0.5)[1]


def test_the_recommendation_speaks_only_of_the_numbers_tried() -> None:
    tried = [sizing.Size(k, 1.0, 1.0, 1.0, 1.0, face, 1.0, 1.0, True, None) for k, face in ((2, 0.9), (4, 0.9))]
    assert sizing.recommended(tried, 0.6)[1].startswith("2 is the smallest of those tried that makes 100.0%")
    assert sizing.recommended(tried, 0.95)[1].startswith("2 is the smallest of those tried that makes 100.0%")
