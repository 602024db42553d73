"""Borders settled by annealing: unit moves that keep territories connected, hours against load outside the band.

Kirkpatrick, Gelatt & Vecchi 1983 (doi:10.1126/science.220.4598.671). The schedule counts moves, not seconds, and starts from
a fixed state: the same start gives the same map.
"""

import numpy as np
import numpy.typing as npt

from bailiwick.design.problem import Problem
from bailiwick.kernels.anneal import anneal

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
COOLINGS, SWEEPS = 24, 10
WARM, COLD, LAST = 0.3, 1e-3, 4  # temperatures in prices of a mean unit; the last rounds only go downhill
PENALTY = 4.0
STATE = 88_172_645_463_325_252


def settle_borders(problem: Problem, bases: Ints, label: Ints, cost: Array, band: tuple[float, float], price: float) -> Ints:
    """Territory of every unit after annealing; bases stay, every territory stays in one piece.

    label: connected start. cost: hours ``[units, territories]``. price: hours per unit of load, the scale of the prices.
    """
    indptr, indices = problem.indptr.astype(np.int32), problem.indices.astype(np.int32)
    if len(bases) < 2 or not len(indices):
        return label
    source = np.repeat(np.arange(problem.n, dtype=np.int32), np.diff(indptr))
    held = np.zeros(problem.n, dtype=np.bool_)
    held[bases] = True
    t_of = label.astype(np.int32)
    loads = np.bincount(label, weights=problem.load, minlength=len(bases))
    low, high = (np.full(len(bases), end) for end in band)
    state = STATE
    scale = price * float(problem.load[problem.load > 0].mean())
    for i in range(COOLINGS + LAST):
        warmth = scale * WARM * (COLD / WARM) ** (i / (COOLINGS - 1)) if i < COOLINGS else 0.0
        state, _ = anneal(indptr, indices, source, cost, problem.load, low, high, bases, held, t_of, loads,
                          PENALTY * price, warmth, SWEEPS * len(indices), state)
    return t_of.astype(np.int64)
