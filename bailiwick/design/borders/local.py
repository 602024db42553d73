"""A settled plan improved neighbourhood by neighbourhood where it is dearest, two parts of the country side by side."""

from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

import numpy as np
import numpy.typing as npt

from bailiwick.design.bases.contract import coordinates
from bailiwick.design.borders.fetching import Fetching
from bailiwick.design.borders.fixed import Settling, with_load_prices
from bailiwick.design.borders.handing import Handing
from bailiwick.kernels.chance import generator
from bailiwick.kernels.neighbourhood import HEATS, SPREAD, Country, regrets
from bailiwick.kernels.redraw import redraw

I32 = npt.NDArray[np.int32]
F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
FEW = 10  # territories up to which all are settled together
TEAM = 2  # parts of the country side by side, whatever the machine: the same plan everywhere
PART = FEW // TEAM  # territories of one of them, at least
FETCHING, HANDING = 0.6, 0.3  # shares of the proposals with which territories fetch from afar, and what is heavy is offered to others


class Local:
    """Improves the best labels of a settling. Its numbers come from the state of the settling."""

    def __init__(self, settling: Settling) -> None:
        self.settling, self.rng = settling, np.random.default_rng(int(settling.state[0]))
        self.country = _country(settling)
        self.worth = self.value = np.empty(0)
        self.fetching = Fetching(settling, self.country, self.rng)

    @cached_property
    def handing(self) -> Handing:
        """Made when it is first asked: few territories, or such as need not be in one piece, offer nothing."""
        return Handing(self.settling, self.country, self.rng)

    def run(self, proposals: int) -> None:
        """Improve the best labels of the settling by about so many ``proposals``."""
        settling = self.settling
        if settling.problem.territories <= FEW:  # a neighbourhood would be the whole
            settling.cycle(proposals, HEATS[0])
            return
        halves = self._halves()
        states = [generator(int(seed)) for seed in self.rng.integers(1, 2**62, len(halves))]

        def improve(number: int) -> None:
            redraw(self.country, settling.best_label, halves[number], proposals // len(halves), self.worth, self.value, states[number])

        with ThreadPoolExecutor(TEAM) as pool:
            list(pool.map(improve, range(len(halves))))
        settling.assess_best()
        if settling.problem.contiguous:
            self.fetching.run(FETCHING * proposals)
            self.handing.run(HANDING * proposals)

    def told(self, worth: F64, value: F64) -> None:
        """What a proof says each unit is worth, and what each base makes of that: neighbourhoods are drawn where that leaves most to gain."""
        self.worth, self.value = worth, value

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
        first = int(np.clip(np.searchsorted(gain, gain[-1] / TEAM), PART, problem.territories - PART))
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
