"""k-means-constrained: it bounds the number of units in a cluster and takes no weights, so the bounds are shares of the units."""

import math

import numpy as np
from k_means_constrained import KMeansConstrained

from benchmarks.peers.instances import Instance


def solve(instance: Instance, seconds: float, seed: int) -> list[int]:  # noqa: ARG001
    n, mean = len(instance.load), instance.load.mean()
    fair = n / instance.groups
    fewest = min(math.floor(fair), math.ceil(instance.lower / mean))
    most = min(n, max(math.ceil(fair), math.floor(instance.capacity.max() / mean)))
    model = KMeansConstrained(instance.groups, size_min=fewest, size_max=most, random_state=seed)
    labels: list[int] = model.fit_predict(plane(instance)).tolist()
    return labels


def plane(instance: Instance) -> np.ndarray:
    """Points in one unit of length: degrees east shrink towards the pole."""
    if instance.kind == "cpmp":
        return instance.points
    return instance.points * [math.cos(math.radians(instance.points[:, 1].mean())), 1.0]
