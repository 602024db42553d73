"""The scorecard of a plan, measured afresh from the assignment; only objective, bounds and gaps are those of its certificate, where it has one.

`bailiwick verify` recomputes them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from bailiwick.model.errors import InputError
from bailiwick.model.parts import MICRO
from bailiwick.model.plan import Plan, gap_of
from bailiwick.model.travel import TravelTimes
from bailiwick.plans.scorecard_values import Scorecard, Summary, TerritoryScore
from bailiwick.workload.index import gini
from bailiwick.workload.measures import Measures
from bailiwick.workload.tour import LOCAL_MPH

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Travel:
    """Line haul of a plan by part of a unit, hours and miles a year, and one-way minutes from the base."""

    haul_hours: Array
    haul_miles: Array
    minutes: Array


def scorecard(
    plan: Plan,
    measures: Measures,
    indptr: npt.NDArray[np.int32],
    indices: npt.NDArray[np.int32],
    travel: TravelTimes,
    base_units: Sequence[int] | npt.NDArray[np.int64],
    *,
    local_mph: float = LOCAL_MPH,
    notes: Sequence[str] = (),
) -> Scorecard:
    """Measure a plan.

    measures: by unit, in the order of ``plan.units``; carries band and capacity. indptr, indices: neighbours as CSR
    with bridges. travel: road times from a unit to all. base_units: unit index of each territory's base.
    local_mph: speed between stops, as the tour hours were reckoned with. notes: added to those of the measures.
    A shared unit counts by share in each territory that works it, so that every column still adds up to the nation.
    Raises InputError when the plan and the measures do not fit together.
    """
    t_of, count, parts = plan.holders, len(plan.territories), plan.parts
    if not len(plan.units) == len(plan.territory_of) == len(measures.raw) == len(indptr) - 1:
        raise InputError(f"plan {plan.name!r} assigns {len(plan.units)} units, the measures cover {len(measures.raw)}")
    if len(base_units) != count:
        raise InputError(f"plan {plan.name!r} has {count} territories but {len(base_units)} bases")
    spread = measures.spread(parts)
    haul = line_haul(t_of, np.asarray(base_units, dtype=np.int64), spread.trips, travel, parts.unit)
    rows = _territories(plan, spread, haul, pieces(t_of, count, *parts.neighbours(indptr, indices)), local_mph)
    summary = _summary(plan, rows, measures, float(haul.haul_hours.sum()))
    return Scorecard(plan.name, summary, rows, band_of(plan, measures), (*measures.notes, *notes, *plan.shared_in_words()))


def line_haul(t_of: npt.NDArray[np.int32], bases: Ints, trips: Array, travel: TravelTimes, units: Ints) -> Travel:
    """2 · trips · minutes(base, unit) by part of a unit, as hours and miles a year. t_of, trips, units: by part."""
    distinct, row = np.unique(bases, return_inverse=True)
    minutes_rows, miles_rows = travel.rows(distinct)
    minutes = minutes_rows[row[t_of], units].astype(np.float64)
    miles = miles_rows[row[t_of], units].astype(np.float64)
    return Travel(2.0 * trips * minutes / 60.0, 2.0 * trips * miles, minutes)


def pieces(
    t_of: npt.NDArray[np.int32], count: int, indptr: npt.NDArray[np.int32], indices: npt.NDArray[np.int32]
) -> Ints:
    """Connected parts of each territory over the neighbourhood with bridges; 1 = contiguous, 0 = no units."""
    n = len(t_of)
    source = np.repeat(np.arange(n), np.diff(indptr))
    same = t_of[source] == t_of[indices]
    edges = csr_matrix((np.ones(int(same.sum()), dtype=np.int8), (source[same], indices[same])), shape=(n, n))
    parts, label = connected_components(edges, directed=False)
    of_part = np.zeros(parts, dtype=np.int64)
    of_part[label] = t_of
    return np.bincount(of_part, minlength=count).astype(np.int64)


def exact_sums(values: Array, t_of: npt.NDArray[np.int32], count: int) -> list[float]:
    """Sums by territory in whole millionths, so that they add up to the total without a rounding error."""
    found = np.zeros(count, dtype=np.int64)
    np.add.at(found, t_of, np.rint(values * MICRO).astype(np.int64))
    return [int(v) / MICRO for v in found]


def _territories(
    plan: Plan, measures: Measures, haul: Travel, parts: Ints, local_mph: float
) -> tuple[TerritoryScore, ...]:
    t_of, count = plan.holders, len(plan.territories)

    def summed(values: Array) -> Array:
        return np.bincount(t_of, weights=values, minlength=count).astype(np.float64)

    haul_hours, tours = summed(haul.haul_hours), summed(measures.tour_hours)
    index = measures.index(t_of, count)
    fte, face = measures.fte(t_of, count, haul_hours), measures.face_time(t_of, count, haul_hours)
    miles = summed(haul.haul_miles) + tours * local_mph
    raw, accessible = (exact_sums(v, t_of, count) for v in (measures.raw, measures.accessible))
    nation = exact_total(measures.raw)
    units, accounts, tier_a = (
        [_number(v) for v in exact_sums(values, t_of, count)]
        for values in (plan.parts.counted(np.ones(len(plan.units))), measures.accounts, measures.tier_a)
    )
    calls, call_hours = summed(measures.calls), summed(measures.call_hours)
    farthest = np.zeros(count)
    np.maximum.at(farthest, t_of, np.where(measures.accounts > 0, haul.minutes, 0.0))
    low, high = band_of(plan, measures)
    balance = fte if is_absolute(plan) else index
    size = np.array([t.capacity for t in plan.territories])
    size = size if is_absolute(plan) else size * count / size.sum()
    return tuple(
        TerritoryScore(
            id=t.id, name=t.name, rep=t.rep, base_zip=t.base_zip, units=units[i], accounts=accounts[i],
            tier_a=tier_a[i], index=float(index[i]), fte=float(fte[i]),
            in_band=bool(low - 1e-9 <= balance[i] / size[i] <= high + 1e-9), contiguous=bool(parts[i] == 1),
            raw=raw[i], accessible=accessible[i], market_share=raw[i] / nation if nation > 0 else 0.0,
            call_hours=float(call_hours[i]), drive_hours=float(haul_hours[i] + tours[i]), drive_miles=float(miles[i]),
            face_time=float(face[i]), haul_hours=float(haul_hours[i]), calls=float(calls[i]), pieces=int(parts[i]),
            farthest_account_minutes=float(farthest[i]),
        )
        for i, t in enumerate(plan.territories)
    )  # fmt: skip


def _number(value: float) -> float:
    """An int where it is whole, as counts are without shares."""
    return int(value) if value.is_integer() else value


def is_absolute(plan: Plan) -> bool:
    """Whether the plan was drawn to a band of full-time equivalents rather than of the relative index."""
    rules = plan.provenance.get("constraints")
    return isinstance(rules, Mapping) and rules.get("band_kind") == "absolute"


def band_of(plan: Plan, measures: Measures) -> tuple[float, float]:
    """The band the plan was drawn to, else the preset's."""
    found = plan.provenance.get("band")
    return (float(found[0]), float(found[1])) if isinstance(found, list) else measures.band


def exact_total(values: Array) -> float:
    """The national total in whole millionths: the sum of ``exact_sums``."""
    return int(np.rint(values * MICRO).astype(np.int64).sum()) / MICRO


def _summary(plan: Plan, rows: tuple[TerritoryScore, ...], measures: Measures, line_haul: float) -> Summary:
    index = np.array([r.index for r in rows])
    count = len(rows)
    proof = plan.certificate
    objective = proof.objective if proof else line_haul  # ties cut and bonuses are known to the problem alone
    bound = proof.proven if proof else None
    free = proof.free_bases.bound if proof and proof.free_bases else None
    hours = sum(r.call_hours / r.face_time for r in rows if r.face_time > 0)
    call_hours = sum(r.call_hours for r in rows)
    return Summary(
        territories=count, units=len(plan.units), in_band_share=sum(r.in_band for r in rows) / count,
        outside_15pct_share=float(np.mean(np.abs(index - 1.0) > 0.15 + 1e-9)),
        contiguous=all(r.contiguous for r in rows), drive_hours=sum(r.drive_hours for r in rows),
        face_time_min=min(r.face_time for r in rows), raw=exact_total(measures.raw),
        accessible=exact_total(measures.accessible), objective=objective, bound=bound,
        gap=gap_of(objective, bound), bound_kind=proof.bound_kind if proof else None,
        free_bound=free, free_gap=gap_of(objective, free),
        max_deviation=float(np.max(np.abs(index - 1.0))), cv=float(index.std() / index.mean()) if index.any() else 0.0,
        gini=gini(index), accounts=_number(exact_total(measures.accounts)), drive_miles=sum(r.drive_miles for r in rows),
        call_hours=call_hours, fte=sum(r.fte for r in rows), face_time=call_hours / hours if hours > 0 else 1.0,
    )  # fmt: skip
