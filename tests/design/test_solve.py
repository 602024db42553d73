import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.design import Problem, solve
from bailiwick.design.borders.certificate import bound_from_prices
from bailiwick.design.borders.fixed import with_bases
from bailiwick.design.mending.mend import back_in_band, out_of_band
from bailiwick.design.problem.limits import broken
from bailiwick.model.errors import InfeasibleError, InputError
from bailiwick.review.scorecard import pieces
from tests.design.conftest import grid_problem


def hours(problem: Problem, bases: tuple[int, ...]) -> np.ndarray:
    return 2.0 * problem.trips[:, None] * problem.travel.rows(np.array(bases))[0].T.astype(float) / 60.0


@given(seed=st.integers(0, 10_000), territories=st.integers(1, 6))
@settings(max_examples=25, deadline=None)
def test_every_plan_is_a_contiguous_partition_above_its_bound(seed: int, territories: int) -> None:
    problem = grid_problem(9, 8, territories, seed)
    found = solve(problem, seconds=60, seed=1, iterations=3, effort=20_000)
    assert found.territory_of.min() >= 0
    assert set(found.territory_of.tolist()) == set(range(territories))
    assert pieces(found.territory_of, territories, problem.indptr, problem.indices).tolist() == [1] * territories
    assert all(found.territory_of[b] == t for t, b in enumerate(found.bases))
    cost = hours(problem, found.bases)
    assert found.objective == pytest.approx(cost[np.arange(72), found.territory_of].sum())
    held = np.bincount(found.territory_of, weights=problem.load, minlength=territories)
    assert found.in_band == bool(np.all((held > 0.85 - 1e-8) & (held < 1.15 + 1e-8)))
    if found.in_band:
        assert found.bound <= found.objective + 1e-6


@given(seed=st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_bound_is_below_the_optimum_and_the_plan_above_it(seed: int) -> None:
    problem = grid_problem(3, 3, 2, seed, band=(0.6, 1.4), busy=0.9)
    if problem.load.max() > 1.4 or len(problem.weighted) < 2:
        return
    try:
        found = solve(problem, seconds=60, seed=1, iterations=2, effort=20_000)
    except InfeasibleError:
        return
    cost = hours(problem, found.bases)
    best = np.inf
    for sides in itertools.product((0, 1), repeat=9):
        side = np.array(sides, dtype=np.int32)
        held = np.bincount(side, weights=problem.load, minlength=2)
        if side[found.bases[0]] != 0 or side[found.bases[1]] != 1 or held.min() < 0.6 or held.max() > 1.4:
            continue
        if pieces(side, 2, problem.indptr, problem.indices).tolist() == [1, 1]:
            best = min(best, cost[np.arange(9), side].sum())
    if np.isfinite(best):
        assert found.bound <= best + 1e-6
        if found.in_band:
            assert found.objective >= best - 1e-6


@given(st.lists(st.floats(-50, 50), min_size=3, max_size=3), st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_any_prices_give_a_valid_bound(prices: list[float], seed: int) -> None:
    problem = grid_problem(6, 6, 3, seed)
    found = solve(problem, seconds=60, seed=1, iterations=2, effort=20_000)
    if found.in_band:
        bound = bound_from_prices(hours(problem, found.bases), problem.load, *problem.band, np.array(prices))
        assert bound <= found.objective + 1e-6


def test_the_same_seed_and_iterations_give_the_same_plan_to_the_byte() -> None:
    problem = grid_problem(12, 12, 5, 3)
    one, two = (solve(problem, seconds=s, seed=7, iterations=4, effort=20_000) for s in (0.001, 100.0))
    assert one.territory_of.tobytes() == two.territory_of.tobytes()
    assert (one.bases, one.objective, one.bound, one.duals) == (two.bases, two.objective, two.bound, two.duals)


def test_fixed_bases_are_kept() -> None:
    problem = replace(grid_problem(10, 10, 3, 5), fixed_bases=(0, 55, 99))
    found = solve(problem, seconds=5, seed=1)
    assert found.bases == (0, 55, 99)
    assert [int(found.territory_of[b]) for b in found.bases] == [0, 1, 2]


def test_a_unit_heavier_than_the_band_is_named_with_a_way_out() -> None:
    problem = grid_problem(5, 5, 3, 1)
    load = problem.load.copy()
    load[7] += 2.0
    heavy = replace(problem, load=load / load.sum() * 3)
    with pytest.raises(InfeasibleError, match=r"unit 00007 alone .* with --share"):
        solve(heavy, seconds=1, seed=1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"territories": 0}, "at least 1"),
        ({"territories": 999}, "ask for fewer"),
        ({"fixed_bases": (1,)}, "1 bases were given for 3"),
        ({"fixed_bases": (1, 1, 2)}, "same unit"),
        ({"band": (1.2, 1.1)}, "band"),
    ],
)
def test_a_problem_is_checked_at_birth(change: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        replace(grid_problem(5, 5, 3, 1), **change)


@pytest.mark.parametrize("bad", [np.nan, -1.0, np.inf])
@pytest.mark.parametrize("name", ["load", "trips"])
def test_weights_that_are_no_numbers_from_zero_are_refused_by_name(name: str, bad: float) -> None:
    problem = grid_problem(5, 5, 3, 1)
    values = getattr(problem, name).copy()
    values[3] = bad
    with pytest.raises(InputError, match=f"{name} of unit 00003"):
        replace(problem, **{name: values})


def test_units_that_nothing_joins_are_named() -> None:
    problem = grid_problem(4, 1, 1, 1, busy=1.0)
    cut = replace(
        problem, indptr=np.array([0, 1, 2, 3, 4], dtype=np.int32), indices=np.array([1, 0, 3, 2], dtype=np.int32)
    )
    with pytest.raises(InfeasibleError, match="not joined to any base"):
        solve(cut, seconds=1, seed=1, iterations=1)


def test_a_plan_that_ends_with_a_territory_out_of_band_is_mended() -> None:
    problem = grid_problem(20, 20, 6, seed=2, busy=0.9)
    found = solve(problem, seconds=2, seed=1)
    based = with_bases(problem, np.array(found.bases), np.array(found.duals))
    label = found.territory_of.copy()
    held = np.bincount(label, weights=problem.load, minlength=6)
    rows = np.repeat(np.arange(problem.size), np.diff(problem.indptr))
    while held[2] <= 1.16:  # swallow neighbours until it is too heavy
        edge = [int(v) for u, v in zip(rows, problem.indices, strict=True) if label[u] == 2 and label[v] != 2 and v not in found.bases]
        label[edge[0]] = 2
        held = np.bincount(label, weights=problem.load, minlength=6)
    assert out_of_band(based, label).any()
    label, inside = back_in_band(based, label)
    assert inside
    assert not out_of_band(based, label).any()
    assert not broken(problem, based.base, based.minutes, label)
