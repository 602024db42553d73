"""The method on one page: choose bases, prove a bound, round, grow contiguous regions, polish."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bailiwick.design.bases import Choice, allocate, choose
from bailiwick.design.certificate import bound_from_prices
from bailiwick.design.growth import grow
from bailiwick.design.polish import Tally, polish
from bailiwick.design.problem import Problem
from bailiwick.design.transport import Flow
from bailiwick.model.errors import InfeasibleError

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
CANDIDATES = 1_200
ROUNDS = 6
PENALTIES = (1.0, 1.5, 2.0, 4.0, 8.0, 16.0, 32.0)
MARGIN = 0.01  # the rounded plan must fit, so that the search for bases aims a little inside the band


@dataclass(frozen=True)
class Solution:
    """territory_of: int32 by unit. bases: unit by territory. objective, bound: hours a year; duals: prices that prove the bound."""

    territory_of: npt.NDArray[np.int32]
    bases: tuple[int, ...]
    objective: float
    bound: float
    bound_kind: str
    duals: tuple[float, ...]
    iterations: int
    in_band: bool

    @property
    def gap(self) -> float:
        """(objective - bound) / bound."""
        return (self.objective - self.bound) / self.bound if self.bound > 0 else 0.0


@dataclass(frozen=True)
class Progress:
    """Where the search stands. best_hours: line haul of the divisible problem."""

    iterations: int
    best_hours: float
    seconds: float

    def __str__(self) -> str:
        return f"{self.seconds:5.1f} s  {self.iterations} bases tried  {self.best_hours:,.0f} line-haul hours a year"


def solve(
    problem: Problem,
    *,
    seconds: float,
    seed: int,
    iterations: int | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Solution:
    """The best plan found in ``seconds``, or after ``iterations`` of the search for bases (then the clock decides nothing).

    Raises InfeasibleError when no plan can be in the band, naming the culprit.
    """
    problem.check_weights()
    started = time.monotonic()
    bases, ran = _bases(problem, seconds, seed, iterations, on_progress, started)
    minutes = problem.travel.rows(bases)[0]
    units = problem.weighted
    cost = (2.0 * problem.trips[units] * minutes[:, units].astype(np.float64) / 60.0).T
    load = problem.load[units]
    flow = allocate(cost, load, problem.band)
    if flow is None:
        raise InfeasibleError(
            f"no assignment to these {problem.territories} bases keeps every territory within {problem.band[0]:g} to "
            f"{problem.band[1]:g}; widen the band or change the bases"
        )
    bound = bound_from_prices(cost, load, *problem.band, flow.prices)
    label = draw(problem, bases, minutes, cost, allocate(cost, load, inner(problem.band)) or flow)
    objective = float(cost[np.arange(len(units)), label[units]].sum())
    held = np.bincount(label, weights=problem.load, minlength=problem.territories)
    low, high = problem.band
    return Solution(
        label.astype(np.int32),
        tuple(int(b) for b in bases),
        objective,
        bound,
        "fixed-bases",
        tuple(map(float, flow.prices)),
        ran,
        bool(np.all((held >= low - 1e-9) & (held <= high + 1e-9))),
    )


def _bases(
    problem: Problem,
    seconds: float,
    seed: int,
    iterations: int | None,
    on_progress: Callable[[Progress], None] | None,
    started: float,
) -> tuple[Ints, int]:
    if problem.fixed_bases:
        return np.asarray(problem.fixed_bases, dtype=np.int64), 0
    candidates = problem.base_candidates
    if len(candidates) > CANDIDATES:
        candidates = np.sort(candidates[np.argsort(-problem.trips[candidates], kind="stable")[:CANDIDATES]])
    minutes = problem.travel.rows(candidates)[0]
    units = problem.weighted
    cost = (2.0 * problem.trips[units] * minutes[:, units].astype(np.float64) / 60.0).T

    def go_on(done: int, best: float) -> bool:
        spent = time.monotonic() - started
        if on_progress and (done == 1 or done % 5 == 0):
            on_progress(Progress(done, best, spent))
        return done < iterations if iterations is not None else spent < seconds

    found: Choice | None
    found, ran = choose(
        cost, problem.load[units], problem.territories, inner(problem.band), np.random.default_rng(seed), go_on
    )
    if found is None:
        raise InfeasibleError(
            f"no choice of {problem.territories} bases was found that keeps every territory within {problem.band[0]:g} to "
            f"{problem.band[1]:g}; widen the band or ask for another number of territories"
        )
    return candidates[found.bases], ran


def lead(problem: Problem, prices: Array) -> npt.NDArray[np.float32]:
    """Minutes by which the price of each territory pushes its border: a unit of mean load per trip is torn between two bases there."""
    ratio = float(problem.load.sum()) / max(float(problem.trips.sum()), 1e-12)
    return (30.0 * ratio * prices).astype(np.float32)


def draw(problem: Problem, bases: Ints, minutes: npt.NDArray[np.float32], cost: Array, flow: Flow) -> Ints:
    """Territory of every unit: shares rounded, grown from the bases, polished; every territory in one piece.

    Where a unit's territory cannot reach it over neighbours, that pairing is barred and the transport solved anew,
    so that balance is restored by all territories and not by the nearest alone.
    """
    units, n = problem.weighted, len(problem.unit_ids)
    load = problem.load[units]
    barred = np.zeros(cost.shape, dtype=np.bool_)
    prohibitive = 10.0 * float(cost.max(initial=0.0)) + 1.0
    best: tuple[tuple[float, float], Ints] | None = None
    neighbours = [problem.indices[problem.indptr[u] : problem.indptr[u + 1]].tolist() for u in range(n)]
    full = np.zeros((n, len(bases)))
    full[units] = cost
    spread = max(float(np.abs(flow.prices).max(initial=0.0)), float(cost.mean()) / max(float(load.mean()), 1e-12) * 0.1)
    for _ in range(ROUNDS):
        label, wanted = _grown(problem, bases, minutes, cost, flow, neighbours)
        lost = np.flatnonzero(label[units] != wanted[units])
        tally = Tally(label, problem.load, full, snug(problem.band), 0.0)
        for factor in PENALTIES:  # dear only as far as needed: a high price at once would buy balance with long drives
            tally.penalty = factor * spread
            polish(tally, neighbours, bases, units)
            if tally.beyond() == 0.0:
                break
        score = (tally.beyond(), tally.hours())
        if best is None or score < best[0]:
            best = (score, tally.label.copy())
        if not len(lost):
            break
        barred[lost, wanted[units[lost]]] = True
        again = allocate(np.where(barred, prohibitive, cost), load, inner(problem.band))
        if again is None:
            break
        flow = again
    assert best is not None
    return best[1]


def inner(band: tuple[float, float]) -> tuple[float, float]:
    """A little inside the band, so that whole units fit where fractions did."""
    low, high = band
    width = min(MARGIN, (high - low) / 4)
    return low + width, high - width


def snug(band: tuple[float, float]) -> tuple[float, float]:
    """The band less a hair, so that sums in another order do not fall out of it."""
    low, high = band
    hair = min(1e-6, (high - low) / 4)
    return low + hair, high - hair


def _grown(
    problem: Problem,
    bases: Ints,
    minutes: npt.NDArray[np.float32],
    cost: Array,
    flow: Flow,
    neighbours: list[list[int]],
) -> tuple[Ints, Ints]:
    """Regions grown to the rounded shares, and the territory each weighted unit should have had."""
    units, n = problem.weighted, len(problem.unit_ids)
    reduced = cost + problem.load[units][:, None] * flow.prices[None, :]
    wanted = np.full(n, -1, dtype=np.int64)
    wanted[units] = np.argmax(flow.share, axis=1)
    wanted[bases] = np.arange(len(bases))
    regret = {int(u): reduced[i] - reduced[i, wanted[u]] for i, u in enumerate(units)}
    label = grow(neighbours, bases, minutes + lead(problem, flow.prices)[:, None], wanted, regret)
    if np.any(label < 0):
        raise InfeasibleError(
            f"unit {problem.unit_ids[int(np.argmin(label))]} is not joined to any base; declare a bridge to it"
        )
    return label, wanted
