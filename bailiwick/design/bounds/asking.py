"""Which cases to tell apart: around the territories that prices explain worst, who holds the heavy units that are most in doubt.

A tree of questions for each place (branch and bound, Land & Doig 1960, doi:10.2307/1910129): the case that proves least is asked next, whether the
territory that it explains worst holds the unit that it most doubts.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from bailiwick.design.bounds.cases import Answer, Answers, ByCases, Place, together
from bailiwick.design.bounds.pricing import Bases, Examined, Listed
from bailiwick.design.bounds.turns import Turns, usual
from bailiwick.design.problem import Ints

F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
MEMBERS = 40  # territories of a place
MOST = 60  # of them such as the unit in question matters to; where it does to more, those who hold most of what is the worst one's in the mean:
RIVALS = 20
PLACES = 2  # at most
AMISS = 0.05  # share of all that prices leave unexplained, that a territory must have for a place around it
QUESTIONS, PATIENCE = 4, 2  # asked of a place at most, and that bring nothing before it is given up
SWEEPS = 100  # rounds over its bases of one climb
STEPS = ((2e-2, 1e-3), (1e-2, 3e-4), (3e-3, 1e-4))  # of what units are measured in: the first and the last of each climb
DOUBT = 0.02  # share of a unit by which a base must serve more or less of it in the mean than the plan has it, for it to be asked which
DIFFERS = 0.2  # as much of a doubt as such a share is half of it in the mean
LITTLE = 1e-6  # of the bound, that a place must gain
TEAM = 2  # answers to a question side by side


@dataclass(frozen=True)
class Branch:
    """A case as far as it is known. price: of sets; proves: what members make of it, hours; turns, mean: pairs that matter, and how much of each was
    served on average there; regret: what the plan's territories make of prices above what their bases can ``[territories]``.
    """

    answers: Answers
    price: F64
    proves: float
    turns: Turns
    mean: F64
    regret: F64


def by_cases(bases: Bases, found: Examined, listed: Listed, turns: Turns, mean: F64) -> ByCases | None:
    """A better bound than that of ``found`` by cases in a few places; None where none gains.

    listed: what matters to each base near its prices. turns, mean: its pairs, and how much of each is served on average there.
    """
    trunk = Branch((), found.price, 0.0, turns, mean, bases.regrets(found))
    told = []
    for place in _places(bases, trunk, listed):
        before = float(found.value[place.members].sum())
        grown = _grown(bases, found, listed, place, replace(trunk, proves=before))
        if min(branch.proves for branch in grown) > before + LITTLE * abs(found.bound):
            told.append((place, [(branch.answers, branch.price) for branch in grown]))
    if not told:
        return None
    every = together(bases, found, told)
    return every if every.bound > found.bound else None


def _places(bases: Bases, trunk: Branch, listed: Listed) -> list[Place]:
    """Places apart from one another around the territories that are worst explained: these, who else might hold what is theirs, and those around."""
    sets, regret = bases.sets, trunk.regret
    matters = csr_array(((listed > 0) & ~sets.idle).astype(np.float64))
    shared = (matters @ (matters * sets.load[None, :]).T).toarray()  # load that matters to two territories both
    everywhere = np.asarray(matters.sum(axis=0)).ravel()
    taken = np.zeros(len(regret), dtype=np.bool_)
    places: list[Place] = []
    for worst in np.argsort(-regret, kind="stable").tolist():
        if len(places) == PLACES or regret[worst] < AMISS * regret.sum():
            break
        if taken[worst]:
            continue
        members = _around(_first(bases, trunk, listed, worst, taken), shared, taken)
        taken[members] = True
        alone = np.asarray(matters[members].sum(axis=0)).ravel()
        places.append(Place(members, np.flatnonzero((alone == everywhere) & (alone > 0))))
    return places


def _first(bases: Bases, trunk: Branch, listed: Listed, worst: int, taken: Flags) -> list[int]:
    """The territory and, if there are not too many, all whose bases may want the unit that it most doubts; else those that hold what is its own."""
    asked = _question(bases, trunk, np.array([worst]), np.arange(len(bases.sets)))
    rivals = [] if asked is None else np.flatnonzero(listed[:, asked[0]]).tolist()
    if not 0 < len(rivals) <= MOST:
        rivals = _rivals(bases, trunk, worst)
    return [worst, *(t for t in rivals if t != worst and not taken[t])]


def _rivals(bases: Bases, trunk: Branch, territory: int) -> list[int]:
    """Territories whose bases serve, in the mean, some of what the plan gives to this one and its base does not always; those with most of it."""
    turns, mean, sets = trunk.turns, trunk.mean, bases.sets
    assert bases.served is not None
    always = np.bincount(turns.unit, weights=np.where(turns.base == territory, mean, 0.0), minlength=len(sets))
    lost = (bases.served == territory) & (always < 1.0 - DOUBT)
    load = np.bincount(turns.base, weights=np.where(lost[turns.unit], mean * sets.load[turns.unit], 0.0), minlength=len(sets.base))
    load[territory] = 0.0
    return [t for t in np.argsort(-load, kind="stable")[:RIVALS].tolist() if load[t] > 0.0]


def _around(first: Sequence[int], shared: F64, taken: Flags) -> Ints:
    """With the territories that share most with those so far, as many as a place may have."""
    members = list(first)
    while len(members) < MEMBERS:
        more = shared[members].sum(axis=0)
        more[members], more[taken] = 0.0, 0.0
        if more.max() <= 0.0:
            break
        members.append(int(np.argmax(more)))
    return np.sort(np.array(members, dtype=np.int64))


def _grown(bases: Bases, found: Examined, listed: Listed, place: Place, trunk: Branch) -> list[Branch]:
    """The cases of a place after some questions."""
    branches, in_vain = [trunk], 0
    near = np.zeros_like(listed)
    near[place.members] = listed[place.members]
    with ThreadPoolExecutor(TEAM) as pool:
        for _ in range(QUESTIONS):
            least = min(branches, key=lambda branch: branch.proves)
            if in_vain == PATIENCE or (asked := _question(bases, least, place.members, place.inside)) is None:
                break
            ways = [(*least.answers, Answer(*asked, holds)) for holds in (True, False)]
            climbed = pool.map(partial(_climbed, bases, found, near, place, least), ways)
            branches = [*(branch for branch in branches if branch is not least), *climbed]
            gained = min(branch.proves for branch in branches) > least.proves + LITTLE * abs(found.bound)
            in_vain = 0 if gained else in_vain + 1
    return branches


def _question(bases: Bases, branch: Branch, members: Ints, inside: Ints) -> tuple[int, int] | None:
    """The heavy unit of those ``inside`` and the member that is most to be asked whether it holds that; None where nothing is in doubt."""
    sets, turns, mean = bases.sets, branch.turns, branch.mean
    assert bases.served is not None
    differs, load = np.abs(mean - (bases.served[turns.unit] == turns.base)), sets.load[turns.unit]
    doubt = np.minimum(mean, 1.0 - mean) + DIFFERS * differs
    open_ = np.isin(turns.base, members) & np.isin(turns.unit, inside) & (differs > DOUBT) & (load >= bases.heavy)
    for unit, territory, holds in branch.answers:
        open_ &= (turns.unit != unit) if holds else ((turns.unit != unit) | (turns.base != territory))
    worth = np.where(open_, doubt * load**2 * np.maximum(branch.regret, 0.0)[turns.base], 0.0)
    most = int(np.argmax(worth)) if len(worth) else 0
    return (int(turns.unit[most]), int(turns.base[most])) if len(worth) and worth[most] > 0.0 else None


def _climbed(bases: Bases, found: Examined, near: Listed, place: Place, begun: Branch, answers: Answers) -> Branch:
    """A case with better prices. begun: the one that it is part of."""
    assert bases.served is not None
    sets, shifts, served = bases.sets, place.ruled_out(answers, found.apart), bases.served.copy()
    cost, scale = sets.cost[np.arange(len(sets)), served].astype(np.float64), np.zeros(len(sets))
    scale[place.inside] = np.maximum(usual(found.price), cost)[place.inside]
    for answer in answers:
        served[answer.unit] = _server(bases, place, answer, int(served[answer.unit]))
    price, listed, reach, whole, best = begun.price, near, found.reach, found.whole, begun
    most = -np.inf
    for climb in (None, *STEPS):
        turns, mean = begun.turns, begun.mean
        if climb is not None:
            turns = Turns(sets, listed, reach, whole, bases.slack, shifts=shifts)
            price, _, mean = turns.climbed(price, served, SWEEPS, *climb, scale)
        value, reach, whole, now = bases.answers(price, shifts, place.members)
        listed = np.where(now > 0, now, listed)
        if (proven := place.proves(price, found, value)) > most:
            most, best = proven, Branch(answers, price, proven, turns, mean, bases.own(price, found.apart.shifts()) - value)
    return best


def _server(bases: Bases, place: Place, answer: Answer, now: int) -> int:
    """Who serves the unit of an answer, as far as it is known: the territory, or where it may not, the cheapest of the others."""
    unit, territory, holds = answer
    if holds or now != territory:
        return territory if holds else now
    others = place.members[place.members != territory]
    return int(others[np.argmin(bases.sets.cost[unit, others])])
