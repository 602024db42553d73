"""The search for bases and borders at once: plans annealed from several starts, improved in neighbourhoods, and tried on one another.

One *round* is a slice of an annealing or some neighbourhoods; rounds depend on the seed and on ``effort`` alone, never on the clock.
Trying the bases of other good plans is recombination as in memetic algorithms (Moscato & Cotta 2010, doi:10.1007/978-1-4419-1665-5_6).
"""

from collections.abc import Callable, Generator, Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from bailiwick.design.bases.dense import Dense, Found, anneal, assess, costs
from bailiwick.kernels.nearby import World, cut, improve

I32 = npt.NDArray[np.int32]
F64 = npt.NDArray[np.float64]
HOT, COLD = 1.0, 0.02  # in mean cost of a point
ROUND = 400_000  # proposals of a round in neighbourhoods
SLICES, FEWEST = 40, 4  # rounds of one annealing, at most and at least
# Proposals per point. A start is tried briefly, the better quarter of many starts deeper, the best annealed slowly
BRIEF, DEEPER, SLOWLY = 300, 3_000, 4_000
MOST_SLOWLY = 8.0  # times as slowly with many regions
TRIED, HALVED = 120, 4  # starts times regions; starts of which one goes on
TRIALS, ANNEALED, NEARBY = 0.1, 0.2, 2.0  # shares of the effort for trials and for one annealing; of that annealing for neighbourhoods
WIDEST, CLOSER, CLOSEST = 12, 400, 1_500  # regions of a neighbourhood at most, proposals per point of most, and of each third round
SWAPS = 0.5  # share of the neighbourhoods that move a base far, where nothing must be connected
ELITE = 8  # plans kept to try their bases
MILD = 0.2  # where the annealing of a plan begins that was drawn before, in mean cost of a point


def effort_of(dense: Dense, seconds: float) -> int:
    """Proposals that about ``seconds`` of search allow, by a fixed rate: the same on every machine."""
    size = len(dense.trips) / dense.regions
    return int(seconds * 4_500_000 / (1.0 + size / 100.0))


def seconds_of(dense: Dense, effort: int) -> float:
    """Seconds that ``effort`` stands for: the inverse of ``effort_of``."""
    size = len(dense.trips) / dense.regions
    return effort * (1.0 + size / 100.0) / 4_500_000


class Search:
    """Improves ``best`` round by round. start: makes labels to begin from; effort: proposals to plan for; drawn: labels to improve instead."""

    def __init__(
        self, dense: Dense, start: Callable[[np.random.Generator], I32], seed: int, effort: int, drawn: I32 | None = None
    ) -> None:
        self.dense, self._start, self.effort, self._drawn = dense, start, effort, drawn
        self.rng = np.random.default_rng(seed)
        self._state = np.array([self.rng.integers(1, 2**62)], dtype=np.uint64)
        label = start(self.rng) if drawn is None else drawn
        self.best = self._here = Found(label, np.inf)
        self._label = label  # where an unfinished annealing stands
        self._unfinished = False
        self.begun = drawn is not None  # whether there is a plan worth settling
        self.spent = 0  # proposals so far
        self._elite: list[Found] = []
        self._other: Found | None = None
        cost, _, _ = assess(dense, label)
        self._unit = max(float(cost.sum()) / len(label), 1e-12)
        self._world = World(**dense.__dict__)
        moved_far = not dense.contiguous and not dense.frozen.any() and not (dense.pinned >= 0).any()
        self._swaps = SWAPS if moved_far else 0.0
        self._rounds = self._plans()

    def round(self) -> bool:
        """One round; true when the best improved."""
        next(self._rounds)
        return self._better()

    def finish(self) -> bool:
        """Quench an unfinished annealing, so that no work is lost; true when the best improved."""
        if not self._unfinished:
            return False
        self._rounds = self._plans()
        n = len(self._label)
        self._slice(5 * COLD, COLD, min(200 * n, max(self.effort // 20, 20 * n)))
        return self._better()

    def meet(self, other: Found) -> None:
        """The best plan of another search: its bases are tried from now on."""
        self._other = other if other.within else None

    def _better(self) -> bool:
        if self._here.cost < self.best.cost:
            self.best = self._here
            return True
        return False

    def _plans(self) -> Iterator[None]:
        """Plan after plan, each improved alone, then with the bases of others; then the best with those of all."""
        slowly = SLOWLY * min(MOST_SLOWLY, max(1.0, self.dense.regions / 25.0))
        n = len(self._label)
        steps = int(min(slowly * n, ANNEALED * self.effort))
        close = int(NEARBY * slowly * n)
        if self._drawn is not None:
            yield from self._improved(self._drawn, steps // 2, close)
        while True:
            label = yield from self._begin()
            self.begun = True
            yield from self._anneal(label, steps, HOT)
            yield from self._nearby(close // 2, met=False)
            if not self._here.within:
                continue
            yield from self._nearby(close // 2, met=True)
            self._keep()
            if len(self._elite) > 1:
                self._here = self._elite[0]
                yield from self._nearby(close // 2, met=True)
                self._keep()

    def _improved(self, label: I32, steps: int, close: int) -> Iterator[None]:
        """A plan annealed mildly, then improved without end: in neighbourhoods, and within the bands with the bases of others."""
        yield from self._anneal(label, steps, MILD)
        while True:
            yield from self._nearby(close, met=False)
            if self._here.within:
                yield from self._nearby(close // 2, met=True)
                self._keep()

    def _begin(self) -> Generator[None, None, I32]:
        """The best of several starts, each annealed briefly, the better ones deeper."""
        n = len(self._label)
        count = int(np.clip(TRIALS * self.effort / (BRIEF * n), 1, max(1, TRIED // self.dense.regions)))
        tried: list[tuple[float, I32]] = []
        for _ in range(count):
            yield from self._anneal(self._start(self.rng), BRIEF * n, HOT)
            tried.append((self._here.cost, self._here.label if self._here.within else self._label.copy()))
        deeper = count // HALVED
        for cost, label in sorted(tried, key=lambda each: each[0])[: deeper if deeper > 1 else 0]:
            yield from self._anneal(label, DEEPER * n, HOT)
            tried.append((min(cost, self._here.cost), self._here.label if self._here.within else label))
        return min(tried, key=lambda each: each[0])[1]

    def _anneal(self, label: I32, steps: int, hot: float) -> Iterator[None]:
        n = len(label)
        self._label, self._here = label.copy(), Found(label.copy(), np.inf)
        slices = int(np.clip(steps // ROUND, 1 if steps <= BRIEF * n else FEWEST, SLICES))
        heats = hot * (COLD / hot) ** (np.arange(slices + 1) / slices)
        self._unfinished = True
        for a, b in pairwise(heats):
            self._slice(float(a), float(b), max(steps // slices, 20 * n))
            self._unfinished = b > COLD * 1.001
            yield

    def _slice(self, hot: float, cold: float, steps: int) -> None:
        self.spent += steps
        self._here = anneal(self.dense, self._label, self._here, self._state, steps, self._unit, hot, cold)

    def _nearby(self, proposals: int, *, met: bool) -> Iterator[None]:
        """Neighbourhoods until so many ``proposals`` have passed without much gain. met: with the bases of other plans."""
        label = self._here.label.copy()
        cost, base = costs(self.dense, label)
        if np.any(base < 0):
            yield
            return
        left, turn = proposals, 0
        while left > 0:
            turn += 1
            guest = self._guest() if met else base[:0]
            closer = CLOSER if turn % 3 else CLOSEST
            gained = improve(self._world, label, cost, base, guest, WIDEST, closer, self._swaps, ROUND, self._state)
            left -= ROUND
            self.spent += ROUND
            if gained > 0:
                self._here = Found(label.copy(), float(cost.sum()) + cut(label, self.dense.tie_ptr, self.dense.tie_to, self.dense.tie_cost))
                left = max(left, proposals // 4)
            yield

    def _guest(self) -> I32:
        """Bases of one of the other good plans."""
        others = [*self._elite, *([self._other] if self._other else [])]
        if not others:
            return np.empty(0, dtype=np.int32)
        return assess(self.dense, others[int(self.rng.integers(len(others)))].label)[1]

    def _keep(self) -> None:
        if all(abs(each.cost - self._here.cost) > 1e-9 * each.cost for each in self._elite):
            self._elite = sorted([*self._elite, self._here], key=lambda each: each.cost)[:ELITE]
