"""Which units of a market are shared and in what parts; and the parts of a stored plan found again."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from bailiwick.design.problem.sharing import fewest
from bailiwick.market.market import Market
from bailiwick.model.errors import BailiwickError, InputError
from bailiwick.model.parts import Parts, parted
from bailiwick.model.plan import Plan
from bailiwick.team.constraints import Constraints

Shares = Mapping[int, Sequence[float]]
NEAR = 1e-9


def shares_of(made: Market, rules: Constraints, load: npt.NDArray[np.float64], most: float, territories: int) -> dict[int, tuple[float, ...]]:
    """Unit -> its shares: those given, and with ``share`` those of every unit heavier than ``most``. load: by unit.

    Raises InputError for a name that is no place of this market, a unit named twice, or one that is locked or kept together.
    """
    found: dict[int, tuple[float, ...]] = {}
    said: dict[int, str] = {}
    for name, parts in rules.shares:
        unit = _unit(made, name)
        if unit in found:
            raise InputError(f"shares names {said[unit]} and {name}, which lie in the same ZIP area {made.units.zips[unit]}; keep one of them")
        if not load[unit] > 0:
            raise InputError(f"shares names {name}, but ZIP area {made.units.zips[unit]} holds no account to share; leave it out")
        if len(parts) > territories:
            raise InputError(f"shares divides {name} into {len(parts)}, but there are {territories} territories; give it at most as many shares")
        found[unit], said[unit] = parts, name
    if rules.share:
        found = fewest(load, most) | found
    _refuse_held(made, rules, found)
    return found


def _unit(made: Market, name: str) -> int:
    sites = made.scores.accounts.column("site_id").to_pylist()
    if name in sites:
        unit = int(made.unit_of[sites.index(name)])
        if unit < 0:
            raise InputError(f"shares names account {name}, which has neither a ZIP nor a point; correct its row in the site list")
        return unit
    try:
        return int(made.units.locate(name))
    except BailiwickError as error:
        raise InputError(f"shares names {name!r}, which is neither an account of this market nor a ZIP ({error})") from error


def _refuse_held(made: Market, rules: Constraints, found: Shares) -> None:
    place = made.units.locate
    for zip_code, territory in rules.locks:
        if int(place(zip_code)) in found:
            raise InputError(f"ZIP {zip_code} is locked to {territory} and shared between territories; drop the lock or its shares")
    for group in rules.groups:
        for zip_code in group:
            if int(place(zip_code)) in found:
                raise InputError(
                    f"ZIP {zip_code} is kept together with others and shared between territories; take it out of groups or drop its shares"
                )


def based_at(made: Market, parts: Parts, units: Sequence[int]) -> tuple[int, ...]:
    """Row of each given base, -1 = to be chosen: a second base in one shared ZIP stands on its second part.

    Raises InputError when more bases lie in a ZIP than it has parts.
    """
    taken: dict[int, int] = {}
    rows = []
    for unit in units:
        own = parts.rows_of.get(unit, (unit,))
        at = taken.get(unit, 0)
        if unit >= 0 and at >= len(own):
            raise InputError(
                f"{at + 1} bases lie in ZIP area {made.units.zips[unit]}, which is worked in {len(own)} share{'s'[: len(own) > 1]}; "
                "move one to a neighbouring ZIP or give it more shares"
            )
        rows.append(own[at] if unit >= 0 else -1)
        taken[unit] = at + 1
    return tuple(rows)


def recorded(plan: Plan) -> dict[int, tuple[float, ...]]:
    """Unit -> the shares that a plan was designed with."""
    kept = plan.provenance.get("shares")
    position = {u: i for i, u in enumerate(plan.units)} if kept else {}
    return {position[u]: tuple(map(float, s)) for u, s in kept.items() if u in position} if isinstance(kept, Mapping) else {}


def placed(plan: Plan, given: Sequence[int]) -> tuple[dict[int, tuple[float, ...]], npt.NDArray[np.int32]]:
    """The parts a plan was designed with and the territory of each row; where the plan no longer fits them, its own shares.

    given: base unit by territory, -1 = chosen by the design: a part that a given base stands on lies in its territory.
    """
    shares, label_of = {}, {}
    asked = recorded(plan)
    for unit in sorted({*asked, *plan.parts.rows_of}):
        holders = plan.shares.get(plan.units[unit], ((int(plan.territory_of[unit]), 1.0),))
        pinned = [t for t, u in enumerate(given) if u == unit]
        territories = fit(asked.get(unit, ()), holders, pinned)
        shares[unit] = asked[unit] if territories else tuple(s for _, s in holders)
        label_of[unit] = territories or [t for t, _ in holders]
    shares = {u: s for u, s in shares.items() if len(s) > 1}
    parts = parted(len(plan.units), shares)
    label = plan.territory_of[parts.unit].astype(np.int32)
    for unit, rows in parts.rows_of.items():
        label[list(rows)] = label_of[unit]
    return shares, label


def fit(parts: Sequence[float], holders: Sequence[tuple[int, float]], pinned: Sequence[int]) -> list[int]:
    """A territory for each part so that every holder's parts sum to its share, the first parts in ``pinned``; empty when there is none."""
    seen: set[tuple[float, ...]] = set()

    def place(done: list[int], room: dict[int, float]) -> list[int]:
        if len(done) == len(parts):
            return done if all(abs(r) <= NEAR * 10 for r in room.values()) else []
        state = (len(done), *(round(r, 8) for r in room.values()))
        if state in seen:
            return []
        seen.add(state)
        part = parts[len(done)]
        for t in pinned[len(done) : len(done) + 1] or list(room):
            if room.get(t, 0.0) >= part - NEAR:
                found = place([*done, t], room | {t: room[t] - part})
                if found:
                    return found
        return []

    return place([], dict(holders)) if parts else []
