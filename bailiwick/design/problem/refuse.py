"""What cannot be a problem is refused when it is made, by name."""

from typing import TYPE_CHECKING

import numpy as np

from bailiwick.model.errors import InputError

if TYPE_CHECKING:
    from bailiwick.design.problem.problem import Problem


def check(problem: "Problem") -> None:
    """Raises InputError in one sentence for the first thing that is wrong."""
    _numbers(problem)
    _counts(problem)
    _references(problem)
    _comparisons(problem)
    low, high = problem.band
    if not 0 <= low <= high < np.inf:
        raise InputError(f"band must be low to high from 0, both of them numbers, got {low:g} to {high:g}")
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
                f"unit {problem.unit_ids[unit]} is locked to territory {territory + 1}, but it is the base of, or locked to, "
                f"territory {held[unit] + 1}"
            )
    for unit, territory in sorted(set(problem.locks) & set(problem.forbidden)):
        raise InputError(f"unit {problem.unit_ids[unit]} is both locked to territory {territory + 1} and forbidden to it; drop one")
    for group in problem.groups:
        homes = {held[u] for u in group if u in held}
        if len(homes) > 1:
            said = " and ".join(str(t + 1) for t in sorted(homes))
            raise InputError(f"the group of unit {problem.unit_ids[group[0]]} is locked to territories {said}; lock it to one of them")
    for a, b in problem.barriers:
        if not (0 <= a < n and 0 <= b < n):
            raise InputError(f"a barrier names the units {a} and {b}; there are {n}, from 0")
        if b not in problem.indices[problem.indptr[a] : problem.indptr[a + 1]]:
            raise InputError(
                f"a barrier was given between {problem.unit_ids[a]} and {problem.unit_ids[b]}, which are no neighbours; name two that are, or drop it"
            )


def _comparisons(problem: "Problem") -> None:
    """Ties and today's alignment: a weight below 0 would make the bound untrue."""
    n, today, ties = len(problem.unit_ids), problem.today, problem.ties
    if ties is not None:
        if len(ties.pairs) != len(ties.hours):
            raise InputError(f"{len(ties.pairs)} ties have {len(ties.hours)} values of hours; give one each")
        if len(ties.pairs) and not 0 <= int(ties.pairs.min()) <= int(ties.pairs.max()) < n:
            raise InputError(f"a tie names the units {int(ties.pairs.min())} to {int(ties.pairs.max())}; there are {n}, from 0")
        for i in np.flatnonzero(~np.isfinite(ties.hours) | (ties.hours < 0))[:1].tolist():
            a, b = (problem.unit_ids[u] for u in ties.pairs[i].tolist())
            raise InputError(f"the tie of {a} and {b} costs {ties.hours[i]:g} hours a year; it must be a number from 0")
    if today is None:
        return
    if len(today.territory) != n or len(today.weight) != n:
        raise InputError(f"today's alignment covers {len(today.territory)} units with {len(today.weight)} weights, but there are {n} units")
    if n and not -1 <= int(today.territory.min()) <= int(today.territory.max()) < problem.territories:
        raise InputError(f"today's alignment names territory {int(today.territory.max())}; there are {problem.territories}, from 0, and -1 is none")
    for u in np.flatnonzero(~np.isfinite(today.weight) | (today.weight < 0))[:1].tolist():
        raise InputError(f"today's weight of unit {problem.unit_ids[u]} is {today.weight[u]:g}; it must be a number from 0")
    if not 0 <= today.bonus < np.inf:
        raise InputError(f"the bonus of staying is {today.bonus:g} hours a year; it must be a number from 0")
    if not today.limit >= 0:
        raise InputError(f"the disruption limit is {today.limit:g}; it must be a number from 0")
