"""A company's own sales, people and present territories."""

from collections.abc import Mapping
from typing import Any

from bailiwick.sources.fields import Expr, Field, Rule, all_of, zip5
from bailiwick.sources.source import Source

SALE_FIELDS = (
    Field("account", "text", ("site_id", "account_id", "customer")),
    Field("zip", "zip", ("zip5", "zip code", "zip_code", "postal code")),
    Field("product", "text", ("sku", "product_name"), required=True, filled=True),
    Field("period", "month", ("month", "year"), required=True, filled=True),
    Field("units", "signed", ("quantity",)),
    Field("revenue", "money", ("amount", "sales", "net_sales")),
)
LAYER = "field"  # of a roster or an alignment that names none
ROSTER_FIELDS = (
    Field("rep_id", "text", ("id", "employee_id"), required=True, filled=True),
    Field("name", "text", ("rep", "rep_name")),
    Field("base_zip", "zip", ("zip", "home_zip", "zip code")),
    Field("capacity_fte", "share", ("fte",), default="1"),
    Field("layer", "text", ("team",), default=LAYER),
    Field("manager", "text", ("manager_id",)),
)
ALIGNMENT_FIELDS = (
    Field("unit", "text", ("zip", "zip5", "zip code", "site_id"), required=True, filled=True),
    Field("layer", "text", ("team",), default=LAYER),
    Field("territory", "text", ("territory_id", "territory name"), required=True, filled=True),
    Field("share", "share", (), default="1"),
    Field("locked", "flag", (), default="false"),
)


def _somewhere(typed: Expr) -> tuple[Expr, list[Any]]:
    nowhere = all_of(typed["account"].isnull(), typed["zip"].isnull())
    nothing = all_of(typed["units"].isnull(), typed["revenue"].isnull())
    return typed, [
        Rule("account", "a sale names its account or its ZIP", nowhere),
        Rule("revenue", "a sale has units or revenue", nothing),
    ]


def _sales(rows: Expr, _: str) -> Mapping[str, Expr]:
    """Invoice lines summed by account × ZIP × product × period, exactly."""
    summed = rows.group_by("account", "zip", "product", "period").agg(
        units=rows["units"].sum(), revenue=rows["revenue"].sum()
    )
    return {"sale": summed}


def _units(typed: Expr) -> tuple[Expr, list[Any]]:
    unit = zip5(typed["unit"])
    share = typed["share"]
    rule = Rule("share", "share is above 0 and at most 1", ((share <= 0) | (share > 1)).fill_null(True))
    return typed.mutate(unit=unit.fill_null(typed["unit"])), [rule]


def _capacity(typed: Expr) -> tuple[Expr, list[Any]]:
    rule = Rule("capacity_fte", "capacity_fte is above 0", (typed["capacity_fte"] <= 0).fill_null(True))
    return typed, [rule]


def _roster(rows: Expr, _: str) -> Mapping[str, Expr]:
    return {"roster": rows}


def _alignment(rows: Expr, _: str) -> Mapping[str, Expr]:
    return {"alignment": rows}


SALES = Source("sales", SALE_FIELDS, ("_whole",), _sales, _somewhere, whole_rows=True)
ROSTER = Source("roster", ROSTER_FIELDS, ("rep_id",), _roster, _capacity)
ALIGNMENT = Source("alignment", ALIGNMENT_FIELDS, ("unit", "layer", "territory"), _alignment, _units)
