"""What every engine benchmark prints and writes."""

import csv
import json
import resource
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from bailiwick.design.solve import Solution

PER_TRIP = 30.0  # the engine counts 2 · trips · minutes / 60: with this many trips an hour is a unit of cost


def left(seconds: float) -> float:
    """What remains of so many seconds of the whole process: loading it kept one core busy."""
    return max(0.5 * seconds, seconds - time.process_time())


def write(path: Path, column: str, labels: Iterable[int]) -> None:
    """``unit,<column>`` by unit, from 0."""
    with path.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["unit", column])
        rows.writerows(enumerate(labels))


def say(solution: Solution, seconds: float, **more: object) -> None:
    """One JSON document on standard output."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    shown = {
        **more,
        "objective": solution.objective,
        "bound": solution.proven,
        "transport_bound": solution.bound,
        "bound_kind": solution.bound_kind,
        "gap": solution.gap,
        "in_band": solution.in_band,
        "iterations": solution.iterations,
        "effort": solution.effort,
        "turns": list(solution.turns),
        "seconds": round(seconds, 2),
        "peak_mb": round(peak / 1e6),
    }
    print(json.dumps(shown))
