"""Scenarios: what stands, every change, undo and redo, comparison, reasons."""

from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, Request, Response

from bailiwick.server import answers
from bailiwick.server.answers import Here
from bailiwick.server.documents import (
    Description,
    Edit,
    MendDocument,
    Merge,
    NewScenario,
    Publish,
    ScenarioDocument,
    ScenarioList,
    Split,
    Turn,
)

router = APIRouter(prefix="/scenarios", tags=["scenarios"])
OCTETS = "application/octet-stream"


@router.get("")
def scenarios(here: Here, limit: Annotated[int, Query(ge=1, le=1000)] = 200, cursor: str | None = None) -> ScenarioList:
    """Scenarios, newest change first."""
    return ScenarioList.model_validate(answers.page(here.scenarios(), limit, cursor))


@router.post("", status_code=201)
def create(here: Here, wanted: NewScenario) -> ScenarioDocument:
    """A scenario from another, a stored plan or an equal-distribution baseline."""
    return ScenarioDocument(**here.create(wanted.name, wanted.source, wanted.note, wanted.territories))


@router.get("/{scenario}")
def scenario(here: Here, scenario: str) -> ScenarioDocument:
    """A scenario without its labels."""
    return ScenarioDocument(**here.describe(scenario))


@router.patch("/{scenario}")
def describe(here: Here, scenario: str, wanted: Description) -> ScenarioDocument:
    """Rename or annotate."""
    here.store.describe(scenario, here.clock(), name=wanted.name, note=wanted.note)
    return ScenarioDocument(**here.describe(scenario))


@router.delete("/{scenario}", status_code=204)
def remove(here: Here, scenario: str) -> Response:
    """Hide a scenario; its history stays in the store."""
    here.store.remove(scenario)
    return Response(status_code=204)


@router.get("/{scenario}/assignment", response_class=Response)
def assignment(request: Request, here: Here, scenario: str) -> Response:
    """int16 slot of each unit; the ETag is the version."""
    found = here.store.get(scenario)
    tag = f'"{found.id}-{found.version}"'
    return answers.not_modified(tag) if answers.known(request, tag) else answers.binary(found.labels.astype("<i2").tobytes(), tag, media=OCTETS)


@router.get("/{scenario}/minutes", response_class=Response)
def minutes(request: Request, here: Here, scenario: str) -> Response:
    """float32 minutes from each unit's base."""
    found = here.store.get(scenario)
    tag = f'"minutes-{found.id}-{found.version}"'
    if answers.known(request, tag):
        return answers.not_modified(tag)
    return answers.binary(here.minutes(scenario).astype("<f4").tobytes(), tag, media=OCTETS)


@router.post("/{scenario}/changes")
def change(here: Here, scenario: str, wanted: Edit) -> ScenarioDocument:
    """One edit, stored before it is answered; 409 when another window was first."""
    territories = [t.model_dump(exclude_none=True) for t in wanted.territories]
    done = here.change(
        scenario, wanted.version, wanted.label, wanted.who, units=wanted.units, to=wanted.to, territories=territories, lock=wanted.lock,
        unlock=wanted.unlock,
    )  # fmt: skip
    return ScenarioDocument(**done)


@router.post("/{scenario}/undo")
def undo(here: Here, scenario: str, wanted: Turn) -> ScenarioDocument:
    """Take back the last edit."""
    return ScenarioDocument(**here.undo(scenario, wanted.version, wanted.who))


@router.post("/{scenario}/redo")
def redo(here: Here, scenario: str, wanted: Turn) -> ScenarioDocument:
    """Make the last edit taken back again."""
    return ScenarioDocument(**here.redo(scenario, wanted.version, wanted.who))


@router.get("/{scenario}/history")
def history(here: Here, scenario: str, limit: Annotated[int, Query(ge=1, le=1000)] = 100, cursor: str | None = None) -> dict[str, Any]:
    """Changes, newest first."""
    return answers.page(here.history(scenario), limit, cursor)


@router.get("/{scenario}/scorecard")
def scorecard(request: Request, here: Here, scenario: str) -> Response:
    """The document of `bailiwick evaluate --json`."""
    return answers.tagged(request, here.scorecard(scenario))


@router.post("/{scenario}/publish", status_code=201)
def publish(here: Here, scenario: str, wanted: Publish) -> dict[str, Any]:
    """Store it as a plan of the project; answers its scorecard."""
    return here.publish(scenario, wanted.name)


@router.post("/{scenario}/mend")
def mend(here: Here, scenario: str, wanted: Turn) -> MendDocument:
    """Fewest accounts moved until every territory is in band."""
    return MendDocument(**here.mend(scenario, wanted.version, wanted.who))


@router.post("/{scenario}/split")
def split(here: Here, scenario: str, wanted: Split) -> ScenarioDocument:
    """One territory made two."""
    return ScenarioDocument(**here.split(scenario, wanted.version, wanted.who, wanted.slot))


@router.post("/{scenario}/merge")
def merge(here: Here, scenario: str, wanted: Merge) -> ScenarioDocument:
    """Two neighbouring territories made one."""
    return ScenarioDocument(**here.merge(scenario, wanted.version, wanted.who, wanted.keep, wanted.drop))


@router.get("/{scenario}/why/{unit}")
def why(request: Request, here: Here, scenario: str, unit: int) -> Response:
    """Why a ZIP is in its territory and what its alternatives cost."""
    return answers.tagged(request, here.why(scenario, unit))


@router.get("/{scenario}/compare/{other}")
def compare(request: Request, here: Here, scenario: str, other: str) -> Response:
    """Two scenarios side by side and what moves between them."""
    return answers.tagged(request, here.compare(scenario, other))


@router.get("/{scenario}/assignments.csv", response_class=Response)
def assignments(here: Here, scenario: str) -> Response:
    """unit,territory of every ZIP area."""
    plan = here.plan(scenario)
    ids = np.array([t.id for t in plan.territories])[plan.territory_of]
    body = "unit,territory\n" + "".join(f"{u},{t}\n" for u, t in zip(plan.units, ids.tolist(), strict=True))
    return Response(body, media_type="text/csv", headers={"content-disposition": 'attachment; filename="assignments.csv"'})
