"""The whole line as a user runs it: the command line on the bundled sample and on real Medicare rows."""

import csv
import json
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import numpy as np
import pytest

from bailiwick.geography.adjacency import load_adjacency
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
    (("design", "-k", "5000"), "only 1,179 ZIPs hold an account"),
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


def test_a_plan_verifies_and_a_changed_one_does_not(demo: Path, tmp_path: Path) -> None:
    found = document("verify", "design", "--project", demo)
    assert found["holds"]
    assert {c["name"] for c in found["checks"]} >= {"in band", "in one piece", "objective", "bound of these bases"}
    copy = tmp_path / "copy"
    shutil.copytree(demo, copy)
    assignment = copy / "plans" / "design" / "assignment.csv"
    rows = assignment.read_text().splitlines()
    rows[1:200] = [row.split(",")[0] + ",T001" for row in rows[1:200]]
    assignment.write_text("\n".join(rows) + "\n")
    shown = Ran("verify", "design", "--project", copy, "--json")
    assert shown.code == 1
    assert not json.loads(shown.out)["holds"]
    assert "does not hold" in shown.err


def test_a_plan_replays_to_the_byte_from_what_it_records(demo: Path) -> None:
    plan = tomllib.loads((demo / "plans" / "design" / "plan.toml").read_text())["provenance"]
    replay = ("--iterations", plan["iterations"], "--effort", plan["effort"], "--turns", ",".join(map(str, plan["turns"])), "--seed", plan["seed"])
    document("design", "--name", "again", *replay, "--project", demo)
    for file in ("assignment.csv", "prices.csv"):
        first, again = ((demo / "plans" / name / file).read_bytes() for name in ("design", "again"))
        assert first == again


def test_why_here_names_the_alternatives(demo: Path) -> None:
    found = document("why", "design", "33880", "--project", demo)
    assert found["alternatives"]
    assert found["territory"] not in {a["territory"] for a in found["alternatives"]}
    assert found["because"]


def test_constraints_from_a_file_are_kept_and_verified(demo: Path, tmp_path: Path) -> None:
    bases = tmp_path / "bases.csv"
    bases.write_text("base_zip,rep,capacity_fte\n10007,Ann,1\n60601,Ben,1\n90012,Cas,1\n75201,,1\n,Dee,1\n,Eve,0.5\n")
    rules = tmp_path / "rules.toml"
    rules.write_text('locks = [["80202", "Ben"]]\nmeasures = { accounts = [0.2, 2.0] }\nbarriers = [["10007", "10013"]]\n')
    given = ("--bases", bases, "--constraints", rules, "--band", "0.7", "1.3", "--seconds", "6", "--name", "ruled")
    found = document("design", *given, "--project", demo)
    assert found["band"] == [0.7, 1.3]
    assert [t["base_zip"] for t in found["territories"]][:3] == ["10007", "60601", "90012"]
    half = found["territories"][5]["index"] / (0.5 * 6 / 5.5)
    assert 0.7 - 1e-6 <= half <= 1.3 + 1e-6
    rows = dict(r.split(",") for r in Ran("assignments", "ruled", "--project", demo).out.splitlines()[1:])
    assert rows["80202"] == "T002"
    assert document("verify", "ruled", "--project", demo)["holds"]
    rules.write_text('locks = [["80202", "Nobody"]]\n')
    shown = Ran("design", "--bases", bases, "--constraints", rules, "--project", demo)
    assert shown.code == 2
    assert "'Nobody' is not a territory of this design" in shown.err


def test_a_sweep_recommends_a_number_and_says_why(demo: Path) -> None:
    found = document("size", "--from", "40", "--to", "46", "--step", "6", "--seconds", "2", "--project", demo)
    assert [s["territories"] for s in found["sizes"]] == [40, 46]
    assert found["sizes"][0]["coverage"] < found["sizes"][1]["coverage"] <= 1
    assert found["recommended"] in (40, 46)
    assert str(found["recommended"]) in found["reason"]


def test_districts_hold_every_account_once(demo: Path) -> None:
    found = document("districts", "design", "--districts", "6", "--regions", "2", "--project", demo)
    assert sum(d["accounts"] for d in found["districts"]) == sum(r["accounts"] for r in found["regions"]) == 1_427
    assert sorted(t for d in found["districts"] for t in d["territories"]) == [f"T{i + 1:03d}" for i in range(40)]


def test_layers_count_every_account_once_and_are_designed_apart(demo: Path, tmp_path: Path) -> None:
    copy = tmp_path / "layered"
    shutil.copytree(demo, copy)
    with (copy / "bailiwick.toml").open("a") as settings:
        settings.write('\n[layers.distributor]\nstates = ["AK", "HI", "PR"]\n[layers.specialist]\ntiers = ["A"]\n')
    found = document("layers", "--project", copy)
    assert sum(row["accounts"] for row in found["layers"]) == found["accounts"] == 1_427
    assert sum(row["raw"] for row in found["layers"]) == pytest.approx(found["raw"])
    mine = found["layers"][1]
    assert mine["layer"] == "specialist"
    plan = document("design", "-k", "6", "--layer", "specialist", "--seconds", "3", "--name", "special", "--project", copy)
    assert sum(t["accounts"] for t in plan["territories"]) == mine["accounts"]
    assert sum(t["raw"] for t in plan["territories"]) == pytest.approx(mine["raw"])
    assert sum(t["units"] for t in plan["territories"]) == 33_144
    shown = Ran("design", "--layer", "nobody", "--project", copy)
    assert shown.code == 2
    assert "'nobody' is not a layer of this project" in shown.err


def tampered_with(copy: Path, name: str) -> Ran:
    """A file of prices changed, so that the plan does not verify, then lost: what `verify` says of that."""
    prices = copy / "plans" / "design" / name
    rows = prices.read_text().splitlines()
    unit, hours, *goes_with = rows[5].split(",")
    prices.write_text("\n".join([*rows[:5], ",".join([unit, str(float(hours) + 40), *goes_with]), *rows[6:]]) + "\n")
    tampered = Ran("verify", "design", "--project", copy)
    assert tampered.code == 1
    assert "does not hold" in tampered.out
    prices.unlink()
    missing = Ran("verify", "design", "--project", copy)
    assert missing.code == 2
    assert f"{name} does not exist" in missing.err
    return missing


def test_the_bound_over_any_bases_is_verified_raised_and_not_believed_when_tampered_with(demo: Path, tmp_path: Path) -> None:
    copy = tmp_path / "proved"
    shutil.copytree(demo, copy)
    before = document("evaluate", "design", "--project", copy)["summary"]
    assert 0 < before["free_bound"] < before["bound"] < before["objective"]
    assert before["free_gap"] == pytest.approx(before["objective"] / before["free_bound"] - 1)
    after = document("prove", "design", "--seconds", "3", "--project", copy)["summary"]
    assert before["free_bound"] <= after["free_bound"] < after["objective"]
    found = document("verify", "design", "--project", copy)
    assert {c["name"]: c["holds"] for c in found["checks"]}["bound over all choices of bases"]
    missing = tampered_with(copy, "prices.csv")
    assert "bailiwick prove" in missing.err
    none = Ran("prove", "equal-zips", "--seconds", "1", "--project", copy)
    assert none.code == 2
    assert "carries no certificate" in none.err


def test_a_sweep_runs_on_a_dask_cluster(demo: Path, tmp_path: Path) -> None:
    where = tmp_path / "scheduler.json"
    dask = [sys.executable, "-m"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}
    scheduler = subprocess.Popen(
        [*dask, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(where)],
        **quiet,
    )
    worker = subprocess.Popen(
        [*dask, "distributed.cli.dask_worker", "--scheduler-file", str(where), "--nworkers", "1", "--nthreads", "2", "--no-dashboard"],
        **quiet,
    )
    try:
        until = time.monotonic() + 60
        while not where.exists() and time.monotonic() < until:
            time.sleep(0.1)
        address = json.loads(where.read_text())["address"]
        found = document("size", "--from", "40", "--to", "41", "--step", "1", "--seconds", "1", "--cluster", address, "--project", demo)
    finally:
        for process in (worker, scheduler):
            process.terminate()
            process.wait(timeout=30)
    assert [s["territories"] for s in found["sizes"]] == [40, 41]
    assert found["recommended"] in (40, 41)
    gone = Ran("size", "--from", "40", "--to", "41", "--seconds", "1", "--cluster", "tcp://127.0.0.1:9", "--project", demo)
    assert gone.code == 2
    assert "no Dask scheduler answers at 'tcp://127.0.0.1:9'" in gone.err
    assert "Traceback" not in gone.err


def test_circles_of_bases_are_verified_and_not_believed_when_tampered_with(demo: Path, tmp_path: Path) -> None:
    copy, name = tmp_path / "around", "bound over all choices of bases"
    shutil.copytree(demo, copy)
    prices = copy / "plans" / "design" / "prices.csv"
    stored = prices.read_text()
    around = [row for row in stored.splitlines() if row.endswith((",at least", ",at most"))]
    assert around
    assert {c["name"]: c["holds"] for c in document("verify", "design", "--project", copy)["checks"]}[name]
    centre, hours, *rest = around[0].split(",")
    for row in (",".join([centre, repr(float(hours) + 500.0), *rest]), ""):  # dearer, or not there: not the bound that is claimed
        prices.write_text(stored.replace(around[0] + "\n", row + "\n" if row else ""))
        assert Ran("verify", "design", "--project", copy).code == 1
    prices.write_text(stored.replace(around[0], ",".join(["00000", hours, *rest])))
    unknown = Ran("verify", "design", "--project", copy)
    assert unknown.code == 2
    assert "counts bases around 00000, and the plan has no such unit; run `bailiwick prove` again" in unknown.err


def test_the_bound_of_its_bases_for_whole_units_is_verified_and_not_believed_when_tampered_with(demo: Path, tmp_path: Path) -> None:
    copy = tmp_path / "whole"
    shutil.copytree(demo, copy)
    proof = tomllib.loads((copy / "plans" / "design" / "plan.toml").read_text())["certificate"]
    assert proof["bound"] < proof["whole_units"]["bound"] < proof["objective"]
    assert document("evaluate", "design", "--project", copy)["summary"]["bound"] == pytest.approx(proof["whole_units"]["bound"])
    name = "bound of these bases, units whole"
    assert {c["name"]: c["holds"] for c in document("verify", "design", "--project", copy)["checks"]}[name]
    prices = copy / "plans" / "design" / "prices-of-bases.csv"
    stored = prices.read_text()
    rows = [row.split(",") for row in stored.splitlines()[1:]]
    assert sum(not row[1] for row in rows) > 500  # Alaska lies behind a bridge, much else behind a single ZIP
    behind = next(row[0] for row in rows if not row[1])
    prices.write_text(stored.replace(f"\n{behind},,", "\n00000,,"))
    unknown = Ran("verify", "design", "--project", copy)
    assert unknown.code == 2
    assert "has 00000 go with" in unknown.err
    for claim, said in (("10001,40.0,,99,10002,", "no territory 99"), ("10001,40.0,,0,00000,", "no unit 00000")):
        prices.write_text(f"{stored}{claim}\n")
        unknown = Ran("verify", "design", "--project", copy)
        assert unknown.code == 2
        assert said in unknown.err
    units, adjacency = load_units(), load_adjacency()
    at = units.index_of("10001")
    around = " ".join(units.zips[adjacency.indices[adjacency.indptr[at] : adjacency.indptr[at + 1]]])
    for ways, code in (("10002", 0), (around, 1)):  # another way is open: not believed; none is: what serving those costs falls
        prices.write_text(f"{stored}10001,40.0,,0,{ways},\n")
        assert Ran("verify", "design", "--project", copy).code == code
    prices.write_text(stored)
    tampered_with(copy, "prices-of-bases.csv")
