"""Capacitated p-median: `python -m benchmarks.cpmp NODES.csv --p P --seconds S --seed N --out ANSWER.csv`."""

import argparse
import time
from pathlib import Path

import numpy as np

from bailiwick.design.problem import Problem
from bailiwick.design.solve import solve
from benchmarks import answer
from benchmarks.plane import straight


def problem_of(path: Path, p: int) -> Problem:
    """Every point demands once and may be a median; nothing has to be connected."""
    table = np.genfromtxt(path, delimiter=",", names=True)
    points = np.column_stack([table["x"], table["y"]])
    n = len(points)
    return Problem(
        tuple(str(i) for i in range(n)),
        table["demand"].astype(np.float64),
        np.full(n, answer.PER_TRIP),
        np.zeros(n + 1, dtype=np.int32),
        np.empty(0, dtype=np.int32),
        p,
        (0.0, float(table["capacity"].max())),
        straight(points),
        points=points,
        base_capacity=table["capacity"].astype(np.float64),
        contiguous=False,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("nodes", type=Path)
    parser.add_argument("--p", type=int, required=True)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    started = time.monotonic()
    found = solve(problem_of(asked.nodes, asked.p), seconds=answer.left(asked.seconds), seed=asked.seed)
    if asked.out:
        answer.write(asked.out, "median", (found.bases[t] for t in found.territory_of.tolist()))
    answer.say(found, time.monotonic() - started, benchmark="cpmp", nodes=asked.nodes.name, p=asked.p, seed=asked.seed)


if __name__ == "__main__":
    main()
