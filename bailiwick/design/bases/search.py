"""The search for bases and borders at once: plans annealed apart from one another, improved in neighbourhoods, then with regions of the others.

One *round* is a slice of an annealing, some neighbourhoods or some grafts; rounds depend on the seed and on ``effort`` alone, never on the
clock. A memetic algorithm (Moscato & Cotta 2010, doi:10.1007/978-1-4419-1665-5_6) whose recombination keeps whole regions.
"""

from collections.abc import Callable, Generator, Iterator
from itertools import count, pairwise

import numpy as np
import numpy.typing as npt

from bailiwick.design.bases.dense import Dense, Found, anneal, assess, costs, found_at
from bailiwick.design.bases.grafting import Grafting
from bailiwick.kernels.chance import generator
from bailiwick.kernels.nearby import World, improve

I32 = npt.NDArray[np.int32]
F64 = npt.NDArray[np.float64]
HOT, COLD = 1.0, 0.02  # in mean cost of a point
ROUND = 400_000  # proposals of a round in neighbourhoods
SLICES, FEWEST = 40, 4  # rounds of one annealing, at most and at least
# Proposals per point. A start is tried briefly, the better quarter of many starts deeper, the best annealed slowly
BRIEF, DEEPER, SLOWLY = 300, 3_000, 4_000
MOST_SLOWLY = 8.0  # times as slowly with many regions
TRIED, HALVED = 120, 4  # starts times regions; starts of which one goes on
TRIALS, ANNEALED = 0.1, 0.2  # shares of the effort for trials and for one annealing
ENOUGH, HASTY = 20_000, 0.05  # effort per point below which there is time for one plan alone, and the share of its annealing then
# Effort per point from which prices are asked where bases should be, which takes as long as some thousand proposals; busy points a region needs
ADVISED, SMALL = 7_000, 10
# Proposals per point for neighbourhoods of a plan before it is tried on others and after; so many times as many where regions hold fewer points
NEARBY, FEW_POINTS, MOST_NEARBY = 3_000, 15.0, 2.5
WIDEST, CLOSER, CLOSEST = 12, 400, 1_500  # regions of a neighbourhood at most, proposals per point of most, and of each third round
SWAPS = 0.5  # share of the neighbourhoods that move a base far, where nothing must be connected
ELITE = 8  # plans kept to take regions from
MILD = 0.2  # where the annealing of a plan begins that was drawn before, in mean cost of a point


def effort_of(dense: Dense, seconds: float) -> int:
    """Proposals that about ``seconds`` of search allow, by a fixed rate: the same on every machine."""
    size = len(dense.trips) / dense.regions
    return int(seconds * 4_500_000 / (1.0 + size / 100.0))


def seconds_of(dense: Dense, effort: int) -> float:
    """Seconds that ``effort`` stands for: the inverse of ``effort_of``."""
    size = len(dense.trips) / dense.regions
    return effort * (1.0 + size / 100.0) / 4_500_000


def alone(effort: int, points: int) -> bool:
    """Whether there is time for one plan only."""
    return effort < ENOUGH * points


def advised(effort: int, points: int, busy: int, regions: int) -> bool:
    """Whether there is time to ask prices over all choices where bases should be, and points are small enough: prices divide them, plans do not.

    busy: points that have work.
    """
    return ADVISED * points <= effort and busy >= SMALL * regions


class Search:
    """Improves ``best`` round by round. start: makes labels to begin from; effort: proposals to plan for; drawn: plans to improve first."""

    def __init__(
        self, dense: Dense, start: Callable[[np.random.Generator], I32], seed: int, effort: int, drawn: tuple[I32, ...] = ()
    ) -> None:
        self.dense, self._start, self.effort, self._drawn = dense, start, effort, drawn
        self.rng = np.random.default_rng(seed)
        self._state = generator(int(self.rng.integers(1, 2**62)))
        label = drawn[0] if drawn else start(self.rng)
        self.best = self._here = Found(label, np.inf)
        self._label = label  # where an unfinished annealing stands
        self._unfinished = False
        self.begun = bool(drawn)  # whether there is a plan worth settling
        self.spent = 0  # proposals so far
        self.plans: list[Found] = []  # the best of what it made, the best first
        self._others: list[Found] = []
        cost, _, _ = assess(dense, label)
        self._unit = max(float(cost.sum()) / len(label), 1e-12)
        self._world = World(**dense.__dict__)
        self._grafting = Grafting(dense, self._world, self._state)
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

    def meet(self, others: list[Found]) -> None:
        """The good plans of another search: their regions are tried from now on."""
        self._others = others

    def _better(self) -> bool:
        if self._here.cost < self.best.cost:
            self.best = self._here
            return True
        return False

    def _plans(self) -> Iterator[None]:
        """Plan after plan, each made alone, then tried with all others; the one that time allows alone goes on being tried."""
        n = len(self._label)
        slowly = SLOWLY * min(MOST_SLOWLY, max(1.0, self.dense.regions / 25.0))
        only = alone(self.effort, n)
        steps = int(min(slowly * n, (HASTY if only else ANNEALED) * self.effort))
        close = int(NEARBY * n * min(MOST_NEARBY, max(1.0, FEW_POINTS * self.dense.regions / n)))
        for number in count():
            if number < len(self._drawn):
                yield from self._anneal(self._drawn[number], steps // 2, MILD)
            else:
                label = yield from self._begin()
                self.begun = True
                yield from self._anneal(label, steps, HOT)
            yield from self._nearby(close)
            while number + 1 >= len(self._drawn):
                yield from self._together(close)
                if not only:
                    break

    def _together(self, close: int) -> Iterator[None]:
        """This plan with regions of the others, the best with those of all, then its neighbourhoods."""
        yield from self._grafted()
        if self.plans:
            self._here = self.plans[0]
            yield from self._grafted()
        yield from self._nearby(close)

    def _begin(self) -> Generator[None, None, I32]:
        """The best of several starts, each annealed briefly, the better ones deeper."""
        n = len(self._label)
        many = int(np.clip(TRIALS * self.effort / (BRIEF * n), 1, max(1, TRIED // self.dense.regions)))
        tried: list[tuple[float, I32]] = []
        for _ in range(many):
            yield from self._anneal(self._start(self.rng), BRIEF * n, HOT)
            tried.append((self._here.cost, self._here.label if self._here.within else self._label.copy()))
        deeper = many // HALVED
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

    def _nearby(self, proposals: int) -> Iterator[None]:
        """Neighbourhoods for about so many proposals."""
        label = self._here.label.copy()
        cost, base = costs(self.dense, label)
        if np.any(base < 0):
            yield
            return
        for turn in range(-(-proposals // ROUND)):
            closer = CLOSER if (turn + 1) % 3 else CLOSEST
            gained = improve(self._world, label, cost, base, WIDEST, closer, self._swaps, ROUND, self._state)
            self.spent += ROUND
            if gained > 0:
                self._here = found_at(self.dense, label, cost)
            yield
        self._keep()

    def _grafted(self) -> Iterator[None]:
        """Regions of the other plans put into this one, as long as one of them has any to give."""
        here = self._here
        donors = sorted((each for each in [*self.plans, *self._others] if each is not here), key=lambda each: each.cost)
        for found, spent in self._grafting.improved(here, donors, ROUND):
            self._here = found
            self.spent += spent
            yield
        self._keep()

    def _keep(self) -> None:
        here = self._here
        if np.isfinite(here.cost) and all(abs(each.cost - here.cost) > 1e-9 * each.cost for each in self.plans):
            self.plans = sorted([*self.plans, here], key=lambda each: each.cost)[:ELITE]
