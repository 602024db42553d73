"""What would join land that nothing joins: the barriers that cut it off, where these do, else a bridge."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from bailiwick.model.errors import InfeasibleError

if TYPE_CHECKING:
    from bailiwick.design.problem.problem import Problem

I32 = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
NAMED = 3  # barriers in words


def parts_of(problem: "Problem") -> tuple[int, I32]:
    """How many parts the country has that no border joins, and the part of each unit."""
    indptr, indices = problem.neighbours
    graph = csr_array((np.ones(len(indices), dtype=np.int8), indices, indptr), shape=(problem.size, problem.size))
    count, part = connected_components(graph, directed=False)
    return int(count), part


def check_joined(problem: "Problem") -> None:
    """Refuse given bases that leave a part of the country without one, where territories must be in one piece.

    Raises InfeasibleError naming a unit and what would join it.
    """
    if not problem.contiguous or np.any(problem.slots < 0):
        return
    count, part = parts_of(problem)
    served = np.zeros(count, dtype=np.bool_)
    served[part[problem.slots]] = True
    lost = np.flatnonzero(~served[part])
    if len(lost):
        unit = int(lost[np.argmax(problem.load[lost])])
        raise InfeasibleError(f"unit {problem.unit_ids[unit]} is not joined to any base; {way_to(problem, unit)}")


def way_to(problem: "Problem", unit: int) -> str:
    """What to do, in words, that ``unit`` may be joined to other land."""
    _, part = parts_of(problem)
    return way_into(problem, part == part[unit])


def way_into(problem: "Problem", inside: Flags, land: Flags | None = None) -> str:
    """The same between units ``inside`` and others of ``land``, None = all: bool by unit."""
    may_be = np.ones(problem.size, dtype=np.bool_) if land is None else land
    around = [(a, b) for a, b in problem.barriers if inside[a] != inside[b] and may_be[a] and may_be[b]]
    if not around:
        return "declare a bridge to it (bridges in [constraints])"
    said = ", ".join(f"{problem.unit_ids[a]} | {problem.unit_ids[b]}" for a, b in around[:NAMED])
    more = f" and {len(around) - NAMED} more" if len(around) > NAMED else ""
    return f"your own barriers cut it off: drop {'one of ' if len(around) > 1 else ''}{said}{more}, or declare a bridge"
