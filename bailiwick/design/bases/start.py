"""Labels to begin from: bases spread where the load is, regions grown from them in one piece."""

import numpy as np
import numpy.typing as npt

from bailiwick.design.bases.dense import Dense
from bailiwick.kernels.contiguity import connected, grow

F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]


def spread(dense: Dense, slot: I32, order: Ints, rng: np.random.Generator) -> I32:
    """Regions around bases at about equal steps of load along ``order``, a curve through space; locked points stay.

    Steps, not distances: bases far out at thin ends could never come back over a single bridge.
    """
    k = dense.regions
    base = dense.pinned.astype(np.int64)
    for t in range(k):
        held = np.flatnonzero(slot == t)
        if base[t] < 0 and len(held):
            base[t] = held[0]
    free = np.flatnonzero(base < 0)
    base[free] = _steps(dense, slot, order, base[base >= 0], len(free), rng)
    if not dense.contiguous:
        label = slot.copy()
        label[base] = np.arange(k)
        nearest = np.argmin(dense.travel[base], axis=0).astype(np.int32)
        return np.where(label >= 0, label, nearest).astype(np.int32)
    return _everywhere(dense, slot, base, free, rng)


def _everywhere(dense: Dense, slot: I32, base: Ints, free: Ints, rng: np.random.Generator) -> I32:
    """Regions grown from the bases; while land stays out of reach, a free base moves there. What none can reach keeps -1."""
    for _ in range(len(free) + 1):
        label = slot.copy()
        label[base] = np.arange(dense.regions)
        label = _grown(dense, base, label)
        lost = np.flatnonzero((label < 0) & dense.eligible)
        if not len(lost) or not len(free):
            break
        base[rng.choice(free)] = lost[np.argmax(dense.weight[lost])]
    return label


def _steps(dense: Dense, slot: I32, order: Ints, taken: Ints, count: int, rng: np.random.Generator) -> Ints:
    """``count`` different points that may be a base, each drawn from its own stretch of the curve; stretches hold equal load."""
    if not count:  # locks and given bases leave nothing to choose, and nothing to choose from
        return np.empty(0, dtype=np.int64)
    weight = dense.weight.copy()
    if len(taken):  # what lies around a given base is its own
        room = dense.weight.sum() / dense.regions
        for b in taken:
            near = np.argsort(dense.travel[b], kind="stable")
            weight[near[np.cumsum(weight[near]) <= room]] = 0.0
    may_be = dense.eligible & (slot < 0)
    may_be[taken] = False
    choice = order[may_be[order]]
    running = np.cumsum(weight[choice] + 1e-9 * max(float(weight.sum()), 1e-12))
    at = np.searchsorted(running, (np.arange(count) + rng.random()) * running[-1] / count)
    picked: dict[int, None] = dict.fromkeys(int(choice[min(i, len(choice) - 1)]) for i in at)
    for spare in rng.permutation(choice):
        if len(picked) == count:
            break
        picked.setdefault(int(spare))
    return np.array(list(picked), dtype=np.int64)


def in_one_piece(dense: Dense, label: I32, base: I32) -> I32:
    """``label`` with every region in one piece around its ``base``: what hangs off goes to regions that reach it, -1 = none does."""
    label = label.copy()
    label[base] = np.arange(dense.regions)
    return _grown(dense, base, connected(dense.indptr, dense.indices, label, base))


def _grown(dense: Dense, base: npt.NDArray[np.integer], label: I32) -> I32:
    """Points without a region given to the regions that reach them at the least travel; -1 = none does."""
    found: I32 = grow(dense.indptr, dense.indices, np.ascontiguousarray(dense.travel[base].T), label)
    return found
