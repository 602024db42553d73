"""A plan improved with regions of other plans: the grafts that promise most are tried first, until so many in a row do not take."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from bailiwick.design.bases.dense import Dense, Found, costs, found_at
from bailiwick.kernels.anneal_free import ADRIFT
from bailiwick.kernels.grafting import Plan, graft, guesses
from bailiwick.kernels.nearby import World

Flags = npt.NDArray[np.bool_]
I64 = npt.NDArray[np.int64]
SIZES = (1, 2, 3, 4, 6, 8, 11, 15, 20, 27, 36, 50, 70, 100)  # regions of a graft, at most half of all
FAILURES = 40  # grafts in a row that do not take, after which a donor has nothing more to give
WORTH = 1e-4  # of the cost, that going through a donor's offers must bring for them to be looked at anew
CLOSER, WARM = 200, 0.2  # proposals per point of the seam, and where its annealing begins, in mean cost of a point


class Grafting:
    """Grafts of one problem. Regions with a base or points of their own stay as they are."""

    def __init__(self, dense: Dense, world: World, state: npt.NDArray[np.uint64]) -> None:
        self._dense, self._world, self._state = dense, world, state
        self._sizes = np.array([size for size in SIZES if 2 * size <= dense.regions], dtype=np.int64)

    def improved(self, here: Found, donors: list[Found], proposals: int) -> Iterator[tuple[Found, int]]:
        """Rounds of about so many ``proposals``: the plan so far, never worse than the one before, and how many proposals the round took."""
        host, held = self._plan(here), self._held(here)
        for donor in donors:
            other, before = self._plan(donor), np.inf
            while min(host.base.min(), other.base.min()) >= 0 and before - here.cost > WORTH * here.cost:
                before = here.cost
                for found, spent in self._taken(host, other, held, here, proposals):
                    here = found
                    yield here, spent

    def _taken(self, host: Plan, donor: Plan, held: Flags, here: Found, proposals: int) -> Iterator[tuple[Found, int]]:
        """The donor's offers gone through once; ``host`` is ``here`` with its regions' costs, and kept true."""
        spent, failures = 0, 0
        for centre, size in self._offers(host, donor, held):
            gained, took = graft(host, donor, held, centre, size, CLOSER, WARM, self._world, self._state)
            here = found_at(self._dense, host.label, host.cost) if gained > 0.0 else here
            failures = 0 if gained > 0.0 else failures + 1
            spent += took
            if failures >= FAILURES:
                break
            if spent >= proposals:
                yield here, spent
                spent = 0
        yield here, spent

    def _plan(self, found: Found) -> Plan:
        cost, base = costs(self._dense, found.label)
        return Plan(found.label.copy(), base, cost)

    def _held(self, found: Found) -> Flags:
        held = np.asarray(self._dense.pinned >= 0)
        held[found.label[self._dense.frozen]] = True
        return held

    def _offers(self, host: Plan, donor: Plan, held: Flags) -> I64:
        """Grafts as centre and size, the most promising first, those that come to the same once ``[any, 2]``."""
        price = float(host.cost[host.cost < ADRIFT].sum() / self._dense.weight.sum())
        saved = guesses(host, donor, held, self._sizes, price, self._world)
        values, first = np.unique(-saved, return_index=True)
        return np.stack(np.unravel_index(first[np.isfinite(values)], saved.shape), axis=1)
