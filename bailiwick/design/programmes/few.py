"""Problems with few units that matter: bases and units by an integer programme, solved again without what is not in one piece.

Where few units have work, moves of one at a time over land without any find no way from one good plan to another. What is not connected is cut
off by separators where every unit is in the programme (Carvajal et al. 2013, doi:10.1287/opre.2013.1183), else that plan alone is, and the
next best is routed through the land between.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bailiwick.design.borders.fixed import Based, with_bases
from bailiwick.design.problem import Ints, Problem
from bailiwick.design.programmes.columns import Columns, columns_of, kinds_of
from bailiwick.design.programmes.programme import Programme
from bailiwick.design.programmes.routing import routed
from bailiwick.kernels.contiguity import connected

I32 = npt.NDArray[np.int32]
UNITS = 64  # units that matter, at most
PAIRS = 600  # pairs of a unit and a possible base, at most; with more the bases stay as they are found
ALONE = 500  # pairs where these do
ROUNDS, ROUTED, LEAST_ROUNDS = 200, 25, 5  # programmes solved at most, where every unit is in them and where land lies between; and of large ones
WORK = 4_000  # pairs of all programmes that are solved, in a few seconds
SHARE, PAIR = 0.4, 0.001  # of the time at most, and seconds that each pair takes
NEARLY = 1e-7  # of the cost, that a plan must be better by


@dataclass
class Few:
    """One programme and what has been ruled out. modelled: units in it. label: where each lies, by column."""

    problem: Problem
    modelled: Ints
    columns: Columns
    programme: Programme

    def best(self, above: float) -> tuple[Based, I32] | None:
        """The cheapest plan in one piece that costs less than ``above``; None where there is none, or none was found in time."""
        every = len(self.modelled) == self.problem.size
        most = max(LEAST_ROUNDS, WORK // (len(self.modelled) * len(self.columns)))
        based: Based | None = None
        for _ in range(min(most, ROUNDS if every else ROUTED)):
            found = self.programme.solve()
            if found is None or found.cost >= above - NEARLY * max(1.0, abs(above)):
                return None
            base, label = self.columns.plan(self.problem, found.column, self.modelled)
            whole = not self.problem.contiguous or not np.any(self._apart(base, label))
            if every and not whole:
                for members, beside in self._pieces(base, label):
                    self.programme.join(members, beside)
                continue
            if based is None or np.any(based.base != base):
                based = with_bases(self.problem, base)
            if whole:
                return based, self._filled(based, label)
            if (joined := routed(based, label)) is not None:
                return based, joined
            self.programme.forbid(found.column)
        return None

    def _apart(self, base: Ints, label: I32) -> npt.NDArray[np.bool_]:
        """Units that are not joined to their base, or have no territory yet."""
        return np.asarray(connected(*self.problem.neighbours, label, base.astype(np.int32)) < 0)

    def _filled(self, based: Based, label: I32) -> I32:
        """Units that do not matter to whom they are nearest."""
        return np.where(label >= 0, label, np.argmin(based.minutes, axis=0)).astype(np.int32)

    def _pieces(self, base: Ints, label: I32) -> Iterator[tuple[list[int], list[int]]]:
        """Each piece that is not joined to its base, and the units of other territories beside it."""
        indptr, indices = self.problem.neighbours
        left = self._apart(base, label)
        while np.any(left):
            inside = [int(np.argmax(left))]
            left[inside] = False
            beside: set[int] = set()
            for u in inside:
                for v in indices[indptr[u] : indptr[u + 1]].tolist():
                    if label[v] != label[u]:
                        beside.add(v)
                    elif left[v]:
                        left[v] = False
                        inside.append(v)
            yield inside, sorted(beside)


def few_of(problem: Problem, base: Ints | None = None) -> Few | None:
    """The programme of a problem; None where it is too large. base: of a plan, that stay where choosing others would be too large."""
    modelled = _modelled(problem)
    if len(modelled) > UNITS:
        return None
    slots = problem.slots
    if _pairs(problem, modelled) > PAIRS:
        if base is None or len(modelled) * problem.territories > ALONE:
            return None
        modelled, slots = np.union1d(modelled, base), base
    columns = columns_of(problem, modelled, slots)
    return Few(problem, modelled, columns, Programme(problem, modelled, columns))


def exact_seconds(problem: Problem, seconds: float) -> float:
    """Seconds of the whole that the programme may take at the end."""
    modelled = _modelled(problem)
    if len(modelled) > UNITS:
        return 0.0
    return min(SHARE * seconds, PAIR * min(_pairs(problem, modelled), PAIRS))


def _pairs(problem: Problem, modelled: Ints) -> int:
    """Pairs of a unit and a column."""
    candidates = len(np.intersect1d(problem.base_candidates, modelled))
    return len(modelled) * sum(candidates if problem.slots[alike[0]] < 0 else 1 for alike in kinds_of(problem, problem.slots))


def _modelled(problem: Problem) -> Ints:
    return np.arange(problem.size) if problem.size <= UNITS else _that_matter(problem)


def _that_matter(problem: Problem) -> Ints:
    """Units with work, given bases, and what a rule names."""
    matter = (problem.amounts > 0).any(axis=1) | (problem.trips > 0) | (problem.locked >= 0)
    matter[[unit for unit, _ in problem.barred]] = True
    for group in problem.groups:
        matter[list(group)] = True
    if problem.ties is not None:
        matter[problem.ties.pairs.ravel()] = True
    if problem.today is not None:
        matter |= (problem.today.territory >= 0) & (problem.today.weight > 0)
    return np.flatnonzero(matter)
