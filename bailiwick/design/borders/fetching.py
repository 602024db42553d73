"""Territories fetch from afar, those first that would save most by it at the prices of load."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from bailiwick.design.borders.attempts import TEAM, attempted
from bailiwick.design.borders.fixed import Settling
from bailiwick.kernels.fetch import LONGER, PATIENCE, WIDEST, fetch, hopes
from bailiwick.kernels.neighbourhood import Country
from bailiwick.kernels.trial import PROPOSALS

I32 = npt.NDArray[np.int32]
DOUBT = 0.5  # what remains of the hope in a territory that fetched for nothing: the next trial is longer
REFUSED = 0.7  # and in fetching from the territory that most of it would have come from
HOPELESS = 1e-3  # hope, in mean hours of a territory, that is not worth a trial
ANEW = 8  # runs after which hopes are found anew of territories that did not change themselves


class Fetching:
    """Improves the best labels of a settling in place. rng: where its numbers come from."""

    def __init__(self, settling: Settling, country: Country, rng: np.random.Generator) -> None:
        count = settling.problem.territories
        self.settling, self.country, self.rng = settling, country, rng
        self._failed = np.zeros(count, dtype=np.int64)  # times that a territory fetched for nothing
        self._refused = np.zeros(count, dtype=np.int64)  # and that most of it would have come from it
        self._hope, self._giver = np.zeros(count), np.arange(count, dtype=np.int32)
        self._seen: I32 = np.full(settling.problem.size, -1, dtype=np.int32)  # labels that hopes are of
        self._runs, self._room = 0, 0.0  # proposals that it may take by now

    def run(self, proposals: float) -> None:
        """Fetch while that takes no more than so many ``proposals``, with those that runs before left over."""
        problem = self.settling.problem
        if self._runs % ANEW == 0:
            self._seen[:] = -1
        self._runs += 1
        self._room += proposals
        brief = TEAM * PATIENCE * PROPOSALS * min(problem.size, WIDEST * problem.size // problem.territories)
        while self._room > brief:
            self.look()
            hope = self._hope * DOUBT**self._failed * REFUSED ** self._refused[self._giver]
            region = int(np.argmax(hope))
            longer = min(2 ** int(self._failed[region]), LONGER)
            if hope[region] < HOPELESS * abs(self.settling.best[1]) / problem.territories or self._room < longer * brief:
                return
            self._room -= self.tried(region, longer)

    def tried(self, region: int, longer: int) -> float:
        """Let ``region`` fetch; returns how many proposals elsewhere take as long. longer: times those of a brief trial."""
        every = np.ones(len(self._hope), dtype=np.bool_)
        took, changed = attempted(
            self.settling, self.rng, lambda label, slot, at, state: fetch(self.country, label, region, every, slot, at, longer, state)
        )
        self._failed[region] += 1
        self._failed[changed] = self._refused[changed] = 0
        if not len(changed):
            self._refused[self._giver[region]] += 1
        return took

    def look(self) -> None:
        """Hopes of the territories that have changed since they were looked at."""
        label = self.settling.best_label
        differ = label != self._seen
        changed = np.unique(np.concatenate([label[differ], self._seen[differ]]))
        changed = changed[changed >= 0]
        every = np.ones(len(self._hope), dtype=np.bool_)

        def part(number: int) -> None:
            hopes(self.country, label, np.ascontiguousarray(changed[number::TEAM]), every, self._hope, self._giver)

        with ThreadPoolExecutor(TEAM) as pool:
            list(pool.map(part, range(TEAM)))
        self._seen[differ] = label[differ]
