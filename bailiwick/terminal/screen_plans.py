"""What the command line shows of a plan that exists: proof, reasons, standing, districts."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bailiwick.model.words import counted

Document = Mapping[str, Any]


def _table(*columns: str) -> Table:
    table = Table(header_style="bold", box=None, pad_edge=False)
    for i, name in enumerate(columns):
        table.add_column(name, justify="left" if i == 0 else "right")
    return table


def show_checks(console: Console, document: Document) -> None:
    """Each claim, what was found, and whether it holds."""
    table = _table("claim", "claimed", "found", "")
    for check in document["checks"]:
        table.add_row(check["name"], check["claimed"], check["found"], "holds" if check["holds"] else "[bold red]does not hold[/bold red]")
    console.print(table)
    missing = f"; not stored, so not checked: {', '.join(document['missing'])}" if document["missing"] else ""
    console.print(f"{document['plan']}: {'every claim holds' if document['holds'] else 'not every claim holds'}{missing}", soft_wrap=True)


def show_bounds(console: Console, document: Document) -> None:
    """How far the plan is from both bounds."""
    summary = document["summary"]
    if summary["free_bound"] is None:
        console.print(f"{document['plan']}: nothing is driven, so there is nothing to prove", soft_wrap=True)
        return
    console.print(
        f"{document['plan']} costs {summary['objective']:,.0f} hours a year, {_above(summary['gap'])} the bound of its bases "
        f"({summary['bound']:,.0f}) and {_above(summary['free_gap'])} the bound over all choices of bases ({summary['free_bound']:,.0f}).",
        soft_wrap=True,
    )


def _above(gap: float | None) -> str:
    return "with no gap proven to" if gap is None else f"{100 * gap:.2f}% above"


def show_reason(console: Console, document: Document) -> None:
    """The reason in a sentence, and the alternatives."""
    console.print(
        f"ZIP {document['unit']} is in {document['territory']} ({escape(document['name'])}), {document['minutes']:.0f} minutes from its base, "
        f"{document['hours']:.1f} hours a year: {document['because']}.",
        soft_wrap=True,
    )
    table = _table("instead", "minutes", "hours a year", "index here", "index there", "")
    for other in document["alternatives"]:
        wrong = [text for key, text in (("in_band", "out of band"), ("contiguous", "not contiguous")) if not other[key]]
        wrong += [] if other["allowed"] else [other["breaks"]]
        table.add_row(
            f"{other['territory']} {escape(other['name'])}", f"{other['minutes']:.0f}", f"{other['extra_hours']:+.1f}",
            f"{other['index_here']:.3f}", f"{other['index_there']:.3f}", ", ".join(wrong),
        )  # fmt: skip
    console.print(table)


def show_mended(console: Console, document: Document) -> None:
    """How much moved, and where that leaves the plan."""
    _show_change(console, document, f"{100 * document['moved']['share']:.2f}% of the accounts")


def show_moved(console: Console, document: Document) -> None:
    """What moved and what moved in answer, and where that leaves the plan."""
    _show_change(console, document, f"{document['moved']['answered']:,} more in answer")


def _show_change(console: Console, document: Document, more: str) -> None:
    summary = document["summary"]
    console.print(
        f"{document['plan']}: {counted(document['moved']['units'], 'ZIP')} moved, {more}; "
        f"{100 * summary['in_band_share']:.0f}% of {counted(summary['territories'], 'territory', 'territories')} in the band",
        soft_wrap=True,
    )


def show_standing(console: Console, document: Document) -> None:
    """The plan beside the neutral plans, measure by measure."""
    console.print(f"{document['plan']} beside {document['plans']:,} neutral plans (contiguous, in band, otherwise random):", soft_wrap=True)
    table = _table("measure (less is better, except where said)", "plan", "lowest", "median", "highest", "better than")
    for row in document["standings"]:
        figures = [f"{row[key]:,.3f}" if row["highest"] < 10 else f"{row[key]:,.0f}" for key in ("plan", "lowest", "median", "highest")]
        table.add_row(row["measure"] + (" (more is better)" if row["more_is_better"] else ""), *figures, f"{100 * row['better_than']:.1f}%")
    console.print(table)
    for note in document.get("notes", ()):
        console.print(f"{note[0].upper()}{note[1:]}.", soft_wrap=True)


def show_districts(console: Console, document: Document) -> None:
    """Districts, then regions, with their totals."""
    for level, band in (("districts", "district_band"), ("regions", "region_band")):
        if level not in document:
            continue
        console.print(f"{level} (within {document[band][0]:.2f} to {document[band][1]:.2f} of their mean)")
        table = _table("id", "around", "territories", "index", "accounts", "raw", "region")
        for row in document[level]:
            table.add_row(
                row["id"], escape(row["name"]), str(len(row["territories"])), f"{row['index']:.2f}", f"{row['accounts']:,}", f"{row['raw']:,.0f}",
                row.get("region", ""),
            )  # fmt: skip
        console.print(table)


def show_sizes(console: Console, document: Document) -> None:
    """A row for each number of territories, and the recommendation."""
    table = _table("territories", "coverage", "reach", "FTE", "busiest", "face time", "worst", "drive hours", "gap", "")
    for row in document["sizes"]:
        shares = [f"{100 * row[key]:.1f}%" for key in ("coverage", "reach")]
        times = [f"{100 * row[key]:.0f}%" for key in ("face_time", "face_time_min")]
        note = "recommended" if row["territories"] == document["recommended"] else "" if row["in_band"] else "out of band"
        table.add_row(
            str(row["territories"]), *shares, f"{row['fte']:.1f}", f"{row['busiest']:.2f}", *times, f"{row['drive_hours']:,.0f}",
            "–" if row["gap"] is None else f"{100 * row['gap']:.1f}%", note,
        )  # fmt: skip
    console.print(table)
    for count, why in document["failed"].items():
        console.print(f"{count}: {escape(why)}", soft_wrap=True)
    console.print(f"{document['reason'][0].upper()}{document['reason'][1:]}.", soft_wrap=True)
    console.print("coverage: planned calls that capacity can make; reach: opportunity within two hours of a base", style="dim", soft_wrap=True)


def show_layers(console: Console, document: Document) -> None:
    """Accounts and opportunity by layer, and the whole."""
    table = _table("layer", "accounts", "raw")
    for row in [*document["layers"], {**document, "layer": "all"}]:
        table.add_row(str(row["layer"]), f"{row['accounts']:,}", f"{row['raw']:,.0f}")
    console.print(table)
