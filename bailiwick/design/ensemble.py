"""Where a plan stands among neutral ones: contiguous, in band, otherwise random (M2)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bailiwick.design.problem import Ints, Problem
from bailiwick.design.problem.limits import breaches, limits_of, moved_of
from bailiwick.kernels.chance import generator
from bailiwick.kernels.recombine import recombine
from bailiwick.model.errors import InfeasibleError
from bailiwick.workload.index import gini

I32 = npt.NDArray[np.int32]
F64 = npt.NDArray[np.float64]
CHAINS = 2
BURN = 10  # recombinations a territory before the first plan is taken, and one a territory between two
EDGE = 1e-9
POOL = 400  # places that may be a base while plans are measured: the busiest units and the plan's own bases


COMPACT, LEAST_COMPACT = "mean compactness (Polsby-Popper)", "least compactness (Polsby-Popper)"
MORE_IS_BETTER = (COMPACT, LEAST_COMPACT)


class Land(Protocol):
    """What shape is measured by: area by unit, and for every border the units on both sides (-1 = outside) and its length."""

    @property
    def area(self) -> F64: ...
    @property
    def one(self) -> Ints: ...
    @property
    def other(self) -> Ints: ...
    @property
    def miles(self) -> F64: ...


@dataclass(frozen=True)
class Standing:
    """One measure. better_than: share of the neutral plans that this plan beats; less is better unless ``more_is_better``."""

    measure: str
    plan: float
    lowest: float
    median: float
    highest: float
    better_than: float
    more_is_better: bool = False


@dataclass(frozen=True)
class Ensemble:
    """How many neutral plans were drawn, and where the plan stands on each measure. notes: which limits were not asked of them."""

    plans: int
    changed_share: float
    standings: tuple[Standing, ...]
    notes: tuple[str, ...] = ()


def ensemble(
    problem: Problem,
    label: I32,
    bases: Ints,
    *,
    plans: int = 1000,
    seed: int = 1,
    land: Land | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Ensemble:
    """Draw ``plans`` neutral plans from this one and measure them all alike.

    label: int32 by unit, contiguous; bases: by territory; land: to measure shape by. Neutral plans keep the limits of the problem, from bases
    chosen anew; ``notes`` say what is not asked of them. Raises InfeasibleError when the plan itself breaks a limit, as the walk begins from it,
    and when there is no other plan to compare it with.
    """
    if not problem.contiguous:
        raise InfeasibleError("neutral plans are drawn in one piece each, and this plan need not be; design it contiguous to see where it stands")
    if problem.territories == 1:
        raise InfeasibleError("one territory holds everything, so there is no other plan to compare this one with")
    wrong = breaches(problem, bases, problem.travel.rows(bases)[0], label)
    if wrong:
        raise InfeasibleError(f"the walk over neutral plans begins from this plan, but {wrong[0].said}; mend it first")
    ruler = _ruler(problem, bases, land)
    walk = Walk(problem, ruler, bases)
    each = -(-plans // CHAINS)

    def chain(number: int) -> tuple[list[F64], int]:
        here = label.astype(np.int32).copy()
        state = generator(seed * CHAINS + number + 1)
        walk.on(here, BURN * problem.territories, state)
        rows, changed = [], 0
        for done in range(each):
            changed += walk.on(here, problem.territories, state)
            rows.append(ruler.measure(here))
            if on_progress and number == 0 and done % 50 == 49:
                on_progress(CHAINS * (done + 1))
        return rows, changed

    with ThreadPoolExecutor(CHAINS) as pool:
        found = list(pool.map(chain, range(CHAINS)))
    changed = sum(c for _, c in found)
    if not changed:
        raise InfeasibleError("no other plan within the limits was reached from this one, so there is none to compare it with")
    drawn = np.array([row for rows, _ in found for row in rows])[:plans]
    own = ruler.measure(label)
    share = changed / (CHAINS * each * problem.territories)
    return Ensemble(len(drawn), share, tuple(standing(n, own[i], drawn[:, i]) for i, n in enumerate(ruler.names)), walk.notes)


def standing(name: str, own: float, drawn: F64) -> Standing:
    """Where one figure stands among the drawn ones; ties count half."""
    more = name in MORE_IS_BETTER
    beaten = drawn < own if more else drawn > own
    better = float(np.mean(beaten) + 0.5 * np.mean(drawn == own))
    return Standing(name, float(own), float(drawn.min()), float(np.median(drawn)), float(drawn.max()), better, more)


def compactness(label: I32, count: int, land: Land) -> F64:
    """Polsby-Popper by territory: 4 pi area / perimeter squared, 1 = a disc (Polsby & Popper 1991, doi:10.2139/ssrn.2936284)."""
    area = np.bincount(label, weights=land.area, minlength=count)
    here, there = label[land.one], np.where(land.other >= 0, label[land.other], -1)
    outer = here != there
    perimeter = np.bincount(here[outer], weights=land.miles[outer], minlength=count)
    both = outer & (there >= 0)
    perimeter += np.bincount(there[both], weights=land.miles[both], minlength=count)
    return np.asarray(4.0 * np.pi * area / np.maximum(perimeter, 1e-12) ** 2)


@dataclass(frozen=True)
class Ruler:
    """Measures any labels the same way, every territory based at the best place of the pool inside it."""

    problem: Problem
    pool: Ints
    minutes: npt.NDArray[np.float32]  # [pool, busy]
    busy: Ints
    land: Land | None = None

    @property
    def names(self) -> tuple[str, ...]:
        shape = (COMPACT, LEAST_COMPACT) if self.land is not None else ()
        ties = ("hours of referral ties cut",) if self.problem.ties is not None else ()
        return ("line-haul hours", "longest drive, minutes", "largest deviation of the index", "spread of the index (CV)", "Gini of the index",
                "neighbouring units parted", *ties, *shape)  # fmt: skip

    def measure(self, label: I32) -> F64:
        problem = self.problem
        count = problem.territories
        held = np.bincount(label, weights=problem.load, minlength=count)
        share = held / held.mean()
        indptr, indices = problem.neighbours
        row = np.repeat(label, np.diff(indptr))
        cut = float(np.count_nonzero(row != label[indices])) / 2
        hours, longest = self._driving(label)
        figures = [hours, longest, float(np.abs(share - 1).max()), float(share.std()), gini(share), cut]
        if problem.ties is not None:
            apart = label[problem.ties.pairs[:, 0]] != label[problem.ties.pairs[:, 1]]
            figures.append(float(problem.ties.hours[apart].sum()))
        if self.land is not None:
            compact = compactness(label, count, self.land)
            figures += [float(compact.mean()), float(compact.min())]
        return np.array(figures)

    def _driving(self, label: I32) -> tuple[float, float]:
        """Line-haul hours of all territories, each from its best place, and the minutes of the longest of those drives."""
        trips, mine, at = self.problem.trips[self.busy], label[self.busy], label[self.pool]
        total, longest = 0.0, 0.0
        for t in range(self.problem.territories):
            units = np.flatnonzero(mine == t)
            if not len(units):
                continue
            places = np.flatnonzero(at == t)
            rows = self.minutes[places if len(places) else slice(None)][:, units]
            served = rows @ trips[units].astype(np.float32)
            at_best = int(np.argmin(served))
            total += 2.0 / 60.0 * float(served[at_best])
            longest = max(longest, float(rows[at_best].max()))
        return total, longest


class Walk:
    """Recombinations that stay within the limits of a problem."""

    def __init__(self, problem: Problem, ruler: Ruler, bases: Ints) -> None:
        self.problem, self.ruler = problem, ruler
        low, high = limits_of(problem, bases)
        if problem.base_capacity is not None:
            high[:, 0] = problem.base_capacity[problem.base_candidates].max()
        self.low, self.high = low - EDGE, high + EDGE
        self.least = np.zeros(len(low)) if problem.drive_load else self.low[:, 0]  # driving may fill the rest
        self.locks = np.array(problem.locks, dtype=np.int64).reshape(-1, 2)
        self.forbidden = np.array(problem.forbidden, dtype=np.int64).reshape(-1, 2)
        self.member = np.array([u for group in problem.groups for u in group], dtype=np.int64)
        self.leader = np.array([group[0] for group in problem.groups for _ in group], dtype=np.int64)
        self.driven = problem.drive_load > 0 or bool(np.isfinite(problem.max_minutes))
        limited = problem.today is not None and bool(np.isfinite(problem.today.limit))
        self.checked = bool(self.driven or problem.locks or problem.forbidden or problem.groups or problem.measures or limited)

    @property
    def notes(self) -> tuple[str, ...]:
        """What neutral plans are not held to."""
        notes = ["bases are chosen anew for every neutral plan"]
        if self.problem.base_capacity is not None:
            notes.append("neutral plans are held to the largest capacity of any base, not to that of their own")
        if self.problem.parts is not None:
            notes.append("several parts of a unit may lie in one territory of a neutral plan")
        return tuple(notes)

    def on(self, label: I32, steps: int, state: npt.NDArray[np.uint64]) -> int:
        """``steps`` recombinations in place, those that break a limit taken back; returns how many changed the plan."""
        graph, load, high = self.problem.neighbours, self.problem.load, self.high[:, 0]
        if not self.checked:
            return int(recombine(label, load, self.least, high, *graph, steps, state))
        changed = 0
        for _ in range(steps):
            before = label.copy()
            if not recombine(label, load, self.least, high, *graph, 1, state):
                continue
            if self.kept(before, label):
                changed += 1
            else:
                label[:] = before
        return changed

    def kept(self, before: I32, label: I32) -> bool:
        """Whether labels that differ in two territories keep every limit."""
        problem, count = self.problem, self.problem.territories
        if np.any(label[self.locks[:, 0]] != self.locks[:, 1]) or np.any(label[self.forbidden[:, 0]] == self.forbidden[:, 1]):
            return False
        if np.any(label[self.member] != label[self.leader]):
            return False
        for m, measure in enumerate(problem.measures, start=1):
            held = np.bincount(label, weights=measure.amount, minlength=count)
            if np.any((held < self.low[:, m]) | (held > self.high[:, m])):
                return False
        if problem.today is not None and moved_of(problem, label) > problem.today.limit + EDGE:
            return False
        moved = before != label
        return not self.driven or all(self._served(label, t) for t in np.unique([before[moved], label[moved]]).tolist())

    def _served(self, label: I32, territory: int) -> bool:
        """Whether some place of a territory serves it within the band and the maximum drive."""
        problem, ruler = self.problem, self.ruler
        units = np.flatnonzero(label[ruler.busy] == territory)
        places = np.flatnonzero(label[ruler.pool] == territory)
        rows = ruler.minutes[places if len(places) else slice(None)][:, units]
        hours = 2.0 / 60.0 * (rows.astype(np.float64) @ problem.trips[ruler.busy[units]])
        held = float(problem.load[label == territory].sum()) + problem.drive_load * hours
        within = (held >= self.low[territory, 0]) & (held <= self.high[territory, 0])
        return bool(np.any(within & (rows.max(axis=1, initial=0.0) <= problem.max_minutes + EDGE)))


def _ruler(problem: Problem, bases: Ints, land: Land | None) -> Ruler:
    busy = np.flatnonzero(problem.trips > 0)
    busiest = busy[np.argsort(-problem.trips[busy], kind="stable")[:POOL]]
    pool = np.unique(np.concatenate([busiest, bases]))
    return Ruler(problem, pool, np.ascontiguousarray(problem.travel.rows(pool)[0][:, busy]), busy, land)
