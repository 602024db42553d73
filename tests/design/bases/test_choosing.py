"""Bases chosen without borders first: only where that carries them further, in one piece again afterwards, and the same when replayed."""

import importlib
from dataclasses import replace

import numpy as np
import pytest

from bailiwick.design import Problem, solve
from bailiwick.design.bases.coarse import Coarse, coarsen, loosened
from bailiwick.design.bases.dense import assess
from bailiwick.design.bases.search import Search
from bailiwick.design.bases.size import loose_first, points_of
from bailiwick.design.bases.start import in_one_piece, spread
from bailiwick.review.scorecard import pieces
from tests.design.conftest import grid_problem
from tests.design.test_clock import again

POINTS = 400


def many(seed: int) -> tuple[Problem, Coarse]:
    """Forty territories over a few hundred points."""
    problem = grid_problem(40, 30, 40, seed=seed, busy=1.0)
    return problem, coarsen(problem, POINTS)


def drawn(coarse: Coarse, seed: int) -> np.ndarray:
    return spread(coarse.dense, coarse.slot, coarse.order, np.random.default_rng(seed))


def test_only_where_nothing_ties_the_bases_and_territories_hold_few_points() -> None:
    problem, coarse = many(1)
    assert loose_first(problem, coarse)
    given = replace(problem, fixed_bases=(5, *[-1] * 39))
    locked = replace(problem, locks=((7, 3),))
    apart = replace(problem, contiguous=False)
    few = replace(problem, territories=12, load=problem.load / problem.load.sum() * 12)
    for other in (given, locked, apart, few):
        assert not loose_first(other, coarsen(other, POINTS))
    assert not loose_first(problem, coarsen(problem, problem.size))


def test_where_few_units_have_work_territories_may_hold_more_points() -> None:
    busy = grid_problem(40, 30, 12, seed=1, busy=1.0)
    some = np.zeros(busy.size)
    some[::15] = 1.0
    sparse = replace(busy, load=some / some.sum() * 12, trips=some)
    points = 12 * 40
    assert loose_first(sparse, coarsen(sparse, points))
    assert not loose_first(busy, coarsen(busy, points))


def test_a_bridge_leads_on_where_regions_need_not_be_in_one_piece() -> None:
    problem, _ = many(2)
    ends = 0, problem.size - 1
    row = np.repeat(np.arange(problem.size), np.diff(problem.indptr))
    row, to = np.append(row, ends), np.append(problem.indices, ends[::-1])
    order = np.lexsort((to, row))
    bridged = replace(problem, indptr=np.searchsorted(row[order], np.arange(problem.size + 1)).astype(np.int32), indices=to[order].astype(np.int32))
    coarse = coarsen(bridged, POINTS)
    free = loosened(bridged, coarse)
    a, b = coarse.point_of[list(ends)]
    assert not free.contiguous
    assert b in free.indices[free.indptr[a] : free.indptr[a + 1]]
    for u in range(len(coarse)):
        assert set(coarse.indices[coarse.indptr[u] : coarse.indptr[u + 1]]) <= set(free.indices[free.indptr[u] : free.indptr[u + 1]])


@pytest.mark.parametrize("seed", range(4))
def test_a_plan_in_pieces_is_put_into_one_piece_around_its_bases(seed: int) -> None:
    _, coarse = many(seed)
    label = drawn(coarse, seed)
    rng = np.random.default_rng(seed)
    label[rng.integers(len(label), size=60)] = rng.integers(40, size=60)
    base = assess(coarse.dense, label)[1]
    found = in_one_piece(coarse.dense, label, base)
    assert found.min() >= 0
    assert found[base].tolist() == list(range(40))
    assert pieces(found, 40, coarse.indptr, coarse.indices).tolist() == [1] * 40


def test_a_drawn_plan_is_improved_and_stays_in_one_piece() -> None:
    _, coarse = many(3)
    label = drawn(coarse, 9)
    search = Search(coarse.dense, lambda rng: label, 1, 400_000, (label,))
    assert search.begun
    for _ in range(12):
        search.round()
    assert search.spent >= 12 * 20 * len(label)
    assert search.best.within
    assert search.best.cost < assess(coarse.dense, label)[0].sum()
    assert pieces(search.best.label, 40, coarse.indptr, coarse.indices).tolist() == [1] * 40


def contracted(monkeypatch: pytest.MonkeyPatch) -> Problem:
    """A problem of many territories that is searched over points, as a large one is."""
    for module in ("bases.size", "settled"):
        monkeypatch.setattr(importlib.import_module(f"bailiwick.design.{module}"), "WHOLE", 1_000)
    monkeypatch.setattr("bailiwick.design.bases.size.LEAST_POINTS", 1_200)
    return grid_problem(60, 50, 80, seed=6, busy=1.0)


@pytest.mark.parametrize("seconds", [0.05, 3.0])
@pytest.mark.parametrize("asked", [False, True], ids=["alone", "by prices"])
def test_a_plan_whose_bases_were_chosen_without_borders_replays(seconds: float, asked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = contracted(monkeypatch)
    monkeypatch.setattr("bailiwick.design.clock.GRACE", 0.0)
    monkeypatch.setattr("bailiwick.design.bases.search.ADVISED", 0 if asked else 10**9)
    told = suggestions(monkeypatch)
    assert loose_first(problem, coarsen(problem, points_of(problem)))
    found = solve(problem, seconds=seconds, seed=3)
    assert found.in_band or seconds < 1
    assert len(told) == (asked and seconds > 1)
    assert pieces(found.territory_of, 80, problem.indptr, problem.indices).tolist() == [1] * 80
    assert again(problem, found) == found.territory_of.tobytes()


def suggestions(monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray | None]:
    """What prices suggest from now on."""
    module, told = importlib.import_module("bailiwick.design.solve"), []
    suggested = module.suggested

    def noted(*asked: object) -> np.ndarray | None:
        told.append(suggested(*asked))
        return told[-1]

    monkeypatch.setattr(module, "suggested", noted)
    return told


@pytest.mark.parametrize("after", [0, 1, 4])
def test_a_design_that_prices_help_can_be_stopped_at_any_moment(after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = contracted(monkeypatch)
    monkeypatch.setattr("bailiwick.design.bases.search.ADVISED", 0)
    told = suggestions(monkeypatch)
    asked = iter(range(10**9))
    found = solve(problem, seconds=20, seed=3, stop=lambda: next(asked) >= after)
    assert len(told) <= 1
    assert pieces(found.territory_of, 80, problem.indptr, problem.indices).tolist() == [1] * 80
    assert again(problem, found) == found.territory_of.tobytes()


def test_where_prices_suggest_nothing_the_quick_plan_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = contracted(monkeypatch)
    monkeypatch.setattr("bailiwick.design.bases.search.ADVISED", 0)
    monkeypatch.setattr(importlib.import_module("bailiwick.design.solve"), "suggested", lambda *_: None)
    found = solve(problem, seconds=3, seed=3)
    assert found.in_band
    assert found.iterations > 4
    assert again(problem, found) == found.territory_of.tobytes()


def test_where_no_flow_fits_the_quick_plan_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = contracted(monkeypatch)
    monkeypatch.setattr("bailiwick.design.bases.search.ADVISED", 0)
    monkeypatch.setattr("bailiwick.kernels.flows.settled", lambda _: False)
    told = suggestions(monkeypatch)
    found = solve(problem, seconds=3, seed=3)
    assert len(told) == 1
    assert found.in_band
    assert again(problem, found) == found.territory_of.tobytes()
