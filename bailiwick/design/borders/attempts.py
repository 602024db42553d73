"""The same change of a plan tried several times side by side, by other numbers; the best of them is kept if it is better than the plan."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from bailiwick.design.borders.fixed import Settling
from bailiwick.kernels.chance import generator

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
U64 = npt.NDArray[np.uint64]
TEAM = 2  # side by side, whatever the machine: the same plan everywhere
DEAR = 2.0  # times the seconds of a proposal elsewhere that one of an attempt takes: its neighbourhood is wide
Attempt = Callable[[I32, I32, I32, U64], tuple[int, F64]]


def attempted(settling: Settling, rng: np.random.Generator, attempt: Attempt) -> tuple[float, I32]:
    """How many proposals elsewhere take as long as the attempts did, and the territories that changed: none where none was better than the plan.

    attempt: changes labels in place where that is better, given those, room for numbers of territories and of units, all -1, and a state;
    returns the proposals it took and by how much less is outside and how many hours it saved ``[2]``.
    """
    best, count = settling.best_label, settling.problem.territories
    labels = [best.copy() for _ in range(TEAM)]
    states = [generator(int(seed)) for seed in rng.integers(1, 2**62, TEAM)]

    def one(number: int) -> tuple[int, tuple[float, float]]:
        slot, at = np.full(count, -1, dtype=np.int32), np.full(len(best), -1, dtype=np.int32)
        took, saved = attempt(labels[number], slot, at, states[number])
        return int(took), (float(saved[0]), float(saved[1]))

    with ThreadPoolExecutor(TEAM) as pool:
        tried = list(pool.map(one, range(TEAM)))
    took = DEAR * sum(each for each, _ in tried)
    number = max(range(TEAM), key=lambda each: tried[each][1])
    if tried[number][1] <= (0.0, 0.0):
        return took, best[:0]
    differ = best != labels[number]
    changed = np.unique(np.concatenate([best[differ], labels[number][differ]]))
    best[:] = labels[number]
    settling.assess_best()
    return took, changed
