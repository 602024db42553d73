from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.model.errors import InputError
from bailiwick.workload import CallPlan, Capacity, IndexPreset, measure

AREA = np.array([10.0, 0.0, 400.0])
TWO = np.array([0, 0, 1], dtype=np.int32)


def accounts(*rows):
    return pa.table(
        {"raw": [float(r[0]) for r in rows], "accessible": [float(r[0]) for r in rows], "tier": [r[1] for r in rows]}
    )


def measured(rows=((100, "A"), (50, "B"), (10, "C")), units=(0, 1, 2), plan=None, capacity=None, preset=None, **more):
    return measure(accounts(*rows), np.array(units, dtype=np.int64), AREA, plan or CallPlan(), capacity or Capacity(),
                   preset or IndexPreset(), **more)  # fmt: skip


def test_hours_follow_the_call_plan():
    found = measured()
    assert found.calls.tolist() == [24, 12, 4]
    assert found.call_hours == pytest.approx([18, 9, 3])
    assert found.wait_hours == pytest.approx([6, 3, 1])
    assert found.trips == pytest.approx([8, 4, 4 / 3])
    assert found.tour_hours[1] == 0
    assert found.administration_hours[1] == pytest.approx(12 / 9)  # a tenth of all hours
    assert (found.tier_a.tolist(), found.tier_b.tolist(), found.tier_c.tolist()) == ([1, 0, 0], [0, 1, 0], [0, 0, 1])
    assert any("history" in n for n in found.notes)


def test_territories_add_up():
    found = measured(history=np.array([5.0, 0.0, 5.0]))
    assert found.index(TWO, 2).sum() == pytest.approx(2, abs=1e-12)
    assert found.index(TWO, 2, history=False).sum() == pytest.approx(2, abs=1e-12)
    assert found.index(TWO, 2)[1] > found.index(TWO, 2, history=False)[1]
    haul = np.array([9.0, 90.0])
    hours = found.hours(TWO, 2, haul)
    assert hours.sum() == pytest.approx(found.workload_hours.sum() + haul.sum() / 0.9)
    assert found.fte(TWO, 2, haul) == pytest.approx(hours / 1760)
    assert found.face_time(TWO, 2, haul) == pytest.approx(np.array([27.0, 3.0]) / hours)
    assert found.implied_reps(99.0) == pytest.approx(hours.sum() / 1760)


def test_the_daily_limit_of_calls_binds_when_calls_are_short():
    short = measured(plan=CallPlan(minutes_a_call=1, wait_minutes=0))
    assert short.implied_reps() == pytest.approx(40 / 1540)


def test_an_empty_territory_has_no_lost_face_time():
    assert measured().face_time(np.zeros(3, dtype=np.int32), 2, np.zeros(2))[1] == 1.0


def test_unplaced_accounts_are_named():
    found = measured(units=(0, 1, -1))
    assert found.raw.tolist() == [100, 50, 0]
    assert found.notes[0] == "1 account is in no unit and left out (10 of raw opportunity)"


def test_pharma_takes_access_difficulty():
    found = measured(preset=IndexPreset.pharma(), access_difficulty=np.array([1.0, 2.0, 3.0]))
    assert set(found.components) == {"calls", "potential", "access"}


def test_history_alone_still_gives_an_index():
    only = measured(preset=IndexPreset(weights={"history": 1}), history=np.array([1.0, 1.0, 2.0]))
    assert only.index_share == pytest.approx([0.25, 0.25, 0.5])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"units": (0, 1)}, "2 entries for 3 accounts"),
        ({"units": (0, 1, 3)}, "3 units"),
        ({"history": np.ones(2)}, "2 entries for 3 units"),
        ({"history": np.array([1.0, -1.0, 0.0])}, "negative"),
        ({"rows": ((0, ""), (0, ""), (0, ""))}, "no component"),
    ],
)
def test_what_cannot_be_measured_is_refused(change, message):
    with pytest.raises(InputError, match=message):
        measured(**change)


rows = st.lists(st.tuples(st.integers(1, 10**6), st.sampled_from("ABC"), st.integers(0, 2)), min_size=1, max_size=30)


@given(rows, st.floats(0.01, 1000))
def test_the_index_sums_to_the_territories_and_ignores_the_unit_of_opportunity(found, factor):
    units = [u for *_, u in found]
    one = measured([r[:2] for r in found], units)
    many = measured([(r[0] * factor, r[1]) for r in found], units)
    assert abs(one.index_share.sum() - 1) < 1e-12
    assert many.index_share == pytest.approx(one.index_share, rel=1e-9, abs=1e-15)
    assert one.raw.sum() == sum(r[0] for r in found)


@given(rows, st.floats(0.1, 10))
def test_hours_grow_in_proportion_to_calls(found, factor):
    units = [u for *_, u in found]
    plan = CallPlan()
    more = replace(plan, calls_a_year=tuple(c * factor for c in plan.calls_a_year))
    base, grown = measured([r[:2] for r in found], units, plan), measured([r[:2] for r in found], units, more)
    assert grown.workload_hours == pytest.approx(base.workload_hours * factor)
