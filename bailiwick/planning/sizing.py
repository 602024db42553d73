"""How many territories: the same market designed for a range of numbers, side by side, with a recommendation and its reason (R25)."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from bailiwick import settings
from bailiwick.design.borders.fixed import with_bases
from bailiwick.design.solve import solve
from bailiwick.market import market
from bailiwick.model.errors import BailiwickError, InputError
from bailiwick.opportunity import bundled
from bailiwick.planning import designing
from bailiwick.planning.bridging import bridged
from bailiwick.sources.warehouse import Warehouse

REACH_MINUTES = 120.0
COVERED = 0.98  # coverage from which more people add next to nothing
MOST = 200


@dataclass(frozen=True)
class Size:
    """One number of territories. coverage: share of the planned calls that capacity can make. reach: share of raw opportunity within two
    hours of a base. fte: full-time equivalents needed; busiest: of the heaviest territory. face_time: call hours over all hours, of
    the whole team and of the worst. gap: to the bound of the bases, None = none proven.
    """

    territories: int
    coverage: float
    reach: float
    fte: float
    busiest: float
    face_time: float
    face_time_min: float
    drive_hours: float
    in_band: bool
    gap: float | None


def sweep(
    folder: Path, counts: Sequence[int], *, seconds: float, seed: int, workers: int = 2, cluster: str | None = None, say: Callable[[str], None]
) -> dict[str, Any]:
    """Design for every count, in processes of this machine or on a Dask cluster; the table and what it recommends.

    Raises InputError for an empty or too long range; what cannot be designed is told in its row.
    """
    if not counts or min(counts) < 1 or len(counts) > MOST:
        raise InputError(f"a sweep takes 1 to {MOST} numbers of territories from 1, got {len(counts)}; give --from, --to and --step")
    rows: dict[int, Size] = {}
    failed: dict[int, str] = {}
    with _executor(workers, cluster) as pool:
        waiting = {pool.submit(size_of, str(folder), k, seconds, seed): k for k in counts}
        for done in as_completed(waiting):
            k = waiting[done]
            try:
                rows[k] = Size(**done.result())
                say(f"  {k} territories: coverage {100 * rows[k].coverage:.1f}%, {rows[k].drive_hours:,.0f} drive hours")
            except BailiwickError as error:
                failed[k] = str(error)
                say(f"  {k} territories: {error}")
    sizes = [rows[k] for k in sorted(rows)]
    if not sizes:
        raise InputError(f"none of {len(counts)} numbers of territories could be designed; the first reason: {next(iter(failed.values()))}")
    best, reason = recommended(sizes, settings.read(folder).capacity.face_time_target)
    return {"sizes": [asdict(s) for s in sizes], "failed": failed, "recommended": best.territories, "reason": reason}


def _executor(workers: int, cluster: str | None) -> AbstractContextManager[Executor]:
    """Processes here, or those of a Dask scheduler at an address."""
    if cluster is None:
        return ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    try:
        from distributed import Client
    except ImportError as error:
        raise InputError("--cluster needs Dask; install it with `pip install 'bailiwick-territories[cluster]'`") from error
    try:
        found: Executor = Client(cluster, timeout="10s").get_executor()
    except OSError as error:
        raise InputError(f"no Dask scheduler answers at {cluster!r} ({error}); start one with `dask scheduler` or leave --cluster out") from error
    return found


def size_of(folder: str, count: int, seconds: float, seed: int) -> dict[str, Any]:
    """One design, measured; runs in a process of its own."""
    found = settings.read(Path(folder))
    own = Path(folder) / "definitions" / f"{found.definition}.toml"
    definition = bundled.load(str(own) if own.is_file() else found.definition)
    warehouse, rules = Warehouse(Path(folder)), found.constraints
    made = bridged(market.build(found, definition, warehouse, lambda _: None), rules.bridges)
    wanted = designing.asked(count, (), designing.today_of(made, warehouse, rules.today)[0] if rules.today else ())
    rules = designing.with_locked(made, warehouse, rules, wanted)
    today = designing.today_in(made, warehouse, rules, wanted)
    problem = designing.problem_of(made, wanted, rules, made.measures.band, today)
    solution = solve(problem, seconds=seconds, seed=seed)
    label, measures = solution.territory_of, made.measures.spread(problem.parts) if problem.parts else made.measures
    based = with_bases(problem, np.array(solution.bases), np.array(solution.duals))
    minutes = based.minutes[label, np.arange(problem.size)].astype(np.float64)
    haul = np.bincount(label, weights=2.0 * measures.trips * minutes / 60.0, minlength=count).astype(np.float64)
    fte, face = measures.fte(label, count, haul), measures.face_time(label, count, haul)
    calls = measures.by_territory(measures.calls, label, count)
    within = measures.raw[minutes <= REACH_MINUTES].sum()
    hours = measures.hours(label, count, haul)
    return asdict(
        Size(
            count, float((calls * np.minimum(1.0, 1.0 / np.maximum(fte, 1e-9))).sum() / max(calls.sum(), 1e-9)),
            float(within / max(measures.raw.sum(), 1e-9)), float(fte.sum()), float(fte.max()),
            float(measures.call_hours.sum() / max(hours.sum(), 1e-9)), float(face.min()), float(haul.sum() + measures.tour_hours.sum()),
            solution.in_band, solution.gap,
        )
    )  # fmt: skip


def recommended(sizes: Iterable[Size], face_time_target: float) -> tuple[Size, str]:
    """The fewest territories that cover the work with enough face time; failing that, the one that comes nearest, and why."""
    rows = sorted(sizes, key=lambda s: s.territories)
    usable = [s for s in rows if s.in_band] or rows
    for s in usable:
        if s.coverage >= COVERED and s.face_time >= face_time_target:
            return s, (
                f"{s.territories} is the smallest of those tried that makes {100 * s.coverage:.1f}% of the planned calls with "
                f"{100 * s.face_time:.0f}% face time (target {100 * face_time_target:.0f}%)"
            )
    for s in usable:
        if s.coverage >= COVERED:
            return s, (
                f"{s.territories} is the smallest of those tried that makes {100 * s.coverage:.1f}% of the planned calls, but face time is "
                f"{100 * s.face_time:.0f}%, below the target of {100 * face_time_target:.0f}%: combine more stops in a trip"
            )
    s = max(usable, key=lambda s: s.coverage)
    enough = [str(r.territories) for r in rows if not r.in_band and r.coverage >= COVERED]
    if enough:
        return s, (
            f"no number in the range covers {100 * COVERED:.0f}% of the planned calls with every territory in the band; {', '.join(enough)} would "
            f"cover it, but out of the band ({s.territories} comes nearest within, with {100 * s.coverage:.1f}%): give more --seconds, or try more"
        )
    return s, (
        f"no number in the range covers {100 * COVERED:.0f}% of the planned calls; {s.territories} comes nearest with {100 * s.coverage:.1f}% "
        f"({s.fte:.1f} full-time equivalents are needed): try more"
    )
