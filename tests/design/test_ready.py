"""After ``prepare`` a design and its roads compile nothing more: the wait for kernels is not taken from the time of its search."""

import subprocess
import sys

SCRIPT = """
import importlib, pkgutil
import numpy as np
from numba.core.dispatcher import Dispatcher
import bailiwick.kernels
from bailiwick.design import prepare, solve
from bailiwick.design.bases.coarse import coarsen
from bailiwick.design.bases.start import spread
from bailiwick.design.bounds.suggesting import suggested
from bailiwick.geography.roads import load_roads
from tests.design.conftest import grid_problem

def signatures():
    found = set()
    for module in pkgutil.iter_modules(bailiwick.kernels.__path__):
        for name, each in vars(importlib.import_module(f"bailiwick.kernels.{module.name}")).items():
            if isinstance(each, Dispatcher):
                found |= {(each.__module__, each.__name__, str(signature)) for signature in each.signatures}
    return found

prepare()
before = signatures()
found = solve(grid_problem(80, 70, 14, seed=3, busy=0.7), seconds=8, seed=1)
assert found.within_limits
many = grid_problem(30, 20, 40, seed=3, busy=0.9)
coarse = coarsen(many, 300)
assert suggested(many, coarse, lambda: False, spread(coarse.dense, coarse.slot, coarse.order, np.random.default_rng(1))) is not None
roads, some = load_roads(), np.arange(9)
roads.rows(some), roads.legs(some, some), roads.within(some, 30.0), roads.among(some, 3)
roads.around(some, np.full(9, 30, np.float32), some)
assert {"fetch", "redraw", "improve", "settle"} <= {name for _, name, _ in before}, before
print(sorted(signatures() - before))
"""


def test_a_design_after_it_compiles_nothing_more() -> None:
    ran = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == "[]"
