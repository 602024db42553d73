"""Contract tables: grain, columns, units, and what null means. Every source ends in these."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column: its Ibis type, whether null is allowed (and what it means), its rule and unit."""

    name: str
    type: str
    means: str
    nullable: bool = True
    among: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One contract table; ``grain`` names the columns that together identify a row."""

    name: str
    grain: tuple[str, ...]
    columns: tuple[Column, ...]

    def column_names(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns)


PLACES = ("office", "asc", "facility", "hospital_outpatient", "hospital_inpatient", "home", "unknown")
CODE_SYSTEMS = ("HCPCS", "ICD10CM", "NDC", "DRUG")
ENTITIES = ("person", "organisation")
SITE_KINDS = ("asc", "hospital", "practice", "lab", "primary_care", "dialysis", "nursing", "other")
LOCATION_QUALITY = ("rooftop", "zip", "unknown")
VOLUME_BASES = ("observed", "estimated", "suppressed")
PAYERS = ("medicare_ffs", "medicaid", "commercial", "all_payer", "own_sales")

PROVENANCE = (
    Column("source", "string", "name of the source module that read the row", nullable=False),
    Column("vintage", "string", "release of the source data, e.g. 2023 or 2014/2023", nullable=False),
    Column("loaded_at", "string", "UTC time of loading, ISO 8601", nullable=False),
)


def _table(name: str, grain: str, *columns: Column) -> Table:
    return Table(name, tuple(grain.split()), columns + PROVENANCE)


def _text(name: str, means: str, nullable: bool = True, among: tuple[str, ...] = ()) -> Column:
    return Column(name, "string", means, nullable, among)


PROVIDER = _table(
    "provider",
    "npi",
    _text("npi", "National Provider Identifier, ten digits with a right check digit", False),
    _text("name", "as published"),
    _text("entity", "person or organisation", False, ENTITIES),
    _text("specialty", "as the source words it"),
    _text("status", "active or deactivated", False, ("active", "deactivated")),
    _text("enumerated", "date, ISO; null = unknown"),
    _text("deactivated", "date, ISO; null = not deactivated or unknown"),
)
SITE = _table(
    "site",
    "site_id",
    _text("site_id", "NPI of the facility, else a stable id made from its address", False),
    _text("npi", "organisation NPI; null = none known"),
    _text("ccn", "CMS certification number, six characters"),
    _text("name", "as published"),
    _text("kind", "kind of site", False, SITE_KINDS),
    _text("address", "street"),
    _text("zip", "five-digit USPS ZIP", False),
    Column("lat", "float64", "degrees north; null = place at the ZIP's point"),
    Column("lon", "float64", "degrees east; null = place at the ZIP's point"),
    _text("location_quality", "rooftop, or zip when the point was snapped to the ZIP", False, LOCATION_QUALITY),
    _text("group_id", "practice group"),
    _text("system_id", "health system"),
)
VOLUME = _table(
    "volume",
    "npi code_system code place site period payer",
    _text("npi", "who performed or billed", False),
    _text("code_system", "HCPCS covers CPT level I codes", False, CODE_SYSTEMS),
    _text("code", "upper case, no dots", False),
    _text("place", "where performed; facility = a facility of unstated kind", False, PLACES),
    _text("site", "site_id where performed; null = not stated, attribute by affiliation"),
    _text("period", "YYYY, YYYY-MM or YYYY/YYYY (closed interval, a sum over its years)", False),
    _text("payer", "payer scope", False, PAYERS),
    Column("services", "decimal(18, 4)", "count over the period; null = suppressed"),
    Column("patients", "int64", "distinct patients; null = suppressed (1-10), never zero"),
    Column("payments", "decimal(18, 2)", "dollars paid over the period; null = not stated"),
    _text("basis", "observed, estimated or suppressed", False, VOLUME_BASES),
)
AFFILIATION = _table(
    "affiliation",
    "npi site",
    _text("npi", "provider", False),
    _text("site", "site_id", False),
    Column("share", "decimal(9, 6)", "share of the provider's work at the site; shares of a provider sum to 1", False),
    _text("basis", "observed or estimated", False, ("observed", "estimated")),
)
SALE = _table(
    "sale",
    "account zip product period",
    _text("account", "site_id; null = stated by ZIP only"),
    _text("zip", "five-digit ZIP; null = stated by account only"),
    _text("product", "own product name", False),
    _text("period", "YYYY or YYYY-MM", False),
    Column("units", "decimal(18, 4)", "units sold; null = not stated"),
    Column("revenue", "decimal(18, 2)", "dollars; null = not stated"),
)
ROSTER = _table(
    "roster",
    "rep_id",
    _text("rep_id", "own id of the representative", False),
    _text("name", "as shown"),
    _text("base_zip", "where the day starts; null = vacancy, base to be chosen"),
    Column("capacity_fte", "decimal(6, 3)", "1 = full time", False),
    _text("layer", "sales team", False),
    _text("manager", "rep_id or name"),
)
ALIGNMENT = _table(
    "alignment",
    "unit layer territory",
    _text("unit", "ZIP or site_id", False),
    _text("layer", "sales team", False),
    _text("territory", "territory id", False),
    Column("share", "decimal(9, 6)", "share of the unit; shares of a unit in a layer sum to 1", False),
    Column("locked", "boolean", "true = must stay", False),
)

TABLES = {t.name: t for t in (PROVIDER, SITE, VOLUME, AFFILIATION, SALE, ROSTER, ALIGNMENT)}

PAYER_NAMES = {
    "medicare_ffs": "Medicare fee-for-service", "medicaid": "Medicaid", "commercial": "commercial insurance",
    "all_payer": "all payers", "own_sales": "own sales",
}  # fmt: skip


def payer_name(payer: str) -> str:
    """A payer scope as people write it; several are joined by +."""
    return " and ".join(PAYER_NAMES.get(p, p) for p in payer.split("+"))
