"""Where a plan stands among neutral ones: contiguous, in band, otherwise random (M2)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bailiwick.design.problem import Ints, Problem
from bailiwick.kernels.recombine import recombine
from bailiwick.model.errors import InfeasibleError
from bailiwick.workload.index import gini

I32 = npt.NDArray[np.int32]
F64 = npt.NDArray[np.float64]
CHAINS = 2
BURN = 10  # recombinations a territory before the first plan is taken, and one a territory between two
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
    """How many neutral plans were drawn, and where the plan stands on each measure."""

    plans: int
    changed_share: float
    standings: tuple[Standing, ...]


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

    label: int32 by unit, contiguous; bases: by territory; land: to measure shape by. Raises InfeasibleError when the plan itself is
    out of band, as the walk begins from it.
    """
    held = np.bincount(label, weights=problem.load, minlength=problem.territories)
    low, high = float(problem.bands[0][:, 0].min()), float(problem.bands[1][:, 0].max())
    if held.min() < low - 1e-9 or held.max() > high + 1e-9:
        raise InfeasibleError("the walk over neutral plans begins from this plan, which is not in band; mend it first")
    ruler = _ruler(problem, bases, land)
    each = -(-plans // CHAINS)

    def chain(number: int) -> tuple[list[F64], int]:
        here = label.astype(np.int32).copy()
        state = np.array([seed * CHAINS + number + 1], dtype=np.uint64)
        indptr, indices = problem.neighbours
        recombine(here, problem.load, low, high, indptr, indices, BURN * problem.territories, state)
        rows, changed = [], 0
        for done in range(each):
            changed += recombine(here, problem.load, low, high, indptr, indices, problem.territories, state)
            rows.append(ruler.measure(here))
            if on_progress and number == 0 and done % 50 == 49:
                on_progress(CHAINS * (done + 1))
        return rows, changed

    with ThreadPoolExecutor(CHAINS) as pool:
        found = list(pool.map(chain, range(CHAINS)))
    drawn = np.array([row for rows, _ in found for row in rows])[:plans]
    own = ruler.measure(label)
    changed = sum(c for _, c in found) / (CHAINS * each * problem.territories)
    return Ensemble(len(drawn), changed, tuple(standing(n, own[i], drawn[:, i]) for i, n in enumerate(ruler.names)))


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


def _ruler(problem: Problem, bases: Ints, land: Land | None) -> Ruler:
    busy = np.flatnonzero(problem.trips > 0)
    busiest = busy[np.argsort(-problem.trips[busy], kind="stable")[:POOL]]
    pool = np.unique(np.concatenate([busiest, bases]))
    return Ruler(problem, pool, np.ascontiguousarray(problem.travel.rows(pool)[0][:, busy]), busy, land)
