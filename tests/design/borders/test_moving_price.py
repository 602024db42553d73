"""What a limit on disruption costs, against its plain definition."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.design.borders.fixed import _moving_price, with_bases, with_load_prices
from bailiwick.design.problem import Today
from tests.design.conftest import grid_problem


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.0, 0.95))
def test_what_is_worth_more_for_its_weight_fits_the_limit_and_no_more_does(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    problem = grid_problem(8, 8, 4, seed=seed % 1000)
    weight = rng.integers(0, 4, problem.size).astype(np.float64)
    today = Today(rng.integers(-1, 4, problem.size).astype(np.int32), weight, limit=share * float(weight.sum()))
    based = with_bases(replace(problem, today=today), np.sort(rng.choice(problem.size, 4, replace=False)))
    price = _moving_price(based)
    priced = with_load_prices(based)
    placed = np.flatnonzero((today.territory >= 0) & (weight > 0))
    gain = (priced[placed, today.territory[placed]] - priced[placed].min(axis=1)) / weight[placed]
    assert weight[placed][gain > price].sum() <= today.limit
    assert price == 0.0 or weight[placed][gain >= price].sum() > today.limit


def test_no_limit_costs_nothing() -> None:
    problem = grid_problem(8, 8, 4, seed=1)
    assert _moving_price(with_bases(problem, np.array([0, 7, 56, 63]))) == 0.0
    today = Today(np.zeros(problem.size, dtype=np.int32), np.ones(problem.size))
    assert _moving_price(with_bases(replace(problem, today=today), np.array([0, 7, 56, 63]))) == 0.0
