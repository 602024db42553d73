import pytest

from bailiwick.model.errors import InputError
from bailiwick.opportunity.periods import spans

FFS = "medicare_ffs"


def test_years_of_a_period():
    found = spans([(FFS, "2014/2023"), (FFS, "2023")])
    assert found[FFS, "2014/2023"].months == 120
    assert found[FFS, "2023"].months == 12
    assert found[FFS, "2023"].recency > found[FFS, "2014/2023"].recency


def test_months_join_to_their_year():
    found = spans([(FFS, f"2024-{m:02d}") for m in (1, 2, 3)])
    assert {(s.group, s.months) for s in found.values()} == {("2024", 3)}


def test_a_whole_year_beats_its_own_months():
    found = spans([(FFS, "2024"), (FFS, "2024-01")])
    assert found[FFS, "2024"].recency > found[FFS, "2024-01"].recency


def test_a_wanted_period_must_exist():
    assert list(spans([(FFS, "2022"), (FFS, "2023")], "2022")) == [(FFS, "2022")]
    with pytest.raises(InputError, match="2022"):
        spans([(FFS, "2022")], "2019")
    with pytest.raises(InputError, match="not a period"):
        spans([(FFS, "22")])
