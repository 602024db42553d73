"""What the command line shows a person. Takes the same documents that --json prints."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bailiwick.model.tables import payer_name

Document = Mapping[str, Any]


def _percent(share: float | None, digits: int = 1) -> str:
    return "–" if share is None else f"{100 * share:.{digits}f}%"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def _table(title: str, columns: Sequence[tuple[str, str]]) -> Table:
    table = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for name, side in columns:
        table.add_column(name, justify="right" if side == "r" else "left")
    return table


def show_ingest(console: Console, report: Document) -> None:
    """Counts of one ingest; read = accepted + rejected."""
    if report["unchanged"]:
        console.print("Nothing changed: these files were ingested before.")
    console.print(f"read {report['read']:,} = accepted {report['accepted']:,} + rejected {report['rejected']:,}")
    for name, rows in report["tables"].items():
        console.print(f"  {name}: {rows:,} rows")
    if report["rejects_file"]:
        console.print(f"Rejected rows, each with column and rule: {report['rejects_file']}", soft_wrap=True)


def show_score(console: Console, document: Document) -> None:
    """Totals, the first accounts and providers, and headcount beside volume."""
    console.print(
        f"[bold]{escape(document['title'])}[/bold]: {float(document['total']):,.1f} a year, {escape(payer_name(document['payer']))}"
    )
    for kind in ("accounts", "providers"):
        rows = document[kind]
        columns = [("rank", "r"), ("tier", "l"), ("name", "l"), ("raw", "r"), ("reason", "l")]
        table = _table(f"\n{kind.capitalize()} ({document[f'{kind}_total']:,} in all)", columns)
        for row in rows:
            table.add_row(
                str(row["rank"]),
                row["tier"] or "–",
                escape(row["name"] or row.get("site_id") or row.get("npi") or ""),
                f"{float(row['raw']):,.1f}",
                escape(row["reason"] or ""),
            )
        console.print(table)
    for note in document["notes"]:
        console.print(f"Note: {escape(note)}", soft_wrap=True)
    if document.get("out"):
        console.print(f"Wrote {document['out']}", soft_wrap=True)


def show_size(console: Console, document: Document) -> None:
    """How many reps the workload needs."""
    console.print(
        f"[bold]{document['representatives']:.1f}[/bold] full-time representatives: {document['hours']:,.0f} hours a year "
        f"over {document['capacity_hours']:,.0f} each."
    )
    for line in document["terms"]:
        console.print(f"  {line['term']}: {line['hours']:,.0f} h ({_percent(line['share'])})")
    for note in document["notes"]:
        console.print(f"Note: {escape(note)}", soft_wrap=True)


def show_scorecard(console: Console, document: Document) -> None:
    """One plan: the summary in a sentence or two, then its territories."""
    console.print(f"[bold]{escape(document['plan'])}[/bold]: {escape(headline(document))}", soft_wrap=True)
    columns = [
        ("territory", "l"),
        ("base", "l"),
        ("ZIPs", "r"),
        ("accounts", "r"),
        ("A", "r"),
        ("index", "r"),
        ("FTE", "r"),
        ("market", "r"),
        ("drive h", "r"),
        ("face time", "r"),
        ("", "l"),
    ]
    table = _table("", columns)
    for row in document["territories"]:
        flags = ("" if row["in_band"] else "out of band ") + ("" if row["contiguous"] else "not contiguous")
        table.add_row(
            escape(row["name"]),
            row["base_zip"],
            _number(row["units"]),
            _number(row["accounts"]),
            _number(row["tier_a"]),
            f"{row['index']:.3f}",
            f"{row['fte']:.2f}",
            _percent(row["market_share"]),
            _number(row["drive_hours"]),
            _percent(row["face_time"], 0),
            f"[red]{flags}[/red]" if flags else "",
        )
    console.print(table)
    for note in document.get("notes", ()):
        console.print(f"Note: {escape(note)}", soft_wrap=True)


def headline(document: Document) -> str:
    """The summary of a plan as one plain sentence."""
    summary = document["summary"]
    bound = "; no gap is proven"
    if summary.get("gap") is not None:
        bases = "its bases" if summary["bound_kind"] == "fixed-bases" else "any bases"
        bound = f"; {_percent(summary['gap'], 2)} above the proven bound for {bases}"
    if summary.get("free_gap") is not None:
        bound += f", {_percent(summary['free_gap'], 2)} above the bound for any bases"
    joined = "all contiguous" if summary["contiguous"] else "not all contiguous"
    return (
        f"{summary['territories']} territories, {_percent(summary['in_band_share'], 0)} in the band, {joined}; "
        f"{summary['drive_hours']:,.0f} drive hours a year, face time at least {_percent(summary['face_time_min'], 0)}{bound}."
    )


def show_comparison(console: Console, document: Document) -> None:
    """Plans side by side, then what moves from the first to each other."""
    columns = [
        ("plan", "l"),
        ("in band", "r"),
        ("beyond 15%", "r"),
        ("contiguous", "l"),
        ("drive hours", "r"),
        ("objective h", "r"),
        ("face time min", "r"),
        ("moved: ZIPs", "r"),
        ("accounts", "r"),
        ("opportunity", "r"),
    ]
    table = _table("", columns)
    for row in document["plans"]:
        summary, moved = row["summary"], row.get("moved") or {}
        table.add_row(
            escape(row["plan"]),
            _percent(summary["in_band_share"], 0),
            _percent(summary["outside_15pct_share"], 0),
            "yes" if summary["contiguous"] else "no",
            _number(summary["drive_hours"]),
            _number(summary["objective"]),
            _percent(summary["face_time_min"], 0),
            _percent(moved.get("units_share")),
            _percent(moved.get("accounts_share")),
            _percent(moved.get("opportunity_share")),
        )
    console.print(table)
    console.print("Moved: against the first plan, after the best relabelling of territories.")


def show_demo(console: Console, folder: Path, document: Document) -> None:
    """What was made and what to try next."""
    console.print()
    console.print(headline(document), soft_wrap=True)
    for line in document["baselines"]:
        console.print(
            f"  {escape(line['plan'])}: {_percent(line['summary']['in_band_share'], 0)} in the band, "
            f"{line['summary']['drive_hours']:,.0f} drive hours",
            soft_wrap=True,
        )
    console.print(
        f"\nOpen {folder}/report.html in a browser and {folder}/territories.xlsx in Excel. Then try:", soft_wrap=True
    )
    for command in document["next"]:
        console.print(f"  {command}", soft_wrap=True, markup=False)
