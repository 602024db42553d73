"""A plan in plain English: one sentence on what it is, one on what equal geography would cost."""

from bailiwick.plans.presentation import Presentation, shown_name
from bailiwick.plans.scorecard_values import Scorecard


def headline(shown: Presentation) -> str:
    """Both sentences."""
    return " ".join(s for s in (design_sentence(shown.scorecard), *cost_sentences(shown)[:1]) if s)


def design_sentence(card: Scorecard) -> str:
    """What the plan is: how many, how balanced, how near to the proven bound."""
    s, (low, high) = card.summary, card.band
    inside = round(s.in_band_share * s.territories)
    band = f"{low:.2f}–{high:.2f}"
    held = f"{'all' if inside == s.territories else inside} within {band} of an equal share"
    joined = "all contiguous" if s.contiguous else "not all contiguous"
    bound = "; no gap is proven"
    if s.gap is not None:
        bases = "for these bases" if s.bound_kind == "fixed-bases" else "for any bases"
        bound = f", {s.gap:.1%} above the proven minimum {bases}"
    if s.free_gap is not None:
        bound += f", and at most {s.free_gap:.1%} above a plan from any other bases"
    return f"{s.territories} territories, {held}, {joined}{bound}."


def cost_sentences(shown: Presentation) -> list[str]:
    """What each baseline would cost on the same market."""
    said = []
    for plan, card in shown.baselines:
        s = card.summary
        outside = s.territories - round(s.in_band_share * s.territories)
        said.append(
            f"{shown_name(plan.name)} would leave {outside} of {s.territories} outside the band"
            f" and drive {more(s.drive_hours, shown.scorecard.summary.drive_hours)}."
        )
    return said


def more(value: float, than: float) -> str:
    """``12% more hours``, ``3% fewer hours`` or ``as many hours``."""
    if than <= 0 or abs(value / than - 1) < 0.0005:
        return "as many hours"
    change = value / than - 1
    return f"{abs(change):.{0 if abs(change) >= 0.1 else 1}%} {'more' if change > 0 else 'fewer'} hours"
