"""A design that begins from a scenario: what it keeps of it.

Territories stand in order: locked ones first, so that as many as possible stay when fewer are asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from bailiwick.market.market import Market
from bailiwick.model.errors import InputError
from bailiwick.planning import designing, frames
from bailiwick.plans.store import Scenario
from bailiwick.team.constraints import Constraints

I32 = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Continued:
    """asked, rules: what to design. today: slot of the design by unit, where a limit on disruption compares with the scenario instead of an
    alignment. kept: of each territory the row of the scenario that it goes on, None = a new one.
    """

    asked: designing.Asked
    rules: Constraints
    today: I32 | None = None
    kept: tuple[Mapping[str, Any] | None, ...] = ()


def continued(start: Scenario, made: Market, rules: Constraints, wanted: Mapping[str, Any]) -> Continued:
    """What a design keeps of the scenario ``start``. wanted: territories, keep_bases, disruption_limit; raises InputError where they conflict."""
    rows = start.frame["territories"]
    order = sorted(frames.live(start.frame), key=lambda slot: not rows[slot]["locked"])
    shut = [slot for slot in order if rows[slot]["locked"]]
    count = wanted.get("territories") or len(order)
    if count < len(shut):
        raise InputError(f"{len(shut)} territories are locked, so {len(shut)} is the least that can be asked for, not {count}")
    going_on = [slot if i < count and (wanted.get("keep_bases") or slot in shut) else -1 for i, slot in enumerate(order)]
    going_on = (going_on + [-1] * count)[:count]
    bases = tuple(made.units.index_of(rows[slot]["base_zip"]) if slot >= 0 else -1 for slot in going_on)
    asked = replace(designing.asked(count, ()), units=bases)
    place = {slot: i for i, slot in enumerate(order[:count])}
    staying = [(unit, place.get(int(start.labels[unit]))) for unit in held(start)]
    locks = [(str(made.units.zips[unit]), asked.names[at]) for unit, at in staying if at is not None]
    rules, today = replace(rules, locks=(*rules.locks, *locks)), None
    if (limit := wanted.get("disruption_limit")) is not None:
        if count != len(order):
            raise InputError(f"a disruption limit compares with the {len(order)} territories of {start.name!r}; ask for as many")
        rules = replace(rules, today=f"scenario {start.name}", disruption_limit=float(limit), stay_bonus=0.0)
        today = np.array([place.get(slot, -1) for slot in range(len(rows))], dtype=np.int32)[start.labels]
    return Continued(asked, rules, today, tuple(rows[slot] if slot >= 0 else None for slot in going_on))


def held(scenario: Scenario) -> list[int]:
    """Units that must stay: locked themselves, or in a locked territory."""
    shut = [slot for slot, row in enumerate(scenario.frame["territories"]) if row["locked"]]
    return sorted({*scenario.frame["locked_units"], *np.flatnonzero(np.isin(scenario.labels, shut)).tolist()})
