"""Why a plan is not within its limits: which constraints conflict, the heaviest culprit, and the smallest relaxation that works."""

from collections import deque

import numpy as np
import numpy.typing as npt

from bailiwick.design.explaining.conflict import Conflict, listed
from bailiwick.design.explaining.crowded import dead_ends, grouped, locked, nowhere
from bailiwick.design.explaining.fitting import Fitting
from bailiwick.design.explaining.remedies import Remedy, digits_of, remedy_of, share_up
from bailiwick.design.problem import TOLERANCE, Problem, rounded_up
from bailiwick.design.problem.joining import parts_of, way_into
from bailiwick.design.problem.limits import holdings, moved_of
from bailiwick.design.solve import Solution

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
UNEXPLAINED = "search longer (--seconds), or ask for another number of territories"
OUT = 1e-7


def reasons(problem: Problem, found: Solution) -> tuple[str, ...]:
    """Why a solution is out of its limits, a sentence each: a proof that none is within, what conflicts, else what is broken."""
    fitting = _fitting(problem, found)
    remedy = remedy_of(fitting)
    none = impossible(problem, found) or (remedy is not None and not remedy.fits)
    proof = ("no plan from these bases keeps the limits (proven)",) if none else ()
    said = tuple(str(conflict) for conflict in _conflicts(fitting, found, remedy))
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
    fitting = _fitting(problem, found)
    return _conflicts(fitting, found, remedy_of(fitting))


def _conflicts(fitting: Fitting, found: Solution, remedy: Remedy | None) -> list[Conflict]:
    problem = fitting.problem
    shut = nowhere(problem)
    if shut:
        return shut  # nothing else can be kept before this is
    reasons = [
        *_disruption(fitting), *locked(fitting), *grouped(fitting), *_islands(problem), *dead_ends(problem), *_cut_off(fitting), *_far(fitting),
    ]  # fmt: skip
    if reasons and remedy is not None and not remedy.fits:
        return [reasons[0], Conflict("all limits together", "the limits cannot be kept together", remedy.way), *reasons[1:]]
    measured = _measured(fitting, found, remedy)
    moved = [] if measured and remedy is not None and not remedy.fits else _moved(problem, found, remedy)  # the same way out is said once
    return reasons or [*measured, *moved] or _apart(remedy, found)


def _apart(remedy: Remedy | None, found: Solution) -> list[Conflict]:
    """Nothing else is wrong: borders alone keep whole units from their places."""
    if remedy is None or not remedy.fits or not found.broken:
        return []
    way = "whole units could keep all limits but contiguity: search longer (--seconds), or declare a bridge"
    return [Conflict("contiguity", found.broken[0], way)]


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
    if np.array_equal(today.weight, np.rint(today.weight)):  # whole accounts move
        least = float(np.ceil(least - 1e-6 * max(total, 1.0)))
    asked = f"at least {share_up(least, total)} of today's weight must move to bring all territories into the band, {today.limit / total:.1%} may"
    return [Conflict("disruption limit and band", asked, f"allow at least {share_up(least, total)} (a lower bound), or widen the band")]


def _islands(problem: Problem) -> list[Conflict]:
    """Parts of the country that no border joins and that no territories within the band can hold: proven."""
    if not problem.contiguous:
        return []
    count, part = parts_of(problem)
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
        found.append((load, Conflict("contiguity and band", culprit, f"{way_into(problem, part == p)}, or {widen}")))
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
    land: dict[int, tuple[Flags, Flags]] = {}
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
        land[t] = (reached, may_be)
    lost.sort(key=lambda pair: -problem.load[pair[0]])
    if not lost:
        return []
    units = [u for u, _ in lost]
    culprit = f"unit {problem.unit_ids[units[0]]} is locked to territory {lost[0][1] + 1}, which no land that may be its own joins it to"
    reached, may_be = land[lost[0][1]]
    return [Conflict("locks and contiguity", culprit, f"release {listed(problem, units)}, or {way_into(problem, reached, may_be)}")]


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
        way = f"allow at least {np.ceil(nearest[worst]):.0f} minutes (a least value: the band may need more), or add a base nearer to it"
        found.append(Conflict("maximum drive", culprit, way))
    locked = np.array([u for u, t in problem.locks if minutes[t, u] > problem.max_minutes and problem.trips[u] > 0], dtype=np.int64)
    if len(locked):
        driven = minutes[problem.locked[locked], locked]
        order = np.argsort(-driven, kind="stable")
        worst = int(locked[order[0]])
        culprit = f"unit {problem.unit_ids[worst]} is locked to territory {problem.locked[worst] + 1}, {driven.max():.1f} minutes from its base"
        way = f"release {listed(problem, locked[order].tolist())} or allow at least {np.ceil(driven.max()):.0f} minutes"
        found.append(Conflict("locks and maximum drive", culprit, way))
    return found


def _measured(fitting: Fitting, found: Solution, remedy: Remedy | None) -> list[Conflict]:
    """Territories out of a band, furthest first, with the least widening that could hold a plan."""
    problem = fitting.problem
    held = holdings(problem, fitting.minutes, found.territory_of)
    low, high = fitting.low, fitting.high
    names = ["the band", *[f"the band of {m.name}" for m in problem.measures]]
    out = np.maximum(held - high, low - held)
    number = _number(fitting, float(held[:, 0].sum())) if problem.absolute else None
    exact = remedy is not None and not remedy.fits
    if number and exact:
        assert remedy is not None
        number = f"{number}; {remedy.way}"
    ways = {
        m: number if number and m == 0 else _loosest(fitting, m, names[m], float(out[:, m].max()), remedy)
        for m in np.flatnonzero((out > OUT).any(axis=0)).tolist()
    }
    reasons: list[Conflict] = []
    for t, m in sorted(zip(*np.nonzero(out > OUT), strict=True), key=lambda at: -out[at]):
        if exact and any(said.constraint == names[m] for said in reasons):  # one way out for all of them
            continue
        unit = problem.unit_ids[found.bases[t]]
        side = f"{held[t, m]:.3f} above {high[t, m]:.3f}" if held[t, m] > high[t, m] else f"{held[t, m]:.3f} below {low[t, m]:.3f}"
        reasons.append(Conflict(names[m], f"the territory based at {unit} has {side}", ways[m]))
    return reasons


def _number(fitting: Fitting, held: float) -> str | None:
    """How many territories the work and driving of a plan are enough for, where they are too little or too much for as many as were asked for."""
    problem = fitting.problem
    low, high, asked = float(fitting.low[:, 0].sum()), float(fitting.high[:, 0].sum()), problem.territories
    if low <= held <= high:
        return None
    digits, end = _apart_at(held, low if held < low else high), "least" if held < low else "most"
    most, least = int(held / (low / asked)) if low else asked, int(np.ceil(held / (high / asked)))
    if held >= low:
        way = f"ask for {least} or more"
    elif most >= 1:
        way = f"ask for {most} or fewer, or lower the band"
    else:  # less than one territory must hold
        way = f"no number of territories fits: lower the band to at most {_down(held / float(problem.sizes.max())):g}"
    hold = f"{asked} territor{'y in its band holds' if asked == 1 else 'ies in their bands hold'} at {end} {low if held < low else high:.{digits}f}"
    return f"work and driving of the plan are {held:.{digits}f} full-time equivalents, {hold}: {way}"


def _apart_at(one: float, other: float) -> int:
    """Digits at which two numbers look different, two at least."""
    return next((digits for digits in range(2, 9) if f"{one:.{digits}f}" != f"{other:.{digits}f}"), 9)


def _down(value: float) -> float:
    """Two leading digits of a number, downwards."""
    step = 10.0 ** (np.floor(np.log10(max(value, 1e-9))) - 1)
    return float(np.floor(value / step + 1e-6) * step)


def _loosest(fitting: Fitting, measure: int, name: str, out: float, remedy: Remedy | None) -> str:
    """What to loosen: exactly where that is known, else the constraint without which divisible units would fit, else the band itself."""
    problem = fitting.problem
    if remedy is not None:
        fits = f"whole units can keep all limits{' but contiguity' * problem.contiguous} from these bases"
        return f"search longer (--seconds), or widen {name} by up to {rounded_up(out):.2f}: {fits}" if remedy.fits else remedy.way
    heaviest, scarce = _undivided(fitting, measure)
    low, high = _ends(problem, measure)
    whole = heaviest <= high + TOLERANCE and not (scarce and low > 0)
    if fitting.fits(measure) and whole:
        wider = f"widen {name} by up to {rounded_up(out):.2f}"
        if problem.today is not None and np.isfinite(problem.today.limit):
            return f"search longer (--seconds), raise disruption_limit, start from `bailiwick mend`, or {wider}: nothing proves that the limits do"
        return f"search longer (--seconds), or {wider}: divisible units would fit, nothing proves that the limits keep it out"
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
    """The narrowest band that divisible units fit into, and a unit that cannot be divided with them, in words."""
    problem, found = fitting.problem, fitting.widening(measure)
    low, high = _ends(problem, measure)
    if found is None:
        return "as no width of the band is enough"
    heaviest, scarce = _undivided(fitting, measure)
    step, digits = 10.0 ** -digits_of(high), digits_of(high)
    down = max(0.0, np.floor((low - found[0]) / step + 1e-6) * step) if found[0] else low
    up = np.ceil((high + found[1]) / step - 1e-6) * step if found[1] else high
    down, up = 0.0 if scarce else down, max(up, np.ceil(heaviest / step - 1e-6) * step if heaviest > up else up)
    return f"widen {name} to at least {down:.{digits}f} to {up:.{digits}f}"


def _ends(problem: Problem, measure: int) -> tuple[float, float]:
    return problem.band if measure == 0 else (problem.measures[measure - 1].low, problem.measures[measure - 1].high)


def _undivided(fitting: Fitting, measure: int) -> tuple[float, bool]:
    """The largest amount that must lie in one territory, and whether there are fewer such amounts than territories, so that one holds none."""
    problem = fitting.problem
    amount = problem.amounts[:, measure]
    grouped = np.zeros(problem.size, dtype=np.bool_)
    for group in problem.groups:
        grouped[list(group)] = True
    pieces = np.array([*(amount[list(group)].sum() for group in problem.groups), *amount[~grouped]])
    largest = float(problem.sizes.max()) if measure == 0 else 1.0
    drives = measure == 0 and problem.drive_load > 0
    return float(pieces.max()) / largest, not drives and int(np.count_nonzero(pieces > 0)) < problem.territories


def _moved(problem: Problem, found: Solution, remedy: Remedy | None) -> list[Conflict]:
    today = problem.today
    if today is None or not np.isfinite(today.limit):
        return []
    total, moved = float(today.weight[today.territory >= 0].sum()), moved_of(problem, found.territory_of)
    if moved <= today.limit + 1e-6 * max(total, 1.0):
        return []
    culprit = f"{moved / total:.1%} of today's weight moves, {today.limit / total:.1%} may"
    way = remedy.way if remedy is not None and not remedy.fits else f"allow {share_up(moved, total)}, which this plan moves, or widen the band"
    return [Conflict("disruption limit and band", culprit, way)]
