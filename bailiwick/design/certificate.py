"""The bound that stored prices prove. Shares no code with the search, so that anyone can check it."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def bound_from_prices(cost: Array, load: Array, low: float, high: float, prices: Array) -> float:
    """Lagrangian bound, hours a year, on every plan with these bases, contiguous or not.

    cost: hours ``[units, bases]``, over all bases. load: by unit. prices: by base, in hours per unit of load; above 0 where the
    band's upper end presses, below 0 where its lower end does. Any prices give a valid bound:
    sum_u min_b (c_ub + p_b · load_u) - sum_b (p_b · high if p_b > 0 else p_b · low)
    (Geoffrion 1974, doi:10.1007/BFb0120690).
    """
    served = np.min(cost + load[:, None] * prices[None, :], axis=1)
    return float(served.sum() - np.where(prices > 0, prices * high, prices * low).sum())
