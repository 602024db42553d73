"""Units that go together whatever the bases, checked from neighbours and roads: plain numpy and scipy, nothing shared with the search.

Where every way to some land leads through one unit and the land holds too little for a territory, a territory in one piece that holds any of
it holds that unit, and so all of it. So at most one base lies there, and it serves all of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from bailiwick.review.verify_undivided import Pieces, Sets, made, sets_of

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]
CHUNK = 64  # rows of roads at a time, for memory


@dataclass(frozen=True)
class Served:
    """Islands as they are served. price, load, of each; served: hours a year that each costs from every unit ``[islands, n]``."""

    price: Array
    load: Array
    served: F32


@dataclass(frozen=True)
class Islands:
    """What is claimed, then what is believed of it. entrance: the unit that each goes with, itself where it goes alone ``[n]``; links: neighbours as
    pairs (from, to). inside: bases there with the reach and the load from which units are whole that prove what each makes. rows: minutes
    from units to all; max_minutes: no unit further from its base. contiguous: whether territories lie in one piece at all.
    """

    entrance: Ints
    links: tuple[Ints, Ints]
    inside: Mapping[int, tuple[float, float]]
    rows: Callable[[Ints], F32]
    max_minutes: float = np.inf
    contiguous: bool = True

    @property
    def alone(self) -> Flags:
        """Units that go with no other ``[n]``."""
        return np.asarray(np.bincount(self.entrance, minlength=len(self.entrance))[self.entrance] == 1)

    @property
    def names(self) -> list[int]:
        """The entrance of each island."""
        return [int(e) for e in np.unique(self.entrance[~self.alone])]

    def believed(self, load: Array, trips: Array, least: float, drive_load: float) -> "Islands":
        """Those that the neighbours prove. least: load that every territory holds; drive_load: load an hour of driving adds."""
        every = np.arange(len(self.entrance))
        entrance = self.entrance.copy()
        for name in self.names:
            behind = np.flatnonzero((self.entrance == name) & (every != name))
            proven = self.contiguous and self.entrance[name] == name and self._holds(name, behind, load, trips, least, drive_load)
            entrance[behind] = entrance[behind] if proven else behind
        return replace(self, entrance=entrance)

    def _holds(self, name: int, behind: Ints, load: Array, trips: Array, least: float, drive_load: float) -> bool:
        """Whether ``behind`` is all of one or more parts that only ``name`` joins to the rest, each with too little for a territory."""
        start, to = self.links
        kept = (start != name) & (to != name)
        graph = csr_array((np.ones(int(kept.sum()), dtype=np.int8), (start[kept], to[kept])), shape=(len(load), len(load)))
        part = connected_components(graph, directed=False)[1]
        part[name] = -1
        inside = np.isin(part, part[behind])
        held = np.bincount(part[behind], weights=load[behind])
        if drive_load > 0.0:
            farthest = self.rows(behind)[:, behind].max(axis=0).astype(np.float64)
            held += np.bincount(part[behind], weights=drive_load * trips[behind] * farthest / 30.0)
        return bool(inside.sum() == len(behind)) and bool(held.max() < least)

    def each(self, price: Array, load: Array, trips: Array) -> Served:
        """The islands as one unit each; what nobody drives to is no part of them."""
        names, driven = self.names, trips > 0
        total, held = (np.bincount(self.entrance, weights=v * driven, minlength=len(trips))[names].astype(np.float64) for v in (price, load))
        served = np.zeros((len(names), len(trips)), dtype=np.float32)
        for i, name in enumerate(names):
            busy = np.flatnonzero((self.entrance == name) & driven)
            for first in range(0, len(busy), CHUNK):
                some = busy[first : first + CHUNK]
                served[i] += (trips[some] / 30.0) @ self._minutes(some)
        return Served(total, held, served)

    def shut(self, candidates: Ints) -> Ints:
        """The candidates on islands whose bases all have proofs of their own."""
        on = candidates[~self.alone[candidates]]
        open_ = {int(self.entrance[u]) for u in on.tolist() if u not in self.inside}
        return np.array([u for u in on.tolist() if int(self.entrance[u]) not in open_], dtype=np.int64)

    def made(
        self, shut: Ints, price: Array, load: Array, trips: Array, band: tuple[float, float], capacity: Array | None, drive_load: float
    ) -> Array:
        """What the best of the bases ``shut`` makes of prices, by island; each serves all of its own. capacity: as of ``FreeCase``."""
        if not len(shut):
            return np.empty(0)
        sets = sets_of(self.entrance, self.links)
        least: dict[int, float] = {}
        for first in range(0, len(shut), CHUNK):
            some = shut[first : first + CHUNK]
            for base, minutes in zip(some.tolist(), self._minutes(some), strict=True):
                hours = trips / 30.0 * np.where(trips > 0, minutes, 0.0)
                most = band[1] if capacity is None else float(capacity[base])
                value = self._filled_from(base, sets, hours - price, load + drive_load * np.where(np.isfinite(hours), hours, 0.0), (band[0], most))
                name = int(self.entrance[base])
                least[name] = min(least.get(name, np.inf), value)
        return np.array(list(least.values()))

    def _filled_from(self, base: int, sets: Sets, gain: Array, weight: Array, band: tuple[float, float]) -> float:
        count, home = int(sets.of.max()) + 1, int(sets.of[base])
        gains, weights = (np.bincount(sets.of, weights=np.where(np.isfinite(v), v, 0.0), minlength=count).astype(np.float64) for v in (gain, weight))
        barred = np.bincount(sets.of, weights=~np.isfinite(gain), minlength=count) > 0
        if barred[home]:
            return np.inf
        opened = ~barred
        opened[home] = False
        left = (band[0] - weights[home], band[1] - weights[home])
        return float(gains[home]) + made(Pieces(gains[opened], weights[opened]), opened, sets, home, left, *self.inside[base])

    def _minutes(self, units: Ints) -> Array:
        minutes = self.rows(units).astype(np.float64)
        minutes[minutes > self.max_minutes] = np.inf
        return minutes
