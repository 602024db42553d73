"""Neighbourhoods settled anew where a plan is dearest: a few territories redrawn together, the rest of the country held.

The regret of a territory is what its units cost above their cheapest place at the prices of load, plus what its unused band is worth:
summed over all territories it is exactly the gap to the bound, so that it says where there is something to gain (large neighbourhood
search: Shaw 1998, doi:10.1007/3-540-49481-2_30).
"""

import numpy as np
import numpy.typing as npt

from bailiwick.design.dense import rows_of
from bailiwick.design.fixed import Settling
from bailiwick.design.start import grow

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
MOST = 5  # territories of a neighbourhood
FEW = 2 * MOST  # territories up to which all are settled together
PROPOSALS = 300  # per unit of it
HEATS = (1.0, 5.0, 30.0)  # where it begins, in costs of a median unit
SLICES = 6
REGROWN = 0.5  # share of the neighbourhoods that begin from borders drawn anew by price
SPREAD = 0.02  # regret that every territory counts as, in that of the mean, so that each is tried


def nearby(settling: Settling, proposals: int) -> None:
    """Improve the best labels of a settling by about so many ``proposals`` in neighbourhoods."""
    if settling.problem.territories <= FEW:  # a neighbourhood would be the whole
        settling.cycle(proposals, HEATS[0])
        return
    local = Local(settling, np.random.default_rng(int(settling.state[0])))
    done = 0
    while done < proposals:
        done += local.step()


class Local:
    """Improves the best labels of a settling, neighbourhood by neighbourhood."""

    def __init__(self, settling: Settling, rng: np.random.Generator) -> None:
        self.settling, self.rng = settling, rng
        problem, based = settling.problem, settling.based
        price = based.price.astype(np.float32)
        self.priced: F32 = settling.cost * (1.0 + problem.drive_load * price) + problem.load.astype(np.float32)[:, None] * price
        self.least = self.priced.min(axis=1)
        self.wanted = np.argmin(self.priced, axis=1).astype(np.int32)

    def regret(self) -> F64:
        """By territory, of the best labels."""
        settling, label = self.settling, self.settling.best_label
        problem, k = settling.problem, settling.problem.territories
        unit = (self.priced[np.arange(problem.size), label] - self.least).astype(np.float64)
        cost = settling.cost[np.arange(problem.size), label].astype(np.float64)
        held = np.bincount(label, weights=problem.load + problem.drive_load * cost, minlength=k)
        price, low, high = settling.based.price, settling.low[:, 0], settling.high[:, 0]
        slack = np.where(price > 0, price * (high - held), price * (low - held))
        out = np.maximum(held - high, 0.0) + np.maximum(low - held, 0.0)
        dear = max(float(np.abs(price).max()), settling.unit)
        return np.asarray(np.bincount(label, weights=unit, minlength=k) + np.maximum(slack, 0.0) + 10.0 * dear * out)

    def step(self) -> int:
        """One neighbourhood; returns the proposals it took."""
        settling, label = self.settling, self.settling.best_label
        chosen = self._chosen(label)
        active = np.flatnonzero(np.isin(label, chosen)).astype(np.int32)
        settling.label[:] = label
        if self.rng.random() < REGROWN:
            self._regrow(chosen, active)
        hot = float(self.rng.choice(HEATS))
        steps = PROPOSALS * len(active)
        settling.cool(steps, hot, SLICES, self._busy(active))
        return steps

    def _busy(self, active: I32) -> I32:
        """Units to propose from, those with work more often."""
        busy = active[self.settling.problem.trips[active] > 0]
        return np.concatenate([active, busy]) if len(busy) else active

    def _chosen(self, label: I32) -> I32:
        """A territory by its regret, those its units would rather be in, and some beside them."""
        problem, rng = self.settling.problem, self.rng
        regret = self.regret()
        chance = regret + SPREAD * regret.mean() + 1e-12
        seed = int(rng.choice(len(chance), p=chance / chance.sum()))
        mine = np.flatnonzero(label == seed)
        dear = self.priced[mine, seed] - self.least[mine]
        pull = np.bincount(self.wanted[mine], weights=np.maximum(dear, 0.0), minlength=len(chance))
        theirs = np.flatnonzero(self.wanted == seed)
        pull += np.bincount(label[theirs], weights=np.maximum(self.priced[theirs, label[theirs]] - self.least[theirs], 0.0), minlength=len(chance))
        indptr, indices = problem.neighbours
        for u in mine:
            pull[label[indices[indptr[u] : indptr[u + 1]]]] += 1e-9 + SPREAD * chance.mean() / len(mine)
        pull[seed] = 0.0
        count = min(int(rng.integers(1, MOST)), int(np.count_nonzero(pull)))
        others = rng.choice(len(pull), count, replace=False, p=pull / pull.sum()) if count else np.empty(0, np.int64)
        return np.append(others, seed).astype(np.int32)

    def _regrow(self, chosen: I32, active: I32) -> None:
        """The neighbourhood drawn anew from its bases, in one piece each; as it was where that leaves units out."""
        settling = self.settling
        problem, base = settling.problem, settling.based.base
        at = np.full(problem.size, -1, dtype=np.int32)
        at[active] = np.arange(len(active))
        ptr, to, _ = rows_of(*problem.neighbours, None, active, at)
        slot = np.full(problem.territories, -1, dtype=np.int32)
        slot[chosen] = np.arange(len(chosen))
        inner = np.full(len(active), -1, dtype=np.int32)
        held = settling.frozen[active]
        inner[held] = slot[settling.best_label[active[held]]]
        inner[at[base[chosen]]] = np.arange(len(chosen))
        found = grow(ptr, to, np.ascontiguousarray(self.priced[np.ix_(active, chosen)]), inner)
        if np.all(found >= 0):
            settling.label[active] = chosen[found]
