"""The measures that a plan is held against neutral plans by, beside their plain definitions."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.design import solve
from bailiwick.design.ensemble import COMPACT, LEAST_COMPACT, compactness, ensemble, gini, standing
from bailiwick.design.problem import Ties
from bailiwick.geography.borders import load_borders
from bailiwick.geography.units import load_units
from tests.design.conftest import grid_problem


def squares(width: int, height: int, side: float = 10.0) -> SimpleNamespace:
    """Unit squares of a grid as land."""
    one, other = [], []
    for u in range(width * height):
        x, y = u % width, u // width
        for inside, v in ((x < width - 1, u + 1), (y < height - 1, u + width)):
            one.append(u)
            other.append(v if inside else -1)
        for edge in (x == 0, y == 0):
            if edge:
                one.append(u)
                other.append(-1)
    return SimpleNamespace(
        area=np.full(width * height, side * side), one=np.array(one), other=np.array(other), miles=np.full(len(one), side)
    )


def test_a_square_and_a_strip_are_as_compact_as_geometry_says() -> None:
    label = np.array([0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 2, 2], dtype=np.int32)  # two squares above a strip
    found = compactness(label, 3, squares(4, 3))
    assert found[:2] == pytest.approx([np.pi / 4] * 2)
    assert found[2] == pytest.approx(4 * np.pi * 400 / 100**2)


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=30))
def test_gini_is_half_the_mean_difference_over_the_mean(values: list[float]) -> None:
    share = np.array(values)
    plain = np.abs(share[:, None] - share[None, :]).mean() / (2 * share.mean())
    assert gini(share) == pytest.approx(plain, abs=1e-9)


def test_the_best_beats_all_and_the_worst_none_in_either_direction() -> None:
    drawn = np.array([1.0, 2.0, 3.0])
    assert standing("borders", 0.5, drawn).better_than == 1.0
    assert standing("borders", 9.0, drawn).better_than == 0.0
    assert standing(COMPACT, 9.0, drawn).better_than == 1.0
    assert standing(COMPACT, 0.5, drawn).better_than == 0.0
    assert standing(COMPACT, 2.0, drawn).better_than == pytest.approx(0.5)


def test_every_measure_of_a_plan_is_its_plain_definition() -> None:
    problem = grid_problem(10, 10, 4, seed=6, busy=0.8)
    pairs = np.array([[0, 99], [0, 1], [44, 45]])
    problem = replace(problem, ties=Ties(pairs, np.array([3.0, 1.0, 2.0])))
    found = solve(problem, seconds=60, seed=1, iterations=10, effort=300_000)
    label, land = found.territory_of, squares(10, 10)
    said = {s.measure: s for s in ensemble(problem, label, np.array(found.bases), plans=20, seed=2, land=land).standings}
    held = np.bincount(label, weights=problem.load)
    minutes = problem.travel.rows(np.arange(100))[0]
    best = [min((float((minutes[b, m] * problem.trips[m]).sum()), b) for b in m) for m in (np.flatnonzero(label == t) for t in range(4))]
    assert said["line-haul hours"].plan == pytest.approx(sum(b[0] for b in best) / 30, rel=1e-5)
    busy = problem.trips > 0
    assert said["longest drive, minutes"].plan == pytest.approx(
        max(float(minutes[b, (label == t) & busy].max()) for t, (_, b) in enumerate(best)), rel=1e-5
    )
    assert said["largest deviation of the index"].plan == pytest.approx(np.abs(held / held.mean() - 1).max())
    assert said["hours of referral ties cut"].plan == sum(h for (a, b), h in zip(pairs, (3.0, 1.0, 2.0), strict=True) if label[a] != label[b])
    row = np.repeat(np.arange(100), np.diff(problem.indptr))
    assert said["neighbouring units parted"].plan == (label[row] != label[problem.indices]).sum() / 2
    assert said[COMPACT].plan == pytest.approx(compactness(label, 4, land).mean())
    assert said[LEAST_COMPACT].plan <= said[COMPACT].plan
    assert said[COMPACT].more_is_better


def test_bundled_borders_are_those_of_the_land() -> None:
    land, units = load_borders(), load_units()
    assert len(land.area) == len(units)
    assert land.area == pytest.approx(units.area_sq_miles, rel=0.05, abs=1.0)
    assert np.all(land.one != land.other)
    nation = compactness(np.zeros(len(units), dtype=np.int32), 1, land)[0]
    one_each = compactness(np.arange(len(units), dtype=np.int32), len(units), land)
    assert 0 < nation < 0.2  # islands and coasts
    assert np.all((one_each >= 0) & (one_each <= 1.0 + 1e-6))
    assert np.count_nonzero(one_each == 0) <= 1  # an area too small for the grid of the outlines
