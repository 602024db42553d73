"""Prices of load that lead divisible units into the band: the dual of the transport problem, solved by Newton's method.

The dual is smoothed (soft minimum over the near bases, rounded corners at price 0) and the smoothing lowered step by step; each
level starts from the prices of the last (Nesterov 2005, doi:10.1007/s10107-004-0552-5). Any prices prove a bound; good ones a tight one.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array
from scipy.sparse.linalg import splu

from bailiwick.kernels import prices as kernel

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
Half = tuple[I32, F32, F32, F64, F64, F64]
NEAR = 16
HEATS = (0.3, 0.1, 0.03, 0.01, 0.003, 0.001)
WARM_HEATS = HEATS[-3:]  # from prices of a like problem
STEPS, SHRUNK = 25, 14  # of one smoothing, and halvings of a step at most
CHUNK = 2_048
THREADS = 2


@dataclass(frozen=True)
class Transport:
    """Divisible units and the bases that may serve them.

    cost: float32 ``[n, k]`` hours a year. weight: load ``[n]``. low, high: band of each base ``[k]``. drive: load per hour driven.
    driven: hours of the cost that are driven ``[n, k]``; None = all of it.
    """

    cost: F32
    weight: F64
    low: F64
    high: F64
    drive: float = 0.0
    driven: F32 | None = None

    @property
    def hours(self) -> F32:
        """What is driven ``[n, k]``."""
        return self.cost if self.driven is None else self.driven

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
    hours = cost if transport.driven is None else transport.driven[filled]
    unit = float(np.mean(hours.min(axis=1))) if len(weight) else 0.0
    if unit <= 0:
        return price
    level = unit / float(weight.mean())
    best, worth = price, _worth(transport, cost, hours, weight, price)
    with ThreadPoolExecutor(THREADS) as pool:
        for heat in heats:
            soft = _Soft(transport, cost, hours, weight, price, heat * unit, heat * level, pool)
            price = _newton(soft, price)
            found = _worth(transport, cost, hours, weight, price)
            if found >= worth:
                best, worth = price, found
            elif found < worth - abs(worth):  # the far bases that were left out have come near: begin again from what is known
                price = best.copy()
    return best


def _worth(t: Transport, cost: F32, hours: F32, weight: F64, price: F64) -> float:
    """The bound that prices prove, in the precision of the search."""
    served = 0.0
    for start in range(0, len(weight), CHUNK):
        part = slice(start, start + CHUNK)
        served += float(_reduced(cost[part], hours[part], weight[part], price, t.drive).min(axis=1).sum(dtype=np.float64))
    return served - float(np.where(price > 0, price * t.high, price * t.low).sum())


def _reduced(cost: F32, hours: F32, weight: F64, price: F64, drive: float) -> F32:
    """Costs with the prices of load in them."""
    load = weight[:, None] * price
    if drive > 0:
        return np.asarray(cost + (load + hours * (drive * price)).astype(np.float32))
    return np.asarray(cost + load.astype(np.float32))


def _near(cost: F32, hours: F32, weight: F64, price: F64, drive: float) -> I32:
    """The bases that serve each unit most cheaply at these prices ``[n, NEAR]``, some units at a time."""
    near = np.empty((len(weight), NEAR), dtype=np.int32)
    for start in range(0, len(weight), CHUNK):
        part = slice(start, start + CHUNK)
        near[part] = np.argpartition(_reduced(cost[part], hours[part], weight[part], price, drive), NEAR, axis=1)[:, :NEAR]
    return near


class _Soft:
    """The smoothed dual over the bases near each unit at the prices it begins with, in halves side by side."""

    def __init__(
        self, transport: Transport, cost: F32, hours: F32, weight: F64, price: F64, heat: float, corner: float, pool: ThreadPoolExecutor
    ) -> None:
        self.heat, self.corner, self.drive, self._pool = heat, corner, transport.drive, pool
        self.middle, self.half = (transport.low + transport.high) / 2, (transport.high - transport.low) / 2
        k, ends = len(price), np.linspace(0, len(weight), THREADS + 1).astype(np.int64)
        self.load, self.curve = np.empty(k), np.empty((k, k))

        def part(first: int, last: int) -> Half:
            some, lasting = cost[first:last], hours[first:last]
            if k <= NEAR:
                near = np.ascontiguousarray(np.broadcast_to(np.arange(k, dtype=np.int32), some.shape))
            else:
                near = _near(some, lasting, weight[first:last], price, transport.drive)
            dear = np.take_along_axis(some, near, axis=1)
            driven = dear if transport.driven is None else np.take_along_axis(lasting, near, axis=1)
            return near, dear, driven, weight[first:last], np.empty(k), np.empty((k, k))

        self._parts = list(pool.map(part, ends[:-1].tolist(), ends[1:].tolist()))

    def value(self, price: F64) -> float:
        """The dual at ``price``; ``load`` and ``curve`` are its slope and minus its curvature but for the bands."""

        def served(part: Half) -> float:
            near, cost, driven, weight, load, curve = part
            return float(kernel.smoothed(near, cost, driven, weight, price, self.drive, self.heat, load, curve))

        total = sum(self._pool.map(served, self._parts))
        self.load[:] = sum(part[4] for part in self._parts)
        self.curve[:] = sum(part[5] for part in self._parts)
        return total - float((self.middle * price + self.half * np.sqrt(price * price + self.corner * self.corner)).sum())


def _newton(soft: _Soft, price: F64) -> F64:
    corner = soft.corner
    now, length = soft.value(price), 0
    for _ in range(STEPS):
        root = np.sqrt(price * price + corner * corner)
        gradient = soft.load - soft.middle - soft.half * price / root
        if float(np.abs(gradient).max()) < 1e-3:
            break
        bend = soft.half * corner * corner / root**3 + 1e-9 * (1.0 + soft.curve.diagonal())
        matrix = csc_array(soft.curve + np.diag(bend))
        try:  # sparse: few territories share units; and the same digits whatever the number of threads of a dense solver
            step = splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}).solve(gradient)
        except RuntimeError:  # singular
            break
        before = now
        for shrunk in range(max(length - 1, 0), SHRUNK):  # from about the length that the last step had
            trial = price + step * 0.5**shrunk
            now = soft.value(trial)
            if now > before:
                length = shrunk
                break
        else:
            soft.value(price)
            break
        price = trial
        if now - before < 1e-7 * abs(now):
            break
    return price
