"""The bound over all choices of bases recomputed from stored prices: plain numpy, one base at a time, nothing shared with the search.

Whatever the prices: units served once cost a plan their prices, plus what each of its bases makes of them; no base makes more than the
best filling of its band, parts of units allowed. Land behind one unit that holds too little for a territory is served with that unit, and
at most one base lies there (``verify_islands``). In a circle lies a whole number of bases (``verify_circles``).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bailiwick.review.verify_circles import Charges, Circles
from bailiwick.review.verify_islands import Islands, Served

Array = npt.NDArray[np.float64]
F32 = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
FEW = 400  # candidates up to which roads are looked for from them
Near = Callable[[Ints, F32, Ints], tuple[Ints, npt.NDArray[np.int32], F32]]


@dataclass(frozen=True)
class FreeCase:
    """What the bound is recomputed from. load, trips, price: by unit. subsidy, dear: hours a unit of load. candidates: units that may be a base.

    bands: (low, high, territories) of each size of territory. capacity: most load by base, instead of the high ends; None = as the bands say.
    drive_load: load per hour driven. max_minutes: no unit further. bonus: hours that units staying where they are could earn.
    near: the candidates within so many minutes of units, as CSR. islands: units that go together whatever the bases. circles: in which a whole
    number of bases lies.
    """

    load: Array
    trips: Array
    price: Array
    subsidy: float
    dear: float
    candidates: Ints
    bands: Sequence[tuple[float, float, int]]
    capacity: Array | None
    drive_load: float
    max_minutes: float
    bonus: float
    near: Near
    islands: Islands
    circles: Circles

    @property
    def idle(self) -> float:
        """Load that nobody drives to: it may lie in any territory and fill it for nothing."""
        return float(self.load[self.trips <= 0].sum())


def free_bases_bound(case: FreeCase) -> float:
    """Hours a year that no plan from any bases undercuts.

    A base makes no more than it would if the load it lacks were cheap. Where that is too little to say, what it makes when load is dear is
    found as well: of those that seem to make most, until they are known to.
    """
    if max(case.subsidy, case.dear) * case.drive_load >= 1.0:
        raise ValueError("the stored subsidy makes driving pay for itself, so it proves nothing")
    low, high = min(low for low, _, _ in case.bands), max(high for _, high, _ in case.bands)
    case = replace(case, islands=case.islands.believed(case.load, case.trips, low, case.drive_load))
    served = case.islands.each(case.price, case.load, case.trips)
    shut = case.islands.shut(case.candidates)
    inside = case.islands.made(shut, case.price, case.load, case.trips, (low, high), case.capacity, case.drive_load)
    case = replace(case, candidates=np.setdiff1d(case.candidates, shut))
    outside = np.arange(len(case.candidates))
    counted = (case.trips > 0) & case.islands.alone
    most = high if case.capacity is None else float(case.capacity[case.candidates].max(initial=0.0))
    charges = case.circles.of(case.load, counted, case.candidates, (low - case.idle, most), case.drive_load, case.near)
    made = np.concatenate([_made(case, served, charges, outside, case.subsidy), np.tile(inside, (len(case.bands), 1))], axis=1)
    known = np.append(np.full(len(outside), case.dear <= case.subsidy), np.ones(len(inside), dtype=np.bool_))
    total = 0.0
    for size, (_, _, count) in enumerate(case.bands):
        looked = count
        while not known[(best := np.argsort(made[size], kind="stable"))[:count]].all():
            looked *= 2  # many earn nearly as much: fewer rounds
            asked = best[:looked][~known[best[:looked]]]
            made[:, asked] = np.maximum(made[:, asked], _made(case, served, charges, asked, case.dear))
            known[asked] = True
        total += float(np.sort(made[size])[:count].sum())
    return float(case.price[case.trips > 0].sum() + charges.given + total - case.bonus)


def _made(case: FreeCase, islands: Served, charges: Charges, which: Ints, subsidy: float) -> Array:
    """What some of the candidates make of the prices, by size of territory ``[sizes, which]``; -inf where nothing can be told."""
    busy = np.flatnonzero((case.trips > 0) & case.islands.alone)
    an_hour, load, price, idle = case.trips[busy] / 30.0, case.load[busy], case.price[busy], case.idle
    worth = (price + subsidy * load) / (1.0 - subsidy * case.drive_load)
    limits = np.minimum(worth / an_hour, case.max_minutes)
    unit, to, minutes = _pairs(case, busy, limits.astype(np.float32), case.candidates[which])
    order = np.argsort(to, kind="stable")
    ends = np.searchsorted(to[order], np.arange(len(which) + 1))
    made = np.zeros((len(case.bands), len(which)))
    for j, candidate in enumerate(case.candidates[which]):
        mine = order[ends[j] : ends[j + 1]]
        hours = minutes[mine].astype(np.float64) * an_hour[unit[mine]]
        gain, weight = hours - price[unit[mine]], load[unit[mine]] + case.drive_load * hours
        of, relief = int(which[j]), 0.0
        if charges.of[of]:
            gain += load[unit[mine]] * charges.dearer(of, len(case.load))[busy[unit[mine]]]
            relief = float(charges.relief[charges.of[of]].sum())
        if relief > subsidy:
            made[:, j] = -np.inf
            continue
        if len(islands.price):
            near = np.isfinite(islands.served[:, candidate])
            far = islands.served[near, candidate].astype(np.float64)
            gain = np.append(gain, far - islands.price[near] - relief * islands.load[near])
            weight = np.append(weight, islands.load[near] + case.drive_load * far)
        for size, (low, high, _) in enumerate(case.bands):
            most = high if case.capacity is None else float(case.capacity[candidate])
            made[size, j] = charges.fixed[charges.of[of]].sum() + _filled(gain, weight, max(low - idle, 0.0), most, subsidy - relief)
    return made


def _pairs(case: FreeCase, busy: Ints, limits: F32, candidates: Ints) -> tuple[Ints, Ints, F32]:
    """Units within their limits of candidates: unit, candidate, minutes; looked for from the candidates where those are few."""
    if len(candidates) > FEW:
        pointer, to, minutes = case.near(busy, limits, candidates)
        return np.repeat(np.arange(len(busy)), np.diff(pointer)), to.astype(np.int64), minutes
    pointer, to, minutes = case.near(candidates, np.full(len(candidates), limits.max(initial=0.0)), busy)
    near = minutes <= limits[to]
    return to[near].astype(np.int64), np.repeat(np.arange(len(candidates)), np.diff(pointer))[near], minutes[near]


def _filled(gain: Array, weight: Array, low: float, high: float, subsidy: float) -> float:
    """Least total gain of a filling between ``low`` and ``high``; what is missing to ``low`` costs ``subsidy`` a unit of load."""
    taken = gain < 0
    load = float(weight[taken].sum())
    total = float(gain[taken].sum())
    if load > high:
        ratio, amount = -gain[taken & (weight > 0)], weight[taken & (weight > 0)]
        return total + _cheapest(ratio, amount, load - high, np.inf)
    return (
        total + _cheapest(gain[~taken & (weight > 0)], weight[~taken & (weight > 0)], low - load, subsidy)
        if load < low
        else total
    )


def _cheapest(cost: Array, amount: Array, wanted: float, otherwise: float) -> float:
    """Least cost of ``wanted`` from pieces that may be cut; ``otherwise``: what a unit of the rest costs."""
    order = np.argsort(cost / amount, kind="stable")
    order = order[cost[order] <= otherwise * amount[order]]
    whole = np.cumsum(amount[order])
    used = np.clip(wanted - (whole - amount[order]), 0.0, amount[order])
    left = max(wanted - float(used.sum()), 0.0)
    return float((cost[order] * used / amount[order]).sum()) + (otherwise * left if left > 1e-12 else 0.0)
