"""Neighbourhoods settled anew: the regret is the gap, and nothing but the neighbourhood changes."""

from dataclasses import replace

import numpy as np
import pytest

from bailiwick.design.borders.fixed import Settling, drawn, with_bases
from bailiwick.design.borders.local import Local
from bailiwick.design.problem import Today
from bailiwick.kernels.chance import generator
from bailiwick.kernels.neighbourhood import chosen, regrets
from bailiwick.kernels.redraw import redraw
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


def improved(settling: Settling, times: int) -> None:
    local = Local(settling)
    for _ in range(times):
        local.run(200_000)


def test_the_regret_of_all_territories_is_the_gap_of_a_plan_in_band(settling: Settling) -> None:
    improved(settling, times=6)
    assert settling.best[0] <= 1e-9
    gap = settling.based.objective(settling.best_label) - settling.based.bound
    assert Local(settling).regret().sum() == pytest.approx(gap, rel=0.01, abs=0.05)


def test_a_plan_only_gets_better_and_stays_whole(settling: Settling) -> None:
    local, first = Local(settling), tuple(settling.best)
    for _ in range(12):
        before = tuple(settling.best)
        local.run(100_000)
        assert tuple(settling.best) <= (before[0] + 1e-12, before[1] + 1e-9)
        label = settling.best_label
        assert pieces(label, 12, *settling.problem.neighbours).tolist() == [1] * 12
        assert label[settling.based.base].tolist() == list(range(12))
    assert tuple(settling.best) < first


def test_two_parts_of_the_country_share_no_territory_and_leave_none_out(settling: Settling) -> None:
    local = Local(settling)
    cuts = [local._halves() for _ in range(6)]
    for first, second in cuts:
        assert not (first & second).any()
        assert (first | second).all()
        assert min(first.sum(), second.sum()) >= 5
    assert len({first.tobytes() for first, _ in cuts}) > 1


def test_only_the_territories_that_are_its_own_are_redrawn(settling: Settling) -> None:
    local, own = Local(settling), np.arange(12) < 6
    before = settling.best_label.copy()
    redraw(local.country, settling.best_label, own, 300_000, local.worth, local.value, generator(3))
    changed = before != settling.best_label
    assert changed.any()
    assert own[before[changed]].all()
    assert own[settling.best_label[changed]].all()


def test_neighbourhoods_are_drawn_where_a_proof_says_that_much_is_lost(settling: Settling) -> None:
    local, cost, label = Local(settling), settling.based.cost, settling.best_label
    price = cost[np.arange(len(label)), label].astype(float)
    lost = np.where(np.arange(12) == 7, 50.0, 0.0)  # by territory: what each makes of these prices above what it is told it could
    changed = np.zeros(12, dtype=int)
    for seed in range(6):
        now = label.copy()
        redraw(local.country, now, np.ones(12, dtype=np.bool_), 1, price, -lost, generator(seed + 1))
        changed[np.unique(np.concatenate([now[now != label], label[now != label]]))] += 1
    assert changed[7] == changed.max() > 0


def test_a_neighbourhood_is_of_different_territories_that_are_its_own(settling: Settling) -> None:
    local, own, state = Local(settling), np.arange(12) % 3 > 0, np.array([8], dtype=np.uint64)
    seen = [chosen(local.country, settling.best_label, own, regrets(local.country, settling.best_label, own), state) for _ in range(40)]
    for among in seen:
        assert own[among].all()
        assert len(set(among.tolist())) == len(among)
    assert {len(among) for among in seen} >= {2, 3, 4}
    assert max(len(among) for among in seen) <= 5


def test_moves_stay_within_the_limit_on_disruption(settling: Settling) -> None:
    weight = settling.problem.trips.copy()
    today = Today(settling.best_label.copy(), weight, limit=0.02 * float(weight.sum()))
    problem = replace(settling.problem, today=today)
    based = replace(settling.based, problem=problem)
    again = Settling(based, settling.best_label, np.array([3], dtype=np.uint64))
    again.assess_best()
    improved(again, times=3)
    assert float(weight[again.best_label != today.territory].sum()) <= today.limit + 1e-9


def test_the_same_state_gives_the_same_plan(settling: Settling) -> None:
    labels = []
    start = settling.best_label.copy()
    for _ in range(2):
        again = Settling(settling.based, start, np.array([5], dtype=np.uint64))
        Local(again).run(60_000)
        labels.append(again.best_label.tobytes())
    assert labels[0] == labels[1]
