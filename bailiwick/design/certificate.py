"""The bound a set of prices proves. Shares no code with the search: anyone can check a plan with it."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def bound_from_prices(cost_rows: Array, load: Array, lower: Array, upper: Array, prices: Array) -> float:
    """Lower bound on the cost of any assignment within the bands, whatever the prices (Lagrangian duality).

    cost_rows: ``[T, n]`` hours. load: ``[n]``. lower, upper: ``[T]`` load. prices: ``[T]`` hours per unit of load, positive where
    the upper end of the band holds, negative where the lower end does.
    """
    best = np.full(cost_rows.shape[1], np.inf)
    for row, price in zip(cost_rows, prices, strict=True):
        np.minimum(best, row + price * load, out=best)
    return float(best.sum() - np.sum(np.where(prices > 0, prices * upper, prices * lower)))
