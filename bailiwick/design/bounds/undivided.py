"""The bound of given bases that knows what the transport bound does not: units are not cut, and a territory lies in one piece.

Lagrangian relaxation of "every unit is served once": what is left is one knapsack a base, of whole units (Ross & Soland 1975,
doi:10.1007/BF01580430, for the generalised assignment problem) within reach of it. A territory that holds a far unit holds a path to it
too, so that it pays for every unit on the way: that is worth most where a bridge is the only way, and what lies behind it goes as one.
What fillings still hold without a way to it is told to them by prices (``separations``).
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bailiwick.design.bases.size import MANY
from bailiwick.design.borders.fixed import Based
from bailiwick.design.bounds.asking import by_cases
from bailiwick.design.bounds.cases import ByCases, Split
from bailiwick.design.bounds.pricing import Bases, Examined, Listed
from bailiwick.design.bounds.separations import Separations
from bailiwick.design.bounds.turns import Turns
from bailiwick.design.problem import Ints, Problem

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
SWEEPS = 60  # rounds over all bases before everything is examined anew
STEPS = ((2e-2, 3e-4), (3e-3, 1e-4), (1e-3, 3e-5))  # of a usual price: the first and the last of each climb
LONGER, STEPS_MANY = 200, ((2e-2, 3e-4), (5e-3, 2e-4), (3e-3, 1e-4), (1e-3, 3e-5))  # the same of many territories, which gain from more
LITTLE = 1e-6  # gap, as a share of the bound, that is not worth another proof


@dataclass(frozen=True)
class Undivided:
    """A bound, hours a year, and what proves it. price: what serving each unit is worth ``[units]``; entrance: the unit that each goes with,
    itself where it is not bound to go with another ``[units]``: the price of those that go together is that of this one alone.

    reach: hours that getting to a unit may cost at which a territory is taken not to hold it; whole: load from which units are not cut there
    ``[territories]``. apart: units separated from bases, and the prices of that. splits: where cases are told apart, by unit.
    """

    bound: float
    price: F64
    entrance: Ints
    reach: F64
    whole: F64
    apart: Separations
    splits: tuple[Split, ...] = ()


def bound_undivided(based: Based, label: I32, worth: F64 | None = None) -> Undivided | None:
    """A better bound than ``based.bound`` on plans from these bases; None where none was found, or units are
    shared. label: a plan, to know how far there is to go. worth: prices of units that proved one, to begin from.

    The steps depend on the problem, that plan and those prices alone.
    """
    gap = based.objective(label) - based.bound
    if based.problem.parts is not None or not np.isfinite(gap) or gap <= LITTLE * abs(based.bound):
        return None
    bases = Bases(based, gap, label)
    best, near, told = _climbed(bases, label, based.problem, worth)
    if not based.bound < best.bound < np.inf:
        return None
    cases = None if told is None or based.problem.territories <= MANY else by_cases(bases, best, near, *told)
    return proof_of(bases, best, cases)


def _climbed(bases: Bases, label: I32, problem: Problem, worth: F64 | None) -> tuple[Examined, Listed, tuple[Turns, F64] | None]:
    """The best of several climbs, which sets matter to which base there, and how much of each the base serves on average at the end."""
    served, told = label[bases.sets.first], None
    best, listed = bases.examine(bases.first() if worth is None else worth[bases.sets.first])
    now = best
    sweeps, climbs = (LONGER, STEPS_MANY) if problem.territories > MANY else (SWEEPS, STEPS)
    for number, (first, last) in enumerate(climbs, 1):
        if not np.isfinite(now.bound):
            break
        turns = Turns(bases.sets, listed, now.reach, now.whole, bases.slack, now.apart)
        price, apart, mean = turns.climbed(now.price, served, sweeps, first, last)
        told = turns, mean
        now, matter = bases.examine(price, apart)
        best = now if now.bound > best.bound else best
        listed = np.where(matter > 0, matter, listed)
        if number < len(climbs) and problem.contiguous:
            now = replace(now, apart=bases.further(turns, mean, now, listed))
    return best, listed, told


def proof_of(bases: Bases, found: Examined, cases: ByCases | None = None) -> Undivided:
    """What was found, by unit."""
    first, of = bases.sets.first, bases.sets.of
    bound, reach, whole = (found if cases is None else cases).bound, found.reach, found.whole
    splits: tuple[Split, ...] = ()
    if cases is not None:
        reach, whole, splits = cases.reach, cases.whole, tuple(split.named(first) for split in cases.splits)
    return Undivided(bound, bases.by_unit(found.price), first[of], reach, whole, found.apart.paid().named(first), splits)
