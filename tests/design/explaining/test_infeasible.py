"""What is named as the conflict is one, and the relaxation that is proposed works."""

import itertools
import re
from dataclasses import replace
from time import monotonic

import numpy as np
import pytest

from bailiwick.design import Problem, Solution, solve
from bailiwick.design.explaining import remedies
from bailiwick.design.explaining.exact import DRIVE, MOVED, Exact, Least
from bailiwick.design.explaining.fitting import Fitting
from bailiwick.design.explaining.infeasible import _apart_at, conflicts, impossible, reasons
from bailiwick.design.problem import Measure, Today
from bailiwick.design.problem.sharing import InParts, pairs_of
from bailiwick.model.parts import parted
from tests.design.conftest import grid_problem

BASES = (9, 14, 49, 54)


@pytest.fixture
def world() -> Problem:
    return replace(grid_problem(8, 8, 4, seed=5, band=(0.6, 1.4), busy=0.9), fixed_bases=BASES)


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Problems are told as where they are too large to be decided exactly."""
    monkeypatch.setattr(remedies, "small", lambda _: False)


def quick(problem: Problem) -> Solution:
    return solve(problem, seconds=60, seed=1, iterations=2, effort=20_000)


def first(problem: Problem):
    return conflicts(problem, quick(problem))[0]


def named(text: str) -> list[int]:
    return [int(u) for u in re.findall(r"\b(\d{5})\b", text)]


@pytest.mark.parametrize("given", [BASES, ()], ids=["given bases", "free bases"])
def test_a_unit_too_heavy_with_what_lies_behind_it_is_named_and_what_is_proposed_works(world: Problem, given: tuple[int, ...]) -> None:
    """Neither alone is too much: a corner that one unit leads to holds too little for a territory of its own."""
    load = world.load.copy()
    load[[0, 1]] = 0.0
    load *= 2.5 / load.sum()
    load[[0, 1]] = 0.2, 1.3
    problem = replace(world, load=load, fixed_bases=given, barriers=((0, 8),))
    told = first(problem)
    assert told.constraint == "contiguity and band"
    assert "unit 00001 and 1 behind it" in told.culprit
    assert "a load of 1.50, a territory holds 1.40" in told.culprit
    widened = float(re.search(r"at least ([0-9.]+)", told.relaxation)[1])
    assert widened == 1.5
    for eased in (replace(problem, barriers=()), replace(problem, band=(0.6, widened)), replace(problem, contiguous=False)):
        assert not any("behind it" in each.culprit for each in conflicts(eased, quick(eased)))
    assert quick(replace(problem, barriers=())).within_limits
    assert quick(in_parts(problem, {1: (0.5, 0.5)})).within_limits


def in_parts(problem: Problem, shares: dict[int, tuple[float, ...]]) -> Problem:
    """The same with some units shared."""
    parts = parted(problem.size, shares)
    indptr, indices = parts.neighbours(problem.indptr, problem.indices)
    return replace(
        problem, unit_ids=tuple(f"{problem.unit_ids[u]}-{row}" for row, u in enumerate(parts.unit)), load=parts.of(problem.load),
        trips=parts.of(problem.trips), indptr=indptr, indices=indices, travel=InParts(problem.travel, parts), points=problem.points[parts.unit],
        barriers=pairs_of(parts, problem.barriers), parts=parts,
    )  # fmt: skip


@pytest.mark.parametrize("capacity", [(), (0.5, 1.0, 1.0, 1.0)])
@pytest.mark.parametrize("drive", [0.0, 0.002])
def test_the_locks_to_release_are_enough_and_the_band_proposed_too(world: Problem, capacity: tuple[float, ...], drive: float) -> None:
    heavy = [int(u) for u in np.argsort(-world.load)[:24] if int(u) not in BASES]
    problem = replace(world, locks=tuple((u, 0) for u in heavy), contiguous=False, capacity=capacity, drive_load=drive)
    told = first(problem)
    assert told.constraint == "locks and band"
    released = re.search(r"release (.*) or widen", told.relaxation)[1]
    assert str(BASES[0]).zfill(5) not in released
    units = named(released)
    more = int(re.search(r"and (\d+) more", released)[1]) if "more" in released else 0
    assert units == sorted(units, key=lambda u: -problem.load[u]) or len(units) < 3 or more
    count = len(units) + more
    byload = sorted(heavy, key=lambda u: -problem.load[u])
    minutes = problem.travel.rows(np.array(BASES))[0]

    def held(locks: list[int]) -> float:
        mine = [*locks, BASES[0]]
        return float((problem.load + drive * 2.0 * problem.trips * minutes[0] / 60.0)[mine].sum())

    high = problem.bands[1][0, 0]
    if not more:
        assert held([u for u in heavy if u not in units]) <= high + 1e-9
    if not drive:
        assert held(byload[count - 1 :]) > high  # one fewer would not do
    widened = float(re.search(r"widen the band to at least ([0-9.]+)", told.relaxation)[1])
    assert held(heavy) <= replace(problem, band=(0.6, widened)).bands[1][0, 0] + 1e-9


def test_groups_are_told_the_heaviest_first_with_a_band_that_holds_them(world: Problem) -> None:
    order = np.argsort(-world.load)
    light, heavy = tuple(order[16:50].tolist()), tuple(order[:16].tolist())
    problem = replace(world, groups=(light, heavy), fixed_bases=(), capacity=(0.5, 0.5, 1.0, 1.0), band=(0.1, 0.6), contiguous=False)
    found = quick(replace(problem, groups=(), band=(0.1, 1.5)))
    told = [c for c in conflicts(problem, found) if c.constraint == "group and band"]
    loads = [float(re.search(r"a load of ([0-9.]+)", c.culprit)[1]) for c in told]
    assert len(loads) == 2
    assert loads == sorted(loads, reverse=True)
    widened = float(re.search(r"widen the band to at least ([0-9.]+)", told[0].relaxation)[1])
    assert max(world.load[list(heavy)].sum(), world.load[list(light)].sum()) <= replace(problem, band=(0.1, widened)).bands[1][:, 0].max() + 1e-9


@pytest.mark.parametrize("kind", ["relative", "absolute", "half"])
def test_an_island_that_no_territories_fit_is_named(world: Problem, kind: str) -> None:
    walls = tuple((row * 8 + 1, row * 8 + 2) for row in range(8))  # two columns on their own
    kinds: dict[str, dict] = {"relative": {}, "absolute": {"absolute": True}, "half": {"capacity": (1.0, 0.8, 1.0, 1.0)}}
    problem = replace(world, barriers=walls, fixed_bases=(), band=(0.8, 0.99) if kind == "absolute" else (0.9, 1.1), **kinds[kind])
    load = np.where(np.arange(64) % 8 < 2, world.load * 0.5, world.load)
    problem = replace(problem, load=load * 4 / load.sum() if kind != "absolute" else load)
    found = quick(replace(problem, band=(0.0, 4.0)))
    told = [c for c in conflicts(problem, found) if c.constraint == "contiguity and band"]
    island = float(problem.load[np.arange(64) % 8 < 2].sum())
    assert told[0].culprit.endswith(f"has a load of {island:.2f}")
    lower = float(re.search(r"lower the band to ([0-9.]+)", told[0].relaxation)[1])
    assert island / problem.sizes.min() - 0.011 <= lower <= island / problem.sizes.min() + 1e-9
    assert not [c for c in conflicts(replace(problem, band=(lower, 4.0)), found) if c.constraint == "contiguity and band"]


def test_a_lock_that_cannot_reach_its_territory_is_named(world: Problem) -> None:
    ring = ((55, 1), (62, 1), (54, 3))
    problem = replace(world, fixed_bases=(9, 14, 49, 45), locks=(*ring[:2], (63, 0)))
    told = first(problem)
    assert told.constraint == "locks and contiguity"
    assert told.culprit.startswith("unit 00063 is locked to territory 1")


@pytest.mark.parametrize("absolute", [True, False])
def test_the_widening_proposed_is_the_least_that_fits(world: Problem, absolute: bool, large: None) -> None:
    """Half of the country may only be served from one base: the band must hold it."""
    south = [u for u in range(64) if u >= 32 and u not in BASES]
    problem = replace(world, forbidden=tuple((u, t) for u in south for t in (0, 1, 2)), contiguous=False, absolute=absolute)
    told = first(problem)
    low, high = (float(x) for x in re.search(r"to at least ([0-9.]+) to ([0-9.]+)", told.relaxation).groups())
    must = float(world.load[south].sum() + world.load[54])
    assert must <= high <= must + 0.02 or low < 0.6
    minutes = problem.travel.rows(np.array(BASES))[0]
    assert Fitting(replace(problem, band=(low, high)), np.array(BASES), minutes).fits()
    assert not Fitting(replace(problem, band=(low, high - 0.02)), np.array(BASES), minutes).fits()
    assert "forbidden pairs cannot be kept" in told.relaxation


def test_a_measure_in_one_place_is_widened_by_what_it_needs(world: Problem) -> None:
    rich = np.zeros(64)
    rich[0] = 4.0
    problem = replace(world, measures=(Measure("tier A", rich, 0.5, 2.0),))
    told = next(c for c in conflicts(problem, quick(problem)) if c.constraint == "the band of tier A")
    assert "search longer" in told.relaxation or "widen the band of tier A" in told.relaxation


def test_the_limit_on_disruption_is_named_first_where_it_binds(world: Problem) -> None:
    today = np.zeros(64, dtype=np.int32)  # all in one territory: three quarters must move
    today[list(BASES)] = range(4)
    problem = replace(world, today=Today(today, world.load.copy(), limit=0.1))
    told = first(problem)
    assert told.constraint == "disruption limit and band"
    asked = float(re.search(r"allow at least ([0-9.]+)%", told.relaxation)[1]) / 100 * float(world.load.sum())
    apart = float(world.load[list(BASES[1:])].sum())
    least = 3 * 0.6 - apart  # to bring three territories to their low end
    assert least - 1e-6 <= asked <= 1.02 * max(least, 4.0 - 1.4 - apart) + 0.01
    assert quick(replace(problem, today=Today(today, world.load.copy(), limit=asked * 1.25))).in_band


def test_a_low_end_that_driving_fills_is_no_conflict(world: Problem) -> None:
    light = replace(world, load=world.load * 0.7, absolute=True, drive_load=0.004, band=(0.71, 3.0), contiguous=False)
    minutes = light.travel.rows(np.array(BASES))[0]
    assert Fitting(light, np.array(BASES), minutes).fits()
    assert not Fitting(replace(light, drive_load=0.0), np.array(BASES), minutes).fits()


def test_impossible_is_said_only_when_it_is_proven(world: Problem) -> None:
    south = [u for u in range(64) if u >= 32 and u not in BASES]
    problem = replace(world, forbidden=tuple((u, t) for u in south for t in (0, 1, 2)), contiguous=False, band=(0.9, 1.1))
    found = quick(problem)
    assert impossible(problem, found)
    assert reasons(problem, found)[0].startswith("no plan from these bases keeps the limits (proven)")
    assert not impossible(world, quick(world))


def small_world() -> Problem:
    """Ten units with work and two bases."""
    world = grid_problem(5, 2, 2, seed=3, band=(0.97, 1.03), busy=1.0)
    return replace(world, fixed_bases=(0, 9), contiguous=False)


def plans(problem: Problem) -> np.ndarray:
    """Every assignment from the bases that keeps groups, locks and forbidden pairs."""
    label = np.array(list(itertools.product(range(2), repeat=10)))
    ok = (label[:, 0] == 0) & (label[:, 9] == 1)
    for group in problem.groups:
        ok &= (label[:, list(group)] == label[:, [group[0]]]).all(axis=1)
    for u, t in problem.locks:
        ok &= label[:, u] == t
    for u, t in problem.forbidden:
        ok &= label[:, u] != t
    return label[ok]


def fitting_of(problem: Problem) -> Fitting:
    base = np.array(problem.fixed_bases)
    return Fitting(problem, base, problem.travel.rows(base)[0])


def exactly(problem: Problem) -> Exact:
    return Exact(fitting_of(problem), monotonic() + 60)


RULES = [{}, {"groups": ((1, 2, 3),)}, {"groups": ((0, 7), (1, 8)), "locks": ((1, 0),)}, {"forbidden": ((1, 0), (2, 0), (3, 0))}]


@pytest.mark.parametrize("rules", RULES)
def test_the_least_widening_is_that_of_all_plans(rules: dict) -> None:
    problem = replace(small_world(), **rules)
    loads = np.array([np.bincount(label, weights=problem.load, minlength=2) for label in plans(problem)])
    ends = [(np.floor(min(row.min(), 0.97) * 100 + 1e-6), np.ceil(max(row.max(), 1.03) * 100 - 1e-6)) for row in loads]
    least = min(high - low for low, high in ends)
    found = exactly(problem).least([0])
    low, high = found.bands[0]
    assert round(100 * (high - low)) == least
    assert ((loads >= low - 1e-6) & (loads <= high + 1e-6)).all(axis=1).any()
    assert isinstance(exactly(replace(problem, band=(low, high))).least(), Least)
    assert exactly(problem).least() is False or least == 6


def test_the_least_drive_and_the_fewest_accounts_moved_are_those_of_all_plans() -> None:
    world = replace(small_world(), band=(0.8, 1.2))
    minutes = world.travel.rows(np.array([0, 9]))[0]
    label = plans(world)
    loads = np.array([np.bincount(row, weights=world.load, minlength=2) for row in label])
    label = label[((loads >= 0.8) & (loads <= 1.2)).all(axis=1)]
    furthest = min(float(minutes[row, np.arange(10)].max()) for row in label)
    tight = replace(world, max_minutes=5.0)
    assert exactly(tight).least([DRIVE]).minutes == np.ceil(furthest - 1e-3)
    assert f"allow {np.ceil(furthest - 1e-3):.0f} minutes" in remedies.remedy_of(fitting_of(tight)).way
    alone = np.zeros(10, dtype=np.int32)
    alone[9] = 1
    today = replace(world, today=Today(alone, np.ones(10), limit=0.0))
    fewest = min(int((row != alone).sum()) for row in label)
    assert exactly(today).least([MOVED]).moved == fewest > 0
    assert f"allow {10 * fewest:.1f}% of today's weight" in remedies.remedy_of(fitting_of(today)).way


def test_limits_that_must_give_together_are_told_together() -> None:
    locked = replace(small_world(), max_minutes=15.0, locks=((8, 0),), groups=((1, 2, 3, 4, 5, 6, 7),))
    way = remedies.remedy_of(fitting_of(locked)).way
    assert "no one limit is enough: widen the band to " in way
    assert " minutes" in way


def test_a_few_units_of_a_measure_leave_a_territory_without(large: None) -> None:
    few = np.zeros(10)
    few[4] = 2.0
    problem = replace(small_world(), band=(0.5, 1.5), measures=(Measure("tier A", few, 0.9, 1.1),))
    told = next(c for c in conflicts(problem, quick(problem)) if c.constraint == "the band of tier A")
    assert "widen the band of tier A to at least 0.00 to 2.00" in told.relaxation


def test_locks_bring_the_rest_of_their_groups(world: Problem) -> None:
    heavy = [int(u) for u in np.argsort(-world.load) if int(u) not in BASES][:12]
    problem = replace(world, locks=((heavy[0], 0),), groups=(tuple(heavy),), contiguous=False, band=(0.9, 1.1))
    told = first(problem)
    assert told.constraint == "locks and band"
    held = float(problem.load[[*heavy, BASES[0]]].sum())
    assert f"with what is kept together with it has a load of {held:.2f}" in told.culprit
    assert f"release unit {problem.unit_ids[heavy[0]]} or widen" in told.relaxation
    assert not fitting_of(problem).fits()


def test_a_group_too_heavy_beside_any_base_is_named(world: Problem) -> None:
    load = world.load.copy()
    load[list(BASES)] = 0.1
    world, beside, heavy = replace(world, load=load), 0.1, []  # type: ignore[var-annotated]
    for u in np.argsort(-world.load).tolist():
        if u not in BASES and world.load[[*heavy, u]].sum() <= 1.1:
            heavy.append(u)
    problem = replace(world, groups=(tuple(heavy),), contiguous=False, band=(0.5, 1.1))
    told = first(problem)
    assert world.load[heavy].sum() <= 1.1 < world.load[heavy].sum() + beside
    assert told.constraint == "group and band"
    assert f"with what must lie beside it {world.load[heavy].sum() + beside:.2f} at least" in told.culprit


def test_what_may_go_nowhere_is_named(world: Problem) -> None:
    told = first(replace(world, forbidden=tuple((20, t) for t in range(4))))
    assert told.culprit == "unit 00020 is forbidden to every territory"
    parted = replace(world, groups=((20, 21),), forbidden=((20, 0), (21, 1), (21, 2), (20, 3)))
    assert "unit 00020 is forbidden to territory 1, unit 00021 is forbidden to territory 2" in first(parted).culprit
    assert "search longer" not in str(first(parted))


def test_too_little_work_for_any_number_of_territories_widens_the_band() -> None:
    world = replace(small_world(), fixed_bases=(4,), territories=1, absolute=True, drive_load=1e-6, band=(3.0, 4.0), contiguous=True)
    told = first(world)
    assert "no number of territories fits: lower the band to at most 2" in told.relaxation
    assert "or fewer" not in told.relaxation
    assert _apart_at(0.185, 0.18) == 3
