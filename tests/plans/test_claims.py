"""What a plan folder claims: numbers that prove nothing are refused by file, field and value, and proofs taken out are missed."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from bailiwick.model.errors import InputError
from bailiwick.model.plan import FreeBases, Plan, WholeUnits
from bailiwick.plans import claims
from bailiwick.plans.folder import read, write
from bailiwick.review import verify, verify_claims


@pytest.fixture
def folder(tmp_path: Path, plan: Plan) -> Path:
    proof = replace(
        plan.certificate,
        free_bases=FreeBases(90.0, 1.0, 2.0, (("00501", 4.0),)),
        whole_units=WholeUnits(102.0, (("00501", 2.5),), (0.5, float("inf")), (0.1, 0.1)),
    )
    write(replace(plan, certificate=proof), tmp_path / "p")
    return tmp_path / "p"


def edited(folder: Path, before: str, after: str) -> None:
    file = folder / "plan.toml"
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after, 1))


@pytest.mark.parametrize(("before", "after", "said"), [
    ("objective = 103.5", "objective = inf", r"plan\.toml: certificate\.objective is inf, not a finite number"),
    ("bound = 101.25", "bound = -inf", r"certificate\.bound is -inf"),
    ("bound = 101.25", 'bound = "101"', r"certificate\.bound is '101'"),
    ("bound = 102.0", "bound = nan", r"certificate\.whole_units\.bound is nan"),
    ("    0.5,", "    -0.5,", r"certificate\.whole_units\.reach\[0\] is -0\.5, not a number from 0"),
    ("    0.5,", "    nan,", r"certificate\.whole_units\.reach\[0\] is nan"),
    ("    -2.0,", "    inf,", r"certificate\.duals\[1\] is inf"),
    ("subsidy = 1.0", "subsidy = nan", r"certificate\.free_bases\.subsidy is nan"),
])  # fmt: skip
def test_numbers_that_prove_nothing_are_refused(folder: Path, before: str, after: str, said: str) -> None:
    edited(folder, before, after)
    with pytest.raises(InputError, match=said):
        read(folder)


@pytest.mark.parametrize("name", ["prices.csv", "prices-of-bases.csv"])
@pytest.mark.parametrize("value", ["nan", "inf"])
def test_prices_that_are_no_numbers_are_refused_by_row(folder: Path, name: str, value: str) -> None:
    file = folder / name
    file.write_text(file.read_text().replace("00501,4.0", f"00501,{value}").replace("00501,2.5", f"00501,{value}"))
    with pytest.raises(InputError, match=rf"{name}, row 2: hours is '{value}', not a finite number"):
        read(folder)


def test_a_claim_is_near_by_what_is_found_and_finite() -> None:
    assert verify.close(100.0, 100.0 + 1e-6)
    assert not verify.close(float("inf"), 100.0)
    assert not verify.close(float("inf"), float("inf"))
    assert not verify.close(1e12, 1e12 - 2e6)
    assert not verify.bound_check("bound", float("-inf"), 90.0, 100.0).holds


def test_a_proof_taken_out_is_missed_by_the_list_and_by_its_prices(folder: Path) -> None:
    assert all(c.holds for c in verify_claims.stored_checks(claims.read(folder)))
    text = (folder / "plan.toml").read_text()
    start = text.index("[certificate.whole_units]")
    (folder / "plan.toml").write_text(text[:start] + text[text.index("[certificate.free_bases]"):])
    found = {c.name: c for c in verify_claims.stored_checks(claims.read(folder))}
    assert not found["proofs stored"].holds
    assert "whole units" in found["proofs stored"].found
    assert found["prices without a claim"].found == "prices-of-bases.csv"
    edited(folder, "proofs = [", "asked = [")  # a plan written before plans told what they were stored with
    assert [c.name for c in verify_claims.stored_checks(claims.read(folder))] == ["prices without a claim"]


def test_gaps_and_the_kind_of_the_bound_are_held_against_what_is_found(folder: Path) -> None:
    told = claims.read(folder)
    assert told.gap == pytest.approx(103.5 / 102 - 1)
    assert told.free_gap == pytest.approx(103.5 / 90 - 1)
    assert verify_claims.gap_check("gap", told.gap, 103.5, 102.0).holds
    assert not verify_claims.gap_check("gap", 0.0001, 103.5, 102.0).holds
    assert not verify_claims.gap_check("gap", 0.01, 90.0, 102.0).holds  # none can be told
    assert verify_claims.gap_check("gap", None, 90.0, 102.0).holds
    assert verify_claims.kind_check(told).holds
    assert not verify_claims.kind_check(replace(told, kind="free-bases")).holds
    assert not verify_claims.kind_check(replace(told, kind="banana")).holds


def test_a_design_within_its_limits_needs_a_certificate_and_another_plan_does_not(folder: Path) -> None:
    told, kept = claims.read(folder), [verify.check("in band", "2", "2", True)]
    assert not verify_claims.uncertified(replace(told, method="search"), kept, "search")[0].holds
    assert verify_claims.uncertified(replace(told, method="by hand"), kept, "search") == []
    assert verify_claims.uncertified(replace(told, method="search"), [verify.check("in band", "2", "1", False)], "search") == []


def test_what_is_not_proven_is_not_stored(tmp_path: Path, plan: Plan) -> None:
    bare = WholeUnits(102.0, (), (0.5, 0.5), (0.1, 0.1))  # a scenario keeps the number alone
    write(replace(plan, certificate=replace(plan.certificate, whole_units=bare)), tmp_path / "bare")
    found = tomllib.loads((tmp_path / "bare" / "plan.toml").read_text())
    assert found["proofs"] == ["fixed_bases"]
    assert found["certificate"]["gap"] == pytest.approx(103.5 / 101.25 - 1)
    write(replace(plan, certificate=replace(plan.certificate, objective=float("inf"))), tmp_path / "none")
    assert read(tmp_path / "none").certificate is None
