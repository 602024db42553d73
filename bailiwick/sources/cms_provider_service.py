"""CMS "Physicians & Other Practitioners, by Provider and Service": what was billed, by NPI × code × place.

Three header layouts are read: the tab-separated one of CY2012, the long portal headers, and today's ``Rndrng_*``.
Counts under 11 patients are not published: null, never zero. Averages × services give dollars. The text of procedure
codes is not read: it is the AMA's.
"""

from collections.abc import Mapping
from typing import Any

import ibis

from bailiwick.sources.address import address_id
from bailiwick.sources.fields import Expr, Field, Rule, blank_to_null
from bailiwick.sources.source import Source

_PERSON = {"i": "person", "o": "organisation", "individual": "person", "organization": "organisation"}
_PLACE = {"f": "facility", "o": "office", "facility": "facility", "office": "office"}

FIELDS = (
    Field("npi", "npi", ("rndrng_npi", "npi", "national provider identifier"), required=True, filled=True),
    Field("last", "text", ("rndrng_prvdr_last_org_name", "nppes_provider_last_org_name",
                           "last name/organization name of the provider")),
    Field("first", "text", ("rndrng_prvdr_first_name", "nppes_provider_first_name", "first name of the provider")),
    Field("entity", "choice", ("rndrng_prvdr_ent_cd", "nppes_entity_code", "entity type of the provider",
                               "entity code of the provider"),
          required=True, filled=True, among=("person", "organisation"), words=_PERSON),
    Field("street", "text", ("rndrng_prvdr_st1", "nppes_provider_street1", "street address 1 of the provider"),
          required=True),
    Field("zip", "soft_zip", ("rndrng_prvdr_zip5", "nppes_provider_zip", "zip code of the provider"), required=True),
    Field("specialty", "text", ("rndrng_prvdr_type", "provider_type", "provider type")),
    Field("place", "choice", ("place_of_srvc", "place_of_service", "place of service"),
          required=True, filled=True, among=("facility", "office"), words=_PLACE),
    Field("code", "code", ("hcpcs_cd", "hcpcs_code", "hcpcs code"), required=True, filled=True),
    Field("services", "decimal", ("tot_srvcs", "line_srvc_cnt", "number of services"), required=True),
    Field("patients", "whole", ("tot_benes", "bene_unique_cnt", "number of medicare beneficiaries"), required=True),
    Field("average", "average", ("avg_mdcr_pymt_amt", "average_medicare_payment_amt",
                                 "average medicare payment amount"),
          required=True),
)  # fmt: skip


def _extra(typed: Expr) -> tuple[Expr, list[Any]]:
    hcpcs = typed["code"].re_search("^[A-Z0-9]{5}$")
    placed = typed.mutate(site=address_id(typed["street"], typed["zip"]))
    return placed, [Rule("code", "code is a HCPCS code of five letters and digits", ~hcpcs)]


def _build(rows: Expr, vintage: str) -> Mapping[str, Expr]:
    """Volume by NPI × code × place; the provider block and its address once per NPI."""
    return {"volume": _volume(rows, vintage), **_who_and_where(rows)}


def _volume(rows: Expr, vintage: str) -> Expr:
    services = rows["services"]
    return rows.select(
        "npi", "code", "place", "services",
        code_system=ibis.literal("HCPCS"),
        # a facility row was not done at the provider's own address: affiliation places it later
        site=ibis.ifelse(rows["place"] == "office", rows["site"], ibis.null("string")),
        period=ibis.literal(vintage),
        payer=ibis.literal("medicare_ffs"),
        patients=rows["patients"],
        payments=(services * rows["average"]).cast("decimal(18, 2)"),
        basis=ibis.ifelse(services.isnull(), "suppressed", "observed"),
    )  # fmt: skip


def _who_and_where(rows: Expr) -> Mapping[str, Expr]:
    block = rows.group_by("npi").agg(
        **{name: rows[name].max() for name in ("last", "first", "entity", "specialty", "site", "street", "zip")}
    )
    # the address that the volumes carry: max() may mix two, so the site is taken with its own street and ZIP
    visits = rows.filter(rows["site"].notnull()).group_by("npi", "site").agg(
        street=rows["street"].min(), zip=rows["zip"].min()
    )  # fmt: skip
    provider = block.select("npi", "entity", "specialty", name=full_name(block["first"], block["last"]),
                            status=ibis.literal("active"))  # fmt: skip
    places = visits.group_by("site").agg(address=visits["street"].min(), zip=visits["zip"].min())
    site = places.select(site_id="site", kind=ibis.literal("practice"), address="address", zip="zip",
                         location_quality=ibis.literal("zip"))  # fmt: skip
    return {"provider": provider, "site": site, "affiliation": even_shares(visits)}


def full_name(first: Expr, last: Expr) -> Expr:
    """``FIRST LAST``; the last name alone for organisations."""
    return blank_to_null(first.fill_null("") + " " + last.fill_null(""))


def even_shares(visits: Expr) -> Expr:
    """Affiliation rows with equal shares that sum to exactly 1 per provider: the first site takes the remainder."""
    mine = ibis.window(group_by=visits["npi"])
    sites = visits["npi"].count().over(mine)
    part = (1_000_000 / sites).floor().cast("int64")
    first = visits["site"] == visits["site"].min().over(mine)
    millionths = ibis.ifelse(first, 1_000_000 - part * (sites - 1), part)
    share = (millionths.cast("decimal(18, 6)") * ibis.literal("0.000001").cast("decimal(18, 6)")).cast("decimal(9, 6)")
    return visits.select("npi", "site", share=share, basis=ibis.ifelse(sites == 1, "observed", "estimated"))


CMS_PROVIDER_SERVICE = Source("cms-provider-service", FIELDS, ("npi", "code", "place"), _build, _extra)
