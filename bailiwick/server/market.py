"""The market as arrays for the screen, and as pages for tables."""

from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from fastapi import APIRouter, Query, Request, Response

from bailiwick.geography.projection import project as projected
from bailiwick.market import finding
from bailiwick.market.market import Market
from bailiwick.model.tables import payer_name
from bailiwick.server import answers
from bailiwick.server.answers import Here
from bailiwick.server.packed import pack, zipped
from bailiwick.workspace import Workspace, market_hash

router = APIRouter(tags=["market"])
SUMMED = (
    "index_share", "raw", "accessible", "calls", "call_hours", "tour_hours", "workload_hours", "trips", "accounts", "tier_a", "tier_b", "tier_c",
    "history",
)  # fmt: skip
Scenario = Annotated[str | None, Query(description="the market this scenario was made on; the project's when left out")]


def _market(here: Workspace, scenario: str | None) -> Market:
    return here.market(here.store.get(scenario)) if scenario else here.market()


@router.get("/project")
def project(request: Request, here: Here, scenario: Scenario = None) -> Response:
    """The project, what it counts, its capacity and band, and the national totals."""
    made, settings = _market(here, scenario), here.project.settings
    measures, capacity = made.measures, settings.capacity
    return answers.tagged(request, {
        "name": settings.name, "definition": made.definition.name, "title": made.definition.title or made.definition.name,
        "measure": made.definition.measure, "payer": payer_name(made.definition.payer), "market": market_hash(made),
        "band": list(measures.band), "weights": dict(settings.index.weights), "used_weights": dict(measures.components),
        "capacity": {"hours_a_year": capacity.hours_a_year, "calls_a_year": capacity.calls_a_year,
                     "administration_share": capacity.administration_share, "face_time_target": capacity.face_time_target},
        "design": {"territories": settings.design.territories, "seconds": settings.design.seconds, "seed": settings.design.seed},
        "units": len(made.units), "accounts": made.scores.accounts.num_rows, "providers": made.scores.providers.num_rows,
        "national": {name: float(getattr(measures, name).sum()) for name in SUMMED}, "notes": [*made.notes, *measures.notes],
        "plans": here.project.plans(),
    })  # fmt: skip


@router.get("/market/units", response_class=Response)
def units(request: Request, here: Here, scenario: Scenario = None) -> Response:
    """Every ZIP area in order: who and where it is, and what each territory sums over it."""
    made = _market(here, scenario)
    tag = answers.tag_of("units", market_hash(made))
    return answers.not_modified(tag) if answers.known(request, tag) else answers.binary(_units(made), tag, compressed=True)


@router.get("/market/accounts", response_class=Response)
def accounts(request: Request, here: Here, scenario: Scenario = None) -> Response:
    """Every account in rank order."""
    made = _market(here, scenario)
    tag = answers.tag_of("accounts", market_hash(made))
    return answers.not_modified(tag) if answers.known(request, tag) else answers.binary(_accounts(made), tag, compressed=True)


@router.get("/market/providers")
def providers(
    request: Request, here: Here, q: str = "", limit: Annotated[int, Query(ge=1, le=1000)] = 200, cursor: str | None = None, scenario: Scenario = None
) -> Response:
    """Ranked providers, those whose name, NPI or specialty holds ``q``."""
    made = _market(here, scenario)
    found = finding.providers(made, q)
    start = int(cursor) if cursor and cursor.isdigit() else 0
    rows = [finding.plain(r) for r in found.slice(start, limit).to_pylist()]
    following = str(start + limit) if start + limit < found.num_rows else None
    return answers.tagged(request, {"items": rows, "next": following, "total": found.num_rows})


@router.get("/market/accounts/{site_id}")
def account(request: Request, here: Here, site_id: str, scenario: Scenario = None) -> Response:
    """One account with the terms of its score."""
    return answers.tagged(request, finding.account(_market(here, scenario), site_id))


@router.get("/search")
def search(request: Request, here: Here, q: str, scenario: Scenario = None) -> Response:
    """ZIPs, cities, accounts, providers, territories and representatives that begin with or hold ``q``."""
    kept = here.store.get(scenario) if scenario else None
    return answers.tagged(request, {"items": finding.find(_market(here, scenario), kept.frame if kept else None, q)})


@router.get("/roads/minutes", response_class=Response)
def minutes(request: Request, here: Here, unit: Annotated[int, Query(ge=0)]) -> Response:
    """float32 minutes by road from one unit to all."""
    made = here.market()
    tag = answers.tag_of("minutes", unit)
    if answers.known(request, tag):
        return answers.not_modified(tag)
    finding.check_unit(made, unit)
    return answers.binary(made.roads.rows(np.array([unit]))[0][0].tobytes(), tag, media="application/octet-stream")


def _units(made: Market) -> bytes:
    kept: dict[str, bytes] = made.__dict__.setdefault("_packed", {})
    if "units" not in kept:
        u = made.units
        x, y = projected(u.lat, u.lon)
        columns: dict[str, Any] = {
            "zip": u.zips, "city": u.city, "state": u.state, "county": u.county_fips, "lat": _f32(u.lat), "lon": _f32(u.lon), "x": _f32(x),
            "y": _f32(y), "area": _f32(u.area_sq_miles), "population": _f32(u.population),
        }  # fmt: skip
        kept["units"] = zipped(pack({**columns, **{name: getattr(made.measures, name) for name in SUMMED}, "providers": _providers(made)}))
    return kept["units"]


def _accounts(made: Market) -> bytes:
    kept: dict[str, bytes] = made.__dict__.setdefault("_packed", {})
    if "accounts" not in kept:
        table = made.scores.accounts
        units = made.units
        unit = made.unit_of
        lat, lon = (table.column(c).to_numpy(zero_copy_only=False).astype(np.float64) for c in ("lat", "lon"))
        bare = ~(np.isfinite(lat) & np.isfinite(lon)) & (unit >= 0)
        lat, lon = np.where(bare, units.lat[unit], lat), np.where(bare, units.lon[unit], lon)
        x, y = projected(np.nan_to_num(lat), np.nan_to_num(lon))
        texts = {c: [v or "" for v in table.column(c).to_pylist()] for c in ("site_id", "name", "kind", "zip", "tier")}
        amounts = {c: table.column(c).cast("float64").to_numpy() for c in ("raw", "accessible")}
        whole = {c: table.column(c).to_numpy().astype(np.int32) for c in ("rank", "providers")}
        kept["accounts"] = zipped(pack({**texts, **amounts, **whole, "unit": unit.astype(np.int32), "x": _f32(x), "y": _f32(y)}))
    return kept["accounts"]


def _providers(made: Market) -> npt.NDArray[np.float64]:
    """Providers by unit, as the accounts there count them."""
    placed = made.unit_of >= 0
    count = made.scores.accounts.column("providers").to_numpy().astype(np.float64)
    return np.bincount(made.unit_of[placed], weights=count[placed], minlength=len(made.units)).astype(np.float64)


def _f32(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    return np.asarray(values, dtype=np.float32)


