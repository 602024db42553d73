"""Bailiwick's own engine, through the same problems as `benchmarks.cpmp` and `benchmarks.districting`."""

from bailiwick.design.solve import solve as search
from benchmarks import cpmp, districting
from benchmarks.peers.instances import Instance


def solve(instance: Instance, seconds: float, seed: int) -> list[int]:
    if instance.kind == "cpmp":
        problem = cpmp.problem_of(*instance.files, instance.groups)
    else:
        problem = districting.problem_of(*instance.files, instance.groups, instance.lower, float(instance.capacity[0]))
    found: list[int] = search(problem, seconds=seconds, seed=seed).territory_of.tolist()
    return found
