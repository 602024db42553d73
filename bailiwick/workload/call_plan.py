"""How often each tier is called, and what one representative can do in a year."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from bailiwick.model.errors import InputError
from bailiwick.workload.checks import by_tier, number, refuse_unknown


@dataclass(frozen=True)
class CallPlan:
    """Calls by tier (R20).

    calls_a_year, minutes_a_call: for tiers A, B, C; a mapping ``{a, b, c}`` or one number is accepted.
    wait_minutes: waiting per call. stops_per_trip: calls combined in one outing from the base.
    """

    calls_a_year: tuple[float, float, float] = (24.0, 12.0, 4.0)
    minutes_a_call: tuple[float, float, float] = (45.0, 45.0, 45.0)
    wait_minutes: float = 15.0
    stops_per_trip: float = 3.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "calls_a_year", by_tier("call_plan.calls_a_year", self.calls_a_year))
        object.__setattr__(self, "minutes_a_call", by_tier("call_plan.minutes_a_call", self.minutes_a_call))
        object.__setattr__(self, "wait_minutes", number("call_plan.wait_minutes", self.wait_minutes))
        object.__setattr__(self, "stops_per_trip", number("call_plan.stops_per_trip", self.stops_per_trip, 1.0))
        if sum(self.calls_a_year) == 0:
            raise InputError("call_plan.calls_a_year plans no call at all; give at least one tier a positive number")

    @classmethod
    def from_mapping(cls, found: Mapping[str, Any]) -> "CallPlan":
        """From a parsed TOML table; raises InputError on an unknown key."""
        refuse_unknown(found, tuple(f.name for f in fields(cls)), "[call_plan]")
        return cls(**found)


@dataclass(frozen=True)
class Capacity:
    """What one full-time representative can do in a year.

    days: working days in the field. hours_a_day: hours of work. max_calls_a_day: a limit beside the hours.
    administration_share: share of all hours that is administration. face_time_target: least share of all hours
    that should be spent in calls (R22).
    """

    days: float = 220.0
    hours_a_day: float = 8.0
    max_calls_a_day: float = 7.0
    administration_share: float = 0.10
    face_time_target: float = 0.60

    def __post_init__(self) -> None:
        limits = {"days": 366.0, "hours_a_day": 24.0, "max_calls_a_day": 200.0}
        for name, high in limits.items():
            object.__setattr__(self, name, number(f"capacity.{name}", getattr(self, name), 0.0, high, above=True))
        for name in ("administration_share", "face_time_target"):
            object.__setattr__(self, name, number(f"capacity.{name}", getattr(self, name), 0.0, 1.0))
        if self.administration_share >= 0.95:
            raise InputError(f"capacity.administration_share must be below 0.95, got {self.administration_share:g}")

    @property
    def hours_a_year(self) -> float:
        """Hours of one FTE in a year."""
        return self.days * self.hours_a_day

    @property
    def calls_a_year(self) -> float:
        """Most calls of one FTE in a year."""
        return self.days * self.max_calls_a_day

    @classmethod
    def from_mapping(cls, found: Mapping[str, Any]) -> "Capacity":
        """From a parsed TOML table; raises InputError on an unknown key."""
        refuse_unknown(found, tuple(f.name for f in fields(cls)), "[capacity]")
        return cls(**found)
