"""`bailiwick serve`: the workbench on this machine, in the browser."""

import socket
import webbrowser
from contextlib import suppress
from pathlib import Path
from threading import Thread, Timer
from typing import TYPE_CHECKING, Annotated

import typer

from bailiwick.model.errors import BailiwickError, InputError
from bailiwick.terminal.console import HERE, ProjectOption, now, open_project, say

if TYPE_CHECKING:
    from bailiwick.workspace import Workspace

PORT = 8765
BACKLOG = 128


def serve(
    project: ProjectOption = HERE,
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = PORT,
    host: Annotated[str, typer.Option(help="Address of this machine; others are refused until there is sign-in.")] = "127.0.0.1",
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser.")] = True,
) -> None:
    """Open the workbench: draw territories on the map and read the market inside them."""
    run(project, port, host, browser=browser)


def run(folder: Path, port: int = PORT, host: str = "127.0.0.1", *, browser: bool = True) -> None:
    """Serve a project until interrupted; raises InputError for a foreign address or a port in use."""
    import uvicorn  # here, so that no other command waits for a web server to load

    from bailiwick.server.app import create_app
    from bailiwick.server.guard import check_address
    from bailiwick.workspace import Workspace

    check_address(host)
    workspace = Workspace(open_project(folder), now)
    _first_scenario(workspace)
    Thread(target=_warm, args=(workspace,), daemon=True).start()
    listening = _listen(host, port)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{listening.getsockname()[1]}/"
    say(f"The workbench is at {address} (Ctrl-C ends it)")
    if browser:
        Timer(0.5, webbrowser.open, (address,)).start()
    config = uvicorn.Config(create_app(workspace), log_level="warning", access_log=False, timeout_graceful_shutdown=1)
    uvicorn.Server(config).run(sockets=[listening])


def _warm(workspace: "Workspace") -> None:
    """Make ready what the first page asks for, while the browser starts."""
    import numpy as np

    from bailiwick.geography.roads import load_roads
    from bailiwick.server import geometry

    geometry.mesh_document("coarse")
    geometry.lines_document()
    geometry.adjacency_document()
    load_roads().rows(np.array([0]))
    geometry.mesh_document("fine")
    with suppress(BailiwickError):  # a project without data says so on its page
        workspace.market()


def _first_scenario(workspace: "Workspace") -> None:
    """A store without scenarios begins with the project's plans, the designed ones on top."""
    if workspace.scenarios():
        return
    names = workspace.project.plans()
    for name in sorted(names, key=lambda n: workspace.project.plan(n).certificate is not None):
        workspace.create(name.replace("-", " ").capitalize(), f"plan:{name}")


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host.strip("[]"), port))
    except OSError as error:
        listening.close()
        raise InputError(f"port {port} of {host} cannot be used ({error.strerror}); choose another with --port, or 0 for a free one") from error
    listening.listen(BACKLOG)
    return listening
