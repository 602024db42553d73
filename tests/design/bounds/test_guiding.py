"""What a proof says of a plan: changes of several territories at once, kept only where they make it better, and the same ones each time."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.design.borders.fixed import Settling, band_of, drawn, with_bases
from bailiwick.design.borders.local import Local
from bailiwick.design.bounds.guiding import Guide, _together
from bailiwick.design.bounds.turns import Turns
from bailiwick.design.bounds.undivided import bound_undivided
from bailiwick.kernels.chance import generator
from bailiwick.review.scorecard import pieces
from tests.design.conftest import grid_problem

WIDE, HIGH, COUNT = 24, 24, 12
BASES = np.array([25, 31, 37, 43, 205, 211, 217, 223, 409, 415, 421, 427])


def settled_once(seed: int, locks: int = 0) -> Settling:
    """A plan in or nearly in band that has not been improved by neighbourhoods."""
    rng = np.random.default_rng(seed)
    problem = grid_problem(WIDE, HIGH, COUNT, seed, busy=1.0)
    base = BASES + rng.integers(0, 3, COUNT)
    fixed = replace(problem, fixed_bases=tuple(base.tolist()))
    based = with_bases(fixed, base)
    label = drawn(based)
    if locks:
        held = rng.choice(np.setdiff1d(np.arange(problem.size), base), locks, replace=False)
        based = with_bases(replace(fixed, locks=tuple((int(u), int(label[u])) for u in held)), base)
    settling = Settling(based, label, np.array([seed + 1], dtype=np.uint64))
    settling.cycle(60_000, 1.0)
    settling.assess_best()
    return settling


def guide_of(settling: Settling) -> Guide:
    return Guide(settling, Local(settling).country, np.random.default_rng(5))


@given(st.integers(0, 10_000), st.sampled_from([0, 6]))
@settings(max_examples=12, deadline=None)
def test_a_plan_only_gets_better_and_keeps_what_it_must(seed: int, locks: int) -> None:
    settling = settled_once(seed, locks)
    guide = guide_of(settling)
    for _ in range(3):
        before = tuple(settling.best)
        guide.run(2_000_000)
        assert tuple(settling.best) <= (before[0] + 1e-12, before[1] + 1e-9)
        label = settling.best_label
        assert pieces(label, COUNT, *settling.problem.neighbours).tolist() == [1] * COUNT
        assert label[settling.based.base].tolist() == list(range(COUNT))
        assert all(label[u] == t for u, t in settling.problem.locks)
    again = settled_once(seed, locks)
    other = guide_of(again)
    for _ in range(3):
        other.run(2_000_000)
    assert again.best_label.tolist() == settling.best_label.tolist()


def test_what_is_heavy_stays_and_a_proof_of_it_elsewhere_is_past() -> None:
    problem = grid_problem(WIDE, HIGH, COUNT, 2, busy=1.0)
    load = problem.load.copy()
    load[[100, 300, 500]] += 0.4
    heavy = replace(problem, load=load * COUNT / load.sum(), fixed_bases=tuple(BASES.tolist()))
    based = with_bases(heavy, BASES)
    settling = Settling(based, drawn(based), generator(3))
    settling.cycle(60_000, 1.0)
    guide = guide_of(settling)
    assert set(guide.first[guide.held].tolist()) == {100, 300, 500}
    owner = settling.best_label[[100, 300, 500]].tolist()
    for _ in range(3):
        guide.run(1_000_000)
    assert settling.best_label[[100, 300, 500]].tolist() == owner
    assert (guide._lead[guide.held] == owner).all()
    assert not guide.past()
    settling.best_label[300] = (owner[1] + 1) % COUNT
    assert guide.past()


def test_it_finds_what_a_plan_in_band_lacks() -> None:
    saved = []
    for seed in range(12):
        settling = settled_once(seed)
        for _ in range(20):
            if settling.best[0] <= 1e-9:
                break
            settling.cycle(60_000, 0.3)
        assert settling.best[0] <= 1e-9
        before, bound = settling.best[1], settling.based.bound
        guide_of(settling).run(20_000_000)
        saved.append((before - settling.best[1]) / (before - bound))
    assert min(saved) >= 0.0
    assert np.mean(saved) > 0.15  # of what lay between plan and bound


def test_what_is_left_is_what_the_plan_lies_above_its_bound() -> None:
    guide = guide_of(settled_once(3))
    settling = guide.settling
    assert guide._regret().sum() == pytest.approx(settling.based.objective(settling.best_label) - guide.best.bound, abs=1e-3)
    assert guide._regret().min() >= -1e-6  # no territory of a plan beats what its base is proven to make at most


def test_averages_begin_from_the_plan_and_stay_shares() -> None:
    guide = guide_of(settled_once(4))
    turns, served = guide.turns, guide._served()
    assert isinstance(turns, Turns)
    rounds = np.array([np.random.default_rng(1).permutation(COUNT) for _ in range(8)])
    mean = turns.averaged(guide.best.price, served, rounds, 2e-4, 2)
    assert mean.min() >= 0.0
    assert mean.max() <= 1.0 + 1e-12
    plan = (served[turns.unit] == turns.base).astype(np.float64)
    assert float((mean * plan).sum()) > 0.5 * plan.sum()  # most of it as it is
    held = np.bincount(turns.base, weights=mean * turns.weight, minlength=COUNT)
    low, high = band_of(guide.settling.problem, BASES)
    assert ((held >= low - 1e-9) & (held <= high + 1e-9)).all()


def test_those_that_exchange_most_are_tried_together() -> None:
    exchanged = np.zeros((5, 5))
    for a, b, load in ((0, 1, 0.3), (1, 2, 0.2), (0, 3, 0.1), (3, 4, 0.0005)):
        exchanged[a, b] = exchanged[b, a] = load
    assert _together(exchanged, 0, 10, 0.002).tolist() == [0, 1, 2, 3]
    assert _together(exchanged, 0, 2, 0.002).tolist() == [0, 1]
    assert _together(exchanged, 4, 3, 0.002).tolist() == [4]


def test_a_proof_from_prices_that_guided_is_as_good() -> None:
    settling = settled_once(6)
    guide = guide_of(settling)
    guide.run(10_000_000)
    cold = bound_undivided(settling.based, settling.best_label)
    warm = bound_undivided(settling.based, settling.best_label, settling.worth)
    assert cold is not None
    assert warm is not None
    gap = settling.based.objective(settling.best_label) - cold.bound
    assert warm.bound >= cold.bound - 0.1 * gap
