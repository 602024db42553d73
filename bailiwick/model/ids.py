"""Identifiers are text: they carry leading zeros. One value in, one normal form or None out."""

import re

_ZIP = re.compile(r"^\s*(\d{1,9})(?:-?(\d{4}))?(?:\.0+)?\s*$")


def npi_is_valid(npi: str) -> bool:
    """Whether ten digits carry a right check digit (Luhn over ``80840`` + NPI; 45 CFR 162.406)."""
    if len(npi) != 10 or not npi.isascii() or not npi.isdigit() or npi[0] not in "12":
        return False
    digits = [int(d) for d in npi]
    doubled = sum(sum(divmod(2 * d, 10)) for d in digits[-2::-2])
    return (24 + doubled + sum(digits[-1::-2])) % 10 == 0


def zip5(text: str | None) -> str | None:
    """The five-digit ZIP in ``text``: ZIP5, ZIP9, ``12345-6789``, lost leading zeros, ``688472944.0``.

    Up to five digits are a ZIP5 with its leading zeros lost; six to nine digits are a ZIP9 likewise.
    """
    match = _ZIP.match(text or "")
    if not match:
        return None
    digits = match[1]
    if match[2]:
        return digits.zfill(5) if len(digits) <= 5 else None
    found = digits.zfill(5) if len(digits) <= 5 else digits.zfill(9)[:5]
    return found if found != "00000" else None


def ccn(text: str | None) -> str | None:
    """A CMS certification number padded to six characters; None when blank."""
    found = (text or "").strip().removesuffix(".0").upper()
    return found.zfill(6) if found else None
