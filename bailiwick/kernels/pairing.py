"""What is open in part made whole: between two places at a time, those between which least has to move."""

import numpy as np
import numpy.typing as npt
from numba import njit

F64 = npt.NDArray[np.float64]
LITTLE = 1e-6  # of a base, that is none; what lacks no more is whole


@njit(cache=True, nogil=True)
def paired(share: F64, travel: F64) -> None:
    """Move what is open ``[n]`` between places until at most one is open in part, in place; as much is open in all as before.

    Of two places the one that is open more is filled from the other, or takes all of it. Dependent rounding (Srinivasan 2001,
    doi:10.1109/SFCS.2001.959935) without chance: the pair is next for which the square of what moves, times minutes ``[n, n]``, is least, so that
    each neighbourhood keeps as much as it had, to less than a base, and what is left over in one goes to the next only once all within have met.
    """
    n = len(share)
    mate, least = np.full(n, -1), np.full(n, np.inf)
    stale = np.ones(n, np.bool_)
    while True:
        first, best = -1, np.inf
        for i in range(n):
            if not LITTLE < share[i] < 1.0 - LITTLE:
                continue
            if stale[i] or stale[mate[i]]:
                mate[i], least[i] = -1, np.inf
                for j in range(n):
                    if j != i and LITTLE < share[j] < 1.0 - LITTLE:
                        moved = min(share[i], share[j], 1.0 - share[i], 1.0 - share[j])
                        if moved * moved * travel[i, j] < least[i]:
                            mate[i], least[i] = j, moved * moved * travel[i, j]
            if least[i] < best:
                first, best = i, least[i]
        if first < 0:
            return
        stale[:] = False
        more, less = (first, mate[first]) if share[first] >= share[mate[first]] else (mate[first], first)
        moved = min(share[less], 1.0 - share[more])
        share[more] += moved
        share[less] -= moved
        stale[more], stale[less] = True, True
