"""Rules of sales teams: what the data writes, whatever the case; what it never holds is refused by name."""

from typing import Any

import pytest

from bailiwick.model.errors import InputError
from bailiwick.team.layers import from_mapping


def test_case_does_not_matter() -> None:
    (team,) = from_mapping({"x": {"states": ["ma", " Ri"], "kinds": ["ASC"], "tiers": ["a"]}})
    assert (team.states, team.kinds, team.tiers) == (("MA", "RI"), ("asc",), ("A",))


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"states": ["ma", "Rhode Island"]}, r"\[layers\.x\] names state 'Rhode Island'; there are AK, AL"),
        ({"kinds": ["ascx"]}, r"names kind 'ascx'; there are asc, hospital"),
        ({"tiers": ["D"]}, r"names tier 'D'; there are A, B, C"),
        ({"states": "MA"}, r"states is a list, e\.g\. states = \['MA'\]"),
    ],
)
def test_what_does_not_exist_is_refused_by_name(rules: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        from_mapping({"x": rules})
