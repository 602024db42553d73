"""The whole country: `python -m benchmarks.national --k K --seconds S [--seed N] [--people]`.

33,144 ZIP areas and road minutes; the demo's work where there is an account, and as much again spread by population over the others.
"""

import argparse
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bailiwick import demo
from bailiwick.design.borders.fixed import Based, with_bases
from bailiwick.design.bounds.anywhere import bound_anywhere
from bailiwick.design.explaining.infeasible import reasons
from bailiwick.design.problem import Problem
from bailiwick.design.solve import Solution, solve
from bailiwick.geography.sphere import EARTH_RADIUS_MILES, unit_vectors
from benchmarks import answer


def problem_of(k: int, people: bool = False) -> Problem:
    """The demo's market over all ZIPs, for ``k`` territories in 0.85 to 1.15. people: weights by population alone."""
    with tempfile.TemporaryDirectory() as folder:
        project = demo.make(Path(folder) / "demo", say=lambda _: None, now=datetime.now(UTC).isoformat())
        made = project.market()
    units = made.units
    spread = np.where((made.measures.accounts > 0) & (not people), 0.0, units.population)
    spread = spread / spread.sum()
    index, trips = made.measures.index_share * (not people), made.measures.trips * (not people)
    load = index + spread
    heaviest = 1.1 / k  # an account too heavy for a territory at this k is shared; here it is cut to size
    load = np.minimum(load / load.sum(), heaviest)
    return Problem(
        tuple(units.zips.tolist()),
        load / load.sum() * k,
        trips + spread * made.measures.trips.sum(),
        made.adjacency.indptr,
        made.adjacency.indices,
        k,
        (0.85, 1.15),
        made.roads,
        points=EARTH_RADIUS_MILES * unit_vectors(units.lat, units.lon),
    )


def designed(k: int, seconds: float, seed: int) -> tuple[Based, Solution]:
    """A national plan to change, with the roads and prices of its bases."""
    problem = problem_of(k)
    found = solve(problem, seconds=seconds, seed=seed)
    return with_bases(problem, np.array(found.bases), np.array(found.duals)), found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--k", type=int, required=True)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", action="store_true", help="weights by population alone")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    made = problem_of(asked.k, asked.people)
    started = time.monotonic()
    found = solve(made, seconds=asked.seconds, seed=asked.seed)
    if asked.out:
        answer.write(asked.out, "territory", found.territory_of.tolist())
    took = time.monotonic() - started
    anywhere = bound_anywhere(made, found.territory_of, np.array(found.bases), np.array(found.duals))
    proved = {"free_bound": None, "free_gap": None, "free_seconds": round(time.monotonic() - started - took, 2)}
    if anywhere is not None:
        proved |= {"free_bound": anywhere.bound, "free_gap": (found.objective - anywhere.bound) / anywhere.bound}
    held = np.bincount(found.territory_of, weights=made.load, minlength=asked.k)
    outside = int(((held < 0.85 - 1e-9) | (held > 1.15 + 1e-9)).sum())
    why = list(reasons(made, found)) if outside else []
    answer.say(found, took, benchmark="national", k=asked.k, seed=asked.seed, out_of_band=outside, why=why, **proved)


if __name__ == "__main__":
    main()
