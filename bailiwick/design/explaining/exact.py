"""Small problems decided exactly: which limits whole units can keep from chosen bases, contiguity aside, and the least by which one must give.

A mixed-integer assignment (HiGHS). What is kept together is one piece; ends of bands move in round steps and the maximum drive in whole
minutes, so that a number can be said as it was found.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, milp

from bailiwick.design.explaining.fitting import Fitting
from bailiwick.design.problem import Problem
from bailiwick.design.problem.limits import MINUTES
from bailiwick.design.programmes.rows import Rows

F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
MOST_UNITS, MOST_TERRITORIES = 60, 10
SECONDS = 1.5  # of one question
DRIVE, MOVED = -1, -2  # what may give, beside the bands by the number of their measure
OPTIMAL, INFEASIBLE = 0, 2  # of HiGHS


@dataclass(frozen=True)
class Least:
    """How far limits must give. bands: (low, high) of a full territory by measure; minutes: maximum drive; moved: weight of today's alignment."""

    bands: dict[int, tuple[float, float]] = field(default_factory=dict)
    minutes: float | None = None
    moved: float | None = None


def small(problem: Problem) -> bool:
    """Whether a problem is decided in a moment."""
    return len(_busy(problem)) <= MOST_UNITS and problem.territories <= MOST_TERRITORIES


def step_of(high: float) -> float:
    """The step that an end of a band near ``high`` is said in."""
    return 10.0 ** min(-2, int(np.floor(np.log10(max(high, 1e-9)))) - 1)


class Exact:
    """Pieces to assign to the territories of chosen bases. until: monotonic seconds at which questions end."""

    def __init__(self, fitting: Fitting, until: float) -> None:
        problem = self.problem = fitting.problem
        anywhere = fitting.without(max_minutes=np.inf)
        self.until, self.low, self.high = until, fitting.low, fitting.high
        pieces = _pieces(problem, fitting)
        self.open: Flags = np.array([anywhere.open[p[0]] for p in pieces])
        hours = np.where(anywhere.open, anywhere.hours, 0.0).astype(np.float64)
        work = np.where(problem.trips[:, None] > 0, fitting.minutes.T.astype(np.float64), 0.0)
        self.minutes = np.array([work[p].max(axis=0) for p in pieces])
        self.amounts = np.array([problem.amounts[p].sum(axis=0) for p in pieces])
        self.load = self.amounts[:, :1] + problem.drive_load * np.array([hours[p].sum(axis=0) for p in pieces])
        self.moved = np.array([_moving(problem)[p].sum(axis=0) for p in pieces])
        self.total = float(problem.today.weight[problem.today.territory >= 0].sum()) if problem.today is not None else 0.0

    def least(self, giving: Sequence[int] = ()) -> Least | bool | None:
        """How far the limits ``giving`` must give when all others hold; False = that is not enough, None = not known in time."""
        seconds = min(SECONDS, self.until - monotonic())
        if seconds <= 0:
            return None
        model = _Model(self, list(giving))
        found = milp(
            model.cost, constraints=model.rows.constraint(len(model.cost)), integrality=model.whole, bounds=Bounds(model.least, model.most),
            options={"time_limit": seconds, "mip_rel_gap": 1e-9},
        )  # fmt: skip
        if found.status == INFEASIBLE:
            return False
        return model.read(found.x) if found.status == OPTIMAL else None


class _Model:
    """The matrix of one question: a column for each piece and territory, then those of what gives."""

    def __init__(self, exact: Exact, giving: list[int]) -> None:
        self.exact, self.giving = exact, giving
        self.n, self.k = exact.open.shape
        size = self.n * self.k
        problem = exact.problem
        open_ = exact.open.copy()
        if DRIVE not in giving:
            open_ &= exact.minutes <= problem.max_minutes + MINUTES
        self.cost, self.whole = np.zeros(size), np.ones(size)
        self.least, self.most = np.zeros(size), open_.ravel().astype(np.float64)
        self.rows = Rows()
        self.ends: dict[int, tuple[int, int, float]] = {}
        for u in range(self.n):
            self.rows.add(np.arange(u * self.k, (u + 1) * self.k), np.ones(self.k), 1.0, 1.0)
        for m in range(exact.amounts.shape[1]):
            self._band(m)
        self.drive = self._drive() if DRIVE in giving else -1
        self._moves()

    def _column(self, cost: float, least: float, most: float) -> int:
        self.cost, self.whole = np.append(self.cost, cost), np.append(self.whole, 1.0)
        self.least, self.most = np.append(self.least, least), np.append(self.most, most)
        return len(self.cost) - 1

    def _band(self, m: int) -> None:
        """What every territory holds of a measure lies between its ends; those move by whole steps where the band gives."""
        exact, problem = self.exact, self.exact.problem
        amount = exact.load if m == 0 else np.repeat(exact.amounts[:, m : m + 1], self.k, axis=1)
        size = problem.sizes if m == 0 else np.ones(self.k)
        if m in self.giving:
            low, high = problem.band if m == 0 else (problem.measures[m - 1].low, problem.measures[m - 1].high)
            step = step_of(high)
            top, bottom = float(np.ceil(high / step - 1e-6)), float(np.floor(low / step + 1e-6))
            widest = float(np.ceil(amount.max(axis=1).sum() / float(size.min()) / step)) + top
            self.ends[m] = (self._column(step, top, widest), self._column(-step, 0.0, bottom), step)
        for t in range(self.k):
            columns, values = np.arange(self.n) * self.k + t, amount[:, t]
            if m not in self.ends:
                self.rows.add(columns, values, exact.low[t, m], exact.high[t, m])
                continue
            above, below, step = self.ends[m]
            if m == 0 and problem.base_capacity is not None:  # what a base can hold is no band
                self.rows.add(columns, values, -np.inf, exact.high[t, m])
            else:
                self.rows.add([*columns, above], [*values, -step * size[t]], -np.inf, 0.0)
            self.rows.add([*columns, below], [*values, -step * size[t]], 0.0, np.inf)

    def _drive(self) -> int:
        """The maximum drive as a column of its own, above the minutes of every piece."""
        minutes, limit = self.exact.minutes, self.exact.problem.max_minutes
        furthest = float(np.ceil(max(minutes.max(), limit)))
        column = self._column(1.0 / limit, np.ceil(limit), furthest)
        for u in range(self.n):
            columns = np.arange(u * self.k, (u + 1) * self.k)
            self.rows.add([*columns, column], [*minutes[u], -1.0], -np.inf, MINUTES)
        return column

    def _moves(self) -> None:
        today = self.exact.problem.today
        if today is None or not np.isfinite(today.limit):
            return
        moved = self.exact.moved.ravel()
        if MOVED in self.giving:
            self.cost[: len(moved)] += moved / max(self.exact.total, 1e-12)
        else:
            self.rows.add(np.arange(len(moved)), moved, -np.inf, today.limit)

    def read(self, x: F64) -> Least:
        bands = {m: (float(round(x[below]) * step), float(round(x[above]) * step)) for m, (above, below, step) in self.ends.items()}
        moved = float(np.rint(x[: self.n * self.k]) @ self.exact.moved.ravel()) if MOVED in self.giving else None
        return Least(bands, float(round(x[self.drive])) if self.drive >= 0 else None, moved)


def _busy(problem: Problem) -> npt.NDArray[np.int64]:
    """Units that any limit but contiguity asks about."""
    asked = (problem.trips > 0) | (problem.amounts > 0).any(axis=1)
    if problem.today is not None:
        asked |= (problem.today.weight > 0) & (problem.today.territory >= 0)
    return np.flatnonzero(asked)


def _pieces(problem: Problem, fitting: Fitting) -> list[list[int]]:
    grouped = {u for group in problem.groups for u in group}
    alone = sorted({*_busy(problem).tolist(), *fitting.base.tolist()} - grouped)
    return [*map(list, problem.groups), *[[u] for u in alone]]


def _moving(problem: Problem) -> F64:
    """Weight that leaves today's territory when a unit lies in each ``[n, k]``."""
    today = problem.today
    if today is None:
        return np.zeros((problem.size, problem.territories))
    placed = today.territory >= 0
    found = np.repeat(np.where(placed, today.weight, 0.0)[:, None], problem.territories, axis=1).astype(np.float64)
    found[np.flatnonzero(placed), today.territory[placed]] = 0.0
    return found
