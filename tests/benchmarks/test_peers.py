"""The checker against answers known by hand, and the table over fake peers in real processes."""

import io
import itertools
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from benchmarks.peers import __main__ as peers
from benchmarks.peers import instances, table, tiny
from benchmarks.peers.judge import judge
from benchmarks.peers.measure import Run, measure
from benchmarks.peers.methods import Peer

FAKE = "tests.benchmarks.fake_peers"
DEGREE_KM = 6371.0 * np.pi / 180


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A strip of six units on the equator, a degree apart, 1 million persons each; and six points, 1 apart, on a line."""
    nodes = "index,population,lon,lat\n" + "".join(f"{i},1000000,{i},0\n" for i in range(6))
    edges = "a,b\n" + "".join(f"{i},{i + 1}\n" for i in range(5))
    points = "x,y,capacity,demand\n" + "".join(f"{i},0,{9 if i % 3 == 0 else 20},5\n" for i in range(6))
    for name, text in {
        "districting/strip_nodes.csv": nodes,
        "districting/strip_edges.csv": edges,
        "districting/best_known.csv": "instance,n,k,lower,upper,best_known,rescored\nstrip,6,2,2500000,3500000,1.0,49458.0\n",
        "cpmp/line.csv": points,
        "cpmp/best_known.csv": "instance,n,p,best_known\nline,6,2,\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def strip(folder: Path) -> instances.Instance:
    return next(i for i in instances.read(folder) if i.name == "strip")


@pytest.fixture
def line(folder: Path) -> instances.Instance:
    return next(i for i in instances.read(folder) if i.name == "line")


def test_districts_are_scored_in_person_km2_around_their_best_unit(strip: instances.Instance) -> None:
    found = judge(strip, ["a", "a", "a", "b", "b", "b"])
    assert found.objective == pytest.approx(4 * DEGREE_KM**2)  # two neighbours of each middle unit
    assert (found.groups, found.out_of_band, found.contiguous, found.feasible) == (2, 0, True, True)


def test_districts_in_pieces_out_of_band_or_of_the_wrong_number_are_not_feasible(strip: instances.Instance) -> None:
    pieces = judge(strip, [0, 1, 0, 1, 0, 1])
    assert (pieces.out_of_band, pieces.contiguous, pieces.feasible) == (0, False, False)
    uneven = judge(strip, [0, 0, 1, 1, 1, 1])
    assert (uneven.out_of_band, uneven.contiguous, uneven.feasible) == (2, True, False)
    three = judge(replace(strip, lower=0.0), [0, 0, 1, 1, 2, 2])
    assert (three.groups, three.out_of_band, three.contiguous, three.feasible) == (3, 0, True, False)


def test_a_median_must_hold_its_group(line: instances.Instance) -> None:
    found = judge(line, [4, 4, 4, 9, 9, 9])  # units 0 and 3 hold 9; the others 20; a group of three demands 15
    assert (found.objective, found.contiguous, found.feasible) == (pytest.approx(4.0), None, True)
    small = judge(line, [0, 1, 1, 1, 1, 1])
    assert (small.out_of_band, small.feasible) == (1, False)
    forced = judge(replace(line, capacity=np.array([20.0, 9, 9, 9, 20, 9])), [0, 0, 0, 1, 1, 1])
    assert (forced.objective, forced.feasible) == (pytest.approx(3.0 + 2.0), True)  # from its end; the other from its middle


def test_fewer_medians_are_allowed_and_more_are_not(line: instances.Instance) -> None:
    roomy = replace(line, capacity=np.full(6, 100.0))
    assert judge(roomy, [0] * 6).feasible
    assert not judge(roomy, [0, 0, 1, 1, 2, 2]).feasible


@pytest.mark.parametrize(("labels", "why"), [([0, 0], "2 labels given for 6 units"), ([0, 0, 0, 1, 1, None], "1 of 6 units are left")])
def test_an_incomplete_answer_is_refused(strip: instances.Instance, labels: list[object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        judge(strip, labels)


def test_the_checker_is_never_above_any_choice_of_centres(folder: Path) -> None:
    tiny.write(folder / "tiny")
    grid = next(i for i in instances.read(folder / "tiny") if i.kind == "districting")
    labels = np.arange(49) // 13
    found, costs = judge(grid, labels.tolist()), grid.all_costs()
    parts = [np.flatnonzero(labels == g) for g in range(4)]
    plain = sum(min(sum(costs[u, c] for u in part) for c in part) for part in parts)
    assert found.objective == pytest.approx(plain)


def test_the_published_value_is_the_rescored_one_and_none_may_be_known(strip: instances.Instance, line: instances.Instance) -> None:
    assert (strip.best_known, line.best_known) == (49458.0, None)


def test_wrong_folders_and_names_are_told(tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="holds no instances"):
        instances.read(tmp_path / "cpmp")
    assert peers.main(["--instances", str(folder), "--only", "gurobi"]) == 2
    assert "'gurobi' is neither a peer nor an instance; peers: bailiwick" in capsys.readouterr().err
    (folder / "cpmp" / "line.csv").unlink()
    with pytest.raises(ValueError, match=r"Instance line in .* cannot be read"):
        instances.read(folder)


def test_names_choose_peers_instances_or_both(folder: Path) -> None:
    found = instances.read(folder)
    some, here = peers.chosen(["highs", "strip"], found)
    assert ([p.name for p in some], [i.name for i in here]) == (["highs"], ["strip"])
    every, one = peers.chosen(["line"], found)
    assert (len(every), [i.name for i in one]) == (9, ["line"])


@pytest.mark.parametrize(
    ("function", "words"),
    [
        ("declines", "not tried: 36 assignment variables"),
        ("breaks", "failed: ZeroDivisionError: division by zero"),
        ("dies", "failed: exit code 7: out of luck"),
        ("absent", "not installed: no module a_peer_that_nobody_has"),
        ("boastful", "wrong answer: 4 labels given for 6 units; one each is wanted"),
    ],
)
def test_a_peer_without_an_answer_says_why(strip: instances.Instance, folder: Path, function: str, words: str) -> None:
    run = measure(Peer("fake", f"{FAKE}:{function}"), strip, folder, seconds=20, seed=1)
    assert (run.verdict, run.failed) == (None, words)


def test_a_peer_that_does_not_end_is_stopped(strip: instances.Instance, folder: Path) -> None:
    run = measure(Peer("fake", f"{FAKE}:stuck"), strip, folder, seconds=0.5, seed=1, grace=1.0)
    assert (run.verdict, run.failed) == (None, "no answer within 1.5 s, stopped")
    assert 1.5 <= run.seconds < 10


def test_memory_is_the_peers_own(strip: instances.Instance, folder: Path) -> None:
    heavy, light = (measure(Peer("fake", f"{FAKE}:{name}"), strip, folder, seconds=30, seed=1) for name in ("heavy", "halves"))
    assert heavy.verdict is not None
    assert heavy.peak_mb - light.peak_mb > 200


def test_the_table_has_medians_spread_and_words(strip: instances.Instance, folder: Path) -> None:
    fakes = [Peer(name, f"{FAKE}:{name}") for name in ("by_seed", "absent")]
    runs = [measure(peer, strip, folder, 20, seed) for peer, seed in itertools.product(fakes, (1, 2, 3))]
    mixed, absent = table.rows([strip], runs)
    assert (mixed.runs, mixed.answers, mixed.feasible, mixed.contiguous) == (3, 3, 2, 2)
    assert mixed.objective == pytest.approx((4 * DEGREE_KM**2, 4 * DEGREE_KM**2, 16 * DEGREE_KM**2))
    assert mixed.gap == pytest.approx((4 * DEGREE_KM**2 / 49458 - 1, 4 * DEGREE_KM**2 / 49458 - 1, 16 * DEGREE_KM**2 / 49458 - 1))
    assert mixed.words == "in pieces"
    assert (absent.answers, absent.objective, absent.words) == (0, None, "not installed: no module a_peer_that_nobody_has")
    console = Console(width=250, record=True, file=io.StringIO())
    console.print(table.shown([mixed, absent], "20 s each"))
    lines = [line for line in console.export_text().splitlines() if "by_seed" in line or "absent" in line]
    assert "2/3" in lines[0]
    assert f"{4 * DEGREE_KM**2:,.1f} ({4 * DEGREE_KM**2:,.1f} to {16 * DEGREE_KM**2:,.1f})" in lines[0]
    assert "not installed: no module" in lines[1]


def test_without_a_published_value_the_best_feasible_answer_of_the_run_stands_for_it(line: instances.Instance) -> None:
    good, bad = judge(line, [0, 0, 0, 1, 1, 1]), judge(line, [0, 1, 1, 1, 1, 1])
    cheap = replace(bad, objective=1.0)
    runs = [Run("a", "line", 1, 1.0, 50.0, good), Run("b", "line", 1, 1.0, 50.0, cheap)]
    first, second = table.rows([line], runs)
    assert first.gap == (0.0, 0.0, 0.0)
    assert second.gap == pytest.approx((-0.75, -0.75, -0.75))
    assert second.words == "1 of 2 out of band"


def test_the_command_prints_one_document(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "PEERS", (Peer("halves", f"{FAKE}:halves"), Peer("absent", f"{FAKE}:absent", ("cpmp",))))
    assert peers.main(["--instances", str(folder), "--seconds", "20", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    found = [(row["instance"], row["peer"], row["feasible"]) for row in said["rows"]]
    assert found == [("line", "halves", 3), ("line", "absent", 0), ("strip", "halves", 3)]
    assert len(said["runs"]) == 9
    assert peers.main(["--instances", str(folder), "--only", "halves", "strip"]) == 0
    shown = capsys.readouterr().out
    assert "halves" in shown
    assert "3/3" in shown
