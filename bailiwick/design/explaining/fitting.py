"""Whether divisible units could be carried within limits at all, and how far those must be widened: what a person can be told is proven."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from ortools.graph.python import max_flow

from bailiwick.design.borders.certificate import bound_from_prices
from bailiwick.design.borders.fixed import costs
from bailiwick.design.borders.prices import Transport, price_loads
from bailiwick.design.problem import Ints, Problem
from bailiwick.design.problem.limits import limits_of
from bailiwick.kernels.anneal_fixed import BARRED

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
SCALE = 1e6  # flows are whole numbers
CLOSE, HALVINGS = 1e-3, 24  # to which a widening is found
CHUNK = 4_096


class Fitting:
    """A problem from chosen bases with its units divisible, groups where all of them may be, and its territories in as many pieces as may be."""

    def __init__(self, problem: Problem, base: Ints, minutes: F32) -> None:
        self.problem, self.base, self.minutes = problem, base, minutes
        cost, driven = costs(problem, minutes)
        self.cost, self.hours = cost, cost if driven is None else driven
        self.open: Flags = cost < BARRED
        self.open[base] &= np.eye(len(base), dtype=np.bool_)
        for group in problem.groups:  # what one of them may not, none of them may
            self.open[list(group)] = self.open[list(group)].all(axis=0)
        self.low, self.high = limits_of(problem, base)

    def without(self, **changes: object) -> "Fitting":
        """The same with some limits left out."""
        return Fitting(replace(self.problem, **changes), self.base, self.minutes)  # type: ignore[arg-type]

    def fits(self, measure: int = 0, lower: float = 0.0, raise_: float = 0.0) -> bool:
        """Whether one measure can be brought into its band with the low end lower and the high end higher by so much a full territory.

        Driving is taken as short as it can be where it presses on the high end, and as long where it fills the low end.
        """
        size = self.problem.sizes if measure == 0 else np.ones(self.problem.territories)
        low, high = np.maximum(self.low[:, measure] - lower * size, 0.0), self.high[:, measure] + raise_ * size
        amount = self.problem.amounts[:, measure]
        drive = self.problem.drive_load if measure == 0 else 0.0
        if not drive:
            return _carried(self.open, amount, low, high)
        shortest = np.where(self.open, self.hours, np.inf).min(axis=1)
        longest = np.where(self.open, self.hours, 0.0).max(axis=1)
        shortest = np.where(np.isfinite(shortest), shortest, 0.0)
        return _carried(self.open, amount + drive * shortest, np.zeros_like(low), high) and _filled(self.open, amount + drive * longest, low)

    def widening(self, measure: int = 0) -> tuple[float, float] | None:
        """The least that the low end must fall and the high end rise for divisible units; None where no width helps."""
        most = float(self.problem.amounts[:, measure].sum()) + float(self.high[:, measure].max())
        if not self.fits(measure, most, most):
            return None
        for sides in ((0.0, 1.0), (1.0, 0.0), (1.0, 1.0)):  # one end is enough, most often
            if not self.fits(measure, most * sides[0], most * sides[1]):
                continue
            short, enough = 0.0, most
            for _ in range(HALVINGS):
                middle = (short + enough) / 2
                if self.fits(measure, middle * sides[0], middle * sides[1]):
                    enough = middle
                else:
                    short = middle
                if enough - short < CLOSE / 4:
                    break
            return enough * sides[0], enough * sides[1]
        return None

    def least_moved(self) -> float:
        """A weight of today's alignment below which no plan from these bases within the band can stay: a Lagrangian bound."""
        today = self.problem.today
        if today is None or not today.weight.any():
            return 0.0
        placed = today.territory >= 0
        scale = max(float(self.hours.min(axis=1).mean()), 1e-9) / max(float(today.weight[placed].mean()), 1e-12)
        moving = np.broadcast_to((np.where(placed, today.weight, 0.0) * scale)[:, None], self.cost.shape).astype(np.float32)
        moving[np.flatnonzero(placed), today.territory[placed]] = 0.0
        moving[~self.open] = BARRED
        low, high, load, drive = self.low[:, 0], self.high[:, 0], self.problem.load, self.problem.drive_load
        transport = Transport(moving, load, low, high, drive, self.hours)
        price = transport.allowed(price_loads(transport))
        nothing = np.zeros(len(price))
        total = bound_from_prices(np.zeros((0, len(price))), np.zeros(0), low, high, price)
        for start in range(0, len(load), CHUNK):
            part = slice(start, start + CHUNK)
            worth = np.where(self.open[part], moving[part], np.inf).astype(np.float64)
            total += bound_from_prices(worth, load[part], nothing, nothing, price, drive, self.hours[part].astype(np.float64))
        return max(0.0, total / scale)


def _patterns(open_: Flags, amount: F64) -> tuple[Flags, Ints]:
    """Units that may lie in the same territories counted as one: which those are, and how much in all."""
    busy = amount > 0
    packed, at = np.unique(np.packbits(open_[busy], axis=1), axis=0, return_inverse=True)
    held = np.bincount(at.ravel(), weights=amount[busy], minlength=len(packed))
    return np.unpackbits(packed, axis=1, count=open_.shape[1]).astype(np.bool_), np.rint(held * SCALE).astype(np.int64)


def _carried(open_: Flags, amount: F64, low: F64, high: F64) -> bool:
    """Whether every unit can be carried where it may be, each base filled between ``low`` and ``high``: a maximum flow."""
    sets, held = _patterns(open_, amount)
    k, n = open_.shape[1], len(sets)
    slack = n + k
    floor, room = np.floor(low * SCALE).astype(np.int64), np.ceil(high * SCALE).astype(np.int64)
    spare = int(held.sum() - floor.sum())
    if spare < -slack or np.any(room < floor):
        return False
    source, sink, extra = n + k, n + k + 1, n + k + 2
    # every base must reach its low end (a first sink takes that), and may take up to its high end (the second takes the rest)
    flow = max_flow.SimpleMaxFlow()
    flow.add_arcs_with_capacity(np.full(n, source), np.arange(n), held)
    unit, base = np.nonzero(sets)
    flow.add_arcs_with_capacity(unit, n + base, held[unit])
    flow.add_arcs_with_capacity(n + np.arange(k), np.full(k, sink), floor)
    flow.add_arcs_with_capacity(n + np.arange(k), np.full(k, extra), room - floor)
    flow.add_arcs_with_capacity(np.array([extra]), np.array([sink]), np.array([max(spare, 0)]))
    flow.solve(source, sink)
    return bool(flow.optimal_flow() >= int(held.sum()) - slack)


def _filled(open_: Flags, amount: F64, low: F64) -> bool:
    """Whether every base can reach its low end at once."""
    sets, held = _patterns(open_, amount)
    k, n = open_.shape[1], len(sets)
    floor = np.floor(low * SCALE).astype(np.int64)
    flow = max_flow.SimpleMaxFlow()
    flow.add_arcs_with_capacity(np.full(n, n + k), np.arange(n), held)
    unit, base = np.nonzero(sets)
    flow.add_arcs_with_capacity(unit, n + base, held[unit])
    flow.add_arcs_with_capacity(n + np.arange(k), np.full(k, n + k + 1), floor)
    flow.solve(n + k, n + k + 1)
    return bool(flow.optimal_flow() >= int(floor.sum()) - n - k)
