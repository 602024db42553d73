"""Bases chosen over points: two searches side by side that tell one another, first without borders where that carries bases further."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bailiwick.design.bases.coarse import Coarse, loosened
from bailiwick.design.bases.dense import Dense, Found, assess
from bailiwick.design.bases.placing import allowed
from bailiwick.design.bases.search import Search, advised, alone
from bailiwick.design.bases.size import LARGE, loose_first, share_of
from bailiwick.design.bases.start import in_one_piece, spread
from bailiwick.design.bases.substituting import Substituting, nearest
from bailiwick.design.clock import Clock, Progress
from bailiwick.design.problem import Ints, Problem
from bailiwick.design.problem.joining import way_to
from bailiwick.model.errors import InfeasibleError

I32 = npt.NDArray[np.int32]
Suggest = Callable[[I32], Ints | None]
TEAM = 2  # searches side by side, round for round, whatever the machine: the same plan everywhere
APART = 1_000_003  # between their seeds
OUTSIDE = 5.0  # times what a unit of load costs in the mean, that one outside its band is taken to cost
# Shares of the time without borders first, or of the proposals planned for where time is not measured; where one plan alone is made
LOOSE, LOOSE_ALONE = 0.6, 0.5
SOONER = 0.65  # of the share of the time, that bases get which prices suggest
PLANNED = 1.6  # times the proposals that are planned for, which machines make at least
SAID = 0.3  # seconds between reports, at least
DRAWN = 3  # plans of each search that borders are drawn for


def choose(
    problem: Problem, coarse: Coarse, seed: int, effort: int, clock: Clock, suggest: Suggest
) -> tuple[list[tuple[Ints, I32 | None]], int]:
    """Bases and a first plan by unit, one or several; and how many rounds it took.

    suggest: tells points where bases should stand, from a quick plan.
    """
    dense = coarse.dense
    _enough(problem, coarse)
    _reachable(problem, coarse, seed)

    def start(rng: np.random.Generator) -> I32:
        return spread(dense, coarse.slot, coarse.order, rng)

    def begun(over: Dense, part: float = 1.0, drawn: Sequence[tuple[I32, ...]] = ((),) * TEAM) -> list[Search]:
        return [Search(over, start, seed + i * APART, int(part * effort), label) for i, label in enumerate(drawn)]

    race = Race(coarse, clock, share_of(problem, coarse))
    if not loose_first(problem, coarse):
        race.run(searches := begun(dense))
    elif advised(effort, len(coarse), int(np.count_nonzero(dense.weight)), problem.territories):
        race.run(searches := begun(loosened(problem, coarse)), lambda: not searches[0].begun, told=False)
        if (moved := _as_suggested(race, _best_of(searches).label, suggest, seed)) is not None:
            return [allowed(problem, coarse.unit_of[each.base], each.label[coarse.point_of]) for each in moved], race.ran
        race.run(searches, told=False)
    else:
        part, most = (LOOSE_ALONE, 1) if alone(effort, len(coarse)) else (LOOSE, DRAWN)
        loose = begun(loosened(problem, coarse), PLANNED * part)
        until = clock.spent() + part * max(race.share * clock.seconds - clock.spent(), 0.0)
        race.run(loose, lambda: clock.before(race.ran, until, loose[0].spent < part * effort), told=False)
        clock.turned.append(race.ran)
        drawn = [_drawn(coarse, [search.best, *search.plans][:most]) for search in loose]
        race.run(searches := begun(dense, drawn=drawn))
    return [_placed(problem, coarse, each.label) for each in _kept(problem, coarse, searches)], race.ran


@dataclass
class Race:
    """Rounds of searches side by side. share: of the time of ``clock`` that is theirs. ran: rounds so far; said: seconds at the last report."""

    coarse: Coarse
    clock: Clock
    share: float
    ran: int = 0
    said: float = 0.0

    def more(self) -> bool:
        """Whether another round may begin."""
        return self.clock.more(self.ran, self.share)

    def run(self, searches: list[Search], going: Callable[[], bool] = lambda: True, *, told: bool = True) -> None:
        """Rounds while there is time and ``going`` says so, and until there is a plan. told: whether theirs are to be shown."""
        with ThreadPoolExecutor(TEAM) as pool:
            while (self.more() and going()) or self._nothing_yet(searches):
                better = any(list(pool.map(Search.round, searches)))
                self.ran += 1
                _meet(searches)
                if (better or self.ran == 1) and self._due():
                    self._tell(_best_of(searches), told)
            list(pool.map(Search.finish, searches))

    def move(self, searches: list[Substituting], until: float) -> None:
        """Rounds of searches that move bases, one at least, until so many seconds."""
        clock, least = self.clock, self.ran + 1
        with ThreadPoolExecutor(TEAM) as pool:
            while self.ran < least or (self.more() and clock.before(self.ran, until, planned=True)):
                better = any(list(pool.map(Substituting.round, searches)))
                self.ran += 1
                if better and self._due():
                    best = min(searches, key=lambda search: search.hours)
                    self._tell(Found(best.label, best.hours), told=False)

    def _nothing_yet(self, searches: list[Search]) -> bool:
        return self.clock.iterations is None and not searches[0].begun and not self.clock.stopped()

    def _due(self) -> bool:
        return self.clock.on_progress is not None and self.clock.spent() - self.said > SAID

    def _tell(self, found: Found, told: bool) -> None:
        self.said = self.clock.spent()
        hours = found.cost if told and found.within else np.inf
        self.clock.tell(Progress(self.ran, self.said, hours, 0.0, found.label[self.coarse.point_of], "choosing bases"))


def _as_suggested(race: Race, label: I32, suggest: Suggest, seed: int) -> list[Substituting] | None:
    """Searches from bases that prices suggest, which move without borders; None where there is no time for it, or prices do not help.

    label: a quick plan, that tells prices where to begin.
    """
    if not race.more() or (base := suggest(label)) is None:
        return None
    dense = race.coarse.dense
    around = nearest(dense.travel)
    with ThreadPoolExecutor(TEAM) as pool:
        moved = list(pool.map(lambda i: Substituting(dense, base, around, seed + i * APART), range(TEAM)))
    if not all(each.fits for each in moved):
        return None
    race.move(moved, SOONER * race.share * race.clock.seconds)
    race.clock.turned.append(race.ran)
    return moved


def _drawn(coarse: Coarse, plans: list[Found]) -> tuple[I32, ...]:
    """Plans of a search without borders with every region in one piece, where that can be."""
    drawn = []
    for found in {id(each): each for each in plans}.values():
        base = assess(coarse.dense, found.label)[1]
        if np.any(base < 0):
            continue
        label = in_one_piece(coarse.dense, found.label, base)
        if label.min() >= 0:
            drawn.append(label)
    return tuple(drawn)


def _placed(problem: Problem, coarse: Coarse, label: I32) -> tuple[Ints, I32 | None]:
    _, base, _ = assess(coarse.dense, label)
    if np.any(base < 0):
        raise InfeasibleError(
            f"a territory was left without a place that may be its base; name more candidates or ask for fewer than {problem.territories}"
        )
    return allowed(problem, coarse.unit_of[base], label[coarse.point_of].astype(np.int32))


def _meet(searches: list[Search]) -> None:
    """Each search gets to know the good plans of the one before it; between rounds, so that it does not depend on which is quicker."""
    plans = [search.plans for search in searches]
    for number, search in enumerate(searches):
        search.meet(plans[number - 1])


def _best_of(searches: list[Search]) -> Found:
    return min((search.best for search in searches), key=lambda found: found.cost)


def _kept(problem: Problem, coarse: Coarse, searches: list[Search]) -> list[Found]:
    """What is settled, or told apart by its bound first: what each search found of a problem that is whole, or without borders; else the best."""
    whole = len(coarse) == problem.size and problem.size > LARGE * problem.territories
    best = [search.best for search in searches]
    if whole or (searches[0].dense is not coarse.dense and all(found.within for found in best)):
        return best
    return [_to_settle(coarse.dense, searches)]


def _to_settle(dense: Dense, searches: list[Search]) -> Found:
    """The best plan; where none is within the bands, the one that drives least with what getting into them may cost: units fit better than points."""
    best = _best_of(searches)
    if best.within:
        return best

    def dear(found: Found) -> float:
        cost, base, out = assess(dense, found.label)
        return np.inf if np.any(base < 0) else float(cost.sum() * (1.0 + OUTSIDE * out.sum() / dense.weight.sum()))

    return min((found for search in searches for found in (search.best, *search.plans)), key=dear)


def _enough(problem: Problem, coarse: Coarse) -> None:
    """What locks and groups keep together is one piece, and every territory without one of its own needs a piece that may be its base."""
    begun = np.unique(np.concatenate([problem.locked[problem.locked >= 0], np.flatnonzero(coarse.dense.pinned >= 0)]))
    free = int(np.count_nonzero(coarse.dense.eligible & (coarse.slot < 0)))
    if free >= problem.territories - len(begun):
        return
    pieces = free + len(begun)
    raise InfeasibleError(
        f"kept together by groups and locks, the units with work are {pieces} piece{'s' * (pieces > 1)}, {problem.territories} territories were "
        f"asked for; ask for {pieces} or fewer, or keep less together"
    )


def _reachable(problem: Problem, coarse: Coarse, seed: int) -> None:
    lost = np.flatnonzero(spread(coarse.dense, coarse.slot, coarse.order, np.random.default_rng(seed)) < 0)
    if len(lost):
        unit = problem.unit_ids[coarse.unit_of[lost[0]]]
        raise InfeasibleError(f"unit {unit} is not joined to any base; {way_to(problem, coarse.unit_of[lost[0]])}, or ask for more territories")
