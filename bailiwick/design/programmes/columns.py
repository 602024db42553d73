"""The territories that a programme may choose from: a base and whose it is, with what serving each unit from there costs."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bailiwick.design.problem import Ints, Problem

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Columns:
    """One for each possible base and kind of territory. base: unit ``[J]``; kind ``[J]``; kinds: territories that are alike in everything.
    low, high: ``[J, measures]``. cost, driven: hours a year of serving each unit of the programme ``[units, J]``, infinite = never.
    """

    base: Ints
    kind: Ints
    kinds: tuple[tuple[int, ...], ...]
    low: F64
    high: F64
    cost: F64
    driven: F64

    def __len__(self) -> int:
        return len(self.base)

    def plan(self, problem: Problem, column: Ints, modelled: Ints) -> tuple[Ints, I32]:
        """Base by territory and territory by unit (-1 = not in the programme), of the column that each unit lies in."""
        base, number = np.empty(problem.territories, dtype=np.int64), np.full(len(self), -1, dtype=np.int32)
        left = [list(kind) for kind in self.kinds]
        for j in np.unique(column).tolist():
            number[j] = left[self.kind[j]].pop(0)
            base[number[j]] = self.base[j]
        label = np.full(problem.size, -1, dtype=np.int32)
        label[modelled] = number[column]
        return base, label


def columns_of(problem: Problem, modelled: Ints, slots: Ints) -> Columns:
    """Columns of given bases, one each, and of every candidate for those that are free. slots: base by territory, -1 = free."""
    kinds = kinds_of(problem, slots)
    candidates = np.intersect1d(problem.base_candidates, modelled)
    base, kind = [], []
    for number, alike in enumerate(kinds):
        choice = candidates if slots[alike[0]] < 0 else slots[[alike[0]]]
        base.append(choice)
        kind.append(np.full(len(choice), number))
    bases, of = np.concatenate(base), np.concatenate(kind)
    first = np.array([alike[0] for alike in kinds])[of]
    low, high = (limit[first].copy() for limit in problem.bands)
    if problem.base_capacity is not None:
        high[:, 0] = problem.base_capacity[bases]
    cost, driven = _costs(problem, modelled, bases, of, kinds)
    return Columns(bases, of, kinds, low, high, cost, driven)


def kinds_of(problem: Problem, slots: Ints) -> tuple[tuple[int, ...], ...]:
    """Territories that may change numbers: free, of one size, named by no rule."""
    low, high = problem.bands
    named = {t for _, t in problem.locks} | {t for _, t in problem.barred} | set(np.flatnonzero(slots >= 0).tolist())
    if problem.today is not None:
        named = set(range(problem.territories))
    alike: dict[tuple[object, ...], list[int]] = {}
    for t in range(problem.territories):
        alike.setdefault((t,) if t in named else (low[t, 0], high[t, 0], "free"), []).append(t)
    return tuple(tuple(each) for each in alike.values())


def _costs(problem: Problem, modelled: Ints, bases: Ints, of: Ints, kinds: tuple[tuple[int, ...], ...]) -> tuple[F64, F64]:
    asked, at = np.unique(bases, return_inverse=True)
    minutes = problem.travel.rows(asked)[0][:, modelled].astype(np.float64)[at].T
    driven = 2.0 * problem.trips[modelled, None] * minutes / 60.0
    cost = driven.copy()
    alone = np.array([kind[0] if len(kind) == 1 else -1 for kind in kinds])[of]  # the territory of a column, where it is known
    today, locked = problem.today, problem.locked[modelled]
    if today is not None and today.bonus:
        cost -= np.where(today.territory[modelled, None] == alone, today.bonus * today.weight[modelled, None], 0.0)
    here = locked[:, None] == alone
    cost[(minutes > problem.max_minutes) & (problem.trips[modelled] > 0)[:, None] & ~here] = np.inf
    cost[(locked[:, None] >= 0) & ~here] = np.inf
    for unit, territory in problem.barred:
        cost[np.ix_(modelled == unit, alone == territory)] = np.inf
    return cost, driven
