"""The whole line as a user runs it: the command line on the bundled sample and on real Medicare rows."""

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bailiwick.geography.units import load_units

PUF = Path(__file__).parent / "fixtures" / "cms" / "puf_cy2012_sample.tsv.gz"
VISITS = Path(__file__).parents[1] / "examples" / "office-visits.toml"


class Ran:
    """One run of the command as a user's shell runs it."""

    def __init__(self, *arguments: object) -> None:
        line = [sys.executable, "-c", "from bailiwick.cli import main; main()", *map(str, arguments)]
        done = subprocess.run(line, capture_output=True, text=True, timeout=300, check=False)
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("line") / "demo"
    ran = Ran("demo", folder, "--no-serve", "--seconds", "6")
    assert ran.code == 0, ran.err
    return folder


def document(*arguments: object) -> dict:
    ran = Ran(*arguments, "--json")
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def test_demo_draws_forty_contiguous_territories_in_the_band(demo: Path) -> None:
    found = document("evaluate", "design", "--project", demo)
    summary, rows = found["summary"], found["territories"]
    assert summary["territories"] == len(rows) == 40
    assert summary["in_band_share"] == 1.0
    assert summary["contiguous"]
    assert 0 <= summary["gap"] <= 0.05
    assert sum(r["units"] for r in rows) == summary["units"] == 33_144
    assert sum(r["index"] for r in rows) == pytest.approx(40)
    assert sum(r["raw"] for r in rows) == pytest.approx(summary["raw"])
    assert sum(r["accounts"] for r in rows) == 1_427
    assert any("history" in note for note in found["notes"])
    assert (demo / "report.html").stat().st_size > 100_000
    assert (demo / "territories.xlsx").stat().st_size > 100_000


def test_the_baselines_are_contiguous_and_leave_the_band(demo: Path) -> None:
    found = document("compare", "design", "equal-zips", "equal-accounts", "equal-area", "--project", demo)
    assert [p["plan"] for p in found["plans"]] == ["design", "equal-zips", "equal-accounts", "equal-area"]
    assert all(p["summary"]["contiguous"] for p in found["plans"])
    assert all(p["summary"]["in_band_share"] < 1 for p in found["plans"][1:])
    assert found["plans"][0]["moved"]["units"] == 0


def test_assignments_name_every_unit_once(demo: Path) -> None:
    rows = list(csv.DictReader(Ran("assignments", "design", "--project", demo).out.splitlines()))
    assert [r["unit"] for r in rows] == load_units().zips.tolist()


def test_a_plan_on_other_inputs_says_what_changed(demo: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(demo, copy)
    settings = copy / "bailiwick.toml"
    settings.write_text(settings.read_text().replace("stops_per_trip = 3", "stops_per_trip = 2"))
    shown = Ran("evaluate", "design", "--project", copy, "--json")
    assert shown.code == 0
    assert "changed: settings" in shown.err
    assert json.loads(shown.out)["summary"]["bound"] is None


def test_the_line_runs_on_real_clinicians(tmp_path: Path) -> None:
    folder = tmp_path / "clinicians"
    assert Ran("init", folder, "--definition", "colonoscopy").code == 0
    first = document("ingest", "cms-provider-service", PUF, "--vintage", "2012", "--project", folder)
    assert first["read"] == first["accepted"] + first["rejected"] == 17_028
    assert document("ingest", "cms-provider-service", PUF, "--vintage", "2012", "--project", folder)["unchanged"]
    scores = document("score", VISITS, "--project", folder)
    assert float(scores["total"]) == pytest.approx(sum(float(a["raw"]) for a in scores["accounts"]))
    assert float(scores["total"]) == pytest.approx(sum(float(p["raw"]) for p in scores["providers"]))
    found = document("design", "-k", "10", "--definition", VISITS, "--seconds", "3", "--name", "ten", "--project", folder)
    assert found["summary"]["contiguous"]
    assert np.allclose([r["index"] for r in found["territories"]], 1.0, atol=0.16)


@pytest.mark.parametrize(("arguments", "said"), [
    (("evaluate", "nope"), "'nope' is not a plan"),
    (("design", "-k", "5000"), "only 1179 ZIPs hold an account"),
    (("design", "--bases", "missing.csv"), "no file missing.csv"),
    (("ingest", "excel", "x.csv"), "'excel' is not a source"),
    (("score", "nothing"), "'nothing' is not a bundled definition"),
    (("compare", "design"), "two or more"),
    (("design", "--name", "../up", "-k", "3"), "cannot name a plan"),
    (("baseline", "--by", "shoe-size"), "'shoe-size' is not a baseline"),
    (("roads", "miles", "00000", "02108"), "'00000' is not a ZIP"),
])  # fmt: skip
def test_wrong_calls_get_one_sentence_and_exit_two(demo: Path, arguments: tuple[str, ...], said: str) -> None:
    shown = Ran(*arguments, "--project", demo)
    assert shown.code == 2
    assert said in shown.err
    assert "Traceback" not in shown.err
    assert shown.out == ""


def test_a_base_in_the_sea_is_refused(demo: Path, tmp_path: Path) -> None:
    bases = tmp_path / "bases.csv"
    bases.write_text("lat,lon,rep\n30.0,-60.0,Ahab\n")
    shown = Ran("design", "--bases", bases, "--project", demo)
    assert shown.code == 2
    assert "line 2" in shown.err


def test_a_folder_that_is_no_project_is_refused(tmp_path: Path) -> None:
    shown = Ran("evaluate", "design", "--project", tmp_path)
    assert shown.code == 2
    assert "is not a Bailiwick project" in shown.err
