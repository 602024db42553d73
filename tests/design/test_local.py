"""Neighbourhoods settled anew: the regret is the gap, and nothing but the neighbourhood changes."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from bailiwick.design.fixed import Settling, drawn, with_bases
from bailiwick.design.local import Local
from bailiwick.design.problem import Today
from bailiwick.review.scorecard import pieces
from tests.design.conftest import grid_problem


@pytest.fixture
def settling() -> Settling:
    problem = grid_problem(24, 24, 12, seed=7, busy=1.0)
    base = np.array([25, 31, 37, 43, 205, 211, 217, 223, 409, 415, 421, 427])
    based = with_bases(replace(problem, fixed_bases=tuple(base.tolist())), base)
    made = Settling(based, drawn(based), np.array([11], dtype=np.uint64))
    made.cycle(40_000, 1.0)
    return made


def test_the_regret_of_all_territories_is_the_gap_of_a_plan_in_band(settling: Settling) -> None:
    Local(settling).run(200_000)
    assert settling.best[0] <= 1e-9
    gap = settling.based.objective(settling.best_label) - settling.based.bound
    assert Local(settling).regret().sum() == pytest.approx(gap, rel=0.01, abs=0.05)


def test_a_plan_only_gets_better_and_stays_whole(settling: Settling) -> None:
    local = Local(settling)
    with ThreadPoolExecutor(2) as pool:
        for _ in range(30):
            before = tuple(settling.best)
            local.step(pool)
            settling.assess_best()
            assert tuple(settling.best) <= (before[0] + 1e-12, before[1] + 1e-9)
            label = settling.best_label
            assert pieces(label, 12, *settling.problem.neighbours).tolist() == [1] * 12
            assert label[settling.based.base].tolist() == list(range(12))


def test_neighbourhoods_side_by_side_share_no_territory(settling: Settling) -> None:
    local = Local(settling)
    taken = np.zeros(12, dtype=np.bool_)
    for _ in range(3):
        chosen = local._chosen(settling.best_label, local.regret(), taken)
        assert chosen is not None
        assert not taken[chosen].any()
        assert len(set(chosen.tolist())) == len(chosen)
        taken[chosen] = True


def test_moves_stay_within_the_limit_on_disruption(settling: Settling) -> None:
    weight = settling.problem.trips.copy()
    today = Today(settling.best_label.copy(), weight, limit=0.02 * float(weight.sum()))
    problem = replace(settling.problem, today=today)
    based = replace(settling.based, problem=problem)
    again = Settling(based, settling.best_label, np.array([3], dtype=np.uint64))
    again.assess_best()
    Local(again).run(100_000)
    assert float(weight[again.best_label != today.territory].sum()) <= today.limit + 1e-9


def test_the_same_state_gives_the_same_plan(settling: Settling) -> None:
    labels = []
    start = settling.best_label.copy()
    for _ in range(2):
        again = Settling(settling.based, start, np.array([5], dtype=np.uint64))
        Local(again).run(60_000)
        labels.append(again.best_label.tobytes())
    assert labels[0] == labels[1]
