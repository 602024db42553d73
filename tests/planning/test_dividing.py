"""Splits and mergers keep what names a territory: locks, bans, whose base it is; what cannot stay is told."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from bailiwick.demo import make
from bailiwick.market.naming import unit_of
from bailiwick.model.errors import InputError, UnknownNameError
from bailiwick.project import Project
from bailiwick.team.constraints import from_mapping

NOW = "2026-01-02T03:04:05Z"
BASES = "base_zip,rep,capacity_fte\n10007,Ann,1\n60601,Ben,1\n90012,Cas,0.5\n75201,Dee,1\n,,1\n"


@pytest.fixture(scope="module")
def said() -> list[str]:
    return []


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, said: list[str]) -> Iterator[Project]:
    """The sample with a plan of 5 territories from given bases, under locks and bans; quick, so perhaps not within its band."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bailiwick.planning.proving.free_bases", lambda *_: None)
        found = make(tmp_path_factory.mktemp("divided") / "sample", say=said.append, now=NOW)
        (found.folder / "bases.csv").write_text(BASES)
        rules = {"locks": [["80202", "Ben"], ["94103", "Cas"], ["77002", "T004"]], "forbidden": [["98101", "Ann"], ["02108", "Dee"]]}
        asked = from_mapping(rules, found.folder)
        found.design("five", bases_from=str(found.folder / "bases.csv"), constraints=asked, seconds=2.0, band=(0.6, 1.4))
        yield found


def rules_of(project: Project, name: str) -> tuple[dict[tuple[str, str], None], set[tuple[str, str]]]:
    found = project.plan(name).provenance["constraints"]
    return dict.fromkeys(map(tuple, found.get("locks", []))), set(map(tuple, found.get("forbidden", [])))


def test_a_split_keeps_locks_bans_and_whose_base_it_is(project: Project) -> None:
    document = project.split("five", "Ben", "split")
    before, after = project.plan("five"), project.plan("split")
    assert (after.territories[1].rep, after.territories[1].base_zip) == ("Ben", "60601")
    assert (after.territories[2].rep, after.territories[2].capacity) == ("Cas", 0.5)
    assert (after.territories[5].rep, len(after.territories)) == ("", 6)
    locks, bans = rules_of(project, "split")
    assert {("94103", "Cas"), ("77002", "Dee")} <= set(locks)
    assert bans == {("98101", "Ann"), ("02108", "Dee")}
    lies = int(after.territory_of[after.units.index("80202")])
    assert int(before.territory_of[before.units.index("80202")]) == 1
    assert (("80202", "Ben") in locks) == (lies == 1)
    assert bool(document["let_go"]) == (lies != 1)
    found = {c["name"]: c["holds"] for c in project.verify("split")["checks"]}
    assert found["locks and forbidden pairs"]
    assert found["bases in their own territories"]


def test_a_lock_whose_unit_lies_in_the_new_half_is_let_go_and_told(project: Project, said: list[str]) -> None:
    plan, made = project.plan("split"), project.market()
    new = [plan.units[u] for u in np.flatnonzero((plan.territory_of == 5) & (made.measures.accounts > 0)).tolist()]
    stays = [plan.units[u] for u in np.flatnonzero((plan.territory_of == 1) & (made.measures.accounts > 0)).tolist()]
    five = project.plan("five")
    rules = {"locks": [[new[0], "Ben"], [stays[0], "Ben"]]}
    project.keep(replace(five, name="locked", provenance={**five.provenance, "constraints": rules}))
    document = project.split("locked", "Ben", "locked-split")
    assert set(rules_of(project, "locked-split")[0]) == {(stays[0], "Ben")}
    assert document["let_go"] == [f"1 lock could not stay, since the ZIP lies in the new territory now: {new[0]} Ben"]
    assert any(document["let_go"][0] in line for line in said)


def test_a_merger_maps_rules_by_number_and_says_who_goes(project: Project) -> None:
    plan, made = project.plan("five"), project.market()
    row = np.repeat(np.arange(len(plan.units)), np.diff(made.adjacency.indptr))
    beside = set(plan.territory_of[made.adjacency.indices][plan.territory_of[row] == 1].tolist()) - {1}
    drop = min(beside - {0, 2}) if beside - {0, 2} else min(beside)
    who = plan.territories[drop]
    document = project.merge("five", "Ben", who.id, "merged")
    after = project.plan("merged")
    assert len(after.territories) == 4
    slot = {t.rep: i for i, t in enumerate(after.territories)}
    locks, _ = rules_of(project, "merged")
    assert ("80202", "Ben") in locks
    assert after.territory_of[after.units.index("80202")] == slot["Ben"]
    assert {len(set(locks)), len(locks)} == {3}
    assert any("has no territory any more" in s for s in document["let_go"]) == bool(who.rep)
    found = {c["name"]: c["holds"] for c in project.verify("merged")["checks"]}
    assert found["locks and forbidden pairs"]


def test_a_copied_folder_goes_by_its_own_name(project: Project, said: list[str]) -> None:
    shutil.copytree(project.folder / "plans" / "five", project.folder / "plans" / "tam")
    assert project.verify("tam")["plan"] == "tam"
    assert any("'tam' holds a plan that calls itself 'five'" in line for line in said)
    assert project.evaluate("tam")["plan"] == "tam"


def test_a_design_without_its_certificate_does_not_hold(project: Project) -> None:
    folder = project.folder / "plans" / "five"
    copy = project.folder / "plans" / "bare"
    shutil.copytree(folder, copy)
    text = (copy / "plan.toml").read_text()
    start, end = text.index("[certificate]"), text.index("[provenance]")
    (copy / "plan.toml").write_text(text[:start] + text[end:])
    found = {c["name"]: c["holds"] for c in project.verify("bare")["checks"]}
    assert not found["proofs stored"]


def test_why_takes_a_zip_an_account_and_its_name(project: Project) -> None:
    made = project.market()
    ids, names = (made.scores.accounts.column(c).to_pylist() for c in ("site_id", "name"))
    alone = next(i for i, n in enumerate(names) if n and names.count(n) == 1 and made.unit_of[i] >= 0)
    home = str(made.units.zips[made.unit_of[alone]])
    assert {project.why("five", asked)["unit"] for asked in (home, ids[alone], names[alone], f" {names[alone].lower()} ")} == {home}
    with pytest.raises(UnknownNameError, match="ZIP, account id or account name"):
        project.why("five", "no such place at all")
    with pytest.raises(UnknownNameError, match="is not a ZIP"):
        project.why("five", "00000")


def test_a_name_that_several_accounts_bear_lists_them(project: Project) -> None:
    made = project.market()
    accounts = made.scores.accounts
    place = accounts.column_names.index("name")
    double = accounts.set_column(place, "name", pa.array(["Twin"] * accounts.num_rows))
    with pytest.raises(InputError, match=r"accounts are called 'Twin'; say which by its id: .* \(ZIP \d{5}\).* more"):
        unit_of(replace(made, scores=replace(made.scores, accounts=double)), "twin")


def test_districts_of_a_plan_with_shared_units(project: Project, tmp_path: Path) -> None:
    rules = from_mapping({"shares": {"07407": [0.5, 0.5]}}, project.folder)
    bases = tmp_path / "bases.csv"
    bases.write_text("base_zip\n07407\n07407\n60601\n90012\n75201\n")
    project.design("shared", bases_from=str(bases), constraints=rules, seconds=1.0, band=(0.3, 3.0))
    found = project.districts("shared", 2)
    assert sorted(t for d in found["districts"] for t in d["territories"]) == [f"T{i + 1:03d}" for i in range(5)]
