"""Which limits of a problem a plan breaks, counted plainly from its labels and the road: nothing of the search is trusted here."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bailiwick.design.problem.problem import Ints, Problem
from bailiwick.kernels.contiguity import connected

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
NEAR = 1e-6  # load and weight; roads are single precision
MINUTES = 1e-3
DISRUPTION = "disruption"


@dataclass(frozen=True)
class Breach:
    """One kind of limit that is broken. beyond: by how much in all, in its own unit (load, minutes, units, weight). said: one sentence."""

    limit: str
    beyond: float
    said: str


def broken(problem: Problem, base: Ints, minutes: F32, label: I32) -> tuple[str, ...]:
    """Each broken limit in a sentence; empty when the plan keeps them all.

    base: unit by territory. minutes: float32 ``[territories, n]`` from each base. label: int32 by unit.
    """
    return tuple(breach.said for breach in breaches(problem, base, minutes, label))


def breaches(problem: Problem, base: Ints, minutes: F32, label: I32) -> list[Breach]:
    """Each broken limit, as ``broken``."""
    return [
        *_bands(problem, base, minutes, label), *_far(problem, minutes, label), *_locks(problem, base, label), *_forbidden(problem, label),
        *_groups(problem, label), *_pieces(problem, base, label), *_disruption(problem, label),
    ]  # fmt: skip


def holdings(problem: Problem, minutes: F32, label: I32) -> F64:
    """What each territory holds of each measure ``[territories, 1 + measures]``; what it drives counts towards the first."""
    held: F64 = np.column_stack([np.bincount(label, weights=a, minlength=problem.territories) for a in problem.amounts.T]).astype(np.float64)
    if problem.drive_load:
        hours = 2.0 * problem.trips * minutes[label, np.arange(problem.size)].astype(np.float64) / 60.0
        held[:, 0] += problem.drive_load * np.bincount(label, weights=hours, minlength=problem.territories)
    return held


def limits_of(problem: Problem, base: Ints) -> tuple[F64, F64]:
    """Lowest and highest amount of each measure in each territory, by what its base can hold where that is given."""
    low, high = (a.copy() for a in problem.bands)
    if problem.base_capacity is not None:
        high[:, 0] = problem.base_capacity[base]
    return low, high


def moved_of(problem: Problem, label: I32) -> float:
    """Weight that leaves today's territory."""
    today = problem.today
    if today is None:
        return 0.0
    return float(today.weight[(today.territory >= 0) & (today.territory != label)].sum())


def _bands(problem: Problem, base: Ints, minutes: F32, label: I32) -> list[Breach]:
    low, high = limits_of(problem, base)
    held = holdings(problem, minutes, label)
    out = np.maximum(held - high, low - held)
    found = []
    for m, name in enumerate(["the band", *[f"the band of {measure.name}" for measure in problem.measures]]):
        wrong = np.flatnonzero(out[:, m] > NEAR)
        if not len(wrong):
            continue
        worst = int(wrong[np.argmax(out[wrong, m])])
        edge = f"above {high[worst, m]:.3f}" if held[worst, m] > high[worst, m] else f"below {low[worst, m]:.3f}"
        which = f"{_count(len(wrong), 'territory lies', 'territories lie')} outside {name}"
        said = f"{which}, the one based at {problem.unit_ids[base[worst]]} the furthest with {held[worst, m]:.3f} {edge}"
        found.append(Breach(name, float(out[wrong, m].sum()), said))
    return found


def _far(problem: Problem, minutes: F32, label: I32) -> list[Breach]:
    if not np.isfinite(problem.max_minutes):
        return []
    driven = minutes[label, np.arange(problem.size)].astype(np.float64)
    far = np.flatnonzero((driven > problem.max_minutes + MINUTES) & (problem.trips > 0))
    if not len(far):
        return []
    worst = int(far[np.argmax(driven[far])])
    said = (
        f"{_count(len(far), 'unit lies', 'units lie')} beyond {problem.max_minutes:g} minutes of their base, "
        f"unit {problem.unit_ids[worst]} the furthest at {driven[worst]:.1f}"
    )
    return [Breach("maximum drive", float((driven[far] - problem.max_minutes).sum()), said)]


def _locks(problem: Problem, base: Ints, label: I32) -> list[Breach]:
    wanted = problem.locked.copy()
    wanted[base] = np.where(wanted[base] >= 0, wanted[base], np.arange(len(base)))
    wrong = np.flatnonzero((wanted >= 0) & (wanted != label))
    if not len(wrong):
        return []
    worst = int(wrong[np.argmax(problem.load[wrong])])
    said = (
        f"{_count(len(wrong), 'unit is', 'units are')} not where a lock or a base puts them, "
        f"unit {problem.unit_ids[worst]} in territory {label[worst] + 1} instead of {wanted[worst] + 1}"
    )
    return [Breach("locks", float(len(wrong)), said)]


def _forbidden(problem: Problem, label: I32) -> list[Breach]:
    wrong = [(u, t) for u, t in problem.forbidden if label[u] == t]
    if not wrong:
        return []
    unit, territory = max(wrong, key=lambda pair: problem.load[pair[0]])
    which = _count(len(wrong), "forbidden pair is", "forbidden pairs are")
    said = f"{which} not kept, unit {problem.unit_ids[unit]} lies in territory {territory + 1}"
    return [Breach("forbidden pairs", float(len(wrong)), said)]


def _groups(problem: Problem, label: I32) -> list[Breach]:
    parted = [group for group in problem.groups if len(np.unique(label[list(group)])) > 1]
    if not parted:
        return []
    worst = max(parted, key=lambda group: float(problem.load[list(group)].sum()))
    homes = ", ".join(str(t + 1) for t in np.unique(label[list(worst)]).tolist())
    said = f"{_count(len(parted), 'group is', 'groups are')} parted, that of unit {problem.unit_ids[worst[0]]} among territories {homes}"
    return [Breach("groups", float(len(parted)), said)]


def _pieces(problem: Problem, base: Ints, label: I32) -> list[Breach]:
    if not problem.contiguous:
        return []
    home = label[base] == np.arange(len(base))  # a base elsewhere is said by itself
    joined = connected(*problem.neighbours, label, base[home].astype(np.int32))
    apart = np.flatnonzero((joined < 0) & home[label])
    if not len(apart):
        return []
    worst = int(apart[np.argmax(problem.load[apart])])
    territories = _count(len(np.unique(label[apart])), "territory is", "territories are")
    units = _count(len(apart), "unit is", "units are")
    said = f"{territories} not in one piece, {units} cut off from their base, unit {problem.unit_ids[worst]} the heaviest"
    return [Breach("contiguity", float(len(apart)), said)]


def _disruption(problem: Problem, label: I32) -> list[Breach]:
    today = problem.today
    if today is None or not np.isfinite(today.limit):
        return []
    moved, total = moved_of(problem, label), float(today.weight[today.territory >= 0].sum())
    if moved <= today.limit + NEAR * max(1.0, total):
        return []
    return [Breach(DISRUPTION, moved - today.limit, f"{moved / total:.1%} of today's weight moves, {today.limit / total:.1%} may")]


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
