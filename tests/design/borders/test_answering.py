"""Of several choices of bases that is taken which its bound is lowest of; prices of bases that move are found from those before."""

from dataclasses import replace

import numpy as np
import pytest

from bailiwick.design.bases.contract import contract
from bailiwick.design.bases.recentre import recentre
from bailiwick.design.borders.answering import likeliest
from bailiwick.design.borders.fixed import drawn, with_bases
from tests.design.conftest import grid_problem

GOOD = np.array([63, 69, 75, 243, 249, 255])


def test_the_likeliest_bases_are_those_of_the_lowest_bound_in_the_middle_of_what_they_serve() -> None:
    problem = grid_problem(18, 18, 6, seed=3, busy=1.0)
    points = contract(problem, 80)
    corner = np.array([0, 1, 2, 18, 19, 20])
    starts = [(base, drawn(with_bases(problem, base))) for base in (corner, GOOD)]
    for given in (starts, starts[::-1]):
        base, label = likeliest(problem, given, points)
        assert np.array_equal(label, starts[1][1])
        assert np.array_equal(base, recentre(problem, starts[1][1], GOOD))
    assert np.array_equal(likeliest(problem, [(corner, None), (GOOD, None)], points)[0], GOOD)


@pytest.mark.parametrize("drive", [0.0, 2e-6])
def test_prices_of_bases_that_moved_begun_from_those_before_prove_as_much(drive: float) -> None:
    problem = replace(grid_problem(20, 20, 6, seed=5, busy=1.0), drive_load=drive)
    before = with_bases(problem, GOOD)
    moved = GOOD.copy()
    moved[[0, 3]] += 1
    warm, cold = with_bases(problem, moved, before.price, warm=True), with_bases(problem, moved)
    assert warm.bound == pytest.approx(cold.bound, rel=2e-4)
