"""The report: one self-contained page that needs no network. Texts are escaped, numbers are the scorecard's."""

import json
import re
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from bailiwick import __version__
from bailiwick.export import report_charts as charts
from bailiwick.export import report_map as maps
from bailiwick.export import report_tables as tables
from bailiwick.export.atomic import whole_file
from bailiwick.export.facts import facts
from bailiwick.export.headline import cost_sentences, design_sentence
from bailiwick.plans.presentation import Presentation, shown_name

PAGE = files("bailiwick.export").joinpath("page")


def write_report(path: Path, shown: Presentation) -> None:
    """Write the page; the file that was there stays whole until the new one is.

    Raises WorkError when the disk refuses.
    """
    text = render(shown)
    with whole_file(path) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")


def render(shown: Presentation) -> str:
    """The page as text."""
    colours = maps.colours(shown.plan, shown.adjacency.indptr, shown.adjacency.indices)
    parts = {
        "title": escape(f"{shown.plan.name} · {shown.title}"),
        "style": _asset("report.css"),
        "script": _asset("report.js"),
        "data": _safe_json(_data(shown, colours)),
        "eyebrow": escape(" · ".join(s for s in (shown.project, shown.title) if s)),
        "plan": escape(shown.plan.name),
        "headline": escape(design_sentence(shown.scorecard)),
        "cost": escape(" ".join(cost_sentences(shown)[:1])),
        "tiles": tables.tiles(shown),
        "map": maps.main_map(shown, colours),
        "map_legend": maps.legend(shown),
        "strips": charts.strips([(shown_name(p.name), c) for p, c in _all(shown)]),
        "ladder": charts.ladder(shown.scorecard),
        "multiples": "".join(maps.small_map(p, c, shown.units.county_fips) for p, c in _all(shown)),
        "index_legend": maps.index_legend(shown.scorecard.band),
        "comparison": tables.comparison(shown),
        "costs": "".join(f"<li>{escape(s)}</li>" for s in cost_sentences(shown)),
        "scorecard": tables.territories(shown.scorecard),
        "accounts": tables.accounts(shown),
        "facts": tables.facts_list(facts(shown)),
        "notes": tables.notes(shown),
        "method": tables.method(shown),
        "stamp": escape(" · ".join(s for s in (f"Bailiwick {__version__}", shown.made_at) if s)),
    }
    # one pass, so that a text holding "{{…}}" stays a text
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], _asset("report.html"))


def _all(shown: Presentation) -> list[tuple[Any, Any]]:
    return [(shown.plan, shown.scorecard), *shown.baselines]


def _asset(name: str) -> str:
    return PAGE.joinpath(name).read_text(encoding="utf-8")


def _data(shown: Presentation, colours: list[int]) -> dict[str, Any]:
    """What tooltips show and the map's fills need."""
    rows = [
        {
            "id": t.id, "name": t.name, "rep": t.rep, "base": t.base_zip, "index": round(t.index, 3),
            "fte": round(t.fte, 2), "accounts": t.accounts, "a": t.tier_a, "units": t.units, "raw": round(t.raw),
            "share": t.market_share, "drive": round(t.drive_hours), "face": t.face_time, "inBand": t.in_band,
            "colour": colours[i],
            "step": maps.index_step(t.index, shown.scorecard.band),
        }
        for i, t in enumerate(shown.scorecard.territories)
    ]  # fmt: skip
    return {"territories": rows, "palette": maps.PALETTE, "steps": maps.STEPS}


def _safe_json(value: Any) -> str:
    """JSON that cannot end the script element that holds it."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026").replace("\u2028", "\\u2028")
