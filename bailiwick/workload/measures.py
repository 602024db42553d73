"""Everything a territory sums over its units: calls, hours, opportunity, history, index."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from bailiwick.model.errors import InputError
from bailiwick.model.parts import Parts
from bailiwick.workload.call_plan import CallPlan, Capacity
from bailiwick.workload.checks import TIERS
from bailiwick.workload.index import Array, IndexPreset, index_share
from bailiwick.workload.tour import CIRCUITY, LOCAL_MPH, tour_miles

COUNTED = ("raw", "accessible", "accounts", "tier_a", "tier_b", "tier_c")  # added up in whole millionths
SUMMED = (
    "calls", "call_hours", "wait_hours", "tour_hours", "administration_hours", "trips", "history", "index_share", "index_share_without_history",
)  # fmt: skip


@dataclass(frozen=True)
class Measures:
    """Measures by unit, each float64 ``[n_units]``; hours are hours a year.

    administration_hours belong to call, wait and tour; line haul (base to unit and back) depends on the plan and
    brings its own administration, so ``fte`` and ``face_time`` take it as an argument.
    index_share sums to 1: the index of a territory among T is T times its sum. Its workload component is
    call + wait + tour + administration hours; line haul is what the design minimises, and shows in FTE.
    components: weights after rescaling. notes: what was left out and why.
    """

    calls: Array
    call_hours: Array
    wait_hours: Array
    tour_hours: Array
    administration_hours: Array
    trips: Array
    raw: Array
    accessible: Array
    history: Array
    accounts: Array
    tier_a: Array
    tier_b: Array
    tier_c: Array
    index_share: Array
    index_share_without_history: Array
    components: Mapping[str, float]
    band: tuple[float, float]
    capacity: Capacity
    notes: tuple[str, ...] = ()

    @property
    def workload_hours(self) -> Array:
        """Call + wait + tour + administration hours by unit: the workload component of the index."""
        return self.call_hours + self.wait_hours + self.tour_hours + self.administration_hours

    def spread(self, parts: Parts) -> "Measures":
        """The measures by part of a unit rather than by unit; the parts of each add up to it."""
        if not parts.rows_of:
            return self
        found: dict[str, Any] = {name: parts.counted(getattr(self, name)) for name in COUNTED}
        found |= {name: parts.of(getattr(self, name)) for name in SUMMED}
        return replace(self, **found)

    def by_territory(self, values: Array, territory_of: npt.NDArray[np.int32], territories: int) -> Array:
        """Sums of ``values`` over each territory, ``[territories]``; units at -1 belong to none."""
        held = territory_of >= 0
        return np.bincount(territory_of[held], weights=values[held], minlength=territories).astype(np.float64)

    def index(self, territory_of: npt.NDArray[np.int32], territories: int, *, history: bool = True) -> Array:
        """Relative index by territory: 1 = the mean territory; ``history=False`` leaves past sales out (R17)."""
        share = self.index_share if history else self.index_share_without_history
        return territories * self.by_territory(share, territory_of, territories)

    def hours(self, territory_of: npt.NDArray[np.int32], territories: int, haul_hours: Array) -> Array:
        """All hours a year by territory: workload, line haul ``[territories]`` and the administration of both."""
        rest = 1.0 - self.capacity.administration_share
        return self.by_territory(self.workload_hours, territory_of, territories) + haul_hours / rest

    def fte(self, territory_of: npt.NDArray[np.int32], territories: int, haul_hours: Array) -> Array:
        """Absolute index: hours over the capacity of one FTE, or calls over the most calls when that is more."""
        hours = self.hours(territory_of, territories, haul_hours) / self.capacity.hours_a_year
        calls = self.by_territory(self.calls, territory_of, territories) / self.capacity.calls_a_year
        return np.maximum(hours, calls)

    def face_time(self, territory_of: npt.NDArray[np.int32], territories: int, haul_hours: Array) -> Array:
        """Call hours over all hours by territory (R22); 1 where there is no work at all."""
        hours = self.hours(territory_of, territories, haul_hours)
        calls = self.by_territory(self.call_hours, territory_of, territories)
        return np.divide(calls, hours, out=np.ones_like(calls), where=hours > 0)

    def implied_reps(self, haul_hours: float = 0.0) -> float:
        """Representatives the whole workload needs, with ``haul_hours`` of line haul a year in all (R25)."""
        everywhere = np.zeros(len(self.calls), dtype=np.int32)
        return float(self.fte(everywhere, 1, np.array([haul_hours]))[0])


def measure(
    accounts: Any,
    unit_of: npt.NDArray[np.int64],
    area_sq_miles: Array,
    call_plan: CallPlan,
    capacity: Capacity,
    preset: IndexPreset,
    *,
    history: Array | None = None,
    access_difficulty: Array | None = None,
    circuity: float = CIRCUITY,
    local_mph: float = LOCAL_MPH,
) -> Measures:
    """Measures by unit of the accounts under a call plan.

    accounts: table with raw, accessible and tier (pyarrow). unit_of: unit index by account, -1 = unplaced (noted).
    area_sq_miles: land area by unit. history: own sales by unit. access_difficulty: by unit, any positive scale.
    circuity: road over straight miles locally. local_mph: speed between stops.
    Raises InputError when lengths differ or nothing can be measured.
    """
    unit_of = np.asarray(unit_of, dtype=np.int64)
    area = np.asarray(area_sq_miles, dtype=np.float64)
    _check(accounts, unit_of, area, history, access_difficulty)
    tallies, notes = _tally(accounts, unit_of, len(area))
    calls_by_tier = [need * tallies[tier] for tier, need in zip(TIERS, call_plan.calls_a_year, strict=True)]
    calls = np.sum(calls_by_tier, axis=0)
    call_hours = np.sum([c * m / 60.0 for c, m in zip(calls_by_tier, call_plan.minutes_a_call, strict=True)], axis=0)
    wait_hours = calls * call_plan.wait_minutes / 60.0
    trips = calls / call_plan.stops_per_trip
    tour_hours = tour_miles(trips, call_plan.stops_per_trip, area, circuity) / local_mph
    share = capacity.administration_share
    administration = (call_hours + wait_hours + tour_hours) * share / (1.0 - share)
    parts: dict[str, Array | None] = {
        "workload": call_hours + wait_hours + tour_hours + administration,
        "calls": calls,
        "potential": tallies["accessible"],
        "access": access_difficulty,
        "history": history,
    }
    index, weights, left_out = index_share(parts, preset)
    bare = _without_history(parts, preset, index)
    return Measures(
        calls=calls, call_hours=call_hours, wait_hours=wait_hours, tour_hours=tour_hours,
        administration_hours=administration, trips=trips, raw=tallies["raw"], accessible=tallies["accessible"],
        history=np.zeros(len(area)) if history is None else np.asarray(history, dtype=np.float64),
        accounts=tallies["accounts"], tier_a=tallies["A"], tier_b=tallies["B"], tier_c=tallies["C"],
        index_share=index, index_share_without_history=bare, components=weights, band=preset.band,
        capacity=capacity, notes=(*notes, *left_out, *preset.warnings()),
    )  # fmt: skip


def _without_history(parts: Mapping[str, Array | None], preset: IndexPreset, index: Array) -> Array:
    if not any(w > 0 and k != "history" and parts.get(k) is not None for k, w in preset.weights.items()):
        return index
    return index_share(parts, preset, without=("history",))[0]


def _check(accounts: Any, unit_of: npt.NDArray[np.int64], area: Array, *by_unit: Array | None) -> None:
    if len(unit_of) != accounts.num_rows:
        raise InputError(f"unit_of has {len(unit_of)} entries for {accounts.num_rows} accounts; give one each")
    if len(unit_of) and int(unit_of.max()) >= len(area):
        raise InputError(f"unit_of names unit {int(unit_of.max())}, but there are {len(area)} units")
    for values in by_unit:
        if values is not None and len(values) != len(area):
            raise InputError(f"an array by unit has {len(values)} entries for {len(area)} units")
        if values is not None and not (np.all(np.isfinite(values)) and np.all(values >= 0)):
            raise InputError("an array by unit holds a negative or missing number; give zeros and positive numbers")


def _tally(accounts: Any, unit_of: npt.NDArray[np.int64], n: int) -> tuple[dict[str, Array], list[str]]:
    placed = unit_of >= 0
    units = unit_of[placed]
    tier = np.array(accounts.column("tier").to_pylist(), dtype=object)
    found: dict[str, Array] = {}
    for name in ("raw", "accessible"):
        values = accounts.column(name).cast("float64").to_numpy(zero_copy_only=False)
        found[name] = np.bincount(units, weights=values[placed], minlength=n).astype(np.float64)
    for name in TIERS:
        found[name] = np.bincount(units, weights=(tier == name)[placed], minlength=n).astype(np.float64)
    found["accounts"] = found["A"] + found["B"] + found["C"]
    lost = accounts.column("raw").cast("float64").to_numpy(zero_copy_only=False)[~placed]
    notes = (
        [f"{_accounts(len(lost))} in no unit and left out ({lost.sum():,.0f} of raw opportunity)"]
        if len(lost)
        else []
    )
    return found, notes


def _accounts(count: int) -> str:
    return "1 account is" if count == 1 else f"{count:,} accounts are"
