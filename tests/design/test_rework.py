"""Mending, splitting, merging, reasons, ensembles and districts on a small world."""

from dataclasses import replace

import numpy as np
import pytest

from bailiwick.design import solve
from bailiwick.design.borders.fixed import with_bases
from bailiwick.design.divide import merge, split
from bailiwick.design.ensemble import ensemble
from bailiwick.design.explaining.reasons import reason
from bailiwick.design.hierarchy import neighbours_of, roll_up
from bailiwick.design.mending.mend import mend, out_of_band, reoptimise
from bailiwick.design.problem import Measure, Ties, Today
from bailiwick.model.errors import InfeasibleError, InputError
from bailiwick.review.scorecard import pieces
from tests.design.conftest import grid_problem


@pytest.fixture(scope="module")
def settled():
    problem = grid_problem(12, 12, 6, seed=2, busy=0.7)
    found = solve(problem, seconds=60, seed=1, iterations=10, effort=300_000)
    assert found.in_band
    return with_bases(replace(problem, fixed_bases=found.bases), np.array(found.bases)), found


def whole(problem, label, count: int) -> bool:
    return pieces(label, count, *problem.neighbours).tolist() == [1] * count


def disturbed(based, found):
    """The plan with one territory grown over its neighbours until it is out of band."""
    label, problem = found.territory_of.copy(), based.problem
    indptr, indices = problem.neighbours
    while not out_of_band(based, label)[0]:
        for u in np.flatnonzero(label == 0):
            for v in indices[indptr[u] : indptr[u + 1]]:
                if v not in found.bases:
                    label[v] = 0
    return label


def test_mending_brings_all_into_band_and_moves_little(settled) -> None:
    based, found = settled
    problem = based.problem
    broken = disturbed(based, found)
    done = mend(based, broken, problem.load)
    assert done.in_band
    assert not out_of_band(based, done.territory_of).any()
    assert whole(problem, done.territory_of, 6)
    assert 0 < done.share < 0.35
    assert np.array_equal(mend(based, found.territory_of, problem.load).territory_of, found.territory_of)


def test_an_edit_stays_and_its_surroundings_answer(settled) -> None:
    based, found = settled
    problem = based.problem
    indptr, indices = problem.neighbours
    label = found.territory_of.copy()
    border = [u for u in range(problem.size) if u not in found.bases and any(label[v] != label[u] for v in indices[indptr[u] : indptr[u + 1]])]
    for unit in border:
        to = next(int(label[v]) for v in indices[indptr[unit] : indptr[unit + 1]] if label[v] != label[unit])
        trial = label.copy()
        trial[unit] = to
        if whole(problem, trial, 6):
            break
    done = reoptimise(based, trial, np.array([unit]))
    assert done.territory_of[unit] == to
    assert whole(problem, done.territory_of, 6)
    assert based.objective(done.territory_of) <= based.objective(trial) + 1e-6 or out_of_band(based, trial).any()


def test_an_edit_asks_the_territories_beside_where_its_own_cannot_take_it() -> None:
    row = replace(
        grid_problem(9, 1, 4, seed=1, busy=1.0), load=np.array([0.8, 0.3, 0.5, 0.4, 0.4, 0.1, 0.6, 0.4, 0.5]), trips=np.ones(9),
        fixed_bases=(0, 2, 6, 8), band=(0.5, 1.4),
    )  # fmt: skip
    based = with_bases(row, np.array([0, 2, 6, 8]))
    edited = np.array([0, 1, 1, 1, 1, 2, 2, 2, 3], dtype=np.int32)  # unit 1 was in the first territory; the second holds too much now,
    assert out_of_band(based, edited).tolist() == [False, True, False, False]
    done = reoptimise(based, edited, np.array([1]))  # and the third can take unit 4 when it gives unit 7 to the last
    assert done.in_band
    assert done.territory_of.tolist() == [0, 1, 1, 1, 2, 2, 2, 3, 3]


def test_split_and_merge(settled) -> None:
    based, found = settled
    problem = based.problem
    label, bases = split(problem, found.territory_of, 2)
    assert whole(problem, label, 7)
    assert [label[b] for b in bases] == [2, 6]
    assert np.array_equal(np.isin(label, (2, 6)), found.territory_of == 2)
    held = np.bincount(label, weights=problem.load, minlength=7)
    assert abs(held[2] - held[6]) < 0.05 * (held[2] + held[6])
    again = merge(label, 2, 6, *problem.neighbours)
    assert np.array_equal(again, found.territory_of)
    ptr, near = neighbours_of(found.territory_of, 6, *problem.neighbours)
    apart = next((0, t) for t in range(1, 6) if t not in near[ptr[0] : ptr[1]])
    with pytest.raises(InputError, match="share no border"):
        merge(found.territory_of, *apart, *problem.neighbours)


def test_reasons_agree_with_recomputation(settled) -> None:
    based, found = settled
    problem, label = based.problem, found.territory_of
    for unit in range(0, problem.size, 5):
        told = reason(based, label, unit)
        assert told.territory == label[unit]
        for other in told.alternatives:
            trial = label.copy()
            trial[unit] = other.territory
            assert based.objective(trial) - based.objective(label) == pytest.approx(other.extra_hours, abs=1e-6)
            held = np.bincount(trial, weights=problem.load, minlength=6)
            assert (other.index_here, other.index_there) == pytest.approx((held[label[unit]], held[other.territory]))
            if unit not in found.bases:
                assert other.contiguous == whole(problem, trial, 6)


def test_neutral_plans_are_in_band_and_the_designed_one_drives_less(settled) -> None:
    based, found = settled
    standing = ensemble(based.problem, found.territory_of, np.array(found.bases), plans=60, seed=4)
    assert standing.plans == 60
    assert standing.changed_share > 0.05
    hours = standing.standings[0]
    assert hours.plan <= hours.lowest
    assert hours.better_than == 1.0
    assert next(s for s in standing.standings if "deviation" in s.measure).highest <= 0.15 + 1e-9
    same = ensemble(based.problem, found.territory_of, np.array(found.bases), plans=60, seed=4)
    assert same == standing
    with pytest.raises(InfeasibleError, match="mend it first"):
        ensemble(based.problem, disturbed(based, found), np.array(found.bases), plans=10)


def test_districts_are_balanced_contiguous_and_add_up(settled) -> None:
    based, found = settled
    problem, label = based.problem, found.territory_of
    held = np.bincount(label, weights=problem.load, minlength=6).astype(float)
    near = neighbours_of(label, 6, *problem.neighbours)
    level = roll_up(held, problem.travel.legs(np.array(found.bases), np.array(found.bases)), *near, 2)
    assert whole(problem, level.group_of[label].astype(np.int32), 2)
    assert level.load.sum() == pytest.approx(held.sum())
    assert np.all(np.abs(level.load / level.load.mean() - 1) <= level.width + 1e-9)
    assert [level.group_of[s] for s in level.seat] == [0, 1]
    with pytest.raises(InputError, match="9 groups"):
        roll_up(held, np.zeros((6, 6), dtype=np.float32), *near, 9)


def test_alternatives_count_ties_and_staying_and_say_which_rule_they_break(settled) -> None:
    based, found = settled
    problem, label = based.problem, found.territory_of
    indptr, indices = problem.neighbours
    unit, across = next(
        (u, int(label[v])) for u in range(problem.size) for v in indices[indptr[u] : indptr[u + 1]]
        if label[v] != label[u] and u not in found.bases and problem.trips[u] > 0
    )  # fmt: skip
    home = int(label[unit])
    mate = next(u for u in np.flatnonzero(label == home).tolist() if u != unit)
    tied = Ties(np.array([[unit, mate]]), np.array([7.5]))
    here = Today(label.astype(np.int32), np.ones(problem.size), np.inf, 2.5)
    dear = with_bases(replace(problem, ties=tied, today=here, fixed_bases=found.bases), np.array(found.bases))

    def other(based):
        return next(a for a in reason(based, label, unit).alternatives if a.territory == across)

    for alternative in reason(dear, label, unit).alternatives:
        trial = label.copy()
        trial[unit] = alternative.territory
        assert alternative.extra_hours == pytest.approx(dear.objective(trial) - dear.objective(label), abs=1e-6)
    assert (other(dear).tie_hours, other(dear).bonus_hours) == (7.5, 2.5)
    assert other(dear).extra_hours == pytest.approx(other(based).extra_hours + 10.0)
    assert other(dear).allowed
    grouped = other(replace(based, problem=replace(based.problem, groups=((unit, mate),))))
    assert not grouped.allowed
    assert grouped.breaks == f"it would part the group of {problem.unit_ids[mate]}"
    most = float(problem.load[label == across].sum())
    measured = other(replace(based, problem=replace(based.problem, measures=(Measure("accounts", problem.load, 0.0, most),))))
    assert not measured.allowed
    assert "above the band of accounts" in measured.breaks
    shut = replace(based.problem, today=Today(label.astype(np.int32), np.ones(problem.size), 0.5))
    assert other(replace(based, problem=shut)).breaks == "more would move than the disruption limit allows"
