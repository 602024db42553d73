"""Baselines: contiguous, equal, deterministic, each base the best of its territory."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.geography.adjacency import load_adjacency
from bailiwick.geography.units import load_units
from bailiwick.model.errors import InputError
from bailiwick.review.baseline import baseline
from bailiwick.review.scorecard import pieces


def drawn(ground, by, amounts, count, roads=None):
    lat, lon = 30 + ground.y / 10, -100 + ground.x / 10
    trips, indptr, indices = ground.measures.trips, ground.indptr, ground.indices
    return baseline(by, ground.ids, lat, lon, amounts, trips, indptr, indices, count, roads)


@settings(max_examples=30, deadline=None)
@given(count=st.integers(1, 40), seed=st.integers(0, 1000), by=st.sampled_from(["zips", "accounts", "area"]))
def test_any_number_of_territories_is_contiguous_and_covers_all(ground, count, seed, by):
    amounts = np.random.default_rng(seed).integers(0, 4, 600).astype(float)
    plan = drawn(ground, by, amounts, count)
    assert set(plan.territory_of.tolist()) == set(range(count))
    assert pieces(plan.territory_of, count, ground.indptr, ground.indices).tolist() == [1] * count
    for t, territory in enumerate(plan.territories):
        assert plan.territory_of[plan.units.index(territory.base_zip)] == t


def test_territories_without_work_are_still_drawn(ground):
    plan = drawn(ground, "accounts", np.zeros(600), 100)
    assert len(set(plan.territory_of.tolist())) == 100


def test_hardly_more_units_than_territories_is_refused_or_drawn(ground):
    for count in (400, 550, 600):
        try:
            plan = drawn(ground, "zips", np.ones(600), count)
        except InputError as error:
            assert "ask for fewer" in str(error)  # noqa: PT017
        else:
            assert pieces(plan.territory_of, count, ground.indptr, ground.indices).tolist() == [1] * count


def test_the_base_has_the_least_trip_minutes_of_its_candidates(ground):
    plan = drawn(ground, "zips", np.ones(600), 6, ground.roads)
    minutes, _ = ground.roads.rows(np.arange(600))
    for t, territory in enumerate(plan.territories):
        mine = np.flatnonzero(plan.territory_of == t)
        cost = minutes[np.ix_(mine, mine)] @ ground.measures.trips[mine]
        chosen = cost[mine.tolist().index(plan.units.index(territory.base_zip))]
        assert chosen <= cost.min() * 1.02


@pytest.mark.parametrize("by", ["zips", "accounts", "area"])
def test_the_country_in_forty(by):
    units, adjacency = load_units(), load_adjacency()
    accounts = np.random.default_rng(5).binomial(1, 0.06, len(units)).astype(float)
    amounts = {"zips": np.ones(len(units)), "accounts": accounts, "area": units.area_sq_miles}[by]
    near = adjacency.indptr, adjacency.indices
    arguments = (by, units.zips.tolist(), units.lat, units.lon, amounts, accounts, *near, 40)
    plan = baseline(*arguments)
    assert pieces(plan.territory_of, 40, adjacency.indptr, adjacency.indices).tolist() == [1] * 40
    held = np.bincount(plan.territory_of, weights=amounts)
    off = np.abs(held / held.mean() - 1).max()
    assert off < (0.35 if by == "area" else 0.03)  # single ZIP areas of Alaska are large beside a fortieth of the land
    if by == "zips":
        assert np.array_equal(plan.territory_of, baseline(*arguments).territory_of)


def test_bad_calls_are_named(ground):
    with pytest.raises(InputError, match="'people' is not a baseline"):
        drawn(ground, "people", np.ones(600), 4)
    with pytest.raises(InputError, match="601 territories cannot"):
        drawn(ground, "zips", np.ones(600), 601)
    with pytest.raises(InputError, match="not all joined"):
        baseline("zips", ["1", "2"], np.zeros(2), np.zeros(2), np.ones(2), np.ones(2),
                 np.zeros(3, dtype=np.int32), np.zeros(0, dtype=np.int32), 1)  # fmt: skip
