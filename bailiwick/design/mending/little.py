"""Where little may move a plan begins from today's territories, mended: bases chosen as if all could move would lead away from them."""

import numpy as np
import numpy.typing as npt

from bailiwick.design.bases.placing import standing
from bailiwick.design.borders.fixed import as_today, with_bases
from bailiwick.design.mending.mend import mend
from bailiwick.design.problem import Ints, Problem
from bailiwick.design.problem.limits import broken
from bailiwick.model.errors import InfeasibleError, InputError

I32 = npt.NDArray[np.int32]
LITTLE = 0.1  # share of the weight that may move, up to which it is little


def from_today(problem: Problem) -> tuple[Ints, I32] | None:
    """Today's bases and its territories brought within all limits by few moves.

    None where more than a little may move, or no such moves were found: a search from other bases can still find a plan then.
    """
    today = problem.today
    if today is None or not today.limit <= LITTLE * float(today.weight.sum()):
        return None
    begun = standing(problem)
    if begun is None:
        return None
    base, label = begun
    based = with_bases(problem, base)
    try:
        changed = mend(based, as_today(based, label), today.weight, quick=True)
    except (InfeasibleError, InputError):  # today's territories are in pieces, or two of them have no place of their own
        return None
    return None if broken(problem, base, based.minutes, changed.territory_of) else (base, changed.territory_of)
