"""The certificate of a plan in its folder: numbers in ``plan.toml``, the prices of units that prove its bounds in files beside it."""

import csv
import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bailiwick.model.errors import InputError
from bailiwick.model.plan import CaseProof, Certificate, FreeBases, SplitProof, WholeUnits

PRICES_FILE = "prices.csv"  # what proves the bound over all choices of bases
WHOLE_FILE = "prices-of-bases.csv"  # what proves the bound of the plan's own bases for whole units
# a row tells the price of a unit, or which other it goes with, or what proves it as a base, or that every way to it from the base of a territory
# leads by way of others, and the price of that, or that at least or at most a whole number of bases lies within minutes of it, and the price of that,
# or its price in one of the cases that are told apart, by the numbers of their split and of the case in it; older plans have fewer columns
PRICES_HEADER = ["unit", "hours"]
GOES_HEADER = [*PRICES_HEADER, "goes_with"]
APART_HEADER = [*GOES_HEADER, "territory", "by_way_of"]
WHOLE_HEADER = [*APART_HEADER, "case"]
ISLANDS_HEADER = [*GOES_HEADER, "reach", "whole"]
FREE_HEADER = [*ISLANDS_HEADER, "minutes", "bases"]
AT_LEAST, AT_MOST = "at least", "at most"
HELD, FREE = "held", "free"  # what the two cases of a split were called, of whether one territory holds one unit, before there could be more
FILES = {"free_bases": PRICES_FILE, "whole_units": WHOLE_FILE}  # by the section that a file proves
OF_BASES = "fixed_bases"  # what the numbers in plan.toml prove alone
PLAN_FILE = "plan.toml"
Prices = tuple[tuple[str, float], ...]


def kept(found: Certificate | None) -> Certificate | None:
    """The certificate as a folder holds it: without what is not proven, or cannot be since its prices are not at hand, as in a scenario."""
    if found is None or not (math.isfinite(found.objective) and math.isfinite(found.bound)):
        return None
    whole, free = found.whole_units, found.free_bases
    return replace(
        found,
        whole_units=whole if whole is not None and whole.prices and math.isfinite(whole.bound) else None,
        free_bases=free if free is not None and math.isfinite(free.bound) else None,
    )


def document(found: Certificate) -> dict[str, Any]:
    """What ``plan.toml`` says of a certificate as ``kept``."""
    said: dict[str, Any] = {
        "objective": float(found.objective), "bound": float(found.bound), **_gap(found.gap),
        "bound_kind": found.bound_kind, "duals": [float(d) for d in found.duals],
    }  # fmt: skip
    if (whole := found.whole_units) is not None:
        said["whole_units"] = {"bound": float(whole.bound), "reach": list(whole.reach), "whole": list(whole.whole)}
        if whole.splits:
            said["whole_units"]["splits"] = [_split_document(split) for split in whole.splits]
    if found.free_bases is not None:
        free = found.free_bases
        said["free_bases"] = {"bound": float(free.bound), **_gap(found.free_gap), "subsidy": float(free.subsidy), "dear": float(free.dear)}
    return said


def sections_in(said: Mapping[str, Any]) -> tuple[str, ...]:
    """The proofs that a certificate in ``plan.toml`` holds, by name."""
    return (OF_BASES, *(section for section in FILES if said.get(section))) if said else ()


def files(found: Certificate | None) -> dict[str, str]:
    """The files of prices by name."""
    made = {}
    if found is not None and found.free_bases is not None:
        made[PRICES_FILE] = _free_text(found.free_bases)
    if found is not None and (whole := found.whole_units) is not None:
        made[WHOLE_FILE] = _whole_text(whole)
    return made


def _whole_text(whole: WholeUnits) -> str:
    apart = ((unit, repr(hours), "", str(territory), " ".join(ways)) for territory, unit, ways, hours in whole.separations)
    cases = ((f"{number} {which}", case) for number, split in enumerate(whole.splits) for which, case in enumerate(split.cases))
    priced = ((unit, repr(hours), "", "", "", name) for name, case in cases for unit, hours in case.prices)
    return _text(WHOLE_HEADER, [*((*row, "") for row in (*_told(whole), *apart)), *priced])


def _split_document(split: SplitProof) -> dict[str, Any]:
    """Cases but for their prices."""
    cases = [{"answers": [list(each) for each in case.answers], "reach": list(case.reach), "whole": list(case.whole)} for case in split.cases]
    return {"members": list(split.members), "cases": cases}


def _free_text(free: FreeBases) -> str:
    inside = ((unit, "", "", repr(reach), repr(whole)) for unit, reach, whole in free.inside)
    around = ((unit, repr(hours), "", "", "", repr(minutes), AT_MOST if most else AT_LEAST) for unit, minutes, most, hours in free.circles)
    return _text(FREE_HEADER, [*((*row, "", "") for row in (*_told(free), *inside)), *around])


def _told(proof: WholeUnits | FreeBases) -> list[tuple[str, ...]]:
    """Rows of prices and of units that go with others, which both files begin with."""
    prices = ((unit, repr(hours), "", "", "") for unit, hours in proof.prices)
    return [*prices, *((unit, "", through, "", "") for unit, through in proof.entrances)]


def read(row: Mapping[str, Any] | None, folder: Path) -> Certificate | None:
    """The certificate that ``plan.toml`` tells of.

    Raises InputError naming the file of prices that is missing or damaged, or file, field and value of a number that proves nothing.
    """
    if row is None:
        return None
    free, whole = row.get("free_bases"), row.get("whole_units")
    told = Told(folder / PLAN_FILE, row)
    free_bases = whole_units = None
    if free:
        rows = _rows(folder / PRICES_FILE, [FREE_HEADER, ISLANDS_HEADER, PRICES_HEADER], "run `bailiwick prove` again")
        under = Told(told.file, {"dear": free.get("subsidy"), **free}, "free_bases.")
        numbers = under.number("bound"), under.number("subsidy"), under.number("dear")
        inside = tuple((row.unit, row.reach, row.whole) for row in rows if row.is_base)
        circles = tuple((row.unit, row.minutes, row.most, row.hours) for row in rows if row.minutes >= 0.0)
        free_bases = FreeBases(*numbers, _prices(rows), _through(rows), inside, circles)
    if whole:
        rows = _rows(folder / WHOLE_FILE, [WHOLE_HEADER, APART_HEADER, GOES_HEADER, PRICES_HEADER], "design the plan again")
        under = Told(told.file, whole, "whole_units.")
        reach, least = under.from_nought("reach"), under.from_nought("whole")
        apart = tuple((row.territory, row.unit, row.ways, row.hours) for row in rows if row.territory >= 0)
        splits = tuple(_split(told.file, number, each, rows) for number, each in enumerate(whole.get("splits", ())))
        whole_units = WholeUnits(under.number("bound"), _prices(rows), reach, least, _through(rows), apart, splits)
    return Certificate(told.number("objective"), told.number("bound"), str(row["bound_kind"]), told.numbers("duals"), free_bases, whole_units)


@dataclass(frozen=True)
class Told:
    """Numbers of one section of a file. under: where the section lies, e.g. ``"free_bases."``. Every error names file, field and value."""

    file: Path
    row: Mapping[str, Any]
    under: str = ""

    def number(self, name: str) -> float:
        """A finite number; raises InputError for anything else, KeyError where there is none."""
        return self._checked(name, self.row[name], math.isfinite, "a finite number")

    def numbers(self, name: str) -> tuple[float, ...]:
        """Finite numbers; none where the section does not name them."""
        return tuple(self._checked(f"{name}[{i}]", value, math.isfinite, "a finite number") for i, value in enumerate(self.row.get(name, ())))

    def from_nought(self, name: str) -> tuple[float, ...]:
        """Numbers from 0, infinite where there is no end."""
        return tuple(self._checked(f"{name}[{i}]", value, lambda v: v >= 0, "a number from 0") for i, value in enumerate(self.row[name]))

    def _checked(self, name: str, value: Any, holds: Callable[[float], bool], wanted: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not holds(float(value)):
            raise InputError(f"{self.file}: certificate.{self.under}{name} is {value!r}, not {wanted}; restore the file or design the plan again")
        return float(value)


def _gap(gap: float | None) -> dict[str, float]:
    """The gap, left out where none can be told: the format knows no null."""
    return {} if gap is None else {"gap": float(gap)}


def _text(header: list[str], rows: Sequence[tuple[str, ...]]) -> str:
    out = io.StringIO()
    written = csv.writer(out, lineterminator="\n")
    written.writerow(header)
    written.writerows(rows)
    return out.getvalue()


@dataclass(frozen=True)
class Row:
    """Of a file of prices. is_base: whether it tells of a unit as a base, and no price; territory: from whose base it is reached by ``ways`` alone,
    -1 = it tells of no such thing. minutes: around the unit, in which lies a whole number of bases, ``most``: at most, -1 = no such thing. case: of
    which the price is, "" = of none.
    """

    unit: str
    hours: float
    through: str = ""
    is_base: bool = False
    reach: float = 0.0
    whole: float = 0.0
    territory: int = -1
    ways: tuple[str, ...] = ()
    minutes: float = -1.0
    most: bool = False
    case: str = ""


def _split(file: Path, number: int, row: Any, rows: Sequence[Row]) -> SplitProof:
    """Cases as ``plan.toml`` and the file of prices tell them."""
    under = f"whole_units.splits[{number}]."

    def case(which: object, said: Any, answers: Any) -> CaseProof:
        told, name = Told(file, said, f"{under}{which}."), f"{number} {which}"
        prices = tuple((each.unit, each.hours) for each in rows if each.case == name)
        return CaseProof(tuple(map(_answer, answers)), prices, told.from_nought("reach"), told.from_nought("whole"))

    try:
        if "cases" in row:
            cases = [case(which, said, said["answers"]) for which, said in enumerate(row["cases"])]
        else:
            cases = [case(name, row[name], [(row["unit"], row["territory"], name == HELD)]) for name in (HELD, FREE)]
        return SplitProof(tuple(map(_territory, row["members"])), tuple(cases))
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{file}: certificate.{under[:-1]} does not tell cases apart; restore the file or design the plan again") from error


def _answer(said: Any) -> tuple[str, int, bool]:
    """Unit, territory and whether that holds it; raises TypeError or ValueError for anything else."""
    unit, territory, holds = said
    if not (isinstance(unit, str) and isinstance(holds, bool)):
        raise TypeError
    return unit, _territory(territory), holds


def _territory(said: Any) -> int:
    if type(said) is not int or said < 0:
        raise TypeError
    return said


def _prices(rows: Sequence[Row]) -> Prices:
    plain = (row for row in rows if not (row.through or row.is_base or row.case))
    return tuple((row.unit, row.hours) for row in plain if row.territory < 0 and row.minutes < 0.0)


def _through(rows: Sequence[Row]) -> tuple[tuple[str, str], ...]:
    return tuple((row.unit, row.through) for row in rows if row.through)


def _rows(path: Path, headers: list[list[str]], instead: str) -> list[Row]:
    """Units with their price, with the unit they go with, or as bases."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            header = next(rows, None)
            if header is None or header not in headers:
                raise InputError(f"{path}, row 1: the header must be {','.join(headers[0])}")
            return [_row(row, header, f"{path}, row {rows.line_num}") for row in rows]
    except FileNotFoundError as error:
        raise InputError(f"{path} does not exist, but the plan names the bound it proves; restore it or {instead}") from error
    except (UnicodeDecodeError, csv.Error, ValueError) as error:
        raise InputError(f"{path} is not readable as prices ({error}); restore it or {instead}") from error


def _row(row: list[str], header: list[str], where: str) -> Row:
    if len(row) != len(header):
        raise ValueError(f"{len(row)} fields instead of {len(header)}")
    told = {**dict.fromkeys((*WHOLE_HEADER, *FREE_HEADER), ""), **dict(zip(header, row, strict=True))}
    unit = told["unit"]
    if told["reach"] or told["whole"]:
        reach, whole = (_from_nought(told[name], f"{where}: {name}") for name in ("reach", "whole"))
        return Row(unit, 0.0, is_base=True, reach=reach, whole=whole)
    if told["territory"]:
        territory, hours = int(told["territory"]), _hours(told["hours"], where)
        if territory < 0 or hours < 0.0:
            raise InputError(f"{where}: territory {territory} and {hours} hours, not both from 0; restore the file or design the plan again")
        return Row(unit, hours, territory=territory, ways=tuple(told["by_way_of"].split()))
    if told["bases"]:
        if told["bases"] not in (AT_LEAST, AT_MOST):
            raise InputError(f"{where}: bases is {told['bases']!r}, neither {AT_LEAST!r} nor {AT_MOST!r}; restore the file or design the plan again")
        hours, minutes = (_from_nought(told[name], f"{where}: {name}") for name in ("hours", "minutes"))
        return Row(unit, hours, minutes=minutes, most=told["bases"] == AT_MOST)
    if told["case"]:
        return Row(unit, _hours(told["hours"], where), case=told["case"])
    return Row(unit, 0.0, told["goes_with"]) if told["goes_with"] else Row(unit, _hours(told["hours"], where))


def _from_nought(told: str, where: str) -> float:
    if not (value := float(told)) >= 0.0:  # not a number either
        raise InputError(f"{where} is {told!r}, not a number from 0; restore the file or design the plan again")
    return value


def _hours(told: str, where: str) -> float:
    if not math.isfinite(hours := float(told)):
        raise InputError(f"{where}: hours is {told!r}, not a finite number; restore the file or design the plan again")
    return hours
