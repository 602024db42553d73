"""Who has what is heavy: offered where it may be cheaper, kept where it is not, and the same each time."""

from dataclasses import replace

import numpy as np
import pytest

from bailiwick.design.borders.fixed import Settling, drawn, joined, with_bases
from bailiwick.design.borders.handing import DOUBT, Handing
from bailiwick.design.borders.local import Local
from bailiwick.kernels.chance import generator
from bailiwick.review.scorecard import pieces
from tests.design.conftest import grid_problem

WIDE, COUNT, HEAVY = 24, 12, 24 * 12 + 12
BASES = np.array([25, 31, 37, 43, 205, 211, 217, 223, 409, 415, 421, 427])


def misplaced(seed: int) -> Settling:
    """A plan settled while one unit with half a territory's work was locked to a base that is not the nearest, and is not any more."""
    problem = grid_problem(WIDE, WIDE, COUNT, seed, busy=1.0)
    load, trips = problem.load.copy(), problem.trips.copy()
    load[HEAVY], trips[HEAVY] = load.sum() / COUNT / 2, trips.sum() / COUNT / 2
    free = replace(problem, load=load * COUNT / load.sum(), trips=trips, fixed_bases=tuple(BASES.tolist()))
    based = with_bases(free, BASES)
    wrong = int(np.argsort(based.minutes[:, HEAVY])[2])
    held = with_bases(replace(free, locks=((HEAVY, wrong),)), BASES)
    label = drawn(held)
    label[HEAVY] = wrong
    settling = Settling(held, joined(held, label), generator(seed + 1))
    for _ in range(30):
        settling.cycle(60_000, 1.0)
    assert settling.best_label[HEAVY] == wrong
    again = Settling(based, settling.best_label, generator(seed + 1))
    again.assess_best()
    return again


def handing_of(settling: Settling) -> Handing:
    return Handing(settling, Local(settling).country, np.random.default_rng(5))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_heavy_goes_where_it_is_cheaper(seed: int) -> None:
    settling = misplaced(seed)
    before, wrong = tuple(settling.best), int(settling.best_label[HEAVY])
    handing = handing_of(settling)
    assert [each.tolist() for each in handing.member] == [[HEAVY]]
    for _ in range(4):
        handing.run(2_000_000)
    assert settling.best_label[HEAVY] != wrong
    assert tuple(settling.best) < before
    assert pieces(settling.best_label, COUNT, *settling.problem.neighbours).tolist() == [1] * COUNT
    again = misplaced(seed)
    other = handing_of(again)
    for _ in range(4):
        other.run(2_000_000)
    assert again.best_label.tolist() == settling.best_label.tolist()


def test_hope_is_in_other_territories_and_falls_with_each_offer_in_vain() -> None:
    settling = misplaced(1)
    handing = handing_of(settling)
    hope = handing.hope()
    assert hope[0, handing.nearest[0] == settling.best_label[HEAVY]].tolist() == [0.0]
    assert hope.max() > 0.0
    handing._failed[0, handing.nearest[0, 0]] = 2
    assert handing.hope()[0, 0] == pytest.approx(hope[0, 0] * DOUBT**2)
    assert handing.hope()[0, 1:] == pytest.approx(hope[0, 1:])


def test_what_is_heavy_is_offered_to_who_lacks_load_before_who_is_near_and_full() -> None:
    settling = misplaced(1)
    by_road = handing_of(settling).nearest[0]
    far = int(by_road[-1])
    settling.based.price[:] = 0.0
    settling.based.price[far] = -1e6  # what its load is worth there
    handing = handing_of(settling)
    assert handing.nearest[0, 0] == far
    assert np.argmax(handing.hope()[0]) == 0


def test_what_is_heavy_and_locked_or_a_base_is_not_offered() -> None:
    settling = misplaced(2)
    locked = replace(settling.problem, locks=((HEAVY, int(settling.best_label[HEAVY])),))
    assert not handing_of(Settling(with_bases(locked, BASES), settling.best_label, generator(3))).member
    load = np.roll(settling.problem.load, int(BASES[4]) - HEAVY)
    base = Settling(with_bases(replace(settling.problem, load=load), BASES), settling.best_label, generator(3))
    assert not handing_of(base).member
