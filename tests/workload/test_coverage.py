import pyarrow as pa

from bailiwick.workload import CallPlan, coverage_gap


def test_over_served_and_missed_accounts_by_tier():
    accounts = pa.table({"site_id": ["a", "b", "c", "d"], "tier": ["A", "A", "C", ""]})
    rows = coverage_gap(accounts, {"a": 30.0, "c": 1.0, "d": 5.0}, CallPlan())
    top, middle, tail = rows
    assert (top.needed, top.made, top.gap, top.missed_accounts, top.over_served_calls) == (48, 30, 18, 1, 6)
    assert (middle.accounts, middle.gap) == (0, 0)
    assert (tail.gap, tail.missed_accounts) == (3, 0)
