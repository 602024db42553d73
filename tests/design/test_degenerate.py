"""Problems at the edge: nothing to drive, everything in one place, one territory, as many as units, a country in pieces, bad numbers."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.design import Problem, solve
from bailiwick.design.problem import Measure
from bailiwick.design.solve import Solution
from bailiwick.model.errors import InfeasibleError, InputError
from bailiwick.review.scorecard import pieces
from tests.design.conftest import Plane, grid_problem


def quick(problem: Problem) -> Solution:
    return solve(problem, seconds=60, seed=1, iterations=6, effort=60_000)


def sound(problem: Problem, found: Solution) -> None:
    """What holds of every answer."""
    label, bases, k = found.territory_of, np.array(found.bases), problem.territories
    assert label.shape == (problem.size,)
    assert set(label.tolist()) == set(range(k))
    assert label[bases].tolist() == list(range(k))
    if problem.contiguous:
        assert pieces(label, k, *problem.neighbours).tolist() == [1] * k
    held = np.bincount(label, weights=problem.load, minlength=k)
    low, high = problem.bands
    within = bool(np.all(held >= low[:, 0] - 1e-9) and np.all(held <= high[:, 0] + 1e-9))
    assert found.in_band == within
    assert found.bound <= found.objective + 1e-6 * max(1.0, found.objective) or not found.in_band


def wide(problem: Problem) -> Problem:
    return replace(problem, band=(0.0, float(problem.territories)))


def test_no_load_at_all_has_no_band_to_be_in() -> None:
    problem = grid_problem(5, 5, 3, busy=1.0)
    with pytest.raises(InfeasibleError, match="whole load is 0"):
        quick(replace(problem, load=np.zeros(25)))


def test_no_trips_at_all_is_balanced_and_costs_nothing() -> None:
    problem = replace(grid_problem(6, 6, 3, busy=1.0), trips=np.zeros(36))
    found = quick(problem)
    sound(problem, found)
    assert found.in_band
    assert found.objective == 0.0
    assert found.gap == 0.0


def test_almost_nothing_busy() -> None:
    problem = grid_problem(12, 12, 3)
    load = np.zeros(144)
    load[[0, 77, 143]] = 1.0
    problem = replace(problem, load=load, trips=load * 5)
    found = quick(problem)
    sound(problem, found)
    assert found.in_band
    assert found.objective == pytest.approx(0.0, abs=1e-9)


def test_everything_in_one_place() -> None:
    problem = grid_problem(6, 6, 4, busy=1.0)
    spot = np.zeros((36, 2))
    problem = replace(problem, points=spot, travel=Plane(spot))
    found = quick(problem)
    sound(problem, found)
    assert found.in_band
    assert found.objective == 0.0


@pytest.mark.parametrize("contiguous", [True, False])
def test_one_territory_is_everything_from_its_median(contiguous: bool) -> None:
    problem = replace(grid_problem(7, 7, 1, busy=1.0), contiguous=contiguous)
    found = quick(problem)
    sound(problem, found)
    minutes = problem.travel.rows(np.arange(49))[0].astype(float)
    assert found.objective == pytest.approx((2 * problem.trips * minutes / 60).sum(axis=1).min(), rel=1e-6)
    assert found.gap == pytest.approx(0.0, abs=1e-6)


def test_as_many_territories_as_units() -> None:
    problem = wide(grid_problem(4, 4, 16, busy=1.0))
    found = quick(problem)
    sound(problem, found)
    assert sorted(found.bases) == list(range(16))
    assert found.objective == 0.0
    with pytest.raises(InputError, match="17 territories were asked for, but only 16 units"):
        grid_problem(4, 4, 17, busy=1.0)


def test_a_single_unit() -> None:
    one = np.ones(1)
    empty = np.empty(0, dtype=np.int32)
    place = np.zeros((1, 2))
    problem = Problem(("00001",), one, one, np.zeros(2, dtype=np.int32), empty, 1, (0.85, 1.15), Plane(place), points=place)
    found = quick(problem)
    sound(problem, found)
    assert (found.objective, found.in_band) == (0.0, True)


def islands(count: int, territories: int) -> Problem:
    """Grids without a bridge between them."""
    problem = grid_problem(4, 4 * count, territories, busy=1.0)
    row = np.repeat(np.arange(problem.size), np.diff(problem.indptr))
    kept = row // 16 == problem.indices // 16
    indptr = np.concatenate([[0], np.cumsum(np.bincount(row[kept], minlength=problem.size))]).astype(np.int32)
    even = np.full(problem.size, territories / problem.size)
    return replace(problem, indptr=indptr, indices=problem.indices[kept], load=even)


def test_a_country_in_pieces_has_a_territory_on_each() -> None:
    problem = islands(3, 3)
    found = quick(problem)
    sound(problem, found)
    assert found.in_band
    assert sorted(found.territory_of[[0, 16, 32]].tolist()) == [0, 1, 2]


def test_fewer_territories_than_pieces_names_what_is_cut_off() -> None:
    with pytest.raises(InfeasibleError, match=r"unit \d+ is not joined to any base; declare a bridge"):
        quick(wide(islands(3, 2)))


@pytest.mark.parametrize("field", ["load", "trips", "measure", "base_capacity"])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -1.0])
def test_numbers_that_are_none_are_refused_by_name(field: str, bad: float) -> None:
    problem = grid_problem(3, 3, 2, busy=1.0)
    values = np.ones(9)
    values[4] = bad
    change = {"measures": (Measure("tier_a", values, 0.0, 9.0),)} if field == "measure" else {field: values}
    named = "tier_a" if field == "measure" else field
    with pytest.raises(InputError, match=f"{named} of unit 00004 is {bad}"):
        replace(problem, **change)


def test_bands_that_are_none_are_refused() -> None:
    problem = grid_problem(3, 3, 2, busy=1.0)
    for band in ((1.2, 0.8), (-0.1, 1.0), (np.nan, 1.0)):
        with pytest.raises(InputError, match="band must be low to high from 0"):
            replace(problem, band=band)
    with pytest.raises(InfeasibleError, match=r"the whole load is 2\.00"):
        quick(replace(problem, band=(1.1, 1.2)))


def test_a_group_of_everything_is_one_territory_or_said_to_be_too_heavy() -> None:
    everything = tuple(range(16))
    problem = replace(grid_problem(4, 4, 1, busy=1.0), groups=(everything,))
    found = quick(problem)
    sound(problem, found)
    assert found.in_band


@given(seed=st.integers(0, 1_000), busy=st.floats(0.05, 1.0), territories=st.integers(1, 5), contiguous=st.booleans())
@settings(max_examples=20, deadline=None)
def test_any_small_grid_gives_a_sound_answer(seed: int, busy: float, territories: int, contiguous: bool) -> None:
    try:
        problem = replace(grid_problem(6, 5, territories, seed=seed, busy=busy), contiguous=contiguous)
        found = quick(problem)
    except (InputError, InfeasibleError):
        return  # said in one sentence; the tests above say which
    sound(problem, found)
