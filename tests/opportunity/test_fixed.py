from decimal import ROUND_HALF_UP, Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.opportunity.fixed import of_decimals, scaled, split, text, to_decimals

amounts = st.integers(0, 10**14)


@given(amounts, st.integers(0, 10**6), st.integers(1, 10**5))
def test_scaled_rounds_half_up_exactly(value, top, bottom):
    found = int(scaled(np.array([value]), top, bottom)[0]) if value * top // bottom < 2**62 else None
    if found is not None:
        exact = Decimal(value * top) / Decimal(bottom)
        assert found == (2 * value * top + bottom) // (2 * bottom)
        assert abs(Decimal(found) - exact.quantize(Decimal(1), ROUND_HALF_UP)) <= 0


@given(st.lists(st.tuples(amounts, st.lists(st.integers(1, 10**6), min_size=1, max_size=5)), min_size=1, max_size=6))
def test_split_parts_sum_to_the_amounts(cases):
    values = np.array([v for v, _ in cases])
    rows = np.concatenate([[i] * len(s) for i, (_, s) in enumerate(cases)]).astype(np.int64)
    shares = np.concatenate([s for _, s in cases]).astype(np.int64)
    parts = split(values, rows, shares, np.arange(len(rows)))
    assert (np.bincount(rows, weights=None, minlength=len(values)) > 0).all()
    for i, (value, given_shares) in enumerate(cases):
        own = parts[rows == i]
        assert own.sum() == value
        exact = [value * s / sum(given_shares) for s in given_shares]
        assert all(abs(int(p) - e) <= 1 + 1e-9 * value for p, e in zip(own, exact, strict=True))


def test_equal_shares_give_the_odd_parts_to_the_first():
    parts = split(np.array([10_000]), np.zeros(3, dtype=np.int64), np.ones(3, dtype=np.int64), np.arange(3))
    assert parts.tolist() == [3334, 3333, 3333]


@given(st.lists(amounts, max_size=5))
def test_decimals_carry_the_amounts(values):
    array = to_decimals(np.array(values, dtype=np.int64))
    assert array.to_pylist() == [Decimal(v).scaleb(-4) for v in values]
    assert of_decimals(array).tolist() == values


def test_text_is_short():
    assert [text(v) for v in (4_120_000, 12_305_000, 0, 1)] == ["412", "1,230.5", "0", "0.0001"]
