"""Each constraint of a problem is kept by the plan, and the objective is what its plain definition says."""

from dataclasses import replace

import numpy as np
import pytest

from bailiwick.design import Problem, solve
from bailiwick.design.infeasible import conflicts, explain
from bailiwick.design.problem import Measure, Ties, Today
from bailiwick.review.scorecard import pieces
from tests.design.conftest import grid_problem

WIDE = (0.6, 1.4)


def solved(problem: Problem, effort: int = 60_000):
    found = solve(problem, seconds=60, seed=3, iterations=6, effort=effort)
    assert found.in_band
    if problem.contiguous:
        indptr, indices = problem.neighbours
        assert pieces(found.territory_of, problem.territories, indptr, indices).tolist() == [1] * problem.territories
    return found


def driving(problem: Problem, found) -> np.ndarray:
    minutes = problem.travel.rows(np.array(found.bases))[0].astype(float)
    return 2.0 * problem.trips * minutes[found.territory_of, np.arange(problem.size)] / 60.0


@pytest.fixture
def world() -> Problem:
    return grid_problem(8, 8, 4, seed=5, band=WIDE, busy=0.8)


def test_locks_forbidden_pairs_and_groups_are_kept(world: Problem) -> None:
    fixed = replace(world, fixed_bases=(9, 14, 49, 54))
    problem = replace(fixed, locks=((27, 3),), forbidden=((18, 0), (9 + 8, 0)), groups=((28, 29, 36),))
    found = solved(problem)
    assert found.territory_of[27] == 3
    assert found.territory_of[18] != 0
    assert found.territory_of[17] != 0
    assert len(set(found.territory_of[[28, 29, 36]].tolist())) == 1
    assert found.bases == (9, 14, 49, 54)


def test_groups_and_locks_hold_beside_todays_alignment_and_free_bases(world: Problem) -> None:
    today = np.array([(u % 8) // 4 + 2 * (u // 32) for u in range(64)], dtype=np.int32)
    group = (3, 4, 11, 12)
    aligned = replace(world, fixed_bases=(9, 14, 49, 54), groups=(group,), today=Today(today, np.ones(64), limit=12.0))
    found = solved(aligned)
    assert len(set(found.territory_of[list(group)].tolist())) == 1
    assert int((found.territory_of != today).sum()) <= 12
    free = solved(replace(world, groups=(group, (60, 61, 62))))
    assert all(len(set(free.territory_of[list(g)].tolist())) == 1 for g in (group, (60, 61, 62)))


def test_barriers_cut_the_neighbourhood(world: Problem) -> None:
    wall = tuple((row * 8 + 3, row * 8 + 4) for row in range(8))  # nothing crosses the middle
    problem = replace(world, barriers=wall, band=(0.3, 1.7))
    found = solved(problem)
    west = {found.territory_of[row * 8 + column] for row in range(8) for column in range(4)}
    east = {found.territory_of[row * 8 + column] for row in range(8) for column in range(4, 8)}
    assert not west & east


def test_a_half_time_territory_gets_half(world: Problem) -> None:
    found = solved(replace(world, capacity=(0.5, 1.0, 1.0, 1.0), fixed_bases=(9, 14, 49, 54)))
    held = np.bincount(found.territory_of, weights=world.load, minlength=4)
    share = np.array([0.5, 1, 1, 1]) * 4 / 3.5
    assert np.all((held >= 0.6 * share - 1e-6) & (held <= 1.4 * share + 1e-6))


def test_further_measures_have_their_own_band(world: Problem) -> None:
    rng = np.random.default_rng(1)
    amount = (rng.random(64) < 0.4).astype(float)
    amount = amount * 4 / amount.sum()
    found = solved(replace(world, measures=(Measure("tier A", amount, 0.7, 1.3),)))
    held = np.bincount(found.territory_of, weights=amount, minlength=4)
    assert held.min() >= 0.7 - 1e-9
    assert held.max() <= 1.3 + 1e-9


def test_driving_counts_to_who_drives(world: Problem) -> None:
    drive = 0.004
    problem = replace(world, drive_load=drive, absolute=True, capacity=(1.0,) * 4, band=(0.7, 1.8))
    found = solved(problem)
    held = np.bincount(found.territory_of, weights=problem.load + drive * driving(problem, found), minlength=4)
    assert held.min() >= 0.7 - 1e-6
    assert held.max() <= 1.8 + 1e-6
    assert found.bound <= found.objective + 1e-6


def test_no_unit_beyond_the_maximum_drive(world: Problem) -> None:
    free = solved(world)
    minutes = world.travel.rows(np.array(free.bases))[0]
    busy = world.trips > 0
    longest = float(minutes[free.territory_of, np.arange(64)][busy].max())
    found = solved(replace(world, max_minutes=longest))
    rows = world.travel.rows(np.array(found.bases))[0]
    assert rows[found.territory_of, np.arange(64)][busy].max() <= longest


def test_disruption_stays_below_its_limit_and_staying_pays(world: Problem) -> None:
    today = np.array([(u % 8) // 4 + 2 * (u // 32) for u in range(64)], dtype=np.int32)
    weight = np.ones(64)
    bases = (9, 14, 49, 54)
    limited = solved(replace(world, fixed_bases=bases, today=Today(today, weight, limit=4.0)))
    assert int((limited.territory_of != today).sum()) <= 4
    loyal = solved(replace(world, fixed_bases=bases, today=Today(today, weight, bonus=1e4)))
    stayed = int((loyal.territory_of == today).sum())
    assert stayed == 64
    assert loyal.objective == pytest.approx(driving(world, loyal).sum() - 1e4 * stayed)


def test_cut_ties_are_paid_for(world: Problem) -> None:
    pairs = np.array([(u, u + 1) for u in range(0, 62, 2)])
    problem = replace(world, fixed_bases=(9, 14, 49, 54), ties=Ties(pairs, np.full(len(pairs), 50.0)))
    found = solved(problem)
    cut = int((found.territory_of[pairs[:, 0]] != found.territory_of[pairs[:, 1]]).sum())
    assert found.objective == pytest.approx(driving(problem, found).sum() + 50.0 * cut)
    free = solved(replace(problem, ties=None))
    cut_free = int((free.territory_of[pairs[:, 0]] != free.territory_of[pairs[:, 1]]).sum())
    assert cut <= cut_free


def test_a_vacancy_is_filled_and_the_others_stay(world: Problem) -> None:
    found = solved(replace(world, fixed_bases=(9, -1, 49, -1)))
    assert (found.bases[0], found.bases[2]) == (9, 49)
    assert len(set(found.bases)) == 4


def test_without_contiguity_the_plan_is_no_dearer(world: Problem) -> None:
    bases = (9, 14, 49, 54)
    bound = solved(replace(world, fixed_bases=bases))
    loose = solved(replace(world, fixed_bases=bases, contiguous=False))
    assert loose.objective <= bound.objective * 1.02


def test_what_conflicts_is_named_with_a_way_out(world: Problem) -> None:
    fixed = replace(world, fixed_bases=(0, 7, 56, 63), band=(0.95, 1.05))
    heavy = np.argsort(-world.load)[:16]
    locks = tuple((int(u), 0) for u in heavy if int(u) not in (0, 7, 56, 63))
    problem = replace(fixed, locks=locks, contiguous=False)
    found = solve(problem, seconds=60, seed=1, iterations=2, effort=20_000)
    assert not found.in_band
    first = conflicts(problem, found)[0]
    assert first.constraint == "locks and band"
    assert "release unit" in explain(problem, found)
    far = replace(fixed, max_minutes=5.0, band=WIDE)
    told = explain(far, solve(far, seconds=60, seed=1, iterations=2, effort=20_000))
    assert "beyond 5 minutes of every base" in told


def test_the_same_iterations_and_effort_are_the_same_plan_to_the_byte(world: Problem) -> None:
    first = solve(world, seconds=0.5, seed=8)
    again = solve(world, seconds=999, seed=8, iterations=first.iterations, effort=first.effort)
    assert first.territory_of.tobytes() == again.territory_of.tobytes()
    assert (first.bases, first.objective, first.bound, first.duals) == (again.bases, again.objective, again.bound, again.duals)
