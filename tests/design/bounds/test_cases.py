"""Proof by cases: below every optimum whatever is claimed, the same by the path that checks it, and worth much where one heavy unit decides."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.design import Problem, solve
from bailiwick.design.borders.certificate import as_stored
from bailiwick.design.borders.fixed import Based, with_bases
from bailiwick.design.bounds import asking, cases
from bailiwick.design.bounds.asking import by_cases
from bailiwick.design.bounds.cases import Answer, ByCases, Place
from bailiwick.design.bounds.pricing import Bases, Examined
from bailiwick.design.bounds.shifts import NONE
from bailiwick.design.bounds.turns import Turns
from bailiwick.design.bounds.undivided import LONGER, STEPS_MANY, proof_of
from bailiwick.model.errors import InputError
from bailiwick.planning import proving
from bailiwick.review.verify_undivided import Split, Told
from tests.design.bounds.test_undivided import again
from tests.design.conftest import Plane, grid_problem
from tests.design.test_exact import exact


def grid(seed: int) -> Problem:
    """Twenty units on a grid, three given bases."""
    problem = grid_problem(5, 4, 3, seed, band=(0.8, 1.2), busy=0.9)
    base = np.sort(np.random.default_rng(seed).choice(problem.size, 3, replace=False))
    return replace(problem, fixed_bases=tuple(base.tolist()))


def told(rng: np.random.Generator, answers: tuple[Answer, ...], count: int, units: np.ndarray, price: np.ndarray) -> Told:
    """Any prices of ``units`` in a case, of ``count`` members."""
    return Told(answers, units, price[units] * rng.uniform(0.5, 1.5, len(units)), rng.uniform(0.0, 20.0, count), rng.uniform(0.0, 0.2, count))


def grown(rng: np.random.Generator, members: np.ndarray, size: int, questions: int) -> list[tuple[Answer, ...]]:
    """The cases that so many questions of any kind leave."""
    cases: list[tuple[Answer, ...]] = [()]
    for _ in range(questions):
        asked = cases.pop(int(rng.integers(len(cases))))
        unit, territory = int(rng.integers(size)), int(rng.choice(members))
        cases += [(*asked, Answer(unit, territory, holds)) for holds in (True, False)]
    return cases


@given(seed=st.integers(0, 400), questions=st.integers(0, 4))
@settings(max_examples=60, deadline=None)
def test_no_cases_prove_more_than_the_optimum(seed: int, questions: int) -> None:
    """Whatever is asked of which units and territories, whoever the members are and whichever units have prices of their own."""
    problem, rng = grid(seed), np.random.default_rng(seed)
    based = with_bases(problem, np.array(problem.fixed_bases))
    bases = Bases(based, 30.0)
    found = bases.examine(bases.first() * rng.uniform(0.8, 1.2, len(bases.sets)))[0]
    proof = proof_of(bases, found)
    members = np.sort(rng.choice(3, int(rng.integers(1, 4)), replace=False))

    def units() -> np.ndarray:
        return np.sort(rng.choice(problem.size, int(rng.integers(0, problem.size)), replace=False))

    cases = [told(rng, answers, len(members), units(), proof.price) for answers in grown(rng, members, problem.size, questions)]
    best = exact(problem, problem.fixed_bases)
    if np.isfinite(best):
        assert again(based, proof, splits=[Split(members, tuple(cases))]) <= best + 1e-6


def either_way(rng: np.random.Generator, members: list[int], units: list[int], price: np.ndarray, unit: int = 7) -> Split:
    """Whether the first of ``members`` holds a unit, or not."""
    ways = ((Answer(unit, members[0], holds),) for holds in (True, False))
    return Split(np.array(members), tuple(told(rng, way, len(members), np.array(units), price) for way in ways))


def test_cases_that_share_a_territory_or_a_unit_count_once() -> None:
    problem, rng = grid(3), np.random.default_rng(3)
    based = with_bases(problem, np.array(problem.fixed_bases))
    bases = Bases(based, 30.0)
    proof = proof_of(bases, bases.examine(bases.first())[0])
    first = either_way(rng, [0, 1], [1, 2, 3, 5, 6, 10], proof.price)
    alone = again(based, proof, splits=[first])
    assert again(based, proof, splits=[first, either_way(rng, [1, 2], [8], proof.price)]) == alone
    assert again(based, proof, splits=[first, either_way(rng, [2], [6], proof.price)]) == alone
    assert again(based, proof, splits=[first, either_way(rng, [2], [8], proof.price)]) != alone
    held, free = first.cases
    none = again(based, proof, splits=[])
    assert none != alone
    for damaged in (
        replace(first, cases=(replace(held, reach=held.reach[:1]), free)),
        replace(first, cases=(replace(held, answers=(Answer(7, 2, True),)), replace(free, answers=(Answer(7, 2, False),)))),
        replace(first, cases=(held,)),
        replace(first, cases=()),
        replace(first, cases=(held, replace(free, answers=(Answer(8, 0, False),)))),
        replace(first, cases=(held, replace(free, answers=(*free.answers, Answer(8, 1, True))))),
    ):
        assert again(based, proof, splits=[damaged]) == none


def test_a_case_that_takes_nothing_more_to_be_so_stands_for_all_beyond_it() -> None:
    """Of three cases two of which answer a second question, and of the one that both are part of beside them, none is left out."""
    problem, rng = grid(3), np.random.default_rng(3)
    based = with_bases(problem, np.array(problem.fixed_bases))
    bases = Bases(based, 30.0)
    proof = proof_of(bases, bases.examine(bases.first())[0])
    held, free = either_way(rng, [0, 1], [1, 2, 3, 5, 6, 10], proof.price).cases
    more = [replace(held, answers=(*held.answers, Answer(8, 1, holds))) for holds in (True, False)]
    three = again(based, proof, splits=[Split(np.array([0, 1]), (*more, free))])
    assert three != again(based, proof, splits=[])
    assert again(based, proof, splits=[Split(np.array([0, 1]), (*more, held, free))]) <= three


def torn(seed: int) -> Based:
    """Four bases in a row that all want more than lies around them, and halfway between the two in the middle so much that one has too much of it."""
    rng = np.random.default_rng(seed)
    place, around = np.array([[100.0, 0.0], [200.0, 0.0], [300.0, 0.0], [0.0, 0.0]]), (0.7, 0.7, 0.75, 0.75)
    light = [at + rng.uniform(-30, 30, (29, 2)) for at in place]
    at = np.vstack([place, *light, [[150.0, 0.0]]])
    load = rng.uniform(0.5, 1.5, len(at))
    for t, much in enumerate(around):
        mine = np.r_[t, 4 + 29 * t : 4 + 29 * (t + 1)]
        load[mine] *= much / load[mine].sum()
    load[-1] = 0.6
    every = np.arange(len(load), dtype=np.int32)
    beside = np.concatenate([np.delete(every, u) for u in every])
    indptr = (every.size - 1) * np.arange(every.size + 1, dtype=np.int32)
    problem = Problem(
        tuple(f"{u:05d}" for u in every), load, load * 40.0, indptr, beside, 4, (0.85, 1.15), Plane(at), points=at,
        contiguous=False, fixed_bases=(0, 1, 2, 3),
    )  # fmt: skip
    return with_bases(problem, np.arange(4))


def found_by_cases(based: Based, label: np.ndarray) -> tuple[Bases, float, ByCases | None, Examined]:
    """What bases make of prices that were climbed to, their bound, and what cases add."""
    bases = Bases(based, 50.0, label)
    found, listed = bases.examine(bases.first())
    for step in STEPS_MANY:
        turns = Turns(bases.sets, listed, found.reach, found.whole, bases.slack)
        price, _, mean = turns.climbed(found.price, label[bases.sets.first], LONGER, *step)
        now, more = bases.examine(price)
        listed = np.where(more > 0, more, listed)
        found = now if now.bound > found.bound else found
    return bases, found.bound, by_cases(bases, found, listed, turns, mean), found


@pytest.mark.parametrize("seed", range(6))
def test_they_prove_more_where_a_heavy_unit_lies_between_two_bases(seed: int) -> None:
    based = torn(seed)
    plan = solve(based.problem, seconds=60, seed=1, effort=3_000_000, iterations=2)
    assert plan.within_limits
    bases, before, found, examined = found_by_cases(based, plan.territory_of)
    assert found is not None
    assert before + 0.2 * (plan.objective - before) < found.bound <= plan.objective + 1e-6
    proof = proof_of(bases, examined, found)
    assert len(proof.splits) >= 1
    assert again(based, proof) == pytest.approx(found.bound, rel=1e-6)
    assert again(based, proof, splits=[]) < found.bound


def test_further_questions_prove_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the case that proves least, so that no bound falls; where the first question leaves a doubt, it rises."""
    gained = []
    for seed in range(4):
        based = torn(seed)
        plan = solve(based.problem, seconds=60, seed=1, effort=3_000_000, iterations=2)
        bounds = []
        for questions in (1, 4):
            monkeypatch.setattr(asking, "QUESTIONS", questions)
            found = found_by_cases(based, plan.territory_of)[2]
            assert found is not None
            assert all(len(split.cases) <= questions + 1 for split in found.splits)
            bounds.append(found.bound)
        assert bounds[0] <= bounds[1] + 1e-6
        assert bounds[1] <= plan.objective + 1e-6
        gained.append(bounds[1] > bounds[0] + 0.01 * (plan.objective - bounds[0]))
    assert any(gained)


def test_a_heavy_unit_that_matters_to_one_base_alone_is_listed_for_others() -> None:
    for seed in range(4):
        based = torn(seed)
        bases = Bases(based, 50.0, np.argmin(based.cost, axis=1).astype(np.int32))
        for price in (bases.first(), 0.5 * bases.first()):
            _, listed = bases.examine(price)
            every = bases.answers(as_stored(price), NONE, np.arange(4))[3]
            to = np.count_nonzero(listed, axis=0)
            alone = (np.count_nonzero(every, axis=0) == 1) & (bases.sets.load >= bases.heavy)
            free = alone & ~np.isin(np.arange(len(bases.sets)), bases.sets.base)  # bases go to nobody else
            assert free.any()
            assert np.all(to[free] == 4)
            assert np.all(to[alone & ~free] == 1)
            assert np.array_equal(listed[:, ~alone], every[:, ~alone])


def test_a_unit_that_the_territory_holds_tempts_nobody_else() -> None:
    """However dear it is where only one may hold it, what others make of prices is as where that one does not."""
    problem = grid(11)
    based = with_bases(problem, np.array(problem.fixed_bases))
    bases = Bases(based, 30.0, np.argmin(based.cost, axis=1).astype(np.int32))
    found, _ = bases.examine(bases.first())
    unit = int(np.setdiff1d(np.arange(len(bases.sets)), bases.sets.base)[0])
    dear = found.price.copy()
    dear[unit] = 1e6
    told = [((Answer(unit, 0, True),), dear), ((Answer(unit, 0, False),), found.price)]
    proof = cases.together(bases, found, [(Place(np.array([0]), np.array([unit])), told)])
    assert proof.bound > found.bound - 1.0
    assert again(based, proof_of(bases, found, proof)) == pytest.approx(proof.bound, rel=1e-6)


def test_prices_of_one_place_count_for_others_as_the_dearest_case_has_them() -> None:
    """Two places side by side: what both prove together is what the checking path makes of them, though each changes what lies near the other."""
    problem = grid(11)
    based = with_bases(problem, np.array(problem.fixed_bases))
    label = np.argmin(based.cost, axis=1).astype(np.int32)
    label[based.base] = np.arange(3)
    bases = Bases(based, 30.0, label)
    found, _ = bases.examine(bases.first())
    rng = np.random.default_rng(1)
    units = rng.permutation(np.setdiff1d(np.arange(len(bases.sets)), bases.sets.base))

    def asked(territory: int, *of: int) -> list[tuple[tuple[Answer, ...], np.ndarray]]:
        """Cases after questions about units, each asked where the one before is answered no."""
        no = [Answer(int(units[each]), territory, False) for each in of]
        answers = [(*no[:i], each._replace(holds=True)) for i, each in enumerate(no)]
        return [(case, found.price * rng.uniform(0.7, 1.4, len(found.price))) for case in (*answers, tuple(no))]

    places = [(Place(np.array([0]), units[:4]), asked(0, 0, 1)), (Place(np.array([1, 2]), units[4:9]), asked(2, 5))]
    proof = cases.together(bases, found, places)
    assert [len(split.cases) for split in proof.splits] == [3, 2]
    assert again(based, proof_of(bases, found, proof)) == pytest.approx(proof.bound, rel=1e-6)


def test_stored_with_a_plan_they_prove_the_same() -> None:
    based = torn(3)
    plan = solve(based.problem, seconds=60, seed=1, effort=3_000_000, iterations=2)
    bases, _, found, examined = found_by_cases(based, plan.territory_of)
    assert found is not None
    proof = proof_of(bases, examined, found)
    ids = based.problem.unit_ids
    stored = proving.whole_units(based.problem, proof, ids)
    assert stored is not None
    read = proving.splits_by_row(stored, ids)
    assert again(based, proof, splits=read) == again(based, proof) == pytest.approx(found.bound, rel=1e-6)
    with pytest.raises(InputError, match="no such unit"):
        proving.splits_by_row(stored, ids[1:])
