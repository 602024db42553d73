"""Proof by cases: this territory holds that unit, or it does not. Prices around are raised for each case apart, and the least bound counts.

Prices let a base hold half a unit in effect: half of its best fillings do. Where that matters most the problem is divided (Land & Doig 1960,
doi:10.2307/1910129), in some places of the country. Prices of a place change for its own territories alone: to all others its units are worth what
the dearest case says, so that whichever case is true elsewhere, what is proven here stands, and the gains of all places add up. A unit that a case
takes to be held tempts none of them in that case, whatever it is worth there: nobody else has it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bailiwick.design.borders.certificate import as_stored
from bailiwick.design.bounds.pricing import Bases, Examined
from bailiwick.design.bounds.separations import Separations
from bailiwick.design.bounds.shifts import Shifts, joined
from bailiwick.design.problem import Ints
from bailiwick.kernels.anneal_fixed import BARRED

F64 = npt.NDArray[np.float64]


class Answer(NamedTuple):
    """What a case takes to be so: whether a territory holds a unit."""

    unit: int
    territory: int
    holds: bool


Answers = tuple[Answer, ...]


@dataclass(frozen=True)
class Place:
    """Where cases are told apart. members: territories that are answered for by case; inside: the sets that matter to them alone, whose prices may
    differ.
    """

    members: Ints
    inside: Ints

    def ruled_out(self, answers: Answers, apart: Separations) -> Shifts:
        """Separations, and what ``answers`` rule out for the members; what a base may not serve needs no way there."""
        barred = [(t, unit) for unit, territory, holds in answers for t in self._others(territory, holds)]
        base, unit = np.array(barred, dtype=np.int64).reshape(-1, 2).T
        return joined([apart.without(base, unit).shifts(), Shifts(base, unit, np.full(len(base), BARRED))])

    def _others(self, territory: int, holds: bool) -> Iterator[int]:
        return (t for t in self.members.tolist() if (t != territory) == holds)

    def proves(self, price: F64, found: Examined, value: F64) -> float:
        """What members make of prices, ``value``, with what those are above the prices of ``found``."""
        return float((price - found.price)[self.inside].sum() + value[self.members].sum())


@dataclass(frozen=True)
class Case:
    """What one takes to be so, one answer after the other, and what proves it: price of the sets inside ``[inside]``; reach, whole: as of
    ``Undivided``, by member ``[members]``.
    """

    answers: Answers
    price: F64
    reach: F64
    whole: F64


@dataclass(frozen=True)
class Split:
    """A place and its cases, of which one is so whatever the plan: they answer the same first question either way, and so do those of either way."""

    place: Place
    cases: tuple[Case, ...]

    def named(self, name: Ints) -> "Split":
        """The same by other numbers of the sets."""
        cases = [replace(case, answers=tuple(each._replace(unit=int(name[each.unit])) for each in case.answers)) for case in self.cases]
        return replace(self, place=replace(self.place, inside=name[self.place.inside]), cases=tuple(cases))


@dataclass(frozen=True)
class ByCases:
    """A bound, hours a year, and what proves it beside the prices it began with: the splits, and reach and whole of all territories elsewhere."""

    bound: float
    splits: tuple[Split, ...]
    reach: F64
    whole: F64


def together(bases: Bases, found: Examined, told: Sequence[tuple[Place, Sequence[tuple[Answers, F64]]]]) -> ByCases:
    """What cases of several places prove together. told: by place the answers of each case, and prices of sets in it, of which those
    inside the place count.
    """
    highest = found.price.copy()
    for place, cases in told:
        highest[place.inside] = _highest(place, cases, found.price)
    members = np.sort(np.concatenate([place.members for place, _ in told]))
    value, reach, whole, _ = bases.answers(highest, found.apart.shifts(), np.setdiff1d(np.arange(len(found.value)), members))
    least, splits = 0.0, []
    for place, cases in told:
        proven, made = [], []
        for answers, raised in cases:
            price = highest.copy()
            price[place.inside] = as_stored(raised[place.inside])
            of = bases.answers(price, place.ruled_out(answers, found.apart), place.members)
            proven.append(place.proves(price, found, of[0]))
            made.append(Case(answers, price[place.inside], of[1][place.members], of[2][place.members]))
        least += min(proven)
        splits.append(Split(place, tuple(made)))
    reach[members], whole[members] = found.reach[members], found.whole[members]
    return ByCases(float(found.price.sum() + value.sum() + least), tuple(splits), reach, whole)


def _highest(place: Place, cases: Sequence[tuple[Answers, F64]], before: F64) -> F64:
    """What the sets inside a place are worth in the dearest of the cases that leave them to others ``[inside]``."""
    prices = np.array([as_stored(price[place.inside]) for _, price in cases])
    for row, (answers, _) in zip(prices, cases, strict=True):
        row[np.isin(place.inside, [each.unit for each in answers if each.holds])] = -np.inf
    highest = prices.max(axis=0)
    return np.where(np.isfinite(highest), highest, before[place.inside])
