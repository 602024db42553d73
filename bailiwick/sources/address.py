"""Stable ids made from addresses."""

import ibis

from bailiwick.sources.fields import Expr

_SHORT = (
    ("STREET", "ST"), ("AVENUE", "AVE"), ("ROAD", "RD"), ("DRIVE", "DR"), ("BOULEVARD", "BLVD"), ("LANE", "LN"),
    ("PARKWAY", "PKWY"), ("HIGHWAY", "HWY"), ("NORTH", "N"), ("SOUTH", "S"), ("EAST", "E"), ("WEST", "W"),
)  # fmt: skip
_ROOM = r" (SUITE|STE|UNIT|FLOOR|FL|ROOM|RM|BLDG|BUILDING)( .*)?$"


def street(text: Expr) -> Expr:
    """A street in one spelling: upper case, signs and room numbers gone, common words short."""
    bare = ibis.literal(" ") + text.upper().re_replace("[^A-Z0-9]+", " ") + " "
    for long, short in _SHORT:
        bare = bare.replace(f" {long} ", f" {short} ")
    return bare.strip().re_replace(_ROOM, "")


def address_id(text: Expr, zip5: Expr) -> Expr:
    """Id of the place at a street and ZIP, such as ``A3f…``; null when either is unknown."""
    return "A" + (street(text.nullif("")) + "|" + zip5).hexdigest("md5").substr(0, 15)
