"""Scores of providers and accounts under a definition.

raw = sum of weight(code, place) · annual volume; accessible = raw · (1 - lock-in) · contract access (R9).
All sums are exact, so the totals by provider, site, unit and nation are the same number.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from bailiwick.opportunity.attribution import UNPLACED, place_rows, without_double_counting
from bailiwick.opportunity.definition import Definition
from bailiwick.opportunity.fixed import SCALE, Ints, of_decimals, scaled, to_decimals
from bailiwick.opportunity.ranking import order_of, percentiles, tiers
from bailiwick.opportunity.reasons import Term, reasons
from bailiwick.opportunity.volumes import Tables, read_rows

_SITE = ("site_id", "name", "kind", "zip", "lat", "lon", "group_id", "system_id")
NO_LOCK_IN = "accessible = raw: no lock-in or contract data is loaded"


@dataclass(frozen=True)
class Scores:
    """Scores under one definition; amounts are decimal(28, 4) a year.

    providers: npi. accounts: site_id. terms: npi × site × code × place; contributions sum to ``total``, as do raw of
    providers and raw of accounts. headcount: specialty. notes: payer scope, what was left out and why.
    """

    providers: Any
    accounts: Any
    terms: Any
    headcount: Any
    total: Decimal
    notes: tuple[str, ...]


def score(definition: Definition, tables: Tables) -> Scores:
    """Score every provider and account that has volume under the definition."""
    rows = read_rows(definition, tables)
    placed, amounts, split_notes = place_rows(rows.table, rows.annual, tables.table("affiliation"))
    people = _fetch(tables.table("provider"), placed, "npi", ("npi", "name", "specialty", "entity"))
    organisations = {n for n, p in people.items() if p["entity"] == "organisation"}
    amounts, double_notes = without_double_counting(placed, amounts, organisations)
    terms = _terms(definition, placed, amounts)
    sites = _fetch(tables.table("site"), terms, "site", _SITE, "site_id")
    notes = (*rows.notes, *split_notes, *double_notes, NO_LOCK_IN, _tier_note(definition))
    total = Decimal(int(of_decimals(terms.column("contribution")).sum())) / SCALE
    providers = _providers(definition, terms, people)
    return Scores(
        providers=providers,
        accounts=_accounts(definition, terms, sites),
        terms=terms,
        headcount=_headcount(tables.table("provider"), providers),
        total=total.quantize(Decimal("0.0001")),
        notes=notes,
    )


def totals(table: Any, column: str, amount: str = "raw") -> dict[str | None, Decimal]:
    """Sums of ``amount`` by the values of ``column``: accounts by zip or group_id, providers by specialty."""
    found = table.group_by(column).aggregate([(amount, "sum")]).sort_by(column)
    return dict(zip(found.column(column).to_pylist(), found.column(f"{amount}_sum").to_pylist(), strict=True))


def _fetch(
    source: Any, rows: Any, key: str, columns: tuple[str, ...], on: str | None = None
) -> dict[str, dict[str, Any]]:
    """Rows of a contract table for the ids in ``rows``, by id; only those come over."""
    import ibis

    on = on or key
    ids = pa.table({on: rows.column(key).unique().cast(pa.string())})
    found = source.semi_join(ibis.memtable(ids), on).select(*columns).to_pyarrow()
    return {row[on]: row for row in found.to_pylist()}


def _terms(definition: Definition, rows: Any, amounts: Ints) -> Any:
    """One row per npi × site × code × place with a known amount, largest key order."""
    weights = _weights(definition, rows)
    estimated = np.where(rows.column("estimated").to_numpy() > 0, amounts, 0)
    table = pa.table({
        "npi": rows.column("npi"), "site": rows.column("site"), "code_system": rows.column("code_system"),
        "code": rows.column("code"), "place": rows.column("place"), "period": rows.column("span"),
        "volume": pa.array(amounts), "contribution": pa.array(scaled(amounts, weights, SCALE)),
        "estimated": pa.array(scaled(estimated, weights, SCALE)), "weight": pa.array(weights),
        "guessed": rows.column("estimated"),
    })  # fmt: skip
    keys = ["npi", "site", "code_system", "code", "place"]
    summed = table.group_by(keys).aggregate([
        ("volume", "sum"), ("contribution", "sum"), ("estimated", "sum"), ("weight", "max"), ("guessed", "max"),
        ("period", "max"),
    ])  # fmt: skip
    summed = summed.sort_by([(k, "ascending") for k in keys])
    basis = np.where(summed.column("guessed_max").to_numpy() > 0, "estimated", "observed")
    amount = {n: to_decimals(summed.column(f"{n}_sum").to_numpy()) for n in ("volume", "contribution", "estimated")}
    return pa.table({
        **{k: summed.column(k) for k in keys},
        "volume": amount["volume"], "weight": to_decimals(summed.column("weight_max").to_numpy()),
        "contribution": amount["contribution"], "estimated": amount["estimated"], "period": summed.column("period_max"),
        "payer": pa.array([definition.payer] * summed.num_rows, pa.string()), "basis": pa.array(basis, pa.string()),
    })  # fmt: skip


def _weights(definition: Definition, rows: Any) -> Ints:
    """Weight of each row in ten-thousandths."""
    known: dict[tuple[str, str, str], int] = {}
    found = np.empty(rows.num_rows, dtype=np.int64)
    for i, key in enumerate(zip(*(rows.column(c).to_pylist() for c in ("code_system", "code", "place")), strict=True)):
        if key not in known:
            entry = definition.entry(key[0], key[1])
            known[key] = int(entry.weight_at(key[2]) * SCALE) if entry else 0
        found[i] = known[key]
    return found


@dataclass(frozen=True)
class _Ranked:
    """Amounts by id, from the largest raw to the smallest, with what every ranked table shows."""

    ids: list[str]
    raw: Ints
    estimated: Ints
    members: list[list[int]]
    columns: dict[str, Any]


def _ranked(definition: Definition, terms: Any, key: str) -> _Ranked:
    keys = terms.column(key).to_pylist()
    contribution, estimated = (of_decimals(terms.column(c)) for c in ("contribution", "estimated"))
    names = sorted(set(keys))
    index = {name: i for i, name in enumerate(names)}
    of = np.array([index[k] for k in keys], dtype=np.int64)
    raw, guessed = np.zeros(len(names), dtype=np.int64), np.zeros(len(names), dtype=np.int64)
    np.add.at(raw, of, contribution)
    np.add.at(guessed, of, estimated)
    members: list[list[int]] = [[] for _ in names]
    for row, i in enumerate(of):
        members[i].append(row)
    ranking = order_of(
        np.where(np.array(names, dtype=object) == UNPLACED, -1, raw), names
    )  # "unplaced" is no account: last
    ids, raw, guessed = [names[i] for i in ranking], raw[ranking], guessed[ranking]
    members = [members[i] for i in ranking]
    real = np.array([i != UNPLACED for i in ids], dtype=bool)
    counted = np.where(real, raw, 0)
    basis = ["estimated" if e else "observed" for e in guessed]
    terms_by_id = _term_lists(terms, members)
    return _Ranked(ids, raw, guessed, members, {
        "raw": to_decimals(raw),
        "rank": pa.array([n + 1 if r else None for n, r in enumerate(real)], pa.int64()),
        "tier": pa.array(tiers(counted, definition.tiers), pa.string()),
        "national_share": pa.array(raw / max(int(raw.sum()), 1), pa.float64()),
        "percentile": pa.array(percentiles(counted), pa.float64()),
        "reason": pa.array(reasons(terms_by_id, raw, definition), pa.string()),
        "payer": pa.array([definition.payer] * len(ids), pa.string()),
        "basis": pa.array(basis, pa.string()),
        "estimated_share": pa.array(guessed / np.maximum(raw, 1), pa.float64()),
    })  # fmt: skip


def _term_lists(terms: Any, members: list[list[int]]) -> list[list[Term]]:
    """The terms of each id, those of one code and place joined."""
    names = ("code", "place", "period")
    code, place, period = (terms.column(c).to_pylist() for c in names)
    volume, weight, gives = (of_decimals(terms.column(c)).tolist() for c in ("volume", "weight", "contribution"))
    result = []
    for rows in members:
        joined: dict[tuple[str, str], Term] = {}
        for r in rows:
            what = code[r], place[r]
            old = joined.get(what)
            own = Term(*what, volume[r], weight[r], gives[r], period[r])
            joined[what] = own if old is None else old.plus(own.volume, own.contribution)
        result.append(list(joined.values()))
    return result


def _providers(definition: Definition, terms: Any, people: dict[str, dict[str, Any]]) -> Any:
    found = _ranked(definition, terms, "npi")
    volume = of_decimals(terms.column("volume"))
    columns = {
        "npi": pa.array(found.ids, pa.string()),
        **_looked_up(found.ids, people, {"name": pa.string(), "specialty": pa.string(), "entity": pa.string()}),
        "volume": to_decimals(np.array([int(volume[m].sum()) for m in found.members], dtype=np.int64)),
        **found.columns,
    }
    return pa.table(columns)


def _accounts(definition: Definition, terms: Any, sites: dict[str, dict[str, Any]]) -> Any:
    found = _ranked(definition, terms, "site")
    npi = terms.column("npi").to_pylist()
    text, number = pa.string(), pa.float64()
    shown = {"name": text, "kind": text, "zip": text, "lat": number, "lon": number, "group_id": text, "system_id": text}
    columns = {
        "site_id": pa.array(found.ids, text),
        **_looked_up(found.ids, sites, shown),
        "accessible": to_decimals(found.raw),
        "providers": pa.array([len({npi[r] for r in rows}) for rows in found.members], pa.int64()),
        **found.columns,
    }
    return pa.table(columns)


def _looked_up(ids: list[str], rows: dict[str, dict[str, Any]], shown: dict[str, Any]) -> dict[str, Any]:
    return {name: pa.array([rows.get(i, {}).get(name) for i in ids], type_) for name, type_ in shown.items()}


def _headcount(provider: Any, providers: Any) -> Any:
    """By specialty: persons and organisations known, those with opportunity, their volume and its spread (R4)."""
    known = provider.group_by("specialty").aggregate(n=provider.count()).to_pyarrow().to_pylist()
    heads = {row["specialty"]: row["n"] for row in known}
    amounts: dict[str | None, list[int]] = {}
    volumes: dict[str | None, int] = {}
    raws, counts = (of_decimals(providers.column(c)).tolist() for c in ("raw", "volume"))
    for specialty, raw, volume in zip(providers.column("specialty").to_pylist(), raws, counts, strict=True):
        if raw > 0:
            volumes[specialty] = volumes.get(specialty, 0) + volume
            amounts.setdefault(specialty, []).append(raw)
    names = sorted(amounts, key=lambda s: (-sum(amounts[s]), s or ""))
    return pa.table({
        "specialty": pa.array(names, pa.string()),
        "headcount": pa.array([max(heads.get(s, 0), len(amounts[s])) for s in names], pa.int64()),
        "performing": pa.array([len(amounts[s]) for s in names], pa.int64()),
        "volume": to_decimals(np.array([volumes[s] for s in names], dtype=np.int64)),
        "raw": to_decimals(np.array([sum(amounts[s]) for s in names], dtype=np.int64)),
        "largest": to_decimals(np.array([max(amounts[s]) for s in names], dtype=np.int64)),
        "median": to_decimals(np.array([sorted(amounts[s])[len(amounts[s]) // 2] for s in names], dtype=np.int64)),
    })  # fmt: skip


def _tier_note(definition: Definition) -> str:
    cuts = definition.tiers
    a, b = (f"{(cut * 100).normalize():f}%" for cut in (cuts.a, cuts.b))
    return f"tier A is the first {a} by {cuts.by}, B the next {b}, C the rest with opportunity"
