"""Neutral plans are plans of the same problem: every limit that the plan keeps, they keep."""

from dataclasses import replace

import numpy as np
import pytest

from bailiwick.design import Problem, solve
from bailiwick.design.ensemble import Walk, _ruler, ensemble
from bailiwick.design.problem import Measure, Today
from bailiwick.design.problem.limits import breaches
from bailiwick.model.errors import InfeasibleError
from tests.design.conftest import grid_problem

RICH = (np.arange(100) % 10 < 4).astype(float)
LIMITS: dict[str, dict] = {
    "half-time": {"capacity": (0.5, 1.0, 1.0, 1.0)},
    "absolute, driving counted": {"absolute": True, "drive_load": 0.002, "band": (0.9, 2.0)},
    "maximum drive": {"max_minutes": 65.0},
    "measures": {"measures": (Measure("tier A", RICH, 5.0, 16.0),)},
    "groups": {"groups": ((0, 1, 10, 11), (44, 45, 54, 55))},
    "locks": {"fixed_bases": (22, 27, 72, 77), "locks": ((0, 0), (99, 3)), "forbidden": ((44, 0),)},
    "disruption": {"today": Today(np.array([(u % 10) // 5 + 2 * (u // 50) for u in range(100)], dtype=np.int32), np.ones(100), limit=45.0)},
}


def world(**changes: object) -> Problem:
    return replace(grid_problem(10, 10, 4, seed=6, band=(0.75, 1.25), busy=0.8), **changes)


@pytest.mark.parametrize("kind", list(LIMITS))
def test_every_neutral_plan_keeps_the_limits(kind: str) -> None:
    problem = world(**LIMITS[kind])
    found = solve(problem, seconds=60, seed=1, iterations=12, effort=4_000_000)
    assert found.within_limits, found.broken
    bases = np.array(found.bases)
    assert ensemble(problem, found.territory_of, bases, plans=20, seed=2).changed_share > 0.01
    ruler = _ruler(problem, bases, None)
    walk, label, state = Walk(problem, ruler, bases), found.territory_of.copy(), np.array([7], dtype=np.uint64)
    free, changed = replace(problem, fixed_bases=()), 0
    for _ in range(25):
        changed += walk.on(label, 4, state)
        driven = []  # the best place that keeps the limits, for each territory
        for t in range(4):
            places = [int(u) for u in ruler.pool if label[u] == t]
            minutes = problem.travel.rows(np.array(places))[0]
            busy = (label == t) & (problem.trips > 0)
            hours = (2.0 * problem.trips * minutes / 60.0)[:, label == t].sum(axis=1)
            held = problem.load[label == t].sum() + problem.drive_load * hours
            low, high = problem.bands
            good = (held >= low[t, 0] - 1e-6) & (held <= high[t, 0] + 1e-6) & (minutes[:, busy].max(axis=1) <= problem.max_minutes + 1e-3)
            assert good.any()
            driven.append(places[int(np.flatnonzero(good)[0])])
        assert breaches(free, np.array(driven), problem.travel.rows(np.array(driven))[0], label) == []
    assert changed > 0


def test_what_cannot_be_compared_says_so() -> None:
    one = grid_problem(5, 5, 1, busy=1.0)
    with pytest.raises(InfeasibleError, match="no other plan to compare"):
        ensemble(one, np.zeros(25, dtype=np.int32), np.array([12]), plans=10)
    problem = world(fixed_bases=(22, 27, 72, 77))
    found = solve(problem, seconds=60, seed=1, iterations=6, effort=100_000)
    bases = np.array(found.bases)
    with pytest.raises(InfeasibleError, match="in one piece each"):
        ensemble(replace(problem, contiguous=False), found.territory_of, bases, plans=10)
    stuck = replace(problem, groups=tuple(tuple(np.flatnonzero(found.territory_of == t).tolist()) for t in range(4)))
    with pytest.raises(InfeasibleError, match="no other plan within the limits"):
        ensemble(stuck, found.territory_of, bases, plans=10)
    told = ensemble(problem, found.territory_of, bases, plans=10)
    assert told.notes == ("bases are chosen anew for every neutral plan",)
