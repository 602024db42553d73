"""Bases and what they serve answer one another: each base to the middle of what it serves most cheaply, then prices anew.

Location and allocation in turn (Cooper 1964, doi:10.1137/1006005), on divisible units: the bound of the bases falls, and with it what a plan
from them can cost. A search over points cannot see that well where a territory holds few points.
"""

import numpy as np

from bailiwick.design.bases.contract import Points
from bailiwick.design.bases.recentre import recentre
from bailiwick.design.borders.fixed import Based, finely_priced, priced, with_bases
from bailiwick.design.problem import Problem

ROUNDS, GAIN = 3, 0.005  # at most, and share of the bound that a round must gain for another
TRIED = 4  # candidates for each base


def answered(problem: Problem, based: Based, points: Points | None) -> Based:
    """The bases after a few rounds; those that a plan could be cheapest from. They are as they were where none gains."""
    for _ in range(ROUNDS):
        wanted = np.argmin(priced(based), axis=1).astype(np.int32)
        base = recentre(problem, wanted, based.base, TRIED)
        if np.all(base == based.base):
            break
        moved = with_bases(problem, base, based.price, points, finely=False)
        if moved.bound >= based.bound:
            break
        gained = 1.0 - moved.bound / based.bound if based.bound > 0 else 0.0
        based = moved
        if gained < GAIN:
            break
    return finely_priced(based)
