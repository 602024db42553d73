"""How far any plan at all could be better: the bound over all choices of bases, found, stored and checked again."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from time import monotonic

import numpy as np
import numpy.typing as npt

from bailiwick.design.bounds import anywhere
from bailiwick.design.bounds.anywhere import Anywhere, bound_anywhere
from bailiwick.design.bounds.cases import Case, Split
from bailiwick.design.bounds.circles import Circles
from bailiwick.design.bounds.earners import sizes_of
from bailiwick.design.bounds.undivided import Undivided
from bailiwick.design.problem import Problem
from bailiwick.model.errors import InputError
from bailiwick.model.plan import CaseProof, Certificate, FreeBases, Plan, SplitProof, WholeUnits
from bailiwick.model.travel import near
from bailiwick.review import verify_circles, verify_undivided
from bailiwick.review.verify_free import FreeCase
from bailiwick.review.verify_islands import Islands
from bailiwick.review.verify_undivided import Separation

I32 = npt.NDArray[np.int32]
F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


def free_bases(
    problem: Problem, label: I32, bases: Sequence[int], duals: Sequence[float], zips: Sequence[str], more: Callable[[], bool] = lambda: True
) -> FreeBases | None:
    """The bound over all choices of bases for a solution just found. label, bases: by row of the problem.

    more: asked as it goes; false ends it early.
    """
    return _stored(problem, bound_anywhere(problem, label, np.array(bases), np.array(duals), more=more), zips)


def whole_units(problem: Problem, found: Undivided | None, zips: Sequence[str]) -> WholeUnits | None:
    """The bound of a solution's bases for units in one piece, as a plan stores it."""
    if found is None:
        return None
    prices = _prices(problem, found.price, zips)
    apart = tuple((t, str(zips[u]), tuple(str(zips[v]) for v in ways), hours) for t, u, ways, hours in found.apart)
    reach, whole = tuple(map(float, found.reach)), tuple(map(float, found.whole))
    splits = tuple(_split(split, zips) for split in found.splits)
    return WholeUnits(found.bound, prices, reach, whole, _entrances(found.entrance, zips), apart, splits)


def _split(split: Split, zips: Sequence[str]) -> SplitProof:
    """Cases as a plan stores them."""
    units = [str(zips[u]) for u in split.place.inside.tolist()]

    def told(case: Case) -> CaseProof:
        answers = tuple((str(zips[unit]), territory, holds) for unit, territory, holds in case.answers)
        return CaseProof(answers, tuple(zip(units, case.price.tolist(), strict=True)), tuple(case.reach.tolist()), tuple(case.whole.tolist()))

    return SplitProof(tuple(split.place.members.tolist()), tuple(map(told, split.cases)))


def _entrances(entrance: Ints, zips: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Units that go with another, and which that is."""
    behind = np.flatnonzero(entrance != np.arange(len(entrance))).tolist()
    return tuple((str(zips[u]), str(zips[entrance[u]])) for u in behind)


def raised(plan: Plan, problem: Problem, label: I32, bases: Ints, seconds: float, say: Callable[[str], None]) -> Plan:
    """The plan with its bound over all choices of bases searched for ``seconds`` more; the better of both is kept."""
    proof, until = certificate_of(plan), monotonic() + seconds

    def more() -> bool:
        return monotonic() < until

    def told(said: str) -> None:
        say(f"  {said}")

    kept = proof.free_bases
    if kept is None:
        begin = bound_anywhere(problem, label, bases, np.array(proof.duals), more=more, say=told)
    else:
        prices, entrance = prices_by_row(problem, kept, plan.units), entrances_by_row(problem, kept, plan.units)
        centre, minutes, most, dual = _circles_by_row(problem, kept, plan.units)
        circles = Circles(centre, minutes, np.full(len(centre), np.nan), most)
        begin = Anywhere(kept.bound, prices, kept.subsidy, kept.dear, entrance, (), circles, dual)
    if begin is None:
        return plan
    found = anywhere.raised(problem, label, bases, begin, more=more, say=told) if more() else begin
    if kept is not None and found.bound <= kept.bound:
        return plan
    return replace(plan, certificate=replace(proof, free_bases=_stored(problem, found, plan.units)))


def certificate_of(plan: Plan) -> Certificate:
    """The plan's proof; raises InputError when it has none."""
    if plan.certificate is None or not plan.certificate.duals:
        raise InputError(
            f"plan {plan.name!r} carries no certificate (it was not designed here); design one with `bailiwick design`"
        )
    if len(plan.certificate.duals) != len(plan.territories):
        stored = f"{len(plan.certificate.duals)} prices for {len(plan.territories)} territories"
        raise InputError(f"plan {plan.name!r} stores {stored}; restore plan.toml or design it again")
    return plan.certificate


def _stored(problem: Problem, found: Anywhere | None, zips: Sequence[str]) -> FreeBases | None:
    if found is None:
        return None
    inside = tuple((str(zips[unit]), reach, whole) for unit, reach, whole in found.inside)
    prices = _prices(problem, found.price, zips)
    at, unit = found.circles, _unit_of(problem)
    names = [str(zips[u]) for u in unit[at.centre].tolist()]
    circles = tuple(zip(names, at.minutes.tolist(), at.most.tolist(), found.dual.tolist(), strict=True))
    return FreeBases(found.bound, found.subsidy, found.dear, prices, _entrances(found.entrance, zips), inside, circles)


def _prices(problem: Problem, price: F64, zips: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """Prices by unit, those of 0 left out; of a unit in parts all, so that they can be told apart."""
    unit = _unit_of(problem)
    parts = Counter(unit.tolist())
    kept = [r for r in range(problem.size) if price[r] != 0.0 or parts[int(unit[r])] > 1]
    return tuple((str(zips[int(unit[r])]), float(price[r])) for r in kept)


def prices_by_row(problem: Problem, stored: FreeBases | WholeUnits, zips: Sequence[str]) -> F64:
    """Stored prices by row of the problem; raises InputError when they name other units."""
    rows: dict[str, list[int]] = {}
    for row, unit in enumerate(_unit_of(problem).tolist()):
        rows.setdefault(str(zips[unit]), []).append(row)
    price = np.zeros(problem.size)
    for unit, hours in stored.prices:
        if not rows.get(unit):
            raise InputError(
                f"the stored prices name {unit} more often than the plan has parts of it; run `bailiwick prove` again"
            )
        price[rows[unit].pop(0)] = hours
    return price


def entrances_by_row(problem: Problem, stored: FreeBases | WholeUnits, zips: Sequence[str]) -> Ints:
    """The row that each unit goes with, its own where it goes alone; raises InputError when they name other units."""
    row = {str(unit): i for i, unit in enumerate(zips)}
    entrance = np.arange(problem.size)
    for unit, through in stored.entrances:
        if unit not in row or through not in row:
            raise InputError(f"the stored proof has {unit} go with {through}, and the plan has no such unit; design the plan again")
        entrance[row[unit]] = row[through]
    return entrance


def separations_by_row(stored: WholeUnits, zips: Sequence[str]) -> list[Separation]:
    """Stored separations by row of the problem; raises InputError when they name other units or territories."""
    row = {str(unit): i for i, unit in enumerate(zips)}
    found = []
    for territory, unit, ways, hours in stored.separations:
        unknown = [each for each in (unit, *ways) if each not in row]
        if unknown or territory >= len(stored.reach):
            what = f"unit {unknown[0]}" if unknown else f"territory {territory}"
            raise InputError(f"the stored proof separates {unit} from territory {territory}, and the plan has no {what}; design the plan again")
        found.append(Separation(territory, row[unit], np.array([row[each] for each in ways], dtype=np.int64), hours))
    return found


def splits_by_row(stored: WholeUnits, zips: Sequence[str]) -> list[verify_undivided.Split]:
    """Stored cases by row of the problem; raises InputError when they name other units."""
    row = {str(unit): i for i, unit in enumerate(zips)}
    cases = [case for split in stored.splits for case in split.cases]
    named = {unit for case in cases for unit, *_ in (*case.answers, *case.prices)}
    if lost := sorted(named - row.keys()):
        raise InputError(f"the stored proof tells cases of unit {lost[0]} apart, and the plan has no such unit; design the plan again")

    def told(case: CaseProof) -> verify_undivided.Told:
        answers = tuple(verify_undivided.Answer(row[unit], territory, holds) for unit, territory, holds in case.answers)
        units, prices = np.array([row[unit] for unit, _ in case.prices], dtype=np.int64), np.array([price for _, price in case.prices])
        return verify_undivided.Told(answers, units, prices.astype(np.float64), np.array(case.reach), np.array(case.whole))

    return [verify_undivided.Split(np.array(split.members, dtype=np.int64), tuple(map(told, split.cases))) for split in stored.splits]


def _circles_by_row(problem: Problem, stored: FreeBases, zips: Sequence[str]) -> tuple[Ints, F64, Flags, F64]:
    """Stored circles by row of the problem: centre, minutes, whether at most, price; raises InputError when they name other units."""
    row = {str(zips[unit]): i for i, unit in enumerate(_unit_of(problem).tolist())}
    if lost := [unit for unit, _, _, _ in stored.circles if unit not in row]:
        raise InputError(f"the stored proof counts bases around {lost[0]}, and the plan has no such unit; run `bailiwick prove` again")
    centre = np.array([row[unit] for unit, _, _, _ in stored.circles], dtype=np.int64)
    minutes, most, price = (np.array([row[i] for row in stored.circles]) for i in (1, 2, 3))
    return centre, minutes.astype(np.float64), most.astype(np.bool_), price.astype(np.float64)


def _unit_of(problem: Problem) -> Ints:
    return np.arange(problem.size) if problem.parts is None else problem.parts.unit


def _islands_of(problem: Problem, stored: FreeBases, zips: Sequence[str], links: tuple[Ints, Ints]) -> Islands:
    """What the stored proof says goes together; raises InputError when it names other units."""
    row = {str(unit): i for i, unit in enumerate(zips)}
    if lost := [unit for unit, _, _ in stored.inside if unit not in row]:
        raise InputError(f"the stored proof has a base in {lost[0]}, and the plan has no such unit; run `bailiwick prove` again")
    inside = {row[unit]: (reach, whole) for unit, reach, whole in stored.inside}
    entrance, apart = entrances_by_row(problem, stored, zips), problem.parts is not None
    return Islands(entrance, links, inside, lambda units: problem.travel.rows(units)[0], problem.max_minutes, problem.contiguous and not apart)


def case_of(problem: Problem, bases: Ints, stored: FreeBases, zips: Sequence[str], links: tuple[Ints, Ints]) -> FreeCase:
    """What the stored bound is recomputed from. links: neighbours as pairs (from, to)."""
    bonus = problem.today.most_bonus if problem.today is not None else 0.0
    return FreeCase(
        problem.load, problem.trips, prices_by_row(problem, stored, zips), stored.subsidy, stored.dear, np.union1d(problem.base_candidates, bases),
        sizes_of(problem), problem.base_capacity, problem.drive_load, problem.max_minutes, bonus,
        lambda units, limits, targets: near(problem.travel, units, limits, targets), _islands_of(problem, stored, zips, links),
        verify_circles.Circles(*_circles_by_row(problem, stored, zips)),
    )  # fmt: skip
