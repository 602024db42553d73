"""Which period of a provider's volume counts, and how many months it holds."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from bailiwick.model.errors import InputError

_PERIOD = re.compile(r"(\d{4})(?:-(\d{2})|/(\d{4}))?")


@dataclass(frozen=True)
class Span:
    """A period as it counts: months of a calendar year join to that year.

    recency: larger = preferred; the span that ends last, of those the shortest.
    """

    period: str
    group: str
    months: int
    recency: int


def spans(payer_periods: Iterable[tuple[str, str]], wanted: str = "") -> dict[tuple[str, str], Span]:
    """The span of every (payer, period) found, or of those in ``wanted`` (a year or a closed interval).

    Raises InputError when nothing is in the wanted period, naming what exists.
    """
    found = sorted(set(payer_periods))
    months: dict[tuple[str, str], int] = defaultdict(int)
    for payer, period in found:
        group, _, length = _read(period)
        months[payer, group] += 1 if "-" in period else 0
        if "-" not in period:
            months[payer, group] = max(months[payer, group], length)
    result = {}
    for payer, period in found:
        group, last, _ = _read(period)
        count = min(months[payer, group], _read(group)[2])
        if not wanted or group == wanted:
            # a year stated whole beats its own months: both at once would count twice
            whole = 1 if "-" not in period else 0
            result[payer, period] = Span(period, group, count, (last * 10_000 - count) * 2 + whole)
    if wanted and found and not result:
        raise InputError(f"no volume lies in period {wanted}; there are {', '.join(sorted({p for _, p in found})[:8])}")
    return result


def _read(period: str) -> tuple[str, int, int]:
    match = _PERIOD.fullmatch(period)
    if match is None:
        raise InputError(f"{period!r} is not a period; write YYYY, YYYY-MM or YYYY/YYYY")
    first, last = int(match[1]), int(match[3] or match[1])
    if match[2]:
        return match[1], last, 1
    return period, last, 12 * (last - first + 1)
