"""Median and spread over seeds, one row a peer and instance."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.table import Table

from benchmarks.peers.instances import Instance
from benchmarks.peers.measure import Run


@dataclass(frozen=True)
class Row:
    """objective, gap, seconds, peak_mb: (median, least, most) over the runs with an answer; gap to ``best``, as a fraction.

    seconds and peak_mb are over all runs. feasible and contiguous: how many of ``runs``; contiguous is None where not asked.
    """

    instance: str
    peer: str
    runs: int
    answers: int
    objective: tuple[float, float, float] | None
    gap: tuple[float, float, float] | None
    feasible: int
    contiguous: int | None
    seconds: tuple[float, float, float]
    peak_mb: tuple[float, float, float]
    words: str


def rows(instances: Sequence[Instance], runs: Sequence[Run]) -> list[Row]:
    found = []
    for instance in instances:
        here = [run for run in runs if run.instance == instance.name]
        best = best_of(instance, here)
        for peer in dict.fromkeys(run.peer for run in here):
            found.append(_row(instance, peer, [run for run in here if run.peer == peer], best))
    return found


def best_of(instance: Instance, runs: Iterable[Run]) -> float | None:
    """The published value, or where there is none the best feasible answer of this run."""
    feasible = [run.verdict.objective for run in runs if run.verdict and run.verdict.feasible]
    return instance.best_known if instance.best_known is not None else min(feasible, default=None)


def _row(instance: Instance, peer: str, runs: list[Run], best: float | None) -> Row:
    verdicts = [run.verdict for run in runs if run.verdict]
    objectives = [verdict.objective for verdict in verdicts]
    return Row(
        instance.name,
        peer,
        len(runs),
        len(verdicts),
        _spread(objectives) if objectives else None,
        _spread([value / best - 1 for value in objectives]) if objectives and best else None,
        sum(verdict.feasible for verdict in verdicts),
        sum(bool(verdict.contiguous) for verdict in verdicts) if instance.kind == "districting" else None,
        _spread([run.seconds for run in runs]),
        _spread([run.peak_mb for run in runs]),
        "; ".join(dict.fromkeys([run.failed for run in runs if run.failed] + [_fault(instance, run) for run in runs if _fault(instance, run)])),
    )


def _fault(instance: Instance, run: Run) -> str:
    """What an answer lacks, in words."""
    verdict = run.verdict
    if verdict is None or verdict.feasible:
        return ""
    faults = []
    if verdict.groups != instance.groups:
        faults.append(f"{verdict.groups} groups instead of {instance.groups}")
    if verdict.out_of_band:
        faults.append(f"{verdict.out_of_band} of {verdict.groups} out of band")
    if verdict.contiguous is False:
        faults.append("in pieces")
    return ", ".join(faults)


def _spread(values: list[float]) -> tuple[float, float, float]:
    return statistics.median(values), min(values), max(values)


def shown(found: Iterable[Row], title: str) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in ("instance", "peer", "objective", "gap", "feasible", "contiguous", "seconds", "MB"):
        table.add_column(heading, justify="left" if heading in ("instance", "peer") else "right", no_wrap=True)
    table.add_column("remarks")
    before = ""
    for row in found:
        if before and row.instance != before:
            table.add_section()
        table.add_row(row.instance if row.instance != before else "", *cells(row)[1:])
        before = row.instance
    return table


def cells(row: Row) -> list[str]:
    """Median first, the least and the most after it where they differ as printed."""
    contiguous = "not asked" if row.contiguous is None else f"{row.contiguous}/{row.runs}"
    return [
        row.instance,
        row.peer,
        _cell(row.objective, "{:,.1f}"),
        _cell(row.gap, "{:+.2%}"),
        f"{row.feasible}/{row.runs}",
        contiguous,
        _cell(row.seconds, "{:.1f}"),
        _cell(row.peak_mb, "{:.0f}"),
        row.words,
    ]


def _cell(values: tuple[float, float, float] | None, form: str) -> str:
    if values is None:
        return "–"
    middle, least, most = (form.format(value) for value in values)
    return middle if least == most else f"{middle} ({least} to {most})"
