"""Why a unit lies where it lies, and what its cheapest alternative would cost in driving and balance (M3)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bailiwick.design.borders.fixed import Based, band_of
from bailiwick.design.problem import Problem
from bailiwick.kernels.anneal_fixed import BARRED
from bailiwick.kernels.leaving import scratch, stays_whole

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
SHOWN = 3


@dataclass(frozen=True)
class Alternative:
    """The unit in another territory. extra_hours: what it costs more a year, ties cut and the bonus of staying included: line haul is
    ``haul_hours`` of it, ties ``tie_hours``, the bonus ``bonus_hours``. index_here, index_there: loads after the move. allowed: whether no
    rule forbids it; breaks: the rule that does, in words.
    """

    territory: int
    extra_hours: float
    minutes: float
    index_here: float
    index_there: float
    in_band: bool
    contiguous: bool
    allowed: bool
    haul_hours: float = 0.0
    tie_hours: float = 0.0
    bonus_hours: float = 0.0
    breaks: str = ""


@dataclass(frozen=True)
class Reason:
    """territory: where it is. hours: its line haul a year. alternatives: cheapest first. because: in words."""

    unit: int
    territory: int
    hours: float
    minutes: float
    because: str
    alternatives: tuple[Alternative, ...]


def reason(based: Based, label: I32, unit: int) -> Reason:
    """Why ``unit`` is in its territory.

    based: the problem with its bases. label: int32 by unit.
    """
    problem = based.problem
    home = int(label[unit])
    loads = _loads(based, label)
    whole = _may_leave(based, label, unit)
    near = _touching(based, label, unit)
    low, high = band_of(problem, based.base)
    hours = 2.0 * problem.trips[unit] * based.minutes[:, unit].astype(np.float64) / 60.0
    ties, bonus = _ties(problem, label, unit), _bonus(problem, unit)
    extra = hours - hours[home] + ties - ties[home] + bonus[home] - bonus
    load, drive = float(problem.load[unit]), problem.drive_load
    found = []
    for t in np.lexsort((based.minutes[:, unit], extra)).tolist():
        if t == home:
            continue
        here, there = loads[home] - load - drive * hours[home], loads[t] + load + drive * hours[t]
        breaks = _broken(based, label, unit, t)
        found.append(
            Alternative(
                t, float(extra[t]), float(based.minutes[t, unit]), float(here), float(there),
                bool(here >= low[home] - 1e-9 and there <= high[t] + 1e-9), bool(whole and t in near), not breaks,
                float(hours[t] - hours[home]), float(ties[t] - ties[home]), float(bonus[home] - bonus[t]), breaks,
            )
        )  # fmt: skip
    shown = [a for a in found if a.territory in near][:SHOWN] or found[:SHOWN]
    cheapest = found[:1] if found and found[0].extra_hours < 0 else []
    alternatives = tuple({a.territory: a for a in (*cheapest, *shown)}.values())
    return Reason(unit, home, float(hours[home]), float(based.minutes[home, unit]), _because(based, unit, home, alternatives), alternatives)


def _ties(problem: Problem, label: I32, unit: int) -> F64:
    """Hours a year of the ties that the unit would cut in each territory ``[k]``."""
    indptr, other, hours = problem.tie_list
    mine = slice(indptr[unit], indptr[unit + 1])
    kept = np.bincount(label[other[mine]], weights=hours[mine], minlength=problem.territories)
    return np.asarray(float(hours[mine].sum()) - kept, dtype=np.float64)


def _bonus(problem: Problem, unit: int) -> F64:
    """Hours a year gained by the unit in each territory, for staying where it is today ``[k]``."""
    found = np.zeros(problem.territories)
    today = problem.today
    if today is not None and today.territory[unit] >= 0:
        found[today.territory[unit]] = today.bonus * float(today.weight[unit])
    return found


def _broken(based: Based, label: I32, unit: int, to: int) -> str:
    """The rule that the unit would break in another territory, in words; empty where none."""
    problem, home = based.problem, int(label[unit])
    if based.cost[unit, to] >= BARRED / 100:
        return "a lock, a ban or the maximum drive bars it"
    group = next((g for g in problem.groups if unit in g), ())
    if any(int(label[u]) != to for u in group if u != unit):
        return f"it would part the group of {problem.unit_ids[next(u for u in group if u != unit)]}"
    for measure in problem.measures:
        amount = float(measure.amount[unit])
        here, there = (float(measure.amount[label == t].sum()) for t in (home, to))
        if amount > 0 and here - amount < measure.low - 1e-9:
            return f"it would leave this territory below the band of {measure.name}"
        if amount > 0 and there + amount > measure.high + 1e-9:
            return f"it would raise that territory above the band of {measure.name}"
    today = problem.today
    if today is not None and np.isfinite(today.limit) and today.territory[unit] not in (-1, to):
        moves = (today.territory >= 0) & (today.territory != label)
        moves[unit] = True
        if float(today.weight[moves].sum()) > today.limit + 1e-9:
            return "more would move than the disruption limit allows"
    return ""


def _because(based: Based, unit: int, home: int, alternatives: tuple[Alternative, ...]) -> str:
    problem = based.problem
    if unit == int(based.base[home]):
        return "it is the base"
    if problem.locked[unit] == home:
        return "it is locked here"
    if not alternatives or min(a.extra_hours for a in alternatives) >= 0:
        if problem.trips[unit] > 0 and any(a.minutes < based.minutes[home, unit] - 1e-6 for a in alternatives):
            return "another base is nearer by road, but with what ties and staying are worth it costs least here"
        return "its base is the nearest by road" if problem.trips[unit] > 0 else "it holds no work and lies with the land around it"
    closer = min(alternatives, key=lambda a: a.extra_hours)
    if not closer.allowed:
        return f"it would cost less elsewhere, but {closer.breaks}"
    if not closer.in_band:
        full = closer.index_there > problem.bands[1][closer.territory, 0] + 1e-9
        return f"the nearer territory would {'rise above' if full else 'leave this one below'} the band"
    if not closer.contiguous:
        return "moving it alone would part a territory"
    return f"it balances the two at {-closer.extra_hours:.1f} hours a year"


def _loads(based: Based, label: I32) -> F64:
    problem = based.problem
    hours = 2.0 * problem.trips * based.minutes[label, np.arange(problem.size)].astype(np.float64) / 60.0
    return np.bincount(label, weights=problem.load + problem.drive_load * hours, minlength=problem.territories).astype(np.float64)


def _touching(based: Based, label: I32, unit: int) -> set[int]:
    indptr, indices = based.problem.neighbours
    return set(label[indices[indptr[unit] : indptr[unit + 1]]].tolist())


def _may_leave(based: Based, label: I32, unit: int) -> bool:
    problem = based.problem
    if not problem.contiguous:
        return True
    indptr, indices = problem.neighbours
    return bool(unit != based.base[label[unit]] and stays_whole(unit, label, indptr, indices, scratch(indptr, indices)))
