"""Units that no plan parts, and the bases among them: never more than is so, and the same by the path that verifies it."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.design import Problem
from bailiwick.design.borders.fixed import with_bases
from bailiwick.design.bounds.anywhere import Anywhere, bound_anywhere
from bailiwick.design.bounds.inseparable import inseparable
from bailiwick.design.bounds.inside import Inside
from bailiwick.design.bounds.level import whole
from bailiwick.design.bounds.listing import below
from bailiwick.review.verify_islands import Islands
from tests.design.bounds.test_anywhere import again
from tests.design.conftest import Plane

SEEDS = st.integers(0, 10_000)
N = 9


def with_tail(seed: int, **changes: object) -> Problem:
    """A tree of nine units and a few more links among the first five: two territories, some of it too light for one of its own."""
    rng = np.random.default_rng(seed)
    links = {(int(rng.integers(max(0, v - 3), v)), v) for v in range(1, N)}
    links |= {(int(a), int(b)) for a, b in rng.integers(0, 5, (4, 2)) if a < b}
    both = sorted(links | {(b, a) for a, b in links})
    indptr = np.concatenate([[0], np.cumsum(np.bincount([a for a, _ in both], minlength=N))]).astype(np.int32)
    points = np.column_stack([np.arange(N) * 20.0, rng.uniform(0, 60, N)])
    load, trips = rng.uniform(0.3, 1.0, N), rng.uniform(1, 20, N)
    trips[rng.integers(N)] = 0.0
    ids = tuple(f"{u}" for u in range(N))
    indices = np.array([b for _, b in both], dtype=np.int32)
    made = Problem(ids, load * 2 / load.sum(), trips, indptr, indices, 2, (0.6, 1.4), Plane(points), points=points)
    return replace(made, **changes)


def connected(problem: Problem, members: np.ndarray) -> bool:
    inside, seen, stack = set(members.tolist()), {int(members[0])}, [int(members[0])]
    while stack:
        u = stack.pop()
        for v in problem.indices[problem.indptr[u] : problem.indptr[u + 1]].tolist():
            if v in inside and v not in seen:
                seen.add(v)
                stack.append(v)
    return seen == inside


def plans(problem: Problem) -> list[tuple[float, np.ndarray, np.ndarray]]:
    """Every division in two pieces that some bases keep in band, each territory from its cheapest base that does: hours, labels, bases."""
    hours = 2.0 * problem.trips / 60.0 * problem.travel.rows(np.arange(N))[0].astype(np.float64)
    found = []
    for label in product((0, 1), repeat=N):
        at, total, bases = np.array((0, *label[1:])), 0.0, []
        for t in (0, 1):
            members = np.flatnonzero(at == t)
            if not len(members) or not connected(problem, members):
                break
            cost = hours[members][:, members].sum(axis=1)
            held = problem.load[members].sum() + problem.drive_load * cost
            near = (problem.travel.rows(members)[0][:, members[problem.trips[members] > 0]] <= problem.max_minutes).all(axis=1)
            fits = near & (held >= problem.band[0] - 1e-9) & (held <= problem.band[1] + 1e-9) & np.isin(members, problem.base_candidates)
            if not fits.any():
                break
            best = int(np.argmin(np.where(fits, cost, np.inf)))
            total += float(cost[best])
            bases.append(int(members[best]))
        else:
            found.append((total, at.astype(np.int32), np.array(bases)))
    return found


@given(seed=SEEDS, drive=st.sampled_from([0.0, 0.002]))
@settings(max_examples=60, deadline=None)
def test_no_plan_parts_what_is_inseparable_and_one_base_at_most_lies_there(seed: int, drive: float) -> None:
    problem = with_tail(seed, drive_load=drive)
    sets = inseparable(problem, problem.base_candidates)
    for _, label, bases in plans(problem):
        for i in range(len(sets.at)):
            members = np.flatnonzero(sets.number == i)
            assert len(set(label[members].tolist())) == 1
            assert np.isin(bases, members).sum() <= 1


def test_some_of_these_problems_have_such_sets() -> None:
    assert sum(bool(len(inseparable(p, p.base_candidates).at)) for p in map(with_tail, range(40))) > 10


@pytest.mark.parametrize("matters", [-np.inf, 0.05])
@pytest.mark.parametrize(("drive", "farthest"), [(0.0, np.inf), (0.002, np.inf), (0.0, 90.0), (0.002, 90.0)])
@pytest.mark.parametrize("seed", range(12))
def test_the_bound_with_bases_inside_is_below_every_plan(
    seed: int, drive: float, farthest: float, matters: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bailiwick.design.bounds.inside.MATTERS", matters)
    problem = with_tail(seed, drive_load=drive, max_minutes=farthest)
    found = plans(problem)
    if not found:
        pytest.skip("nothing fits")
    cost, label, base = min(found, key=lambda plan: plan[0])
    based = with_bases(replace(problem, fixed_bases=tuple(base.tolist())), base)
    free = bound_anywhere(problem, label, base, based.price)
    assert free is not None
    assert free.bound <= cost * (1 + 1e-6)
    assert again(problem, base, free) == pytest.approx(free.bound, abs=1e-6 * max(1.0, float(free.price.sum())))
    if matters < 0:
        assert bool(free.inside) == bool(len(inseparable(problem, problem.base_candidates).at))


@given(seed=SEEDS, level=st.floats(0.0, 40.0))
@settings(max_examples=40, deadline=None)
def test_what_bases_inside_make_is_below_every_territory_around_them(seed: int, level: float) -> None:
    problem = with_tail(seed)
    sets = inseparable(problem, problem.base_candidates)
    if not len(sets.at):
        return
    inside = Inside(problem, sets, problem.base_candidates, 5.0)
    price = np.random.default_rng(seed).uniform(0, 1, N) * level
    made = inside.made(price)
    hours = 2.0 * problem.trips / 60.0 * problem.travel.rows(np.arange(N))[0].astype(np.float64)
    for _, label, _ in plans(problem):
        for base, value in zip(inside.base.tolist(), made.value.tolist(), strict=True):
            members = label == label[base]
            assert value <= float((hours[base] - price)[members].sum()) + 1e-4


def test_a_set_costs_what_its_units_cost_and_is_near_whoever_that_is_worth_it() -> None:
    problem = next(p for p in map(with_tail, range(40)) if len(inseparable(p, p.base_candidates).at))
    sets = inseparable(problem, problem.base_candidates)
    everything = whole(problem, problem.base_candidates, sets)
    ceiling = everything.hours * 30.0
    pairs = below(problem, everything, ceiling, 2.0)
    hours = 2.0 * problem.trips / 60.0 * problem.travel.rows(np.arange(N))[0].astype(np.float64)
    stands = sets.stands()
    wanted = {}
    for j, base in enumerate(everything.candidate.tolist()):
        for i, unit in enumerate(everything.unit.tolist()):
            cost = float(hours[base][(stands == unit) & (problem.trips > 0)].sum())
            if cost <= ceiling[i] + 2.0 * everything.load[i] - 1e-4:
                wanted[j, i] = cost
    base = np.repeat(np.arange(pairs.bases), np.diff(pairs.pointer))
    got = {(int(j), int(i)): float(c) for j, i, c in zip(base, pairs.unit, pairs.cost, strict=True)}
    assert got == pytest.approx(wanted, rel=1e-5)
    assert 0 < len(wanted) < len(everything.candidate) * len(everything.unit)


def islands_of(problem: Problem, entrance: list[int]) -> Islands:
    row = np.repeat(np.arange(N), np.diff(problem.indptr))
    return Islands(np.array(entrance), (row, problem.indices.astype(np.int64)), {}, lambda units: problem.travel.rows(units)[0])


def chain() -> Problem:
    """Nine equal units in a row."""
    links = sorted({(v - 1, v) for v in range(1, N)} | {(v, v - 1) for v in range(1, N)})
    indptr = np.concatenate([[0], np.cumsum(np.bincount([a for a, _ in links], minlength=N))]).astype(np.int32)
    points = np.column_stack([np.arange(N) * 10.0, np.zeros(N)])
    ids = tuple(f"{u}" for u in range(N))
    indices = np.array([b for _, b in links], dtype=np.int32)
    return Problem(ids, np.full(N, 2 / N), np.ones(N), indptr, indices, 2, (0.6, 1.4), Plane(points), points=points)


@pytest.mark.parametrize(
    ("entrance", "believed"),
    [
        ([0, 1, 2, 3, 4, 5, 6, 6, 6], True),  # the last two hang on the third last
        ([0, 1, 2, 3, 4, 5, 6, 6, 8], False),  # there is a way on
        ([0, 1, 2, 3, 4, 5, 5, 7, 5], False),  # with a gap
        ([0, 1, 2, 3, 4, 4, 4, 4, 4], False),  # enough for a territory of their own
        ([0, 1, 2, 2, 2, 2, 2, 2, 2], False),
    ],
)
def test_verify_believes_only_what_neighbours_and_loads_prove(entrance: list[int], believed: bool) -> None:
    problem = chain()
    found = islands_of(problem, entrance).believed(problem.load, problem.trips, 0.6, 0.0)
    assert found.entrance.tolist() == (entrance if believed else list(range(N)))


def test_driving_may_make_a_territory_of_little_work() -> None:
    problem = chain()
    entrance = [0, 1, 2, 3, 4, 5, 6, 6, 6]
    found = islands_of(problem, entrance).believed(problem.load, problem.trips, 0.6, 0.5)
    assert found.entrance.tolist() == list(range(N))
    assert not len(inseparable(replace(problem, drive_load=0.5), np.arange(N)).at)
    assert len(inseparable(problem, np.arange(N)).at)


def test_a_false_claim_of_what_goes_together_proves_no_more() -> None:
    problem = chain()
    free = bound_anywhere(problem, np.repeat([0, 1], [4, 5]).astype(np.int32), np.array([2, 6]), np.array([-1.0, -1.0]))
    assert free is not None
    honest = again(problem, np.array([2, 6]), free)
    claimed = Anywhere(free.bound, free.price, free.subsidy, free.dear, np.array([0, 1, 2, 2, 2, 2, 2, 2, 2]), ())
    assert again(problem, np.array([2, 6]), claimed) <= honest + 1e-9
