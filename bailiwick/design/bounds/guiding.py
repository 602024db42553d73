"""What the proof of a bound says of a plan: where its territories would rather lie, several of them at once.

At prices that prove a bound each base has a best territory. Begun from a plan, averages over a few rounds of answers stay near it and differ
where several territories together should change hands round about, which settling a few neighbours at a time does not find. Averages of
such answers tend to the solution of the linear programme over whole territories (Larsson, Patriksson & Strömberg 1999,
doi:10.1007/s101070050090); rounding it to a plan there is tried like any other change, and kept where it is better.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from bailiwick.design.borders.attempts import attempted
from bailiwick.design.borders.fixed import Settling
from bailiwick.design.bounds.pricing import Bases
from bailiwick.design.bounds.turns import Turns
from bailiwick.design.bounds.undivided import STEPS, SWEEPS
from bailiwick.design.problem import Ints
from bailiwick.kernels.anneal_fixed import BARRED
from bailiwick.kernels.neighbourhood import Country
from bailiwick.kernels.trial import trial

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
ROUNDS, BEFORE, STEP = 20, 5, 2e-4  # answers to average over, those before that are not counted, and steps of the prices, of a usual one
TRIALS = 40  # of one average
WIDTHS = (10, 6, 16)  # territories of a trial, of one after the other for the same territory
PATIENCE, MOST = 2, 6  # settlings that bring nothing before a trial is given up, and at most in it
DOUBT = 0.7  # what remains of the hope in a territory whose trial brought nothing
HOPELESS = 3e-4  # hope, in mean hours of a territory, that is not worth a trial
LEAST = 2e-3  # load that territories must exchange to be tried together, of a mean one


class Guide:
    """Improves the best labels of a settling, which are in band, in place. rng: where its numbers come from."""

    def __init__(self, settling: Settling, country: Country, rng: np.random.Generator) -> None:
        self.settling, self.country, self.rng = settling, country, rng
        based, label = settling.based, settling.best_label
        bases = Bases(based, max(based.objective(label) - based.bound, 0.0), label)
        self.held = _held(bases, label)
        self.owner = label[bases.sets.first[self.held]]
        self.first, self.of, self.load, self.idle = bases.sets.first, bases.sets.of, bases.sets.load, bases.sets.idle
        self.best, listed = bases.examine(bases.first())
        self.turns = Turns(bases.sets, listed, self.best.reach, self.best.whole, bases.slack)
        if np.isfinite(self.best.bound):
            self.best, listed = bases.examine(self.turns.climbed(self.best.price, self._served(), SWEEPS, *STEPS[0])[0])
            self.turns = Turns(bases.sets, listed, self.best.reach, self.best.whole, bases.slack)
        self.worth = bases.by_unit(self.best.price)
        if np.isfinite(self.best.bound):
            settling.worth = self.worth
        self.least = LEAST * float(settling.problem.load.sum()) / settling.problem.territories
        count = settling.problem.territories
        self._failed = np.zeros(count, dtype=np.int64)  # times that a trial of a territory brought nothing
        self._done = np.zeros(count, dtype=np.bool_)  # as territories would rather lie now
        self._left, self._room = 0, 0.0  # trials until that is asked anew; proposals that it may take by now
        self._lead, self._exchanged = self._served(), np.zeros((count, count))

    def past(self) -> bool:
        """Whether what it took to stay where it was has moved: its proof is of other plans."""
        return bool(np.any(self._served()[self.held] != self.owner))

    def run(self, proposals: float) -> None:
        """Try changes while that takes no more than so many ``proposals``, with those that runs before left over."""
        if not np.isfinite(self.best.bound):  # a plan within a hair of its band: prices prove nothing of it
            return
        self._room += proposals
        while self._room > 0.0:
            hope = np.where(self._done, 0.0, self._regret() * DOUBT**self._failed)
            region = int(np.argmax(hope))
            if self._left == 0 or hope[region] <= HOPELESS * abs(self.settling.best[1]) / len(hope):
                self.ask()
                continue
            among = _together(self._exchanged, region, WIDTHS[self._failed[region] % len(WIDTHS)], self.least)
            self._done[region] = True
            self._failed[region] += 1
            if len(among) > 1:
                self.tried(among)

    def ask(self) -> None:
        """Where territories would rather lie, averaged anew."""
        rounds = np.array([self.rng.permutation(len(self._failed)) for _ in range(ROUNDS)])
        self._lead = self._leading(self.turns.averaged(self.best.price, self._served(), rounds, STEP, BEFORE))
        self._exchanged = self._exchange()
        self._done[:] = False
        self._left = TRIALS
        self._room -= ROUNDS * len(self.turns.unit)

    def tried(self, among: I32) -> None:
        """Units of the territories ``among`` moved to those of them where they would rather lie."""
        label, to, part = self.settling.best_label, self._lead[self.of], np.zeros(len(self._failed), dtype=np.bool_)
        part[among] = True
        unit = np.flatnonzero((to != label) & part[label] & part[to]).astype(np.int32)

        took, changed = attempted(
            self.settling,
            self.rng,
            lambda label, slot, at, state: trial(self.country, label, among, unit, to[unit], 1, PATIENCE, MOST, slot, at, state),
        )
        self._room -= took
        self._left -= 1
        if len(changed):
            self._done[changed], self._failed[changed] = False, 0
            self._exchanged = self._exchange()

    def _leading(self, mean: F64) -> I32:
        """The territory that each set is in most often; as it is, where it has no work or is in none."""
        unit, base = self.turns.unit, self.turns.base
        lead = self._served().copy()
        order = np.argsort(mean, kind="stable")  # the last to be written is the one with most
        order = order[(mean[order] > 0.0) & ~self.idle[unit[order]]]
        lead[unit[order]] = base[order]
        return lead

    def _served(self) -> I32:
        return self.settling.best_label[self.first]

    def _regret(self) -> F64:
        """By territory, what it makes of the prices above what its base can at least ``[k]``."""
        label = self.settling.best_label
        cost = self.settling.based.cost[np.arange(len(label)), label].astype(np.float64)
        return np.bincount(label, weights=cost - self.worth, minlength=len(self._failed)) - self.best.value

    def _exchange(self) -> F64:
        """Load that would change hands between any two territories ``[k, k]``."""
        served, count = self._served(), len(self._failed)
        differ = self._lead != served
        flow = np.zeros((count, count))
        np.add.at(flow, (served[differ], self._lead[differ]), self.load[differ])
        return flow + flow.T


def _held(bases: Bases, label: I32) -> Ints:
    """The heavy sets, which from now on may be served only from where ``label`` has them.

    Cut in pieces they would lead several territories astray: who should serve them is tried elsewhere, one after the other.
    """
    sets = bases.sets
    heavy = sets.heavy()
    owner, cost = label[sets.first[heavy]], sets.cost.copy()
    cost[heavy] = np.where(np.arange(len(sets.base)) == owner[:, None], cost[heavy], BARRED)
    bases.sets = replace(sets, cost=cost)
    return heavy


def _together(exchanged: F64, region: int, width: int, least: float) -> I32:
    """``region`` and, one by one, the territory that exchanges most with one of those so far, while that is at least ``least``."""
    found = [region]
    most = exchanged[region].copy()
    most[region] = -1.0
    while len(found) < width and most.max() >= least:
        next_ = int(np.argmax(most))
        found.append(next_)
        most = np.maximum(most, exchanged[next_])
        most[found] = -1.0
    return np.array(found, dtype=np.int32)
