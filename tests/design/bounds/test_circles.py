"""Circles in which a whole number of bases lies: found where bases open in part break them, never in the way of a plan."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from bailiwick.design import Problem
from bailiwick.design.borders.fixed import with_bases
from bailiwick.design.bounds.anywhere import bound_anywhere, raised
from bailiwick.design.bounds.circles import NONE, Circles, drawn
from bailiwick.design.bounds.inseparable import inseparable
from bailiwick.design.bounds.level import whole
from bailiwick.design.bounds.listing import listed
from bailiwick.kernels.circles import broken
from tests.design.bounds.test_anywhere import again
from tests.design.conftest import Plane, grid_problem

SEEDS = st.integers(0, 10_000)
BAND = (0.85, 1.15)


def towns(seed: int, each: int = 5, far: float = 80.0) -> Problem:
    """Four towns far from one another, of one and a half territories each: six territories for them."""
    rng = np.random.default_rng(seed)
    middle = far * np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    points = np.repeat(middle, each, axis=0) + rng.uniform(0, 20, (4 * each, 2))
    n = len(points)
    pairs = np.array([(u, v) for u in range(n) for v in range(n) if u != v])
    indptr = np.arange(0, n * (n - 1) + 1, n - 1).astype(np.int32)
    load = np.full(n, 1.5 / each)
    ids = tuple(f"{u}" for u in range(n))
    problem = Problem(ids, load, np.full(n, 6.0), indptr, pairs[:, 1].astype(np.int32), 6, BAND, Plane(points), points=points, contiguous=False)
    return replace(problem, candidates=np.arange(0, n, 2))


def best_of(problem: Problem) -> tuple[float, np.ndarray, np.ndarray]:
    """The least driving over every choice of bases, units divisible: a bound that no plan undercuts, by trying all choices."""
    best, base = np.inf, np.empty(0, dtype=np.int64)
    hours = 2.0 * problem.trips / 60.0 * problem.travel.rows(np.arange(problem.size))[0].astype(np.float64)
    k, n = problem.territories, problem.size
    once = csr_array((np.ones(k * n), (np.tile(np.arange(n), k), np.arange(k * n))), shape=(n, k * n))
    held = csr_array((np.tile(problem.load, k), (np.repeat(np.arange(k), n), np.arange(k * n))), shape=(k, k * n))
    band = np.concatenate([np.full(k, problem.bands[1][0, 0]), np.full(k, -problem.bands[0][0, 0])])
    for bases in combinations(problem.base_candidates.tolist(), k):
        plan = linprog(hours[list(bases)].ravel(), A_ub=vstack([held, -held]), b_ub=band, A_eq=once, b_eq=np.ones(n))
        if plan.status == 0 and plan.fun < best:
            best, base = float(plan.fun), np.array(bases)
    assert np.isfinite(best)
    return best, base, with_bases(problem, base).price


@pytest.mark.parametrize("seed", range(3))
def test_towns_of_one_and_a_half_territories_must_fetch_or_leave_work(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = towns(seed, far=40.0)
    least, base, price = best_of(problem)
    label = np.argmin(with_bases(problem, base).cost + problem.load[:, None] * price, axis=1).astype(np.int32)
    found = bound_anywhere(problem, label, base, price)
    monkeypatch.setattr("bailiwick.design.bounds.circles.BROKEN", np.inf)  # told of no circles
    without = bound_anywhere(problem, label, base, price)
    assert found is not None
    assert without is not None
    assert len(found.circles) > 0
    assert len(without.circles) == 0
    assert without.bound < 0.85 * least  # bases by half serve each town from within
    assert 0.93 * least < found.bound <= least * (1 + 1e-6)
    assert again(problem, base, found) == pytest.approx(found.bound, rel=1e-6)


def test_a_bound_with_circles_is_raised_further_and_verified() -> None:
    problem = towns(5)
    _, base, price = best_of(problem)
    label = np.argmin(with_bases(problem, base).cost + problem.load[:, None] * price, axis=1).astype(np.int32)
    first = bound_anywhere(problem, label, base, price)
    assert first is not None
    further = raised(problem, label, base, first, more=iter([True] * 30 + [False]).__next__)
    assert further.bound >= first.bound
    assert len(further.circles) > 0
    assert again(problem, base, further) == pytest.approx(further.bound, rel=1e-6)


@pytest.mark.parametrize("claim", ["dearer", "nowhere", "as wide as can be"])
def test_claims_of_circles_prove_what_they_are_and_no_more(claim: str) -> None:
    problem = towns(1)
    least, base, price = best_of(problem)
    label = np.argmin(with_bases(problem, base).cost + problem.load[:, None] * price, axis=1).astype(np.int32)
    found = bound_anywhere(problem, label, base, price)
    assert found is not None
    minutes = {"dearer": found.circles.minutes, "nowhere": 0.0 * found.circles.minutes, "as wide as can be": found.circles.minutes + 1e6}
    told = replace(found, circles=replace(found.circles, minutes=minutes[claim]), dual=found.dual * (5.0 if claim == "dearer" else 1.0))
    assert again(problem, base, told) <= least * (1 + 1e-6)


def plain(order: np.ndarray, load: np.ndarray, home: np.ndarray, share: np.ndarray, flow: np.ndarray, most: float) -> np.ndarray:
    """What ``broken`` finds, by its definition: flow ``[bases, places]`` in load."""
    worst = np.zeros((len(order), 2))
    for s, near in enumerate(order):
        for count in range(1, len(near) + 1):
            inside = np.isin(np.arange(len(load)), near[:count])
            held = float(load[inside].sum())
            if held > most:
                break
            there = inside[home]
            bases, within, total = share[there].sum(), flow[there][:, inside].sum(), flow[there].sum()
            over = held / BAND[1] % 1.0
            if over > 0.12:
                worst[s, 0] = max(worst[s, 0], np.floor(held / BAND[1]) + 1 - bases - (held - within) / (BAND[1] * over))
            over = held / BAND[0] % 1.0
            if over < 0.88:
                worst[s, 1] = max(worst[s, 1], bases - np.floor(held / BAND[0]) - (total - within) / (BAND[0] * (1 - over)))
    return worst


@given(seed=SEEDS)
@settings(max_examples=40, deadline=None)
def test_the_worst_circle_around_each_place_is_found(seed: int) -> None:
    rng = np.random.default_rng(seed)
    places, bases = 9, 4
    order = np.array([[s, *rng.permutation(np.delete(np.arange(places), s))[:6]] for s in range(places)], dtype=np.int32)
    load, home = rng.uniform(0.1, 0.9, places), rng.choice(places, bases, replace=False)
    share = rng.uniform(0.1, 1.0, bases)
    flow = rng.uniform(0, 1, (bases, places)) * rng.choice([0.0, 1.0], (bases, places)) * share[:, None] * load
    many = np.bincount(home, weights=share, minlength=places)
    by_place = np.zeros((places, places))
    by_place[home] = flow
    start = np.concatenate([[0], np.cumsum((by_place > 0).sum(axis=1))]).astype(np.int64)
    to, amount = np.nonzero(by_place)[1].astype(np.int32), by_place[by_place > 0]
    excess, count = broken(order, load, many, start, to, amount, *BAND, 0.12, 4.0)
    assert excess == pytest.approx(plain(order, load, home, share, flow, 4.0), abs=1e-9)
    assert count.max() <= order.shape[1]


@given(seed=SEEDS, minutes=st.floats(1.0, 60.0), wanted=st.floats(0.1, 3.0))
@settings(max_examples=30, deadline=None)
def test_a_circle_holds_about_the_work_it_should_and_all_within_its_minutes(seed: int, minutes: float, wanted: float) -> None:
    problem = grid_problem(12, 12, 6, seed=seed % 7, busy=0.9)
    level = whole(problem, problem.base_candidates, inseparable(problem, problem.base_candidates))
    told = Circles(np.array([seed % problem.size]), np.array([minutes]), np.array([wanted]), np.array([bool(seed % 2)]))
    low, high = float(problem.bands[0][0, 0]), float(problem.bands[1][0, 0])
    circles, kept = drawn(problem, level, told, (low, high))
    if not len(kept):
        return
    rows = problem.travel.rows(told.centre)[0][0]
    inside = np.flatnonzero(rows[level.unit] <= np.float32(circles.circles.minutes[0]))
    assert sorted(circles.member.tolist()) == inside.tolist()
    counts = circles.over(problem, level.candidate)
    near = rows[level.candidate] <= np.float32(circles.circles.minutes[0])
    assert np.diff(counts.of).tolist() == near.astype(int).tolist()


def test_prices_of_circles_stay_below_what_a_base_pays_for_load_that_it_lacks() -> None:
    problem = grid_problem(12, 12, 6, seed=3, busy=0.9)
    level = whole(problem, problem.base_candidates, inseparable(problem, problem.base_candidates))
    earners = listed(problem, level, level.hours * 20.0, 0.5, 10.0)
    circles = Circles(np.array([5, 60, 100]), np.array([30.0, 40.0, 50.0]), np.full(3, np.nan), np.ones(3, dtype=np.bool_))
    told, kept = drawn(problem, level, circles, (float(earners.low.min()), float(earners.high.max())))
    assert len(kept)
    earners = replace(earners, counts=told.over(problem, level.candidate))
    price = np.append(level.hours * 10.0, np.full(len(kept), 1e4))
    assert np.isneginf(earners.bound(price))  # load fetched from afar would pay for itself
    assert np.isfinite(earners.bound(earners.within(price)))
    assert earners.values(price, np.zeros((1, earners.bases, 3)), 1.0) == pytest.approx(earners.earned(price), abs=1e-9)
    apart = np.flatnonzero(np.diff(earners.counts.of) == 0)
    assert 0 < len(apart) < earners.bases
    nothing, step = np.append(level.hours * 10.0, np.zeros(len(kept))), np.append(np.zeros(len(level.unit)), np.full(len(kept), 1e4))
    there = earners.only(apart).moved(nothing, step, earners)
    assert there[earners.units :].min() > 0.0
    assert np.isfinite(earners.bound(there))  # of bases that the step did not look at, too
    assert drawn(problem, level, NONE, BAND)[0].over(problem, level.candidate).cut.tolist() == []
