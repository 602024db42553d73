"""Differences after the best relabelling."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.model.errors import InputError
from bailiwick.model.plan import Plan, Territory
from bailiwick.plans.diff import difference


def made(name: str, t_of: list[int], count: int) -> Plan:
    units = tuple(f"{i:05d}" for i in range(len(t_of)))
    return Plan(name, units, np.array(t_of, dtype=np.int32), tuple(Territory(f"T{t}", "", "") for t in range(count)))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=30), st.permutations(range(4)))
def test_new_labels_alone_move_nothing(t_of: list[int], labels: list[int]):
    n = len(t_of)
    found = difference(made("a", t_of, 4), made("b", [labels[t] for t in t_of], 4), np.ones(n), np.arange(n) * 1.0)
    assert (found.units, found.accounts_share, found.opportunity_share) == (0, 0, 0)


def test_shares_count_what_moved():
    before, after = made("a", [0, 0, 0, 1], 2), made("b", [1, 1, 0, 0], 2)
    found = difference(before, after, np.array([1.0, 1, 2, 4]), np.array([10.0, 10, 30, 50]))
    assert found.moved.tolist() == [False, False, True, False]
    assert found.relabelling == (("T0", "T1"), ("T1", "T0"))
    assert found.to_document() == {
        "units": 1, "units_share": 0.25, "accounts_share": 0.25, "opportunity_share": pytest.approx(0.3),
    }  # fmt: skip


def test_a_territory_more_is_a_move_of_what_it_takes():
    found = difference(made("a", [0, 0, 1], 2), made("b", [0, 2, 1], 3), np.array([3.0, 1, 4]), np.zeros(3))
    assert found.moved.tolist() == [False, True, False]


def test_plans_over_other_units_are_refused():
    before = made("a", [0, 0], 1)
    with pytest.raises(InputError, match="different units"):
        difference(before, replace(before, units=("00000", "99999")), np.ones(2), np.ones(2))
