"""Accounts heavier than a band, shared between territories with explicit shares (R30)."""

import csv

import pytest

from bailiwick.demo import make
from bailiwick.model.errors import InfeasibleError, InputError
from bailiwick.team.constraints import from_mapping

NOW = "2026-01-02T03:04:05Z"
PLENTY = 263  # so many that one ZIP is heavier than a band


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return make(tmp_path_factory.mktemp("shares") / "sample", say=lambda _: None, now=NOW)


def test_too_heavy_a_zip_names_the_way_out(project):
    with pytest.raises(InfeasibleError, match="--share"):
        project.design("heavy", territories=PLENTY, seconds=0.1)


def test_given_shares_are_kept_and_totals_agree(project):
    rules = from_mapping({"shares": {"07407": [0.5, 0.5], "75231": [0.7, 0.3]}}, project.folder)
    document = project.design("shared", territories=20, seconds=1, constraints=rules)
    raw, accounts = (sum(t[k] for t in document["territories"]) for k in ("raw", "accounts"))
    assert raw == pytest.approx(document["summary"]["raw"], rel=1e-12)
    assert document["summary"]["raw"] == pytest.approx(float(project.market().scores.total), rel=1e-9)
    assert accounts >= document["summary"]["accounts"]
    assert sum(t["index"] for t in document["territories"]) == pytest.approx(20)
    proof = {c["name"]: c["holds"] for c in project.verify("shared")["checks"]}
    assert all(proof.values()), proof


def test_shares_must_make_a_whole(project):
    for wrong in ([0.5, 0.6], [1.0], [0.5, -0.5, 1.0]):
        with pytest.raises(InputError):
            from_mapping({"shares": {"07407": wrong}}, project.folder)


def test_heavy_zips_are_divided_by_themselves(project):
    document = project.design("many", territories=PLENTY, seconds=1, share=True, iterations=1, effort=2_000_000)
    plan = project.plan("many")
    assert plan.provenance["shares"] == {"02451": [0.5, 0.5]}
    assert [share for _, share in plan.shares["02451"]] == [0.5, 0.5]  # a territory cannot hold both
    text = (project.folder / "plans" / "many" / "assignment.csv").read_text(encoding="utf-8")
    assert [row["share"] for row in csv.DictReader(text.splitlines()) if row["unit"] == "02451"] == ["0.5", "0.5"]
    for name in ("raw", "accessible"):
        assert sum(t[name] for t in document["territories"]) == pytest.approx(document["summary"][name], rel=1e-12)
    assert sum(t["index"] for t in document["territories"]) == pytest.approx(PLENTY)
    project.design("again", territories=PLENTY, share=True, iterations=1, effort=2_000_000)
    assert (project.folder / "plans" / "again" / "assignment.csv").read_text(encoding="utf-8") == text  # replayed to the byte
