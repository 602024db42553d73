"""The bound that prices prove: what any plan from these bases must cost at least, contiguous or not."""

import numpy as np
import numpy.typing as npt

from bailiwick.kernels.anneal_fixed import BARRED

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
CHUNK = 2**18  # pairs of a unit and a base at once: what a processor keeps near
DIGITS = 9  # of a price of a unit that is stored


def as_stored(price: F64) -> F64:
    """Prices of units as a plan stores them: what is proven is proven by these."""
    return np.array([float(f"{p:.{DIGITS}g}") for p in price], dtype=np.float64)


def bound_from_prices(cost: F64, load: F64, low: F64 | float, high: F64 | float, prices: F64, drive: float = 0.0, hours: F64 | None = None) -> float:
    """Lagrangian bound, hours a year, on every plan with these bases.

    cost: hours ``[units, bases]``, infinite where barred. load: by unit. low, high: band of each base. prices: by base, in hours per
    unit of load; above 0 where the band's upper end presses, below 0 where its lower end does. drive: load that one hour of driving
    adds to the base that drives it. hours: what is driven ``[units, bases]``, None = all of the cost. Any prices (above -1/drive) give a
    valid bound: sum_u min_b (c_ub + p_b · (drive · h_ub + load_u)) - sum_b (p_b · high if p_b > 0 else p_b · low)
    (Geoffrion 1974, doi:10.1007/BFb0120690).
    """
    driven = np.where(np.isfinite(cost), cost, 0.0) if hours is None else hours
    served = np.min(cost + (drive * driven + load[:, None]) * prices[None, :], axis=1)
    return float(served.sum() - np.where(prices > 0, prices * high, prices * low).sum())


def proven(minutes: F32, trips: F64, load: F64, cost: F32, low: F64, high: F64, prices: F64, drive: float, bonus: F64 | None = None) -> float:
    """``bound_from_prices`` of a whole country, in doubles, a slice of units at a time.

    minutes: float32 ``[bases, units]``. cost: what the search uses ``[units, bases]``, from BARRED on never. bonus: hours gained where
    a unit stays ``[units, bases]``, or None.
    """
    total = bound_from_prices(np.zeros((0, len(prices))), np.zeros(0), low, high, prices)
    nothing = np.zeros(len(prices))
    some = max(CHUNK // len(prices), 1)
    for start in range(0, len(trips), some):
        part = slice(start, start + some)
        hours = minutes[:, part].T.astype(np.float64) * (2.0 * trips[part] / 60.0)[:, None]
        worth = hours.copy() if bonus is None else hours - bonus[part]
        worth[cost[part] >= BARRED] = np.inf
        total += bound_from_prices(worth, load[part], nothing, nothing, prices, drive, hours)
    return total
