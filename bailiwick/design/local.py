"""Neighbourhoods settled anew where a plan is dearest: a few territories redrawn together, the rest of the country held.

The regret of a territory is what its units cost above their cheapest place at the prices of load, plus what its unused band is worth:
summed over all territories it is exactly the gap to the bound, so that it says where there is something to gain (large neighbourhood
search: Shaw 1998, doi:10.1007/3-540-49481-2_30).
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bailiwick.design.dense import rows_of
from bailiwick.design.fixed import Settling, temperatures
from bailiwick.design.start import grow
from bailiwick.kernels.anneal_fixed import settle

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
TEAM = 2  # neighbourhoods side by side, whatever the machine: the same plan everywhere


@dataclass(frozen=True)
class Part:
    """A few whole territories as a problem of their own. chosen: territories; active: their units; slot: number in ``chosen`` by territory.

    limit: weight that may move within it. hot: where its settling begins. seed: of its own proposals. regrown: whether from new borders.
    """

    chosen: I32
    active: I32
    slot: I32
    limit: float
    hot: float
    seed: int
    regrown: bool


@dataclass(frozen=True)
class Redrawn:
    """Labels of a part's units, before and after, and how much lies outside the bands and what they cost, both times."""

    part: Part
    label: I32
    before: F64
    after: F64


class Local:
    """Improves the best labels of a settling, neighbourhood by neighbourhood. Its numbers come from the state of the settling."""

    def __init__(self, settling: Settling) -> None:
        self.settling, self.rng = settling, np.random.default_rng(int(settling.state[0]))
        problem, based = settling.problem, settling.based
        price = based.price.astype(np.float32)
        self.priced: F32 = settling.cost + (based.hours * np.float32(problem.drive_load) + problem.load.astype(np.float32)[:, None]) * price
        self.least = self.priced.min(axis=1)
        self.wanted = np.argmin(self.priced, axis=1).astype(np.int32)

    def run(self, proposals: int) -> None:
        """Improve the best labels of the settling by about so many ``proposals``."""
        if self.settling.problem.territories <= FEW:  # a neighbourhood would be the whole
            self.settling.cycle(proposals, HEATS[0])
            return
        done = 0
        with ThreadPoolExecutor(TEAM) as pool:
            while done < proposals:
                done += self.step(pool)
        self.settling.assess_best()

    def regret(self) -> F64:
        """By territory, of the best labels."""
        settling, label = self.settling, self.settling.best_label
        problem, k = settling.problem, settling.problem.territories
        unit = (self.priced[np.arange(problem.size), label] - self.least).astype(np.float64)
        hours = settling.based.hours[np.arange(problem.size), label].astype(np.float64)
        held = np.bincount(label, weights=problem.load + problem.drive_load * hours, minlength=k)
        price, low, high = settling.based.price, settling.low[:, 0], settling.high[:, 0]
        slack = np.where(price > 0, price * (high - held), price * (low - held))
        out = np.maximum(held - high, 0.0) + np.maximum(low - held, 0.0)
        dear = max(float(np.abs(price).max()), settling.unit)
        return np.asarray(np.bincount(label, weights=unit, minlength=k) + np.maximum(slack, 0.0) + 10.0 * dear * out)

    def step(self, pool: ThreadPoolExecutor) -> int:
        """Neighbourhoods apart from one another, side by side; returns the proposals they took."""
        settling = self.settling
        regret = self.regret()
        alone = np.isfinite(settling.limit)  # two would use up the same room for moves
        taken = np.zeros(settling.problem.territories, dtype=np.bool_)
        parts: list[Part] = []
        for _ in range(1 if alone else TEAM):
            chosen = self._chosen(settling.best_label, regret, taken)
            if chosen is None:
                break
            taken[chosen] = True
            parts.append(self._part(chosen))
        for found in list(pool.map(self._redrawn, parts)):
            if tuple(found.after) < tuple(found.before):
                settling.best_label[found.part.active] = found.part.chosen[found.label]
        return sum(PROPOSALS * len(part.active) for part in parts)

    def _chosen(self, label: I32, regret: F64, taken: npt.NDArray[np.bool_]) -> I32 | None:
        """A territory by its regret, those its units would rather be in, and some beside them; None where all are taken."""
        problem, rng = self.settling.problem, self.rng
        chance = np.where(taken, 0.0, regret + SPREAD * regret.mean() + 1e-12)
        if not chance.any():
            return None
        seed = int(rng.choice(len(chance), p=chance / chance.sum()))
        mine = np.flatnonzero(label == seed)
        dear = self.priced[mine, seed] - self.least[mine]
        pull = np.zeros(len(chance))  # a territory may be empty, and numpy's counts of nothing are whole numbers
        pull += np.bincount(self.wanted[mine], weights=np.maximum(dear, 0.0), minlength=len(chance))
        theirs = np.flatnonzero(self.wanted == seed)
        pull += np.bincount(label[theirs], weights=np.maximum(self.priced[theirs, label[theirs]] - self.least[theirs], 0.0), minlength=len(chance))
        indptr, indices = problem.neighbours
        for u in mine:
            pull[label[indices[indptr[u] : indptr[u + 1]]]] += 1e-9 + SPREAD * chance.mean() / len(mine)
        pull[seed] = 0.0
        pull[taken] = 0.0
        count = min(int(rng.integers(1, MOST)), int(np.count_nonzero(pull)))
        others = rng.choice(len(pull), count, replace=False, p=pull / pull.sum()) if count else np.empty(0, np.int64)
        return np.append(others, seed).astype(np.int32)

    def _part(self, chosen: I32) -> Part:
        settling = self.settling
        slot = np.full(settling.problem.territories, -1, dtype=np.int32)
        slot[chosen] = np.arange(len(chosen))
        active = np.flatnonzero(slot[settling.best_label] >= 0).astype(np.int32)
        limit = settling.limit
        if np.isfinite(limit):
            left = (settling.current >= 0) & (settling.current != settling.best_label) & (slot[settling.best_label] < 0)
            away = (settling.current[active] >= 0) & (slot[settling.current[active]] < 0)
            limit -= float(settling.moved_weight[left].sum() + settling.moved_weight[active][away].sum())
        rng = self.rng
        return Part(chosen, active, slot, limit, float(rng.choice(HEATS)), int(rng.integers(1, 2**62)), bool(rng.random() < REGROWN))

    def _redrawn(self, part: Part) -> Redrawn:
        """One neighbourhood annealed as a problem of its own."""
        settling, problem, active = self.settling, self.settling.problem, part.active
        at = np.full(problem.size, -1, dtype=np.int32)
        at[active] = np.arange(len(active))
        ptr, to, _ = rows_of(*problem.neighbours, None, active, at)
        tie_ptr, tie_to, tie_hours = rows_of(*problem.tie_list, active, at)
        busy = np.flatnonzero(problem.trips[active] > 0).astype(np.int32)
        proposed = np.concatenate([np.arange(len(active), dtype=np.int32), busy])
        current = settling.current[active]
        current = np.where(current >= 0, part.slot[current], -1).astype(np.int32)
        cost = np.ascontiguousarray(settling.cost[active][:, part.chosen])
        driven = np.ascontiguousarray(settling.based.hours[active][:, part.chosen]) if problem.drive_load > 0 else cost
        state, penalty = np.array([part.seed], dtype=np.uint64), settling.penalty.copy()
        label = part.slot[settling.best_label[active]]
        best, found = np.full(2, np.inf), label.copy()
        slope, moved_weight = settling.slope[part.chosen], settling.moved_weight[active]

        def anneal(begin: I32, hot: float, cold: float, steps: int) -> None:
            settle(
                cost, driven, problem.amounts[active], settling.low[part.chosen], settling.high[part.chosen], problem.drive_load,
                at[settling.based.base[part.chosen]], settling.frozen[active], ptr, to, tie_ptr, tie_to, tie_hours, current,
                moved_weight, part.limit, proposed, begin, hot, cold, steps, penalty, slope, state, found, best,
            )  # fmt: skip

        anneal(label, settling.unit, settling.unit, 0)
        before = best.copy()
        if part.regrown:
            label = self._regrown(part, ptr, to, label)
        steps = PROPOSALS * len(active) // SLICES
        for hot, cold in temperatures(part.hot, SLICES):
            anneal(label, hot * settling.unit, cold * settling.unit, steps)
        return Redrawn(part, found, before, best)

    def _regrown(self, part: Part, ptr: I32, to: I32, label: I32) -> I32:
        """The neighbourhood drawn anew from its bases, in one piece each; as it was where that leaves units out."""
        held = self.settling.frozen[part.active]  # bases are
        begin = np.where(held, label, -1).astype(np.int32)
        found = grow(ptr, to, np.ascontiguousarray(self.priced[part.active][:, part.chosen]), begin)
        return found if np.all(found >= 0) else label
