"""Why a plan is not within its limits: which constraints conflict, the heaviest culprit, and the smallest relaxation that works."""

from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from bailiwick.design.fitting import Fitting
from bailiwick.design.limits import holdings, limits_of, moved_of
from bailiwick.design.problem import TOLERANCE, Ints, Problem, rounded_up
from bailiwick.design.solve import Solution

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
UNEXPLAINED = "search longer (--seconds), or ask for another number of territories"
NAMED = 5  # units of a list in words
OUT = 1e-7


@dataclass(frozen=True)
class Conflict:
    """One reason. constraint: what is broken or too tight; culprit: the territory or unit; relaxation: what would do, in words."""

    constraint: str
    culprit: str
    relaxation: str

    def __str__(self) -> str:
        return f"{self.culprit} ({self.constraint}); {self.relaxation}"


def reasons(problem: Problem, found: Solution) -> tuple[str, ...]:
    """Why a solution is out of its limits, a sentence each: a proof that none is within, what conflicts, else what is broken."""
    proof = ("no plan from these bases keeps the limits (proven)",) if impossible(problem, found) else ()
    said = tuple(str(conflict) for conflict in conflicts(problem, found))
    return (*proof, *(said or (*found.broken, UNEXPLAINED)))


def impossible(problem: Problem, found: Solution) -> bool:
    """Whether the proven bound of the bases lies above the dearest of all plans from them, so that none keeps the limits."""
    if np.isnan(found.bound) or found.bound <= found.objective:
        return False
    fitting = _fitting(problem, found)
    dearest = float(np.where(fitting.open, fitting.cost, -np.inf).max(axis=1).astype(np.float64).sum())
    ties = float(problem.ties.hours.sum()) if problem.ties is not None else 0.0
    return bool(found.bound > dearest + ties + 1e-6 * max(1.0, abs(dearest)))


def conflicts(problem: Problem, found: Solution) -> list[Conflict]:
    """Every reason that can be proven or measured, the heaviest first."""
    base = np.array(found.bases, dtype=np.int64)
    fitting = _fitting(problem, found)
    reasons = [
        *_disruption(fitting), *_locks(fitting), *_groups(problem, base), *_islands(problem), *_cut_off(fitting), *_far(fitting),
    ]  # fmt: skip
    return reasons or [*_measured(fitting, found), *_moved(problem, found)]


def _fitting(problem: Problem, found: Solution) -> Fitting:
    base = np.array(found.bases, dtype=np.int64)
    return Fitting(problem, base, problem.travel.rows(base)[0])


def _disruption(fitting: Fitting) -> list[Conflict]:
    """More must move than may, whoever is moved: proven."""
    today = fitting.problem.today
    if today is None or not np.isfinite(today.limit):
        return []
    total, least = float(today.weight[today.territory >= 0].sum()), fitting.least_moved()
    if least <= today.limit + 1e-6 * max(total, 1.0) or not fitting.fits():
        return []
    asked = f"at least {least / total:.1%} of today's weight must move to bring all territories into the band, {today.limit / total:.1%} may"
    return [Conflict("disruption limit and band", asked, f"allow {rounded_up(100 * least / total):.1f}% or a little more, or widen the band")]


def _locks(fitting: Fitting) -> list[Conflict]:
    """Territories whose locked units alone break a band: proven. Released are the fewest units, the heaviest first, and never the base."""
    problem = fitting.problem
    load, given = problem.load.copy(), problem.slots >= 0
    held_at = np.flatnonzero((problem.locked >= 0) & given[problem.locked])
    load[held_at] += problem.drive_load * fitting.hours[held_at, problem.locked[held_at]]
    found: list[tuple[float, Conflict]] = []
    for t in range(problem.territories):
        mine = np.flatnonzero(problem.locked == t)
        held, high = float(load[mine].sum()), float(fitting.high[t, 0])
        if held <= high + TOLERANCE:
            continue
        released = _released(load, mine[mine != problem.slots[t]], held - high)
        widen = f"widen the band to {rounded_up(held / float(problem.sizes[t])):.2f}"
        way = f"release {_list(problem, released)} or {widen}" if released else widen
        culprit = f"what is locked to territory {t + 1} has a load of {held:.2f}, its band ends at {high:.2f}"
        found.append((held - high, Conflict("locks and band", culprit, way)))
    return [conflict for _, conflict in sorted(found, key=lambda at: -at[0])]


def _released(load: F64, locks: Ints, beyond: float) -> list[int]:
    """The fewest units that hold ``beyond``: the heaviest, and of the last the lightest that is enough; none when all are not enough."""
    order = locks[np.argsort(-load[locks], kind="stable")]
    running = np.cumsum(load[order])
    count = int(np.searchsorted(running, beyond - TOLERANCE)) + 1
    if count > len(order):
        return []
    left = beyond - (float(running[count - 2]) if count > 1 else 0.0)
    enough = [int(u) for u in order[count - 1 :].tolist() if load[u] >= left - TOLERANCE]
    return [*order[: count - 1].tolist(), enough[-1]]


def _list(problem: Problem, units: list[int]) -> str:
    names = ", ".join(problem.unit_ids[u] for u in units[:NAMED])
    more = f" and {len(units) - NAMED} more" if len(units) > NAMED else ""
    return f"unit{'s' if len(units) > 1 else ''} {names}{more}"


def _groups(problem: Problem, base: Ints) -> list[Conflict]:
    high = limits_of(problem, base)[1][:, 0]
    found: list[tuple[float, Conflict]] = []
    for group in problem.groups:
        held = float(problem.load[list(group)].sum())
        if held > high.max() + TOLERANCE:
            name = problem.unit_ids[group[0]]
            relaxation = f"part the group or widen the band to {rounded_up(held / float(problem.sizes.max())):.2f}"
            culprit = f"the group of unit {name} has a load of {held:.2f}, a territory holds {high.max():.2f}"
            found.append((held, Conflict("group and band", culprit, relaxation)))
    return [conflict for _, conflict in sorted(found, key=lambda at: -at[0])]


def _islands(problem: Problem) -> list[Conflict]:
    """Parts of the country that no border joins and that no territories within the band can hold: proven."""
    if not problem.contiguous:
        return []
    indptr, indices = problem.neighbours
    graph = csr_array((np.ones(len(indices), dtype=np.int8), indices, indptr), shape=(problem.size, problem.size))
    count, part = connected_components(graph, directed=False)
    if count == 1:
        return []
    given = problem.slots if np.all(problem.slots >= 0) else None
    found: list[tuple[float, Conflict]] = []
    loads = np.bincount(part, weights=problem.load, minlength=count)
    most = problem.territories - np.count_nonzero(loads) + 1  # every other part takes one at least
    for p, load in enumerate(loads.tolist()):
        sizes = np.sort(problem.sizes if given is None else problem.sizes[part[given] == p])
        counts = range(1, most + 1) if given is None else range(len(sizes), len(sizes) + 1)
        if load <= 0:
            continue
        ways = [way for m in counts if (way := _band_for(problem, load, sizes, m)) is not None]
        if len(ways) < len(counts):
            continue
        widen = min(ways)[1] if ways else "base a territory there"
        culprit = f"the land around unit {problem.unit_ids[int(np.flatnonzero(part == p)[0])]} is joined to nothing and has a load of {load:.2f}"
        found.append((load, Conflict("contiguity and band", culprit, f"declare a bridge to it, or {widen}")))
    return [conflict for _, conflict in sorted(found, key=lambda at: at[0])]  # the mainland last


def _band_for(problem: Problem, load: float, sizes: F64, count: int) -> tuple[float, str] | None:
    """How far the band must be widened for ``count`` territories, the smallest or the largest, to hold a load, in words; None when they can."""
    low, high = problem.band
    least, most = float(sizes[:count].sum()), float(sizes[len(sizes) - count :].sum())
    if load > high * most + TOLERANCE and problem.base_capacity is None:
        return load / most - high, f"raise the band's high end to {rounded_up(load / most):.2f}"
    if load < low * least - TOLERANCE and not problem.drive_load:  # driving may fill what work does not
        return low - load / least, f"lower the band to {np.floor(load / least * 100 + 1e-6) / 100:.2f}"
    return None


def _cut_off(fitting: Fitting) -> list[Conflict]:
    """Units locked to a territory that they cannot reach over land that may be its own: proven where bases are given."""
    problem, base = fitting.problem, fitting.base
    if not problem.contiguous:
        return []
    indptr, indices = problem.neighbours
    owner = problem.locked.copy()
    owner[base] = np.arange(len(base))
    lost: list[tuple[int, int]] = []
    for t in np.unique([t for _, t in problem.locks]).tolist():
        may_be = ((owner < 0) | (owner == t)) & fitting.open[:, t]
        reached = np.zeros(problem.size, dtype=np.bool_)
        reached[base[t]] = True
        queue = deque([int(base[t])])
        while queue:
            u = queue.popleft()
            for v in indices[indptr[u] : indptr[u + 1]].tolist():
                if may_be[v] and not reached[v]:
                    reached[v] = True
                    queue.append(v)
        lost += [(u, t) for u, to in problem.locks if to == t and not reached[u]]
    lost.sort(key=lambda pair: -problem.load[pair[0]])
    if not lost:
        return []
    units = [u for u, _ in lost]
    culprit = f"unit {problem.unit_ids[units[0]]} is locked to territory {lost[0][1] + 1}, which no land that may be its own joins it to"
    return [Conflict("locks and contiguity", culprit, f"release {_list(problem, units)}, or declare a bridge")]


def _far(fitting: Fitting) -> list[Conflict]:
    """Units with work that no base reaches in time, and units locked to a base that does not."""
    problem, minutes = fitting.problem, fitting.minutes
    if not np.isfinite(problem.max_minutes):
        return []
    nearest, found = minutes.min(axis=0), []
    far = np.flatnonzero((nearest > problem.max_minutes) & (problem.trips > 0))
    if len(far):
        worst = int(far[np.argmax(nearest[far])])
        culprit = f"{len(far)} units lie beyond {problem.max_minutes:g} minutes of every base, unit {problem.unit_ids[worst]} the furthest"
        found.append(Conflict("maximum drive", culprit, f"allow at least {np.ceil(nearest[worst]):.0f} minutes, or add a base nearer to it"))
    locked = np.array([u for u, t in problem.locks if minutes[t, u] > problem.max_minutes and problem.trips[u] > 0], dtype=np.int64)
    if len(locked):
        driven = minutes[problem.locked[locked], locked]
        order = np.argsort(-driven, kind="stable")
        worst = int(locked[order[0]])
        culprit = f"unit {problem.unit_ids[worst]} is locked to territory {problem.locked[worst] + 1}, {driven.max():.1f} minutes from its base"
        way = f"release {_list(problem, locked[order].tolist())} or allow {np.ceil(driven.max()):.0f} minutes"
        found.append(Conflict("locks and maximum drive", culprit, way))
    return found


def _measured(fitting: Fitting, found: Solution) -> list[Conflict]:
    """Territories out of a band, furthest first, with the least widening that could hold a plan."""
    problem = fitting.problem
    held = holdings(problem, fitting.minutes, found.territory_of)
    low, high = fitting.low, fitting.high
    names = ["the band", *[f"the band of {m.name}" for m in problem.measures]]
    out = np.maximum(held - high, low - held)
    number = _number(fitting, float(held[:, 0].sum())) if problem.absolute else None
    ways = {
        m: number if number and m == 0 else _loosest(fitting, m, names[m], float(out[:, m].max()))
        for m in np.flatnonzero((out > OUT).any(axis=0)).tolist()
    }
    reasons = []
    for t, m in sorted(zip(*np.nonzero(out > OUT), strict=True), key=lambda at: -out[at]):
        unit = problem.unit_ids[found.bases[t]]
        side = f"{held[t, m]:.3f} above {high[t, m]:.3f}" if held[t, m] > high[t, m] else f"{held[t, m]:.3f} below {low[t, m]:.3f}"
        reasons.append(Conflict(names[m], f"the territory based at {unit} has {side}", ways[m]))
    return reasons


def _number(fitting: Fitting, held: float) -> str | None:
    """How many territories the work and driving of a plan are enough for, where they are too little or too much for as many as were asked for."""
    low, high, asked = float(fitting.low[:, 0].sum()), float(fitting.high[:, 0].sum()), fitting.problem.territories
    if low <= held <= high:
        return None
    most, least = int(held / (low / asked)), int(np.ceil(held / (high / asked)))
    need = f"at least {low:.1f}" if held < low else f"at most {high:.1f}"
    number = f"{max(most, 1)} or fewer" if held < low else f"{least} or more"
    return f"work and driving of the plan are {held:.1f} full-time equivalents, {asked} territories in their bands hold {need}: ask for {number}"


def _loosest(fitting: Fitting, measure: int, name: str, out: float) -> str:
    """What to loosen: the constraint without which divisible units would fit, else the band itself, by the least that does."""
    problem = fitting.problem
    if fitting.fits(measure):
        wider = f"widen {name} by up to {rounded_up(out):.2f}"
        if problem.today is not None and np.isfinite(problem.today.limit):
            return f"search longer (--seconds), raise disruption_limit, start from `bailiwick mend`, or {wider}: nothing proves that the limits do"
        return f"search longer (--seconds), or {wider}: single units and borders, not the limits, keep it out"
    way = _widened(fitting, measure, name)
    looser: list[tuple[str, dict[str, object]]] = [
        ("the maximum drive", {"max_minutes": np.inf}), ("the forbidden pairs", {"forbidden": ()}), ("the locks", {"locks": ()}),
    ]  # fmt: skip
    for what, changes in looser:
        if fitting.without(**changes).fits(measure):
            return f"{what} cannot be kept together with {name}: loosen one of them, {way}"
    number = "" if measure or not problem.absolute else " or ask for another number of territories"
    return f"{way}{number}"


def _widened(fitting: Fitting, measure: int, name: str) -> str:
    """The narrowest band that divisible units fit into, in words."""
    found = fitting.widening(measure)
    low, high = fitting.problem.band if measure == 0 else (fitting.problem.measures[measure - 1].low, fitting.problem.measures[measure - 1].high)
    if found is None:
        return "as no width of the band is enough"
    down, up = max(0.0, np.floor((low - found[0]) * 100 + 1e-6) / 100) if found[0] else low, rounded_up(high + found[1]) if found[1] else high
    return f"widen {name} to at least {down:.2f} to {up:.2f}"


def _moved(problem: Problem, found: Solution) -> list[Conflict]:
    today = problem.today
    if today is None or not np.isfinite(today.limit):
        return []
    total, moved = float(today.weight[today.territory >= 0].sum()), moved_of(problem, found.territory_of)
    if moved <= today.limit + 1e-6 * max(total, 1.0):
        return []
    culprit = f"{moved / total:.1%} of today's weight moves, {today.limit / total:.1%} may"
    return [Conflict("disruption limit and band", culprit, f"allow {rounded_up(100 * moved / total):.1f}%, or widen the band")]
