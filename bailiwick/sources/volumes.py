"""A company's own claims or volumes, with its own column names: claim rows of one grain are summed exactly."""

from collections.abc import Mapping
from typing import Any

import ibis

from bailiwick.model.tables import CODE_SYSTEMS, PAYERS, PLACES
from bailiwick.sources.fields import Expr, Field, Rule
from bailiwick.sources.source import Source

# CMS place-of-service codes, two digits
_PLACE = {
    "11": "office", "24": "asc", "22": "hospital_outpatient", "19": "hospital_outpatient", "23": "hospital_outpatient",
    "21": "hospital_inpatient", "12": "home", "o": "office", "f": "facility",
}  # fmt: skip
_SYSTEM = {s.lower(): s for s in CODE_SYSTEMS} | {"cpt": "HCPCS", "icd-10-cm": "ICD10CM", "icd10": "ICD10CM"}

FIELDS = (
    Field("npi", "npi", ("rendering_npi", "billing_npi", "provider_npi"), required=True, filled=True),
    Field("code_system", "choice", (), filled=True, default="HCPCS", among=CODE_SYSTEMS, words=_SYSTEM),
    Field("code", "code", ("hcpcs", "hcpcs_code", "cpt", "procedure_code", "ndc"), required=True, filled=True),
    Field("place", "choice", ("place_of_service", "pos"), filled=True, default="unknown", among=PLACES, words=_PLACE),
    Field("site", "text", ("site_id",)),
    Field("period", "period", ("year", "month"), required=True, filled=True),
    Field("payer", "choice", (), filled=True, default="own_sales", among=PAYERS,
          words={"medicare": "medicare_ffs", "all payer": "all_payer"}),
    Field("services", "signed", ("units", "quantity", "claims"), required=True),
    Field("patients", "whole", ("beneficiaries",)),
    Field("payments", "money", ("paid", "payment", "amount")),
)  # fmt: skip
GRAIN = ("npi", "code_system", "code", "place", "site", "period", "payer")


def _extra(typed: Expr) -> tuple[Expr, list[Any]]:
    """Codes without dots (ICD-10-CM) or dashes (NDC)."""
    code, system = typed["code"], typed["code_system"]
    bare = ibis.cases(
        (system == "NDC", code.re_replace("[-.]", "")), (system == "DRUG", code), else_=code.replace(".", "")
    )
    wrong = (system == "HCPCS") & ~bare.re_search("^[A-Z0-9]{5}$")
    rule = Rule("code", "code is a HCPCS code of five letters and digits", wrong.fill_null(False))
    return typed.mutate(code=bare), [rule]


def _build(rows: Expr, _: str) -> Mapping[str, Expr]:
    """Sums by grain. Patients of several rows may be the same people, so a sum of rows leaves them null."""
    one = rows.count() == 1
    volume = rows.group_by(*GRAIN).agg(
        services=ibis.ifelse(
            rows["services"].count() == rows.count(), rows["services"].sum(), ibis.null("decimal(38, 4)")
        ),
        payments=rows["payments"].sum(),
        patients=ibis.ifelse(one, rows["patients"].max(), ibis.null("int64")),
    )
    return {"volume": volume.mutate(basis=ibis.ifelse(volume["services"].isnull(), "suppressed", "observed"))}


VOLUMES = Source("volumes", FIELDS, ("_whole",), _build, _extra, whole_rows=True)
