import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.model.errors import InputError
from bailiwick.workload import IndexPreset
from bailiwick.workload.index import index_share


def test_presets():
    assert IndexPreset.device().weights == {"workload": 60, "potential": 30, "history": 10}
    assert IndexPreset.pharma().weights == {"calls": 40, "potential": 30, "access": 20, "history": 10}
    assert IndexPreset.from_mapping({"preset": "pharma", "band": [0.9, 1.1]}).band == (0.9, 1.1)
    assert IndexPreset.from_mapping({"weights": {"calls": 1}}).weights == {"calls": 1}


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ({"preset": "toys"}, "device, pharma"),
        ({"weights": {"luck": 1}}, "'luck'"),
        ({"weights": {"calls": -1}}, "calls"),
        ({"weights": {"calls": 0}}, "all zero"),
        ({"weights": 3}, "table"),
        ({"band": [1.1, 1.2]}, "hold 1"),
        ({"band": 0.15}, "low, high"),
        ({"bands": [1, 2]}, "'bands'"),
    ],
)
def test_a_bad_index_is_refused(found, message):
    with pytest.raises(InputError, match=message):
        IndexPreset.from_mapping(found)


def test_history_should_weigh_least():
    assert not IndexPreset.device().warnings()
    assert not IndexPreset(weights={"workload": 1, "history": 0}).warnings()
    assert "least" in IndexPreset(weights={"workload": 60, "potential": 20, "history": 20}).warnings()[0]


def test_a_component_without_data_is_left_out_and_named():
    share, weights, notes = index_share(
        {"workload": np.array([1.0, 3.0]), "potential": np.array([1.0, 1.0])}, IndexPreset()
    )
    assert weights == pytest.approx({"workload": 2 / 3, "potential": 1 / 3})
    assert share == pytest.approx([2 / 3 / 4 + 1 / 6, 2 / 3 * 3 / 4 + 1 / 6])
    assert "history" in notes[0]
    with pytest.raises(InputError, match="no component"):
        index_share({"workload": np.zeros(3)}, IndexPreset())


column = st.lists(st.floats(0, 1e9), min_size=6, max_size=6).map(np.array)


@given(column, column, column, st.floats(1e-6, 1e6))
def test_shares_sum_to_one_and_ignore_scale(workload, potential, history, factor):
    parts = {"workload": workload + 1.0, "potential": potential, "history": history}
    share = index_share(parts, IndexPreset())[0]
    assert abs(share.sum() - 1) < 1e-12
    assert (share >= 0).all()
    scaled = index_share({**parts, "workload": parts["workload"] * factor}, IndexPreset())[0]
    assert scaled == pytest.approx(share, rel=1e-9, abs=1e-15)
