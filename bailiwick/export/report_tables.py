"""Tables and texts of the report. Every value passes through ``escape``."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from bailiwick.export.headline import more
from bailiwick.model.tables import payer_name
from bailiwick.plans.presentation import Presentation, shown_name
from bailiwick.plans.scorecard_values import Scorecard

TOP_ACCOUNTS = 25


def tiles(shown: Presentation) -> str:
    """The numbers a leader asks for first."""
    s = shown.scorecard.summary
    worst = max(shown.baselines, key=lambda b: b[1].summary.drive_hours, default=None)
    beside = f"{shown_name(worst[0].name)}: {more(worst[1].summary.drive_hours, s.drive_hours)}" if worst else "a year"
    gap = "none proven" if s.gap is None else f"{s.gap:.2%}"
    bound = "" if s.bound_kind is None else "for these bases" if s.bound_kind == "fixed-bases" else "for any bases"
    bound += "" if s.free_gap is None else f" · {s.free_gap:.1%} for any bases"
    target, inside = shown.capacity.face_time_target, round(s.in_band_share * s.territories)
    scope = ", ".join(payer_name(p) for p in shown.definition.payers)
    facts = (
        ("Territories in band", f"{inside} / {s.territories}", f"largest deviation {s.max_deviation:.1%}"),
        ("Above the proven bound", gap, bound),
        ("Driving", f"{s.drive_hours:,.0f} h", beside),
        ("Least face time", f"{s.face_time_min:.0%}", f"target {target:.0%} · mean {s.face_time:.0%}"),
        ("Work", f"{s.fte:.1f} FTE", f"{s.accounts:,} accounts"),
        ("Raw opportunity", f"{s.raw:,.0f}", f"{shown.definition.measure} a year, {scope}"),
    )
    return "".join(
        f'<div class="tile"><span>{escape(label)}</span><b>{escape(value)}</b><small>{escape(more_)}</small></div>'
        for label, value, more_ in facts
    )


def comparison(shown: Presentation) -> str:
    """The design and each baseline in one table."""
    head = ("Plan", "In band", "Beyond 15%", "Least index", "Largest index", "Drive hours", "Against design",
            "Drive miles", "Least face time", "Contiguous")  # fmt: skip
    own = shown.scorecard.summary.drive_hours
    rows = []
    for plan, card in [(shown.plan, shown.scorecard), *shown.baselines]:
        s = card.summary
        against = "–" if card is shown.scorecard else more(s.drive_hours, own)
        cells = (
            shown_name(plan.name), f"{s.in_band_share:.0%}", f"{s.outside_15pct_share:.0%}",
            f"{min(t.index for t in card.territories):.2f}", f"{max(t.index for t in card.territories):.2f}",
            f"{s.drive_hours:,.0f}", against, f"{s.drive_miles:,.0f}", f"{s.face_time_min:.0%}",
            "yes" if s.contiguous else "no",
        )  # fmt: skip
        rows.append(_row(cells, "own" if card is shown.scorecard else ""))
    return f'<table class="compare">{_head(head)}<tbody>{"".join(rows)}</tbody></table>'


def territories(card: Scorecard) -> str:
    """The scorecard, sortable and filterable."""
    head = ("Territory", "Name", "Representative", "Base", "Index", "FTE", "ZIPs", "Accounts", "Tier A", "Raw",
            "Market share", "Call hours", "Drive hours", "Drive miles", "Face time")  # fmt: skip
    rows = []
    for t in card.territories:
        cells = (
            (t.id, t.id), (t.name, t.name), (t.rep or "–", t.rep), (t.base_zip, t.base_zip),
            (f"{t.index:.3f}", t.index), (f"{t.fte:.2f}", t.fte), (f"{t.units:,}", t.units),
            (f"{t.accounts:,}", t.accounts), (f"{t.tier_a:,}", t.tier_a),
            (f"{t.raw:,.0f}", t.raw), (f"{t.market_share:.1%}", t.market_share), (f"{t.call_hours:,.0f}", t.call_hours),
            (f"{t.drive_hours:,.0f}", t.drive_hours), (f"{t.drive_miles:,.0f}", t.drive_miles),
            (f"{t.face_time:.0%}", t.face_time),
        )  # fmt: skip
        flags = ("" if t.in_band else " outside") + ("" if t.contiguous else " broken")
        rows.append(
            f'<tr class="{flags.strip()}">'
            + "".join(
                f'<td data-v="{escape(str(key), quote=True)}"{_side(i, key)}>{escape(text)}</td>'
                for i, (text, key) in enumerate(cells)
            )
            + "</tr>"
        )
    kind = "sortable" if any(t.rep for t in card.territories) else "sortable vacant"
    return f'<table id="scores" class="{kind}">{_head(head, sortable=True)}<tbody>{"".join(rows)}</tbody></table>'


def accounts(shown: Presentation) -> str:
    """The largest accounts and why each scores what it does."""
    head = ("Rank", "Account", "Place", "Tier", "Territory", "Raw", "Why")
    names = [t.name for t in shown.plan.territories]
    rows = []
    for row, unit in list(zip(shown.account_rows(), shown.unit_of.tolist(), strict=True))[:TOP_ACCOUNTS]:
        where = f"{shown.units.city[unit]}, {shown.units.state[unit]}".strip(", ") if unit >= 0 else ""
        t = names[row["territory"]] if row["territory"] >= 0 else "not placed"
        cells = (
            str(row["rank"] or "–"), row["name"] or row["site_id"], where, row["tier"] or "–", t,
            f"{float(row['raw']):,.0f}", row["reason"] or "",
        )  # fmt: skip
        rows.append(_row(cells, "", left=(1, 2, 4, 6)))
    return f'<table class="accounts">{_head(head, left=(1, 2, 4, 6))}<tbody>{"".join(rows)}</tbody></table>'


def facts_list(rows: Iterable[tuple[str, Any, str]]) -> str:
    """How the plan was made, as sections of named values; notes are printed elsewhere."""
    parts: list[str] = []
    section = ""
    for label, value, kind in rows:
        if kind == "section":
            section = label
            if section != "Notes":
                parts.append(("</dl></section>" if parts else "") + f"<section><h3>{escape(label)}</h3><dl>")
        elif section != "Notes":
            text = f"{value:,.10g}" if isinstance(value, float) else str(value)
            mono = ' class="hash"' if section.startswith("Inputs") else ""
            parts.append(f"<dt>{escape(label)}</dt><dd{mono}>{escape(text)}</dd>")
    return "".join(parts) + ("</dl></section>" if parts else "")


def notes(shown: Presentation) -> str:
    """What was left out and why, said once each."""
    said = dict.fromkeys((*shown.scorecard.notes, *shown.notes))
    return "".join(f"<li>{escape(n[:1].upper() + n[1:])}</li>" for n in said) or "<li>Nothing was left out.</li>"


def method(shown: Presentation) -> str:
    """How the numbers come about and what they cannot say."""
    s = shown.scorecard.summary
    bound = (
        "No gap is proven for this plan."
        if s.bound is None or s.gap is None
        else f"The proven bound is {s.bound:,.0f} hours a year: no assignment in the band "
        f"{'to these bases' if s.bound_kind == 'fixed-bases' else 'to any bases'} costs less in line haul, "
        "with what cut ties cost and less what staying is worth where the plan counts them. "
        f"This plan costs {s.objective:,.0f}."
    )
    if s.free_bound is not None and s.free_gap is not None:
        bound += f" From any other bases no plan in the band costs less than {s.free_bound:,.0f} hours."
    texts = (
        "The index of a territory is its weighted share of the national measures, times the number of territories: "
        "1 is an equal share. The weights used are listed below; a component without data is left out and the rest "
        "rescaled.",
        "Drive hours are line haul, twice the road minutes from base to ZIP for every trip, plus local driving between "
        f"the stops of a trip. {bound}",
        "Road times follow the national highway network, slower where junctions are dense; the hour of the day does "
        "not enter. Where no road leads, the journey is reckoned by air.",
        "Face time is call hours over all hours: calls, waiting, driving and administration.",
        "The baselines share out ZIPs, accounts or area equally by straight cuts, without looking at opportunity or "
        "roads. Each of their territories is then given its most central ZIP as base, by trips and road minutes, so "
        "that they are not handicapped.",
        f"Volumes are of {', '.join(payer_name(p) for p in shown.definition.payers)} only: what others pay is not "
        "counted, and where their share differs from place to place, so does what is missing.",
        "ZIPs are Census ZIP areas; a PO box belongs to the area it lies in. Islands are joined by declared bridges.",
    )
    return "".join(f"<li>{escape(t)}</li>" for t in texts)


def _head(names: Sequence[str], *, sortable: bool = False, left: Sequence[int] = (0,)) -> str:
    cells = "".join(
        f'<th scope="col"{"" if i in left or (sortable and i < 4) else " class=num"}>'
        + (f'<button type="button">{escape(n)}</button>' if sortable else escape(n))
        + "</th>"
        for i, n in enumerate(names)
    )
    return f"<thead><tr>{cells}</tr></thead>"


def _row(cells: Sequence[str], kind: str, left: Sequence[int] = (0,)) -> str:
    return f'<tr class="{kind}">' + "".join(
        f"<td{'' if i in left else ' class=num'}>{escape(str(c))}</td>" for i, c in enumerate(cells)
    ) + "</tr>"  # fmt: skip


def _side(column: int, key: object) -> str:
    classes = ["num"] if isinstance(key, int | float) else []
    classes += ["index"] if column == 4 else []
    return f' class="{" ".join(classes)}"' if classes else ""
