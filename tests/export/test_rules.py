"""What a plan was asked to keep, told in the report and the workbook."""

from dataclasses import replace

import numpy as np

from bailiwick.export.rules import rules
from bailiwick.model.plan import Plan, Territory

PLAN = Plan("p", ("00001", "00002"), np.array([0, 1], dtype=np.int32), (Territory("T001", "A", "00001"), Territory("T002", "B", "00002")))


def told(**provenance: object) -> dict[str, object]:
    return {name: value for name, value, _ in rules(replace(PLAN, provenance=provenance))}


def test_nothing_asked_is_nothing_told() -> None:
    assert told() == {}


def test_every_rule_is_told_in_words() -> None:
    found = told(
        layer="direct",
        band=[0.9, 1.1],
        constraints={
            "max_minutes": 180.0, "locks": [["80202", "Ann"]], "forbidden": [["80203", "Bob"]], "barriers": [["1", "2"]],
            "ties": [["10001", "10002", 4.0]], "groups": [["1", "2", "3"]], "keep_together": ["county"], "measures": {"tier_a": [0.8, 1.2]},
            "today": "field", "disruption_limit": 0.2, "stay_bonus": 0.5, "contiguous": False,
        },
    )  # fmt: skip
    assert found == {
        "What the plan was asked to keep": None,
        "Sales team": "direct",
        "Band of every territory": "0.9 to 1.1 of the mean territory",
        "In one piece": "not asked",
        "Longest drive": "180 minutes from the base",
        "Band of tier a": "0.8 to 1.2 of the mean territory",
        "Kept together": "county",
        "Locked": "80202 to Ann",
        "Forbidden": "80203 to Bob",
        "Barriers": "1 | 2",
        "Ties not to cut": "10001 and 10002 (4 hours)",
        "Groups": "1 + 2 + 3",
        "Today's alignment": "field: at most 20% of the accounts moved, 0.5 hours a year for each account that stays",
    }


def test_long_lists_are_cut_and_shares_named() -> None:
    found = told(constraints={"locks": [[f"{i:05d}", "Ann"] for i in range(15)], "band_kind": "absolute"}, band=[0.9, 1.1])
    assert str(found["Locked"]).endswith("; and 3 more")
    assert "driving counted to who drives" in str(found["Band of every territory"])
    shared = replace(PLAN, shares={"00001": ((0, 0.6), (1, 0.4))})
    assert dict((n, v) for n, v, _ in rules(shared))["Shared units"] == "00001: T001 0.6, T002 0.4"
