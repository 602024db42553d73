"""Units: every ZIP finds its unit, wrong ones are told their neighbours."""

import numpy as np
import pytest

from bailiwick.geography.shapes import load_topology
from bailiwick.geography.sphere import straight_miles
from bailiwick.geography.units import load_units, nearest_zips
from bailiwick.model.errors import InputError, UnknownNameError


def test_units_are_sorted_distinct_and_complete() -> None:
    units = load_units()
    assert len(units) == 33_144
    assert (units.zips[1:] > units.zips[:-1]).all()
    assert {len(z) for z in units.zips} == {5}
    assert set(units.state) >= {"AK", "HI", "DC", "PR", "VI", "GU", "AS", "MP"}
    assert len(set(units.state)) == 56
    assert {len(f) for f in units.county_fips} <= {0, 5}


def test_areas_and_people_are_of_the_right_size() -> None:
    units = load_units()
    assert units.area_sq_miles[units.state == "RI"].sum() == pytest.approx(1_060, rel=0.05)
    assert units.area_sq_miles[units.state == "KS"].sum() == pytest.approx(82_000, rel=0.03)
    assert (units.area_sq_miles > 0).all()
    assert units.population.sum() == pytest.approx(334.7e6, rel=0.005)


def test_po_box_zip_belongs_to_its_area() -> None:
    units = load_units()
    assert units.zips[units.locate("00501")] == "11742"
    assert all(units.locate(str(z)) == i for i, z in list(enumerate(units.zips))[::500])


def test_every_domestic_zip_has_a_unit_in_its_state() -> None:
    units = load_units()
    abroad = units.points.unit < 0
    assert abroad.sum() < 900
    here = ~abroad & (units.points.state != "")
    assert np.mean(units.state[units.points.unit[here]] == units.points.state[here]) > 0.995


def test_unknown_zip_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"'9021' is not a ZIP; nearest: .*90210"):
        load_units().locate("9021")
    with pytest.raises(InputError, match="abroad"):
        load_units().locate("09025")
    assert load_units().locate_all(["90210", "xx", "09025"]).tolist() == [load_units().locate("90210"), -1, -1]


def test_nearest_zips_restore_a_lost_zero() -> None:
    assert nearest_zips("2108", load_units().points.zips)[0] == "02108"


def test_a_far_point_snaps_to_its_zip() -> None:
    units = load_units()
    lat, lon = units.point_of("43215")
    assert units.snap(lat + 0.1, lon, "43215") == (lat + 0.1, lon, False)
    assert units.snap(lat + 1.0, lon, "43215") == (lat, lon, True)
    assert units.snap(None, None, "43215") == (lat, lon, True)


def test_a_base_in_the_sea_is_refused() -> None:
    units = load_units()
    assert units.state[units.at_point(39.96, -83.0)] == "OH"
    with pytest.raises(InputError, match=r"sea or abroad; the nearest is \d{5}"):
        units.at_point(38.0, -60.0)
    with pytest.raises(InputError, match="degrees"):
        units.at_point(-83.0, 239.96)


def test_every_unit_s_point_lies_at_its_own_area() -> None:
    units, topology = load_units(), load_topology("zcta")
    lon, lat = topology.points()
    arc, unit = topology.arc_units()
    first = topology.arc_ptr[arc]  # one border point of each arc is enough to tell a stray
    miles = np.full(len(units), np.inf)
    np.minimum.at(miles, unit, straight_miles(lat[first], lon[first], units.lat[unit], units.lon[unit]))
    assert (miles <= 3.0 + 2.0 * np.sqrt(units.area_sq_miles)).mean() > 0.9995
