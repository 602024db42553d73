"""The server as one application: guard, problems, API under /api/v1, the page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from bailiwick import __version__
from bailiwick.server import data, definitions, geometry, jobs, market, problems, scenarios
from bailiwick.server.guard import Guard
from bailiwick.workspace import Workspace

STATIC = Path(__file__).parent / "static"
LARGEST = 512 << 20  # bytes of a request
MISSING = "<!doctype html><title>Bailiwick</title><p>The workbench's page was not built. Run <code>make web</code> and reload; the API is at /api/v1."


def create_app(workspace: Workspace, static: Path = STATIC) -> FastAPI:
    """The application of one workspace. static: the built page."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        yield
        app.state.jobs.stop_all()
        workspace.store.close()

    app = FastAPI(title="Bailiwick", version=__version__, openapi_url="/api/v1/openapi.json", docs_url=None, redoc_url=None, lifespan=life)
    app.state.workspace, app.state.jobs, app.state.uploads = workspace, jobs.Jobs(), data.Uploads(workspace.project.folder)
    problems.install(app)
    for module in (market, geometry, scenarios, jobs, definitions, data):
        app.include_router(module.router, prefix="/api/v1")
    if (static / "index.html").is_file():
        app.mount("/", StaticFiles(directory=static, html=True))
    else:
        app.add_api_route("/", lambda: HTMLResponse(MISSING, 503), include_in_schema=False)
    app.add_middleware(Guard, largest=LARGEST)
    return app
