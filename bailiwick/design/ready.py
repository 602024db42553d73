"""The engine's kernels compiled before the time of a search begins.

Numba compiles a kernel when it is first called and keeps the result beside the code, so that only the first design on a machine waits for it. That
wait must not be taken from its search: a small country is designed first, a territory of it fetches and a proof guides, which
together call whatever a large one does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bailiwick.design.bases.coarse import coarsen
from bailiwick.design.bases.substituting import Substituting, nearest
from bailiwick.design.borders.fixed import Settling, drawn, with_bases
from bailiwick.design.borders.local import Local
from bailiwick.design.bounds.guiding import Guide
from bailiwick.design.bounds.suggesting import leaning, rounded
from bailiwick.design.clock import Clock
from bailiwick.design.problem import Ints, Problem
from bailiwick.kernels.anneal_fixed import settle
from bailiwick.kernels.chance import generator

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
WIDE, HIGH, TERRITORIES = 20, 12, 12  # more territories than are settled all together
ROUNDS, EFFORT = 8, 20_000  # a few rounds, so that neighbourhoods have their turn too


def compiled() -> bool:
    """Whether kernels were compiled before, by this process or another one on this machine."""
    return any(Path(settle._cache.cache_path).glob("*settle-*.nbi"))


@cache
def ready(solve: Callable[[Problem, Clock, int, int], object]) -> None:
    """Compile, or load what was compiled, once a process. solve: what designs."""
    solve(_small(), Clock(np.inf, ROUNDS), 1, EFFORT)
    _tried()


def _tried() -> None:
    """A territory fetches once, is offered something once, and a proof guides once: in a plan as good as that of the small country none would.
    Prices are asked where bases should be, and these moved, as only designs of many territories do.
    """
    problem = _small()
    based = with_bases(problem, np.arange(TERRITORIES, dtype=np.int64))
    dense = coarsen(problem, problem.size).dense
    share = leaning(problem, drawn(based), based.base)
    assert share is not None
    rounded(share, dense.travel, TERRITORIES)
    Substituting(dense, based.base, nearest(dense.travel), 1).round()
    local = Local(Settling(based, drawn(based), generator(1)))
    local.fetching.look()
    local.fetching.tried(0, 1)
    local.handing.given(np.array([WIDE + 1], dtype=np.int32), TERRITORIES - 1, 3)
    guide = Guide(local.settling, local.country, local.rng)
    guide.ask()
    guide.tried(np.arange(3, dtype=np.int32))


@dataclass(frozen=True)
class _Flat:
    """Minutes and miles by straight line."""

    points: F64

    def rows(self, origins: Ints) -> tuple[F32, F32]:
        gaps = self.points[np.asarray(origins)][:, None, :] - self.points[None, :, :]
        found = np.sqrt((gaps**2).sum(axis=2)).astype(np.float32)
        return found, found

    def among(self, units: Ints, neighbours: int) -> F32:  # noqa: ARG002 a part of what travel is asked
        return np.ascontiguousarray(self.rows(units)[0][:, units])

    def legs(self, origins: Ints, targets: Ints) -> F32:
        return np.ascontiguousarray(self.rows(origins)[0][:, targets])


def _small() -> Problem:
    """A grid with more work here than there."""
    number = np.arange(WIDE * HIGH)
    x, y = number % WIDE, number // WIDE
    near = [
        [v for v, there in ((u - 1, x[u] > 0), (u + 1, x[u] < WIDE - 1), (u - WIDE, y[u] > 0), (u + WIDE, y[u] < HIGH - 1)) if there]
        for u in number.tolist()
    ]
    indptr = np.concatenate([[0], np.cumsum([len(each) for each in near])]).astype(np.int32)
    indices = np.array([v for each in near for v in each], dtype=np.int32)
    load = 1.0 + (number * 7 % 11) / 10.0
    points = np.stack([10.0 * x, 10.0 * y], axis=1)
    ids = tuple(f"{u:05d}" for u in number)
    return Problem(ids, load * TERRITORIES / load.sum(), load * 3.0, indptr, indices, TERRITORIES, (0.85, 1.15), _Flat(points), points=points)
