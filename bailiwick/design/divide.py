"""One territory made two of equal load, and two neighbours made one."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bailiwick.design.problem import Ints, Measure, Problem, Ties
from bailiwick.design.problem.limits import breaches, holdings
from bailiwick.design.solve import solve
from bailiwick.model.errors import InfeasibleError, InputError

I32 = npt.NDArray[np.int32]
F64 = npt.NDArray[np.float64]
F32 = npt.NDArray[np.float32]
WIDTHS = (0.005, 0.02, 0.05, 0.1, 0.2, 0.4, 1.0)  # of the band about the mean of the two halves, until one holds them
ROUNDS, EFFORT = 4, 300  # of a search for the halves, and proposals per unit: never the clock
APART = 0.1  # of the mean, that halves may lie from it in a further measure
LEAST = 20_000  # proposals of any


def split(problem: Problem, label: I32, territory: int, *, base: int | None = None, seed: int = 1) -> tuple[I32, tuple[int, int]]:
    """One territory made two of equal load, driving counted: labels with the new one at the end, and the two bases.

    base: unit at which somebody works and stays, in the half that keeps the number; None = both bases are chosen.
    The maximum drive, groups, ties and further measures are those of the problem, the measures about their own mean. Raises InputError when it
    holds fewer than two units with work, InfeasibleError when it is in pieces.
    """
    mine = np.flatnonzero(label == territory)
    if np.count_nonzero(problem.load[mine] > 0) < 2:
        raise InputError(f"territory {territory + 1} holds fewer than two units with work and cannot be split; merge it with a neighbour instead")
    half, bases = _halves(problem, mine, base, seed)
    after = label.copy()
    after[mine[half == 1]] = problem.territories
    return after.astype(np.int32), (int(mine[bases[0]]), int(mine[bases[1]]))


def _halves(problem: Problem, mine: Ints, base: int | None, seed: int) -> tuple[I32, tuple[int, ...]]:
    """Labels and bases of the most even halves within the other limits, the narrowest band first."""
    best: tuple[tuple[float, float], I32, tuple[int, ...]] | None = None
    why: InfeasibleError | None = None
    middle = float(problem.load[mine].sum()) / 2
    given = () if base is None or base not in mine else (int(np.flatnonzero(mine == base)[0]), -1)
    for width in WIDTHS:
        for _ in range(2 if problem.drive_load else 1):  # what is driven is known from the halves before
            part = replace(part_of(problem, mine, 2, middle, width), fixed_bases=given)
            try:
                found = solve(part, seconds=np.inf, seed=seed, iterations=ROUNDS, effort=max(EFFORT * len(mine), LEAST))
            except InfeasibleError as error:
                why = error
                break
            minutes = part.travel.rows(np.array(found.bases))[0]
            held = holdings(part, minutes, found.territory_of)
            middle = float(held[:, 0].mean())
            other = sum(b.beyond for b in breaches(part, np.array(found.bases), minutes, found.territory_of) if "band" not in b.limit)
            worth = (other, float((np.abs(held[0] - held[1]) / np.maximum(held.sum(axis=0), 1e-12)).sum()))
            if best is None or worth < best[0]:
                best = worth, found.territory_of, found.bases
            if found.within_limits:
                return best[1], best[2]
    if best is None:
        raise why or InfeasibleError("the territory cannot be split")
    return best[1], best[2]


def part_of(problem: Problem, units: Ints, territories: int, middle: float, width: float) -> Problem:
    """The problem of some connected units alone, the band ``width`` about ``middle``."""
    inside = np.full(problem.size, -1, dtype=np.int32)
    inside[units] = np.arange(len(units), dtype=np.int32)
    indptr, indices = problem.neighbours
    row = np.repeat(np.arange(problem.size), np.diff(indptr))
    keep = (inside[row] >= 0) & (inside[indices] >= 0)
    ptr = np.concatenate([[0], np.cumsum(np.bincount(inside[row[keep]], minlength=len(units)))]).astype(np.int32)
    candidates = inside[problem.candidates[inside[problem.candidates] >= 0]].astype(np.int64)
    made = Problem(
        tuple(problem.unit_ids[u] for u in units), problem.load[units], problem.trips[units], ptr, inside[indices[keep]], territories,
        (middle * (1.0 - width), middle * (1.0 + width)), Inside(problem, units), points=None if problem.points is None else problem.points[units],
        candidates=candidates, absolute=True, drive_load=problem.drive_load, contiguous=problem.contiguous, max_minutes=problem.max_minutes,
        groups=tuple(tuple(inside[list(g)].tolist()) for g in problem.groups if np.all(inside[list(g)] >= 0)),
    )  # fmt: skip
    return replace(made, measures=tuple(_about(m, units, territories) for m in problem.measures), ties=_ties(problem, inside))


def _about(measure: Measure, units: Ints, territories: int) -> Measure:
    """A measure about its own mean, as narrow as its heaviest unit allows."""
    amount = measure.amount[units]
    mean = float(amount.sum()) / territories
    room = max(APART * mean, 0.5 * float(amount.max(initial=0.0)))
    return Measure(measure.name, amount, max(0.0, mean - room), mean + room)


def _ties(problem: Problem, inside: I32) -> Ties | None:
    if problem.ties is None:
        return None
    kept = np.all(inside[problem.ties.pairs] >= 0, axis=1)
    return Ties(inside[problem.ties.pairs[kept]].astype(np.int64), problem.ties.hours[kept])


def merge(label: I32, first: int, second: int, indptr: I32, indices: I32) -> I32:
    """Two neighbouring territories made one; the last territory takes the number that falls free.

    Raises InputError when they share no border.
    """
    if first == second:
        raise InputError(f"territory {first + 1} cannot be merged with itself; name its neighbour")
    a, b = label[np.repeat(np.arange(len(label)), np.diff(indptr))], label[indices]
    if not np.any((a == first) & (b == second)):
        raise InputError(f"territories {first + 1} and {second + 1} share no border, so they cannot be merged; choose neighbours")
    after = np.where(label == second, first, label)
    return np.where(after == int(label.max()), second, after).astype(np.int32) if second != int(label.max()) else after.astype(np.int32)


@dataclass(frozen=True)
class Inside:
    """Road times among some of the units."""

    problem: Problem
    units: Ints

    def rows(self, origins: Ints) -> tuple[F32, F32]:
        minutes, miles = self.problem.travel.rows(self.units[origins])
        return minutes[:, self.units], miles[:, self.units]

    def among(self, units: Ints, neighbours: int) -> F32:
        return self.problem.travel.among(self.units[units], neighbours)

    def legs(self, origins: Ints, targets: Ints) -> F32:
        return self.problem.travel.legs(self.units[origins], self.units[targets])
