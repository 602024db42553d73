"""From shares to a contiguous map: regions grow from their bases over neighbouring units."""

import heapq

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def grow(
    neighbours: list[list[int]], bases: Ints, minutes: npt.NDArray[np.float32],
    wanted: Ints, regret: dict[int, Array],
) -> Ints:
    """Territory of every unit, each territory connected and holding its base; -1 where no neighbour leads.

    minutes: road minutes ``[bases, units]``, the order in which units join. wanted: territory a unit must have, -1 =
    any. regret: for units with a wish, the extra cost of each territory. A unit whose territory cannot reach it goes to
    the reachable one with the least regret.
    """
    label = np.full(len(neighbours), -1, dtype=np.int64)
    ready: list[tuple[float, int, int]] = []
    refused: list[tuple[float, int, int]] = []

    def take(u: int, k: int) -> None:
        label[u] = k
        for v in neighbours[u]:
            if label[v] >= 0:
                continue
            if wanted[v] < 0 or wanted[v] == k:
                heapq.heappush(ready, (float(minutes[k, v]), v, k))
            else:
                heapq.heappush(refused, (float(regret[v][k]), v, k))

    for k, base in enumerate(bases.tolist()):
        label[base] = k
    for k, base in enumerate(bases.tolist()):
        take(base, k)
    while ready or refused:
        _, u, k = heapq.heappop(ready) if ready else heapq.heappop(refused)
        if label[u] < 0:
            take(u, k)
    return label
