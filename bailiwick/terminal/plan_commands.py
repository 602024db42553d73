"""Commands on plans that exist: proofs, reasons, mending, splitting, merging, standing, districts, layers."""

from typing import Annotated

import typer

from bailiwick.model.errors import WorkError
from bailiwick.terminal import screen, screen_plans
from bailiwick.terminal.console import HERE, JsonOption, PlanArgument, ProjectOption, answer, open_project


def register(app: typer.Typer) -> None:
    """Add the commands of this file to the command line."""
    for command in (verify, prove, why, mend, move, split, merge, ensemble, districts, layers):
        app.command()(command)


def verify(plan: PlanArgument, project: ProjectOption = HERE, json_out: JsonOption = False) -> None:
    """Recompute band, contiguity, limits, objective and bound from what is stored; exit 1 when a claim does not hold."""
    document = open_project(project).verify(plan)
    answer(json_out, document, lambda console: screen_plans.show_checks(console, document))
    if not document["holds"]:
        raise WorkError(f"plan {plan!r} does not hold what it claims or what its rules ask; design it again")


def prove(
    plan: PlanArgument,
    seconds: Annotated[float, typer.Option(min=1, help="How long to search.")] = 60.0,
    project: ProjectOption = HERE,
    json_out: JsonOption = False,
) -> None:
    """Raise the bound over all choices of bases: how far any plan at all could be better."""
    document = open_project(project).prove(plan, seconds)
    answer(json_out, document, lambda console: screen_plans.show_bounds(console, document))


def why(
    plan: PlanArgument,
    place: Annotated[str, typer.Argument(metavar="ZIP|ACCOUNT")],
    project: ProjectOption = HERE,
    json_out: JsonOption = False,
) -> None:
    """Why a ZIP or account is in its territory, and what its cheapest alternatives would cost."""
    document = open_project(project).why(plan, place)
    answer(json_out, document, lambda console: screen_plans.show_reason(console, document))


NewName = Annotated[str, typer.Option("--name", help="Name of the changed plan.")]


def mend(plan: PlanArgument, name: NewName, project: ProjectOption = HERE, json_out: JsonOption = False) -> None:
    """Bring every territory back into band with the fewest accounts moved."""
    document = open_project(project).mend(plan, name)
    answer(json_out, document, lambda console: screen_plans.show_mended(console, document))


def move(
    plan: PlanArgument,
    zips: Annotated[list[str], typer.Argument(metavar="ZIP...")],
    to: Annotated[str, typer.Option("--to", help="Territory: its id, number, name or representative.")],
    name: Annotated[str | None, typer.Option("--name", help="Name of the changed plan; PLAN-moved if not given.")] = None,
    project: ProjectOption = HERE,
    json_out: JsonOption = False,
) -> None:
    """Move ZIPs to a territory and settle the borders around them; everything else stays."""
    document = open_project(project).move(plan, zips, to, name or f"{plan}-moved")
    answer(json_out, document, lambda console: screen_plans.show_moved(console, document))


def split(plan: PlanArgument, territory: str, name: NewName, project: ProjectOption = HERE, json_out: JsonOption = False) -> None:
    """Make one territory two of equal load."""
    document = open_project(project).split(plan, territory, name)
    answer(json_out, document, lambda console: screen.show_scorecard(console, document))


def merge(
    plan: PlanArgument, first: str, second: str, name: NewName, project: ProjectOption = HERE, json_out: JsonOption = False
) -> None:
    """Make two neighbouring territories one."""
    document = open_project(project).merge(plan, first, second, name)
    answer(json_out, document, lambda console: screen.show_scorecard(console, document))


def ensemble(
    plan: PlanArgument,
    plans: Annotated[int, typer.Option(min=10, help="Neutral plans to draw.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same plans.")] = 1,
    project: ProjectOption = HERE,
    json_out: JsonOption = False,
) -> None:
    """Where a plan stands among neutral plans: contiguous, in band, otherwise random."""
    document = open_project(project).ensemble(plan, plans, seed)
    answer(json_out, document, lambda console: screen_plans.show_standing(console, document))


def districts(
    plan: PlanArgument,
    count: Annotated[int, typer.Option("--districts", min=1, help="How many districts.")],
    regions: Annotated[int | None, typer.Option(min=1, help="How many regions above them.")] = None,
    project: ProjectOption = HERE,
    json_out: JsonOption = False,
) -> None:
    """Roll territories up into balanced, contiguous districts and regions."""
    document = open_project(project).districts(plan, count, regions)
    answer(json_out, document, lambda console: screen_plans.show_districts(console, document))


def layers(project: ProjectOption = HERE, json_out: JsonOption = False) -> None:
    """The market by sales team; every account belongs to one."""
    document = open_project(project).layers()
    answer(json_out, document, lambda console: screen_plans.show_layers(console, document))
