from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.model.errors import InputError, UnknownNameError
from bailiwick.model.tables import PLACES
from bailiwick.opportunity import Definition, Entry, SignOff, TierCuts, bundled, compare, load

BASE = 'name = "x"\n[[codes]]\nsystem = "HCPCS"\ninclude = ["66984"]\n'


def test_bundled_definitions_load():
    assert {"cataract-lenses", "joint-replacement", "spinal-cord-stimulation", "colonoscopy"} <= set(bundled.names())
    for name in bundled.names():
        definition = load(name)
        assert definition.name == name
        assert Definition.from_toml(definition.to_toml()) == definition


def test_a_file_loads_and_its_errors_name_it(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(BASE)
    assert load(path).codes[0].include == ("66984",)
    path.write_text(BASE + "waight = 2")
    with pytest.raises(InputError, match=r"mine\.toml.*waight"):
        load(path)
    with pytest.raises(UnknownNameError, match="cataract-lenses"):
        load("cataract-lense")
    with pytest.raises(InputError, match="bundled"):
        load("absent.toml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "TOML"),
        ('name = "x"', "codes"),
        (BASE.replace("HCPCS", "CPT"), "HCPCS, ICD10CM, NDC, DRUG"),
        (BASE + "weight = -1", "weight of 66984"),
        (BASE + "weight = nan", "weight of 66984"),
        (BASE + "weight = inf", "weight of 66984"),
        (BASE + "weight = 0.12345", "four digits"),
        (BASE + 'weight = "2"', "must be a number"),
        (BASE + "[codes.weights]\nmars = 1", "mars"),
        (BASE + "colour = 1", "colour"),
        ('measure = "visits"\n' + BASE, "services, patients, payments"),
        ('payer = "hmo"\n' + BASE, "medicare_ffs"),
        ('payer = ["all_payer", "medicaid"]\n' + BASE, "twice"),
        ('period = "last year"\n' + BASE, "YYYY"),
        ('template = "toy"\n' + BASE, "surgical-device"),
        ("annualise = 1\n" + BASE, "annualise"),
        ("version = 0\n" + BASE, "version"),
        (BASE.replace("66984", "66984-66982"), "backwards"),
        (BASE + "[tiers]\na = 0.8\nb = 0.5", "at most 1"),
        (BASE + '[tiers]\nby = "size"', "count or volume"),
        (BASE + '[sign_off.legal]\nname = "A"\ndate = "2025-01-01"', "commercial, marketing, medical"),
        (BASE + '[sign_off.medical]\nname = "A"\ndate = "soon"', "2025-01-31"),
    ],
)
def test_a_bad_definition_is_refused_in_one_sentence(text, message):
    with pytest.raises(InputError, match=message):
        Definition.from_toml(text)


def two(first, second, **more):
    return Definition(
        "x", (Entry("HCPCS", first[0], weight=first[1]), Entry("HCPCS", *second[0], weight=second[1], **more))
    )


def test_overlapping_weights_name_the_code_and_both_patterns():
    with pytest.raises(InputError, match=r"66980 .*669\*.*66980-66984"):
        two((("669*",), Decimal(1)), ((("66980-66984",),), Decimal(2)))
    with pytest.raises(InputError, match="27447"):
        Definition("x", (Entry("HCPCS", ("27447",)), Entry("HCPCS", ("27447",), weights={"asc": Decimal(2)})))


def test_an_exclusion_or_equal_weights_make_an_overlap_harmless():
    first = Entry("HCPCS", ("669*",), exclude=("66982",))
    assert Definition("x", (first, Entry("HCPCS", ("66982",), weight=Decimal(2)))).entry("HCPCS", "66982").weight == 2
    assert Definition("x", (first, Entry("HCPCS", ("66984",))))
    assert Definition("x", (Entry("ICD10CM", ("66984",)), Entry("HCPCS", ("66984",), weight=Decimal(2))))


weights = st.decimals(0, 10_000, places=4, allow_nan=False, allow_infinity=False)
entries = st.builds(
    Entry,
    system=st.sampled_from(["HCPCS", "ICD10CM", "NDC", "DRUG"]),
    include=st.lists(st.sampled_from(["66984", "G0105", "6698*", "A1B2"]), min_size=1, max_size=3).map(tuple),
    exclude=st.lists(st.sampled_from(["66982", "G01*"]), max_size=2).map(tuple),
    weight=weights,
    weights=st.dictionaries(st.sampled_from(PLACES), weights, max_size=3),
)
definitions = st.builds(
    Definition,
    name=st.sampled_from(["a", "lens-1", "x.y"]),
    codes=st.tuples(entries),
    title=st.text(max_size=20),
    version=st.integers(1, 99),
    measure=st.sampled_from(["services", "patients", "payments"]),
    payers=st.sampled_from([("medicare_ffs",), ("medicaid", "commercial"), ("all_payer",)]),
    period=st.sampled_from(["", "2023", "2014/2023"]),
    annualise=st.booleans(),
    specialties=st.lists(st.text(max_size=8), max_size=2).map(tuple),
    tiers=st.builds(
        TierCuts, a=st.sampled_from([Decimal("0.1"), Decimal("0.25")]), by=st.sampled_from(["count", "volume"])
    ),
    sign_off=st.dictionaries(st.sampled_from(["commercial", "medical"]), st.just(SignOff("Ann Lee", "2025-01-31"))),
)


@settings(max_examples=80, deadline=None)
@given(definitions)
def test_toml_round_trip_and_hash(definition):
    again = Definition.from_toml(definition.to_toml())
    assert again == definition
    assert again.hash == definition.hash
    assert not compare(definition, again)
    assert replace(definition, version=definition.version + 1).hash != definition.hash


def test_compare_names_what_changed():
    before = load("cataract-lenses")
    after = replace(before, version=2, codes=(Entry("HCPCS", ("66984",), weight=Decimal(2)),))
    changes = {c.what: (c.before, c.after) for c in compare(before, after)}
    assert changes["version"] == ("1", "2")
    assert changes["code HCPCS 66984"] == ("× 1", "× 2")
    assert changes["code HCPCS 66982"] == ("× 1", "")
