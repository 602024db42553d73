"""What the largest territory may hold, by which groups and shares are decided, is what the problem says."""

import pytest

from bailiwick.design import Problem
from bailiwick.planning.designing import Asked, most_of
from bailiwick.team.constraints import Constraints
from tests.design.conftest import grid_problem


@pytest.mark.parametrize("capacity", [(0.5,) * 4, (0.5, 0.5, 1.0, 1.0), (1.0,) * 4])
@pytest.mark.parametrize("kind", ["relative", "absolute"])
def test_the_most_a_territory_holds_is_that_of_the_problem(capacity: tuple[float, ...], kind: str) -> None:
    ground = grid_problem(5, 4, 4, 1, band=(0.85, 1.15), busy=1.0)
    problem = Problem(
        ground.unit_ids, ground.load, ground.trips, ground.indptr, ground.indices, 4, (0.85, 1.15), ground.travel, capacity=capacity,
        absolute=kind == "absolute",
    )  # fmt: skip
    wanted = Asked(("a", "b", "c", "d"), (-1,) * 4, ("",) * 4, capacity)
    assert most_of(wanted, Constraints(band_kind=kind), (0.85, 1.15)) == pytest.approx(problem.bands[1][:, 0].max())
