"""Territories rolled up into districts, districts into regions: balanced and contiguous at every level (R30)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bailiwick.design.problem import Ints, Problem
from bailiwick.design.solve import solve
from bailiwick.model.errors import InfeasibleError, InputError
from bailiwick.model.travel import Between

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
WIDTHS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)  # bands tried, the narrowest first: few territories cannot always be shared out evenly


@dataclass(frozen=True)
class Level:
    """group_of: int32 by member of the level below. seat: member whose base is nearest to the others', by group. width: half of the
    band, about the mean group.
    """

    group_of: I32
    seat: Ints
    load: F64
    width: float


def neighbours_of(label: I32, count: int, indptr: I32, indices: I32) -> tuple[I32, I32]:
    """Which groups share a border, as CSR."""
    a, b = label[np.repeat(np.arange(len(label)), np.diff(indptr))].astype(np.int64), label[indices].astype(np.int64)
    pairs = np.unique((a * count + b)[a != b])
    ptr = np.concatenate([[0], np.cumsum(np.bincount(pairs // count, minlength=count))]).astype(np.int32)
    return ptr, (pairs % count).astype(np.int32)


def roll_up(load: F64, minutes: F32, indptr: I32, indices: I32, groups: int, *, seconds: float = 2.0, seed: int = 1) -> Level:
    """Gather members (territories, say) into ``groups``, each in one piece, in the narrowest band that works, with least travel.

    load: by member. minutes: between their bases. indptr, indices: which members share a border.
    Raises InputError for more groups than members, InfeasibleError when no band up to a half works.
    """
    members = len(load)
    if not 1 <= groups <= members:
        raise InputError(f"{groups} groups cannot be made of {members} members; ask for 1 to {members}")
    if groups == members:
        return Level(np.arange(members, dtype=np.int32), np.arange(members), load, 0.0)
    share = np.maximum(load, 1e-9) * groups / max(float(load.sum()), 1e-9)
    names = tuple(str(i) for i in range(members))
    for width in WIDTHS:
        try:
            problem = Problem(names, share, np.ones(members), indptr, indices, groups, (1.0 - width, 1.0 + width), Between(minutes))
            found = solve(problem, seconds=seconds, seed=seed, effort=60_000 * members, iterations=120)
        except InfeasibleError:
            continue
        if found.in_band:
            held = np.bincount(found.territory_of, weights=load, minlength=groups).astype(np.float64)
            return Level(found.territory_of, np.array(found.bases), held, width)
    raise InfeasibleError(
        f"{members} members cannot be gathered into {groups} connected groups within half of the mean; ask for another number"
    )
