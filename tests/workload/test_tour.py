import numpy as np
import pytest

from bailiwick.workload.tour import tour_miles


def test_the_formula():
    found = tour_miles(np.array([10.0, 0.0, 10.0]), 4, np.array([25.0, 25.0, 0.0]), circuity=1.3)
    assert found == pytest.approx([10 * 0.7124 * 1.3 * 10, 0.0, 0.0])


def test_four_times_the_area_doubles_the_tour():
    one, four = (tour_miles(np.ones(1), 9, np.array([a]))[0] for a in (10.0, 40.0))
    assert four == pytest.approx(2 * one)
