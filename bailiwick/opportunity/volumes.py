"""From the warehouse to exact rows: filter and sum where the data lies, bring over only what counts."""

from dataclasses import dataclass
from typing import Any, Protocol

import ibis
import numpy as np
import pyarrow as pa

from bailiwick.model.tables import payer_name
from bailiwick.opportunity.definition import Definition
from bailiwick.opportunity.fixed import SCALE, Ints, scaled
from bailiwick.opportunity.periods import spans

KEYS = ("npi", "code_system", "code", "place", "site", "payer")


class Tables(Protocol):
    """Anything that gives contract tables as Ibis expressions."""

    def table(self, name: str) -> Any:
        """The contract table of that name."""
        ...


@dataclass(frozen=True)
class Rows:
    """Volume that counts: a pyarrow table of the keys, period, estimated; and the annual amounts beside it."""

    table: Any
    annual: Ints
    notes: tuple[str, ...]


def read_rows(definition: Definition, tables: Tables) -> Rows:
    """The volume rows a definition counts, summed over months, annualised, exact."""
    volume = tables.table("volume")
    chosen = volume.filter(definition.predicate(volume))
    if definition.specialties:
        chosen = _of_specialties(chosen, tables.table("provider"), definition.specialties)
    found = chosen.group_by("payer", "period").aggregate(rows=chosen.count()).to_pyarrow().to_pylist()
    wanted = [(r["payer"], r["period"]) for r in found if r["payer"] in definition.payers]
    periods = spans(wanted, definition.period)
    notes = _notes_on_payers(found, definition) + _notes_on_periods(found, periods)
    table = _sum(chosen, definition, periods).to_pyarrow().sort_by([(k, "ascending") for k in KEYS])
    amounts = table.column("amount").to_numpy().astype(np.int64)
    if definition.annualise:
        amounts = scaled(amounts, 12, table.column("months").to_numpy().astype(np.int64))
    suppressed = int(np.sum(table.column("suppressed").to_numpy(), dtype=np.int64)) if table.num_rows else 0
    if suppressed:
        notes.append(
            f"{suppressed:,} rows do not state {definition.measure} (suppressed, 1-10 patients) and count as 0"
        )
    if definition.measure == "patients":
        notes.append("a patient with two codes counts under each: patients are distinct per code only")
    return Rows(table, amounts, tuple(notes))


def _of_specialties(volume: Any, provider: Any, specialties: tuple[str, ...]) -> Any:
    wanted = provider.filter(provider.specialty.lower().isin([s.lower() for s in specialties]))
    return volume.semi_join(wanted, "npi")


def _sum(volume: Any, definition: Definition, periods: dict[tuple[str, str], Any]) -> Any:
    """Sums by key of the preferred span of each provider and payer, as an Ibis expression."""
    span = ibis.memtable(_span_table(periods))
    amount = (volume[definition.measure] * SCALE).cast("int64")
    known = volume.select(
        "npi", "code_system", "code", "place", "site", "payer", "period",
        amount=ibis.coalesce(amount, ibis.literal(0, type="int64")),
        suppressed=volume[definition.measure].isnull().cast("int64"),
        estimated=(volume.basis == "estimated").cast("int64"),
    )  # fmt: skip
    joined = known.join(span, ["payer", "period"])
    best = joined.group_by("npi", "payer").mutate(best=joined.recency.max())
    kept = best.filter(best.recency == best.best)
    return kept.group_by("npi", "code_system", "code", "place", "site", "payer", "span", "months").aggregate(
        amount=kept.amount.sum(), suppressed=kept.suppressed.sum(), estimated=kept.estimated.max()
    )


def _span_table(periods: dict[tuple[str, str], Any]) -> Any:
    kept = sorted(periods.items())
    return pa.table({
        "payer": pa.array([payer for (payer, _), _ in kept], pa.string()),
        "period": pa.array([s.period for _, s in kept], pa.string()),
        "span": pa.array([s.group for _, s in kept], pa.string()),
        "months": pa.array([s.months for _, s in kept], pa.int64()),
        "recency": pa.array([s.recency for _, s in kept], pa.int64()),
    })  # fmt: skip


def _notes_on_payers(found: list[dict[str, Any]], definition: Definition) -> list[str]:
    notes = [f"payer scope: {payer_name(definition.payer)}"]
    others: dict[str, int] = {}
    for row in found:
        if row["payer"] not in definition.payers:
            others[row["payer"]] = others.get(row["payer"], 0) + row["rows"]
    notes += [f"left out: {n:,} volume rows of {payer_name(p)}" for p, n in sorted(others.items())]
    return notes


def _notes_on_periods(found: list[dict[str, Any]], periods: dict[tuple[str, str], Any]) -> list[str]:
    used = sorted({s.group for s in periods.values()})
    if not used:
        return ["no volume row matches the definition"] if not found else []
    if len(used) == 1:
        return [f"period: {used[0]}"]
    return [f"periods: {', '.join(used)}; of each provider and payer the one that ends last, then the shortest, counts"]
