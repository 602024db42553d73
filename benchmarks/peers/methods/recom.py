"""GerryChain: ReCom from a random start, in short bursts that go on from the best plan so far, until the time is out.

Bursts: Cannon, Goldblatt-Stein, Herschlag, Phillips & Rule (2020), "Voting rights, Markov chains, and optimization by short bursts".
"""

import random
import time
from functools import partial

import networkx
import numpy as np
from gerrychain import Graph, MarkovChain, Partition
from gerrychain.constraints import contiguous
from gerrychain.proposals import recom
from gerrychain.updaters import Tally

from benchmarks.peers.instances import Instance
from benchmarks.peers.judge import judge
from benchmarks.peers.methods import Declined

BURST = 10


def solve(instance: Instance, seconds: float, seed: int) -> list[int]:
    end = time.monotonic() + seconds
    rng = random.Random(seed)
    drawn = networkx.Graph()
    drawn.add_nodes_from((i, {"load": float(load)}) for i, load in enumerate(instance.load))
    drawn.add_edges_from(instance.edges.tolist())
    target = instance.load.sum() / instance.groups
    epsilon = min(target - instance.lower, instance.capacity[0] - target) / target
    at = _start(instance, Graph.from_networkx(drawn), epsilon, rng, end)
    propose = partial(recom, pop_col="load", pop_target=target, epsilon=epsilon)
    best, best_cost = at, judge(instance, _labels(at)).objective
    while time.monotonic() < end:
        for plan in MarkovChain(propose, [contiguous], initial_partition=best, total_steps=BURST, rng=rng):
            cost = judge(instance, _labels(plan)).objective
            if cost < best_cost:
                best, best_cost = plan, cost
            if time.monotonic() > end:
                break
    return _labels(best)


def _start(instance: Instance, graph: Graph, epsilon: float, rng: random.Random, end: float) -> Partition:
    """A random plan in the band; drawing trees fails often where a band is narrow for its units, and is tried until the time is out."""
    failure = "no attempt was made"
    while time.monotonic() < end:
        try:
            return Partition.from_random_assignment(graph, instance.groups, epsilon, "load", {"load": Tally("load")}, rng=rng)
        except Exception as error:  # whatever it raises is its own; the last of it is told
            failure = f"{type(error).__name__}: {error}"
    raise Declined(f"no random start in the band: {failure}")


def _labels(plan: Partition) -> list[int]:
    found = plan.assignment.to_dict()
    return np.array([found[i] for i in range(len(found))]).tolist()  # type: ignore[no-any-return]
