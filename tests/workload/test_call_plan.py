import pytest

from bailiwick.model.errors import InputError
from bailiwick.workload import CallPlan, Capacity


def test_defaults_double_from_tier_to_tier():
    plan = CallPlan()
    assert plan.calls_a_year == (24.0, 12.0, 4.0)
    assert plan.calls_a_year[0] == 2 * plan.calls_a_year[1]
    assert Capacity().hours_a_year == 1760
    assert Capacity().calls_a_year == 1540


def test_a_table_or_one_number_serves():
    plan = CallPlan.from_mapping({"calls_a_year": {"a": 30, "B": 10, "c": 0}, "minutes_a_call": 20})
    assert plan.calls_a_year == (30.0, 10.0, 0.0)
    assert plan.minutes_a_call == (20.0, 20.0, 20.0)


@pytest.mark.parametrize(
    ("kind", "found", "message"),
    [
        (CallPlan, {"calls": 3}, "'calls'.*calls_a_year"),
        (CallPlan, {"calls_a_year": {"a": 1, "b": 1}}, "tier c"),
        (CallPlan, {"calls_a_year": {"a": 1, "b": 1, "c": 1, "d": 1}}, "'d'"),
        (CallPlan, {"calls_a_year": 0}, "no call"),
        (CallPlan, {"minutes_a_call": [1, 2, -3]}, "minutes_a_call.c"),
        (CallPlan, {"minutes_a_call": "long"}, "a, b and c"),
        (CallPlan, {"wait_minutes": float("nan")}, "finite"),
        (CallPlan, {"stops_per_trip": 0.5}, "at least 1"),
        (Capacity, {"days": 0}, "above 0"),
        (Capacity, {"hours_a_day": 25}, "at most 24"),
        (Capacity, {"administration_share": 1.0}, "below"),
        (Capacity, {"face_time_target": True}, "number"),
        (Capacity, {"face_time": 0.6}, "face_time_target"),
    ],
)
def test_a_bad_parameter_is_refused(kind, found, message):
    with pytest.raises(InputError, match=message):
        kind.from_mapping(found)
