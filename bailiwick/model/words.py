"""Counts as people say them."""


def counted(number: float, one: str, many: str = "") -> str:
    """A count with its noun, e.g. "1 ZIP", "2,765 ZIPs". many: where it is not ``one`` with an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
