"""spopt: its capacitated p-median with the solver its documentation uses, region k-means (contiguous, not balanced), and max-p
(contiguous, at least a threshold in each, as many regions as it can: their number is not asked for)."""

import geopandas
import numpy as np
import pulp
from libpysal.weights import W
from spopt.locate import PMedian
from spopt.region import MaxPHeuristic, RegionKMeansHeuristic

from benchmarks.peers.instances import Instance
from benchmarks.peers.methods import Declined
from benchmarks.peers.methods.kmeans import plane

LARGEST = 1_000_000  # assignment variables, each a Python object: beyond it the model alone takes gigabytes


def p_median(instance: Instance, seconds: float, seed: int) -> list[int]:
    n = len(instance.load)
    if n * n > LARGEST:
        raise Declined(f"not tried: {n * n:,} assignment variables, one Python object each")
    apart = instance.all_costs() / instance.load[:, None]  # spopt weighs distance by demand; the instance doesn't
    model = PMedian.from_cost_matrix(apart, instance.load, instance.groups, facility_capacities=instance.capacity)
    model.problem.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=seconds, options=[f"randomCbcSeed {seed}"]))
    chosen = np.array([[z.value() or 0.0 for z in row] for row in model.cli_assgn_vars])
    if chosen.size == 0 or chosen.max(axis=1).min() < 0.5:
        raise Declined(f"CBC ended without a plan ({pulp.LpStatus[model.problem.status]})")
    labels: list[int] = chosen.argmax(axis=1).tolist()
    return labels


def neighbours(instance: Instance) -> W:
    near: dict[int, list[int]] = {i: [] for i in range(len(instance.load))}
    for a, b in instance.edges.tolist():
        near[a].append(b)
        near[b].append(a)
    return W({i: sorted(set(found)) for i, found in near.items()}, silence_warnings=True)


def region_k_means(instance: Instance, seconds: float, seed: int) -> list[int]:  # noqa: ARG001
    model = RegionKMeansHeuristic(plane(instance), instance.groups, neighbours(instance), seed=seed)
    model.solve()
    return [int(label) for label in model.labels_]


def max_p(instance: Instance, seconds: float, seed: int) -> list[int]:  # noqa: ARG001
    np.random.seed(seed)  # noqa: NPY002 - spopt draws from numpy's global generator
    at = plane(instance)
    frame = geopandas.GeoDataFrame({"x": at[:, 0], "y": at[:, 1], "load": instance.load}, geometry=geopandas.points_from_xy(*at.T))
    model = MaxPHeuristic(frame, neighbours(instance), ["x", "y"], "load", instance.lower)
    model.solve()
    return [int(label) for label in model.labels_]
