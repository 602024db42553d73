import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.design.growth import grow
from bailiwick.design.polish import Tally, cut_off, polish
from bailiwick.review.scorecard import pieces
from tests.design.conftest import grid_problem


def world(seed: int) -> tuple[Tally, list[list[int]], np.ndarray, np.ndarray]:
    problem = grid_problem(8, 8, 4, seed)
    bases = np.array([0, 7, 56, 63])
    neighbours = [problem.indices[problem.indptr[u] : problem.indptr[u + 1]].tolist() for u in range(64)]
    minutes = problem.travel.rows(bases)[0]
    label = grow(neighbours, bases, minutes, np.full(64, -1), {})
    cost = 2.0 * problem.trips[:, None] * minutes.T.astype(float) / 60.0
    return Tally(label, problem.load, cost, problem.band, 100.0), neighbours, bases, problem.weighted


@given(seed=st.integers(0, 5000), units=st.sets(st.integers(0, 63), min_size=1, max_size=6), to=st.integers(0, 3))
@settings(max_examples=150, deadline=None)
def test_the_delta_of_a_move_is_full_recomputation(seed: int, units: set[int], to: int) -> None:
    tally, _, _, _ = world(seed)
    moving = sorted(u for u in units if tally.label[u] != to)
    if not moving:
        return
    before, delta = tally.value(), tally.delta(moving, to)
    tally.move(moving, to)
    assert np.isclose(tally.value() - before, delta, atol=1e-7)
    assert np.allclose(tally.held, np.bincount(tally.label, weights=tally.load, minlength=4))


@given(seed=st.integers(0, 5000))
@settings(max_examples=40, deadline=None)
def test_polish_improves_and_keeps_every_territory_in_one_piece(seed: int) -> None:
    tally, neighbours, bases, weighted = world(seed)
    problem = grid_problem(8, 8, 4, seed)
    before = tally.value()
    polish(tally, neighbours, bases, weighted)
    assert tally.value() <= before + 1e-9
    assert pieces(tally.label.astype(np.int32), 4, problem.indptr, problem.indices).tolist() == [1, 1, 1, 1]
    assert tally.label[bases].tolist() == [0, 1, 2, 3]


@given(seed=st.integers(0, 5000), u=st.integers(0, 63))
@settings(max_examples=100, deadline=None)
def test_what_is_cut_off_is_what_no_longer_reaches_the_base(seed: int, u: int) -> None:
    tally, neighbours, bases, _ = world(seed)
    came = int(tally.label[u])
    if u == bases[came]:
        return
    stack, seen = [int(bases[came])], {int(bases[came])}
    while stack:
        for v in neighbours[stack.pop()]:
            if v != u and v not in seen and tally.label[v] == came:
                seen.add(v)
                stack.append(v)
    lost = set(np.flatnonzero(tally.label == came).tolist()) - seen - {u}
    assert set(cut_off([u], tally.label, neighbours, int(bases[came]))) == lost
