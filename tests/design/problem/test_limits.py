"""What a plan breaks is counted plainly, and a solution that breaks anything says so."""

from dataclasses import replace

import numpy as np
import pytest

from bailiwick.design import Problem, solve
from bailiwick.design.explaining.infeasible import reasons
from bailiwick.design.problem import Measure, Today
from bailiwick.design.problem.limits import breaches, broken, holdings
from bailiwick.planning import drawing
from tests.design.conftest import grid_problem

BASES = np.array([9, 14, 49, 54])


@pytest.fixture
def world() -> Problem:
    return replace(grid_problem(8, 8, 4, seed=5, band=(0.5, 1.5), busy=0.8), fixed_bases=tuple(BASES.tolist()))


def quarters() -> np.ndarray:
    return np.array([(u % 8) // 4 + 2 * (u // 32) for u in range(64)], dtype=np.int32)


def said(problem: Problem, label: np.ndarray) -> tuple[str, ...]:
    return broken(problem, BASES, problem.travel.rows(BASES)[0], label)


def test_a_plan_within_all_limits_breaks_nothing(world: Problem) -> None:
    assert said(world, quarters()) == ()


def test_each_limit_is_named_with_its_count_and_worst_offender(world: Problem) -> None:
    label, minutes = quarters(), world.travel.rows(BASES)[0]
    held = holdings(world, minutes, label)[:, 0]
    worst = int(np.argmax(held))
    tight = replace(world, band=(0.0, float(held.max()) - 0.01))
    assert said(tight, label) == (
        f"1 territory lies outside the band, the one based at {world.unit_ids[BASES[worst]]} the furthest with "
        f"{held.max():.3f} above {held.max() - 0.01:.3f}",
    )
    driven = minutes[label, np.arange(64)]
    busy = world.trips > 0
    far = replace(world, max_minutes=20.0)
    assert said(far, label)[0].startswith(f"{int((driven[busy] > 20).sum())} units lie beyond 20 minutes of their base, unit ")
    assert "2 units are not where a lock or a base puts them" in said(replace(world, locks=((0, 1), (1, 1), (2, 0))), label)[0]
    assert said(replace(world, forbidden=((0, 0), (63, 0))), label) == ("1 forbidden pair is not kept, unit 00000 lies in territory 1",)
    assert said(replace(world, groups=((3, 4), (0, 1))), label) == ("1 group is parted, that of unit 00003 among territories 1, 2",)
    wall = tuple((u, u + 1) for u in range(0, 64, 8))
    assert "8 units" not in said(replace(world, barriers=wall), label)
    assert said(replace(world, barriers=wall), label)[0].startswith("2 territories are not in one piece, 8 units are cut off from their base, unit ")
    rich = replace(world, measures=(Measure("tier A", np.ones(64), 17.0, 20.0),))
    assert said(rich, label)[0].startswith("4 territories lie outside the band of tier A")
    today = Today(np.roll(label, 1).astype(np.int32), np.ones(64), limit=3.0)
    assert said(replace(world, today=today), label)[0].endswith("of today's weight moves, 4.7% may")


def test_driving_counts_towards_the_band(world: Problem) -> None:
    minutes = world.travel.rows(BASES)[0]
    hours = np.bincount(quarters(), weights=2.0 * world.trips * minutes[quarters(), np.arange(64)] / 60.0)
    driving = replace(world, drive_load=0.01)
    assert holdings(driving, minutes, quarters())[:, 0] == pytest.approx(holdings(world, minutes, quarters())[:, 0] + 0.01 * hours)


def test_a_limit_that_cannot_be_kept_is_never_broken_in_silence(world: Problem) -> None:
    """In band, and yet units beyond the maximum drive, forbidden pairs, and a lock behind a barrier."""
    quick = {"seconds": 60, "seed": 1, "iterations": 2, "effort": 20_000}
    far = solve(replace(world, max_minutes=15.0), **quick)
    assert not far.within_limits
    assert any("beyond 15 minutes" in s for s in far.broken)
    walled = tuple((0, v) for v in (1, 8))  # unit 0 is joined to nothing; solve refuses it, or says that it is cut off
    barred = replace(world, forbidden=tuple((0, t) for t in range(4)), barriers=())
    found = solve(barred, **quick)
    assert any("forbidden pair" in s for s in found.broken)
    assert "forbidden" in "; ".join(reasons(barred, found))
    island = replace(world, contiguous=False, barriers=walled)
    assert solve(island, **quick).within_limits


def test_what_solve_returns_is_what_recomputation_says(world: Problem) -> None:
    for change in ({}, {"max_minutes": 30.0}, {"groups": ((3, 4), (35, 36))}, {"locks": ((27, 3),)}, {"drive_load": 0.003}):
        problem = replace(world, **change)
        found = solve(problem, seconds=60, seed=1, iterations=2, effort=20_000)
        again = breaches(problem, BASES, problem.travel.rows(BASES)[0], found.territory_of)
        assert found.broken == tuple(b.said for b in again)
        assert found.in_band or not found.within_limits


def test_what_counts_is_the_recount_not_what_the_search_said(world: Problem) -> None:
    """A hair above an end of a band, as a sum of single precision is, keeps the limits where all are counted anew."""
    found = solve(world, seconds=60, seed=1, iterations=2, effort=20_000)
    assert found.within_limits
    assert drawing._limits(world, replace(found, in_band=False)) == (True, ())
