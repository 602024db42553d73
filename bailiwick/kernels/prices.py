"""The dual of dividing divisible units among bases within a band: value, loads and curvature at given prices."""

import numpy as np
import numpy.typing as npt
from numba import njit

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]

REACH = 20.0  # bases this many heats above the cheapest share nothing worth counting


@njit(cache=True, nogil=True)
def smoothed(near: I32, cost: F32, driven: F32, weight: F64, price: F64, drive: float, heat: float, load: F64, curve: F64) -> float:
    """Sum over units of the soft minimum of ``cost + (drive * driven + weight) * price`` over the near bases.

    near: int32 ``[n, m]`` bases of each unit; cost, driven: float32 ``[n, m]``. Fills ``load`` ``[k]`` (the gradient: expected load of
    each base, driving included) and ``curve`` ``[k, k]`` (minus the second derivative). heat: smoothing in units of cost.
    """
    n, width = near.shape
    load[:] = 0.0
    curve[:, :] = 0.0
    total = 0.0
    value = np.empty(width)
    used = np.empty(width, np.int64)
    share = np.empty(width)
    push = np.empty(width)
    for i in range(n):
        if weight[i] <= 0.0:
            continue
        least = np.inf
        for p in range(width):
            j = near[i, p]
            value[p] = cost[i, p] + (drive * driven[i, p] + weight[i]) * price[j]
            if value[p] < least:
                least = value[p]
        count = 0
        whole = 0.0
        for p in range(width):
            if value[p] <= least + REACH * heat:
                share[count] = np.exp((least - value[p]) / heat)
                used[count] = near[i, p]
                push[count] = weight[i] + drive * driven[i, p]
                whole += share[count]
                count += 1
        total += least - heat * np.log(whole)
        for p in range(count):
            s = share[p] / whole
            load[used[p]] += s * push[p]
            curve[used[p], used[p]] += s * push[p] * push[p] / heat
            for q in range(count):
                curve[used[p], used[q]] -= s * (share[q] / whole) * push[p] * push[q] / heat
    return total

