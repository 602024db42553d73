"""What cannot be a problem is refused when it is made, by name."""

from typing import TYPE_CHECKING

import numpy as np

from bailiwick.model.errors import InputError

if TYPE_CHECKING:
    from bailiwick.design.problem import Problem


def check(problem: "Problem") -> None:
    """Raises InputError in one sentence for the first thing that is wrong."""
    _numbers(problem)
    _counts(problem)
    _references(problem)
    low, high = problem.band
    if not 0 <= low <= high:
        raise InputError(f"band must be low to high from 0, got {low:g} to {high:g}")
    for measure in problem.measures:
        if not 0 <= measure.low <= measure.high:
            raise InputError(f"the band of {measure.name} must be low to high from 0, got {measure.low:g} to {measure.high:g}")


def _numbers(problem: "Problem") -> None:
    n = len(problem.unit_ids)
    named = [("load", problem.load), ("trips", problem.trips), *[(m.name, m.amount) for m in problem.measures]]
    if problem.base_capacity is not None:
        named.append(("base_capacity", problem.base_capacity))
    for name, values in named:
        if len(values) != n:
            raise InputError(f"{name} has {len(values)} values for {n} units; give one each")
        bad = np.flatnonzero(~np.isfinite(values) | (values < 0))
        if len(bad):
            raise InputError(f"{name} of unit {problem.unit_ids[bad[0]]} is {values[bad[0]]}; it must be a number from 0")
    if len(problem.indptr) != n + 1:
        raise InputError(f"the neighbour list covers {len(problem.indptr) - 1} units, but there are {n}")
    if not problem.drive_load >= 0:
        raise InputError(f"drive_load must be a number from 0, got {problem.drive_load}")
    if not problem.max_minutes > 0:
        raise InputError(f"the maximum drive must be above 0 minutes, got {problem.max_minutes:g}")


def _counts(problem: "Problem") -> None:
    asked = problem.territories
    if asked < 1:
        raise InputError(f"territories must be at least 1, got {asked}")
    if asked > len(problem.weighted):
        raise InputError(f"{asked} territories were asked for, but only {len(problem.weighted)} units hold any work; ask for fewer")
    bases = [b for b in problem.fixed_bases if b >= 0]
    if problem.fixed_bases and len(problem.fixed_bases) != asked:
        raise InputError(f"{len(problem.fixed_bases)} bases were given for {asked} territories; give one each")
    if len(set(bases)) != len(bases):
        raise InputError("two territories have their base in the same unit; move one to a neighbour")
    if problem.capacity and (len(problem.capacity) != asked or not min(problem.capacity) > 0):
        raise InputError(f"capacity must be {asked} numbers above 0, one a territory; got {len(problem.capacity)} numbers")


def _references(problem: "Problem") -> None:
    n, asked = len(problem.unit_ids), problem.territories
    held: dict[int, int] = {b: t for t, b in enumerate(problem.fixed_bases) if b >= 0}
    for unit, territory in (*problem.locks, *problem.forbidden):
        if not 0 <= unit < n or not 0 <= territory < asked:
            raise InputError(f"a lock names unit {unit} and territory {territory}; there are {n} units and {asked} territories, from 0")
    for unit, territory in problem.locks:
        if held.setdefault(unit, territory) != territory:
            raise InputError(
                f"unit {problem.unit_ids[unit]} is locked to territory {territory}, but it is the base of, or locked to, {held[unit]}"
            )
    for unit, territory in sorted(set(problem.locks) & set(problem.forbidden)):
        raise InputError(f"unit {problem.unit_ids[unit]} is both locked to territory {territory + 1} and forbidden to it; drop one")
    for group in problem.groups:
        homes = {held[u] for u in group if u in held}
        if len(homes) > 1:
            raise InputError(
                f"the group of unit {problem.unit_ids[group[0]]} is locked to territories {sorted(homes)}; lock it to one of them"
            )
    if problem.today is not None and len(problem.today.territory) != n:
        raise InputError(f"today's alignment covers {len(problem.today.territory)} units, but there are {n}")
