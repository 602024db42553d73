"""Prices of load that lead divisible units into the band: the dual of the transport problem, solved by Newton's method.

The dual is smoothed (soft minimum over the near bases, rounded corners at price 0) and the smoothing lowered step by step; each
level starts from the prices of the last (Nesterov 2005, doi:10.1007/s10107-004-0552-5). Any prices prove a bound; good ones a tight one.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import LinAlgError, solve

from bailiwick.kernels import prices as kernel

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
NEAR = 16
HEATS = (0.3, 0.1, 0.03, 0.01, 0.003, 0.001)
STEPS = 25
CHUNK = 4_096


@dataclass(frozen=True)
class Transport:
    """Divisible units and the bases that may serve them.

    cost: float32 ``[n, k]`` hours a year. weight: load ``[n]``. low, high: band of each base ``[k]``. drive: load per hour driven.
    """

    cost: F32
    weight: F64
    low: F64
    high: F64
    drive: float = 0.0

    def allowed(self, price: F64) -> F64:
        """Prices with which the bound holds: a subsidy must not make driving pay for itself."""
        return np.maximum(price, -0.999 / self.drive) if self.drive > 0 else price


def price_loads(transport: Transport, start: F64 | None = None, *, heats: tuple[float, ...] = HEATS) -> F64:
    """Prices ``[k]`` in hours per unit of load, near the best of the dual; ``start``: prices of a like problem."""
    k = transport.cost.shape[1]
    price = np.zeros(k) if start is None else start.copy()
    if k == 1:
        return price
    filled = transport.weight > 0
    cost, weight = transport.cost[filled], transport.weight[filled]
    unit = float(np.mean(cost.min(axis=1))) if len(weight) else 0.0
    if unit <= 0:
        return price
    level = unit / float(weight.mean())
    best, worth = price, _worth(transport, cost, weight, price)
    for heat in heats:
        near = _near(cost, weight, price, transport.drive)
        price = _newton(transport, near, np.take_along_axis(cost, near, axis=1), weight, price, heat * unit, heat * level)
        found = _worth(transport, cost, weight, price)
        if found >= worth:
            best, worth = price, found
        elif found < worth - abs(worth):  # the far bases that were left out have come near: begin again from what is known
            price = best.copy()
    return best


def _worth(t: Transport, cost: F32, weight: F64, price: F64) -> float:
    """The bound that prices prove, in the precision of the search."""
    factor = (1.0 + t.drive * price).astype(np.float32)
    served = 0.0
    for start in range(0, len(weight), CHUNK):
        part = slice(start, start + CHUNK)
        served += float((cost[part] * factor + (weight[part, None] * price).astype(np.float32)).min(axis=1).sum(dtype=np.float64))
    return served - float(np.where(price > 0, price * t.high, price * t.low).sum())


def _near(cost: F32, weight: F64, price: F64, drive: float) -> I32:
    k = cost.shape[1]
    if k <= NEAR:
        return np.ascontiguousarray(np.broadcast_to(np.arange(k, dtype=np.int32), cost.shape))
    reduced = cost * (1.0 + drive * price).astype(np.float32) + (weight[:, None] * price).astype(np.float32)
    return np.argpartition(reduced, NEAR, axis=1)[:, :NEAR].astype(np.int32)


def _newton(t: Transport, near: I32, cost: F32, weight: F64, price: F64, heat: float, corner: float) -> F64:
    k = len(price)
    load, curve = np.empty(k), np.empty((k, k))
    middle, half = (t.low + t.high) / 2, (t.high - t.low) / 2

    def value(p: F64) -> float:
        served = kernel.smoothed(near, cost, weight, p, t.drive, heat, load, curve)
        return float(served - (middle * p + half * np.sqrt(p * p + corner * corner)).sum())

    now = value(price)
    for _ in range(STEPS):
        root = np.sqrt(price * price + corner * corner)
        gradient = load - middle - half * price / root
        if float(np.abs(gradient).max()) < 1e-3:
            break
        matrix = curve + np.diag(half * corner * corner / root**3 + 1e-9 * (1.0 + curve.diagonal()))
        try:
            step = solve(matrix, gradient, assume_a="pos", check_finite=False)
        except LinAlgError:
            break
        before = now
        for shrink in range(14):
            trial = price + step * 0.5**shrink
            now = value(trial)
            if now > before:
                break
        else:
            value(price)
            break
        price = trial
        if now - before < 1e-7 * abs(now):
            break
    return price
