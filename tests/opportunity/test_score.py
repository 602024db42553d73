from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.model.errors import InputError
from bailiwick.opportunity import Entry, TierCuts, load, score, totals

LENSES = load("cataract-lenses")
TENTH = {"code": "66982"}


def by_id(table, key):
    return {row[key]: row for row in table.to_pylist()}


def test_five_surgeons_at_one_centre_outrank_a_busy_soloist(make):
    rows = [make.volume(str(i), 60, "ASC") for i in range(5)] + [make.volume("9", 60, "SOLO")]
    accounts = score(LENSES, make.warehouse(volume=rows)).accounts.to_pylist()
    assert [(a["site_id"], a["raw"], a["rank"], a["providers"]) for a in accounts] == [
        ("ASC", 300, 1, 5),
        ("SOLO", 60, 2, 1),
    ]


def test_one_surgeon_at_two_sites_is_split_not_doubled(make):
    found = score(LENSES, make.warehouse(volume=[make.volume("1", 70, "A"), make.volume("1", 30, "B")]))
    assert by_id(found.providers, "npi")["1"]["raw"] == found.total == 100
    assert {a["site_id"]: a["raw"] for a in found.accounts.to_pylist()} == {"A": 70, "B": 30}


def test_volume_without_site_follows_affiliation_and_says_estimated(make):
    links = [{"npi": "1", "site": s, "share": Decimal(x)} for s, x in (("A", "0.333333"), ("B", "0.666667"))]
    found = score(LENSES, make.warehouse(volume=[make.volume("1", "33.3")], affiliation=links))
    accounts = by_id(found.accounts, "site_id")
    assert (accounts["A"]["raw"], accounts["B"]["raw"]) == (Decimal("11.1"), Decimal("22.2"))
    assert accounts["A"]["basis"] == "estimated"
    assert accounts["A"]["estimated_share"] == 1.0
    assert any("estimated" in n for n in found.notes)


def test_a_provider_without_any_site_is_kept_and_named(make):
    found = score(LENSES, make.warehouse(volume=[make.volume("7", 500), make.volume("1", 5, "A")]))
    last = found.accounts.to_pylist()[-1]
    assert (last["site_id"], last["raw"], last["rank"], last["tier"]) == ("unplaced", 500, None, "")
    assert found.total == 505
    assert any("unattributed" in n and "7" in n for n in found.notes)


def test_a_centre_and_its_surgeons_do_not_count_one_procedure_twice(make):
    people = [make.provider("1"), make.provider("2"), make.provider("900", entity="organisation")]
    rows = [make.volume("1", 60, "900"), make.volume("2", 90, "900"), make.volume("900", 400, "900")]
    found = score(LENSES, make.warehouse(provider=people, volume=rows))
    assert found.total == 400
    assert {p["npi"]: p["raw"] for p in found.providers.to_pylist()} == {"900": 250, "2": 90, "1": 60}
    fewer = score(LENSES, make.warehouse(provider=people, volume=[*rows[:2], make.volume("900", 100, "900")]))
    assert fewer.total == 150


def test_suppressed_rows_count_as_nothing_and_are_noted(make):
    rows = [make.volume("1", None, "A", basis="suppressed"), make.volume("1", 20, "A", **TENTH)]
    found = score(LENSES, make.warehouse(volume=rows))
    assert found.total == 20
    assert any("1 rows do not state services" in n for n in found.notes)
    patients = score(replace(LENSES, measure="patients"), make.warehouse(volume=[{**rows[1], "patients": None}]))
    assert patients.total == 0
    assert patients.accounts.to_pylist()[0]["tier"] == ""


def test_a_ten_year_sum_is_a_tenth_a_year(make):
    found = score(LENSES, make.warehouse(volume=[make.volume("1", 2341, "A", period="2014/2023")]))
    assert found.total == Decimal("234.1")
    assert "66984 asc 234.1/yr × 1 = 234.1" in found.accounts.to_pylist()[0]["reason"]
    assert (
        score(
            replace(LENSES, annualise=False), make.warehouse(volume=[make.volume("1", 2341, "A", period="2014/2023")])
        ).total
        == 2341
    )


def test_the_latest_period_of_a_provider_counts_and_months_join(make):
    months = [make.volume("1", 10, "A", period=f"2024-{m:02d}") for m in range(1, 7)]
    found = score(
        LENSES, make.warehouse(volume=[*months, make.volume("1", 999, "A", period="2023"), make.volume("2", 5, "B")])
    )
    assert {p["npi"]: p["raw"] for p in found.providers.to_pylist()} == {"1": 120, "2": 5}
    with pytest.raises(InputError, match="2019"):
        score(replace(LENSES, period="2019"), make.warehouse(volume=months))


def test_other_payers_are_left_out_and_said_so(make):
    rows = [make.volume("1", 50, "A"), make.volume("1", 900, "A", payer="medicaid")]
    found = score(LENSES, make.warehouse(volume=rows))
    assert found.total == 50
    assert "left out: 1 volume rows of Medicaid" in found.notes
    assert set(found.terms.column("payer").to_pylist()) == {"medicare_ffs"}
    both = score(replace(LENSES, payers=("medicare_ffs", "medicaid")), make.warehouse(volume=rows))
    assert both.total == 950
    assert both.accounts.to_pylist()[0]["payer"] == "medicare_ffs+medicaid"


def test_weights_by_place_and_the_reason(make):
    entry = Entry("HCPCS", ("6698*",), exclude=("66986",), weight=Decimal("0.5"), weights={"asc": Decimal(2)})
    rows = [
        make.volume("1", 10, "A"),
        make.volume("1", 10, "A", place="office"),
        make.volume("1", 10, "A", code="66986"),
    ]
    found = score(replace(LENSES, codes=(entry,)), make.warehouse(volume=rows))
    assert found.total == 25
    reason = found.providers.to_pylist()[0]["reason"]
    assert reason == "66984 asc 10/yr × 2 = 20; 66984 office 10/yr × 0.5 = 5 (services, medicare_ffs, 2023)"


def test_headcount_stands_beside_volume(make):
    people = [make.provider(str(i)) for i in range(4)] + [make.provider("8", specialty="Dermatology")]
    rows = [make.volume("0", 600, "A"), make.volume("1", 60, "A"), make.volume("8", 1, "A")]
    head = by_id(score(LENSES, make.warehouse(provider=people, volume=rows)).headcount, "specialty")
    assert (head["Ophthalmology"]["headcount"], head["Ophthalmology"]["performing"]) == (4, 2)
    assert (head["Ophthalmology"]["volume"], head["Ophthalmology"]["largest"]) == (660, 600)
    only = score(replace(LENSES, specialties=("dermatology",)), make.warehouse(provider=people, volume=rows))
    assert only.total == 1


def test_nothing_found_gives_empty_tables(make):
    found = score(LENSES, make.warehouse())
    assert found.total == 0
    assert found.accounts.num_rows == found.providers.num_rows == found.terms.num_rows == found.headcount.num_rows == 0
    assert "no volume row matches the definition" in found.notes


row = st.fixed_dictionaries({
    "npi": st.sampled_from("123456"), "code": st.sampled_from(["66982", "66984", "99213"]),
    "place": st.sampled_from(["asc", "office", "facility"]), "site": st.sampled_from([None, "A", "B", "C", "6"]),
    "period": st.sampled_from(["2014/2023", "2023", "2022/2023"]),
    "services": st.one_of(st.none(), st.integers(0, 10**7)),
})  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(
    st.lists(row, max_size=25, unique_by=lambda r: (r["npi"], r["code"], r["place"], r["site"], r["period"])),
    st.booleans(),
)
def test_totals_agree_exactly_at_every_level(make, rows, unshared):
    people = [make.provider(n, entity="organisation" if n == "6" else "person") for n in "123456"]
    sites = [
        {"site_id": s, "zip": z, "group_id": g} for s, z, g in (("A", "1", "g"), ("B", "1", None), ("C", "2", "g"))
    ]
    links = [{"npi": n, "site": s, "share": Decimal(0 if unshared else 1) / 7} for n in "123" for s in "ABC"]
    for link in links:
        link["share"] = link["share"].quantize(Decimal("0.000001"))
    given_rows = [{**r, "services": None if r["services"] is None else Decimal(r["services"]) / 16} for r in rows]
    weighted = (Entry("HCPCS", ("66982",), weight=Decimal("0.3333")), Entry("HCPCS", ("66984",)))
    found = score(
        replace(LENSES, codes=weighted, tiers=TierCuts(by="volume")),
        make.warehouse(provider=people, site=sites, volume=given_rows, affiliation=links),
    )
    sums = [
        sum(t.column(c).to_pylist())
        for t, c in ((found.terms, "contribution"), (found.providers, "raw"), (found.accounts, "raw"))
    ]
    sums += [sum(totals(found.accounts, c).values()) for c in ("zip", "group_id", "system_id")]
    assert sums == [found.total] * 6
    again = score(
        replace(LENSES, codes=weighted, tiers=TierCuts(by="volume")),
        make.warehouse(provider=people, site=sites, volume=given_rows[::-1], affiliation=links[::-1]),
    )
    assert again.accounts.equals(found.accounts)
    assert again.terms.equals(found.terms)
