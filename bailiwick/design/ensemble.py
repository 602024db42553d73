"""Where a plan stands among neutral ones: contiguous, in band, otherwise random (M2)."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bailiwick.design.problem import Ints, Problem
from bailiwick.kernels.recombine import recombine
from bailiwick.model.errors import InfeasibleError

I32 = npt.NDArray[np.int32]
F64 = npt.NDArray[np.float64]
CHAINS = 2
BURN = 10  # recombinations a territory before the first plan is taken, and one a territory between two
POOL = 400  # places that may be a base while plans are measured: the busiest units and the plan's own bases


@dataclass(frozen=True)
class Standing:
    """One measure. better_than: share of the neutral plans that this plan beats; less is better for every measure here."""

    measure: str
    plan: float
    lowest: float
    median: float
    highest: float
    better_than: float


@dataclass(frozen=True)
class Ensemble:
    """How many neutral plans were drawn, and where the plan stands on each measure."""

    plans: int
    changed_share: float
    standings: tuple[Standing, ...]


def ensemble(
    problem: Problem, label: I32, bases: Ints, *, plans: int = 1000, seed: int = 1, on_progress: Callable[[int], None] | None = None
) -> Ensemble:
    """Draw ``plans`` neutral plans from this one and measure them all alike.

    label: int32 by unit, contiguous; bases: by territory. Raises InfeasibleError when the plan itself is out of band, as the walk
    begins from it.
    """
    held = np.bincount(label, weights=problem.load, minlength=problem.territories)
    low, high = float(problem.bands[0][:, 0].min()), float(problem.bands[1][:, 0].max())
    if held.min() < low - 1e-9 or held.max() > high + 1e-9:
        raise InfeasibleError("the walk over neutral plans begins from this plan, which is not in band; mend it first")
    ruler = _ruler(problem, bases)
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
    return Ensemble(len(drawn), changed, tuple(_standing(n, own[i], drawn[:, i]) for i, n in enumerate(ruler.names)))


def _standing(name: str, own: float, drawn: F64) -> Standing:
    better = float(np.mean(drawn > own) + 0.5 * np.mean(drawn == own))
    return Standing(name, float(own), float(drawn.min()), float(np.median(drawn)), float(drawn.max()), better)


@dataclass(frozen=True)
class Ruler:
    """Measures any labels the same way, every territory based at the best place of the pool inside it."""

    problem: Problem
    pool: Ints
    minutes: npt.NDArray[np.float32]  # [pool, busy]
    busy: Ints
    names: Sequence[str] = ("line-haul hours", "largest deviation of the index", "spread of the index (CV)", "borders cut")

    def measure(self, label: I32) -> F64:
        problem = self.problem
        count = problem.territories
        held = np.bincount(label, weights=problem.load, minlength=count)
        share = held / held.mean()
        indptr, indices = problem.neighbours
        row = np.repeat(label, np.diff(indptr))
        cut = float(np.count_nonzero(row != label[indices])) / 2
        return np.array([self._hours(label), float(np.abs(share - 1).max()), float(share.std()), cut])

    def _hours(self, label: I32) -> float:
        trips, mine, at = self.problem.trips[self.busy], label[self.busy], label[self.pool]
        total = 0.0
        for t in range(self.problem.territories):
            units = np.flatnonzero(mine == t)
            if not len(units):
                continue
            places = np.flatnonzero(at == t)
            rows = self.minutes[places if len(places) else slice(None)][:, units]
            total += 2.0 / 60.0 * float((rows @ trips[units].astype(np.float32)).min())
        return total


def _ruler(problem: Problem, bases: Ints) -> Ruler:
    busy = np.flatnonzero(problem.trips > 0)
    busiest = busy[np.argsort(-problem.trips[busy], kind="stable")[:POOL]]
    pool = np.unique(np.concatenate([busiest, bases]))
    return Ruler(problem, pool, np.ascontiguousarray(problem.travel.rows(pool)[0][:, busy]), busy)
