"""The bound over all choices of bases: below every plan, whatever the prices; the same by the path that verifies it."""

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from bailiwick.design import Problem
from bailiwick.design.borders.fixed import with_bases
from bailiwick.design.bounds.anywhere import Anywhere, bound_anywhere, raised
from bailiwick.design.bounds.circles import NONE, Circles, drawn, unlimited
from bailiwick.design.bounds.earners import Earners, bound_of, sizes_of
from bailiwick.design.bounds.inseparable import inseparable
from bailiwick.design.bounds.level import Level, whole
from bailiwick.design.bounds.listing import below, listed
from bailiwick.design.bounds.shortlist import all_of
from bailiwick.design.bounds.smooth import begun
from bailiwick.design.problem import Today
from bailiwick.design.problem.sharing import InParts
from bailiwick.design.solve import solve
from bailiwick.kernels import knapsacks
from bailiwick.model.parts import parted
from bailiwick.model.travel import near
from bailiwick.review import verify_circles
from bailiwick.review.verify_free import FreeCase, free_bases_bound
from bailiwick.review.verify_islands import Islands
from tests.design.conftest import Plane, grid_problem

SEEDS = st.integers(0, 10_000)


def small(seed: int, **changes: object) -> Problem:
    """Eight units, two territories, anything allowed that the engine knows of bases."""
    rng = np.random.default_rng(seed)
    n = 8
    points = rng.uniform(0, 100, (n, 2))
    load, trips = rng.uniform(0.3, 1.0, n), rng.uniform(1, 20, n)
    trips[rng.integers(n)] = 0.0
    pairs = np.array([(u, v) for u in range(n) for v in range(n) if u != v])
    indptr, indices = np.arange(0, n * (n - 1) + 1, n - 1).astype(np.int32), pairs[:, 1].astype(np.int32)
    ids = tuple(f"{u}" for u in range(n))
    made = Problem(ids, load * 2 / load.sum(), trips, indptr, indices, 2, (0.6, 1.4), Plane(points), points=points, contiguous=False)
    return replace(made, **changes)


def best_of_all(problem: Problem) -> tuple[float, np.ndarray, np.ndarray] | None:
    """The optimum over every pair of bases and every division, by trying them all."""
    minutes = problem.travel.rows(np.arange(problem.size))[0].astype(np.float64)
    hours = 2.0 * problem.trips / 60.0
    low, high = problem.bands[0][:, 0], problem.bands[1][:, 0]
    best = None
    for bases in combinations(problem.base_candidates.tolist(), 2):
        for order in (bases, bases[::-1]):
            most = high if problem.base_capacity is None else problem.base_capacity[list(order)]
            for label in product((0, 1), repeat=problem.size):
                at = np.array(label)
                served = hours * minutes[np.array(order)[at], np.arange(problem.size)]
                held = np.array([(problem.load + problem.drive_load * served)[at == t].sum() for t in (0, 1)])
                far = minutes[np.array(order)[at], np.arange(problem.size)][problem.trips > 0].max() > problem.max_minutes
                if far or np.any(held < low - 1e-9) or np.any(held > most + 1e-9):
                    continue
                cost = float(served.sum())
                if problem.today is not None:
                    cost -= problem.today.bonus * float(problem.today.weight[problem.today.territory == at].sum())
                if best is None or cost < best[0]:
                    best = cost, at.astype(np.int32), np.array(order)
    return best


def kinds(seed: int) -> list[Problem]:
    rng = np.random.default_rng(seed)
    today = Today(rng.integers(-1, 2, 8).astype(np.int32), rng.uniform(0, 1, 8), bonus=0.5)
    return [
        small(seed),
        small(seed, drive_load=0.01),
        small(seed, capacity=(1.0, 0.6)),
        small(seed, base_capacity=rng.uniform(0.9, 1.6, 8)),
        small(seed, today=today),
        small(seed, max_minutes=90.0),
        small(seed, candidates=np.array([0, 2, 3, 5, 7])),
    ]


def everything_in(problem: Problem, base: np.ndarray) -> Level:
    candidate = np.union1d(problem.base_candidates, base)
    return whole(problem, candidate, inseparable(problem, candidate))


def as_proof(problem: Problem, bound: float, price: np.ndarray, subsidy: float, dear: float) -> Anywhere:
    return Anywhere(bound, price, subsidy, dear, np.arange(problem.size), ())


def again(problem: Problem, base: np.ndarray, found: Anywhere) -> float:
    """The bound as `bailiwick verify` recomputes it."""
    row = np.repeat(np.arange(problem.size), np.diff(problem.neighbours[0]))
    inside = {unit: (reach, heavy) for unit, reach, heavy in found.inside}
    links = row, problem.neighbours[1].astype(np.int64)
    islands = Islands(found.entrance, links, inside, lambda units: problem.travel.rows(units)[0], problem.max_minutes, problem.contiguous)
    today = problem.today
    bonus = 0.0 if today is None else today.bonus * float(today.weight[today.territory >= 0].sum())
    return free_bases_bound(
        FreeCase(
            problem.load, problem.trips, found.price, found.subsidy, found.dear, np.union1d(problem.base_candidates, base), sizes_of(problem),
            problem.base_capacity, problem.drive_load, problem.max_minutes, bonus,
            lambda units, limits, targets: near(problem.travel, units, limits, targets), islands,
            verify_circles.Circles(found.circles.centre, found.circles.minutes, found.circles.most, found.dual),
        )
    )  # fmt: skip


@pytest.mark.parametrize("kind", range(7))
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_plan_from_any_bases_is_below_the_bound(kind: int, seed: int) -> None:
    problem = kinds(seed)[kind]
    best = best_of_all(problem)
    if best is None:
        pytest.skip("nothing fits")
    cost, label, base = best
    based = with_bases(replace(problem, fixed_bases=tuple(base.tolist())), base)
    found = bound_anywhere(problem, label, base, based.price)
    assert found is not None
    assert found.bound <= cost * (1 + 1e-6)
    assert again(problem, base, found) == pytest.approx(found.bound, abs=1e-6 * max(1.0, float(found.price.sum())))
    if kind == 0:  # and it says something
        assert found.bound > 0.5 * cost


@given(seed=SEEDS, kind=st.integers(0, 6), level=st.floats(0.0, 60.0), subsidy=st.floats(0.0, 40.0))
@settings(max_examples=40, deadline=None)
def test_any_prices_prove_a_bound_that_both_paths_agree_on(seed: int, kind: int, level: float, subsidy: float) -> None:
    problem = kinds(seed % 5)[kind]
    best = best_of_all(problem)
    if best is None:
        return
    everything = everything_in(problem, best[2])
    rng = np.random.default_rng(seed)
    price = rng.uniform(0, 1, len(everything.unit)) * level
    earners = listed(problem, everything, price, 0.0, subsidy)
    today = problem.today
    bonus = 0.0 if today is None else today.bonus * float(today.weight[today.territory >= 0].sum())
    bound = earners.bound(price) - bonus
    assert bound <= best[0] + 1e-6 * max(1.0, abs(best[0]))
    stored = np.zeros(problem.size)
    stored[everything.unit] = price
    single = 1e-6 * max(1.0, float(price.sum()))  # costs are single precision, and bound is a difference of sums of them
    assert again(problem, best[2], as_proof(problem, bound, stored, earners.subsidy[0], earners.subsidy[0])) == pytest.approx(bound, abs=single)


@given(seed=SEEDS, kind=st.integers(0, 6), level=st.floats(0.0, 60.0), dear=st.floats(0.0, 20.0))
@settings(max_examples=80, deadline=None)
def test_whatever_circles_cost_they_prove_a_bound_that_both_paths_agree_on(seed: int, kind: int, level: float, dear: float) -> None:
    problem = kinds(seed % 5)[kind]
    best = best_of_all(problem)
    if best is None:
        return
    everything, rng, count = everything_in(problem, best[2]), np.random.default_rng(seed), 6
    price = rng.uniform(0, 1, len(everything.unit)) * level
    most = (rng.uniform(size=count) < 0.5) & (problem.drive_load == 0.0)
    told = Circles(rng.integers(0, 8, count), np.round(rng.uniform(0, 150, count), 2), np.full(count, np.nan), most)
    earners = listed(problem, everything, price, 0.0, 200.0)
    circles, kept = drawn(problem, everything, told, (float(earners.low.min()), float(earners.high.max())))
    dual = rng.uniform(0, dear, count)[kept]
    earners = replace(earners, counts=circles.over(problem, everything.candidate))
    price = earners.within(np.append(price, dual))
    bonus = 0.0 if problem.today is None else problem.today.most_bonus
    bound = earners.bound(price) - bonus
    assert np.isfinite(bound)
    assert bound <= best[0] + 1e-6 * max(1.0, abs(best[0]))
    stored, subsidy = np.zeros(problem.size), float(earners.subsidy[0])
    stored[everything.unit] = price[: earners.units]
    proof = replace(as_proof(problem, bound, stored, subsidy, subsidy), circles=circles.circles, dual=price[earners.units :])
    assert again(problem, best[2], proof) == pytest.approx(bound, abs=1e-5 * max(1.0, float(price.sum())))


@given(seed=SEEDS, kind=st.integers(0, 6), subsidy=st.floats(0.0, 20.0), more=st.floats(0.0, 20.0))
@settings(max_examples=40, deadline=None)
def test_bases_that_may_buy_dearly_prove_what_they_would_if_all_might(seed: int, kind: int, subsidy: float, more: float) -> None:
    problem = kinds(seed % 5)[kind]
    everything, base = everything_in(problem, np.array([0, 1])), np.array([0, 1])
    price = np.random.default_rng(seed).uniform(0, 30, len(everything.unit))
    dear = listed(problem, everything, price, 0.0, subsidy + more)
    stored = np.zeros(problem.size)
    stored[everything.unit] = price
    bonus = 0.0 if problem.today is None else problem.today.most_bonus
    proved = again(problem, base, as_proof(problem, 0.0, stored, min(subsidy, dear.subsidy[0]), dear.subsidy[0]))
    assert proved == pytest.approx(dear.bound(price) - bonus, abs=1e-6 * max(1.0, float(price.sum())))


@pytest.mark.parametrize("wide", [0.0, 0.05, 0.4])
def test_pairs_looked_for_from_bases_are_those_looked_for_from_units(wide: float, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = grid_problem(16, 16, 6, seed=7, busy=0.9)
    everything = everything_in(problem, np.array([0]))
    few = replace(everything, candidate=everything.candidate[::9])
    ceiling = everything.hours * np.random.default_rng(1).uniform(5, 90, len(everything.unit))
    found = {}
    for side in (0, 3):
        monkeypatch.setattr("bailiwick.design.bounds.listing.FEWER", side if side else len(everything.unit) + 1)
        monkeypatch.setattr("bailiwick.design.bounds.listing.WIDE", wide)
        made = below(problem, few, ceiling, 3.0)
        base = np.repeat(np.arange(made.bases), np.diff(made.pointer))
        found[side] = {(int(j), int(u)): float(c) for j, u, c in zip(base, made.unit, made.cost, strict=True)}
    assert found[3] == pytest.approx(found[0])
    assert 0 < len(found[0]) < len(few.candidate) * len(everything.unit)


@pytest.mark.parametrize("kind", range(7))
def test_a_settled_short_list_makes_of_prices_what_all_bases_would_that_may_buy_dearly(kind: int) -> None:
    problem = kinds(kind)[kind]
    everything = everything_in(problem, np.array([0]))
    price = everything.hours * np.random.default_rng(kind).uniform(5, 40, len(everything.unit))
    dear = listed(problem, everything, price, 0.5, 12.0)
    chosen = np.arange(dear.bases) < 2
    few = replace(everything, candidate=everything.candidate[chosen])
    nothing = drawn(problem, everything, NONE, (0.0, 1.0))[0]
    it = begun(below(problem, few, dear.ceiling, float(dear.subsidy[0])), [price], everything.hours, 1.0, nothing)
    looking_on = all_of(problem, everything, it, chosen, 3.0)
    assert bound_of(dear.slots, float(price.sum()), looking_on.values(price)) <= dear.bound(price) + 1e-9
    looking_on.settle(price, 0.0)
    assert bound_of(dear.slots, float(price.sum()), looking_on.values(price)) == pytest.approx(dear.bound(price), abs=1e-6)
    assert np.count_nonzero(looking_on.joined) == looking_on.listed.bases - 2


@pytest.mark.parametrize("drive", [0.0, 2e-4])
def test_a_short_list_proves_the_bound_over_all_bases(drive: float, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = replace(grid_problem(22, 22, 8, seed=4, busy=0.9), drive_load=drive)
    found = solve(problem, seconds=2, seed=1)
    plan = problem, found.territory_of, np.array(found.bases), np.array(found.duals)
    at_once = bound_anywhere(*plan)
    monkeypatch.setattr("bailiwick.design.bounds.climbing.LEVELS", (100,))
    monkeypatch.setattr("bailiwick.design.bounds.anywhere.FEW", 60)
    monkeypatch.setattr("bailiwick.design.bounds.anywhere.EACH", 3)
    told: list[str] = []
    listed_few = bound_anywhere(*plan, say=told.append)
    assert at_once is not None
    assert listed_few is not None
    assert listed_few.bound == pytest.approx(at_once.bound, rel=0.01)
    assert listed_few.bound < found.objective
    assert again(problem, np.array(found.bases), listed_few) == pytest.approx(listed_few.bound, rel=1e-6)
    closely = int(told[-1].split(" bases, ")[1].split()[0].replace(",", ""))
    assert 60 < closely < len(problem.base_candidates)  # others joined the list, not all


@pytest.mark.parametrize(("territories", "few"), [(16, 100), (16, 3_000), (30, 3_000)])
def test_a_bound_is_proven_of_every_base_however_little_it_pays_for_load_that_it_lacks(
    territories: int, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Circles price what is fetched, which no base may be paid for: neither one that a step did not look at, nor one not on the short list."""
    problem = grid_problem(50, 50, territories, seed=0, busy=0.1)
    found = solve(problem, seconds=2, seed=1)
    for name, value in (("climbing.LEVELS", (few // 2,)), ("anywhere.FEW", few), ("anywhere.EACH", 3), ("anywhere.SUBSIDY", 0.05)):
        monkeypatch.setattr(f"bailiwick.design.bounds.{name}", value)
    bound = bound_anywhere(problem, found.territory_of, np.array(found.bases), np.array(found.duals))
    assert bound is not None
    assert np.count_nonzero(bound.circles.most) > 0
    assert 0.5 * found.objective < bound.bound < found.objective
    assert again(problem, np.array(found.bases), bound) == pytest.approx(bound.bound, rel=1e-6)


@given(seed=SEEDS, count=st.integers(0, 12), subsidy=st.floats(0.0, 5.0), drive=st.sampled_from([0.0, 0.1]))
@settings(max_examples=60, deadline=None)
def test_an_earning_is_the_linear_program_it_stands_for(seed: int, count: int, subsidy: float, drive: float) -> None:
    rng = np.random.default_rng(seed)
    cost, price = rng.uniform(0, 4, count).astype(np.float32), rng.uniform(0, 4, count)
    load = rng.choice([0.0, 1.0, 1.0], count) * rng.uniform(0.1, 1.0, count)
    low = rng.uniform(0, 2)
    high = low + rng.uniform(0, 2)
    unit, pointer = np.arange(count, dtype=np.int32), np.array([0, count])
    lean, share, worth, value = np.zeros((1, 3)), np.zeros(count), np.column_stack([price, load]).ravel(), np.empty(1)
    terms, none = (pointer, unit, cost, worth, drive), (unlimited(1), np.empty(0))
    got = knapsacks.earning(0, count, *terms[1:], 0.0, low, high, subsidy, np.empty(count), np.empty(count), np.empty(count, np.int64))
    knapsacks.earnings_near(*terms, np.array([low]), np.array([high]), np.array([subsidy]), *none, 0, 1, value, lean, 0.5)
    knapsacks.served(*terms, *none, lean, np.ones(1), 0, 1, share, np.empty(0), np.empty(0, dtype=np.float32))
    assert value[0] == pytest.approx(got, abs=1e-6)
    gain, weight = cost - price, load + drive * cost
    plan = linprog(
        [*gain, subsidy], A_ub=[[*weight, 0.0], [*-weight, -1.0]], b_ub=[high, -low], bounds=[(0, 1)] * count + [(0, None)]
    )
    assert got == pytest.approx(plan.fun, abs=1e-6)
    assert share.min(initial=0.0) >= -1e-12
    assert share.max(initial=1.0) <= 1.0 + 1e-12
    missing = max(low - float(weight @ share), 0.0)
    assert float(gain @ share) + subsidy * missing == pytest.approx(got, abs=1e-6)


@pytest.mark.parametrize("kind", range(7))
def test_fillings_begun_from_the_last_ones_are_the_same(kind: int) -> None:
    problem = kinds(3)[kind]
    everything = everything_in(problem, np.array([0]))
    rng = np.random.default_rng(kind)
    earners = listed(problem, everything, everything.hours * 60.0, 1.0, 5.0)
    lean = np.zeros((len(earners.slots), earners.bases, 3))
    for _ in range(6):
        price = everything.hours * rng.uniform(0, 90, len(everything.unit))
        value = earners.values(price, lean, 0.5)
        best = sum(float(np.sort(v)[:count].sum()) for v, count in zip(value, earners.slots, strict=True))
        assert float(price.sum()) + best == pytest.approx(earners.bound(price), abs=1e-9 * max(1.0, float(price.sum())))
        whole_share = np.ones((len(earners.slots), earners.bases))
        assert earners.missing(price, lean, whole_share).min() >= 1.0 - earners.bases * len(earners.slots) - 1e-9


def test_the_bound_of_a_designed_plan_is_near_it_and_replays() -> None:
    problem = grid_problem(24, 24, 9, seed=3, busy=0.8)
    found = solve(problem, seconds=3, seed=1)
    args = problem, found.territory_of, np.array(found.bases), np.array(found.duals)
    first = bound_anywhere(*args)
    assert first is not None
    assert 0.90 * found.objective < first.bound < found.objective
    same = bound_anywhere(*args)
    assert same is not None
    assert same.bound == first.bound
    assert same.price.tobytes() == first.price.tobytes()
    further = raised(problem, found.territory_of, np.array(found.bases), first, more=iter([True] * 40 + [False]).__next__)
    assert further is not None
    assert further.bound >= first.bound * (1 - 1e-9)


def test_prices_are_lowered_when_there_would_be_too_many_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = grid_problem(20, 20, 6, seed=5, busy=1.0)
    everything = everything_in(problem, np.array([0]))
    full = listed(problem, everything, everything.hours * 60.0, 0.0, 5.0)
    monkeypatch.setattr("bailiwick.design.bounds.listing.MOST_PAIRS", len(full.unit) // 4)
    fewer = listed(problem, everything, everything.hours * 60.0, 0.0, 5.0)
    assert len(fewer.unit) < 0.4 * len(full.unit)
    assert np.all(fewer.ceiling < full.ceiling)
    price = np.minimum(everything.hours * 20.0, fewer.ceiling)
    pruned = replace_subsidy(full, fewer.subsidy)
    assert fewer.bound(price) == pytest.approx(pruned.bound(price), rel=1e-6)  # what was left out did not matter


def test_room_and_subsidy_shrink_before_prices_do(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = grid_problem(20, 20, 6, seed=5, busy=1.0)
    everything = everything_in(problem, np.array([0]))
    price = everything.hours * 30.0
    full, bare = listed(problem, everything, price, 0.5, 5.0), listed(problem, everything, price, 0.0, 0.0)
    monkeypatch.setattr("bailiwick.design.bounds.listing.MOST_PAIRS", (len(full.unit) + len(bare.unit)) // 2)
    between = listed(problem, everything, price, 0.5, 5.0)
    assert 0.0 < between.subsidy[0] < full.subsidy[0]
    assert np.all(price <= between.ceiling)
    assert np.all(between.ceiling < full.ceiling)


def replace_subsidy(earners: Earners, subsidy: np.ndarray) -> Earners:
    return replace(earners, subsidy=subsidy)


def test_parts_of_a_unit_are_near_what_the_unit_is_near() -> None:
    plane = Plane(np.random.default_rng(1).uniform(0, 100, (30, 2)))
    travel = InParts(plane, parted(30, {4: (0.5, 0.3, 0.2), 11: (0.6, 0.4)}))
    origins, targets = np.array([0, 4, 31, 32, 7]), np.array([4, 30, 31, 32, 2, 11])
    limits = np.array([80, 40, 60, 50, 30], dtype=np.float32)
    pointer, to, minutes = travel.around(origins, limits, targets)
    rows = travel.rows(origins)[0][:, targets]
    for i, limit in enumerate(limits):
        mine = slice(int(pointer[i]), int(pointer[i + 1]))
        assert sorted(to[mine].tolist()) == np.flatnonzero(rows[i] <= limit).tolist()
        assert minutes[mine] == pytest.approx(rows[i, to[mine]])
