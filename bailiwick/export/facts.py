"""The named values of a plan that report and workbook both print: its summary, and how it was made."""

from collections.abc import Iterator, Mapping
from typing import Any

from bailiwick.export.headline import headline
from bailiwick.export.rules import rules
from bailiwick.plans.presentation import Presentation, shown_name

TOLD = ("band", "layer", "names", "vacancies")  # said elsewhere, in words
Row = tuple[str, Any, str]  # name, value, kind of value (see excel.FORMATS)


def summary_rows(shown: Presentation) -> Iterator[Row]:
    """The plan's scorecard, then each baseline's."""
    yield "In one sentence", headline(shown), "text"
    for name, card in [(shown.plan.name, shown.scorecard), *((p.name, c) for p, c in shown.baselines)]:
        s = card.summary
        yield shown_name(name), None, "section"
        yield "Territories", s.territories, "whole"
        yield f"Index within {card.band[0]:g} to {card.band[1]:g}", s.in_band_share, "percent"
        yield "Beyond 15% of the mean", s.outside_15pct_share, "percent"
        yield "Largest deviation from the mean", s.max_deviation, "percent"
        yield "All contiguous", "yes" if s.contiguous else "no", "text"
        yield "Drive hours a year", s.drive_hours, "whole"
        yield "Drive miles a year", s.drive_miles, "whole"
        yield "Line-haul hours a year", sum(t.haul_hours for t in card.territories), "whole"
        yield "Objective, hours a year", s.objective, "whole"
        if s.bound is not None and s.gap is not None:
            yield f"Proven bound ({s.bound_kind})", s.bound, "whole"
            yield "Above the bound", s.gap, "percent"
        else:
            yield "Above the bound", "no gap is proven", "text"
        if s.free_bound is not None and s.free_gap is not None:
            yield "Proven bound (any bases)", s.free_bound, "whole"
            yield "Above the bound for any bases", s.free_gap, "percent"
        yield "Least face time of a territory", s.face_time_min, "percent"
        yield "Full-time representatives of work", s.fte, "number"
        yield "Accounts", s.accounts, "whole"
        yield "Raw opportunity a year", s.raw, "number"
        yield "Accessible opportunity a year", s.accessible, "number"


def facts(shown: Presentation) -> Iterator[Row]:
    """How the plan was made: definition, codes, weights, call plan, capacity, index, provenance, notes, hashes."""
    d = shown.definition
    yield "Opportunity definition", None, "section"
    yield "Name", f"{shown.title} ({d.name}, version {d.version})", "text"
    yield "Measure", f"{d.measure} a year" if d.annualise else d.measure, "text"
    yield "Payer scope", ", ".join(d.payers), "text"
    yield "Period", d.period or "latest of each provider and payer", "text"
    yield "Specialties", ", ".join(d.specialties) or "all", "text"
    for entry in d.codes:
        without = f" without {', '.join(entry.exclude)}" if entry.exclude else ""
        places = "".join(f"; {place} {weight}" for place, weight in entry.weights.items())
        yield f"{entry.system} codes", f"{', '.join(entry.include)}{without}: weight {entry.weight}{places}", "text"
    yield "Tiers", f"A first {float(d.tiers.a):.0%} by {d.tiers.by}, B next {float(d.tiers.b):.0%}, C the rest", "text"
    for who, signed in d.sign_off.items():
        yield f"Signed off by {who}", f"{signed.name}, {signed.date}", "text"
    yield from _workload(shown)
    yield from rules(shown.plan)
    yield "How it was made", None, "section"
    yield from _provenance(shown.plan.provenance)
    yield "Notes", None, "section"
    for i, note in enumerate(dict.fromkeys((*shown.scorecard.notes, *shown.notes)), start=1):
        yield f"Note {i}", note, "text"
    yield "Inputs (SHA-256 of their content)", None, "section"
    for name, digest in sorted(shown.inputs.items()):
        yield name, digest, "text"


def _workload(shown: Presentation) -> Iterator[Row]:
    call, capacity, measures = shown.call_plan, shown.capacity, shown.measures
    yield "Workload and index", None, "section"
    yield "Calls a year, tiers A / B / C", " / ".join(f"{c:g}" for c in call.calls_a_year), "text"
    yield "Minutes a call, tiers A / B / C", " / ".join(f"{m:g}" for m in call.minutes_a_call), "text"
    yield "Waiting a call, minutes", call.wait_minutes, "number"
    yield "Stops a trip", call.stops_per_trip, "number"
    yield "Capacity of one representative", (
        f"{capacity.days:g} days of {capacity.hours_a_day:g} hours, at most {capacity.max_calls_a_day:g} calls a day, "
        f"{capacity.administration_share:.0%} administration"
    ), "text"  # fmt: skip
    weights = ", ".join(f"{name} {weight:.1%}" for name, weight in measures.components.items())
    yield "Index weights used", f"{weights} (preset {shown.preset.name})", "text"
    yield "Band", f"{measures.band[0]:g} to {measures.band[1]:g} of the mean territory", "text"


def _provenance(provenance: Mapping[str, object]) -> Iterator[Row]:
    names = {"bailiwick": "Bailiwick version", "payer": "Payer scope", "definition_version": "Definition version"}
    for key, value in provenance.items():
        if not isinstance(value, Mapping) and key not in TOLD:
            yield names.get(key, key.replace("_", " ").capitalize()), str(value), "text"
