"""The bound of a plan's bases recomputed from stored prices of units: plain numpy, one base at a time, nothing shared with the search.

Whatever the prices: units served once cost a plan their prices, plus what each of its bases makes of them. A base makes no more than the
best filling of its band with whole units near it; or it holds a unit further away, and with it every unit on some way there. Units to
which every way leads through one other unit are served with that one. Where every way to a unit leads through some others, a territory that
holds it holds one of those: what serving it costs may rise by as much as what serving each of those costs falls. A territory holds a unit or
does not: cases that answer such questions either way may be proven by prices of their own, those of some territories, as long as all others know the
highest.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from bailiwick.review.verify import Case

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Pieces:
    """What one base may take. gain: hours above the price of each unit; weight: load; both ``[m]``."""

    gain: Array
    weight: Array

    def some(self, kept: Flags) -> "Pieces":
        """Those that ``kept`` marks."""
        return Pieces(self.gain[kept], self.weight[kept])


@dataclass(frozen=True)
class Sets:
    """Units that go together. of: the set of each unit ``[n]``; start, to: sets that border on one another, each pair once each way."""

    of: Ints
    start: Ints
    to: Ints


@dataclass(frozen=True)
class Separation:
    """A claim: no way leads from the base of ``territory`` to ``unit`` but through ``ways``; ``hours`` is the price of that."""

    territory: int
    unit: int
    ways: Ints
    hours: float


class Answer(NamedTuple):
    """What a case takes to be so: whether ``territory`` holds ``unit``."""

    unit: int
    territory: int
    holds: bool


@dataclass(frozen=True)
class Told:
    """A case: the answers that it takes to be so, one after the other, and what proves it. price: hours a year of some ``units``; reach, whole: as of
    ``undivided_bound``, by member of the split.
    """

    answers: tuple[Answer, ...]
    units: Ints
    price: Array
    reach: Array
    whole: Array

    def held(self) -> list[int]:
        """Units that it takes some territory to hold."""
        return [unit for unit, _, holds in self.answers if holds]

    def barred(self, t: int) -> list[int]:
        """Units that territory ``t`` does not hold in it."""
        return [unit for unit, territory, holds in self.answers if (t != territory) == holds]


@dataclass(frozen=True)
class Split:
    """Cases of which one is so, with what proves each for the territories ``members``."""

    members: Ints
    cases: tuple[Told, ...]

    def units(self) -> Ints:
        """Units that some case prices."""
        return np.unique(np.concatenate([told.units for told in self.cases]))


def sets_of(name: Ints, links: tuple[Ints, Ints]) -> Sets:
    """Units of one ``name`` as sets. links: neighbours as pairs (from, to)."""
    _, of = np.unique(name, return_inverse=True)
    a, b = (of[end] for end in links)
    start, to = np.unique(np.stack([a[a != b], b[a != b]]), axis=1)
    return Sets(of, start, to)


def undivided_bound(
    case: Case, price: Array, reach: Array, whole: Array, entrance: Ints, separations: Sequence[Separation] = (), splits: Sequence[Split] = ()
) -> float:
    """Hours a year that no plan from the bases of ``case`` undercuts.

    price: hours a year by unit. reach: hours that getting to a unit may cost at which a territory is taken not to hold it; whole: load from
    which units are not cut; both by territory. entrance: the unit that each is said to go with, separations; believed where it is so.
    splits: where cases are told apart; those that leave a case out, or share a territory or a unit with one before, are left out themselves.
    """
    bases = _Bases(case, entrance, separations)
    splits = _apart(splits, len(case.bases))
    highest = _highest(price, splits)
    answered = {t for split in splits for t in split.members.tolist()}
    total = float(price.sum())
    total += sum(bases.made(t, highest, float(reach[t]), float(whole[t])) for t in range(len(case.bases)) if t not in answered)
    for split in splits:
        total += min(_proven(bases, split, told, price, highest) for told in split.cases)
    return total


def _prices(split: Split, told: Told, price: Array) -> Array:
    """What ``split.units()`` are worth in one of its cases."""
    here = price.copy()
    here[told.units] = told.price
    return here[split.units()]


def _highest(price: Array, splits: Sequence[Split]) -> Array:
    """What units are worth at most, whichever cases are true; where some member holds one nobody else does, whatever it is worth."""
    highest = price.copy()
    for split in splits:
        units = split.units()
        every = np.array([np.where(np.isin(units, told.held()), -np.inf, _prices(split, told, price)) for told in split.cases]).max(axis=0)
        highest[units] = np.where(np.isfinite(every), every, price[units])
    return highest


def _apart(splits: Sequence[Split], territories: int) -> list[Split]:
    """Splits that leave no case out, whose territories and units are no other's, and whose numbers are for their members."""
    kept: list[Split] = []
    taken: set[int] = set()
    priced: set[int] = set()
    for split in splits:
        members, every = split.members.tolist(), split.cases
        if not _one_is_so([told.answers for told in every]) or not all(0 <= t < territories for t in members):
            continue
        once = len(set(members)) == len(members) and all(len(set(told.units.tolist())) == len(told.units) for told in every)
        fits = all(len(told.reach) == len(told.whole) == len(members) for told in every)
        inside = {territory for told in every for _, territory, _ in told.answers} <= set(members)
        units = set(split.units().tolist())
        if once and fits and inside and not (taken & set(members) or priced & units):
            kept.append(split)
            taken |= set(members)
            priced |= units
    return kept


def _one_is_so(cases: Sequence[tuple[Answer, ...]]) -> bool:
    """Whether one of the cases is so whatever the plan: one takes nothing more to be so, or they answer a question, either way all that is to be."""
    if not cases or not all(cases):
        return bool(cases)
    unit, territory, _ = cases[0][0]
    return all(_one_is_so([case[1:] for case in cases if case[0] == (unit, territory, holds)]) for holds in (True, False))


def _proven(bases: "_Bases", split: Split, told: Told, price: Array, highest: Array) -> float:
    """What one case of a split proves of its members, with what its prices are above those of all."""
    here, units = highest.copy(), split.units()
    here[units] = _prices(split, told, price)
    total = float((here - price)[units].sum())
    for t, reach, whole in zip(split.members.tolist(), told.reach.tolist(), told.whole.tolist(), strict=True):
        total += bases.made(t, here, reach, whole, told.barred(t))
    return total


class _Bases:
    """What each base makes of prices. entrance, separations: what is claimed of units and the ways to them."""

    def __init__(self, case: Case, entrance: Ints, separations: Sequence[Separation]) -> None:
        self.case = case
        self.sets = sets_of(_together(case, entrance), case.links)
        self._beside = np.searchsorted(self.sets.start, np.arange(int(self.sets.of.max()) + 2))
        self._claimed: dict[int, list[Separation]] = defaultdict(list)
        for each in separations if case.contiguous else ():
            self._claimed[each.territory].append(each)

    def made(self, t: int, price: Array, reach: float, whole: float, barred: Sequence[int] = ()) -> float:
        """What the base of territory ``t`` makes of ``price`` at best. barred: units that it may not serve."""
        case, sets, of = self.case, self.sets, self.sets.of
        pieces, opened = self._pieces(t, price, barred)
        home = int(of[case.bases[t]])
        _shift(pieces, opened, [each for each in self._claimed[t] if _separates(sets, self._beside, opened, home, each)], of)
        return made(pieces, opened, sets, home, (float(case.low[t]), float(case.high[t])), reach, whole)

    def _pieces(self, t: int, price: Array, barred: Sequence[int]) -> tuple[Pieces, Flags]:
        """What the base may take, by sets of units that go together, and which sets those are."""
        of = self.sets.of
        count = int(of.max()) + 1
        hours, cost = self.case.served_from(t)
        gain, weight = np.zeros(count), np.zeros(count)
        np.add.at(gain, of, cost - price)
        np.add.at(weight, of, self.case.load + self.case.drive_load * hours)
        opened = np.isfinite(gain)
        opened[of[list(barred)]] = False
        return Pieces(gain[opened], weight[opened]), opened


def _shift(pieces: Pieces, opened: Flags, separations: Sequence[Separation], of: Ints) -> None:
    """The prices of separations put upon what serving costs, in place."""
    place = np.cumsum(opened) - 1
    for each in separations:
        ways = of[each.ways]
        pieces.gain[place[of[each.unit]]] += each.hours
        np.subtract.at(pieces.gain, place[ways[opened[ways]]], each.hours)


def _separates(sets: Sets, beside: Ints, opened: Flags, home: int, claim: Separation) -> bool:
    """Whether it is so: a walk from the unit that avoids those ways, over what the base may serve, never comes to ``home``."""
    first = int(sets.of[claim.unit])
    if claim.hours < 0.0 or not opened[first]:
        return False
    seen = {first, *sets.of[claim.ways].tolist()}
    to_see = [first]
    while to_see:
        at = to_see.pop()
        if at == home:
            return False
        for next_ in sets.to[beside[at] : beside[at + 1]].tolist():
            if opened[next_] and next_ not in seen:
                seen.add(next_)
                to_see.append(next_)
    return True


def _together(case: Case, entrance: Ints) -> Ints:
    """``entrance`` of units that no way leads to but through it: none of them a base, and all their neighbours among them; others go alone."""
    every = np.arange(len(entrance))
    if not case.contiguous:
        return every
    behind = entrance != every
    start, to = case.links
    leaks = np.zeros(len(entrance), dtype=np.bool_)
    out = behind[start] & (entrance[to] != entrance[start])  # an entrance is its own
    leaks[entrance[start[out]]] = True
    leaks[entrance[case.bases[behind[case.bases]]]] = True
    leaks |= behind  # nothing goes with what itself goes with another
    return np.where(leaks[entrance], every, entrance)


def made(pieces: Pieces, opened: Flags, sets: Sets, home: int, band: tuple[float, float], reach: float, whole: float) -> float:
    """What a base in set ``home`` makes of ``pieces``, those of the sets ``opened``, at best. reach, whole: as of ``undivided_bound``."""
    low, high = band
    if not np.isfinite(reach):
        return _filled(pieces, low, high, whole)
    loose, dual = _cut(pieces, low, high)
    toll = np.full(len(opened), np.inf)
    toll[opened] = np.maximum(pieces.gain + dual * pieces.weight, 0.0)
    near = _ways(sets, toll, home, reach)[opened] < reach
    return min(_filled(pieces.some(near), low, high, whole), loose + reach)


def _ways(sets: Sets, toll: Array, base: int, most: float) -> Array:
    """Least toll of a walk over neighbours from the base's set to each, that of the set with it; infinite beyond ``most``."""
    passable = np.isfinite(toll[sets.to])
    to = sets.to[passable]
    walks = csr_array((toll[to], (sets.start[passable], to)), shape=(len(toll), len(toll)))
    return np.asarray(dijkstra(walks, indices=base, limit=most))


def _cut(pieces: Pieces, low: float, high: float) -> tuple[float, float]:
    """Least gain of a filling between ``low`` and ``high`` that may cut every unit, and the price of load there."""
    ranked = _ranked(pieces)
    value, cut, _ = _relaxed(ranked, low, high, [], [])
    return value, 0.0 if cut < 0 else -float(ranked.gain[cut] / ranked.weight[cut])


def _ranked(pieces: Pieces) -> Pieces:
    """In rising order of gain by load."""
    rank = np.where(pieces.gain < 0, -np.inf, np.inf)
    np.divide(pieces.gain, pieces.weight, out=rank, where=pieces.weight > 0)
    order = np.argsort(rank, kind="stable")
    return Pieces(pieces.gain[order], pieces.weight[order])


def _filled(pieces: Pieces, low: float, high: float, whole: float) -> float:
    """Least gain of a filling that does not cut units of at least ``whole``: the one that is cut is tried both ways."""
    ranked = _ranked(pieces)
    best = np.inf
    tried: list[tuple[list[int], list[int]]] = [([], [])]
    while tried:
        taken, left = tried.pop()
        value, cut, part = _relaxed(ranked, low, high, taken, left)
        if value >= best:
            continue
        if cut < 0 or ranked.weight[cut] < whole:
            best = value
            continue
        gain, weight = float(ranked.gain[cut]), float(ranked.weight[cut])
        if gain < 0 and high - part * weight >= low:  # left out, the rest still fills the band
            best = min(best, value - part * gain)
        if gain >= 0 and low + (1.0 - part) * weight <= high:
            best = min(best, value + (1.0 - part) * gain)
        ways = [(taken, [*left, cut]), ([*taken, cut], left)]
        tried += ways if part >= 0.5 else ways[::-1]
    return best


def _relaxed(ranked: Pieces, low: float, high: float, taken: list[int], left: list[int]) -> tuple[float, int, float]:
    """Least gain when units may be cut but for those ``taken`` or ``left``: (value, the one that is cut or -1, how much of it is taken)."""
    gain, weight = ranked.gain, ranked.weight
    free = np.ones(len(gain), dtype=np.bool_)
    free[taken] = free[left] = False
    wanted = free & (gain < 0)
    value = float(gain[wanted].sum() + gain[taken].sum())
    load = float(weight[wanted].sum() + weight[taken].sum())
    if low <= load <= high:
        return value, -1, 0.0
    much = load > high
    some = np.flatnonzero(wanted if much else free & (gain >= 0) & (weight > 0))
    some = some[::-1] if much else some
    amount, whole = load - high if much else low - load, np.cumsum(weight[some])
    at = int(np.searchsorted(whole, amount))
    if at == len(some):
        return np.inf, -1, 0.0
    cut = int(some[at])
    part = (amount - float(whole[at] - weight[cut])) / float(weight[cut])
    sign = -1.0 if much else 1.0
    value += sign * (float(gain[some[:at]].sum()) + part * float(gain[cut]))
    return value, cut, 1.0 - part if much else part
