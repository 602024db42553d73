"""A plan back in band by the fewest moves where all of them can be looked at, and by fewer where they cannot."""

import numpy as np
import numpy.typing as npt

from bailiwick.design.borders.fixed import Based
from bailiwick.design.mending.fewest import Answer, Fewest
from bailiwick.design.mending.offers import every

I32 = npt.NDArray[np.int32]
F64 = npt.NDArray[np.float64]
ALL = 50  # pairs of unit and territory up to which all moves are looked at; at 75 a proof can take a minute
NODES, ROUNDS = 500, 40  # of the search of all moves


def fewest_of_all(based: Based, given: I32, label: I32, weight: F64) -> Answer:
    """The fewest of all moves, proven; no answer where the problem is too large for that.

    given: int32 by unit, from which moves are counted. label: the same, with groups and locks as they must be. weight: by unit.
    """
    if based.problem.size * based.problem.territories > ALL:
        return Answer(None, False)
    offer = every(based, given, label, weight)
    return Fewest(based, label, offer).solve(NODES, ROUNDS) if len(offer.unit) else Answer(None, False)
