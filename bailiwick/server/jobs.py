"""Long work beside the server: one design at a time, its progress as server-sent events, cancelled within a second."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt
from fastapi import APIRouter, Request, Response
from starlette.responses import StreamingResponse

from bailiwick.design.clock import Progress
from bailiwick.model.errors import BailiwickError, InputError, UnknownNameError
from bailiwick.model.plan import gap_of
from bailiwick.server.answers import Here, binary
from bailiwick.server.documents import DesignRequest, JobDocument
from bailiwick.workspace import Workspace

router = APIRouter(tags=["designs"])
BEAT = 0.4  # seconds between events
KEPT = 20


@dataclass
class Job:
    """One design under way. labels: the best plan so far; plans: how many there were."""

    id: str
    started: float
    state: str = "running"
    progress: dict[str, Any] | None = None
    labels: npt.NDArray[np.int16] | None = None
    plans: int = 0
    scenario: str | None = None
    error: str | None = None
    stopping: bool = False
    ended: float | None = None
    lock: Lock = field(default_factory=Lock)

    def document(self) -> dict[str, Any]:
        """As the API shows it."""
        spent = (self.ended or time.monotonic()) - self.started
        return {"id": self.id, "kind": "design", "state": self.state, "seconds": round(spent, 2), "progress": self.progress, "plans": self.plans,
                "scenario": self.scenario, "error": self.error}  # fmt: skip

    def told(self, state: Progress) -> None:
        """The engine's word: a better plan counts as one."""
        def finite(v: float) -> float | None:
            return float(v) if np.isfinite(v) else None

        with self.lock:
            objective = finite(state.objective)
            better = self.labels is None or self.progress is None or objective != self.progress["objective"]
            self.progress = {"iterations": state.iterations, "doing": state.doing, "objective": objective,
                             "bound": finite(state.bound) or None, "gap": gap_of(state.objective, state.bound)}  # fmt: skip
            if better and len(state.territory_of):
                self.labels, self.plans = state.territory_of.astype(np.int16), self.plans + 1


class Jobs:
    """Designs by id; a second one is refused while one runs, for two would only halve each other's time."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._lock = Lock()

    def design(self, here: Workspace, wanted: DesignRequest) -> Job:
        """Begin a design in a thread of its own; raises InputError while another runs."""
        with self._lock:
            if any(j.state == "running" for j in self._jobs.values()):
                raise InputError("a design is running already; wait for it or cancel it first")
            job = Job(uuid4().hex[:12], time.monotonic())
            self._jobs[job.id] = job
            for old in list(self._jobs)[:-KEPT]:
                del self._jobs[old]
        Thread(target=_run, args=(job, here, wanted), daemon=True).start()
        return job

    def get(self, job_id: str) -> Job:
        """A job; raises UnknownNameError."""
        if job_id not in self._jobs:
            raise UnknownNameError("job", job_id, self._jobs)
        return self._jobs[job_id]

    def stop_all(self) -> None:
        """Ask every running design to stop."""
        for job in self._jobs.values():
            job.stopping = True


def _run(job: Job, here: Workspace, wanted: DesignRequest) -> None:
    try:
        done = here.design(wanted.name, wanted.model_dump(exclude={"name"}), job.told, lambda: job.stopping)
        job.scenario = done["id"]
        job.state = "cancelled" if job.stopping else "done"
    except BailiwickError as error:
        job.error, job.state = str(error), "failed"
    except Exception as error:  # a defect must reach the screen, not end as a design that never ends
        job.error, job.state = f"the design failed: {error!r}; this is a defect, please report it", "failed"
        here.project.say(job.error)
    finally:
        job.ended = time.monotonic()


def jobs_of(request: Request) -> Jobs:
    """The server's jobs."""
    found: Jobs = request.app.state.jobs
    return found


@router.post("/designs", status_code=202)
def design(request: Request, response: Response, here: Here, wanted: DesignRequest) -> JobDocument:
    """Begin a design; follow it at its job."""
    job = jobs_of(request).design(here, wanted)
    response.headers["location"] = f"/api/v1/jobs/{job.id}"
    return JobDocument(**job.document())


@router.get("/jobs/{job}")
def job(request: Request, job: str) -> JobDocument:
    """How far it is."""
    return JobDocument(**jobs_of(request).get(job).document())


@router.delete("/jobs/{job}", status_code=202)
def cancel(request: Request, job: str) -> JobDocument:
    """Ask it to stop; the best plan so far is kept as a scenario."""
    found = jobs_of(request).get(job)
    found.stopping = True
    return JobDocument(**found.document())


@router.get("/jobs/{job}/assignment", response_class=Response)
def assignment(request: Request, job: str) -> Response:
    """int16 slot of each unit in the best plan so far."""
    found = jobs_of(request).get(job)
    if found.labels is None:
        raise UnknownNameError("plan yet", job, [])
    return binary(found.labels.astype("<i2").tobytes(), f'"{found.id}-{found.plans}"', media="application/octet-stream")


@router.get("/jobs/{job}/events", response_class=StreamingResponse)
def events(request: Request, job: str) -> StreamingResponse:
    """Server-sent events: the job's document at least once a second, until it ends."""
    found = jobs_of(request).get(job)

    async def stream() -> AsyncIterator[bytes]:
        while True:
            state = found.document()
            yield f"event: progress\ndata: {json.dumps(state)}\n\n".encode()
            if state["state"] != "running" or await request.is_disconnected():
                return
            await asyncio.sleep(BEAT)

    return StreamingResponse(stream(), media_type="text/event-stream", headers={"cache-control": "no-store"})
