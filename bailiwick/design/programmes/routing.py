"""Territories joined through land that nobody is driven to: paths that pay more and more for land that others want too, until none is wanted twice.

Negotiated congestion, as circuits are routed (McMurchie & Ebeling 1995, doi:10.1145/201310.201328).
"""

import numpy as np
import numpy.typing as npt

from bailiwick.design.borders.fixed import Based, priced
from bailiwick.design.problem import Ints
from bailiwick.kernels.contiguity import grow
from bailiwick.kernels.shortest_paths import spread

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
ROUNDS = 30  # of negotiation
DEARER = 0.5  # by how much of itself land grows dearer for each that wants it too, more each round
ASTRAY = 0.2  # of a step, at most: what a step is dearer in land that is nearer to others


def routed(based: Based, label: I32) -> I32 | None:
    """``label`` with every territory in one piece and all units given to one; None where no way was found. label: -1 = may go to any."""
    trees = _negotiated(based, label)
    if trees is None:
        return None
    whole: I32 = grow(*based.problem.neighbours, priced(based), trees)
    return None if np.any(whole < 0) else whole


def _negotiated(based: Based, label: I32) -> I32 | None:
    """``label`` with the ways that join each territory."""
    dear, wanted = np.ones(len(label)), np.zeros(len(label))
    astray = _astray(based)
    ways: list[Ints] = [np.empty(0, dtype=np.int64) for _ in based.base]
    for turn in range(ROUNDS):
        for t, base in enumerate(based.base.tolist()):
            wanted[ways[t]] -= 1.0
            toll = (dear + astray[:, t]) * (1.0 + turn * DEARER * wanted)
            toll[label >= 0] = np.inf
            toll[label == t] = 0.0
            tree = _tree(*based.problem.neighbours, toll, base, np.flatnonzero(label == t))
            if tree is None:
                return None
            ways[t] = tree[label[tree] < 0]
            wanted[ways[t]] += 1.0
        if wanted.max(initial=0.0) <= 1.0:
            found = label.copy()
            for t, way in enumerate(ways):
                found[way] = t
            return found
        dear += DEARER * np.maximum(wanted - 1.0, 0.0)
    return None


def _astray(based: Based) -> F64:
    """How much further from each base every unit is than from the nearest one ``[n, k]``, up to ``ASTRAY``."""
    minutes = based.minutes.T.astype(np.float64)
    return np.asarray(ASTRAY * (1.0 - minutes.min(axis=1, keepdims=True) / np.maximum(minutes, 1e-9)))


def _tree(indptr: I32, indices: I32, toll: F64, root: int, ends: Ints) -> Ints | None:
    """Units of cheap ways that join ``ends`` to ``root`` (Takahashi & Matsuyama 1980); None where one is out of reach."""
    far, before = np.full(len(toll), np.inf), np.full(len(toll), -1, dtype=np.int32)
    inside = np.zeros(len(toll), dtype=np.bool_)
    inside[root] = True
    fresh, left = [root], ends[ends != root]
    while len(left):
        spread(toll, indptr, indices, np.array(fresh, dtype=np.int32), far, before)
        at = int(left[np.argmin(far[left])])
        if not np.isfinite(far[at]):
            return None
        fresh = []
        while not inside[at]:
            inside[at] = True
            fresh.append(at)
            at = int(before[at])
        left = left[~inside[left]]
    return np.flatnonzero(inside)
