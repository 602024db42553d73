"""Equal geography (R34): territories with equal ZIPs, accounts or area, blind to opportunity and road time.

Recursive bisection by straight cuts, each repaired so that both sides stay connected. Only the choice of bases
looks at the work: each territory is given the best of its own units, so that the baseline is not handicapped.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from bailiwick.kernels.contiguity import largest_part
from bailiwick.model.errors import InputError
from bailiwick.model.plan import Plan, Territory
from bailiwick.model.travel import TravelTimes

BASELINES = ("zips", "accounts", "area")
ANGLES = 6
TOLERANCE = 0.004
TRIALS = 24
ROAD_CANDIDATES = 6
IMPOSSIBLE = 1e6

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Ground:
    """What a cut needs: neighbours, flat coordinates ``[n, 2]`` in miles, and the amount to share out equally."""

    graph: csr_matrix
    points: Array
    weight: Array


@dataclass(frozen=True)
class Cut:
    """One way to halve a region: which units lie on the first side, how far off, how many borders cut."""

    first: npt.NDArray[np.bool_]
    error: float
    edges: int


def baseline(
    by: str,
    unit_ids: Sequence[str],
    lat: Array,
    lon: Array,
    amounts: Array,
    trips: Array,
    indptr: npt.NDArray[np.int32],
    indices: npt.NDArray[np.int32],
    territories: int,
    travel: TravelTimes | None = None,
    *,
    names: Sequence[str] | None = None,
    name: str | None = None,
) -> Plan:
    """A contiguous plan whose territories hold equal ``amounts``.

    by: ``zips``, ``accounts`` or ``area``; says what ``amounts`` are (by unit; ``zips`` takes ones whatever is given).
    trips: by unit, used for the bases alone. travel: road times; None = straight line. names: place of each unit, used
    to name territories after their base. The same arguments give the same plan.
    Raises InputError for an unknown ``by``, too many territories, or a neighbourhood in pieces.
    """
    if by not in BASELINES:
        raise InputError(f"{by!r} is not a baseline; there are {', '.join(BASELINES)}")
    n = len(unit_ids)
    if not 1 <= territories <= n:
        raise InputError(f"{territories} territories cannot be made of {n} units; ask for 1 to {n}")
    weight = np.ones(n) if by == "zips" else np.asarray(amounts, dtype=np.float64)
    weight = weight + max(float(weight.sum()), 1.0) / n * 1e-6  # units with nothing are shared out too
    graph = csr_matrix((np.ones(len(indices), dtype=np.int8), indices, indptr), shape=(n, n))
    if connected_components(graph, directed=False)[0] != 1:
        raise InputError("the units are not all joined to each other; declare bridges before a baseline is drawn")
    t_of = partition(Ground(graph, flat(lat, lon), weight), territories)
    bases = central_units(t_of, territories, flat(lat, lon), trips, travel)
    shown = unit_ids if names is None else [n or u for n, u in zip(names, unit_ids, strict=True)]
    made = tuple(
        Territory(f"T{t + 1:02d}", str(shown[b]), str(unit_ids[b]))
        for t, b in enumerate(bases.tolist())
    )
    provenance = {"method": f"equal {by}: recursive bisection", "by": by, "tolerance": TOLERANCE}
    return Plan(name or f"equal-{by}", tuple(map(str, unit_ids)), t_of.astype(np.int32), made, None, provenance)


def flat(lat: Array, lon: Array) -> Array:
    """Degrees to miles on a plane (equirectangular at 39° north); the far Pacific is carried west of Hawaii."""
    east = np.where(lon > 60.0, lon - 360.0, lon)
    return np.column_stack([east * 69.17 * np.cos(np.radians(39.0)), lat * 69.0])


def partition(ground: Ground, territories: int) -> Ints:
    """Territory of each unit, every territory connected, numbered west to east by the order of the cuts."""
    t_of = np.zeros(len(ground.weight), dtype=np.int64)
    waiting = [(np.arange(len(ground.weight)), territories, 0)]
    while waiting:
        members, count, first_id = waiting.pop()
        if count == 1:
            t_of[members] = first_id
            continue
        half = count // 2
        first = bisect(ground, members, half, count)
        waiting.append((members[first], half, first_id))
        waiting.append((members[~first], count - half, first_id + half))
    return t_of


def bisect(ground: Ground, members: Ints, half: int, count: int) -> npt.NDArray[np.bool_]:
    """Which of a connected region's units go to the first ``half`` of ``count`` territories; both sides connected."""
    graph = ground.graph[members][:, members]
    weight, points = ground.weight[members], ground.points[members]
    spread = points - points.mean(axis=0)
    _, vectors = np.linalg.eigh(spread.T @ spread)
    principal = np.arctan2(vectors[1, -1], vectors[0, -1])
    cuts = []
    for turn in range(ANGLES):
        angle = principal + np.pi * turn / ANGLES
        direction = np.array([np.cos(angle), np.sin(angle)])
        if direction[0] < 0:
            direction = -direction
        cuts.append(_sweep(graph, spread @ direction, weight, half, count))
    good = [c for c in cuts if c.error <= TOLERANCE]
    best = min(good, key=lambda c: c.edges) if good else min(cuts, key=lambda c: c.error)
    if best.error >= IMPOSSIBLE:
        raise InputError(
            f"{len(members)} neighbouring units cannot be cut into {count} connected territories; ask for fewer"
        )
    return best.first


def _sweep(graph: csr_matrix, position: Array, weight: Array, half: int, count: int) -> Cut:
    """Best cut across one direction: binary search for the place where the repaired first side weighs its share."""
    order = np.lexsort((np.arange(len(position)), position))
    share, total = half / count, float(weight.sum())
    low, high = half, len(order) - (count - half)
    at = int(np.clip(np.searchsorted(np.cumsum(weight[order]), share * total), low, high))
    best: Cut | None = None
    for _ in range(TRIALS):
        first = np.zeros(len(order), dtype=bool)
        first[order[:at]] = True
        first = _joined(graph, first)
        off = float(weight[first].sum()) / total - share
        size = int(first.sum())
        legal = half <= size <= len(order) - (count - half)
        error = abs(off) / min(share, 1 - share) if legal else IMPOSSIBLE + abs(off)
        if best is None or error < best.error:
            best = Cut(first, error, _cut_edges(graph, first))
        if off > 0 or size > len(order) - (count - half):
            high = at - 1
        else:
            low = at + 1
        if low > high or best.error < TOLERANCE / 4:
            break
        at = (low + high) // 2
    assert best is not None
    return best


def _joined(graph: csr_matrix, first: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Both sides reduced to their largest part, the rest handed over: a stray part touches the other side only."""
    first = first & _largest_part(graph, first)
    return ~(~first & _largest_part(graph, ~first))


def _largest_part(graph: csr_matrix, side: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    return np.asarray(largest_part(side, graph.indptr, graph.indices))


def _cut_edges(graph: csr_matrix, first: npt.NDArray[np.bool_]) -> int:
    source = np.repeat(first, np.diff(graph.indptr))
    return int(np.count_nonzero(source != first[graph.indices]))


def central_units(
    t_of: Ints, territories: int, points: Array, trips: Array, travel: TravelTimes | None
) -> Ints:
    """Base of each territory: its unit with the fewest trip minutes (discrete median).

    The straight line picks ``ROAD_CANDIDATES`` units, road time decides among them.
    """
    candidates: list[Ints] = []
    for t in range(territories):
        members = np.flatnonzero(t_of == t)
        load = trips[members] if trips[members].sum() > 0 else np.ones(len(members))
        busy = load > 0
        gaps = points[members][:, None, :] - points[members[busy]][None, :, :]
        cost = np.sqrt((gaps**2).sum(axis=2)) @ load[busy]
        candidates.append(members[np.argsort(cost, kind="stable")[: ROAD_CANDIDATES if travel else 1]])
    if travel is None:
        return np.array([c[0] for c in candidates], dtype=np.int64)
    bases = []
    for t, found in enumerate(candidates):
        members = np.flatnonzero(t_of == t)
        load = trips[members] if trips[members].sum() > 0 else np.ones(len(members))
        busy = load > 0
        cost = travel.legs(found, members[busy]).astype(np.float64) @ load[busy]
        bases.append(found[int(np.argmin(cost))])
    return np.array(bases, dtype=np.int64)
