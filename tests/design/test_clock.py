"""What ends a search is recorded, so that the plan comes again without it."""

import importlib
from dataclasses import replace

import numpy as np
import pytest

from bailiwick.design import Problem, solve
from bailiwick.design.clock import Progress
from bailiwick.design.problem import Today
from bailiwick.design.solve import Solution
from tests.design.conftest import grid_problem


def again(problem: Problem, found) -> bytes:
    same = solve(problem, seconds=1e9, seed=3, iterations=found.iterations, effort=found.effort, turns=found.turns)
    assert same.bases == found.bases
    return same.territory_of.tobytes()


@pytest.mark.parametrize("seconds", [0.01, 0.2])
def test_a_plan_that_the_clock_cut_short_replays(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bailiwick.design.clock.GRACE", 0.0)
    problem = grid_problem(24, 24, 14, seed=4, busy=1.0)
    found = solve(problem, seconds=seconds, seed=3)
    assert len(found.turns) >= 1
    assert again(problem, found) == found.territory_of.tobytes()


@pytest.mark.parametrize("asked", [1, 8, 40])
def test_a_plan_that_someone_stopped_replays(asked: int) -> None:
    problem = grid_problem(24, 24, 14, seed=5, busy=1.0)
    count = iter(range(1_000_000))
    found = solve(problem, seconds=2.0, seed=3, stop=lambda: next(count) >= asked)
    assert again(problem, found) == found.territory_of.tobytes()


def test_bases_that_are_free_leave_accounts_with_who_has_them_today() -> None:
    problem = grid_problem(16, 16, 6, seed=2, busy=1.0)
    first = solve(problem, seconds=60, seed=9, iterations=10, effort=200_000)
    weight = problem.trips.copy()
    shuffled = np.random.default_rng(1).permutation(6)[first.territory_of].astype(np.int32)
    limited = replace(problem, today=Today(shuffled, weight, limit=0.1 * float(weight.sum())))
    found = solve(limited, seconds=60, seed=1, iterations=10, effort=200_000)
    assert found.in_band
    assert float(weight[found.territory_of != shuffled].sum()) <= 0.1 * float(weight.sum()) + 1e-9


def test_a_large_problem_whose_bases_move_twice_replays(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("bases.size", "settled"):
        monkeypatch.setattr(importlib.import_module(f"bailiwick.design.{module}"), "WHOLE", 1_000)
    problem, told = grid_problem(50, 50, 12, seed=6, busy=1.0), []
    found = solve(problem, seconds=4.0, seed=3, on_progress=told.append)
    assert found.in_band
    assert len(found.turns) > 1, "bases moved"
    assert again(problem, found) == found.territory_of.tobytes()
    says_how_good_its_best_plan_is_until_the_end(told, found)


def says_how_good_its_best_plan_is_until_the_end(told: list[Progress], found: Solution) -> None:
    settling = [state for state in told if state.doing.startswith("settling borders")]
    assert {state.doing for state in settling} == {"settling borders", "settling borders from bases that moved"}
    for measure in ([state.seconds for state in told], [-state.objective for state in settling], [state.iterations for state in settling]):
        assert measure == sorted(measure)
    assert settling[-1].objective == pytest.approx(found.objective)
    assert settling[-1].bound == pytest.approx(found.bound)
    assert np.array_equal(settling[-1].territory_of, found.territory_of)


@pytest.mark.parametrize(("seconds", "points"), [(0.05, 150), (4.0, 150), (4.0, 110)], ids=["brief", "suggested", "too few points for prices"])
def test_a_plan_whose_bases_were_chosen_without_borders_first_replays(seconds: float, points: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("bases.size", "settled"):
        monkeypatch.setattr(importlib.import_module(f"bailiwick.design.{module}"), "WHOLE", 500)
    for module in ("solve", "settled"):
        monkeypatch.setattr(importlib.import_module(f"bailiwick.design.{module}"), "points_of", lambda problem: points)
    problem = grid_problem(40, 40, 12, seed=6, busy=1.0)
    found = solve(problem, seconds=seconds, seed=3)
    assert len(found.turns) > 1
    assert 0 < found.turns[0] <= found.iterations
    if points == 110:
        assert found.turns[0] < found.iterations, "borders were drawn within the time"
    assert again(problem, found) == found.territory_of.tobytes()
