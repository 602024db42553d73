"""Measure the road network: error against known road miles, and the time and memory of all pairs within 150 miles.

``python benchmarks/roads.py [--quick]`` prints one JSON document; ``--quick`` leaves out the all-pairs job.
"""

import csv
import json
import resource
import sys
import time
from pathlib import Path

import numpy as np

from bailiwick.geography.roads import Roads, load_roads

REFERENCE = Path(__file__).parent / "data" / "road_reference_miles.csv"


def main(quick: bool) -> None:
    begun = time.perf_counter()
    roads = load_roads()
    roads.between("10007", "02108")
    ready = time.perf_counter() - begun
    found = {"ready_seconds": round(ready, 2), **accuracy(roads), "row_milliseconds": row_time(roads)}
    print(json.dumps(found if quick else {**found, **everything_within(roads, 150.0)}, indent=2))


def accuracy(roads: Roads) -> dict[str, object]:
    pairs = list(csv.DictReader(REFERENCE.read_text().splitlines()))
    error = {}
    for p in pairs:
        known = float(p["road_miles"])
        leg = roads.between(p["zip_a"], p["zip_b"])
        error[f"{p['city_a']}-{p['city_b']}"] = round(leg.miles / known - 1, 4)
        print(
            f"{p['city_a']:>16}-{p['city_b']:<14}{known:6.0f}{leg.miles:8.1f}{leg.minutes:7.0f} min "
            f"{leg.miles / leg.minutes * 60:5.1f} mph {leg.basis}",
            file=sys.stderr,
        )
    size = np.abs(list(error.values()))
    return {
        "pairs": len(size),
        "median_error": round(float(np.median(size)), 4),
        "mean_error": round(float(size.mean()), 4),
        "within_10pct": round(float((size <= 0.10).mean()), 4),
        "worst": max(error.items(), key=lambda e: abs(e[1])),
    }


def row_time(roads: Roads) -> float:
    origins = np.linspace(0, len(roads.units) - 1, 40).astype(np.int64)
    begun = time.perf_counter()
    for origin in origins:
        roads.rows(origin[None])
    return round((time.perf_counter() - begun) / len(origins) * 1000, 2)


def everything_within(roads: Roads, miles: float) -> dict[str, object]:
    begun = time.perf_counter()
    near = roads.within(np.arange(len(roads.units)), miles)
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "within_miles": miles,
        "pairs_found": len(near.targets),
        "seconds": round(seconds, 1),
        "peak_mb": round(peak),
    }


if __name__ == "__main__":
    main("--quick" in sys.argv)
