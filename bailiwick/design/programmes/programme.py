"""The integer programme of a few units: each in one column, columns open or shut, every limit a row but that of being in one piece."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, milp

from bailiwick.design.problem import Ints, Problem
from bailiwick.design.programmes.columns import Columns
from bailiwick.design.programmes.rows import Rows

F64 = npt.NDArray[np.float64]
NODES, WORK = 500, 100_000  # of a search tree, and times its pairs: the same end on every machine, unlike seconds
WRONG = 1e-9  # share of the cost that a solution may be above the best


@dataclass(frozen=True)
class Solved:
    """cost: hours a year; column: of each unit."""

    cost: float
    column: Ints


class Programme:
    """Solved again and again, with more rows each time."""

    def __init__(self, problem: Problem, modelled: Ints, columns: Columns) -> None:
        self.units, self.columns = len(modelled), columns
        self._at = np.full(problem.size, -1, dtype=np.int64)
        self._at[modelled] = np.arange(len(modelled))
        self._rows = Rows()
        self._open()
        self._bands(problem, modelled)
        self._rules(problem, modelled)
        hours = np.zeros(0) if problem.ties is None else problem.ties.hours
        self._never = ~np.isfinite(columns.cost).ravel()
        self._cost = np.concatenate([np.where(self._never, 0.0, columns.cost.ravel()), np.zeros(len(columns)), hours])

    def solve(self) -> Solved | None:
        """The cheapest that breaks no row; None where there is none, or none was found in so many nodes."""
        count, pairs = len(self._cost), self.units * len(self.columns)
        most = np.ones(count)
        most[:pairs][self._never] = 0.0
        whole = np.ones(count)
        whole[pairs:] = 0.0
        found = milp(
            self._cost, constraints=self._rows.constraint(count), integrality=whole, bounds=Bounds(0.0, most),
            options={"node_limit": min(NODES, WORK // pairs), "mip_rel_gap": WRONG},
        )  # fmt: skip
        if found.x is None:
            return None
        return Solved(float(found.fun), np.argmax(found.x[:pairs].reshape(self.units, -1), axis=1))

    def join(self, members: list[int], beside: list[int]) -> None:
        """A piece that is cut off: whoever of it has its base elsewhere has a unit beside it as well."""
        inside, around = self._at[members], self._at[beside]
        for j in np.flatnonzero(~np.isin(self.columns.base, members)).tolist():
            for u in inside.tolist():
                self._rows.add(self._x(np.append(around, u), j), np.append(np.ones(len(around)), -1.0), 0.0, np.inf)

    def forbid(self, column: Ints) -> None:
        """Not these units in these columns all together."""
        self._rows.add(np.arange(self.units) * len(self.columns) + column, np.ones(self.units), -np.inf, self.units - 1.0)

    def _x(self, units: npt.ArrayLike, column: int) -> Ints:
        return np.asarray(units, dtype=np.int64) * len(self.columns) + column

    def _y(self, column: int) -> int:
        return self.units * len(self.columns) + column

    def _open(self) -> None:
        """Each unit in one column that is open, each base in its own, as many of each kind as there are territories."""
        columns = self.columns
        for u in range(self.units):
            self._rows.add(u * len(columns) + np.arange(len(columns)), np.ones(len(columns)), 1.0, 1.0)
        for j, base in enumerate(columns.base.tolist()):
            for u in range(self.units):
                own = u == self._at[base]
                self._rows.add([*self._x([u], j), self._y(j)], [1.0, -1.0], 0.0 if own else -np.inf, 0.0)
        for number, kind in enumerate(columns.kinds):
            mine = np.flatnonzero(columns.kind == number)
            self._rows.add([self._y(j) for j in mine.tolist()], np.ones(len(mine)), len(kind), len(kind))

    def _bands(self, problem: Problem, modelled: Ints) -> None:
        units = np.arange(self.units)
        for j in range(len(self.columns)):
            for m, amount in enumerate(problem.amounts[modelled].T):
                held = amount + problem.drive_load * self.columns.driven[:, j] if m == 0 else amount
                row = np.append(self._x(units, j), self._y(j))
                self._rows.add(row, np.append(held, -self.columns.low[j, m]), 0.0, np.inf)
                self._rows.add(row, np.append(held, -self.columns.high[j, m]), -np.inf, 0.0)

    def _rules(self, problem: Problem, modelled: Ints) -> None:
        """Groups in one column, ties that cost where they are cut, and no more moved than may be."""
        count, today = len(self.columns), problem.today
        for group in problem.groups:
            one, *others = self._at[list(group)].tolist()
            for other in others:
                for j in range(count):
                    self._rows.add([*self._x([one, other], j)], [1.0, -1.0], 0.0, 0.0)
        if problem.ties is not None:
            for number, pair in enumerate(self._at[problem.ties.pairs].tolist()):
                for a, b in (pair, pair[::-1]):
                    for j in range(count):
                        cut = self.units * count + count + number
                        self._rows.add([*self._x([a, b], j), cut], [1.0, -1.0, -1.0], -np.inf, 0.0)
        if today is not None and np.isfinite(today.limit):
            has = np.flatnonzero(today.territory[modelled] >= 0)
            alone = np.array([kind[0] for kind in self.columns.kinds])[self.columns.kind]
            unit, column = np.nonzero(today.territory[modelled[has], None] == alone)
            stays = has[unit] * count + column
            least = float(today.weight[modelled[has]].sum()) - today.limit
            self._rows.add(stays, today.weight[modelled[has[unit]]], least, np.inf)
