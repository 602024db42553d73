"""A gap is a share only where there is one to tell."""

import json
from dataclasses import replace

import numpy as np
import pytest

from bailiwick.design import solve
from bailiwick.design.problem import Today
from bailiwick.model.plan import Certificate, FreeBases, gap_of
from tests.design.conftest import grid_problem


@pytest.mark.parametrize(
    ("objective", "bound", "gap"),
    [(110.0, 100.0, 0.1), (100.0, 100.0, 0.0), (0.0, 0.0, 0.0), (-5.0, -5.0, 0.0), (5.0, 0.0, None), (5.0, -3.0, None), (-3.0, -5.0, None),
     (90.0, 100.0, None), (100.0, 100.0 + 1e-9, 0.0), (np.inf, 5.0, None), (5.0, np.inf, None), (5.0, np.nan, None)],
)  # fmt: skip
def test_the_gap_is_none_where_no_share_can_be_told(objective: float, bound: float, gap: float | None) -> None:
    assert gap_of(objective, bound) == (gap if gap is None else pytest.approx(gap))
    proof = Certificate(objective, bound, "fixed-bases", free_bases=FreeBases(bound, 0.0, 0.0, ()))
    assert proof.gap == proof.free_gap == gap_of(objective, bound)
    json.dumps(proof.gap, allow_nan=False)


def test_a_bonus_larger_than_all_driving_leaves_the_gap_unknown() -> None:
    problem = grid_problem(6, 6, 3, 1, busy=0.9)
    today = Today((np.arange(36) % 3).astype(np.int32), np.ones(36), bonus=1e4)
    found = solve(replace(problem, today=today, fixed_bases=(0, 4, 32)), seconds=60, seed=1, iterations=1, effort=20_000)
    assert found.bound < 0
    assert found.objective > found.bound
    assert found.gap is None


def test_a_plan_out_of_its_limits_publishes_no_negative_gap() -> None:
    problem = replace(grid_problem(6, 6, 3, 1, band=(0.99, 1.01), busy=0.9), fixed_bases=(0, 1, 2), max_minutes=25.0)
    found = solve(problem, seconds=60, seed=1, iterations=1, effort=20_000)
    assert not found.within_limits
    assert found.gap is None or found.gap >= 0
