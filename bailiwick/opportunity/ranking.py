"""Ranks, percentiles and tiers: deterministic, ties broken by id."""

from decimal import Decimal

import numpy as np
import numpy.typing as npt

from bailiwick.opportunity.definition import TierCuts
from bailiwick.opportunity.fixed import Ints


def order_of(amounts: Ints, ids: list[str]) -> Ints:
    """Positions from the largest amount to the smallest; equal amounts by id."""
    _, id_rank = np.unique(np.array(ids, dtype=object), return_inverse=True)
    return np.lexsort((id_rank, -amounts)).astype(np.int64)


def tiers(ordered: Ints, cuts: TierCuts) -> npt.NDArray[np.object_]:
    """Tier of each amount, amounts ordered from the largest: A, B, C, or "" where there is no opportunity.

    By count: A holds the first ceil(a · n) of the n with opportunity. By volume: an account is A while the
    accounts before it hold less than the share a of all opportunity. B follows likewise up to a + b.
    """
    n = int((ordered > 0).sum())
    found = np.full(len(ordered), "", dtype=object)
    found[:n] = "C"
    for tier, cut in (("B", cuts.a + cuts.b), ("A", cuts.a)):
        found[: _held(ordered[:n], cut, cuts.by)] = tier
    return found


def _held(ordered: Ints, cut: Decimal, by: str) -> int:
    share = int(cut * 10_000)
    if by == "count":
        return -(-len(ordered) * share // 10_000)
    if not len(ordered):
        return 0
    before = np.cumsum(ordered) - ordered
    limit = int(ordered.sum()) * share
    whole, rest = divmod(limit, 10_000)
    return int(((before < whole) | ((before == whole) & (rest > 0))).sum())


def percentiles(amounts: Ints) -> npt.NDArray[np.float64]:
    """Share of all, in percent, that lie at or below each amount (R18)."""
    if not len(amounts):
        return np.zeros(0)
    return np.searchsorted(np.sort(amounts), amounts, side="right") * 100.0 / len(amounts)
