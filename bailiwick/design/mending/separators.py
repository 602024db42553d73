"""Pieces of a plan that hang off their base, each with the fewest units around it that would join the two."""

from collections.abc import Callable, Container

import numpy as np
import numpy.typing as npt

from bailiwick.design.problem import Ints
from bailiwick.kernels.contiguity import connected

I32 = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Piece = tuple[int, list[int], list[int]]


class Ground:
    """Where territories may lie. stays: int32 by unit, territory of those that are not free. offered: pairs (unit, territory) of those that are."""

    def __init__(self, neighbours: tuple[I32, I32], stays: I32, free: Flags, offered: Container[tuple[int, int]]) -> None:
        self.indptr, self.indices = neighbours
        self.stays, self.free, self.offered = stays, free, offered

    def near(self, u: int) -> list[int]:
        found: list[int] = self.indices[self.indptr[u] : self.indptr[u + 1]].tolist()
        return found

    def may(self, u: int, t: int) -> bool:
        return (u, t) in self.offered if self.free[u] else bool(self.stays[u] == t)


def separated(
    neighbours: tuple[I32, I32], label: I32, base: Ints, stays: I32, free: Flags, offered: Container[tuple[int, int]]
) -> list[Piece]:
    """Every piece of ``label`` off its base: territory, members, and the least set of units that parts it from the base wherever the territory
    may lie.

    label: int32 by unit. base: unit by territory.
    """
    ground = Ground(neighbours, stays, free, offered)
    left = set(np.flatnonzero(connected(*neighbours, label, base.astype(np.int32)) < 0).tolist())
    found = []
    while left:
        first = min(left)
        t = int(label[first])
        members = _piece(first, label, ground)
        left -= members
        found.append((t, sorted(members), _separator(members, int(base[t]), t, ground)))
    return found


def _piece(first: int, label: I32, ground: Ground) -> set[int]:
    return _reached({first}, lambda v: bool(label[v] == label[first]), ground)


def _separator(members: set[int], base: int, t: int, ground: Ground) -> list[int]:
    around = {v for u in members for v in ground.near(u) if v not in members and ground.may(v, t)}
    inner = _reached({base}, lambda v: v not in around and v not in members and ground.may(v, t), ground)
    return sorted(v for v in around if any(w in inner for w in ground.near(v)))


def _reached(start: set[int], passable: Callable[[int], bool], ground: Ground) -> set[int]:
    found, stack = set(start), sorted(start)
    while stack:
        for v in ground.near(stack.pop()):
            if v not in found and passable(v):
                found.add(v)
                stack.append(v)
    return found
