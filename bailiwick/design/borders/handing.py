"""What fills a good part of a territory is offered to other territories, where that costs least first.

Which territory serves Alaska is decided by no step that makes a plan better: the one that gives it has too little until it has taken from
its neighbours, these from theirs, and the one that takes it too much.
"""

import numpy as np
import numpy.typing as npt

from bailiwick.design.borders.attempts import attempted
from bailiwick.design.borders.fixed import Settling
from bailiwick.design.borders.pockets import sets_of
from bailiwick.kernels.anneal_fixed import BARRED
from bailiwick.kernels.hand import hand_over
from bailiwick.kernels.neighbourhood import Country, regrets

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
TAKERS = 4  # that each is offered to, the cheapest at prices of load: who is near may be full
DEARER = 0.25  # of the mean cost of a territory, that it may cost more there
WIDTHS = (10, 16, 7)  # territories settled together, of one offer after the other
DOUBT = 0.5  # what remains of the hope in an offer that brought nothing
ANYWAY = 0.3  # regret, in that of the mean, that each is taken to have: prices may hide what is dear
HOPELESS = 0.1  # hope, in mean regret of a territory, that is not worth an offer


class Handing:
    """Improves the best labels of a settling in place. rng: where its numbers come from."""

    def __init__(self, settling: Settling, country: Country, rng: np.random.Generator) -> None:
        self.settling, self.country, self.rng = settling, country, rng
        sets, frozen = sets_of(settling.based), settling.ground.frozen
        heavy = np.setdiff1d(sets.heavy(), sets.of[frozen])
        self.first = sets.first[heavy]
        self.member = [np.flatnonzero(sets.of == each).astype(np.int32) for each in heavy]
        self.cost = np.where(sets.cost[heavy] < BARRED, sets.priced(heavy, settling.based.price), BARRED)
        self.nearest = np.argsort(self.cost, axis=1, kind="stable")[:, : TAKERS + 1]
        self._failed = np.zeros((len(heavy), settling.problem.territories), dtype=np.int64)
        self._room = 0.0  # proposals that it may take by now

    def run(self, proposals: float) -> None:
        """Offer while that takes no more than so many ``proposals``, with those that runs before left over."""
        self._room += proposals
        while self._room > 0.0 and len(self.member):
            hope = self.hope()
            number, place = np.unravel_index(int(np.argmax(hope)), hope.shape)
            if hope[number, place] <= HOPELESS:
                self._room = 0.0
                return
            self._room -= self.offered(int(number), int(self.nearest[number, place]))

    def hope(self) -> F64:
        """By heavy set and its nearest territories: the regret of who has it, in that of the mean and a little, the less the dearer it is there."""
        label, row = self.settling.best_label, np.arange(len(self.member))
        owner = label[self.first]
        regret = regrets(self.country, label, np.ones(self.settling.problem.territories, dtype=np.bool_))
        room = DEARER * abs(self.settling.best[1]) / len(regret)
        there = np.take_along_axis(self.cost, self.nearest, axis=1)
        dearer = there - self.cost[row, owner][:, None]
        found = (ANYWAY + regret[owner] / max(float(regret.mean()), 1e-12))[:, None] * np.maximum(1.0 - dearer / room, 0.0)
        found *= DOUBT ** np.take_along_axis(self._failed, self.nearest, axis=1)
        return np.asarray(np.where((self.nearest == owner[:, None]) | (there >= BARRED), 0.0, found))

    def offered(self, number: int, taker: int) -> float:
        """Offer one set to one territory; returns how many proposals elsewhere take as long."""
        took, changed = self.given(self.member[number], taker, WIDTHS[self._failed[number, taker] % len(WIDTHS)])
        self._failed[number, taker] += 1
        if len(changed):
            self._failed[np.isin(self.settling.best_label[self.first], changed)] = 0
        return took

    def given(self, member: I32, taker: int, wide: int) -> tuple[float, I32]:
        """Units given to ``taker``, tried with about ``wide`` territories around; as of ``attempted``."""
        return attempted(
            self.settling, self.rng, lambda label, slot, at, state: hand_over(self.country, label, member, taker, wide, slot, at, state)
        )
