"""One turn of settling: all of it warmed up and cooled, or neighbourhood by neighbourhood, with changes that the proof of a bound tells of."""

import numpy as np

from bailiwick.design.bases.size import MANY
from bailiwick.design.borders.fixed import Settling
from bailiwick.design.borders.local import FEW, Local
from bailiwick.design.bounds.guiding import Guide

LOCAL = 3  # of so many settlings of fewer one is of the whole, the others of neighbourhoods
QUICK = 8  # times more proposals in the time of one settling, when they are of neighbourhoods: those fit into a processor's cache
UNGUIDED = 3  # turns before a proof is asked: what is near at hand needs none
GUIDED = 0.8  # share of the proposals with which it guides


class Improving:
    """Improves the best labels of a settling, turn by turn."""

    def __init__(self, settling: Settling) -> None:
        self.settling = settling
        self._local: Local | None = None
        self._guide: Guide | None = None

    def rest(self) -> None:
        """Give back what takes much room; the settling stays."""
        self._local = self._guide = None

    def become(self, other: "Improving") -> None:
        """Go on with another settling; the one until now is given back, whoever holds this."""
        self.settling, self._local, self._guide = other.settling, other._local, other._guide

    def turn(self, number: int, proposals: int, warm: float, *, guided: bool) -> None:
        """Of neighbourhoods; of few territories every ``LOCAL``-th is of the whole, from ``warm``. guided: whether a proof may be asked, which
        takes about as long as three turns and knows these bases alone.
        """
        count = self.settling.problem.territories
        if count <= MANY and not number % LOCAL:
            self.settling.cycle(proposals, warm)
            return
        proposals *= QUICK if FEW < count <= MANY else 1
        self._local = self._local or Local(self.settling)
        self._local.run(proposals)
        if guided and number >= UNGUIDED and self._provable():
            if self._guide is None or self._guide.past():
                self._guide = Guide(self.settling, self._local.country, self._local.rng)
                self._local.told(self._guide.worth, self._guide.best.value)
            self._guide.run(GUIDED * proposals)

    def _provable(self) -> bool:
        """Whether the plan is in band, neighbourhoods leave something to find, and prices know what may move."""
        problem = self.settling.problem
        fits = problem.contiguous and problem.parts is None and problem.territories > FEW
        return fits and not np.isfinite(self.settling.ground.moved_limit) and bool(self.settling.best[0] <= 1e-9)
