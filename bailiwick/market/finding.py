"""Finding things by what people type: ZIPs, cities, accounts, providers, territories, representatives."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bailiwick.market.market import Market
from bailiwick.model.errors import InputError, UnknownNameError

EACH = 6  # of one kind
LEAST = 2  # letters from which names are searched


def find(made: Market, frame: Mapping[str, Any] | None, text: str) -> list[dict[str, Any]]:
    """Best matches of each kind: kind, label, detail, and unit, slot or id to go to."""
    wanted = text.strip().casefold()
    if not wanted:
        return []
    found = [*_territories(frame, wanted), *_zips(made, wanted)]
    if len(wanted) >= LEAST:
        found += [*_cities(made, wanted), *_accounts(made, wanted), *_npis(made, wanted)]
    return found


def _territories(frame: Mapping[str, Any] | None, wanted: str) -> list[dict[str, Any]]:
    rows = list(enumerate(frame["territories"])) if frame else []
    found = []
    for slot, t in rows:
        if not t["gone"] and wanted in f"{t['id']} {t['name']}".casefold():
            found.append({"kind": "territory", "label": f"{t['id']} {t['name']}", "detail": "territory", "slot": slot})
        elif not t["gone"] and t["rep"] and wanted in t["rep"].casefold():
            found.append({"kind": "rep", "label": t["rep"], "detail": f"{t['id']} {t['name']}", "slot": slot})
    return found[:EACH]


def _zips(made: Market, wanted: str) -> list[dict[str, Any]]:
    if not wanted.isdigit() or len(wanted) > 5:
        return []
    units, points = made.units, made.units.points
    low, high = np.searchsorted(points.zips, [wanted, wanted + ":"])
    rows = [i for i in range(int(low), int(min(high, low + 200))) if points.unit[i] >= 0][:EACH]
    return [
        {"kind": "zip", "label": str(points.zips[i]), "detail": f"{points.city[i]} {points.state[i]}", "unit": int(points.unit[i]),
         "zip": str(units.zips[points.unit[i]])}
        for i in rows
    ]  # fmt: skip


def _cities(made: Market, wanted: str) -> list[dict[str, Any]]:
    units = made.units
    names = np.char.add(np.char.add(np.char.lower(units.city), " "), np.char.lower(units.state))
    hits = np.flatnonzero(np.char.startswith(names, wanted))
    best: dict[str, int] = {}
    for u in hits[np.argsort(-units.population[hits], kind="stable")].tolist():
        best.setdefault(f"{units.city[u]}, {units.state[u]}", u)
    return [{"kind": "city", "label": name, "detail": "city", "unit": u} for name, u in list(best.items())[:EACH]]


def _accounts(made: Market, wanted: str) -> list[dict[str, Any]]:
    table = made.scores.accounts
    hit = pc.or_(pc.match_substring(table.column("name"), wanted, ignore_case=True), pc.starts_with(table.column("site_id"), wanted))
    rows = np.flatnonzero(hit.fill_null(False).to_numpy(zero_copy_only=False))[:EACH]
    names = table.column("name")
    return [
        {"kind": "account", "label": names[i].as_py() or table.column("site_id")[i].as_py(), "detail": table.column("site_id")[i].as_py(),
         "unit": int(made.unit_of[i]), "account": i}
        for i in rows.tolist()
    ]  # fmt: skip


def _npis(made: Market, wanted: str) -> list[dict[str, Any]]:
    table = providers(made, wanted).slice(0, EACH)
    return [{"kind": "npi", "label": r["name"] or r["npi"], "detail": f"NPI {r['npi']}", "npi": r["npi"]} for r in table.to_pylist()]


def providers(made: Market, text: str) -> Any:
    """Ranked providers whose name, NPI or specialty holds ``text`` (a pyarrow table)."""
    table = made.scores.providers
    if not text.strip():
        return table
    wanted = text.strip()
    parts = [pc.match_substring(table.column(c), wanted, ignore_case=True) for c in ("name", "npi", "specialty")]
    hit = pc.fill_null(pc.or_kleene(pc.or_kleene(parts[0], parts[1]), parts[2]), False)
    return table.filter(hit)


def account(made: Market, site_id: str) -> dict[str, Any]:
    """One account with the terms of its score; raises UnknownNameError."""
    table = made.scores.accounts
    row = pc.index(table.column("site_id"), site_id).as_py()
    if row < 0:
        raise UnknownNameError("account of this market", site_id, table.column("site_id").slice(0, 200).to_pylist())
    terms = made.scores.terms
    mine = terms.filter(pc.equal(terms.column("site"), pa.scalar(site_id))).sort_by([("contribution", "descending")])
    found = plain(table.slice(row, 1).to_pylist()[0])
    return {**found, "unit": int(made.unit_of[row]), "terms": [plain(r) for r in mine.slice(0, 40).to_pylist()], "terms_total": mine.num_rows}


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Decimals as numbers."""
    return {k: float(v) if hasattr(v, "as_tuple") else v for k, v in row.items()}


def check_unit(made: Market, unit: int) -> None:
    """Raises InputError for a unit that does not exist."""
    if not 0 <= unit < len(made.units):
        raise InputError(f"unit {unit} does not exist; units are numbered 0 to {len(made.units) - 1}")
