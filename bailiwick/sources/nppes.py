"""NPPES: the national registry of providers, one row per NPI (330 columns; some twenty are read).

A deactivated NPI carries only its number and the date. Its kind is then unknown; the registry's own majority, a person,
is written, and its status says that nothing else is known.
"""

from collections.abc import Mapping

import ibis

from bailiwick.sources.address import address_id
from bailiwick.sources.cms_provider_service import even_shares, full_name
from bailiwick.sources.fields import Expr, Field
from bailiwick.sources.source import Source

SLOTS = 15
_KIND = {"1": "person", "2": "organisation", "1.0": "person", "2.0": "organisation"}
_WHERE = "provider business practice location address"

FIELDS = (
    Field("npi", "npi", required=True, filled=True),
    Field("entity", "choice", ("entity type code",), required=True, among=("person", "organisation"), words=_KIND),
    Field("organisation", "text", ("provider organization name (legal business name)",), required=True),
    Field("last", "text", ("provider last name (legal name)",), required=True),
    Field("first", "text", ("provider first name",), required=True),
    Field("street", "text", ("provider first line business practice location address",), required=True),
    Field("zip", "soft_zip", (f"{_WHERE} postal code",), required=True),
    Field("enumerated", "date", ("provider enumeration date",)),
    Field("deactivated", "date", ("npi deactivation date",)),
    Field("reactivated", "date", ("npi reactivation date",)),
    *(Field(f"taxonomy_{n}", "text", (f"healthcare provider taxonomy code_{n}",)) for n in range(1, SLOTS + 1)),
    *(
        Field(f"primary_{n}", "text", (f"healthcare provider primary taxonomy switch_{n}",))
        for n in range(1, SLOTS + 1)
    ),
)


def _build(rows: Expr, _: str) -> Mapping[str, Expr]:
    """Every NPI as a provider; the practice location of active ones as a site with its affiliation."""
    off = rows["deactivated"].notnull() & ~(rows["reactivated"] >= rows["deactivated"]).fill_null(False)
    provider = rows.select(
        "npi", "enumerated",
        name=ibis.coalesce(rows["organisation"], full_name(rows["first"], rows["last"])),
        entity=rows["entity"].fill_null("person"),
        specialty=_primary_taxonomy(rows),
        status=ibis.ifelse(off, "deactivated", "active"),
        deactivated=ibis.ifelse(off, rows["deactivated"], ibis.null("string")),
    )  # fmt: skip
    placed = rows.filter(~off).mutate(site=address_id(rows["street"], rows["zip"]))
    placed = placed.filter(placed["site"].notnull())
    places = placed.group_by("site").agg(address=placed["street"].min(), zip=placed["zip"].min())
    site = places.select(site_id="site", kind=ibis.literal("practice"), address="address", zip="zip",
                         location_quality=ibis.literal("zip"))  # fmt: skip
    return {"provider": provider, "site": site, "affiliation": even_shares(placed.select("npi", "site"))}


def _primary_taxonomy(rows: Expr) -> Expr:
    """The taxonomy code whose switch says Y, else the first."""
    chosen = [ibis.ifelse(rows[f"primary_{n}"] == "Y", rows[f"taxonomy_{n}"], ibis.null("string"))
              for n in range(1, SLOTS + 1)]  # fmt: skip
    return ibis.coalesce(*chosen, rows["taxonomy_1"])


NPPES = Source("nppes", FIELDS, ("npi",), _build)
