"""From a market and what is asked of it to a plan just drawn: searched, proven, and told whether it keeps its limits."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt

from bailiwick.design.clock import Progress
from bailiwick.design.explaining.infeasible import reasons
from bailiwick.design.problem import Problem
from bailiwick.design.ready import compiled
from bailiwick.design.solve import Solution, solve
from bailiwick.market.market import Market
from bailiwick.model.errors import InputError
from bailiwick.model.plan import Plan
from bailiwick.planning import designing, proving
from bailiwick.planning.bridging import bridged
from bailiwick.review.baseline import baseline
from bailiwick.settings import DesignSettings
from bailiwick.team.constraints import Constraints

TOLD = 3  # conflicts in one warning
Say = Callable[[str], None]


@dataclass(frozen=True)
class Search:
    """How a design searches. seconds, seed, gap: None = the project's. iterations, effort, turns: of an earlier plan, to replay it. band: instead of
    the preset's. gap: stop once the plan is proven within that share of the bound of its bases.

    Raises InputError for a number that means nothing.
    """

    seconds: float | None = None
    seed: int | None = None
    iterations: int | None = None
    effort: int | None = None
    turns: tuple[int, ...] | None = None
    band: tuple[float, float] | None = None
    gap: float | None = None
    on_progress: Callable[[Progress], None] | None = None
    stop: Callable[[], bool] | None = None

    def __post_init__(self) -> None:
        if self.seconds is not None and not (self.seconds > 0 and isfinite(self.seconds)):
            raise InputError(f"a design cannot search for {self.seconds:g} seconds; give a number above 0")
        if self.seed is not None and not 0 <= self.seed < 2**63:
            raise InputError(f"{self.seed} cannot be a seed; give a whole number from 0")
        if self.iterations is not None and self.iterations < 0:
            raise InputError(f"{self.iterations} iterations cannot be replayed; give the number that the plan records, from 0")
        if self.effort is not None and self.effort < 1:
            raise InputError(f"an effort of {self.effort} cannot be replayed; give the number that the plan records, from 1")
        if self.turns is not None and any(count < 0 for count in self.turns):
            raise InputError(f"turns of {', '.join(map(str, self.turns))} cannot be replayed; give the numbers that the plan records, from 0")
        if self.band is not None and not (0 <= self.band[0] <= self.band[1] and isfinite(self.band[1]) and self.band[1] > 0):
            given = f"{self.band[0]:g} to {self.band[1]:g}"
            raise InputError(f"a band runs from a low to a high index, both numbers from 0, got {given}; give e.g. 0.85 1.15")
        if self.gap is not None and not (self.gap >= 0 and isfinite(self.gap)):
            raise InputError(f"a design cannot stop at a gap of {100 * self.gap:g}%; give a percentage from 0")

    def stopped(self) -> bool:
        """Whether someone asked for the end."""
        return self.stop is not None and self.stop()


def turns_of(text: str | None) -> tuple[int, ...] | None:
    """Turns as a plan names them, e.g. "12" or "12,3"; raises InputError for anything else."""
    if text is None:
        return None
    try:
        return tuple(int(each) for each in text.split(","))
    except ValueError:
        raise InputError(f"{text!r} are no turns; give the whole numbers that the plan records, e.g. 12 or 12,3") from None


@dataclass(frozen=True)
class Drawn:
    """A plan just drawn, not stored. conflicts: why it is not within its limits, a sentence each. stopped: before its time."""

    plan: Plan
    within_limits: bool
    conflicts: tuple[str, ...]
    stopped: bool

    def to_document(self) -> dict[str, Any]:
        """What `design --json` says beside the scorecard."""
        return {"within_limits": self.within_limits, "conflicts": list(self.conflicts), "stopped": self.stopped}


def drawn(
    name: str,
    made: Market,
    wanted: designing.Asked,
    rules: Constraints,
    today: npt.NDArray[np.int32] | None,
    search: Search,
    defaults: DesignSettings,
    say: Say,
    layer: str | None = None,
    *,
    passing: bool = False,
) -> Drawn:
    """A plan for a market. today: slot by unit, where the rules compare with it; with ``passing`` it cannot be found again, and the plan's
    rules do not hold it to that.
    """
    made, limits = bridged(made, rules.bridges), search.band or made.measures.band
    problem = designing.problem_of(made, wanted, rules, limits, today)
    seed = defaults.seed if search.seed is None else search.seed
    gap = defaults.gap / 100.0 if search.gap is None else search.gap
    for note in designing.notes_of(made, wanted, rules, limits):
        say(f"Note: {note}")
    if not compiled():
        say("Compiling the engine's kernels, once on this machine; this takes up to a minute")
    say(f"Designing {len(wanted.names)} territories over {len(made.units):,} ZIP areas")
    found = solve(
        problem,
        seconds=defaults.seconds if search.seconds is None else search.seconds,
        seed=seed,
        iterations=search.iterations,
        effort=search.effort,
        turns=search.turns,
        on_progress=search.on_progress or (lambda state: say(f"  {state}")),
        stop=search.stop,
        gap=gap,
    )
    kept, broken = _limits(problem, found)
    stopped = search.stopped()
    if stopped and not kept:
        say(f"Warning: {name!r} was stopped before it came within all limits")
    elif not kept:
        say(f"Warning: {name!r} is not within all limits: {'; '.join(broken[:TOLD])}")
    proof, zips = None, made.units.zips.tolist()
    if np.isfinite(found.bound) and not stopped:
        say("Proving how far any choice of bases could be better")
        proof = proving.free_bases(problem, found.territory_of, found.bases, found.duals, zips, lambda: not search.stopped())
    whole = proving.whole_units(problem, found.undivided, zips)
    lasting = rules.compared_with_nothing() if passing else rules
    plan = designing.plan_of(name, made, problem, found, wanted, seed, lasting, limits, layer, proof, whole)
    how = {**({"gap": gap} if gap else {}), **({"stopped": True} if stopped else {})}
    plan = replace(plan, provenance={**plan.provenance, **how})
    return Drawn(plan, kept, broken, search.stopped())


def equal_geography(by: str, name: str, made: Market, count: int) -> Plan:
    """The plan that most companies begin with: territories of equally many ZIPs, accounts or square miles."""
    units, measures, adjacency = made.units, made.measures, made.adjacency
    amounts = {"accounts": measures.accounts, "area": units.area_sq_miles}.get(by, np.ones(len(units)))
    plan = baseline(
        by, units.zips.tolist(), units.lat, units.lon, amounts, measures.trips, adjacency.indptr, adjacency.indices, count, made.roads, name=name
    )
    named = designing.name_territories(units, [units.index_of(t.base_zip) for t in plan.territories])
    return replace(plan, territories=named, provenance=designing.provenance(made, str(plan.provenance["method"]), 0, 0))


def _limits(problem: Problem, found: Solution) -> tuple[bool, tuple[str, ...]]:
    """Whether a solution is within every limit, and a sentence for each reason why not."""
    if not found.broken:  # counted anew from the plan: the search itself is a hair stricter
        return True, ()
    return False, tuple(dict.fromkeys((*found.broken, *reasons(problem, found))))
