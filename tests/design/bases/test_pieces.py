"""Locks and groups that leave the search of bases little or nothing to choose."""

from dataclasses import replace

import numpy as np
import pytest

from bailiwick.design import Problem, solve
from bailiwick.model.errors import InfeasibleError
from tests.design.conftest import grid_problem


@pytest.fixture
def world() -> Problem:
    return grid_problem(8, 8, 4, seed=5, band=(0.0, 4.0), busy=0.8)


def quarters() -> np.ndarray:
    return np.array([(u % 8) // 4 + 2 * (u // 32) for u in range(64)], dtype=np.int32)


@pytest.mark.parametrize("contiguous", [True, False])
def test_locks_of_every_unit_with_work_leave_only_the_bases(world: Problem, contiguous: bool) -> None:
    label = quarters()
    problem = replace(world, locks=tuple((u, int(label[u])) for u in world.weighted.tolist()), contiguous=contiguous)
    found = solve(problem, seconds=60, seed=1, iterations=2, effort=20_000)
    assert found.within_limits
    assert np.array_equal(found.territory_of[world.weighted], label[world.weighted])


def test_fewer_pieces_than_territories_are_counted(world: Problem) -> None:
    units = world.weighted.tolist()
    with pytest.raises(InfeasibleError, match=r"kept together by groups and locks, .* are 3 pieces, 4 territories .* ask for 3 or fewer"):
        solve(replace(world, groups=(tuple(units[:-2]),)), seconds=60, seed=1, iterations=2, effort=20_000)
    label = np.minimum(quarters(), 2)  # all locked, none of them to the last territory
    with pytest.raises(InfeasibleError, match="are 3 pieces, 4 territories"):
        solve(replace(world, locks=tuple((u, int(label[u])) for u in units)), seconds=60, seed=1, iterations=2, effort=20_000)
