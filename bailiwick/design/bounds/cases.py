"""Proof by cases: a territory holds a heavy unit, or it does not. Prices around it are raised for each case apart, and the lesser bound counts.

Prices let a base hold half a unit in effect: half of its best fillings do. Where that matters most the problem is divided in two (Land & Doig
1960, doi:10.2307/1910129), in many places of the country at once. Prices of a place change for its own territories alone: to all others its units
are worth what the dearest case says, so that whichever case is true elsewhere, what is proven here stands, and the gains of all places add up. The
heavy unit itself is worth to them what it is where the territory does not hold it: else none of them has it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from bailiwick.design.borders.certificate import as_stored
from bailiwick.design.bounds.pricing import Bases, Examined, Listed
from bailiwick.design.bounds.separations import Separations
from bailiwick.design.bounds.shifts import Shifts, joined
from bailiwick.design.bounds.turns import Turns, usual
from bailiwick.design.problem import Ints
from bailiwick.kernels.anneal_fixed import BARRED

F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
MEMBERS, MOST = 10, 50  # territories of a place where fewer would do, and at most
PLACES = 4  # at most
AMISS = 0.1  # share of all that prices leave unexplained, that a territory must have for a place around it
SWEEPS = 250  # rounds over its bases of one climb
STEPS = ((2e-2, 1e-3), (1e-2, 3e-4), (3e-3, 1e-4))  # of what units are measured in: the first and the last of each climb
DOUBT = 0.02  # share of a unit by which a base must serve more or less of it in the mean than the plan has it, for it to be asked which
DIFFERS = 0.2  # as much of a doubt as such a share is half of it in the mean
LITTLE = 1e-6  # of the bound, that a place must gain


@dataclass(frozen=True)
class Place:
    """Where cases are told apart: whether ``territory`` holds ``unit``. members: territories that are answered for by case; inside: the sets that
    matter to them alone, whose prices may differ.
    """

    unit: int
    territory: int
    members: Ints
    inside: Ints

    def barred(self, held: bool) -> Iterator[tuple[int, int]]:
        """Territory and set that the case rules out."""
        others = self.members[self.members != self.territory].tolist()
        return ((t, self.unit) for t in (others if held else [self.territory]))


@dataclass(frozen=True)
class Case:
    """What proves one: price of the sets inside ``[inside]``; reach, whole: as of ``Undivided``, by member ``[members]``."""

    price: F64
    reach: F64
    whole: F64


@dataclass(frozen=True)
class Split:
    """A place, and what proves each of its cases: the unit held by the territory, and not."""

    place: Place
    held: Case
    free: Case

    def named(self, name: Ints) -> "Split":
        """The same by other numbers of the sets."""
        return replace(self, place=replace(self.place, unit=int(name[self.place.unit]), inside=name[self.place.inside]))


@dataclass(frozen=True)
class ByCases:
    """A bound, hours a year, and what proves it beside the prices it began with: the splits, and reach and whole of all territories elsewhere."""

    bound: float
    splits: tuple[Split, ...]
    reach: F64
    whole: F64


def by_cases(bases: Bases, found: Examined, listed: Listed, turns: Turns, mean: F64) -> ByCases | None:
    """A better bound than that of ``found`` by cases in a few places; None where none gains.

    listed: what matters to each base near its prices. turns, mean: its pairs, and how much of each is served on average there.
    """
    places = _places(bases, found, listed, turns, mean)
    if not places:
        return None
    (held, with_unit), (free, without) = (_climbed(bases, found, listed, places, held) for held in (True, False))
    before = np.array([found.value[place.members].sum() for place in places])
    kept = np.minimum(with_unit, without) - before > LITTLE * abs(found.bound)
    if not kept.any():
        return None
    every = together(bases, found, [place for place, keep in zip(places, kept, strict=True) if keep], (held, free))
    return every if every.bound > found.bound else None


def together(bases: Bases, found: Examined, places: Sequence[Place], prices: tuple[F64, F64]) -> ByCases:
    """What the cases of all places prove together. prices: of sets, where each unit is held and where it is not; those inside the places count."""
    members = np.sort(np.concatenate([place.members for place in places]))
    elsewhere = np.setdiff1d(np.arange(len(found.value)), members)
    both = [_inside(found.price, price, places) for price in prices]
    highest = np.maximum.reduce([found.price, *both])
    asked = [place.unit for place in places]
    highest[asked] = both[1][asked]  # where the territory holds it nobody else does, at whatever price
    value, reach, whole, _ = bases.answers(highest, found.apart.shifts(), elsewhere)
    made = []
    for held, price in zip((True, False), both, strict=True):
        lower = [_lower(place, highest - price) for place in places]
        made.append(bases.answers(highest, joined([_ruled_out(found.apart, places, held), *lower]), members)[:3])
    least = sum(min(_proves(place, price, found, of[0]) for price, of in zip(both, made, strict=True)) for place in places)
    splits = [
        Split(place, *(Case(price[place.inside], of[1][place.members], of[2][place.members]) for price, of in zip(both, made, strict=True)))
        for place in places
    ]
    reach[members], whole[members] = found.reach[members], found.whole[members]
    return ByCases(float(found.price.sum() + value.sum() + least), tuple(splits), reach, whole)


def _inside(price: F64, raised: F64, places: Sequence[Place]) -> F64:
    """``price``, and inside the places ``raised`` as it would be stored."""
    inside = np.concatenate([place.inside for place in places])
    found = price.copy()
    found[inside] = as_stored(raised[inside])
    return found


def _proves(place: Place, price: F64, found: Examined, value: F64) -> float:
    """What members of a place make of prices, with what those are above the prices of ``found``."""
    return float((price - found.price)[place.inside].sum() + value[place.members].sum())


def _places(bases: Bases, found: Examined, listed: Listed, turns: Turns, mean: F64) -> list[Place]:
    """Places apart from one another, where territories of the known plan are worst explained by prices first."""
    sets, regret = bases.sets, bases.regrets(found)
    assert bases.served is not None
    differs, load = np.abs(mean - (bases.served[turns.unit] == turns.base)), sets.load[turns.unit]
    doubt = np.minimum(mean, 1.0 - mean) + DIFFERS * differs
    asked = (differs > DOUBT) & (load >= bases.heavy) & (regret[turns.base] >= AMISS * regret.sum())
    worth = np.where(asked, doubt * load**2 * np.maximum(regret, 0.0)[turns.base], 0.0)
    if not worth.any():
        return []
    matters = csr_array((listed > 0).astype(np.float64))
    shared = (matters @ (matters * sets.load[None, :]).T).toarray()  # load that matters to two territories both
    everywhere = np.asarray(matters.sum(axis=0)).ravel()
    taken = np.zeros(len(regret), dtype=np.bool_)
    places: list[Place] = []
    for pair in np.argsort(-worth, kind="stable")[: int(np.count_nonzero(worth))].tolist():
        if len(places) == PLACES:
            break
        unit, territory = int(turns.unit[pair]), int(turns.base[pair])
        first = np.union1d(np.flatnonzero(listed[:, unit]), territory)
        if taken[first].any() or not 1 < len(first) <= MOST:
            continue
        members = _grown(first, shared, taken)
        taken[members] = True
        alone = np.asarray(matters[members].sum(axis=0)).ravel()
        places.append(Place(unit, territory, members, np.flatnonzero((alone == everywhere) & (alone > 0) & ~sets.idle)))
    return places


def _grown(first: Ints, shared: F64, taken: Flags) -> Ints:
    """With the territories that share most with those so far, as many as a place may have."""
    members = first.tolist()
    while len(members) < MEMBERS:
        more = shared[members].sum(axis=0)
        more[members], more[taken] = 0.0, 0.0
        if more.max() <= 0.0:
            break
        members.append(int(np.argmax(more)))
    return np.sort(np.array(members, dtype=np.int64))


def _climbed(bases: Bases, found: Examined, listed: Listed, places: Sequence[Place], held: bool) -> tuple[F64, F64]:
    """Better prices for one case everywhere at once ``[sets]``, and what they prove of each place ``[places]``."""
    assert bases.served is not None
    sets, shifts, served = bases.sets, _ruled_out(found.apart, places, held), bases.served.copy()
    members, scale = np.concatenate([place.members for place in places]), np.zeros(len(sets))
    cost = sets.cost[np.arange(len(sets)), served].astype(np.float64)
    for place in places:
        scale[place.inside] = np.maximum(usual(found.price), cost)[place.inside]
        served[place.unit] = _server(bases, place, held, int(served[place.unit]))
    price, near, reach, whole = found.price, np.zeros_like(listed), found.reach, found.whole
    near[members] = listed[members]
    best, most = price.copy(), np.full(len(places), -np.inf)
    for climb in (None, *STEPS):
        if climb is not None:
            turns = Turns(sets, near, reach, whole, bases.slack, shifts=shifts)
            price = turns.climbed(price, served, SWEEPS, *climb, scale)[0]
        value, reach, whole, now = bases.answers(price, shifts, members)
        near = np.where(now > 0, now, near)
        for number, place in enumerate(places):
            if (proven := _proves(place, price, found, value)) > most[number]:
                most[number], best[place.inside] = proven, price[place.inside]
    return best, most


def _server(bases: Bases, place: Place, held: bool, now: int) -> int:
    """Who serves the unit of a place in one case, as far as it is known: the territory, or where it may not, the cheapest of the others."""
    if held or now != place.territory:
        return place.territory if held else now
    others = place.members[place.members != place.territory]
    return int(others[np.argmin(bases.sets.cost[place.unit, others])])


def _ruled_out(apart: Separations, places: Sequence[Place], held: bool) -> Shifts:
    """Separations, and what a case of each place rules out; what a base may not serve needs no way there."""
    base, unit = np.array([pair for place in places for pair in place.barred(held)], dtype=np.int64).reshape(-1, 2).T
    return joined([apart.without(base, unit).shifts(), Shifts(base, unit, np.full(len(base), BARRED))])


def _lower(place: Place, less: F64) -> Shifts:
    """How much less its units are worth to the members of a place than to others. less: by set."""
    base, unit = np.repeat(place.members, len(place.inside)), np.tile(place.inside, len(place.members))
    return Shifts(base, unit, less[unit])
