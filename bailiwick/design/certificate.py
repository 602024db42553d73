"""The bound a set of prices proves. Shares no code with the search: anyone can check a plan with it."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def bound_from_prices(cost: Array, load: Array, lower: float | Array, upper: float | Array, prices: Array) -> float:
    """Lower bound on the hours of any assignment within the band, whatever the prices (Lagrangian duality).

    cost: hours ``[units, territories]``. load: by unit. lower, upper: load of a territory, or one number for all.
    prices: hours per unit of load by territory, positive where the upper end of the band holds, negative where the lower does.
    """
    cheapest = (cost + load[:, None] * prices[None, :]).min(axis=1).sum()
    return float(cheapest - np.where(prices > 0, prices * upper, prices * lower).sum())
