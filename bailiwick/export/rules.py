"""What a plan was asked to keep, in words: its team, band, constraints and shared units, as its provenance records them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bailiwick.model.plan import Plan

Row = tuple[str, Any, str]
SHOWN = 12


def rules(plan: Plan) -> Iterator[Row]:
    """Rows of the section; none where nothing was asked beyond a band."""
    found = plan.provenance.get("constraints")
    asked: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    rows = [row for row in (_layer(plan), _band(plan, asked), *_limits(asked), *_lists(asked), *_today(asked), *_shares(plan)) if row]
    if rows:
        yield "What the plan was asked to keep", None, "section"
        for name, value in rows:
            yield name, value, "text"


def _layer(plan: Plan) -> tuple[str, str] | None:
    layer = plan.provenance.get("layer")
    return ("Sales team", str(layer)) if layer else None


def _band(plan: Plan, asked: Mapping[str, Any]) -> tuple[str, str] | None:
    band = plan.provenance.get("band")
    if not isinstance(band, Sequence) or isinstance(band, str) or len(band) != 2:
        return None
    unit = "full-time equivalents, driving counted to who drives" if asked.get("band_kind") == "absolute" else "of the mean territory"
    return "Band of every territory", f"{band[0]:g} to {band[1]:g} {unit}"


def _limits(asked: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if asked.get("contiguous") is False:
        yield "In one piece", "not asked"
    if asked.get("max_minutes"):
        yield "Longest drive", f"{asked['max_minutes']:g} minutes from the base"
    for name, (low, high) in asked.get("measures", {}).items():
        yield f"Band of {name.replace('_', ' ')}", f"{low:g} to {high:g} of the mean territory"
    if asked.get("keep_together"):
        yield "Kept together", ", ".join(asked["keep_together"])


def _lists(asked: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    words = (
        ("locks", "Locked", "{0} to {1}"),
        ("forbidden", "Forbidden", "{0} to {1}"),
        ("barriers", "Barriers", "{0} | {1}"),
        ("bridges", "Bridges", "{0} = {1}"),
        ("ties", "Ties not to cut", "{0} and {1} ({2:g} hours)"),
    )
    for key, name, text in words:
        if asked.get(key):
            yield name, _listed([text.format(*entry) for entry in asked[key]])
    if asked.get("groups"):
        yield "Groups", _listed([" + ".join(group) for group in asked["groups"]])


def _today(asked: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if asked.get("today"):
        limit, bonus = asked.get("disruption_limit", 1.0), asked.get("stay_bonus", 0.0)
        moved = f"at most {limit:.0%} of the accounts moved" if limit < 1 else "no limit to what moves"
        worth = f", {bonus:g} hours a year for each account that stays" if bonus else ""
        yield "Today's alignment", f"{asked['today']}: {moved}{worth}"


def _shares(plan: Plan) -> Iterator[tuple[str, str]]:
    if plan.shares:
        yield "Shared units", _listed([line.removeprefix("ZIP ").replace(" is shared", "") for line in plan.shared_in_words()])


def _listed(entries: Sequence[str]) -> str:
    more = len(entries) - SHOWN
    return "; ".join(entries[:SHOWN]) + (f"; and {more} more" if more > 0 else "")
