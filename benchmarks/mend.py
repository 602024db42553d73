"""A national plan brought back into band: `python -m benchmarks.mend --k K --out-of-band N --seconds S --seed N`.

Territories are thrown out of band by taking units at their borders from their neighbours; `mend` brings all back with the fewest accounts moved.
"""

import argparse
import json
import sys
import time

import numpy as np
import numpy.typing as npt

from bailiwick.design.borders.fixed import Based, joined
from bailiwick.design.mending.mend import mend, out_of_band
from benchmarks.national import designed

I32 = npt.NDArray[np.int32]


def disturbed(based: Based, label: I32, count: int, rng: np.random.Generator) -> I32:
    """The plan with ``count`` territories out of band or more: some grown over their borders, ring by ring."""
    indptr, indices = based.problem.neighbours
    label = label.copy()
    bases = np.zeros(len(label), dtype=np.bool_)
    bases[based.base] = True
    for t in rng.permutation(based.problem.territories).tolist():
        while not out_of_band(based, label)[t]:
            ring = np.unique(np.concatenate([indices[indptr[u] : indptr[u + 1]] for u in np.flatnonzero(label == t)]))
            ring = ring[(label[ring] != t) & ~bases[ring]]
            if not len(ring):
                break
            label[ring[: max(1, len(ring) // 4)]] = t
            label = joined(based, label)
        if out_of_band(based, label).sum() >= count:
            break
    return label


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--k", type=int, default=200)
    parser.add_argument("--out-of-band", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    based, found = designed(asked.k, asked.seconds, asked.seed)
    rng = np.random.default_rng(asked.seed)
    broken = disturbed(based, found.territory_of, asked.out_of_band, rng)
    started = time.perf_counter()
    done = mend(based, broken, based.problem.load)
    took = time.perf_counter() - started
    document = {
        "benchmark": "mend", "k": asked.k, "seed": asked.seed, "out_of_band": int(out_of_band(based, broken).sum()),
        "seconds": round(took, 3), "in_band": not out_of_band(based, done.territory_of).any().item(), "moved_units": len(done.moved),
        "moved_share": done.share,
    }  # fmt: skip
    sys.stdout.write(json.dumps(document) + "\n")


if __name__ == "__main__":
    main()
