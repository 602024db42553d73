"""From given bases to a plan of whole units: priced, proven, drawn in one piece, settled."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from bailiwick.design.bases.contract import Points, together
from bailiwick.design.borders.certificate import proven
from bailiwick.design.borders.prices import CHUNK, HEATS, WARM_HEATS, Transport, price_loads
from bailiwick.design.problem import Problem
from bailiwick.design.problem.joining import way_to
from bailiwick.design.problem.limits import limits_of
from bailiwick.kernels.anneal_fixed import BARRED, Ground, settle
from bailiwick.kernels.border import drawn_from
from bailiwick.kernels.contiguity import connected, grow
from bailiwick.model.errors import InfeasibleError

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]
SHAPE = 1e-4  # work a unit without any counts as, in mean units: it goes to the near territory where nothing else decides
HAIR = 1e-7
COLD, STEPS, SLICES = 0.01, 4, 12  # where a settling ends, in costs of a median unit; slices of a cycle, and of a whole annealing
PRESS, EASE = 1.5, 0.5  # penalty of a full territory in its own price, and of any in the mean price


@dataclass(frozen=True)
class Based:
    """A problem with its bases chosen. minutes: float32 ``[k, n]``. cost: float32 ``[n, k]`` hours a year, BARRED = never. price: ``[k]``.
    bound: least hours of any plan from these bases. driven: hours of ``cost`` that are driven ``[n, k]``, None = all of it.
    """

    problem: Problem
    base: Ints
    minutes: F32
    cost: F32
    price: F64
    bound: float
    driven: F32 | None = None

    @property
    def hours(self) -> F32:
        """Hours a year that serving each unit from each base is driven ``[n, k]``."""
        return self.cost if self.driven is None else self.driven

    def objective(self, label: I32) -> float:
        """Line-haul hours a year, with what cut ties and moved units cost."""
        return objective(self.problem, self.minutes, label)


def objective(problem: Problem, minutes: F32, label: I32) -> float:
    """Hours a year: 2 · trips · minutes / 60 over all units, cut ties, less the bonus of units that stay."""
    served = minutes[label, np.arange(problem.size)].astype(np.float64)
    total = float((2.0 * problem.trips * served / 60.0).sum())
    if problem.ties is not None:
        a, b = problem.ties.pairs[:, 0], problem.ties.pairs[:, 1]
        total += float(problem.ties.hours[label[a] != label[b]].sum())
    if problem.today is not None and problem.today.bonus:
        total -= problem.today.bonus * float(problem.today.weight[problem.today.territory == label].sum())
    return total


def with_bases(
    problem: Problem, base: Ints, price: F64 | None = None, points: Points | None = None, *, finely: bool = True, warm: bool = False
) -> Based:
    """Road rows, costs, prices and the bound of chosen bases. price: of a like problem; warm: of bases of which few were elsewhere, so that few
    steps lead from those prices to these. points: to find first prices quickly; finely: whether those of units follow, or prices of points are
    good enough.
    """
    minutes = problem.travel.rows(base)[0]
    cost, driven = costs(problem, minutes)
    low, high = band_of(problem, base)
    transport = Transport(cost, problem.load, low, high, problem.drive_load, driven)
    heats = WARM_HEATS if warm else HEATS
    if points is not None and len(points) < problem.size:
        lasting = None if driven is None else points.rows(driven)
        few = Transport(points.rows(cost), points.sums(problem.load), low, high, problem.drive_load, lasting)
        price, heats = price_loads(few, price), WARM_HEATS
    found = price if price is not None and points is not None and not finely else price_loads(transport, price, heats=heats)
    return _proven(Based(problem, base, minutes, cost, transport.allowed(found), 0.0, driven))


def finely_priced(based: Based) -> Based:
    """The same bases with prices of units, from those of points."""
    problem = based.problem
    transport = Transport(based.cost, problem.load, *band_of(problem, based.base), problem.drive_load, based.driven)
    return _proven(replace(based, price=transport.allowed(price_loads(transport, based.price, heats=WARM_HEATS))))


def _proven(based: Based) -> Based:
    """With the bound that its prices prove."""
    problem = based.problem
    low, high = band_of(problem, based.base)
    bound = proven(based.minutes, problem.trips, problem.load, based.cost, low, high, based.price, problem.drive_load, _bonus(problem))
    return replace(based, bound=bound)


def _bonus(problem: Problem) -> F64 | None:
    """Hours gained where a unit stays ``[n, k]``; None when staying earns nothing."""
    today = problem.today
    if today is None or not today.bonus:
        return None
    hours = np.zeros((problem.size, problem.territories))
    stays = np.flatnonzero(today.territory >= 0)
    hours[stays, today.territory[stays]] = today.bonus * today.weight[stays]
    return hours


def band_of(problem: Problem, base: Ints) -> tuple[F64, F64]:
    """Lowest and highest load of each territory, by what its base can hold where that is given."""
    low, high = limits_of(problem, base)
    return low[:, 0].copy(), high[:, 0].copy()


def costs(problem: Problem, minutes: F32) -> tuple[F32, F32 | None]:
    """Hours a year of serving each unit from each base, BARRED where a lock, a ban or the maximum drive forbids it; less what staying is worth.

    And the hours driven; None where nothing else is in the cost.
    """
    cost = np.ascontiguousarray(minutes.T) * (2.0 * problem.trips / 60.0)[:, None].astype(np.float32)
    bonus = _bonus(problem)
    driven = cost.copy() if bonus is not None or (problem.drive_load > 0 and np.isfinite(problem.max_minutes)) else None
    if bonus is not None:
        cost -= bonus.astype(np.float32)
    held = np.flatnonzero(problem.locked >= 0)
    own = cost[held, problem.locked[held]].copy()  # a lock holds beyond the maximum drive
    if np.isfinite(problem.max_minutes):
        far = problem.max_minutes < minutes.T
        alone = far.all(axis=1) & (problem.trips <= 0)  # land without work may lie anywhere
        cost[far & ~alone[:, None] & (problem.trips > 0)[:, None]] = BARRED
    cost[held] = BARRED
    cost[held, problem.locked[held]] = own
    for unit, territory in problem.forbidden:
        if problem.slots[territory] != unit:  # a plan that exists may be based where it should not
            cost[unit, territory] = BARRED
    return cost, driven


def drawn(based: Based) -> I32:
    """Regions grown from the bases along priced costs, in one piece where units must be connected."""
    problem = based.problem
    rank = priced(based)
    wanted = np.argmin(rank, axis=1).astype(np.int32)
    wanted[based.base] = np.arange(len(based.base))
    held = problem.locked >= 0
    wanted[held] = problem.locked[held]
    for members in together(problem):  # locked units with the corridors that lead to their base
        if held[members].any():
            wanted[members] = problem.locked[members].max()
    if not problem.contiguous:
        return np.asarray(wanted, dtype=np.int32)
    return joined(based, wanted, rank)


def as_today(based: Based, label: I32) -> I32:
    """Today's alignment, units that have none as in ``label``; bases and locked units in their own territories."""
    problem = based.problem
    assert problem.today is not None
    kept = np.where(problem.today.territory >= 0, problem.today.territory, label).astype(np.int32)
    for group in problem.groups:
        members = list(group)
        kept[members] = int(np.bincount(kept[members], weights=problem.today.weight[members] + 1e-9).argmax())
    held = problem.locked >= 0
    kept[held] = problem.locked[held]
    kept[based.base] = np.arange(len(based.base))
    kept = joined(based, kept) if problem.contiguous else kept
    parted = any(len(set(kept[list(group)].tolist())) > 1 for group in problem.groups)
    return label if parted else kept


def joined(based: Based, label: I32, rank: F32 | None = None) -> I32:
    """``label`` with the pieces that hang off their base given to regions that reach them."""
    problem = based.problem
    indptr, indices = problem.neighbours
    rank = priced(based) if rank is None else rank
    found: I32 = grow(indptr, indices, rank, connected(indptr, indices, label, based.base.astype(np.int32)))
    if np.any(found < 0):
        lost = int(np.argmin(found))
        hint = "" if problem.barriers else ", or drop barriers around it"  # points do not know the barriers between their units
        raise InfeasibleError(f"unit {problem.unit_ids[lost]} is not joined to any base; {way_to(problem, lost)}{hint}")
    return found


def priced(based: Based) -> F32:
    """Costs with the prices of load in them; units without work follow those around them."""
    problem = based.problem
    ratio = float(problem.load.sum()) / max(float(problem.trips.sum()), 1e-12)
    lead = (30.0 * ratio * based.price).astype(np.float32)
    empty = (problem.trips <= 0) & (problem.load <= 0)
    priced = with_load_prices(based)
    priced[empty] = (based.minutes[:, empty] + lead[:, None]).T
    return priced


def with_load_prices(based: Based) -> F32:
    """Costs with the prices of the load that each unit, and the driving to it, brings ``[n, k]``."""
    load, drive = based.problem.load, based.problem.drive_load
    priced = based.cost.copy()
    for start in range(0, len(priced), CHUNK):  # the products of all units at once would be the most that is held at any time
        part = slice(start, start + CHUNK)
        if drive > 0:
            priced[part] += based.hours[part] * (drive * based.price).astype(np.float32)
        priced[part] += (load[part, None] * based.price[None, :]).astype(np.float32)
    return priced


def _moving_price(based: Based) -> float:
    """Hours a year that the limit on disruption costs for each unit of weight, if every unit could go where it is cheapest at the prices of load.

    What would gain most for its weight goes first (the price of a continuous knapsack, Dantzig 1957, doi:10.1287/opre.5.2.266).
    """
    today = based.problem.today
    if today is None or not np.isfinite(today.limit):
        return 0.0
    placed = np.flatnonzero((today.territory >= 0) & (today.weight > 0))
    priced = with_load_prices(based)[placed]
    gain = (priced[np.arange(len(placed)), today.territory[placed]] - priced.min(axis=1)) / today.weight[placed]
    order = np.argsort(-gain, kind="stable")
    over = np.flatnonzero(np.cumsum(today.weight[placed][order]) > today.limit)
    return float(gain[order[over[0]]]) if len(over) else 0.0


def temperatures(warm: float, slices: int) -> list[tuple[float, float]]:
    """From ``warm`` to cold in equal ratios: where each slice begins and ends."""
    heats = warm * (COLD / warm) ** (np.arange(slices + 1) / slices)
    return list(pairwise(heats.tolist()))


def _frozen(based: Based, points: Points | None) -> npt.NDArray[np.bool_]:
    """Units that stay: bases, what is locked, and what was made one for settling to keep together."""
    problem = based.problem
    frozen: npt.NDArray[np.bool_] = problem.locked >= 0
    frozen[based.base] = True
    if points is not None:
        many = np.bincount(points.point_of, minlength=len(points)) > 1
        frozen |= many[points.point_of] & (points.slot[points.point_of] >= 0)
    for group in problem.groups:
        frozen[list(group)] = True
    return frozen


class Settling:
    """The cold annealing that turns a drawn plan into one in the band near its bound, slice by slice.

    worth: prices of units that proved a bound for its bases, where one was asked for ``[units]``.
    """

    worth: F64 | None = None

    def __init__(self, based: Based, label: I32, state: npt.NDArray[np.uint64], points: Points | None = None) -> None:
        problem = self.problem = based.problem
        self.based, self.state = based, state
        self.label = label.copy()
        self.best = np.array([np.inf, np.inf])
        self.best_label = label.copy()
        low, high = limits_of(problem, based.base)
        width = np.minimum(HAIR, (high - low) / 4) if problem.base_capacity is None else 0.0
        today, busy = problem.today, problem.trips > 0
        moved_weight = today.weight if today else np.zeros(problem.size)
        self.proposed = drawn_from(busy)
        self.unit = max(float(np.median(based.hours[busy].min(axis=1))) if busy.any() else 1.0, 1e-9)
        mean_load = max(float(problem.load[busy].mean()), 1e-12) if busy.any() else 1.0
        (indptr, indices), (tie_ptr, tie_to, tie_cost) = problem.neighbours, problem.tie_list
        self.penalty, slope = self._penalties(mean_load, low.shape, float(moved_weight.sum()))
        self.ground = Ground(
            self._shaped(based),
            based.hours,
            problem.amounts,
            low + width,
            high - width,
            problem.drive_load,
            based.base.astype(np.int32),
            _frozen(based, points),
            indptr,
            indices,
            tie_ptr,
            tie_to,
            tie_cost,
            today.territory.astype(np.int32) if today else np.full(problem.size, -1, dtype=np.int32),
            moved_weight,
            today.limit if today else np.inf,
            slope,
        )

    def _penalties(self, mean_load: float, shape: tuple[int, ...], disrupts: float) -> tuple[F64, F64]:
        """What a unit of load beyond a band costs: a little more than its price, so that whole units can pass through a full territory."""
        problem, price = self.problem, np.abs(self.based.price)
        usual = max(float(price.mean()), self.unit / mean_load * 0.1)
        scale = problem.amounts.sum(axis=0)
        each = [usual * scale[0] / s if s > 0 else 0.0 for s in scale]
        slope = np.ones(shape)
        slope[:, 0] = np.maximum(price * PRESS, usual * EASE) / usual
        moving = max(usual * scale[0] / disrupts, PRESS * _moving_price(self.based)) if disrupts > 0 else 0.0
        return np.array([*each, moving]), slope

    def _shaped(self, based: Based) -> F32:
        problem = self.problem
        empty = np.flatnonzero((problem.trips <= 0) & (problem.load <= 0))
        if not len(empty):
            return based.cost
        cost = based.cost.copy()
        ratio = float(problem.load.sum()) / max(float(problem.trips.sum()), 1e-12)
        lead = np.maximum(30.0 * ratio * based.price, -based.minutes.min())
        mean = 2.0 * float(problem.trips.sum()) / problem.size / 60.0
        open_ = cost[empty] < BARRED
        stays = based.hours[empty] - based.cost[empty]  # what staying is worth holds without work too
        cost[empty] = np.where(open_, SHAPE * mean * (based.minutes[:, empty] + lead[:, None]).T - stays, cost[empty])
        return cost

    def cycle(self, steps: int, warm: float) -> None:
        """Warm the best labels up a little and let them cool."""
        self.label[:] = self.best_label
        self.cool(steps, warm, STEPS)

    def cool(self, steps: int, warm: float, slices: int = SLICES) -> None:
        """One annealing from where the labels stand, from ``warm`` to cold."""
        for hot, cold in temperatures(warm, slices):
            self.anneal(hot, cold, steps // slices)

    def assess_best(self) -> None:
        """What the best labels cost and leave outside, summed anew."""
        self.best[:] = np.inf
        self.label[:] = self.best_label
        self.anneal(COLD, COLD, 0)

    def anneal(self, hot: float, cold: float, steps: int, active: I32 | None = None) -> None:
        """One slice; temperatures in costs of a median unit. active: units to propose from; None = all."""
        units = self.proposed if active is None else active
        settle(self.ground, units, self.label, hot * self.unit, cold * self.unit, steps, self.penalty, self.state, self.best_label, self.best)
