"""Why a unit lies where it lies, and what its cheapest alternative would cost in driving and balance (M3)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bailiwick.design.fixed import Based, band_of
from bailiwick.kernels.anneal_fixed import BARRED
from bailiwick.kernels.contiguity import stays_whole

I32 = npt.NDArray[np.int32]
SHOWN = 3


@dataclass(frozen=True)
class Alternative:
    """The unit in another territory. extra_hours: line haul a year more. index_here, index_there: loads after the move."""

    territory: int
    extra_hours: float
    minutes: float
    index_here: float
    index_there: float
    in_band: bool
    contiguous: bool
    allowed: bool


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
    load, drive = float(problem.load[unit]), problem.drive_load
    found = []
    for t in np.lexsort((based.minutes[:, unit], hours)).tolist():
        if t == home:
            continue
        here, there = loads[home] - load - drive * hours[home], loads[t] + load + drive * hours[t]
        found.append(
            Alternative(
                t, float(hours[t] - hours[home]), float(based.minutes[t, unit]), float(here), float(there),
                bool(here >= low[home] - 1e-9 and there <= high[t] + 1e-9), bool(whole and t in near),
                bool(based.cost[unit, t] < BARRED / 100),
            )
        )  # fmt: skip
    shown = [a for a in found if a.territory in near][:SHOWN] or found[:SHOWN]
    nearest = found[:1] if found and found[0].extra_hours < 0 else []
    alternatives = tuple({a.territory: a for a in (*nearest, *shown)}.values())
    return Reason(unit, home, float(hours[home]), float(based.minutes[home, unit]), _because(based, unit, home, alternatives), alternatives)


def _because(based: Based, unit: int, home: int, alternatives: tuple[Alternative, ...]) -> str:
    problem = based.problem
    if unit == int(based.base[home]):
        return "it is the base"
    if problem.locked[unit] == home:
        return "it is locked here"
    if not alternatives or min(a.extra_hours for a in alternatives) >= 0:
        return "its base is the nearest by road" if problem.trips[unit] > 0 else "it holds no work and lies with the land around it"
    closer = min(alternatives, key=lambda a: a.extra_hours)
    if not closer.allowed:
        return "the nearer base is barred by a lock, a ban or the maximum drive"
    if not closer.in_band:
        full = closer.index_there > problem.bands[1][closer.territory, 0] + 1e-9
        return f"the nearer territory would {'rise above' if full else 'leave this one below'} the band"
    if not closer.contiguous:
        return "moving it alone would part a territory"
    return f"it balances the two at {-closer.extra_hours:.1f} hours a year"


def _loads(based: Based, label: I32) -> npt.NDArray[np.float64]:
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
    mark, queue = np.full(problem.size, -1, dtype=np.int32), np.empty(problem.size, dtype=np.int32)
    return bool(unit != based.base[label[unit]] and stays_whole(unit, label, indptr, indices, mark, queue, 1))
