"""The least weight moved that brings territories into band, as a whole-number program over the moves that are offered.

One variable for every unit and territory it may lie in. That territories lie in one piece is added as it is broken: a unit cut off from its
base may lie there only with a unit of the least set that separates the two (Validi, Buchanan & Lykhovyd 2022, doi:10.1287/opre.2021.2141;
least separators as in Fischetti et al. 2017, doi:10.1007/s12532-016-0111-0). Solved by HiGHS (Huangfu & Hall 2018,
doi:10.1007/s12532-017-0130-5), limited by nodes and never by a clock: the same plan everywhere.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, milp

from bailiwick.design.borders.fixed import Based
from bailiwick.design.mending.separators import separated
from bailiwick.design.problem import Ints
from bailiwick.design.problem.limits import holdings, limits_of
from bailiwick.design.programmes.rows import Rows

I32 = npt.NDArray[np.int32]
F64 = npt.NDArray[np.float64]
SCALE = 1e3  # bands as numbers of this size: the solver keeps a row to 1e-6, a plan must keep it to 1e-9
SHRUNK = 2e-6  # of such a number, by which a band shrinks where the solver leaves it by less than it sees


@dataclass(frozen=True)
class Offer:
    """Where units may go. unit, to: int ``[columns]``, every pair once, units in order; a unit that occurs may lie in these territories only,
    and one that does not stays. cost: ``[columns]`` what choosing the pair counts.
    """

    unit: Ints
    to: Ints
    cost: F64


@dataclass(frozen=True)
class Answer:
    """label: int32 by unit, None where none was found. proven: nothing offered counts less, or, without a label, nothing offered will do."""

    label: I32 | None
    proven: bool


class Fewest:
    """The program of one offer. label: int32 by unit, where the units stay that are not offered anything."""

    def __init__(self, based: Based, label: I32, offer: Offer) -> None:
        self.based, self.label, self.offer = based, label, offer
        self.column = {pair: c for c, pair in enumerate(zip(offer.unit.tolist(), offer.to.tolist(), strict=True))}
        self.free = np.zeros(len(label), dtype=np.bool_)
        self.free[offer.unit] = True
        self.rows = Rows()
        self.band: dict[tuple[int, int], int] = {}  # row of each territory and measure
        self._chosen_once()
        self._together()
        self._in_band()
        self._disrupting()
        if based.problem.contiguous:
            self._beside()

    def solve(self, nodes: int, rounds: int) -> Answer:
        """The least that counts, by at most so many ``nodes`` in each of ``rounds``."""
        options, cost = {"node_limit": nodes, "mip_rel_gap": 0.0}, self.offer.cost
        for _ in range(rounds):
            found = milp(cost, integrality=np.ones(len(cost)), bounds=Bounds(0, 1), constraints=self.rows.constraint(len(cost)), options=options)
            proven = found.status in (0, 2)
            if found.x is None:
                return Answer(None, proven)
            label = self._read(found.x)
            if not self._cut(label) + self._shrunk(label):
                return Answer(label, proven)
        return Answer(None, False)

    def _read(self, x: F64) -> I32:
        label = self.label.copy()
        chosen = np.flatnonzero(x > 0.5)
        label[self.offer.unit[chosen]] = self.offer.to[chosen]
        return label

    def _chosen_once(self) -> None:
        first = np.unique(self.offer.unit, return_index=True)[1]
        for start, end in zip(first.tolist(), [*first[1:].tolist(), len(self.offer.unit)], strict=True):
            self.rows.add(np.arange(start, end), 1.0, 1.0, 1.0)

    def _together(self) -> None:
        """Every member of a group goes where its first goes."""
        for group in self.based.problem.groups:
            known = [u for u in group if self.free[u]]
            where = sorted({t for u, t in self.column if u in set(known)})
            for u in known[1:]:
                for t in where:
                    pair = [(c, s) for c, s in ((self.column.get((known[0], t)), 1.0), (self.column.get((u, t)), -1.0)) if c is not None]
                    if pair:
                        self.rows.add([c for c, _ in pair], [s for _, s in pair], 0.0, 0.0)

    def _in_band(self) -> None:
        based, problem, offer = self.based, self.based.problem, self.offer
        low, high = limits_of(problem, based.base)
        stays = self._of_those_that_stay()
        size = np.maximum(np.abs(high), 1e-12)
        for t in np.unique(offer.to).tolist():
            at = np.flatnonzero(offer.to == t)
            amount = problem.amounts[offer.unit[at]].copy()
            if problem.drive_load:
                minutes = based.minutes[t, offer.unit[at]].astype(np.float64)
                amount[:, 0] += problem.drive_load * 2.0 * problem.trips[offer.unit[at]] * minutes / 60.0
            for m in range(amount.shape[1]):
                by = SCALE / size[t, m]
                self.band[t, m] = self.rows.add(at, amount[:, m] * by, (low[t, m] - stays[t, m]) * by, (high[t, m] - stays[t, m]) * by)

    def _of_those_that_stay(self) -> F64:
        """What each territory holds of each measure without the units that are offered anything."""
        held = holdings(self.based.problem, self.based.minutes, self.label)
        problem, units = self.based.problem, np.flatnonzero(self.free)
        for m in range(held.shape[1]):
            held[:, m] -= np.bincount(self.label[units], weights=problem.amounts[units, m], minlength=len(held))
        if problem.drive_load:
            hours = 2.0 * problem.trips[units] * self.based.minutes[self.label[units], units].astype(np.float64) / 60.0
            held[:, 0] -= problem.drive_load * np.bincount(self.label[units], weights=hours, minlength=len(held))
        return held

    def _disrupting(self) -> None:
        today, offer = self.based.problem.today, self.offer
        if today is None or not np.isfinite(today.limit):
            return
        away = (today.territory >= 0) & (today.territory != self.label) & ~self.free
        leaves = np.flatnonzero((today.territory[offer.unit] >= 0) & (today.territory[offer.unit] != offer.to))
        by = SCALE / max(float(today.weight.sum()), 1e-12)
        self.rows.add(leaves, today.weight[offer.unit[leaves]] * by, -np.inf, (today.limit - float(today.weight[away].sum())) * by)

    def _beside(self) -> None:
        """A unit goes nowhere but beside one that lies there: the separators of units that come alone."""
        indptr, indices = self.based.problem.neighbours
        for (u, t), c in self.column.items():
            if u == self.based.base[t]:
                continue
            near = indices[indptr[u] : indptr[u + 1]].tolist()
            if not any(not self.free[v] and self.label[v] == t for v in near):
                self._hangs_on([c], [v for v in near if (v, t) in self.column], t)

    def _hangs_on(self, columns: list[int], separator: list[int], t: int) -> None:
        through = [self.column[v, t] for v in separator]
        for c in columns:
            self.rows.add([c, *through], [1.0, *[-1.0] * len(through)], -np.inf, 0.0)

    def _cut(self, label: I32) -> int:
        """Rows that forbid the pieces of ``label`` that are cut off from their base; how many pieces there are."""
        problem = self.based.problem
        if not problem.contiguous:
            return 0
        pieces = separated(problem.neighbours, label, self.based.base, self.label, self.free, self.column)
        for t, members, separator in pieces:
            columns = [self.column[u, t] for u in members if (u, t) in self.column]
            if len(columns) < len(members):  # a unit that stays is among them
                self.rows.add([self.column[v, t] for v in separator], 1.0, 1.0, np.inf)
            else:
                self._hangs_on(columns, separator, t)
        return len(pieces)

    def _shrunk(self, label: I32) -> int:
        """Narrow the bands that ``label`` leaves by less than the solver sees; how many there are."""
        low, high = limits_of(self.based.problem, self.based.base)
        held = holdings(self.based.problem, self.based.minutes, label)
        count = 0
        for (t, m), row in self.band.items():
            if held[t, m] > high[t, m] + 1e-9:
                self.rows.high[row] -= SHRUNK
                count += 1
            if held[t, m] < low[t, m] - 1e-9:
                self.rows.low[row] += SHRUNK
                count += 1
        return count
