"""Where volume is performed: split what has no site, and count no procedure twice at a site (R5, R6)."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bailiwick.opportunity.fixed import Ints, split

UNPLACED = "unplaced"
_SHARE_SCALE = 1_000_000


def place_rows(table: Any, amounts: Ints, affiliation: Any) -> tuple[Any, Ints, tuple[str, ...]]:
    """Give every row a site.

    table, amounts: rows with nullable site. affiliation: Ibis table of the contract.
    A row without a site is split over its provider's affiliations by share (equally when no share is above 0), marked
    estimated; a provider without any keeps it at the account "unplaced". Amounts are kept exactly.
    """
    missing = table.column("site").is_null().to_numpy(zero_copy_only=False)
    if not missing.any():
        return table, amounts, ()
    where = np.flatnonzero(missing)
    npis = table.column("npi").take(pa.array(where))
    links = _links(affiliation, npis.unique())
    rows, link = _pairs(npis, links)
    found = np.zeros(len(where), dtype=bool)
    found[rows] = True
    shares = _shares(links, link, rows, len(where))
    parts = split(amounts[where], rows, shares, link)
    keep = np.flatnonzero(~missing)
    lost = where[~found]
    source = np.concatenate([keep, where[rows], lost])
    sites = pa.concat_arrays([
        table.column("site").combine_chunks().take(pa.array(keep)),
        links.column("site").combine_chunks().take(pa.array(link)),
        pa.array([UNPLACED] * len(lost), pa.string()),
    ])  # fmt: skip
    estimated = np.concatenate(
        [table.column("estimated").to_numpy()[keep], np.ones(len(rows) + len(lost), dtype=np.int64)]
    )
    placed = table.take(pa.array(source))
    placed = placed.set_column(placed.schema.get_field_index("site"), "site", sites)
    placed = placed.set_column(placed.schema.get_field_index("estimated"), "estimated", pa.array(estimated))
    values = np.concatenate([amounts[keep], parts, amounts[lost]])
    return placed, values, _notes(npis, found, len(where))


def _links(affiliation: Any, npis: Any) -> Any:
    wanted = pa.table({"npi": npis.cast(pa.string())})
    import ibis

    found = affiliation.semi_join(ibis.memtable(wanted), "npi").select("npi", "site", "share")
    return found.to_pyarrow().sort_by([("npi", "ascending"), ("site", "ascending")])


def _pairs(npis: Any, links: Any) -> tuple[Ints, Ints]:
    """For every row its links: (row, link) index pairs, grouped by row."""
    linked = np.array(links.column("npi").to_pylist(), dtype=object)
    ids = np.array(npis.to_pylist(), dtype=object)
    if not len(linked):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    low, high = np.searchsorted(linked, ids, side="left"), np.searchsorted(linked, ids, side="right")
    counts = high - low
    rows = np.repeat(np.arange(len(ids)), counts)
    starts = np.repeat(np.cumsum(counts) - counts, counts)
    return rows.astype(np.int64), (np.repeat(low, counts) + np.arange(len(rows)) - starts).astype(np.int64)


def _shares(links: Any, link: Ints, rows: Ints, n: int) -> Ints:
    stated = np.array([int((s or 0) * _SHARE_SCALE) for s in links.column("share").to_pylist()], dtype=np.int64)
    shares = stated[link] if len(link) else np.zeros(0, dtype=np.int64)
    totals = np.zeros(n, dtype=np.int64)
    np.add.at(totals, rows, shares)
    return np.where(totals[rows] > 0, shares, 1)


def _notes(npis: Any, found: Any, n: int) -> tuple[str, ...]:
    notes = []
    if found.any():
        notes.append(f"{int(found.sum()):,} of {n:,} rows without a site are split by affiliation (estimated)")
    if not found.all():
        lost = pc.unique(npis.take(pa.array(np.flatnonzero(~found)))).to_pylist()
        names = ", ".join(sorted(lost)[:3]) + (", ..." if len(lost) > 3 else "")
        notes.append(
            f"unattributed: {len(lost):,} providers state no site and no affiliation ({names}): account {UNPLACED!r}"
        )
    return tuple(notes)


def without_double_counting(table: Any, amounts: Ints, organisations: set[str]) -> tuple[Ints, tuple[str, ...]]:
    """Reduce an organisation's own rows by what persons report at the same site for the same code and payer.

    A surgery centre and its surgeons bill one procedure twice: the persons keep their volume, the organisation keeps
    what is left of its own (performed by persons the data does not show), never below 0. Office rows stay as they are.
    """
    npi = np.array(table.column("npi").to_pylist(), dtype=object)
    own = np.array([n in organisations for n in npi], dtype=bool)
    shared = np.array(table.column("site").to_pylist(), dtype=object) != UNPLACED
    shared &= np.array(table.column("place").to_pylist(), dtype=object) != "office"
    if not (own & shared).any() or not (~own & shared).any():
        return amounts, ()
    key = _keys(table)
    by_persons = np.zeros(int(key.max()) + 1, dtype=np.int64)
    np.add.at(by_persons, key[~own & shared], amounts[~own & shared])
    result = amounts.copy()
    for row in np.flatnonzero(own & shared & (by_persons[key] > 0)):
        taken = min(int(result[row]), int(by_persons[key[row]]))
        by_persons[key[row]] -= taken
        result[row] -= taken
    changed = int((result != amounts).sum())
    if not changed:
        return amounts, ()
    note = (
        "facility rows are reduced by what persons report at the same site for the same code: no procedure counts twice"
    )
    return result, (f"{changed:,} {note}",)


def _keys(table: Any) -> Ints:
    key = np.zeros(table.num_rows, dtype=np.int64)
    for name in ("site", "code_system", "code", "payer"):
        codes = table.column(name).combine_chunks().dictionary_encode().indices.to_numpy()
        _, key = np.unique(key * (int(codes.max()) + 1) + codes, return_inverse=True)
    return key.astype(np.int64)
