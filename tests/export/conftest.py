"""A presentation over the real units with made-up accounts, some of them with hostile names."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from bailiwick.geography.adjacency import load_adjacency
from bailiwick.geography.units import load_units
from bailiwick.model.plan import Certificate, Territory
from bailiwick.opportunity import bundled
from bailiwick.plans.presentation import Presentation
from bailiwick.review.baseline import baseline
from bailiwick.review.scorecard import scorecard
from bailiwick.workload import CallPlan, Capacity, IndexPreset, measure

EVIL = "</script><script>alert(1)</script>{{notes}}"
FORMULA = '=HYPERLINK("http://example.org","x")'


class Straight:
    """A minute for each mile of straight line."""

    def __init__(self, units) -> None:
        self.units = units

    def rows(self, origins):
        u = self.units
        gap = np.hypot(u.lat[origins][:, None] - u.lat, u.lon[origins][:, None] - u.lon) * 60
        return gap.astype(np.float32), gap.astype(np.float32)

    def legs(self, origins, targets):
        return self.rows(origins)[0][:, targets]


def scores(units, unit_of):
    n = len(unit_of)
    raw = [Decimal(f"{v:.4f}") for v in np.sort(np.random.default_rng(2).lognormal(4, 1, n))[::-1]]
    shared = {
        "raw": pa.array(raw, pa.decimal128(28, 4)), "rank": list(range(1, n + 1)),
        "tier": ["A"] * (n // 10) + ["C"] * (n - n // 10), "reason": ["66984: 812.4 × 1 = 812.4"] * n,
        "payer": ["medicare_ffs"] * n, "basis": ["observed"] * n,
    }  # fmt: skip
    names = [EVIL, FORMULA, None, "+1", "-1", "@x", *[f"Eye Center {i}" for i in range(n - 6)]]
    accounts = pa.table({
        "site_id": [f"{1000000000 + i}" for i in range(n)], "name": names, "kind": ["asc"] * n,
        "zip": [str(units.zips[u]) if u >= 0 else "00000" for u in unit_of],
        "lat": pa.array([None if i % 2 else float(units.lat[u]) for i, u in enumerate(unit_of)], pa.float64()),
        "lon": pa.array([None if i % 2 else float(units.lon[u]) for i, u in enumerate(unit_of)], pa.float64()),
        "accessible": pa.array(raw, pa.decimal128(28, 4)), "providers": [1] * n, "estimated_share": [0.0] * n, **shared,
    })  # fmt: skip
    providers = pa.table({
        "npi": [f"{1000000000 + i}" for i in range(n)], "name": names, "specialty": ["Ophthalmology"] * n,
        "entity": ["person"] * n, "volume": pa.array(raw, pa.decimal128(28, 4)), **shared,
    })  # fmt: skip
    return accounts, providers


@pytest.fixture(scope="session")
def shown() -> Presentation:
    units, adjacency = load_units(), load_adjacency()
    roads = Straight(units)
    unit_of = np.random.default_rng(3).integers(0, len(units), 400)
    unit_of[-1] = -1
    accounts, providers = scores(units, unit_of)
    call_plan, capacity, preset = CallPlan(), Capacity(), IndexPreset.device()
    m = measure(accounts, unit_of, units.area_sq_miles, call_plan, capacity, preset)

    def card(plan):
        bases = [units.index_of(t.base_zip) for t in plan.territories]
        return scorecard(plan, m, adjacency.indptr, adjacency.indices, roads, bases)

    drawn = [
        baseline(by, units.zips.tolist(), units.lat, units.lon, amounts, m.trips, adjacency.indptr, adjacency.indices,
                 7, roads, names=units.city)
        for by, amounts in (("zips", m.accounts), ("accounts", m.accounts))
    ]  # fmt: skip
    objective = card(drawn[1]).summary.objective
    evil = (Territory("T01", EVIL, drawn[1].territories[0].base_zip, "=cmd()"), *drawn[1].territories[1:])
    design = replace(
        drawn[1], name="design", territories=evil, certificate=Certificate(objective, objective / 1.004, "fixed-bases"),
        provenance={"bailiwick": "0.1.0", "seed": 1, "inputs": {"x": "ab" * 32}},
    )  # fmt: skip
    return Presentation(
        design, card(design), tuple((p, card(p)) for p in drawn), units, adjacency, m, accounts, unit_of, providers,
        bundled.load("cataract-lenses"), call_plan, capacity, preset, "Lens & Co", {"x": "ab" * 32}, "2026-01-01",
    )  # fmt: skip
