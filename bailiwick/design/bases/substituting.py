"""Bases moved one at a time to where divisible points are served cheaper: what a search over whole points cannot see for their weight.

Points are whole, units hardly: a territory of fifteen points is out of its band where one of a hundred units is not. What bases are worth is told
by a flow that may part points, kept optimal while they move.
"""

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from bailiwick.design.bases.dense import Dense
from bailiwick.design.problem import Ints
from bailiwick.kernels import flows as kernel
from bailiwick.kernels.chance import generator
from bailiwick.kernels.substituting import improve

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
Load = TypeVar("Load", float, F64)
AROUND, NEAR = 100, 12  # points around each, from which a base there is filled; bases near each
SPARED = 1 / 8  # of a band's width at each end of it: whole units need room, and of plans from bases that leave none less can be proven
TRIALS, FARTHER = 200, 0.2  # substitutions tried in a round; share of them that open a base anywhere
WORTH = 1e-9  # of the hours of all, that a substitution must save
EMPTY = 1e-5  # of the mean load, that points without any are taken to weigh
WRITTEN = 40_000  # changes that one substitution may make
ROWS = 512  # of the travel at a time, for memory


class Substituting:
    """One search, from bases ``base`` ``[regions]``; ``base`` and ``label`` are what it has so far, ``hours`` what serving from there costs.

    around: as of ``nearest``.
    """

    def __init__(self, dense: Dense, base: Ints, around: I32, seed: int) -> None:
        self._flow, self._eligible = flow_of(dense, base, around), dense.eligible
        self._state = generator(int(np.random.default_rng(seed).integers(1, 2**62)))
        self._taken = np.zeros(len(dense.trips), dtype=np.bool_)
        self._taken[base] = True
        kernel.begin(self._flow)
        self.fits = bool(kernel.settled(self._flow))

    @property
    def hours(self) -> float:
        """Hours a year of serving all points, divisible, from the bases."""
        return float(self._flow.total[0])

    @property
    def base(self) -> Ints:
        """Point of each base ``[regions]``."""
        return self._flow.base.astype(np.int64)

    @property
    def label(self) -> I32:
        """The base that serves most of each point ``[n]``."""
        part, holder = (each.reshape(-1, kernel.PARTS) for each in (self._flow.part, self._flow.holder))
        return np.take_along_axis(holder, np.argmax(np.where(holder >= 0, part, -1.0), axis=1)[:, None], axis=1)[:, 0].astype(np.int32)

    def round(self) -> bool:
        """Some substitutions tried; whether one saved anything."""
        return bool(improve(self._flow, self._eligible, self._taken, FARTHER, TRIALS, WORTH * self.hours, self._state) > 0.0)


def narrower(low: Load, high: Load) -> tuple[Load, Load]:
    """A band, or one for each point, without what is spared for units that are whole."""
    return low + SPARED * (high - low), high - SPARED * (high - low)


def nearest(travel: F32) -> I32:
    """The points around each, nearest first ``[n, any]``."""
    count = min(AROUND, len(travel))
    found = np.empty((len(travel), count), dtype=np.int32)
    for first in range(0, len(travel), ROWS):
        rows = travel[first : first + ROWS]
        some = np.argpartition(rows, count - 1, axis=1)[:, :count]
        found[first : first + ROWS] = np.take_along_axis(some, np.argsort(np.take_along_axis(rows, some, axis=1), axis=1, kind="stable"), axis=1)
    return found


def flow_of(dense: Dense, base: Ints, around: I32) -> kernel.Flow:
    """An empty flow from bases. Driving counts towards the load of a point as if its nearest base served it."""
    n, k, parts = len(dense.trips), len(base), len(dense.trips) * kernel.PARTS
    weight = dense.weight + dense.drive * dense.trips * dense.travel[base].min(axis=0)
    weight = np.maximum(weight, EMPTY * weight.mean())
    near = min(NEAR, k)
    low, high = narrower(dense.low, dense.high)
    return kernel.Flow(
        travel=dense.travel, pace=dense.trips / weight, weight=weight, low=low, high=high, around=around, base=base.astype(np.int32),
        near=np.zeros((n, near), np.int32), near_cost=np.zeros((n, near)),
        part=np.zeros(parts), holder=np.full(parts, -1, np.int32), cost=np.zeros(parts),
        head=np.full(k, -1, np.int64), after=np.full(parts, -1, np.int64), before=np.full(parts, -1, np.int64),
        load=np.zeros(k), excess=np.zeros(k + 1), price=np.zeros(k + 1), total=np.zeros(1),
        edge_count=np.zeros(k, np.int64), edge_to=np.zeros((k, kernel.ACROSS), np.int32), edge_cost=np.zeros((k, kernel.ACROSS)),
        edge_part=np.zeros((k, kernel.ACROSS), np.int64), stale=np.ones(k, np.bool_), open_cost=np.zeros(k), open_part=np.zeros(k, np.int64),
        slot=np.full(k, -1, np.int64),
        told=np.zeros(1, np.int64), told_part=np.zeros(WRITTEN, np.int64), told_holder=np.zeros(WRITTEN, np.int32), told_load=np.zeros(WRITTEN),
        far=np.zeros(k + 1), by=np.zeros(k + 1, np.int64), origin=np.zeros(k + 1, np.int64), seen=np.zeros(k + 1, np.bool_),
        heap=np.zeros(kernel.WIDE * (k + 1), np.int64), key=np.zeros(kernel.WIDE * (k + 1)), kept_price=np.zeros(k + 1), kept_load=np.zeros(k),
    )  # fmt: skip
