"""Plan folders: byte-stable, whole or not at all, and clear about what is wrong."""

import errno
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.model.errors import InputError, WorkError
from bailiwick.model.plan import CaseProof, Certificate, FreeBases, Plan, SplitProof, Territory, WholeUnits
from bailiwick.plans import folder as plan_folder
from bailiwick.plans.folder import changed_inputs, read, write

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
LINE = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), min_size=1, max_size=12)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
HOURS = st.floats(min_value=0.0, allow_nan=False)


def contents(folder: Path) -> dict[str, bytes]:
    return {f.name: f.read_bytes() for f in sorted(folder.iterdir())}


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    ids = draw(st.lists(LINE, min_size=1, max_size=5, unique=True))
    units = sorted(draw(st.lists(st.from_regex(r"[0-9]{5}", fullmatch=True), max_size=20, unique=True)))
    t_of = draw(st.lists(st.integers(0, len(ids) - 1), min_size=len(units), max_size=len(units)))
    prices = st.lists(st.tuples(st.from_regex(r"[0-9]{5}", fullmatch=True), NUMBER), min_size=1, max_size=5).map(tuple)
    reach = st.tuples(HOURS, HOURS)
    zip_ = st.from_regex(r"[0-9]{5}", fullmatch=True)
    behind = st.lists(st.tuples(zip_, zip_), max_size=3).map(tuple)
    from_nought = st.floats(0.0, allow_nan=False)
    price = st.floats(0.0, allow_nan=False, allow_infinity=False)
    apart = st.lists(st.tuples(st.integers(0, 4), zip_, st.lists(zip_, max_size=3).map(tuple), price), max_size=3).map(tuple)
    answers = st.lists(st.tuples(zip_, st.integers(0, 4), st.booleans()), max_size=3).map(tuple)
    case = st.builds(CaseProof, answers, prices, reach, reach)
    splits = st.lists(st.builds(SplitProof, st.tuples(st.just(0), st.just(3)), st.lists(case, max_size=3).map(tuple)), max_size=2).map(tuple)
    whole = st.none() | st.builds(WholeUnits, NUMBER, prices, reach, reach, behind, apart, splits)
    inside = st.lists(st.tuples(zip_, from_nought, from_nought), max_size=3).map(tuple)
    around = st.lists(st.tuples(zip_, price, st.booleans(), price), max_size=3).map(tuple)
    free = st.none() | st.builds(FreeBases, NUMBER, NUMBER, NUMBER, prices, behind, inside, around)
    certificate = draw(st.none() | st.builds(Certificate, NUMBER, NUMBER, TEXT, st.tuples(NUMBER, NUMBER), free, whole))
    provenance = draw(st.dictionaries(TEXT, TEXT | st.integers(-(2**60), 2**60) | st.booleans() | NUMBER, max_size=4))
    territories = tuple(Territory(i, draw(TEXT), draw(TEXT), draw(TEXT)) for i in ids)
    return Plan(draw(TEXT), tuple(units), np.array(t_of, dtype=np.int32), territories, certificate, provenance)


@settings(max_examples=60, deadline=None)
@given(plans())
def test_written_read_and_written_again_is_the_same_to_the_byte(tmp_path_factory: pytest.TempPathFactory, plan: Plan):
    base = tmp_path_factory.mktemp("plans")
    write(plan, base / "one")
    found = read(base / "one")
    write(found, base / "two")
    assert contents(base / "one") == contents(base / "two")
    assert (found.name, found.units, found.territories, found.certificate) == (
        plan.name, plan.units, plan.territories, plan.certificate,
    )  # fmt: skip
    assert found.territory_of.tolist() == plan.territory_of.tolist()
    assert [p.name for p in base.iterdir() if p.name.startswith(".")] == []


def test_assignment_is_sorted_csv_with_line_feeds(tmp_path: Path, plan: Plan):
    write(plan, tmp_path / "p")
    assert (tmp_path / "p" / "assignment.csv").read_bytes() == b"unit,territory\n00501,T02\n02108,T01\n90210,T02\n"


@pytest.mark.parametrize("name", ["plan.toml", "assignment.csv"])
def test_a_full_disk_leaves_the_old_plan_whole(tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch, name: str):
    write(plan, tmp_path / "p")
    before = contents(tmp_path / "p")
    real = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if self.name == name:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(WorkError, match="No space left"):
        write(Plan("other", plan.units, plan.territory_of, plan.territories), tmp_path / "p")
    assert contents(tmp_path / "p") == before
    assert [p.name for p in tmp_path.iterdir()] == ["p"]


def test_a_stop_between_the_two_renames_is_mended(tmp_path: Path, plan: Plan):
    write(plan, tmp_path / "p")
    (tmp_path / "p").rename(tmp_path / ".p.previous")
    assert read(tmp_path / "p").name == "design"


def test_an_interrupt_while_writing_leaves_the_old_plan(tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch):
    write(plan, tmp_path / "p")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(plan_folder, "_swap", stop)
    with pytest.raises(KeyboardInterrupt):
        write(Plan("other", plan.units, plan.territory_of, plan.territories), tmp_path / "p")
    assert read(tmp_path / "p").name == "design"
    assert [p.name for p in tmp_path.iterdir()] == ["p"]


def test_what_is_no_plan_is_never_overwritten(tmp_path: Path, plan: Plan):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="is not a plan"):
        write(plan, tmp_path / "mine")
    with pytest.raises(InputError, match="is not a plan"):
        read(tmp_path / "mine")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("unit,territory\n00501,T09\n", r"row 2: 'T09' is not a territory"),
        ("unit,territory\n00501,T01\n00501,T02\n", r"row 3: unit 00501 is assigned twice"),
        ("unit,territory\n00501,T01\n02108\n", r"row 3: 1 columns"),
        ("unit;territory\n", r"row 1: the header"),
        ("", r"row 1: the header"),
        ("unit,territory\n00501,T01\n", r"assigns 1 units, but plan.toml says 3"),
    ],
)
def test_a_broken_assignment_is_named_by_file_and_row(tmp_path: Path, plan: Plan, text: str, said: str):
    write(plan, tmp_path / "p")
    (tmp_path / "p" / "assignment.csv").write_text(text)
    with pytest.raises(InputError, match=said):
        read(tmp_path / "p")


def test_a_plan_is_read_again_once_a_file_of_it_has_changed(tmp_path: Path, plan: Plan):
    folder = tmp_path / "p"
    write(plan, folder)
    first = read(folder)
    assert read(folder) is first
    with pytest.raises(ValueError, match="read-only"):
        first.territory_of[0] = 0
    write(replace(plan, name="other"), folder)
    assert read(folder).name == "other"
    (folder / "assignment.csv").write_text("unit,territory\n00501,T01\n02108,T01\n90210,T01\n")
    assert read(folder).territory_of.tolist() == [0, 0, 0]


@pytest.mark.parametrize("text", ["not toml [", "name = 'x'\n", "name = 'x'\nunits = 3\nterritories = 4\n"])
def test_a_broken_plan_file_is_an_input_error(tmp_path: Path, plan: Plan, text: str):
    write(plan, tmp_path / "p")
    (tmp_path / "p" / "plan.toml").write_text(text)
    with pytest.raises(InputError, match=r"plan\.toml"):
        read(tmp_path / "p")


def test_an_unassigned_unit_is_refused(tmp_path: Path, plan: Plan):
    loose = Plan("x", plan.units, np.array([-1, 0, 1], dtype=np.int32), plan.territories)
    with pytest.raises(InputError, match="without a territory"):
        write(loose, tmp_path / "p")


def test_an_id_of_two_lines_is_refused(tmp_path: Path, plan: Plan):
    broken = Plan("x", plan.units, plan.territory_of, (Territory("a\rb", "", ""), Territory("c", "", "")))
    with pytest.raises(InputError, match="one line"):
        write(broken, tmp_path / "p")


def test_changed_inputs_are_told_apart(plan: Plan):
    found = changed_inputs(plan, {"volume/a.parquet": "zz", "site/c.parquet": "cc"})
    assert (found.changed, found.added, found.removed) == (
        ("volume/a.parquet",), ("site/c.parquet",), ("site/b.parquet",),
    )  # fmt: skip
    assert found.sentence() == "changed: volume/a.parquet; added: site/c.parquet; gone: site/b.parquet"
    assert not changed_inputs(plan, {"volume/a.parquet": "aa", "site/b.parquet": "bb"})


def test_a_plan_below_its_bound_stores_no_gap(plan, tmp_path):
    below = replace(plan, certificate=replace(plan.certificate, objective=100.0))
    write(below, tmp_path / "below")
    assert "gap" not in tomllib.loads((tmp_path / "below" / "plan.toml").read_text())["certificate"]
    assert read(tmp_path / "below").certificate == below.certificate


@pytest.mark.parametrize("row", ["00501,-1.0,,0,90210", "00501,nan,,0,90210", "00501,1.0,,first,90210", "00501,1.0,,0"])
def test_damaged_separations_are_refused(tmp_path: Path, plan: Plan, row: str):
    whole = WholeUnits(1.0, (("00501", 2.5),), (0.5,), (0.1,), (), ((0, "00501", ("90210", "10001"), 0.25),))
    write(replace(plan, certificate=Certificate(2.0, 0.5, "fixed-bases", (0.0, 0.0), None, whole)), tmp_path / "p")
    found = read(tmp_path / "p").certificate
    assert found is not None
    assert found.whole_units == whole
    with (tmp_path / "p" / "prices-of-bases.csv").open("a") as file:
        file.write(row + "\n")
    with pytest.raises(InputError, match=r"prices-of-bases\.csv"):
        read(tmp_path / "p")


SPLIT = SplitProof((0, 1), (
    CaseProof((("00501", 1, True),), (("00501", 2.0),), (0.5, 0.5), (0.1, 0.1)),
    CaseProof((("00501", 1, False),), (("90210", -1.0),), (1.5, 0.5), (0.1, 0.1)),
))  # fmt: skip


@pytest.mark.parametrize(
    ("told", "damaged"),
    [
        ('"00501"', "501"), ("        1,\n        true", "        -1,\n        true"), ("true", "1"), ("true", '"00501", true'),
        ("    1,\n", '    "b",\n'), ("    1.5,", "    -1.5,"),
    ],
)
def test_damaged_cases_are_refused(tmp_path: Path, plan: Plan, told: str, damaged: str):
    whole = WholeUnits(1.0, (("00501", 2.5),), (0.5, 0.5), (0.1, 0.1), splits=(SPLIT,))
    write(replace(plan, certificate=Certificate(2.0, 0.5, "fixed-bases", (0.0, 0.0), None, whole)), tmp_path / "p")
    found = read(tmp_path / "p").certificate
    assert found is not None
    assert found.whole_units == whole
    file = tmp_path / "p" / "plan.toml"
    before, _, cases = file.read_text().partition("splits]]")
    assert told in cases
    file.write_text(f"{before}splits]]{cases.replace(told, damaged, 1)}")
    with pytest.raises(InputError, match=r"plan\.toml"):
        read(tmp_path / "p")


def test_cases_stored_before_there_could_be_more_than_two_are_read_as_they_were(tmp_path: Path, plan: Plan):
    whole = WholeUnits(1.0, (("00501", 2.5),), (0.5, 0.5), (0.1, 0.1), splits=(SPLIT,))
    write(replace(plan, certificate=Certificate(2.0, 0.5, "fixed-bases", (0.0, 0.0), None, whole)), tmp_path / "p")
    file, prices = tmp_path / "p" / "plan.toml", tmp_path / "p" / "prices-of-bases.csv"
    said = tomllib.loads(file.read_text())
    held, free = ({name: each[name] for name in ("reach", "whole")} for each in said["certificate"]["whole_units"]["splits"][0]["cases"])
    said["certificate"]["whole_units"]["splits"] = [{"unit": "00501", "territory": 1, "members": [0, 1], "held": held, "free": free}]
    file.write_text(tomli_w.dumps(said))
    prices.write_text(prices.read_text().replace(",0 0\n", ",0 held\n").replace(",0 1\n", ",0 free\n"))
    found = read(tmp_path / "p").certificate
    assert found is not None
    assert found.whole_units == whole


def test_a_proof_stored_before_units_went_together_is_read_as_it_was(tmp_path: Path, plan: Plan):
    whole = WholeUnits(1.0, (("00501", 2.5), ("90210", -1.0)), (0.5,), (0.1,))
    write(replace(plan, certificate=Certificate(2.0, 0.5, "fixed-bases", (0.0, 0.0), None, whole)), tmp_path / "p")
    (tmp_path / "p" / "prices-of-bases.csv").write_text("unit,hours\n00501,2.5\n90210,-1.0\n")
    found = read(tmp_path / "p").certificate
    assert found is not None
    assert found.whole_units == whole
    (tmp_path / "p" / "prices-of-bases.csv").write_text("unit,hours,goes_with\n00501,2.5,\n90210,-1.0,\n10001,,00501\n")
    found = read(tmp_path / "p").certificate
    assert found is not None
    assert found.whole_units == replace(whole, entrances=(("10001", "00501"),))
    free = FreeBases(1.0, 2.0, 3.0, (("00501", 2.5), ("90210", -1.0)))
    write(replace(plan, certificate=Certificate(2.0, 0.5, "fixed-bases", (0.0, 0.0), free)), tmp_path / "q")
    (tmp_path / "q" / "prices.csv").write_text("unit,hours\n00501,2.5\n90210,-1.0\n")
    found = read(tmp_path / "q").certificate
    assert found is not None
    assert found.free_bases == free
    rows = ["unit,hours,goes_with,reach,whole", "00501,2.5,,,", "90210,-1.0,,,", "10001,,00501,,", "10001,,,0.5,0.1"]
    (tmp_path / "q" / "prices.csv").write_text("\n".join(rows) + "\n")
    found = read(tmp_path / "q").certificate
    assert found is not None
    assert found.free_bases == replace(free, entrances=(("10001", "00501"),), inside=(("10001", 0.5, 0.1),))


DAMAGED = [
    "00501,2.5", "00501,,,-1.0,0.1,,", "00501,,,nan,0.1,,", "00501,,,1.0,,,", "00501,,,1.0,0.1,,,7", "00501,2.5,,,,30.0,about",
    "00501,2.5,,,,-1.0,at most", "00501,-2.5,,,,30.0,at least", "00501,nan,,,,30.0,at least", "00501,2.5,,,,,at least",
]  # fmt: skip


@pytest.mark.parametrize("row", DAMAGED)
def test_damaged_prices_are_refused(tmp_path: Path, plan: Plan, row: str):
    free = FreeBases(1.0, 2.0, 3.0, (("00501", 2.5),), (("90210", "00501"),), (("90210", 0.5, 0.1),), (("90210", 30.5, True, 1.5),))
    write(replace(plan, certificate=Certificate(2.0, 0.5, "fixed-bases", (0.0, 0.0), free)), tmp_path / "p")
    assert read(tmp_path / "p").certificate is not None
    with (tmp_path / "p" / "prices.csv").open("a") as file:
        file.write(f"{row}\n")
    with pytest.raises(InputError, match=r"prices\.csv"):
        read(tmp_path / "p")
