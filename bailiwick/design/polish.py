"""Local search on the map: units change sides while every territory stays in one piece."""

from collections import deque

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


OPTIONS = 8  # territories nearest in cost that a unit may move to
CORRIDOR_SEARCH = 400
QUADRATIC = 4.0


class Tally:
    """Load and cost of a plan as units move; a move's delta equals full recomputation."""

    def __init__(self, label: Ints, load: Array, cost: Array, band: tuple[float, float], penalty: float) -> None:
        """label: by unit. cost: hours ``[units, territories]``. penalty: hours per unit of load outside the band."""
        self.label, self.load, self.cost, self.band, self.penalty = label, load, cost, band, penalty
        count = cost.shape[1]
        self.held = np.bincount(label, weights=load, minlength=count)

    def outside(self, held: float) -> float:
        """Penalised load beyond the band; quadratic, so that an excess spreads over neighbours and so leaves."""
        low, high = self.band
        beyond = max(0.0, held - high, low - held)
        return beyond + QUADRATIC * beyond * beyond

    def value(self) -> float:
        """Cost plus penalty, recomputed in full."""
        own = self.cost[np.arange(len(self.label)), self.label].sum()
        held = np.bincount(self.label, weights=self.load, minlength=len(self.held))
        return float(own) + self.penalty * sum(self.outside(float(h)) for h in held)

    def hours(self) -> float:
        """Cost alone."""
        return float(self.cost[np.arange(len(self.label)), self.label].sum())

    def beyond(self) -> float:
        """Load outside the band over all territories; 0 = all in band."""
        low, high = self.band
        found = float(np.maximum(0.0, np.maximum(self.held - high, low - self.held)).sum())
        return found if found > 1e-9 else 0.0

    def delta(self, units: list[int], to: int) -> float:
        """What ``value`` gains when ``units`` move to ``to``."""
        leaving: dict[int, float] = {}
        gain = arriving = 0.0
        for u in units:
            came, load = int(self.label[u]), float(self.load[u])
            gain += self.cost[u, to] - self.cost[u, came]
            leaving[came] = leaving.get(came, 0.0) + load
            arriving += load
        for came, load in leaving.items():
            held = float(self.held[came])
            gain += self.penalty * (self.outside(held - load) - self.outside(held))
        held = float(self.held[to])
        return float(gain + self.penalty * (self.outside(held + arriving) - self.outside(held)))

    def move(self, units: list[int], to: int) -> None:
        """Move units of other territories and update the tallies."""
        for u in units:
            self.held[self.label[u]] -= self.load[u]
            self.held[to] += self.load[u]
        self.label[units] = to


def polish(tally: Tally, neighbours: list[list[int]], bases: Ints, weighted: Ints, rounds: int = 40) -> int:
    """Move weighted units to other territories while that improves; the number of moves made.

    A unit moves together with a corridor of empty units to its new territory and with what both cut off from the base;
    bases stay. Every territory stays in one piece.
    """
    heavy = np.zeros(len(tally.label), dtype=np.bool_)
    heavy[weighted] = True
    heavy[bases] = True
    made = 0
    for _ in range(rounds):
        before = made
        for u in weighted.tolist():
            if u != bases[tally.label[u]]:
                made += _improve(tally, neighbours, bases, heavy, u)
        if made == before:
            break
    return made


def _improve(tally: Tally, neighbours: list[list[int]], bases: Ints, heavy: npt.NDArray[np.bool_], u: int) -> int:
    """Make the best improving move of one unit, if there is one."""
    came = int(tally.label[u])
    options = [k for k in np.argsort(tally.cost[u], kind="stable")[:OPTIONS].tolist() if k != came]
    hopeful = {k for k in options if tally.delta([u], k) < -1e-9}
    if not hopeful:
        return 0
    best: tuple[float, int, list[int]] = (-1e-9, -1, [])
    for k, path in corridors(u, hopeful, tally.label, neighbours, heavy).items():
        group = path + lost_with(path, tally.label, neighbours, bases)
        gain = tally.delta(group, k)
        if gain < best[0]:
            best = (gain, k, group)
    if best[1] < 0:
        return 0
    tally.move(best[2], best[1])
    return 1


def corridors(
    u: int, wanted: set[int], label: Ints, neighbours: list[list[int]], heavy: npt.NDArray[np.bool_]
) -> dict[int, list[int]]:
    """Shortest path over empty units from u to each wanted territory, u first; territories out of reach are left out."""
    parent = {u: -1}
    queue = deque([u])
    found: dict[int, list[int]] = {}
    while queue and len(found) < len(wanted) and len(parent) < CORRIDOR_SEARCH:
        v = queue.popleft()
        for x in neighbours[v]:
            k = int(label[x])
            if k in wanted and k not in found:
                found[k] = _path(v, parent)
            if x not in parent and not heavy[x]:
                parent[x] = v
                queue.append(x)
    return found


def _path(v: int, parent: dict[int, int]) -> list[int]:
    path = []
    while v >= 0:
        path.append(v)
        v = parent[v]
    return path[::-1]


def lost_with(path: list[int], label: Ints, neighbours: list[list[int]], bases: Ints) -> list[int]:
    """Everything a path cuts off, in whichever territories it crosses."""
    crossed: dict[int, list[int]] = {}
    for u in path:
        crossed.setdefault(int(label[u]), []).append(u)
    return [v for t, group in crossed.items() for v in cut_off(group, label, neighbours, int(bases[t]))]


def cut_off(group: list[int], label: Ints, neighbours: list[list[int]], base: int) -> list[int]:
    """Units of the group's territory that lose their way to the base when the group leaves."""
    came = int(label[group[0]])
    gone = set(group)
    around = {v for g in group for v in neighbours[g] if label[v] == came} - gone
    if not around or _locally_joined(around, gone, label, neighbours, came):
        return []
    seen = _reach([base], gone, label, neighbours, came)
    return sorted(_reach(sorted(around - seen), gone | seen, label, neighbours, came)) if around - seen else []


def _locally_joined(around: set[int], gone: set[int], label: Ints, neighbours: list[list[int]], came: int) -> bool:
    """Whether what surrounds the group hangs together within two steps: then nothing can be cut off."""
    zone = around | {x for v in around for x in neighbours[v] if label[x] == came and x not in gone}
    start = next(iter(around))
    seen, stack = {start}, [start]
    while stack:
        for x in neighbours[stack.pop()]:
            if x in zone and x not in seen:
                seen.add(x)
                stack.append(x)
    return around <= seen


def _reach(start: list[int], without: set[int], label: Ints, neighbours: list[list[int]], came: int) -> set[int]:
    """Units of a territory reached from ``start`` without passing ``without``."""
    seen = set(start)
    stack = list(start)
    while stack:
        for x in neighbours[stack.pop()]:
            if x not in seen and x not in without and label[x] == came:
                seen.add(x)
                stack.append(x)
    return seen
