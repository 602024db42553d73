"""No base that the search chooses is forbidden to its territory, and a plan that is opened again is never refused for its bases."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.design import solve
from bailiwick.design.bases.placing import allowed
from bailiwick.model.errors import InfeasibleError, InputError
from tests.design.conftest import grid_problem


@given(seed=st.integers(0, 500))
@settings(max_examples=12, deadline=None)
def test_a_base_is_never_forbidden_to_its_own_territory(seed: int) -> None:
    problem = grid_problem(5, 4, 3, seed % 7, band=(0.4, 1.6), busy=1.0)
    free = solve(problem, seconds=60, seed=seed, iterations=1, effort=3_000)
    for t in range(3):  # each chosen base forbidden in turn: the search would choose it again
        barred = replace(problem, forbidden=((free.bases[t], t),))
        found = solve(barred, seconds=60, seed=seed, iterations=1, effort=3_000)
        assert found.bases[t] != free.bases[t]
        assert found.territory_of[free.bases[t]] != t
        assert found.broken == ()
        replace(barred, fixed_bases=found.bases)  # opens again


def test_every_unit_of_a_territory_may_be_forbidden_but_one() -> None:
    problem = grid_problem(5, 4, 3, 1, band=(0.3, 1.7), busy=1.0)
    barred = replace(problem, forbidden=tuple((u, 1) for u in range(20) if u not in (7, 8, 12, 13)))
    found = solve(barred, seconds=60, seed=1, iterations=2, effort=10_000)
    assert found.bases[1] in (7, 8, 12, 13)
    with pytest.raises(InfeasibleError, match="no unit may be the base of territory 2"):
        solve(replace(problem, forbidden=tuple((u, 1) for u in range(20))), seconds=60, seed=1, iterations=2, effort=10_000)


def test_numbers_change_rather_than_borders() -> None:
    problem = grid_problem(4, 3, 3, 1, busy=1.0)
    label = np.repeat([0, 1, 2], 4).astype(np.int32)
    base, after = allowed(replace(problem, forbidden=((0, 0), (1, 0), (2, 0))), np.array([1, 5, 9]), label.copy())
    assert after[:4].tolist() != [0] * 4
    assert [after[b] for b in base] == [0, 1, 2]
    same = allowed(replace(problem, forbidden=((0, 2),)), np.array([1, 5, 9]), label.copy())
    assert same[1].tolist() == label.tolist()


def test_a_given_base_that_is_forbidden_is_refused_before_the_search_and_no_sooner() -> None:
    problem = replace(grid_problem(5, 4, 3, 1, busy=1.0), fixed_bases=(0, 4, 15), forbidden=((4, 1),))
    with pytest.raises(InfeasibleError, match="unit 00004 is the base of territory 2 and forbidden to it"):
        solve(problem, seconds=1, seed=1)
    with pytest.raises(InputError, match="both locked to territory 2 and forbidden"):
        replace(problem, fixed_bases=(), locks=((4, 1),))


def test_a_group_is_forbidden_as_a_whole() -> None:
    problem = replace(grid_problem(5, 4, 3, 1, busy=1.0), groups=((3, 4),), forbidden=((4, 1),))
    assert problem.barred == {(3, 1), (4, 1)}
