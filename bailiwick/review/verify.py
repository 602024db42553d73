"""A plan's certificate checked by a short path of its own: plain numpy over what is stored, nothing shared with the search.

It recomputes band, contiguity, limits, objective and bound from assignment, roads and stored prices.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]
NEAR_ENOUGH = 1e-6


@dataclass(frozen=True)
class Check:
    """One claim of a plan. claimed, found: as text; holds: whether they agree."""

    name: str
    claimed: str
    found: str
    holds: bool


@dataclass(frozen=True)
class Sharing:
    """Units in parts. unit, share: by part; load, trips: of the whole units. asked: unit -> the shares it was to be divided into."""

    unit: Ints
    share: Array
    load: Array
    trips: Array
    asked: Mapping[int, Sequence[float]]


@dataclass(frozen=True)
class Case:
    """What a plan is checked against; arrays by unit unless said, by part of a unit where units are shared.

    minutes: ``[territories, units]`` from each base. load, trips: by unit. low, high: load each territory may hold ``[territories]``.
    drive_load: load per line-haul hour. bonus_hours: gained where a unit stays in ``today``. allowed: ``[units, territories]``, where a
    unit may lie; None = anywhere. ties: pairs of units and hours that cutting costs. measures: (name, amount, low, high). moved_limit:
    most of ``moved_weight`` that may leave today's territory. indptr, indices: neighbours of whole units as CSR; barriers: pairs that are none.
    """

    territory_of: I32
    bases: Ints
    minutes: npt.NDArray[np.float32]
    load: Array
    trips: Array
    low: Array
    high: Array
    indptr: I32
    indices: I32
    contiguous: bool = True
    drive_load: float = 0.0
    allowed: npt.NDArray[np.bool_] | None = None
    today: I32 | None = None
    bonus_hours: Array | None = None
    moved_weight: Array | None = None
    moved_limit: float = np.inf
    ties: Ints | None = None
    tie_hours: Array | None = None
    measures: Sequence[tuple[str, Array, float, float]] = ()
    max_minutes: float = np.inf
    groups: Sequence[tuple[int, ...]] = ()
    barriers: Sequence[tuple[int, int]] = ()
    sharing: Sharing | None = None

    @cached_property
    def links(self) -> tuple[Ints, Ints]:
        """Neighbours as pairs (from, to), in the order of ``indices``, without those that a barrier parts."""
        start, to = np.repeat(np.arange(len(self.indptr) - 1), np.diff(self.indptr)), self.indices.astype(np.int64)
        cut = {(int(a), int(b)) for pair in self.barriers for a, b in (pair, pair[::-1])}
        kept = np.array([link not in cut for link in zip(start.tolist(), to.tolist(), strict=True)], dtype=np.bool_) if cut else slice(None)
        return start[kept], to[kept]

    def served_from(self, territory: int) -> tuple[Array, Array]:
        """Hours a year that serving each unit from a base is driven, and what it costs: less what staying is worth, infinite where it may not be."""
        hours = 2.0 * self.trips * self.minutes[territory].astype(np.float64) / 60.0
        cost = hours.copy()
        if self.today is not None and self.bonus_hours is not None:  # worth hours, but nobody drives them
            cost -= np.where(self.today == territory, self.bonus_hours, 0.0)
        if self.allowed is not None:
            cost[~self.allowed[:, territory]] = np.inf
        if np.isfinite(self.max_minutes):
            cost[(self.max_minutes < self.minutes[territory]) & (self.trips > 0)] = np.inf
        return hours, cost


def checks(case: Case, objective: float, bound: float, prices: Array) -> list[Check]:
    """Every claim of the plan, checked. objective, bound: as stored; prices: by territory, hours per unit of load."""
    count, label = len(case.bases), case.territory_of
    hours = _hours(case)
    load = np.array([case.load[label == t].sum() for t in range(count)])
    load += case.drive_load * np.array([hours[label == t].sum() for t in range(count)])
    outside = np.flatnonzero((load < case.low - NEAR_ENOUGH) | (load > case.high + NEAR_ENOUGH))
    found = [check("in band", f"{count} territories", f"{count - len(outside)} territories", not len(outside))]
    if case.sharing is not None:
        found += _shared(case, case.sharing)
    if case.contiguous:
        broken = [t for t in range(count) if not _whole(case, t)]
        found.append(check("in one piece", f"{count} territories", f"{count - len(broken)} territories", not broken))
    misplaced = int((label[case.bases] != np.arange(count)).sum())
    found.append(check("bases in their own territories", "all", "all" if not misplaced else f"{misplaced} are not", not misplaced))
    for name, amount, low, high in case.measures:
        held = np.array([amount[label == t].sum() for t in range(count)])
        out = int(((held < low - NEAR_ENOUGH) | (held > high + NEAR_ENOUGH)).sum())
        found.append(check(f"band of {name}", f"{low:g} to {high:g}", f"{held.min():.3f} to {held.max():.3f}", not out))
    found += _limits(case)
    again = objective_of(case)
    found.append(check("objective", f"{objective:,.4f}", f"{again:,.4f}", close(objective, again)))
    proven = bound_of(case, prices)
    found.append(bound_check("bound of these bases", bound, proven, again))
    return found


def bound_check(name: str, claimed: float, proven: float, objective: float) -> Check:
    """Whether stored prices prove the bound that is claimed, and the plan is no better than it."""
    above = proven > objective + NEAR_ENOUGH * max(1.0, abs(objective))
    why = f", above the objective of {objective:,.4f}, as only where a plan breaks its limits" if above else ""
    return check(name, f"{claimed:,.4f}", f"{proven:,.4f}{why}", close(claimed, proven) and not above)


def check(name: str, claimed: str, found: str, holds: bool) -> Check:
    return Check(name, claimed, found, bool(holds))


def close(claimed: float, found: float) -> bool:
    """Whether a claim is what was found, both finite; how near it must be is measured by what was found, not by what is claimed."""
    return math.isfinite(claimed) and math.isfinite(found) and abs(claimed - found) <= NEAR_ENOUGH * max(1.0, abs(found))


def _hours(case: Case) -> Array:
    """Line-haul hours a year by unit, as it is assigned."""
    served = case.minutes[case.territory_of, np.arange(len(case.load))].astype(np.float64)
    return 2.0 * case.trips * served / 60.0


def objective_of(case: Case) -> float:
    """Hours a year that the plan costs, ties that it cuts and staying counted."""
    total = float(_hours(case).sum())
    if case.ties is not None and case.tie_hours is not None:
        cut = case.territory_of[case.ties[:, 0]] != case.territory_of[case.ties[:, 1]]
        total += float(case.tie_hours[cut].sum())
    if case.today is not None and case.bonus_hours is not None:
        total -= float(case.bonus_hours[case.today == case.territory_of].sum())
    return total


def _shared(case: Case, sharing: Sharing) -> list[Check]:
    """Whether the parts of every unit make up the whole of it, and are those that were asked for."""
    n = len(sharing.load)
    wholes = ((np.ones(n), sharing.share), (sharing.load, case.load), (sharing.trips, case.trips))
    wrong = int(np.any([np.abs(np.bincount(sharing.unit, weights=p, minlength=n) - w) > 1e-9 * np.maximum(1.0, w) for w, p in wholes], axis=0).sum())
    units, parts = np.unique(sharing.unit, return_counts=True)
    other = 0
    for unit in {*units[parts > 1].tolist(), *sharing.asked}:
        has, asked = np.sort(sharing.share[sharing.unit == unit]), np.sort(np.asarray(sharing.asked.get(unit, ())))
        other += not (len(has) == len(asked) and bool(np.all(np.abs(has - asked) <= 1e-9)))
    return [
        check("shared units add up", "all", "all" if not wrong else f"{wrong} do not", not wrong),
        check("shares", f"{len(sharing.asked)} units as asked", f"{other} otherwise" if other else "as asked", not other),
    ]


def _whole(case: Case, territory: int) -> bool:
    """Whether a walk over neighbours from the base reaches every unit of the territory."""
    mine = case.territory_of == territory
    start = int(case.bases[territory])
    if case.sharing is not None:
        held, start = case.sharing.unit[mine], int(case.sharing.unit[start])
        mine = np.zeros(len(case.sharing.load), dtype=np.bool_)
        mine[held] = True
    first, to = case.links
    ends = np.searchsorted(first, np.arange(len(mine) + 1))
    reached = np.zeros(len(mine), dtype=np.bool_)
    edge = [start]
    reached[edge] = True
    while edge:
        at = edge.pop()
        for other in to[ends[at] : ends[at + 1]].tolist():
            if mine[other] and not reached[other]:
                reached[other] = True
                edge.append(other)
    return bool(np.array_equal(reached, mine))


def _limits(case: Case) -> list[Check]:
    found, n, label = [], len(case.load), case.territory_of
    if case.allowed is not None:
        wrong = int((~case.allowed[np.arange(n), label]).sum())
        found.append(check("locks and forbidden pairs", "kept", "kept" if not wrong else f"{wrong} units break them", not wrong))
    if np.isfinite(case.max_minutes):
        longest = float(case.minutes[label, np.arange(n)][case.trips > 0].max(initial=0.0))
        found.append(check("maximum drive", f"{case.max_minutes:g} minutes", f"{longest:.1f} minutes", longest <= case.max_minutes + 1e-3))
    if case.groups:
        parted = sum(len(np.unique(label[list(g)])) > 1 for g in case.groups)
        found.append(check("groups kept together", f"{len(case.groups)}", f"{len(case.groups) - parted}", not parted))
    if case.today is not None and case.moved_weight is not None and np.isfinite(case.moved_limit):
        moved = float(case.moved_weight[(case.today >= 0) & (case.today != label)].sum())
        found.append(check("disruption", f"at most {case.moved_limit:,.1f}", f"{moved:,.1f}", moved <= case.moved_limit + NEAR_ENOUGH))
    return found


def bound_of(case: Case, prices: Array) -> float:
    """Least priced cost of every unit, less what the bands give back: a lower bound for any prices (Lagrangian duality)."""
    total = -float(sum(p * h if p > 0 else p * low for p, low, h in zip(prices, case.low, case.high, strict=True)))
    least = np.full(len(case.load), np.inf)
    for t, price in enumerate(prices):
        hours, cost = case.served_from(t)
        least = np.minimum(least, cost + price * (case.load + case.drive_load * hours))
    return total + float(least.sum())
