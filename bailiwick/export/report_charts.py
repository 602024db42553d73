"""Charts of the report as SVG: every plan's index against the band, and the design territory by territory."""

from collections.abc import Callable, Sequence
from html import escape

import numpy as np

from bailiwick.export.report_map import index_step
from bailiwick.plans.scorecard_values import Scorecard, TerritoryScore

WIDE, LEFT, RIGHT = 1160.0, 130.0, 24.0
ROW, DOT = 78.0, 4.6
CLASSES = ("far-low", "low", "in", "high", "far-high")


def strips(plans: Sequence[tuple[str, Scorecard]]) -> str:
    """One strip of dots per plan: a dot is a territory at its index; the shaded part is the band."""
    top = max(t.index for _, c in plans for t in c.territories)
    end = max(float(np.ceil(top * 4) / 4), 1.5)
    low, high = plans[0][1].band
    height = 34.0 + ROW * len(plans)

    def x(value: float) -> float:
        return LEFT + (WIDE - LEFT - RIGHT) * value / end

    parts = [
        f'<svg class="chart" viewBox="0 0 {WIDE:g} {height + 26:g}" role="img" aria-label="Index by plan">',
        f'<rect class="band" x="{x(low):.1f}" y="6" width="{x(high) - x(low):.1f}" height="{height - 14:.1f}"/>',
        f'<text class="note" x="{(x(low) + x(high)) / 2:.1f}" y="20" text-anchor="middle">band {low:g}–{high:g}</text>',
    ]
    step = 0.25 if end <= 3 else 0.5 if end <= 6 else 1.0
    for tick in np.arange(0.0, end + 1e-9, step):
        parts.append(f'<line class="tick" x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="26" y2="{height - 4:.1f}"/>')
        parts.append(f'<text class="axis" x="{x(tick):.1f}" y="{height + 12:.1f}" text-anchor="middle">{tick:g}</text>')
    for r, (name, card) in enumerate(plans):
        parts.append(_strip(name, card, 34.0 + ROW * (r + 0.5), x))
    return "".join(parts) + "</svg>"


def _strip(name: str, card: Scorecard, middle: float, x: Callable[[float], float]) -> str:
    inside = sum(t.in_band for t in card.territories)
    parts = [
        f'<text class="row" x="0" y="{middle - 2:.1f}">{escape(name)}</text>',
        f'<text class="note" x="0" y="{middle + 14:.1f}">{inside} of {len(card.territories)} in band</text>',
    ]
    ordered = sorted(card.territories, key=lambda t: (t.index, t.id))
    for t, (at, offset) in zip(ordered, swarm([x(t.index) for t in ordered]), strict=True):
        kind = CLASSES[index_step(t.index, card.band)]
        parts.append(
            f'<circle class="{kind}" cx="{at:.1f}" cy="{middle + offset:.1f}" r="{DOT}">'
            f"<title>{escape(t.name)}: index {t.index:.3f}, {t.accounts:,} accounts</title></circle>"
        )
    return "".join(parts)


def swarm(places: Sequence[float]) -> list[tuple[float, float]]:
    """(place, offset) of dots at their true place, moved up or down so that they do not overlap."""
    done: list[tuple[float, float]] = []
    levels = [side * step * 1.5 for step in range(int((ROW / 2 - DOT) / 1.5) + 1) for side in (1, -1)]
    for at in places:
        near = [(a, o) for a, o in done if at - a < 2 * DOT]
        room = [min(((at - a) ** 2 + (o - b) ** 2 for a, b in near), default=np.inf) for o in levels]
        free = (o for o, gap in zip(levels, room, strict=True) if gap >= (2 * DOT) ** 2 - 0.01)
        done.append((at, next(free, levels[int(np.argmax(room))])))
    return done


def ladder(card: Scorecard) -> str:
    """Each territory of the design as a stick from the mean, largest index first."""
    rows = sorted(card.territories, key=lambda t: (-t.index, t.id))
    low, high = card.band
    reach = max(max(abs(t.index - 1) for t in rows), high - 1, 1 - low) * 1.08
    height, top, bottom, left = 300.0, 14.0, 118.0, 40.0
    gap = (WIDE - left - 8) / len(rows)

    def y(value: float) -> float:
        return top + (height - top - bottom) * (1 + reach - value) / (2 * reach)

    parts = [
        f'<svg class="chart" viewBox="0 0 {WIDE:g} {height:g}" role="img" aria-label="Index of each territory">',
        f'<rect class="band" x="{left:g}" y="{y(high):.1f}" width="{WIDE - left:g}" height="{y(low) - y(high):.1f}"/>',
    ]
    for value in (low, 1.0, high):
        parts.append(f'<line class="tick" x1="{left:g}" x2="{WIDE:g}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>')
        parts.append(f'<text class="axis" x="{left - 8:g}" y="{y(value) + 4:.1f}" text-anchor="end">{value:.2f}</text>')
    for i, t in enumerate(rows):
        parts.append(_stick(t, left + gap * (i + 0.5), y(1.0), y(t.index), height - bottom + 14, card.band))
    return "".join(parts) + "</svg>"


def _stick(t: TerritoryScore, x: float, mean: float, end: float, label: float, band: tuple[float, float]) -> str:
    kind = CLASSES[index_step(t.index, band)]
    return (
        f'<g class="stick"><line x1="{x:.1f}" x2="{x:.1f}" y1="{mean:.1f}" y2="{end:.1f}"/>'
        f'<circle class="{kind}" cx="{x:.1f}" cy="{end:.1f}" r="5"/>'
        f'<text class="axis" transform="translate({x + 3:.1f} {label:.1f}) rotate(-60)" text-anchor="end">'
        f"{escape(_short(t.name))}</text><title>{escape(t.name)}: index {t.index:.3f}</title></g>"
    )


def _short(name: str) -> str:
    return name if len(name) <= 20 else name[:19] + "…"
