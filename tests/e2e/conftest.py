"""A real server on a real project, and a real browser."""

import contextlib
import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, sync_playwright

from tests.workbench import project

ROOT = Path(__file__).resolve().parents[2]
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
WB = "window.bailiwick.wb"
LOADED = f"{WB} && {WB}.scenario && {WB}.rows.length > 0"
READY = "(performance.getEntriesByName('workbench-ready', 'measure')[0] || {}).duration"


class Served:
    """`bailiwick serve` as a process of its own; killed and started again at the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self.process = folder, 0, None
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "bailiwick", "serve", "--project", str(self.folder), "--port", str(self.port), "--no-browser"]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if found := re.search(r"http://127\.0\.0\.1:(\d+)/", line):
                self.port = int(found[1])
                return
        raise AssertionError(f"the server did not start: {self.process.wait()}")

    def kill(self) -> None:
        self.process.kill()
        self.process.stderr.close()
        self.process.wait()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def bailiwick(self, *arguments: str) -> dict:
        """The command line on the same project."""
        command = [sys.executable, "-m", "bailiwick", *arguments, "--project", str(self.folder), "--json"]
        return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.fixture(scope="session")
def built():
    """The page of today's sources."""
    static = ROOT / "bailiwick" / "server" / "static" / "index.html"
    if not static.is_file():
        pytest.fail("the page was not built; run `make web` first (make test does)")
    return static


@pytest.fixture(scope="session")
def served(built, tmp_path_factory):
    made = project(tmp_path_factory.mktemp("e2e"))
    found = Served(made.folder)
    yield found
    found.kill()


@pytest.fixture(scope="session")
def browser():
    sys.path.insert(0, str(ROOT / "scripts"))
    from bring_browser import installed

    path = installed()
    if not path:
        pytest.fail("no Chromium is here; `make test` brings one, or name yours: BAILIWICK_BROWSER=/path/to/chromium")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield found
        found.close()


def until(page: Page, expression: str, seconds: float = 30.0):
    """The first truthy value of an expression; the page forbids eval, so Playwright's own waiting cannot be used."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(Error):  # what is asked for is not there yet
            if value := page.evaluate(expression):
                return value
        time.sleep(0.05)
    raise AssertionError(f"still not so after {seconds} s: {expression}")


@pytest.fixture
def opened(browser, served):
    """Opens the workbench; fails the test when the page reported an error."""
    pages, wrong = [], []

    def open_page(width: int = 1280, height: int = 720, at: str = "") -> Page:
        page = browser.new_page(viewport={"width": width, "height": height})
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(served.address + at)
        until(page, READY)
        if at:  # a scenario is asked for after the map is there
            until(page, LOADED)
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert wrong == []


@pytest.fixture
def scenario(served, browser):
    """A scenario of its own for each test: (id, the hash that opens it)."""
    context = browser.new_context()
    made = context.request.post(f"{served.address}api/v1/scenarios", data={"name": "Test", "source": "plan:equal-zips"}).json()
    context.close()
    return made["id"], f"#scenario={made['id']}"
