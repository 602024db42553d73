"""The search for bases and borders at once: annealings of the whole, then of neighbourhoods.

One *round* is a slice of an annealing or one neighbourhood; rounds depend on the seed and on ``effort`` alone, never on the clock.
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from bailiwick.design.dense import Dense, Found, anneal, assess

I32 = npt.NDArray[np.int32]
HOT, COLD = 1.0, 0.02  # in mean cost of a point
SLICES = 40  # rounds of one annealing of the whole
LEAST = 1_000  # proposals per point of the first annealing, if a third of the effort allows
FIRST = 0.06  # share of the effort that goes into a first, quick plan
WHOLE = 0.5  # and into the annealing that counts
WIDEST, CLOSER = 7, 400  # regions of a neighbourhood at most, and proposals per point
LONGEST = 10_000  # proposals per point beyond which another start is worth more than a slower cooling; more for many regions


def effort_of(dense: Dense, seconds: float) -> int:
    """Proposals that about ``seconds`` of search allow, by a fixed rate: the same on every machine."""
    size = len(dense.trips) / dense.regions
    return int(seconds * 3_000_000 / (1.0 + size / 20.0))


def seconds_of(dense: Dense, effort: int) -> float:
    """Seconds that ``effort`` stands for: the inverse of ``effort_of``."""
    size = len(dense.trips) / dense.regions
    return effort * (1.0 + size / 20.0) / 3_000_000


class Search:
    """Improves ``best`` round by round. start: makes labels to begin from; effort: proposals to plan for."""

    def __init__(self, dense: Dense, start: Callable[[np.random.Generator], I32], seed: int, effort: int) -> None:
        self.dense, self._start, self.effort = dense, start, effort
        self.rng = np.random.default_rng(seed)
        self._state = np.array([self.rng.integers(1, 2**62)], dtype=np.uint64)
        label = start(self.rng)
        self.best = Found(label, np.inf)
        self._here = self.best
        self._label = label  # where an unfinished annealing stands
        self._slices: list[tuple[float, float, int]] = []
        self._starts = self._stale = 0
        cost, _, _ = assess(dense, label)
        self._unit = max(float(cost.sum()) / len(label), 1e-12)

    def round(self) -> bool:
        """One round; true when the best improved."""
        if not self._slices and (self._starts < 2 or not np.isfinite(self._here.cost) or self._stale > 6 * self.dense.regions + 20):
            self._anew()
        if self._slices:
            self._slice(*self._slices.pop(0))
        else:
            self._nearby()
        return self._better()

    @property
    def begun(self) -> bool:
        """Whether the first annealing is through, so that there is a plan worth settling."""
        return self._starts > 0 and not (self._starts == 1 and self._slices)

    def finish(self) -> bool:
        """Quench an unfinished annealing, so that no work is lost; true when the best improved."""
        if not self._slices:
            return False
        self._slices = []
        n = len(self._label)
        self._slice(5 * COLD, COLD, min(200 * n, max(self.effort // 20, 20 * n)))
        return self._better()

    def _better(self) -> bool:
        if self._here.cost < self.best.cost:
            self.best = self._here
            return True
        return False

    def _anew(self) -> None:
        n = len(self._label)
        self._label = self._start(self.rng)
        share = FIRST if self._starts == 0 else WHOLE
        longest = LONGEST * n * min(8.0, max(1.0, self.dense.regions / 25.0))
        least = LEAST * n if self._starts == 0 else 0
        steps = int(min(max(share * self.effort, min(least, self.effort / 3)), longest))
        slices = SLICES if steps > 400 * n else 4
        heats = HOT * (COLD / HOT) ** (np.arange(slices + 1) / slices)
        self._slices = [(float(a), float(b), max(steps // slices, 20 * n)) for a, b in pairwise(heats)]
        self._starts += 1
        self._stale = 0
        self._here = Found(self._label.copy(), np.inf)

    def _slice(self, hot: float, cold: float, steps: int) -> None:
        self._here = anneal(self.dense, self._label, self._here, self._state, steps, self._unit, hot, cold)

    def _nearby(self) -> None:
        """Anneal a few neighbouring regions alone and keep what is better."""
        dense, label = self.dense, self._here.label
        cost, base, _ = assess(dense, label)
        seed = int(self.rng.integers(len(label)))
        count = int(self.rng.integers(2, min(dense.regions, WIDEST) + 1)) if dense.regions > 2 else dense.regions
        near = np.argsort(dense.travel[seed, base], kind="stable")[:count].astype(np.int64)
        points = np.flatnonzero(np.isin(label, near))
        slot = np.full(dense.regions, -1, dtype=np.int32)
        slot[near] = np.arange(count, dtype=np.int32)
        inner = slot[label[points]]
        before = float(cost[near].sum())
        unit = max(before / len(points), 1e-12)
        hot = float(self.rng.choice([0.1, 0.3, 1.0]))
        part = dense.part(points, near)
        found = anneal(part, inner.copy(), Found(inner, np.inf), self._state, CLOSER * len(points), unit, hot, COLD)
        self._stale += 1
        after = float(assess(part, found.label)[0].sum()) if np.isfinite(found.cost) else np.inf
        if after < before - 1e-9 * abs(before):
            merged = label.copy()
            merged[points] = near[found.label]
            self._here = Found(merged, self._here.cost - before + after)
            self._stale = 0
