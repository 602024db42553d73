"""The command line: reads settings and the clock, calls project.py, prints. One function per command."""

import json
import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

from bailiwick import __version__, settings
from bailiwick import demo as demonstration
from bailiwick.geography.journey import road_miles
from bailiwick.model.errors import BailiwickError, InputError, StoppedError, WorkError
from bailiwick.planning.drawing import turns_of
from bailiwick.plans.folder import HEADER, SHARED_HEADER
from bailiwick.team import constraints as rules
from bailiwick.terminal import plan_commands, screen, screen_plans, serving
from bailiwick.terminal.console import HERE, JsonOption, PlanArgument, ProjectOption, answer, now, say
from bailiwick.terminal.console import open_project as _open
from bailiwick.terminal.interrupting import Asking, Stopped, interruptible

app = typer.Typer(
    help="Sales territories for healthcare, drawn from where demand really is.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
roads_app = typer.Typer(help="Road miles and minutes.", no_args_is_help=True)
export_app = typer.Typer(help="Workbooks and files for other systems.", no_args_is_help=True)
app.add_typer(roads_app, name="roads")
app.add_typer(export_app, name="export")

@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Folder to make.")] = Path("bailiwick-demo"),
    no_serve: Annotated[
        bool, typer.Option("--no-serve", help="Stop before serving.")
    ] = False,
    seconds: Annotated[float | None, typer.Option(help="How long the design may search.")] = None,
    json_out: JsonOption = False,
) -> None:
    """A project on the bundled real sample, designed, evaluated, reported, and opened in the workbench."""
    summary = demonstration.run(folder, say=say, now=now(), seconds=seconds)
    answer(json_out, summary, lambda console: screen.show_demo(console, folder, summary))
    if not no_serve:
        serving.run(folder)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    definition: Annotated[str, typer.Option(help="Opportunity definition to start from.")] = "cataract-lenses",
    json_out: JsonOption = False,
) -> None:
    """An empty project with commented settings."""
    settings.write_new(folder, definition)
    answer(
        json_out,
        {"project": str(folder)},
        lambda console: console.print(
            f"Made {folder}/bailiwick.toml. Next: bailiwick ingest --project {folder} SOURCE FILE", soft_wrap=True
        ),
    )


@app.command()
def ingest(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="Kind of file; an unknown one lists those that exist.")
    ],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...")],
    vintage: Annotated[str | None, typer.Option(help="Release of the data, e.g. 2023 or 2014/2023.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="TOML file that maps the file's columns.")] = None,
    project: ProjectOption = HERE,
    json_out: JsonOption = False,
) -> None:
    """Read raw files into contract tables; rejected rows go to a counted file."""
    report = _open(project).ingest(source, files, vintage=vintage, mapping=mapping)
    answer(json_out, report, lambda console: screen.show_ingest(console, report))


@app.command()
def score(
    definition: Annotated[str, typer.Argument(metavar="DEFINITION", help="Bundled name or TOML file.")],
    out: Annotated[Path | None, typer.Option(help="Write everything to .csv, .xlsx or .parquet.")] = None,
    top: Annotated[int, typer.Option(min=1, help="Rows to print.")] = 20,
    project: ProjectOption = HERE,
    json_out: JsonOption = False,
) -> None:
    """Ranked providers and accounts with the reason for each score."""
    document = _open(project).score_document(definition, out=out, top=None if json_out else top)
    answer(json_out, document, lambda console: screen.show_score(console, document))


@app.command()
def size(
    least: Annotated[int | None, typer.Option("--from", min=1, help="Sweep from this number of territories …")] = None,
    most: Annotated[int | None, typer.Option("--to", min=1, help="… to this one.")] = None,
    step: Annotated[int, typer.Option(min=1, help="In steps of.")] = 5,
    seconds: Annotated[float, typer.Option(min=0.1, help="Search for each number.")] = 5.0,
    workers: Annotated[int, typer.Option(min=1, help="Processes side by side.")] = 2,
    cluster: Annotated[str | None, typer.Option(help="Address of a Dask scheduler, instead of processes here.")] = None,
    project: ProjectOption = HERE,
    json_out: JsonOption = False,
) -> None:
    """How many reps the workload needs; with --from and --to, what each number would bring."""
    if least is None and most is None:
        document = _open(project).size()
        answer(json_out, document, lambda console: screen.show_size(console, document))
        return
    low, high = least or most or 1, most or least or 1
    if low > high:
        raise InputError(f"a sweep from {low} to {high} holds nothing; give the smaller number to --from")
    found = _open(project).sweep(range(low, high + 1, step), seconds=seconds, workers=workers, cluster=cluster)
    answer(json_out, found, lambda console: screen_plans.show_sizes(console, found))


@app.command()
def design(
    territories: Annotated[int | None, typer.Option("--territories", "-k", help="How many.")] = None,
    name: Annotated[str, typer.Option(help="Name of the plan.")] = "design",
    bases: Annotated[str | None, typer.Option(help="CSV with base_zip (or lat,lon) and rep; or `roster`.")] = None,
    seconds: Annotated[float | None, typer.Option(help="How long to search.")] = None,
    seed: Annotated[int | None, typer.Option(help="Same seed, same plan.")] = None,
    iterations: Annotated[int | None, typer.Option(help="Replay this many iterations instead of a time.")] = None,
    effort: Annotated[int | None, typer.Option(help="With --iterations: the effort the plan names.")] = None,
    turns: Annotated[str | None, typer.Option(help="With --iterations: the turns the plan names, e.g. 12 or 12,3.")] = None,
    definition: Annotated[str | None, typer.Option(help="Instead of the project's definition.")] = None,
    constraints: Annotated[
        Path | None, typer.Option(help="TOML file of locks, groups, barriers, bands, today's alignment … instead of the project's.")
    ] = None,
    band: Annotated[tuple[float, float] | None, typer.Option(help="Low and high index, e.g. 0.9 1.1.")] = None,
    layer: Annotated[str | None, typer.Option(help="Only the accounts of this team; see `bailiwick layers`.")] = None,
    share: Annotated[bool, typer.Option("--share", help="Share units heavier than the band between territories, in the fewest shares.")] = False,
    gap: Annotated[float | None, typer.Option(help="Stop once the plan is proven within this percentage of the bound of its bases.")] = None,
    project: ProjectOption = HERE,
    json_out: JsonOption = False,
) -> None:
    """Draw territories: index in band, contiguous, least driving, with a proven bound. Ctrl-C keeps the best plan so far."""
    stop = Asking()
    with interruptible(stop.interrupt):
        document = _open(project).design(
            name,
            territories=territories,
            bases_from=bases,
            seconds=seconds,
            seed=seed,
            iterations=iterations,
            effort=effort,
            turns=turns_of(turns),
            definition=definition,
            constraints=rules.read(constraints) if constraints else None,
            band=band,
            layer=layer,
            share=share,
            gap=None if gap is None else gap / 100.0,
            stop=stop,
        )
    answer(json_out, document, lambda console: screen.show_scorecard(console, document))
    limits = "" if document["within_limits"] else f", which is not within all limits: {document['conflicts'][0]}"
    if document["stopped"] or stop.yes:
        raise StoppedError(f"stopped; the best plan so far is kept as {name!r}{limits}")
    if limits:
        raise WorkError(f"the plan is kept as {name!r}{limits}")


@app.command()
def baseline(
    by: Annotated[str, typer.Option(help="zips, accounts or area.")],
    name: Annotated[str | None, typer.Option(help="Name of the plan.")] = None,
    territories: Annotated[int | None, typer.Option("--territories", "-k")] = None,
    project: ProjectOption = HERE,
    json_out: JsonOption = False,
) -> None:
    """The equal-geography plan, to see what it costs."""
    document = _open(project).baseline(by, name or f"equal-{by}", territories=territories)
    answer(json_out, document, lambda console: screen.show_scorecard(console, document))


@app.command()
def evaluate(plan: PlanArgument, project: ProjectOption = HERE, json_out: JsonOption = False) -> None:
    """The scorecard of a plan."""
    document = _open(project).evaluate(plan)
    answer(json_out, document, lambda console: screen.show_scorecard(console, document))


@app.command()
def compare(
    plans: Annotated[list[str], typer.Argument(metavar="PLAN PLAN...")],
    project: ProjectOption = HERE,
    json_out: JsonOption = False,
) -> None:
    """Plans side by side, and what moves between them."""
    if len(plans) < 2:
        raise InputError(f"one plan was given ({plans[0]}) and comparing takes two or more; name another")
    document = _open(project).compare(plans)
    answer(json_out, document, lambda console: screen.show_comparison(console, document))


@app.command()
def assignments(plan: PlanArgument, project: ProjectOption = HERE, json_out: JsonOption = False) -> None:
    """unit,territory as CSV; with share where units are shared."""
    rows = _open(project).assignments(plan)
    names = HEADER if not rows or len(rows[0]) == len(HEADER) else SHARED_HEADER
    if json_out:
        found = [{**dict(zip(names, row, strict=True)), **({"share": float(row[2])} if len(row) > 2 else {})} for row in rows]
        sys.stdout.write(json.dumps(found) + "\n")
        return
    sys.stdout.write("".join(",".join(row) + "\n" for row in (names, *rows)))


@app.command()
def report(
    plan: PlanArgument,
    out: Annotated[Path, typer.Option(help="The page to write.")] = Path("report.html"),
    project: ProjectOption = HERE,
    json_out: JsonOption = False,
) -> None:
    """One self-contained page: map, index against the band, baselines, scorecard."""
    _open(project).report(plan, out)
    answer(json_out, {"report": str(out)}, lambda console: console.print(f"Wrote {out}", soft_wrap=True))


@export_app.command("excel")
def export_excel(
    plan: PlanArgument,
    out: Annotated[Path, typer.Option(help="The workbook to write.")] = Path("territories.xlsx"),
    project: ProjectOption = HERE,
    json_out: JsonOption = False,
) -> None:
    """An Excel workbook: territories, accounts, ZIPs, ranked providers, inputs and weights."""
    _open(project).excel(plan, out)
    answer(json_out, {"workbook": str(out)}, lambda console: console.print(f"Wrote {out}", soft_wrap=True))


@roads_app.command("miles")
def roads_miles(
    zip_a: Annotated[str, typer.Argument(metavar="ZIP")],
    zip_b: Annotated[str, typer.Argument(metavar="ZIP")],
    project: ProjectOption = HERE,
    json_out: JsonOption = False,
) -> None:
    """Road miles and minutes between two ZIPs."""
    document = road_miles(zip_a, zip_b)
    answer(
        json_out,
        document,
        lambda console: console.print(
            f"{zip_a} to {zip_b}: {document['miles']:.1f} miles, {document['minutes']:.0f} minutes ({document['basis']})"
        ),
    )


plan_commands.register(app)
app.command()(serving.serve)


@app.command()
def version() -> None:
    """The version."""
    sys.stdout.write(f"{__version__}\n")


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; exit 0 done, 1 the work failed, 2 the call or its input is wrong, 130 interrupted."""
    given = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in given
    sys.exit(_run([a for a in given if a != "--debug"], debug))


def _run(arguments: list[str], debug: bool) -> int:
    try:
        with interruptible():
            app(arguments, standalone_mode=True)
    except SystemExit as stop:
        return int(stop.code or 0)
    except Stopped:
        say("bailiwick: stopped; what was finished before is whole, nothing half-written remains")
        return 130
    except BailiwickError as error:
        if debug:
            traceback.print_exc()
        say(f"bailiwick: {error}")
        return error.exit_code
    except OSError as error:
        if debug:
            traceback.print_exc()
        say(
            f"bailiwick: the system refused ({error}); check the path, its permissions and free space, then run it again"
        )
        return 1
    except Exception as error:  # an unexpected fault must not show a traceback to a user who did not ask
        if debug:
            raise
        say(f"bailiwick: an internal fault ({type(error).__name__}: {error}); run again with --debug and report it")
        return 1
    return 0
