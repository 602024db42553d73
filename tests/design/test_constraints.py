"""Each constraint of a problem is kept by the plan, and the objective is what its plain definition says."""

from dataclasses import replace

import numpy as np
import pytest

from bailiwick.design import Problem, Solution, solve
from bailiwick.design.bases.contract import together
from bailiwick.design.explaining.infeasible import conflicts, reasons
from bailiwick.design.problem import Measure, Ties, Today
from bailiwick.review.scorecard import pieces
from tests.design.conftest import grid_problem

WIDE = (0.6, 1.4)


def solved(problem: Problem, effort: int = 60_000):
    found = solve(problem, seconds=60, seed=3, iterations=6, effort=effort)
    assert found.within_limits, found.broken
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


def test_a_lock_that_only_leads_through_a_group_takes_the_group_along(world: Problem) -> None:
    wall = tuple(range(3, 64, 8))  # a column from one side to the other
    problem = replace(world, fixed_bases=(9, 14, 49, 54), locks=((7, 0),), groups=(wall,), band=(0.3, 1.9))
    home = next(members for members in together(problem) if 9 in members)
    assert {7, 9, *wall} <= set(home)
    assert sorted(u for members in together(problem) for u in members if u in wall) == sorted(wall)
    found = solved(problem)
    assert found.territory_of[7] == 0
    assert set(found.territory_of[list(wall)].tolist()) == {0}
    free = replace(problem, locks=())
    assert sorted(wall) in [sorted(set(members) & set(wall)) for members in together(free) if 9 not in members]


def test_a_group_in_two_pieces_takes_along_what_lies_between(world: Problem) -> None:
    """As counties whose ZIP areas do not touch one another."""
    parted, between = (0, 2), (1, 8, 9, 10)
    problem = replace(world, groups=(parted, between))
    assert sorted({*parted, *between}) in together(problem)
    found = solved(problem)
    assert len(set(found.territory_of[[*parted, *between]].tolist())) == 1


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


@pytest.mark.parametrize("bases", [(), (0, 23, 40, 55), (9, 11, 30, 52)])
def test_no_unit_beyond_a_maximum_drive_shorter_than_the_longest(world: Problem, bases: tuple[int, ...]) -> None:
    based = replace(world, fixed_bases=bases, band=(0.85, 1.15))
    free, busy = solved(based), world.trips > 0

    def longest(found: Solution) -> float:
        return float(world.travel.rows(np.array(found.bases))[0][found.territory_of, np.arange(64)][busy].max())

    reach = float(world.travel.rows(np.array(bases))[0].min(axis=0)[busy].max()) if bases else 0.0
    most = (longest(free) + reach) / 2 if bases else longest(free) - 1.0
    assert most < longest(free)  # it binds
    assert longest(solved(replace(based, max_minutes=most))) <= most


def test_disruption_stays_below_its_limit_and_staying_pays(world: Problem) -> None:
    weight, bases = np.ones(64), (9, 14, 49, 54)
    today = np.array([(u % 8) // 5 + 2 * (u // 40) for u in range(64)], dtype=np.int32)  # uneven, and within the widest of bands
    loose = replace(world, fixed_bases=bases, band=(0.2, 2.0))
    free = solved(loose)
    moved = int((free.territory_of != today).sum())
    assert moved > 10
    for limit in (0.0, 4.0, moved - 3.0):  # moving more would be cheaper
        limited = solved(replace(loose, today=Today(today, weight, limit=limit)))
        assert int((limited.territory_of != today).sum()) <= limit < moved
        assert limited.objective > free.objective
    loyal = solved(replace(loose, today=Today(today, weight, bonus=1e4)))
    stayed = int((loyal.territory_of == today).sum())
    assert stayed == 64
    assert loyal.objective == pytest.approx(driving(world, loyal).sum() - 1e4 * stayed)


def test_the_room_for_moves_is_spent_where_it_saves_most() -> None:
    bases = (51, 60, 195, 204)
    world = replace(grid_problem(16, 16, 4, seed=5, band=(0.2, 2.2), busy=0.8), fixed_bases=bases)
    today = np.array([(u % 16) // 10 + 2 * (u // 160) for u in range(256)], dtype=np.int32)
    hours = 2.0 * world.trips[:, None] * world.travel.rows(np.array(bases))[0].T.astype(float) / 60.0
    gains = np.sort(hours[np.arange(256), today] - hours.min(axis=1))[::-1]
    stays = float(hours[np.arange(256), today].sum())
    for limit in (10, 25, 40):
        limited = solved(replace(world, today=Today(today, np.ones(256), limit=float(limit))), effort=200_000)
        assert int((limited.territory_of != today).sum()) <= limit
        assert stays - limited.objective > 0.7 * gains[:limit].sum()  # the bound knows no borders


def test_a_river_of_ties_is_not_crossed() -> None:
    """Ties across the middle, where the border would run, dearer than all driving."""
    pairs = np.array([(row * 16 + 7, row * 16 + 8) for row in range(16)] + [(row * 16 + 7, row * 16 + 6) for row in range(16)])
    across = replace(grid_problem(16, 16, 4, seed=5, band=(0.2, 2.2), busy=0.8), fixed_bases=(51, 60, 195, 204))
    free = solved(across).territory_of
    assert (free[pairs[:, 0]] != free[pairs[:, 1]]).sum() >= 12
    tied = solved(replace(across, ties=Ties(pairs, np.full(len(pairs), 40.0))), effort=200_000).territory_of
    assert (tied[pairs[:, 0]] != tied[pairs[:, 1]]).sum() == 0


def test_cut_ties_are_paid_for(world: Problem) -> None:
    pairs = np.array([(u, u + 1) for u in range(0, 62, 2)])
    problem = replace(world, fixed_bases=(9, 14, 49, 54), ties=Ties(pairs, np.full(len(pairs), 50.0)))
    found = solved(problem)
    cut = int((found.territory_of[pairs[:, 0]] != found.territory_of[pairs[:, 1]]).sum())
    assert found.objective == pytest.approx(driving(problem, found).sum() + 50.0 * cut)
    free = solved(replace(problem, ties=None))
    parted = free.territory_of[pairs[:, 0]] != free.territory_of[pairs[:, 1]]
    assert cut <= int(parted.sum())


@pytest.mark.parametrize("bases", [(9, 14, 49, 54), ()])
def test_a_dear_tie_is_never_cut(world: Problem, bases: tuple[int, ...]) -> None:
    based = replace(world, fixed_bases=bases)
    free = solved(based).territory_of
    pairs = np.array([(u, v) for u in range(64) for v in (u + 1, u + 8) if v < 64 and v // 8 - u // 8 in (v - u == 8, 0) and free[u] != free[v]])
    for pair in pairs[:: len(pairs) // 4]:  # each is cut where it costs nothing
        if not bases or not set(pair.tolist()) <= set(bases):
            tied = solved(replace(based, ties=Ties(pair[None, :], np.array([1e5])))).territory_of
            assert tied[pair[0]] == tied[pair[1]]


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
    assert "release unit" in "; ".join(reasons(problem, found))
    far = replace(fixed, max_minutes=5.0, band=WIDE)
    told = "; ".join(reasons(far, solve(far, seconds=60, seed=1, iterations=2, effort=20_000)))
    assert "beyond 5 minutes of every base" in told


def test_the_same_iterations_and_effort_are_the_same_plan_to_the_byte(world: Problem) -> None:
    first = solve(world, seconds=0.5, seed=8)
    again = solve(world, seconds=999, seed=8, iterations=first.iterations, effort=first.effort, turns=first.turns)
    assert first.territory_of.tobytes() == again.territory_of.tobytes()
    counted = [solve(world, seconds=s, seed=8, iterations=3, effort=50_000).territory_of.tobytes() for s in (0.1, 999)]
    assert counted[0] == counted[1]
    assert (first.bases, first.objective, first.bound, first.duals) == (again.bases, again.objective, again.bound, again.duals)
