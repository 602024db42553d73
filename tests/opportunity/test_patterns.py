import ibis
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.model.errors import InputError
from bailiwick.opportunity.patterns import common_codes, normal_code, parse

CODES = ["66982", "66984", "6698T", "0191T", "0198T", "01950", "G0105", "G0121", "27440", "27447", "2744A", "M17",
         "M170", "M1711", "M179", "M18", "C7A0", "", "274400"]  # fmt: skip
TEXTS = ["66984", "6698*", "27440-27447", "0191T-0198T", "G0105-G0121", "G*"]


@pytest.mark.parametrize(
    ("text", "system", "inside", "outside"),
    [
        ("66984", "HCPCS", ["66984"], ["66982", "669840"]),
        ("6698*", "HCPCS", ["66982", "6698T"], ["66998"]),
        ("27440-27447", "HCPCS", ["27440", "27447"], ["2744A", "27448", "274400"]),
        ("0191T-0198T", "HCPCS", ["0191T", "0195T"], ["01950", "0199T"]),
        ("M17.0-M17.9", "ICD10CM", ["M170", "M1711", "M179"], ["M17", "M18"]),
        ("m16-m17", "ICD10CM", ["M16", "M1711"], ["M18", "M1"]),
        ("0078-0034*", "NDC", ["0078003461"], ["00780035"]),
        ("Eylea", "DRUG", ["EYLEA"], ["EYLEA HD"]),
    ],
)
def test_a_pattern_takes_in_what_it_says(text, system, inside, outside):
    pattern = parse(text, system)
    assert all(pattern.matches(c) for c in inside)
    assert not any(pattern.matches(c) for c in outside)


@pytest.mark.parametrize("text", ["", "*", "66-98-4", "27447-27440", "2744-27447", "G0105-H0121", "66?84", "66984 x"])
def test_a_malformed_pattern_is_refused(text):
    with pytest.raises(InputError, match=r"pattern|range|backwards"):
        parse(text, "HCPCS")


@pytest.mark.parametrize(
    ("text", "system"), [(t, "HCPCS") for t in TEXTS] + [("M17.0-M17.9", "ICD10CM"), ("M16-M17", "ICD10CM")]
)
def test_the_predicate_agrees_with_the_matcher(text, system):
    table = ibis.memtable(pa.table({"code": CODES}))
    pattern = parse(text, system)
    found = table.filter(pattern.predicate(table.code)).to_pyarrow().column("code").to_pylist()
    assert sorted(found) == sorted(c for c in CODES if pattern.matches(c))


digits = st.integers(0, 99999).map(lambda n: f"{n:05d}")
patterns = st.one_of(
    digits,
    st.tuples(digits, st.integers(0, 4)).map(lambda t: t[0][: t[1] + 1] + "*"),
    st.tuples(digits, st.integers(0, 300)).map(lambda t: f"{t[0]}-{min(int(t[0]) + t[1], 99999):05d}"),
)


@given(patterns, patterns, digits)
def test_patterns_that_share_a_code_are_found_to_meet(a, b, code):
    one, two = parse(a, "HCPCS"), parse(b, "HCPCS")
    shared = list(common_codes(one, two))
    if one.matches(code) and two.matches(code):
        assert shared
    assert all(one.matches(c) and two.matches(c) for c in shared)


@given(patterns)
def test_text_reads_back(text):
    assert parse(parse(text, "HCPCS").text, "HCPCS") == parse(text, "HCPCS")


def test_codes_lose_dots_and_blanks():
    assert normal_code(" m17.11 ") == "M1711"
