"""A settled plan improved neighbourhood by neighbourhood where it is dearest, two parts of the country side by side."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from bailiwick.design.bases.contract import coordinates
from bailiwick.design.borders.fixed import Settling, with_load_prices
from bailiwick.kernels.fetch import LONGER, PATIENCE, PROPOSALS, WIDEST, fetch
from bailiwick.kernels.neighbourhood import HEATS, MOST, SPREAD, Country, regrets
from bailiwick.kernels.redraw import redraw

I32 = npt.NDArray[np.int32]
F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
FEW = 2 * MOST  # territories up to which all are settled together
TEAM = 2  # parts of the country, or trials, side by side, whatever the machine: the same plan everywhere
FETCHING = 0.2  # share of the proposals with which territories fetch from afar
DOUBT = 0.5  # what remains of the hope in a territory that fetched for nothing: the next trial is longer
DEAR = 4.0  # times the seconds of a proposal elsewhere that one of a trial takes: its neighbourhood is wide
HOPELESS = 1e-3  # hope, in mean hours of a territory, that is not worth a trial


class Local:
    """Improves the best labels of a settling. Its numbers come from the state of the settling."""

    def __init__(self, settling: Settling) -> None:
        self.settling, self.rng = settling, np.random.default_rng(int(settling.state[0]))
        self.country = _country(settling)
        self._failed = np.zeros(settling.problem.territories, dtype=np.int64)  # times that a territory fetched for nothing
        self._fetching = 0.0  # proposals that it may take by now

    def run(self, proposals: int) -> None:
        """Improve the best labels of the settling by about so many ``proposals``."""
        settling = self.settling
        if settling.problem.territories <= FEW:  # a neighbourhood would be the whole
            settling.cycle(proposals, HEATS[0])
            return
        halves = self._halves()
        seeds = self.rng.integers(1, 2**62, len(halves)).astype(np.uint64)

        def improve(number: int) -> None:
            redraw(self.country, settling.best_label, halves[number], proposals // len(halves), seeds[number : number + 1])

        with ThreadPoolExecutor(TEAM) as pool:
            list(pool.map(improve, range(len(halves))))
        settling.assess_best()
        self._fetch(FETCHING * proposals)

    def _fetch(self, proposals: float) -> None:
        """Territories fetch from afar, those that most is hoped of first, in their share of the ``proposals`` until now."""
        problem = self.settling.problem
        if not problem.contiguous:
            return
        self._fetching += proposals
        brief = TEAM * PATIENCE * PROPOSALS * min(problem.size, WIDEST * problem.size // problem.territories)
        while self._fetching > brief:
            hope = self.regret() * DOUBT**self._failed
            region = int(np.argmax(hope))
            longer = min(2 ** int(self._failed[region]), LONGER)
            if hope[region] < HOPELESS * abs(self.settling.best[1]) / problem.territories or self._fetching < longer * brief:
                return
            self._fetching -= DEAR * self.tried(region, longer)

    def tried(self, region: int, longer: int) -> int:
        """The better of trials side by side in which ``region`` fetches; returns the proposals they took. longer: times those of a brief one."""
        best, count = self.settling.best_label, self.settling.problem.territories
        labels = [best.copy() for _ in range(TEAM)]
        seeds = self.rng.integers(1, 2**62, TEAM).astype(np.uint64)
        every = np.ones(count, dtype=np.bool_)

        def trial(number: int) -> tuple[I32, int, tuple[float, float]]:
            slot, at = np.full(count, -1, dtype=np.int32), np.full(len(best), -1, dtype=np.int32)
            changed, took, saved = fetch(self.country, labels[number], region, every, slot, at, longer, seeds[number : number + 1])
            return changed, int(took), (float(saved[0]), float(saved[1]))

        with ThreadPoolExecutor(TEAM) as pool:
            tried = list(pool.map(trial, range(TEAM)))
        number = max(range(TEAM), key=lambda each: tried[each][2])
        changed, _, saved = tried[number]
        self._failed[region] += 1
        if saved > (0.0, 0.0):
            best[:] = labels[number]
            self._failed[changed] = 0
            self.settling.assess_best()
        return sum(took for _, took, _ in tried)

    def regret(self) -> F64:
        """By territory, of the best labels."""
        return np.asarray(regrets(self.country, self.settling.best_label, np.ones(self.settling.problem.territories, dtype=np.bool_)))

    def _halves(self) -> list[Flags]:
        """The territories cut in two across the country in some direction, each half with about as much to gain.

        Not cut where moves are limited: two would use up the same room for them.
        """
        problem = self.settling.problem
        every = np.ones(problem.territories, dtype=np.bool_)
        if np.isfinite(self.settling.ground.moved_limit):
            return [every]
        place = coordinates(problem)[self.settling.based.base]
        order = np.argsort(place @ self.rng.normal(size=place.shape[1]), kind="stable")
        regret = self.regret()
        gain = np.cumsum(regret[order] + SPREAD * regret.mean() + 1e-12)
        first = int(np.clip(np.searchsorted(gain, gain[-1] / TEAM), MOST, problem.territories - MOST))
        half = np.zeros(problem.territories, dtype=np.bool_)
        half[order[:first]] = True
        return [half, every & ~half]


def _country(settling: Settling) -> Country:
    problem, based = settling.problem, settling.based
    priced = with_load_prices(based)
    return Country(
        settling.ground,
        settling.penalty,
        priced,
        priced.min(axis=1),
        np.argmin(priced, axis=1).astype(np.int32),
        problem.trips > 0,
        based.price,
        max(float(np.abs(based.price).max()), settling.unit),
        settling.unit,
    )
