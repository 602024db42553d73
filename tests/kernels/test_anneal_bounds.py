"""The annealing of bases and borders never reads or writes beyond its arrays: run as plain Python, where numpy would say so."""

import numpy as np
import pytest

from bailiwick.kernels import anneal_free as kernel


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch):
    """``anneal`` and the move it makes, uncompiled."""
    monkeypatch.setattr(kernel, "move", kernel.move.py_func)
    return kernel.anneal.py_func


def annealed(anneal, travel: np.ndarray, label: np.ndarray, indptr: list[int], indices: list[int], steps: int) -> float:
    """Cost of the best labels; units of one trip each, that weigh nothing."""
    n, regions = len(travel), int(label.max()) + 1
    return anneal(
        travel.astype(np.float32), np.ones(n), np.zeros(n), np.zeros(n), np.full(n, 1.0), 0.0, np.ones(n, np.bool_),
        np.full(regions, -1, np.int32), np.zeros(n, np.bool_), np.array(indptr, np.int32), np.array(indices, np.int32), False,
        np.zeros(n + 1, np.int32), np.empty(0, np.int32), np.empty(0), label.astype(np.int32), regions, 0.5, 0.1, steps, 1.0,
        np.array([7], np.uint64), label.astype(np.int32), np.inf,
    )[0]  # fmt: skip


def test_a_unit_that_is_near_others_and_has_none_near_it(plain) -> None:
    """As in a neighbourhood cut out of lists of nearest units, which do not go both ways."""
    travel = np.abs(np.subtract.outer(np.arange(6.0), np.arange(6.0)))
    found = annealed(plain, travel, np.arange(6) % 2, [0, 1, 2, 3, 4, 5, 5], [5] * 5, 2_000)
    assert found < np.inf


def test_a_full_region_takes_none_even_in_exchange(plain) -> None:
    """Everybody would be served from one hub, whose region holds no more than its room."""
    n, regions = 160, 40
    travel = np.ones((n, n))
    travel[0] = travel[:, 0] = 0.0
    np.fill_diagonal(travel, 0.0)
    label = np.where(np.arange(n) < 33, 0, np.arange(n) % (regions - 1) + 1)
    found = annealed(plain, travel, label, list(range(n + 1)), [1] + [0] * (n - 1), 8_000)
    assert found < (label > 0).sum() - (regions - 1)  # of the labels it began with
