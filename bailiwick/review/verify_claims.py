"""What a plan folder says beside its proofs, held against what was recomputed: its gaps, the kind of its bound, and which proofs it has."""

from collections.abc import Sequence

from bailiwick.model.plan import gap_of
from bailiwick.plans.claims import Claims
from bailiwick.review.verify import NEAR_ENOUGH, Check, check

KIND = "fixed-bases"  # prices by territory prove a bound of the plan's own bases, nothing else


def kind_check(claims: Claims) -> Check:
    """Whether the bound is of the kind that its prices prove."""
    return check("kind of bound", claims.kind, KIND, claims.kind == KIND)


def gap_check(name: str, claimed: float | None, objective: float, proven: float) -> Check:
    """Whether a stored gap is that of the recomputed objective and bound, in hours; none stored claims nothing."""
    again = gap_of(objective, proven)
    told = claimed is None or (again is not None and abs(claimed - again) * abs(proven) <= NEAR_ENOUGH * max(1.0, abs(objective)))
    return check(name, _percent(claimed, "none stored"), _percent(again, "none can be told"), told)


def _percent(gap: float | None, none: str) -> str:
    return none if gap is None else f"{100 * gap:.4f}%"


def stored_checks(claims: Claims) -> list[Check]:
    """Whether the proofs that the plan was stored with are all there, and every file of prices still has what it proves."""
    found = []
    if claims.told is not None:
        lost = [each for each in claims.told if each not in claims.sections]
        found.append(check("proofs stored", _names(claims.told), f"without {_names(lost)}" if lost else _names(claims.sections), not lost))
    if claims.loose:
        found.append(check("prices without a claim", "none", ", ".join(claims.loose), False))
    return found


def _names(proofs: Sequence[str]) -> str:
    return ", ".join(each.replace("_", " ") for each in proofs) or "none"


def uncertified(claims: Claims, found: Sequence[Check], method: str) -> list[Check]:
    """A failed check where a design that keeps all its limits carries no certificate, which it was stored with. method: of designs."""
    if claims.method != method or not all(c.holds for c in found):
        return []
    return [check("certificate", "of a design within its limits", "none stored", False)]
