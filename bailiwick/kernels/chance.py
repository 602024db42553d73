"""Random numbers inside kernels, from generators that threads draw from side by side."""

import numpy as np
import numpy.typing as npt

from bailiwick.kernels.compiled import uncounted

U64 = npt.NDArray[np.uint64]
APART = 16  # numbers of a state, of which the first counts: states of two threads in one cache line take each other three times as long


def generator(seed: int) -> U64:
    """State of a generator, for ``uniform``; seed: not 0."""
    state = np.zeros(APART, dtype=np.uint64)
    state[0] = seed
    return state


@uncounted
def uniform(state: U64) -> float:
    """Next number in [0, 1) of an xorshift64* generator (Vigna 2016, doi:10.1145/2845077); ``state[0]`` is not 0, and changes."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return float((x * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0
