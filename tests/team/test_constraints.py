"""Rules and bases written wrongly are refused in a sentence that says what to write instead."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bailiwick.geography.units import load_units
from bailiwick.model.errors import InputError
from bailiwick.planning.designing import Asked, _groups_in_data
from bailiwick.team import bases
from bailiwick.team.constraints import from_mapping


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"measures": {"tier_a": [0.5, 1, 2]}}, "the band of tier_a is two numbers"),
        ({"measures": {"tier_a": [0.5]}}, "the band of tier_a is two numbers"),
        ({"keep_together": "county"}, "keep_together is a list"),
        ({"groups": ["60601", "60602"]}, "groups is a list of lists of ZIPs"),
        ({"locks": ["60601"]}, "locks is a list of lists"),
        ({"max_minutes": "240"}, "max_minutes is a number without quotation marks, got '240'"),
        ({"max_minutes": True}, "max_minutes is a number without quotation marks, got true"),
        ({"max_minutes": -1}, "max_minutes must be a number from 0, got -1"),
        ({"disruption_limit": "0.2", "today": "field"}, "disruption_limit is a number"),
        ({"stay_bonus": float("nan"), "today": "field"}, "stay_bonus must be a number from 0, got nan"),
        ({"measures": {"tier_a": ["0.5", 1.5]}}, "the low end of the band of tier_a is a number"),
        ({"measures": {"tier_a": [False, 1.5]}}, "the low end of the band of tier_a is a number"),
        ({"ties": [["60601", "60602", "5"]]}, "the last value of the ties row 60601, 60602 is a number"),
        ({"shares": {"60601": [0.5, "0.5"]}}, "a share of 60601 is a number"),
        ({"bridges": [["60601", "60601"]]}, "a bridge joins 60601 to itself"),
        ({"bridges": [["60601", "60602"]], "barriers": [["60602", "60601"]]}, "both as a bridge and as a barrier"),
        ({"bridges": [["60601"]]}, "a row of bridges has 1 values, 2 expected"),
    ],
)
def test_a_rule_of_the_wrong_shape_is_named(given: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        from_mapping(given, tmp_path)


def test_numbers_of_a_file_are_read_from_its_text(tmp_path: Path) -> None:
    (tmp_path / "ties.csv").write_text("60601,60602,2.5\n")
    assert from_mapping({"ties": "ties.csv"}, tmp_path).ties == (("60601", "60602", 2.5),)


def test_files_that_are_not_in_utf_8_are_named(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes("base_zip,rep\n02114,José\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"locks names .*list\.csv, which is not readable as CSV in UTF-8"):
        from_mapping({"locks": "list.csv"}, tmp_path)
    with pytest.raises(InputError, match=r"list\.csv is not in UTF-8"):
        bases.read(str(file), load_units(), None)  # type: ignore[arg-type]


def test_a_name_that_two_territories_bear_needs_a_number() -> None:
    wanted = Asked(("Smith", "Jones", "Smith"), (1, 2, 3), ("Smith", "Jones", "Smith"), (1.0,) * 3)
    with pytest.raises(InputError, match="2 territories of this design are called 'Smith'; say which by its number: T001, T003"):
        wanted.slot("Smith")
    assert [wanted.slot(name) for name in ("Jones", "T001", "3")] == [1, 0, 2]


def test_zips_without_a_county_form_no_county() -> None:
    class Made:
        units = load_units()

    assert np.count_nonzero(Made.units.county_fips == "") > 0
    found = _groups_in_data(Made, "county")  # type: ignore[arg-type]
    assert "" not in found
    assert sum(len(members) for members in found.values()) == np.count_nonzero(Made.units.county_fips != "")
