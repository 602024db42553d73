from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.opportunity.definition import TierCuts
from bailiwick.opportunity.ranking import order_of, percentiles, tiers


def test_equal_amounts_rank_by_id():
    assert order_of(np.array([5, 9, 5]), ["b", "z", "a"]).tolist() == [1, 2, 0]


def test_tiers_by_count_and_by_volume():
    ordered = np.array([700, 100, 50, 50, 40, 30, 20, 5, 3, 2, 0])
    assert "".join(tiers(ordered, TierCuts())) == "ABBBCCCCCC"
    assert tiers(ordered, TierCuts())[-1] == ""
    assert "".join(tiers(ordered, TierCuts(a=Decimal("0.7"), b=Decimal("0.15"), by="volume"))) == "ABBCCCCCCC"


@given(st.lists(st.integers(0, 10**12), max_size=60), st.sampled_from(["count", "volume"]))
def test_tiers_fall_with_the_amount(values, by):
    ordered = np.sort(np.array(values, dtype=np.int64))[::-1]
    found = list(tiers(ordered, TierCuts(by=by)))
    assert found == sorted(found, key=lambda t: "ABC".index(t) if t else 9)
    assert [t == "" for t in found] == [v == 0 for v in ordered]
    if (ordered > 0).any():
        assert found[0] == "A"


def test_percentiles_end_at_100():
    assert percentiles(np.array([30, 10, 20, 20])).tolist() == [100.0, 25.0, 75.0, 75.0]
