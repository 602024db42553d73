"""Facility lists: one row per place, columns found by name."""

from collections.abc import Mapping
from typing import Any

import ibis

from bailiwick.model.tables import SITE_KINDS
from bailiwick.sources.address import address_id
from bailiwick.sources.fields import Expr, Field
from bailiwick.sources.source import Source

_KIND = {
    "ambulatory_surgical_center": "asc", "ambulatory surgical center": "asc", "ambulatory surgery center": "asc",
    "hospitals": "hospital", "acute care hospitals": "hospital", "critical access hospitals": "hospital",
    "primary_care_facilities": "primary_care", "primary care": "primary_care", "dialysis facility": "dialysis",
    "nursing home": "nursing", "longterm": "nursing", "laboratory": "lab", "clinic": "practice",
}  # fmt: skip

FIELDS = (
    Field("npi", "npi", ("facility npi", "organization npi")),
    Field("ccn", "ccn", ("facility id", "cms certification number", "cms certification number (ccn)")),
    Field("name", "text", ("facility name", "organization name", "facility_name")),
    Field("kind", "text", ("facility type", "hospital type", "site_kind"), required=True, default=None),
    Field("address", "text", ("street", "address line 1", "street address", "adr_ln_1")),
    Field("zip", "zip", ("zip5", "zip code", "zip_code", "zipcode", "postal code"), required=True, filled=True),
    Field("lat", "point", ("latitude",)),
    Field("lon", "point", ("longitude", "lng")),
    Field("group_id", "text", ()),
    Field("system_id", "text", ()),
)


def _extra(typed: Expr) -> tuple[Expr, list[Any]]:
    """Ours of the kind; the id by NPI, else by address, else by CCN or name and ZIP; no point outside the globe."""
    word = typed["kind"].lower()
    kind = ibis.cases(
        *[(word == theirs, ours) for theirs, ours in _KIND.items()],
        (word.isin(SITE_KINDS), word),
        else_="other",
    )
    lat, lon = typed["lat"], typed["lon"]
    right = ((lat.abs() <= 90) & (lon.abs() <= 180) & ((lat != 0) | (lon != 0))).fill_null(False)
    nowhere = ibis.null("float64")
    place = ibis.coalesce(
        address_id(typed["address"], typed["zip"]),
        address_id(ibis.coalesce(typed["ccn"], typed["name"]), typed["zip"]),
    )
    return typed.mutate(
        kind=kind, lat=ibis.ifelse(right, lat, nowhere), lon=ibis.ifelse(right, lon, nowhere),
        location_quality=ibis.ifelse(right, "rooftop", "zip"), _place=place, _base=ibis.coalesce(typed["npi"], place),
        _title=typed["name"].upper(),
    ), []  # fmt: skip


def _build(rows: Expr, _: str) -> Mapping[str, Expr]:
    """Site rows; a facility's NPI that stands at several addresses keeps its plain id at the first one."""
    mark = (rows["_place"].fill_null("") + "|" + rows["_title"].fill_null("")).hexdigest("md5").substr(0, 8)
    first = rows["_id"] == rows["_id"].min().over(ibis.window(group_by=rows["_base"]))
    site = rows.select("npi", "ccn", "name", "kind", "address", "zip", "lat", "lon", "location_quality", "group_id",
                       "system_id", site_id=ibis.ifelse(first, rows["_base"], rows["_base"] + "-" + mark))  # fmt: skip
    named = rows.mutate(_first=first).filter(lambda t: t["_first"] & t["npi"].notnull())
    provider = named.select("npi", "name", entity=ibis.literal("organisation"), specialty=named["kind"],
                            status=ibis.literal("active"))  # fmt: skip
    return {"site": site, "provider": provider}


SITES = Source("sites", FIELDS, ("_base", "_place", "_title"), _build, _extra)
