"""What is open in part made whole: as much in all, nothing taken from what is whole, and each neighbourhood keeps what it has."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.kernels.pairing import paired


@given(seed=st.integers(0, 10_000), n=st.integers(2, 40))
def test_as_much_is_open_and_at_most_one_place_in_part(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    at = rng.uniform(0, 100, n)
    share = rng.uniform(0, 1, n) * (rng.random(n) < 0.7)
    share[rng.random(n) < 0.3] = 1.0
    before = share.copy()
    paired(share, np.abs(at[:, None] - at[None, :]))
    assert abs(share.sum() - before.sum()) < 1e-9
    assert np.all(share[before == 1.0] == 1.0)
    assert np.all(share[before == 0.0] == 0.0)
    assert np.count_nonzero((share > 1e-5) & (share < 1.0 - 1e-5)) <= 1


@given(seed=st.integers(0, 10_000), islands=st.integers(2, 5))
def test_every_island_keeps_as_many_as_it_should_have(seed: int, islands: int) -> None:
    rng = np.random.default_rng(seed)
    at = np.concatenate([1e6 * i + rng.uniform(0, 10, 8) for i in range(islands)])
    share = np.concatenate([rng.dirichlet(np.ones(8) * 5) * 2.5 for _ in range(islands)])
    share = np.minimum(share, 1.0)
    had = share.reshape(islands, 8).sum(axis=1)
    paired(share, np.abs(at[:, None] - at[None, :]))
    now = share.reshape(islands, 8).sum(axis=1)
    assert np.all(now >= np.floor(had) - 1e-5)
    assert np.all(now <= np.ceil(had) + 1e-5)
