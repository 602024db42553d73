"""One checker for every answer: what a peer says of its own answer is not asked.

An answer is a label a unit. The centre of a group is found here, the same for all: the cheapest of its units that can hold
the group, or, where none can, the cheapest at all, and the answer is not feasible. Shares no code with the engine.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from benchmarks.peers.instances import Instance, Ints

SLACK = 1e-9  # loads are whole numbers


@dataclass(frozen=True)
class Verdict:
    """objective: as the instance measures it. contiguous: None where nothing has to be connected."""

    objective: float
    groups: int
    out_of_band: int
    contiguous: bool | None
    feasible: bool


def judge(instance: Instance, labels: Sequence[object]) -> Verdict:
    """Raises ValueError where there is not one label for every unit."""
    n = len(instance.load)
    if len(labels) != n:
        raise ValueError(f"{len(labels)} labels given for {n} units; one each is wanted")
    if any(label is None for label in labels):
        raise ValueError(f"{sum(label is None for label in labels)} of {n} units are left without a group")
    group_of = np.unique(np.asarray(labels), return_inverse=True)[1]
    groups = int(group_of.max()) + 1
    cost, outside = 0.0, 0
    for group in range(groups):
        spent, fits = _centred(instance, np.flatnonzero(group_of == group))
        cost, outside = cost + spent, outside + (not fits)
    contiguous = _parts(instance, group_of) == groups if instance.kind == "districting" else None
    right_number = groups == instance.groups if instance.kind == "districting" else groups <= instance.groups
    return Verdict(cost, groups, outside, contiguous, right_number and outside == 0 and contiguous is not False)


def _centred(instance: Instance, members: Ints) -> tuple[float, bool]:
    held = instance.load[members].sum()
    spent = np.array([instance.cost(members, members[c : c + 1]).sum() for c in range(len(members))])  # a column a time: memory
    roomy = instance.capacity[members] >= held - SLACK
    if not roomy.any():
        return float(spent.min()), False
    return float(spent[roomy].min()), bool(held >= instance.lower - SLACK)


def _parts(instance: Instance, group_of: Ints) -> int:
    n, edges = len(group_of), instance.edges
    within = edges[group_of[edges[:, 0]] == group_of[edges[:, 1]]]
    return int(connected_components(coo_matrix((np.ones(len(within)), within.T), shape=(n, n)), directed=False)[0])
