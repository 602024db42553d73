"""A change tried: nothing but the territories that take part changes, what is frozen stays, and a plan is never the worse for it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.kernels.trial import trial
from bailiwick.review.scorecard import pieces
from tests.kernels.test_fetch import COUNT, country_of


@given(st.integers(0, 10_000), st.booleans(), st.integers(2, 6))
@settings(max_examples=25, deadline=None)
def test_only_those_that_take_part_change_and_only_for_the_better(seed: int, locked: bool, width: int) -> None:
    settling, country, label = country_of(seed, locked)
    rng, before, was = np.random.default_rng(seed), tuple(settling.best), label.copy()
    among = np.sort(rng.choice(COUNT, width, replace=False)).astype(np.int32)
    unit = rng.permutation(np.flatnonzero(np.isin(label, among)))[:8].astype(np.int32)
    to = rng.choice(among, len(unit)).astype(np.int32)
    slot, at = np.full(COUNT, -1, dtype=np.int32), np.full(len(label), -1, dtype=np.int32)
    took, saved = trial(country, label, among, unit, to, 1, 2, 4, slot, at, np.array([seed + 3], dtype=np.uint64))
    settling.assess_best()
    assert took > 0
    assert (slot == -1).all()
    assert (at == -1).all()
    assert tuple(settling.best) <= (before[0] + 1e-12, before[1] + 1e-9)
    assert saved == pytest.approx(np.subtract(before, settling.best), abs=1e-6)
    changed = np.flatnonzero(label != was)
    assert bool(saved.any()) == bool(len(changed))
    assert set(label[changed].tolist()) | set(was[changed].tolist()) <= set(among.tolist())
    assert pieces(label, COUNT, *settling.problem.neighbours).tolist() == [1] * COUNT
    assert label[settling.based.base].tolist() == list(range(COUNT))
    assert all(label[u] == t for u, t in settling.problem.locks)
