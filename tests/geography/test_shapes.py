"""Shapes: borders inside a territory vanish, areas stay, everything fits the frame."""

import numpy as np
import pytest

from bailiwick.geography import shapes
from bailiwick.geography.projection import MAINLAND, project
from bailiwick.geography.topology import from_topojson
from bailiwick.geography.units import load_units


def _area(outline: shapes.Outline) -> float:
    """Even-odd area by signs: holes run inside rings, so subtract a ring whose first point another contains."""
    total = 0.0
    for ring in outline.rings:
        x, y = ring[:, 0], ring[:, 1]
        total += abs(float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1]))) / 2
    return total


def test_one_territory_per_state_has_the_state_s_area() -> None:
    units = load_units()
    names, state_of = np.unique(units.state, return_inverse=True)
    outlines = shapes.territory_outlines(state_of, tolerance=0.0)
    assert len(outlines) == len(names)
    kansas = int(np.flatnonzero(names == "KS")[0])
    pixels = 3958.7613 / MAINLAND.scale
    expected = units.area_sq_miles[state_of == kansas].sum()
    assert _area(outlines[kansas]) * pixels**2 == pytest.approx(expected, rel=0.01)


def test_rings_close_and_fit_the_frame() -> None:
    units = load_units()
    outlines = shapes.territory_outlines(np.arange(len(units)) // 200)
    for outline in (*outlines, *shapes.state_outlines()):
        for ring in outline.rings:
            np.testing.assert_array_equal(ring[0], ring[-1])
            assert ring.min() >= -5
            assert ring[:, 0].max() <= shapes.WIDTH + 5
            assert ring[:, 1].max() <= shapes.HEIGHT + 5


def test_a_negative_territory_is_not_drawn() -> None:
    nothing = np.full(len(load_units()), -1)
    assert shapes.territory_outlines(nothing) == ()
    nothing[100] = 0
    assert len(shapes.territory_outlines(nothing)) == 1
    with pytest.raises(ValueError, match="entries"):
        shapes.territory_outlines(np.zeros(3, dtype=int))


def test_two_squares_dissolve_into_one_ring(monkeypatch: pytest.MonkeyPatch) -> None:
    document = {
        "transform": {"scale": [0.01, 0.01], "translate": [-98.0, 38.0]},
        "arcs": [
            [[100, 0], [0, 100]],
            [[100, 100], [-100, 0], [0, -100], [100, 0]],
            [[100, 0], [100, 0], [0, 100], [-100, 0]],
        ],
        "objects": {
            "zcta": {
                "geometries": [
                    {"id": "b", "type": "Polygon", "arcs": [[2, -1]]},
                    {"id": "a", "type": "Polygon", "arcs": [[0, 1]]},
                ]
            }
        },
    }
    squares = from_topojson(document, "zcta")
    monkeypatch.setattr(shapes, "load_topology", lambda name: squares)
    (one,) = shapes.territory_outlines(np.array([0, 0]), tolerance=0.0)
    assert len(one.rings) == 1
    left, right = shapes.territory_outlines(np.array([0, 1]), tolerance=0.0)
    assert _area(one) == pytest.approx(_area(left) + _area(right))
    assert shapes.svg_path(one).startswith("M")


def test_projection_keeps_places_in_order() -> None:
    x, y = project([40.71, 34.05, 61.2, 21.3, 18.4], [-74.0, -118.24, -149.9, -157.86, -66.1])
    assert x[1] < x[0]
    assert y[0] < y[1]
    assert y[2] > 450
    assert y[3] > 500
    assert y[4] > 500
