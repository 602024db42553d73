"""Points that a large problem is contracted to."""

from dataclasses import replace

import numpy as np

from bailiwick.design.bases.contract import contract
from tests.design.conftest import grid_problem


def test_heavy_units_are_points_of_their_own_and_none_that_are_asked_for_is_lost() -> None:
    plain = grid_problem(40, 30, 10, seed=5)
    load = plain.load.copy()
    heavy = np.arange(100, 1100, 50)
    load[heavy] = 0.02 * load.sum()
    points = contract(replace(plain, load=load * plain.territories / load.sum()), 150)
    assert len(points) == 150
    assert len(set(points.point_of[heavy].tolist())) == len(heavy)


def test_equal_units_are_gathered_to_points_of_about_equal_load() -> None:
    plain = grid_problem(40, 30, 10, seed=5)
    points = contract(replace(plain, load=np.full(plain.size, plain.territories / plain.size)), 150)
    load = points.sums(np.full(plain.size, 1.0))
    assert len(points) == 150
    assert load.max() <= 4 * load.mean()
