"""Edits of a national plan: `python -m benchmarks.edit --k K --edits N --seconds S --seed N`.

Each edit of the designed plan puts a unit at a border, or a few that lie together, into the territory across; the engine then answers around it
with everything else as it is. The time is that of the answer, on a plan whose roads and prices are ready, as they are in the workbench.
"""

import argparse
import json
import sys
import time

import numpy as np
import numpy.typing as npt

from bailiwick.design.borders.fixed import Based, joined
from bailiwick.design.mending.mend import out_of_band, reoptimise
from benchmarks.national import designed

I32 = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]
CLUSTER = 6  # most units of one edit


def edit(based: Based, label: I32, rng: np.random.Generator) -> tuple[Ints, int]:
    """Units at a border, none of them a base, and the territory across that they go to."""
    indptr, indices = based.problem.neighbours
    bases = set(based.base.tolist())
    while True:
        unit = int(rng.integers(len(label)))
        across = [int(t) for t in label[indices[indptr[unit] : indptr[unit + 1]]] if t != label[unit]]
        if not across or unit in bases or based.problem.trips[unit] <= 0:
            continue
        beside = [u for u in indices[indptr[unit] : indptr[unit + 1]].tolist() if label[u] == label[unit] and u not in bases]
        taken = np.array([unit, *beside[: int(rng.integers(CLUSTER))]], dtype=np.int64)
        trial = label.copy()
        trial[taken] = across[0]
        if np.all(joined(based, trial)[taken] == across[0]):
            return taken, across[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--k", type=int, default=200)
    parser.add_argument("--edits", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    based, found = designed(asked.k, asked.seconds, asked.seed)
    rng = np.random.default_rng(asked.seed)
    label, took, held, moved = found.territory_of, [], [], []
    reoptimise(based, label, edit(based, label, rng)[0])  # compiled code is loaded once
    for _ in range(asked.edits):
        units, to = edit(based, label, rng)
        started = time.perf_counter()
        after = label.copy()
        after[units] = to
        done = reoptimise(based, joined(based, after), units)
        took.append(time.perf_counter() - started)
        held.append(not out_of_band(based, done.territory_of).any())
        moved.append(len(done.moved))
    seconds = {"median": np.median(took), "p95": np.quantile(took, 0.95), "most": max(took)}
    document = {
        "benchmark": "edit", "k": asked.k, "edits": asked.edits, "seed": asked.seed, "design_in_band": found.in_band,
        "seconds": {name: round(float(s), 3) for name, s in seconds.items()}, "in_band_share": float(np.mean(held)),
        "moved_median": float(np.median(moved)),
    }  # fmt: skip
    sys.stdout.write(json.dumps(document) + "\n")


if __name__ == "__main__":
    main()
