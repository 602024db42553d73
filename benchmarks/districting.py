"""Contiguous districts: `python -m benchmarks.districting NODES.csv EDGES.csv --k K --lower L --upper U --seconds S --seed N --out ANSWER.csv`."""

import argparse
import time
from pathlib import Path

import numpy as np

from bailiwick.design.problem import Problem
from bailiwick.design.solve import solve
from benchmarks import answer
from benchmarks.plane import square_km

MILLION = 1e6


def problem_of(nodes: Path, edges: Path, k: int, lower: float, upper: float) -> Problem:
    """Population is the load; a person's trip costs the squared kilometres to the district's centre, in millions."""
    table = np.genfromtxt(nodes, delimiter=",", names=True)
    pairs = np.loadtxt(edges, delimiter=",", skiprows=1, dtype=np.int64, ndmin=2)
    n = len(table)
    both = np.unique(np.concatenate([pairs[:, :2], pairs[:, 1::-1]]), axis=0)
    both = both[both[:, 0] != both[:, 1]]
    north = np.radians(table["lat"])
    points = 3958.8 * np.column_stack([np.radians(table["lon"]) * np.cos(north.mean()), north])
    return Problem(
        tuple(str(i) for i in range(n)),
        table["population"].astype(np.float64),
        table["population"] * answer.PER_TRIP / MILLION,
        np.concatenate([[0], np.cumsum(np.bincount(both[:, 0], minlength=n))]).astype(np.int32),
        both[:, 1].astype(np.int32),
        k,
        (lower, upper),
        square_km(table["lon"], table["lat"]),
        points=points,
        candidates=np.arange(n),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("nodes", type=Path)
    parser.add_argument("edges", type=Path)
    parser.add_argument("--k", type=int, required=True)
    parser.add_argument("--lower", type=float, required=True)
    parser.add_argument("--upper", type=float, required=True)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    started = time.monotonic()
    made = problem_of(asked.nodes, asked.edges, asked.k, asked.lower, asked.upper)
    found = solve(made, seconds=answer.left(asked.seconds), seed=asked.seed)
    if asked.out:
        answer.write(asked.out, "district", found.territory_of.tolist())
    answer.say(found, time.monotonic() - started, benchmark="districting", nodes=asked.nodes.name, k=asked.k, seed=asked.seed)


if __name__ == "__main__":
    main()
