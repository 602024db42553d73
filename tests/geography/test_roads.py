"""Roads: known miles, no roads over water, air where none leads, bounded search equal to whole rows."""

import csv
from pathlib import Path

import numpy as np
import pytest

from bailiwick.geography.roads import load_roads
from bailiwick.geography.sphere import straight_miles
from bailiwick.model.errors import UnknownNameError

REFERENCE = Path(__file__).parents[2] / "benchmarks" / "data" / "road_reference_miles.csv"


def test_known_road_miles() -> None:
    roads = load_roads()
    pairs = list(csv.DictReader(REFERENCE.read_text().splitlines()))
    known = np.array([float(p["road_miles"]) for p in pairs])
    found = np.array([roads.between(p["zip_a"], p["zip_b"]).miles for p in pairs])
    error = np.abs(found / known - 1)
    assert np.median(error) <= 0.04
    assert (error <= 0.10).mean() >= 0.75


@pytest.mark.parametrize(
    ("a", "b", "least", "most"),
    [
        ("49684", "54301", 330, 400),  # Traverse City to Green Bay goes round Lake Michigan
        ("06320", "11944", 190, 230),  # New London to Greenport goes through New York
        ("05401", "12901", 45, 85),  # Burlington to Plattsburgh goes round Lake Champlain
        ("98110", "98101", 60, 100),  # Bainbridge Island to Seattle goes by Tacoma
        ("23310", "23451", 30, 60),  # the Chesapeake Bay Bridge-Tunnel is a road
        ("33040", "33139", 150, 185),  # so is the Overseas Highway
        ("95127", "95112", 3, 10),  # no unit snaps to a stub
    ],
)
def test_water_is_crossed_where_a_road_does(a: str, b: str, least: float, most: float) -> None:
    leg = load_roads().between(a, b)
    assert leg.basis == "road"
    assert least <= leg.miles <= most


@pytest.mark.parametrize(("a", "b"), [("96813", "90012"), ("99501", "98101"), ("02554", "02108"), ("00901", "33101")])
def test_overseas_goes_by_air(a: str, b: str) -> None:
    leg = load_roads().between(a, b)
    assert leg.basis == "air"
    assert leg.minutes == pytest.approx(240 + leg.miles / 8, rel=1e-4)


def test_both_ways_are_the_same_and_a_po_box_costs_nothing() -> None:
    roads = load_roads()
    assert roads.between("43215", "45202") == roads.between("45202", "43215")
    assert roads.between("00501", "11742").basis == "same-zip"
    with pytest.raises(UnknownNameError, match="nearest"):
        roads.between("9021", "90210")


def test_rows_are_finite_and_never_shorter_than_the_crow_flies() -> None:
    roads, units = load_roads(), load_roads().units
    origins = np.linspace(0, len(units) - 1, 12).astype(np.int64)
    minutes, miles = roads.rows(origins)
    assert minutes.dtype == miles.dtype == np.float32
    assert np.isfinite(minutes).all()
    assert (minutes[np.arange(12), origins] == 0).all()
    straight = straight_miles(units.lat[origins, None], units.lon[origins, None], units.lat, units.lon)
    assert (miles >= straight - 0.05).all()
    drive = ~roads.by_air(origins) & (miles > 5)
    assert (miles[drive] / minutes[drive] * 60).min() > 20
    assert (miles[drive] / minutes[drive] * 60).max() <= 60.5


def test_within_equals_rows_below_the_limit() -> None:
    roads = load_roads()
    origins = np.array([roads.units.locate(z) for z in ("43215", "59001", "96813", "02554")])
    near = roads.within(origins, 60.0)
    minutes, miles = roads.rows(origins)
    for i in range(len(origins)):
        here = slice(near.indptr[i], near.indptr[i + 1])
        inside = np.flatnonzero((miles[i] <= 59.99) & ~roads.by_air(origins[[i]])[0])
        assert set(inside.tolist()) <= set(near.targets[here].tolist())
        assert (near.miles[here] <= 60.0).all()
        shared = np.isin(near.targets[here], inside)
        np.testing.assert_array_equal(near.minutes[here][shared], minutes[i][near.targets[here][shared]])


def test_nearly_all_people_are_on_the_road_network_of_their_state() -> None:
    roads, units = load_roads(), load_roads().units
    main = np.bincount(roads.component).argmax()
    mainland = ~np.isin(units.state, ["AK", "HI", "PR", "VI", "GU", "MP", "AS"])
    off = mainland & (roads.component != main)
    assert units.population[off].sum() / units.population[mainland].sum() < 0.0005
