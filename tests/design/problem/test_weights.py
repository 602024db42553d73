"""What is refused before any search cannot be planned, and what is advised instead can."""

import re
from dataclasses import replace

import numpy as np
import pytest

from bailiwick.design import Problem, solve
from bailiwick.model.errors import InfeasibleError
from tests.design.conftest import grid_problem

BASES = (7, 10, 25, 28)


@pytest.fixture
def world() -> Problem:
    return replace(grid_problem(6, 6, 4, 2, band=(0.8, 1.2), busy=1.0), absolute=True)


def refused(problem: Problem) -> str:
    with pytest.raises(InfeasibleError) as why:
        problem.check_weights()
    return str(why.value)


def test_driving_may_fill_the_low_end_of_an_absolute_band(world: Problem) -> None:
    light = replace(world, load=world.load * 0.6, fixed_bases=BASES, band=(0.8, 2.0))
    assert "the whole load is 2.40" in refused(light)
    driving = replace(light, drive_load=0.015)
    driving.check_weights()
    found = solve(driving, seconds=60, seed=1, iterations=2, effort=20_000)
    assert found.within_limits


def test_too_much_work_is_refused_whatever_the_driving(world: Problem) -> None:
    heavy = replace(world, load=world.load * 1.5)
    for drive in (0.0, 0.01):
        said = refused(replace(heavy, drive_load=drive))
        number = int(re.search(r"ask for (?:more than )?(\d+)", said)[1]) + (drive > 0)
        assert number == 5
        replace(heavy, territories=number, drive_load=drive).check_weights()
    assert "as the driving comes on top" in refused(replace(heavy, drive_load=0.01))


def test_half_time_territories_are_counted_by_their_capacity(world: Problem) -> None:
    half = replace(world, capacity=(0.5,) * 4)
    said = refused(half)
    fewest, most = (int(n) for n in re.search(r"ask for (\d+) to (\d+)", said).groups())
    for number in (fewest, most):
        replace(half, territories=number, capacity=(0.5,) * number).check_weights()
    for number in (fewest - 1, most + 1):
        assert "the whole load" in refused(replace(half, territories=number, capacity=(0.5,) * number))


def test_the_band_advised_for_a_heavy_unit_holds_it(world: Problem) -> None:
    load = world.load.copy()
    load[14] = 0.87
    load *= 4 / load.sum()
    for absolute, capacity in ((True, (0.5,) * 4), (False, (0.5, 0.5, 1.0, 1.0)), (False, ())):
        problem = replace(world, load=load, absolute=absolute, capacity=capacity, band=(0.0, 0.5))
        said = refused(problem)
        widened = float(re.search(r"widen the band to at least ([0-9.]+)", said)[1])
        assert np.all(load[14] <= replace(problem, band=(0.0, widened)).bands[1][:, 0].max())
        assert ("fewer" in said) is not absolute


def test_a_relative_band_without_the_mean_says_what_it_must_hold(world: Problem) -> None:
    assert "let the band hold 1.00" in refused(replace(world, absolute=False, band=(1.1, 1.4)))
