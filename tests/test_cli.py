"""What a call is refused for, what its exit code says, and that a refused call changes nothing."""

import json
import shutil
from collections.abc import Iterator

import pytest

from bailiwick.cli import main
from bailiwick.demo import make
from bailiwick.model.errors import InputError
from bailiwick.project import Project

NOW = "2026-01-02T03:04:05Z"


@pytest.fixture(scope="module", autouse=True)
def no_second_bound() -> Iterator[None]:
    """The bound over all choices of bases takes its time and nothing here asks for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bailiwick.planning.proving.free_bases", lambda *_: None)
        yield


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The sample with a plan of 12 territories and its certificate."""
    found = make(tmp_path_factory.mktemp("cli") / "sample", say=lambda _: None, now=NOW)
    found.design("design", territories=12, seconds=2.0)
    return found


class Called:
    """One call of the command line in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: object) -> None:
        with pytest.raises(SystemExit) as end:
            main([str(a) for a in arguments])
        self.code = end.value.code
        self.out, self.err = capsys.readouterr()


@pytest.mark.parametrize(("arguments", "said"), [
    (("design", "-k", "0"), "0 territories cannot be drawn"),
    (("design", "-k", "-3"), "-3 territories cannot be drawn"),
    (("design", "-k", "12", "--seconds", "-5"), "cannot search for -5 seconds"),
    (("design", "-k", "12", "--seconds", "0"), "cannot search for 0 seconds"),
    (("design", "-k", "12", "--seconds", "nan"), "cannot search for nan seconds"),
    (("design", "-k", "12", "--seconds", "inf"), "cannot search for inf seconds"),
    (("design", "-k", "12", "--seed", "-1"), "-1 cannot be a seed"),
    (("design", "-k", "12", "--iterations", "-3"), "-3 iterations cannot be replayed"),
    (("design", "-k", "12", "--effort", "0"), "an effort of 0 cannot be replayed"),
    (("design", "-k", "12", "--band", "0.8", "inf"), "got 0.8 to inf"),
    (("design", "-k", "12", "--band", "nan", "1.1"), "got nan to 1.1"),
    (("design", "-k", "12", "--band", "1.2", "0.8"), "got 1.2 to 0.8"),
    (("design", "-k", "12", "--gap", "-1"), "cannot stop at a gap of -1%"),
    (("design", "-k", "12", "--gap", "nan"), "cannot stop at a gap of nan%"),
    (("baseline", "--by", "zips", "-k", "0"), "0"),
    (("size", "--from", "12", "--to", "12", "--seconds", "inf"), "cannot search for inf seconds"),
    (("prove", "design", "--seconds", "inf"), "cannot search for inf seconds"),
])  # fmt: skip
def test_numbers_that_mean_nothing_are_refused_and_change_nothing(project, capsys, arguments, said) -> None:
    before = {p: p.read_bytes() for p in (project.folder / "plans").rglob("*") if p.is_file()}
    shown = Called(capsys, *arguments, "--project", project.folder)
    assert (shown.code, shown.out) == (2, "")
    assert said in shown.err
    assert "internal fault" not in shown.err
    assert sum(line.startswith("bailiwick: ") for line in shown.err.splitlines()) == 1
    assert {p: p.read_bytes() for p in (project.folder / "plans").rglob("*") if p.is_file()} == before


@pytest.mark.parametrize(("rules", "said"), [
    ('contiguous = "no"', "contiguous is true or false"),
    ("share = 1", "share is true or false"),
    ('ties = [["07407", "75231", nan]]', "the tie of 07407 and 75231 costs nan hours a year"),
    ('ties = [["07407", "75231", -4.0]]', "the tie of 07407 and 75231 costs -4 hours a year"),
    ('barriers = [["10007", "90012"]]', "between 10007 and 90012, which are no neighbours"),
    ("max_minutes = nan", "max_minutes must be a number from 0"),
    ("max_minutes = true", "max_minutes is a number"),
    ('today = "field"\nstay_bonus = -1.0', "stay_bonus must be a number from 0"),
    ("measures = { tier_a = [0.5, nan] }", "the band of tier_a"),
])  # fmt: skip
def test_rules_that_mean_nothing_are_refused(project, capsys, tmp_path, rules, said) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(rules + "\n")
    shown = Called(capsys, "design", "-k", "12", "--name", "ruled", "--constraints", file, "--project", project.folder)
    assert (shown.code, shown.out) == (2, "")
    assert said in shown.err
    assert "ruled" not in project.plans()


def test_settings_that_mean_nothing_are_refused(project, capsys, tmp_path) -> None:
    for line, said in (("seconds = nan", "design.seconds"), ("seed = -1", "design.seed"), ("territories = true", "design.territories")):
        copy = tmp_path / said
        copy.mkdir()
        (copy / "bailiwick.toml").write_text(f'[project]\ndefinition = "cataract-lenses"\n[design]\n{line}\n')
        shown = Called(capsys, "design", "--project", copy)
        assert shown.code == 2
        assert said in shown.err


def test_stored_prices_of_another_number_are_refused(project, capsys, tmp_path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(project.folder, copy)
    file = copy / "plans" / "design" / "plan.toml"
    first, _, rest = file.read_text().partition("duals = [\n")
    file.write_text(first + "duals = [\n" + rest.partition("\n")[2])
    for command in (("verify", "design"), ("prove", "design", "--seconds", "1")):
        shown = Called(capsys, *command, "--project", copy)
        assert shown.code == 2
        assert "stores 11 prices for 12 territories" in shown.err


def test_a_design_out_of_its_limits_is_kept_and_exits_one(project, capsys, tmp_path) -> None:
    file = tmp_path / "rules.toml"
    zips = [z for z, m in zip(project.market().units.zips.tolist(), project.market().measures.accounts, strict=True) if m > 0][:400]
    file.write_text(f"locks = {json.dumps([[z, 'T001'] for z in zips])}\n")
    given = ("--constraints", file, "--seconds", "1", "--project", project.folder)
    shown = Called(capsys, "design", "-k", "12", "--name", "locked", *given, "--json")
    found = json.loads(shown.out)
    assert shown.code == 1
    assert not found["within_limits"]
    assert any("what is locked to territory 1" in said for said in found["conflicts"])
    assert "the plan is kept as 'locked', which is not within all limits" in shown.err
    assert "locked" in project.plans()


def test_a_design_within_its_limits_says_so_and_may_stop_at_a_gap(project, capsys) -> None:
    shown = Called(capsys, "design", "-k", "12", "--name", "near", "--seconds", "2", "--gap", "50", "--project", project.folder, "--json")
    found = json.loads(shown.out)
    assert shown.code == 0, shown.err
    assert (found["within_limits"], found["conflicts"], found["stopped"]) == (True, [], False)
    assert 0 <= found["summary"]["gap"] <= 0.5
    assert project.plan("near").provenance["gap"] == 0.5


def test_refusals_of_the_engine_name_what_is_wrong() -> None:
    from dataclasses import replace

    import numpy as np

    from bailiwick.design.problem import Ties, Today
    from tests.design.conftest import grid_problem

    problem = grid_problem(4, 4, 2)
    ones, none = np.ones(16), np.full(16, -1, dtype=np.int32)
    pairs = np.array([[0, 1]])
    for wrong, said in (
        ({"ties": Ties(pairs, np.array([np.nan]))}, "00000 and 00001 costs nan"),
        ({"ties": Ties(pairs, np.array([-1.0]))}, "costs -1 hours"),
        ({"today": Today(none, -ones)}, "today's weight of unit 00000 is -1"),
        ({"today": Today(none, ones * np.nan)}, "is nan"),
        ({"today": Today(none, ones, bonus=-1.0)}, "bonus of staying is -1"),
        ({"today": Today(none, ones, bonus=np.nan)}, "bonus of staying is nan"),
        ({"today": Today(none + 5, ones)}, "names territory 4"),
        ({"barriers": ((0, 15),)}, "00000 and 00015, which are no neighbours"),
        ({"band": (0.8, np.inf)}, "got 0.8 to inf"),
    ):
        with pytest.raises(InputError, match=said):
            replace(problem, **wrong)
