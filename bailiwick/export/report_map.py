"""Maps of the report as SVG: the design with its accounts, and small maps of every plan by index."""

from functools import lru_cache
from html import escape

import numpy as np
import numpy.typing as npt

from bailiwick.geography.shapes import (
    HEIGHT,
    WIDTH,
    county_outlines,
    project,
    state_outlines,
    svg_path,
    territory_outlines,
)
from bailiwick.model.plan import Plan
from bailiwick.plans.presentation import Presentation, shown_name
from bailiwick.plans.scorecard_values import Scorecard

# Paul Tol's "light" scheme, made for filled areas and safe for colour-blind readers (SRON/EPS/TN/09-002, 2021)
PALETTE = ["#77AADD", "#EEDD88", "#44BB99", "#EE8866", "#FFAABB", "#BBCC33", "#99DDFF", "#AAAA00", "#DDDDDD"]
STEPS = ["#2166AC", "#8FBFE0", "#DAD9CF", "#F5B16D", "#C8560A"]  # far below, below, in the band, above, far above
MOST_ACCOUNTS = 6000
SMALL_TOLERANCE = 1.1
COUNTY_TOLERANCE = 0.9
EVEN_COLOURS = 6  # used about equally often; the others wait until these do not suffice

Index = npt.NDArray[np.int32]
Texts = npt.NDArray[np.str_]


def colours(plan: Plan, indptr: Index, indices: Index) -> list[int]:
    """A palette number for each territory, neighbours never the same (Brélaz 1979, doi:10.1145/359094.359101)."""
    near = neighbours(plan.territory_of, len(plan.territories), indptr, indices)
    chosen: dict[int, int] = {}
    while len(chosen) < len(near):
        open_ones = [t for t in range(len(near)) if t not in chosen]
        t = max(open_ones, key=lambda t: (len({chosen[o] for o in near[t] if o in chosen}), len(near[t]), -t))
        taken = {chosen[o] for o in near[t] if o in chosen}
        used = list(chosen.values())
        free = [c for c in range(EVEN_COLOURS) if c not in taken]
        spare = (c for c in range(EVEN_COLOURS, len(near) + EVEN_COLOURS) if c not in taken)
        chosen[t] = min(free, key=lambda c: (used.count(c), c)) if free else next(spare)
    return [chosen[t] for t in range(len(near))]


def neighbours(t_of: Index, count: int, indptr: Index, indices: Index) -> list[set[int]]:
    """Territories that touch each territory."""
    a, b = t_of[np.repeat(np.arange(len(t_of)), np.diff(indptr))], t_of[indices]
    pairs = np.unique(np.stack([a[a != b], b[a != b]], axis=1), axis=0)
    found: list[set[int]] = [set() for _ in range(count)]
    for i, j in pairs.tolist():
        found[i].add(j)
    return found


def index_step(index: float, band: tuple[float, float]) -> int:
    """Number in ``STEPS``: two below the band, within it, two above."""
    low, high = band
    if index < low - 1e-9:
        return 0 if index < low - 0.15 else 1
    if index > high + 1e-9:
        return 4 if index > high + 0.15 else 3
    return 2


def main_map(shown: Presentation, palette_of: list[int]) -> str:
    """The national map: territories, state lines, accounts by tier and size, bases."""
    fills = "".join(
        f'<path class="t" data-t="{i}" d="{svg_path(o)}" fill="{PALETTE[palette_of[i] % len(PALETTE)]}"/>'
        for i, o in enumerate(territory_outlines(shown.plan.territory_of))
    )
    behind = surroundings(shown.plan.territory_of, shown.units.county_fips, len(palette_of), COUNTY_TOLERANCE)
    wild = "".join(
        f'<path class="wild" data-t="{t}" d="{path}" fill="{PALETTE[palette_of[t] % len(PALETTE)]}"/>'
        for t, path in enumerate(behind)
    )
    states = "".join(svg_path(o) for o in state_outlines())
    return (
        f'<svg id="map" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="Map of the territories">'
        f'<g id="view"><path class="land" d="{states}"/><g>{wild}</g><g id="fills">{fills}</g>'
        f'<path class="states" d="{states}"/>'
        f'<g id="accounts">{_accounts(shown)}</g><g id="bases">{_bases(shown)}</g></g></svg>'
    )


def surroundings(t_of: Index, county_fips: Texts, count: int, tolerance: float, digits: int = 1) -> list[str]:
    """Land without ZIP areas, drawn pale: each county as a whole under the territory that holds most of its ZIPs."""
    names, county = np.unique(county_fips, return_inverse=True)
    held = np.zeros((len(names), count), dtype=np.int64)
    np.add.at(held, (county, t_of), 1)
    owner = dict(zip(names.tolist(), held.argmax(axis=1).tolist(), strict=True))
    parts: list[list[str]] = [[] for _ in range(count)]
    for fips, path in _county_paths(tolerance, digits):
        if fips in owner:
            parts[owner[fips]].append(path)
    return ["".join(p) for p in parts]


@lru_cache(maxsize=2)
def _county_paths(tolerance: float, digits: int) -> tuple[tuple[str, str], ...]:
    return tuple((o.id, svg_path(o, digits)) for o in county_outlines(tolerance))


def small_map(plan: Plan, card: Scorecard, county_fips: Texts) -> str:
    """One small map, filled by index against the band, with its three numbers."""
    steps = [index_step(t.index, card.band) for t in card.territories]
    paths = "".join(
        f'<path d="{svg_path(o)}" fill="{STEPS[steps[i]]}"><title>{escape(card.territories[i].name)}: index '
        f"{card.territories[i].index:.2f}</title></path>"
        for i, o in enumerate(territory_outlines(plan.territory_of, SMALL_TOLERANCE))
    )
    behind = surroundings(np.array(steps, dtype=np.int32)[plan.territory_of], county_fips, len(STEPS), 2.0, 0)
    wild = "".join(f'<path d="{path}" fill="{colour}"/>' for path, colour in zip(behind, STEPS, strict=True))
    s = card.summary
    inside = round(s.in_band_share * s.territories)
    return (
        f'<figure class="small"><figcaption><b>{escape(shown_name(plan.name))}</b>'
        f"<span>{inside} of {s.territories} in band</span></figcaption>"
        f'<svg viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="{escape(shown_name(plan.name))} by index">'
        f'<g class="behind">{wild}</g><g class="plain">{paths}</g></svg></figure>'
    )


def legend(shown: Presentation) -> str:
    """What points and lines of the main map mean."""
    drawn = min(shown.accounts.num_rows, MOST_ACCOUNTS)
    left = f", the {drawn:,} largest of {shown.accounts.num_rows:,}" if drawn < shown.accounts.num_rows else ""
    tiers = "".join(f'<span class="key"><i class="dot {t}"></i>Tier {t.upper()}</span>' for t in "abc")
    return (
        f'{tiers}<span class="key"><i class="base"></i>Base</span>'
        f'<span class="key quiet">Points: accounts, area by raw opportunity{left}</span>'
        '<span class="key quiet">Pale: land without ZIP areas</span>'
    )


def index_legend(band: tuple[float, float]) -> str:
    """The five steps of the index."""
    low, high = band
    texts = (
        f"below {low - 0.15:.2f}", f"{low - 0.15:.2f}–{low:.2f}", f"in band {low:.2f}–{high:.2f}",
        f"{high:.2f}–{high + 0.15:.2f}", f"above {high + 0.15:.2f}",
    )  # fmt: skip
    return "".join(
        f'<span class="key"><i class="box" style="background:{colour}"></i>{text}</span>'
        for colour, text in zip(STEPS, texts, strict=True)
    )


def _accounts(shown: Presentation) -> str:
    rows = [r for r in shown.account_rows() if r["territory"] >= 0][:MOST_ACCOUNTS]
    if not rows:
        return ""
    unit_of = shown.unit_of[shown.unit_of >= 0][: len(rows)]
    lat = [r["lat"] if r["lat"] is not None else shown.units.lat[u] for r, u in zip(rows, unit_of, strict=True)]
    lon = [r["lon"] if r["lon"] is not None else shown.units.lon[u] for r, u in zip(rows, unit_of, strict=True)]
    x, y = project(np.array(lat, dtype=np.float64), np.array(lon, dtype=np.float64))
    largest = max(float(rows[0]["raw"]), 1e-9)
    marks = []
    for row, px, py in sorted(zip(rows, x, y, strict=True), key=lambda r: -float(r[0]["raw"])):
        radius = 0.9 + 5.6 * np.sqrt(max(float(row["raw"]), 0.0) / largest)
        tier = str(row["tier"] or "C").lower()
        name = escape(str(row["name"] or row["site_id"]), quote=True)
        marks.append(
            f'<circle class="{escape(tier)}" cx="{px:.1f}" cy="{py:.1f}" r="{radius:.1f}" data-r="{radius:.1f}" '
            f'data-t="{row["territory"]}" data-n="{name}" data-v="{float(row["raw"]):,.0f}"/>'
        )
    return "".join(marks)


def _bases(shown: Presentation) -> str:
    units = shown.units
    at = [units.index_of(t.base_zip) for t in shown.plan.territories]
    x, y = project(units.lat[at], units.lon[at])
    return "".join(
        f'<g class="base" data-x="{px:.1f}" data-y="{py:.1f}" transform="translate({px:.1f} {py:.1f})">'
        f'<path d="M0-3.2 3.2 0 0 3.2-3.2 0z"/><text y="-5.5">{escape(t.name)}</text></g>'
        for t, px, py in zip(shown.plan.territories, x, y, strict=True)
    )
