"""What would bring a plan from its bases within its limits, in words: found exactly where a problem is small."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

import numpy as np

from bailiwick.design.explaining.exact import DRIVE, MOVED, Exact, Least, small, step_of
from bailiwick.design.explaining.fitting import Fitting
from bailiwick.design.problem import Problem

SECONDS = 5.0  # of all questions together


@dataclass(frozen=True)
class Remedy:
    """fits: whether whole units can keep every limit, contiguity aside; else ``way``: the least that one limit, or all, must give."""

    fits: bool
    way: str = ""


def remedy_of(fitting: Fitting) -> Remedy | None:
    """The exact answer for a small problem; None for others, and where time ends first."""
    if not small(fitting.problem):
        return None
    exact = Exact(fitting, monotonic() + SECONDS)
    found = exact.least()
    if found is None:
        return None
    if found is not False:
        return Remedy(True)
    ways = _ways(fitting, exact)
    return Remedy(False, ways) if ways else None


def _ways(fitting: Fitting, exact: Exact) -> str:
    problem = fitting.problem
    giving = [*range(1 + len(problem.measures))]
    if np.isfinite(problem.max_minutes):
        giving.append(DRIVE)
    if problem.today is not None and np.isfinite(problem.today.limit):
        giving.append(MOVED)
    alone = [(exact.least([limit]), limit) for limit in giving]
    ways = [_words(problem, found) for found, _ in alone if isinstance(found, Least)]
    ways += _without(fitting, exact.until)
    if not ways and not any(found is None for found, _ in alone) and len(giving) > 1:
        found = exact.least(giving)
        ways = [f"no one limit is enough: {_words(problem, found)}"] if isinstance(found, Least) else []
    if not ways:
        return ""
    aside = " (contiguity aside, which may ask for more)" if problem.contiguous else ""
    return f"the least that whole units from these bases need{aside}, a little more being found sooner: {', or '.join(ways)}"


def _without(fitting: Fitting, until: float) -> list[str]:
    """Rules without which the limits can be kept."""
    problem = fitting.problem
    rules: Sequence[tuple[str, dict[str, object], bool]] = (
        ("loosen the forbidden pairs", {"forbidden": ()}, bool(problem.forbidden)),
        ("release locks", {"locks": ()}, bool(problem.locks)),
        ("part a group", {"groups": ()}, bool(problem.groups)),
    )
    found = [(said, Exact(fitting.without(**change), until).least()) for said, change, given in rules if given]
    return [said for said, least in found if isinstance(least, Least)]


def _words(problem: Problem, least: Least) -> str:
    said = []
    for m, (low, high) in least.bands.items():
        band = problem.band if m == 0 else (problem.measures[m - 1].low, problem.measures[m - 1].high)
        name, digits = "the band" if m == 0 else f"the band of {problem.measures[m - 1].name}", digits_of(band[1])
        if low < band[0] or high > band[1]:
            said.append(f"widen {name} to {low:.{digits}f} to {high:.{digits}f}")
    if least.minutes is not None and least.minutes > problem.max_minutes:
        said.append(f"allow {least.minutes:.0f} minutes")
    today = problem.today
    if least.moved is not None and today is not None and least.moved > today.limit:
        said.append(f"allow {share_up(least.moved, float(today.weight[today.territory >= 0].sum()))} of today's weight to move")
    return " and ".join(said)


def digits_of(high: float) -> int:
    """Digits that an end of a band near ``high`` is said in."""
    return round(-float(np.log10(step_of(high))))


def share_up(part: float, whole: float) -> str:
    """A share in percent, upwards: a limit that is said must be wide enough."""
    return f"{np.ceil(1000 * part / whole - 1e-6) / 10:.1f}%"
