"""What locks, forbidden pairs, groups and dead ends force upon one territory or shut out of all: proven before anything is searched."""

import numpy as np
import numpy.typing as npt

from bailiwick.design.bounds.inseparable import entrances_of
from bailiwick.design.explaining.conflict import Conflict, heaviest_first, listed
from bailiwick.design.explaining.fitting import Fitting
from bailiwick.design.problem import TOLERANCE, Ints, Problem, rounded_up

F64 = npt.NDArray[np.float64]


def nowhere(problem: Problem) -> list[Conflict]:
    """Units and groups that forbidden pairs and locks leave no territory at all."""
    shut: dict[int, dict[int, str]] = {}
    for unit, territory in problem.forbidden:
        shut.setdefault(unit, {})[territory] = f"unit {problem.unit_ids[unit]} is forbidden to territory {territory + 1}"
    for unit, territory in problem.locks:
        said = f"unit {problem.unit_ids[unit]} is locked to territory {territory + 1}"
        for other in set(range(problem.territories)) - {territory}:
            shut.setdefault(unit, {}).setdefault(other, said)
    grouped = {u for group in problem.groups for u in group}
    found = []
    for members in [*problem.groups, *[(u,) for u in shut if u not in grouped]]:
        why: dict[int, str] = {}
        for u in members:
            why = {**shut.get(u, {}), **why}
        if len(why) == problem.territories:
            found.append((float(problem.load[list(members)].sum()), _shut_out(problem, members, why)))
    return heaviest_first(found)


def _shut_out(problem: Problem, members: tuple[int, ...], why: dict[int, str]) -> Conflict:
    name = problem.unit_ids[members[0]]
    if len(members) == 1:
        return Conflict("forbidden pairs", f"unit {name} is forbidden to every territory", "allow it to one of them")
    reasons = ", ".join(dict.fromkeys(why[t] for t in sorted(why)))
    culprit = f"the group of unit {name} may go to no territory: {reasons}"
    return Conflict("group and forbidden pairs", culprit, "part the group, or drop one of these")


def locked(fitting: Fitting) -> list[Conflict]:
    """Territories whose locked units, with the rest of their groups, alone break a band: proven.

    Released are the fewest locks, the heaviest first, and never the base.
    """
    problem = fitting.problem
    given = problem.slots >= 0
    found: list[tuple[float, Conflict]] = []
    for t in range(problem.territories):
        pieces = _held(problem, t)
        hours = fitting.hours[:, t] if given[t] else np.zeros(problem.size)
        weight = {first: float((problem.load + problem.drive_load * hours)[members].sum()) for first, members in pieces.items()}
        held, high = sum(weight.values()), float(fitting.high[t, 0])
        if held <= high + TOLERANCE:
            continue
        may_go = [u for u, members in pieces.items() if problem.slots[t] not in members]
        released = _released(weight, may_go, held - high)
        widen = f"widen the band to at least {rounded_up(held / float(problem.sizes[t])):.2f}"
        way = f"release {listed(problem, released)} or {widen}" if released else widen
        with_groups = " with what is kept together with it" if sum(map(len, pieces.values())) > np.count_nonzero(problem.locked == t) else ""
        culprit = f"what is locked to territory {t + 1}{with_groups} has a load of {held:.2f}, its band ends at {high:.2f}"
        found.append((held - high, Conflict("locks and band", culprit, way)))
    return heaviest_first(found)


def _held(problem: Problem, territory: int) -> dict[int, list[int]]:
    """Units that locks and groups bring to a territory, as pieces by their heaviest locked unit."""
    left = {u: [u] for u in np.flatnonzero(problem.locked == territory).tolist()}
    for group in problem.groups:
        inside = [u for u in group if u in left]
        if inside:
            first = max(inside, key=lambda u: (problem.load[u], -u))
            for u in inside:
                del left[u]
            left[first] = list(group)
    return left


def _released(weight: dict[int, float], may_go: list[int], beyond: float) -> list[int]:
    """The fewest pieces that hold ``beyond``: the heaviest, and of the last the lightest that is enough; none when all are not enough."""
    order = sorted(may_go, key=lambda u: (-weight[u], u))
    running = np.cumsum([weight[u] for u in order])
    count = int(np.searchsorted(running, beyond - TOLERANCE)) + 1
    if count > len(order):
        return []
    left = beyond - (float(running[count - 2]) if count > 1 else 0.0)
    enough = [u for u in order[count - 1 :] if weight[u] >= left - TOLERANCE]
    return [*order[: count - 1], enough[-1]]


def grouped(fitting: Fitting) -> list[Conflict]:
    """Groups that no territory can hold beside its base and what else must be there: proven for these bases."""
    problem, high = fitting.problem, fitting.high[:, 0]
    only = fitting.open.sum(axis=1) == 1
    only[fitting.base[problem.slots < 0]] = False  # a base that was chosen could be another
    found: list[tuple[float, Conflict]] = []
    for group in problem.groups:
        members = list(group)
        if (problem.locked[members] >= 0).any():  # told with the locks
            continue
        may = np.flatnonzero(fitting.open[members[0]])
        may = may if len(may) else np.arange(problem.territories)  # chosen bases lie in one group: they could be others
        rest = np.setdiff1d(np.flatnonzero(only), members)
        least = np.array([_at_least(fitting, members, rest[fitting.open[rest, t]], t) for t in may.tolist()])
        if np.any(least <= high[may] + TOLERANCE):
            continue
        held, name = float(problem.load[members].sum()), problem.unit_ids[group[0]]
        best = int(np.argmin(least / problem.sizes[may]))
        beside = f", with what must lie beside it {least[best]:.2f} at least" if least[best] > held + 0.005 else ""
        culprit = f"the group of unit {name} has a load of {held:.2f}{beside}, a territory holds {high[may].max():.2f}"
        relaxation = f"part the group or widen the band to at least {rounded_up(float(least[best] / problem.sizes[may[best]])):.2f}"
        found.append((held, Conflict("group and band", culprit, relaxation)))
    return heaviest_first(found)


def dead_ends(problem: Problem) -> list[Conflict]:
    """Units too heavy with all that lies behind them, which holds too little for a territory of its own and which no other reaches: proven."""
    if problem.base_capacity is not None:
        return []
    entrance, high = entrances_of(problem), float(problem.bands[1][:, 0].max())
    held, units = np.bincount(entrance, weights=problem.load, minlength=problem.size), np.bincount(entrance, minlength=problem.size)
    found: list[tuple[float, Conflict]] = []
    for unit in np.flatnonzero((held > high + TOLERANCE) & (units > 1)).tolist():
        name, load, behind = problem.unit_ids[unit], float(held[unit]), units[unit] - 1
        culprit = f"unit {name} and {behind} behind it, to which every way leads through it, have a load of {load:.2f}, a territory holds {high:.2f}"
        widen = f"widen the band to at least {rounded_up(load / float(problem.sizes.max())):.2f}"
        way = f"declare a bridge to what lies behind it, share unit {name} between territories with shares in [constraints], or {widen}"
        found.append((load, Conflict("contiguity and band", culprit, way)))
    return heaviest_first(found)


def _at_least(fitting: Fitting, members: list[int], beside: Ints, territory: int) -> float:
    """Load of a territory that holds a group beside all that may lie nowhere else, the driving to them counted."""
    units = np.concatenate([np.array(members, dtype=np.int64), beside])
    load: F64 = fitting.problem.load[units] + fitting.problem.drive_load * fitting.hours[units, territory]
    return float(load.sum())
