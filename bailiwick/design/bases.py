"""Choosing bases: transport and discrete-median recentring, then deleting one base and inserting another."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bailiwick.design.transport import Flow, transport

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
NEAR = 16
RECENTRINGS = 12


@dataclass(frozen=True)
class Choice:
    """Bases as columns of the cost matrix, and the transport they allow."""

    bases: Ints
    flow: Flow


def choose(
    cost: Array,
    load: Array,
    count: int,
    band: tuple[float, float],
    rng: np.random.Generator,
    go_on: Callable[[int, float], bool],
) -> tuple[Choice | None, int]:
    """Search bases until ``go_on(iterations, best cost)`` says no; the best choice and the iterations run.

    cost: hours ``[units, candidates]``. One iteration is one changed base, settled by recentring.
    """
    best: Choice | None = None
    iterations = 0
    while iterations == 0 or go_on(iterations, best.flow.cost if best else np.inf):
        start = spread(cost, count, rng) if best is None else exchange(cost, load, best, rng)
        found = settle(cost, load, start, band)
        iterations += 1
        if found and (best is None or found.flow.cost < best.flow.cost - 1e-9):
            best = found
    return best, iterations


def spread(cost: Array, count: int, rng: np.random.Generator) -> Ints:
    """Bases far apart by cost (k-means++ seeding; Arthur & Vassilvitskii 2007)."""
    n = cost.shape[1]
    chosen = [int(rng.integers(n))]
    nearest: Array = cost[:, chosen[0]].copy()
    while len(chosen) < count:
        weight: Array = np.bincount(np.argmin(cost, axis=1), weights=nearest, minlength=n).astype(np.float64)
        weight[chosen] = 0.0
        if weight.sum() <= 0:
            weight = np.ones(n)
            weight[chosen] = 0.0
        chosen.append(int(rng.choice(n, p=weight / weight.sum())))
        nearest = np.minimum(nearest, cost[:, chosen[-1]])
    return np.array(chosen, dtype=np.int64)


def exchange(cost: Array, load: Array, best: Choice, rng: np.random.Generator) -> Ints:
    """Delete a base that is missed little, insert one where the costs are high."""
    bases = best.bases.copy()
    mine = cost[:, bases]
    order = np.argsort(mine, axis=1)[:, :2]
    rows = np.arange(len(load))
    second = mine[rows, order[:, 1]] if len(bases) > 1 else mine[:, 0]
    missed = np.bincount(order[:, 0], weights=second - mine[rows, order[:, 0]], minlength=len(bases))
    rank = np.argsort(missed)
    out = int(rank[min(int(rng.exponential(max(1.0, len(bases) / 8))), len(bases) - 1)])
    borne = np.sum(best.flow.share * mine, axis=1)
    free = np.setdiff1d(np.arange(cost.shape[1]), bases)
    if not len(free):
        return bases
    # what a new base at each candidate would save, at most, on what units bear today
    saved = np.maximum(borne[:, None] - cost[:, free], 0.0).sum(axis=0)
    pick = free[np.argsort(-saved)[: max(8, len(free) // 10)]]
    bases[out] = int(rng.choice(pick))
    return bases


def settle(cost: Array, load: Array, bases: Ints, band: tuple[float, float]) -> Choice | None:
    """Transport and recentre until no base moves."""
    best: Choice | None = None
    for _ in range(RECENTRINGS):
        flow = allocate(cost[:, bases], load, band)
        if flow is None or (best and flow.cost >= best.flow.cost - 1e-9):
            break
        best = Choice(bases, flow)
        bases = recentre(cost, bases, flow)
    return best


def allocate(cost: Array, load: Array, band: tuple[float, float]) -> Flow | None:
    """Transport over few arcs first, over all when few cannot meet the band."""
    return transport(cost, load, band, near=NEAR) or transport(cost, load, band, near=cost.shape[1])


def recentre(cost: Array, bases: Ints, flow: Flow) -> Ints:
    """Each base to the candidate with the least cost to what it serves; a candidate serves once."""
    moved = bases.copy()
    taken = set(bases.tolist())
    for k in range(len(bases)):
        members = np.flatnonzero(flow.share[:, k] > 1e-9)
        if not len(members):
            continue
        total = flow.share[members, k] @ cost[members]
        for candidate in np.argsort(total, kind="stable")[: len(bases) + 1].tolist():
            if candidate == moved[k] or candidate not in taken:
                taken.discard(int(moved[k]))
                taken.add(candidate)
                moved[k] = candidate
                break
    return moved
