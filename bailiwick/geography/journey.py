"""One journey between two ZIPs, in words and numbers."""

from typing import Any

from bailiwick.geography.roads import load_roads


def road_miles(zip_a: str, zip_b: str) -> dict[str, Any]:
    """Road miles and minutes between two ZIPs, and on what basis."""
    leg = load_roads().between(zip_a, zip_b)
    return {
        "from": zip_a,
        "to": zip_b,
        "miles": round(leg.miles, 1),
        "minutes": round(leg.minutes, 1),
        "basis": leg.basis,
    }
