"""OR-Tools CP-SAT: the assignment model, with contiguity as a tree of parents inside each district, rooted at its centre."""

import os

import numpy as np
from ortools.sat.python import cp_model

from benchmarks.peers.instances import Instance
from benchmarks.peers.methods import Declined

LARGEST = 2_000_000  # assignment variables
COST_STEPS = 10**9  # integer costs: the dearest pair


def solve(instance: Instance, seconds: float, seed: int) -> list[int]:
    n = len(instance.load)
    if n * n > LARGEST:
        raise Declined(f"not tried: {n * n:,} assignment variables")
    model = cp_model.CpModel()
    x = [[model.new_bool_var("") for _ in range(n)] for _ in range(n)]
    _assign(model, instance, x)
    if len(instance.edges):
        _connect(model, instance, x)
    costs = instance.all_costs()
    scaled = np.round(costs / costs.max() * COST_STEPS).astype(np.int64).ravel().tolist()
    model.minimize(cp_model.LinearExpr.weighted_sum([v for row in x for v in row], scaled))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.random_seed = seed
    solver.parameters.num_workers = os.cpu_count() or 1
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise Declined(f"no plan found in {seconds:g} s ({solver.status_name(status)})")
    return [next(j for j in range(n) if solver.boolean_value(x[i][j])) for i in range(n)]


def _assign(model: cp_model.CpModel, instance: Instance, x: list[list[cp_model.IntVar]]) -> None:
    n = len(x)
    load = [int(v) for v in instance.load]
    for i in range(n):
        model.add_exactly_one(x[i])
        for j in range(n):
            if i != j:
                model.add_implication(x[i][j], x[j][j])
    model.add(sum(x[j][j] for j in range(n)) == instance.groups)
    for j in range(n):
        held = cp_model.LinearExpr.weighted_sum([x[i][j] for i in range(n)], load)
        model.add(held <= int(instance.capacity[j]) * x[j][j])
        if instance.lower:
            model.add(held >= int(np.ceil(instance.lower)) * x[j][j])


def _connect(model: cp_model.CpModel, instance: Instance, x: list[list[cp_model.IntVar]]) -> None:
    """A unit is a centre or has one neighbour as parent, in the same district and one step nearer to the centre."""
    n = len(x)
    centre_of = [cp_model.LinearExpr.weighted_sum(x[i], list(range(n))) for i in range(n)]
    depth = [model.new_int_var(0, n - 1, "") for _ in range(n)]
    parents: list[list[cp_model.IntVar]] = [[x[i][i]] for i in range(n)]
    for a, b in np.concatenate([instance.edges, instance.edges[:, ::-1]]).tolist():
        parent = model.new_bool_var("")
        parents[a].append(parent)
        model.add(centre_of[a] == centre_of[b]).only_enforce_if(parent)
        model.add(depth[a] == depth[b] + 1).only_enforce_if(parent)
    for choices in parents:
        model.add_exactly_one(choices)
