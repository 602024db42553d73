"""HiGHS on the assignment model of Hess, with contiguity by flow (Shirabe 2009; Validi, Buchanan & Lykhovyd 2022) where it fits.

Variables: x[i, j], unit i around centre j (x[j, j]: j is a centre); f[a, j], flow of commodity j along arc a. Every unit around j
takes one unit of flow from j, through units around j only. Above ``FLOWS`` flows contiguity is left out and the checker says what came of it.
"""

import highspy
import numpy as np
from scipy.sparse import block_array, coo_array, csc_array, eye_array, kron, vstack

from benchmarks.peers.instances import Instance, Ints
from benchmarks.peers.methods import Declined

LARGEST = 2_000_000  # assignment variables
FLOWS = 200_000


def solve(instance: Instance, seconds: float, seed: int) -> list[int]:
    n = len(instance.load)
    if n * n > LARGEST:
        raise Declined(f"not tried: {n * n:,} assignment variables")
    matrix, low, high = assignment_rows(instance)
    flows = 0
    if len(instance.edges) and 2 * len(instance.edges) * n <= FLOWS:
        flows = 2 * len(instance.edges) * n
        matrix, low, high = _with_flow(instance, matrix, low, high)
    cost = np.concatenate([instance.all_costs().ravel(), np.zeros(flows)])
    found = _run(cost, n * n, csc_array(matrix), low, high, seconds, seed)
    labels: list[int] = found[: n * n].reshape(n, n).argmax(axis=1).tolist()
    return labels


def assignment_rows(instance: Instance) -> tuple[coo_array, np.ndarray, np.ndarray]:
    """Rows over x ``[n · n]``: one centre a unit, as many centres as asked, only around centres, load between lower and capacity."""
    n, one = len(instance.load), np.ones(len(instance.load))
    every = np.arange(n)
    centre = coo_array((one, (every, every * n + every)), shape=(n, n * n))  # picks x[j, j]
    held = kron(instance.load[None, :], eye_array(n))  # load around j
    only = eye_array(n * n) - kron(one[:, None], centre)  # x[i, j] - x[j, j]
    rows = vstack([
        kron(eye_array(n), one[None, :]),
        coo_array((one, (np.zeros(n, int), every * n + every)), shape=(1, n * n)),
        only,
        held - coo_array((instance.capacity, (every, every * n + every)), shape=(n, n * n)),
        held - instance.lower * centre,
    ])
    inf = np.inf
    low = np.concatenate([one, [instance.groups], np.full(n * n, -inf), np.full(n, -inf), np.zeros(n)])
    high = np.concatenate([one, [instance.groups], np.zeros(n * n), np.zeros(n), np.full(n, inf)])
    return rows, low, high


def arcs_of(instance: Instance) -> Ints:
    return np.concatenate([instance.edges, instance.edges[:, ::-1]])


def _with_flow(instance: Instance, rows: coo_array, low: np.ndarray, high: np.ndarray) -> tuple[coo_array, np.ndarray, np.ndarray]:
    """Inflow - outflow of commodity j at i is x[i, j] for i ≠ j; inflow at i at most (n - 1) · x[i, j], and none at j."""
    n, arcs = len(instance.load), arcs_of(instance)
    number, one = np.arange(len(arcs)), np.ones(len(arcs))
    into = coo_array((one, (arcs[:, 1], number)), shape=(n, len(arcs)))
    out = coo_array((one, (arcs[:, 0], number)), shape=(n, len(arcs)))
    each = eye_array(n)
    others = np.array([i * n + j for i in range(n) for j in range(n) if i != j])
    x = eye_array(n * n).tocsr()
    balance, inflow = kron(into - out, each).tocsr()[others], kron(into, each).tocsr()
    roots = np.arange(n) * (n + 1)
    most = x * (n - 1.0)
    matrix = block_array([[rows, None], [-x[others], balance], [-most[others], inflow[others]], [None, inflow[roots]]])
    more, m = len(others), n
    low = np.concatenate([low, np.zeros(more), np.full(more, -np.inf), np.zeros(m)])
    high = np.concatenate([high, np.zeros(more), np.zeros(more), np.zeros(m)])
    return matrix, low, high


def _run(cost: np.ndarray, whole: int, matrix: csc_array, low: np.ndarray, high: np.ndarray, seconds: float, seed: int) -> np.ndarray:
    """``whole`` variables are 0 or 1; the rest are flows from 0 up."""
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = matrix.shape
    model.col_cost_, model.col_lower_ = cost, np.zeros(len(cost))
    model.col_upper_ = np.concatenate([np.ones(whole), np.full(len(cost) - whole, highspy.kHighsInf)])
    model.row_lower_, model.row_upper_ = low, high
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    kinds = [highspy.HighsVarType.kInteger] * whole + [highspy.HighsVarType.kContinuous] * (len(cost) - whole)
    model.integrality_ = kinds
    solver = highspy.Highs()
    for option, value in (("output_flag", False), ("time_limit", float(seconds)), ("random_seed", seed), ("mip_rel_gap", 1e-5)):
        solver.setOptionValue(option, value)
    solver.passModel(model)
    solver.run()
    if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        raise Declined(f"no plan found in {seconds:g} s ({solver.modelStatusToString(solver.getModelStatus())})")
    return np.array(solver.getSolution().col_value)
