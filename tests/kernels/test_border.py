"""Units on borders are kept as borders move."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.kernels.border import Border, border_of, cross, drawn_from
from tests.design.conftest import grid_problem

WORLD = grid_problem(6, 5, 3, 1)
SIZE = 30


def listed(border: Border) -> set[int]:
    return set(border.unit[: border.size[0]].tolist())


@given(
    st.lists(st.integers(0, 2), min_size=SIZE, max_size=SIZE),
    st.lists(st.tuples(st.integers(0, SIZE - 1), st.integers(0, 2)), max_size=60),
    st.lists(st.integers(0, SIZE - 1), max_size=8),
    st.lists(st.integers(0, SIZE - 1), max_size=20),
)
@settings(max_examples=200, deadline=None)
def test_borders_are_what_they_would_be_found_anew(regions: list[int], moves: list[tuple[int, int]], still: list[int], twice: list[int]) -> None:
    label, frozen = np.array(regions, dtype=np.int32), np.zeros(SIZE, dtype=np.bool_)
    frozen[still] = True
    active = np.array([*range(0, SIZE, 2), *twice], dtype=np.int32)
    border = border_of(active, frozen, label, WORLD.indptr, WORLD.indices)
    for unit, to in moves:
        if label[unit] != to:
            cross(unit, to, label, WORLD.indptr, WORLD.indices, border)
            assert label[unit] == to
        anew = border_of(active, frozen, label, WORLD.indptr, WORLD.indices)
        assert listed(border) == listed(anew)
        assert np.array_equal(border.foreign, anew.foreign)
        assert all(border.unit[border.place[u]] == u for u in listed(border))


def test_only_units_to_draw_from_on_a_border_are_listed() -> None:
    label = np.array([0 if u % 6 < 3 else 1 for u in range(SIZE)], dtype=np.int32)
    frozen = np.zeros(SIZE, dtype=np.bool_)
    frozen[2] = True
    border = border_of(np.array([2, 3, 4, 8, 8, 9], dtype=np.int32), frozen, label, WORLD.indptr, WORLD.indices)
    assert listed(border) == {3, 8, 9}  # 2 stays, 4 lies inside its region, others are not drawn from
    assert border.often[[2, 3, 4, 8]].tolist() == [0, 1, 1, 2]
    assert border.most[0] == 2


@given(st.integers(1, 400), st.integers(0, 400))
@settings(max_examples=100, deadline=None)
def test_units_with_work_are_most_of_what_is_drawn_however_few(size: int, few: int) -> None:
    busy = np.arange(size) < few
    often = np.bincount(drawn_from(busy), minlength=size)
    assert often.min() >= 1
    assert len(set(often[busy].tolist())) <= 1
    assert np.all(often[~busy] == 1)
    if few:
        assert often[busy].sum() > often.sum() / 2


def test_one_unit_with_work_in_a_thousand_is_counted_as_often_as_it_is_drawn() -> None:
    busy = np.zeros(SIZE, dtype=np.bool_)
    busy[7] = True
    units = np.concatenate([drawn_from(busy), np.full(1000, 7, dtype=np.int32)])
    border = border_of(units, np.zeros(SIZE, dtype=np.bool_), np.zeros(SIZE, dtype=np.int32), WORLD.indptr, WORLD.indices)
    assert border.most[0] == border.often[7] == (units == 7).sum() > 1000
