"""Why a plan is not within its limits: which constraints conflict, the heaviest culprit, and the smallest relaxation that works."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from ortools.graph.python import max_flow
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from bailiwick.design.fixed import band_of, with_bases
from bailiwick.design.problem import TOLERANCE, Problem
from bailiwick.design.solve import Solution
from bailiwick.kernels.anneal_fixed import BARRED

F64 = npt.NDArray[np.float64]
UNEXPLAINED = "search longer (--seconds), or ask for another number of territories"


@dataclass(frozen=True)
class Conflict:
    """One reason. constraint: what is broken or too tight; culprit: the territory or unit; relaxation: what would do, in words."""

    constraint: str
    culprit: str
    relaxation: str

    def __str__(self) -> str:
        return f"{self.culprit} ({self.constraint}); {self.relaxation}"


def explain(problem: Problem, found: Solution) -> str:
    """One sentence for a solution out of its limits: the heaviest culprit first."""
    reasons = conflicts(problem, found)
    if reasons:
        return "; ".join(map(str, reasons[:3]))
    return "; ".join([*found.broken[:3], UNEXPLAINED])


def conflicts(problem: Problem, found: Solution) -> list[Conflict]:
    """Every reason that can be proven or measured, the heaviest first."""
    reasons = [*_locks(problem), *_groups(problem), *_islands(problem), *_far(problem, found)]
    return reasons or [*_measured(problem, found), *_moved(problem, found)]


def _locks(problem: Problem) -> list[Conflict]:
    """Territories whose locked units alone break a band: proven."""
    high = problem.bands[1]
    found = []
    for t in range(problem.territories):
        held = float(problem.load[problem.locked == t].sum())
        if held > high[t, 0] + TOLERANCE:
            mine = np.flatnonzero(problem.locked == t)
            worst = problem.unit_ids[int(mine[np.argmax(problem.load[mine])])]
            found.append(
                Conflict(
                    "locks and band", f"what is locked to territory {t + 1} has a load of {held:.2f}, its band ends at {high[t, 0]:.2f}",
                    f"release unit {worst} or widen the band to {held:.2f}",
                )
            )  # fmt: skip
    return found


def _groups(problem: Problem) -> list[Conflict]:
    most = float(problem.bands[1][:, 0].max())
    found = []
    for group in problem.groups:
        held = float(problem.load[list(group)].sum())
        if held > most + TOLERANCE:
            name = problem.unit_ids[group[0]]
            relaxation = f"part the group or widen the band to {held:.2f}"
            found.append(Conflict("group and band", f"the group of unit {name} has a load of {held:.2f}, a territory holds {most:.2f}", relaxation))
    return sorted(found, key=lambda c: c.culprit)


def _islands(problem: Problem) -> list[Conflict]:
    """Parts of the country that no border joins and that no number of territories in the band can hold: proven."""
    if not problem.contiguous:
        return []
    indptr, indices = problem.neighbours
    graph = csr_array((np.ones(len(indices), dtype=np.int8), indices, indptr), shape=(problem.size, problem.size))
    count, part = connected_components(graph, directed=False)
    if count == 1 or problem.capacity:
        return []
    low, high = float(problem.bands[0][0, 0]), float(problem.bands[1][0, 0])
    found = []
    for p, load in enumerate(np.bincount(part, weights=problem.load, minlength=count).tolist()):
        fewest = int(np.ceil(load / high - TOLERANCE))
        if load > 0 and (fewest == 0 or fewest * low > load + TOLERANCE):
            name = problem.unit_ids[int(np.flatnonzero(part == p)[0])]
            relaxation = f"declare a bridge to it, or lower the band to {load / max(fewest, 1):.2f}"
            culprit = f"the land around unit {name} is joined to nothing and has a load of {load:.2f}"
            found.append(Conflict("contiguity and band", culprit, relaxation))
    return found


def _far(problem: Problem, found: Solution) -> list[Conflict]:
    """Units with work that no base reaches in time."""
    if not np.isfinite(problem.max_minutes):
        return []
    nearest = problem.travel.rows(np.array(found.bases))[0].min(axis=0)
    far = np.flatnonzero((nearest > problem.max_minutes) & (problem.trips > 0))
    if not len(far):
        return []
    worst = int(far[np.argmax(nearest[far])])
    culprit = f"{len(far)} units lie beyond {problem.max_minutes:g} minutes of every base, unit {problem.unit_ids[worst]} the furthest"
    return [Conflict("maximum drive", culprit, f"allow {np.ceil(nearest[worst]):.0f} minutes, or add a base nearer to it")]


def _measured(problem: Problem, found: Solution) -> list[Conflict]:
    """Territories out of a band, furthest first, with the least widening that would hold the plan."""
    based = with_bases(problem, np.array(found.bases), np.array(found.duals))
    low, high = (a.copy() for a in problem.bands)
    low[:, 0], high[:, 0] = band_of(problem, based.base)
    label = found.territory_of
    held: F64 = np.column_stack([np.bincount(label, weights=a, minlength=problem.territories) for a in problem.amounts.T])
    if problem.drive_load:
        hours = np.bincount(label, weights=based.hours[np.arange(problem.size), label].astype(np.float64), minlength=problem.territories)
        held[:, 0] = held[:, 0] + problem.drive_load * hours
    names = ["the band", *[f"the band of {m.name}" for m in problem.measures]]
    out = np.maximum(held - high, low - held)
    reasons = []
    loosest = _loosest(problem, found) if (out[:, 0] > 1e-7).any() else ""
    for t, m in sorted(zip(*np.nonzero(out > 1e-7), strict=True), key=lambda at: -out[at]):
        unit = problem.unit_ids[found.bases[t]]
        side = f"{held[t, m]:.3f} above {high[t, m]:.3f}" if held[t, m] > high[t, m] else f"{held[t, m]:.3f} below {low[t, m]:.3f}"
        what = loosest if m == 0 else f"widen {names[m]} by {out[t, m]:.3f}"
        reasons.append(Conflict(names[m], f"the territory based at {unit} has {side}", what))
    return reasons


def _loosest(problem: Problem, found: Solution) -> str:
    """What to loosen: the constraint without which divisible units would fit, else the band itself."""
    if _fits(problem, found):
        return "search longer (--seconds), or widen the band a little: single units and borders, not the limits, keep it out"
    looser = [
        ("the maximum drive", replace(problem, max_minutes=np.inf)),
        ("the forbidden pairs", replace(problem, forbidden=())),
        ("the locks", replace(problem, locks=())),
    ]
    for name, other in looser:
        if _fits(other, found):
            return f"{name} cannot be kept together with the band: loosen one of them"
    return "widen the band or ask for another number of territories"


def _fits(problem: Problem, found: Solution) -> bool:
    """Whether divisible units can be carried from these bases within the band: a maximum flow over what is not barred."""
    based = with_bases(problem, np.array(found.bases), np.array(found.duals))
    low, high = band_of(problem, based.base)
    scale = 1e6
    load = np.rint(problem.load * scale).astype(np.int64)
    unit, base = np.nonzero((based.cost < BARRED / 100) & (load > 0)[:, None])
    k, n = problem.territories, problem.size
    source, sink, extra = n + k, n + k + 1, n + k + 2
    # every base must reach its low end (a first sink takes that), and may take up to its high end (the second takes the rest)
    flow = max_flow.SimpleMaxFlow()
    busy = np.flatnonzero(load > 0)
    flow.add_arcs_with_capacity(np.full(len(busy), source), busy, load[busy])
    flow.add_arcs_with_capacity(unit, n + base, load[unit])
    floor, room = np.floor(low * scale).astype(np.int64), np.ceil(high * scale).astype(np.int64)
    flow.add_arcs_with_capacity(n + np.arange(k), np.full(k, sink), floor)
    flow.add_arcs_with_capacity(n + np.arange(k), np.full(k, extra), np.maximum(room - floor, 0))
    spare = int(load.sum() - floor.sum())
    if spare < 0:
        return False
    flow.add_arcs_with_capacity(np.array([extra]), np.array([sink]), np.array([spare]))
    flow.solve(source, sink)
    return bool(flow.optimal_flow() >= int(load.sum()) - k)


def _moved(problem: Problem, found: Solution) -> list[Conflict]:
    today = problem.today
    if today is None or not np.isfinite(today.limit):
        return []
    placed = today.territory >= 0
    moved = float(today.weight[placed & (today.territory != found.territory_of)].sum())
    if moved <= today.limit + TOLERANCE:
        return []
    total = float(today.weight[placed].sum())
    culprit = f"{100 * moved / total:.1f}% of the accounts move, {100 * today.limit / total:.1f}% may"
    return [Conflict("disruption limit and band", culprit, f"allow {100 * moved / total:.1f}%, or widen the band")]
