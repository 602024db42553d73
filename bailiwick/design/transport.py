"""The transport problem behind a design: units to bases at least cost within the band, units divisible.

Hess et al. 1965 (doi:10.1287/opre.13.6.998) alternate it with recentring; Kalcsics, Nickel & Schröder 2005
(doi:10.1007/BF02578982) survey the family. Solved as a linear program (HiGHS, doi:10.1007/s12532-017-0130-5).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, vstack

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Flow:
    """share: fraction of each unit served by each base ``[units, bases]``. cost: hours. prices: hours per unit of load by base."""

    share: Array
    cost: float
    prices: Array


def transport(cost: Array, load: Array, band: tuple[float, float], *, near: int) -> Flow | None:
    """Least-cost shares of units over their ``near`` cheapest bases; None when these arcs cannot meet the band.

    cost: hours ``[units, bases]``. load: by unit. band: load of each base.
    """
    n, k = cost.shape
    near = min(near, k)
    column = np.argpartition(cost, near - 1, axis=1)[:, :near].ravel() if near < k else np.tile(np.arange(k), n)
    row = np.repeat(np.arange(n), near)
    arcs = np.arange(len(row))
    once = csr_matrix((np.ones(len(row)), (row, arcs)), shape=(n, len(row)))
    held = csr_matrix((load[row], (column, arcs)), shape=(k, len(row)))
    low, high = band
    limits = np.concatenate([np.full(k, high), np.full(k, -low)])
    found = linprog(
        cost[row, column], A_eq=once, b_eq=np.ones(n), A_ub=vstack([held, -held]), b_ub=limits, method="highs-ds"
    )
    if found.x is None:
        return None
    share = np.zeros((n, k))
    share[row, column] = found.x
    marginals = found.ineqlin.marginals
    return Flow(share, float(found.fun), marginals[k:] - marginals[:k])
