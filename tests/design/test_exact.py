"""Small problems against exact answers: HiGHS with contiguity as a flow from each base."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_matrix

from bailiwick.design import Problem, solve
from tests.design.conftest import grid_problem


def exact(problem: Problem, bases: tuple[int, ...]) -> float:
    """Least hours of a contiguous plan in band from these bases; infinite when there is none."""
    n, k = problem.size, len(bases)
    cost = 2.0 * problem.trips[:, None] * problem.travel.rows(np.array(bases))[0].T.astype(float) / 60.0
    arcs = [(u, int(v)) for u in range(n) for v in problem.indices[problem.indptr[u] : problem.indptr[u + 1]]]
    x, flow = (lambda u, t: u * k + t), (lambda a, t: n * k + a * k + t)
    size = n * k + len(arcs) * k
    rows: list[tuple[dict[int, float], float, float]] = []
    for u in range(n):
        rows.append(({x(u, t): 1.0 for t in range(k)}, 1.0, 1.0))
    for t in range(k):
        rows.append(({x(u, t): float(problem.load[u]) for u in range(n)}, *problem.band))
        for a, (_, v) in enumerate(arcs):  # flow of a territory enters only its own units
            rows.append(({flow(a, t): 1.0, x(v, t): -float(n)}, -np.inf, 0.0))
        for u in range(n):
            if u == bases[t]:
                continue
            balance = {flow(a, t): 1.0 for a, (_, v) in enumerate(arcs) if v == u}
            balance |= {flow(a, t): -1.0 for a, (w, _) in enumerate(arcs) if w == u}
            rows.append((balance | {x(u, t): -1.0}, 0.0, 0.0))
    matrix = lil_matrix((len(rows), size))
    for i, (row, _, _) in enumerate(rows):
        for j, value in row.items():
            matrix[i, j] = value
    low, high = np.zeros(size), np.concatenate([np.ones(n * k), np.full(len(arcs) * k, float(n))])
    for t, b in enumerate(bases):
        low[x(b, t)] = 1.0
    objective = np.concatenate([cost.ravel(), np.zeros(len(arcs) * k)])
    integral = np.concatenate([np.ones(n * k), np.zeros(len(arcs) * k)])
    limits = LinearConstraint(matrix.tocsr(), [r[1] for r in rows], [r[2] for r in rows])
    found = milp(objective, constraints=limits, integrality=integral, bounds=Bounds(low, high), options={"mip_rel_gap": 0.0})
    return float(found.fun) if found.status == 0 else np.inf


@pytest.mark.parametrize("seed", range(12))
def test_bound_below_optimum_below_plan(seed: int) -> None:
    rng = np.random.default_rng(seed)
    width, height, territories = int(rng.integers(3, 5)), int(rng.integers(3, 5)), int(rng.integers(2, 4))
    problem = grid_problem(width, height, territories, seed, band=(0.7, 1.3), busy=0.9)
    if problem.load.max() > 1.3:
        pytest.skip("one unit is heavier than the band")
    bases = tuple(int(b) for b in rng.choice(problem.weighted, territories, replace=False))
    fixed = replace(problem, fixed_bases=bases)
    best = exact(fixed, bases)
    found = solve(fixed, seconds=60, seed=1, effort=300_000, iterations=3)
    if not np.isfinite(best):
        assert not found.in_band
        return
    assert found.bound <= best + 1e-6
    assert found.in_band
    assert found.objective == pytest.approx(best, rel=1e-6)  # a search this long leaves nothing on so small a map
