"""The smoothed dual beside plain numpy: value, loads as its gradient, curvature as theirs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.kernels.prices import smoothed


def world(seed: int):
    rng = np.random.default_rng(seed)
    n, k, width = 12, 4, 3
    near = np.array([rng.permutation(k)[:width] for _ in range(n)], dtype=np.int32)
    cost, driven = (rng.uniform(0, 5, (n, width)).astype(np.float32) for _ in range(2))
    weight = np.where(rng.random(n) < 0.2, 0.0, rng.uniform(0.1, 1, n))
    return near, cost, driven, weight, rng.uniform(-1, 1, k)


def call(near, cost, driven, weight, price, drive, heat):
    k = len(price)
    load, curve = np.empty(k), np.empty((k, k))
    return smoothed(near, cost, driven, weight, price, drive, heat, load, curve), load, curve


@given(seed=st.integers(0, 10_000), drive=st.sampled_from([0.0, 0.05]), heat=st.sampled_from([0.05, 0.5]))
@settings(max_examples=30, deadline=None)
def test_value_load_and_curvature_are_those_of_the_soft_minimum(seed: int, drive: float, heat: float) -> None:
    near, cost, driven, weight, price = world(seed)
    value, load, curve = call(near, cost, driven, weight, price, drive, heat)
    plain = 0.0
    for i in np.flatnonzero(weight > 0):
        each = cost[i] + (drive * driven[i] + weight[i]) * price[near[i]]
        plain -= heat * np.log(np.exp(-each.astype(float) / heat).sum())
    assert value == pytest.approx(plain, rel=1e-6, abs=1e-6)
    step = 1e-5
    for j in range(len(price)):
        more, less = price.copy(), price.copy()
        more[j] += step
        less[j] -= step
        up, down = call(near, cost, driven, weight, more, drive, heat), call(near, cost, driven, weight, less, drive, heat)
        assert load[j] == pytest.approx((up[0] - down[0]) / (2 * step), rel=1e-3, abs=1e-4)
        assert -curve[:, j] == pytest.approx((up[1] - down[1]) / (2 * step), rel=1e-2, abs=1e-2)
