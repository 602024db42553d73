"""A small generated set, for a run without the published files: 60 points, and a 7 × 7 grid of counties."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

SIDE = 7


def write(folder: Path) -> None:
    """The layout that `instances.read` wants; no best value is known, so that the run's own best stands for it."""
    rng = np.random.default_rng(7)
    xy, demand = rng.integers(0, 1000, (60, 2)), rng.integers(1, 30, 60)
    capacity = int(demand.sum() / 5 * 1.15)
    _csv(folder / "cpmp" / "tiny_points.csv", "x,y,capacity,demand", ((x, y, capacity, d) for (x, y), d in zip(xy, demand, strict=True)))
    _csv(folder / "cpmp" / "best_known.csv", "instance,n,p,best_known", [("tiny_points", 60, 5, "")])
    people = rng.integers(800, 1200, SIDE * SIDE)
    grid = [(i, people[i], round(-97 + (i % SIDE) / 4, 4), round(35 + (i // SIDE) / 5, 4)) for i in range(SIDE * SIDE)]
    _csv(folder / "districting" / "tiny_grid_nodes.csv", "index,population,lon,lat", grid)
    across = [(i, i + 1) for i in range(SIDE * SIDE) if i % SIDE < SIDE - 1]
    down = [(i, i + SIDE) for i in range(SIDE * (SIDE - 1))]
    _csv(folder / "districting" / "tiny_grid_edges.csv", "a,b", across + down)
    fair = people.sum() / 4
    row = ("tiny_grid", SIDE * SIDE, 4, int(fair * 0.95), int(fair * 1.05), "")
    _csv(folder / "districting" / "best_known.csv", "instance,n,k,lower,upper,best_known", [row])


def _csv(path: Path, header: str, rows: Iterable[Sequence[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(header.split(","))
        writer.writerows(rows)
