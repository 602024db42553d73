"""The workbench in a real browser: ``python -m benchmarks.web [--territories 200] [--accounts 100000] [--keep DIR]``.

A synthetic national market (seeded, no one's data) of as many accounts as asked, placed by population, with a plan of K
territories; the page's own performance measures, read in headless Chromium with software rendering. Prints one JSON document.
"""

import argparse
import csv
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, sync_playwright

from bailiwick import settings
from bailiwick.geography.units import load_units
from bailiwick.project import Project

NOW = "2026-01-01T00:00:00Z"
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
SIZE = {"width": 1280, "height": 720}
ASKED = {"workbench-ready": 3000, "live-totals": 8, "live-totals-p95": 16, "recolour": 100, "edit": 150, "edit-saved": 300, "drive-area": 100}
LASSO = [(420, 260), (620, 240), (700, 360), (640, 480), (480, 500), (380, 400)]


def npis(count: int) -> list[str]:
    """Synthetic NPIs with right check digits (Luhn over 80840 + NPI)."""
    found = []
    for i in range(count):
        nine = f"{100_000_000 + i * 7}"
        doubled = sum(d - 9 if d > 9 else d for d in (2 * int(c) for c in nine[0::2]))
        total = doubled + sum(int(c) for c in nine[1::2]) + 24
        found.append(f"{nine}{-total % 10}")
    return found


def market(folder: Path, accounts: int, territories: int) -> Project:
    """The synthetic project with one plan."""
    rng, units = np.random.default_rng(1), load_units()
    unit = rng.choice(len(units), accounts, p=units.population / units.population.sum())
    ids = npis(accounts)
    settings.write_new(folder, "cataract-lenses", f"[design]\nterritories = {territories}\n")
    with (folder / "sites.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["site_id", "npi", "name", "kind", "zip"])
        out.writerows([i, i, f"Surgery Center {n}", "asc", str(units.zips[u])] for n, (i, u) in enumerate(zip(ids, unit.tolist(), strict=True)))
    with (folder / "volumes.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["npi", "code_system", "code", "place", "site", "period", "payer", "services"])
        services = (11 + rng.lognormal(5, 1.2, accounts)).astype(int).tolist()
        out.writerows([i, "HCPCS", "66984", "asc", i, "2023", "medicare_ffs", s] for i, s in zip(ids, services, strict=True))

    def say(text: str) -> None:
        print(text, file=sys.stderr)

    project = Project(folder, settings.read(folder), say=say, now=NOW)
    project.ingest("sites", [folder / "sites.csv"])
    project.ingest("volumes", [folder / "volumes.csv"])
    project.baseline("zips", "plan", territories=territories)
    return project


def serve(folder: Path) -> tuple[subprocess.Popen[str], str]:
    """`bailiwick serve` on a free port."""
    command = [sys.executable, "-m", "bailiwick", "serve", "--project", str(folder), "--port", "0", "--no-browser"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    for line in process.stderr:
        if found := re.search(r"http://127\.0\.0\.1:\d+/", line):
            return process, found[0]
    raise SystemExit("the server did not start")


def until(page: Page, expression: str, seconds: float = 120.0) -> Any:
    """The first truthy value of an expression."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if value := page.evaluate(expression):
                return value
        except Exception as error:  # the page is still loading
            last = error
        time.sleep(0.03)
    raise SystemExit(f"waited in vain for {expression}: {last}")


def durations(page: Page, name: str) -> list[float]:
    """Durations of a measure in milliseconds."""
    return [float(v) for v in page.evaluate("n => performance.getEntriesByName(n, 'measure').map((m) => m.duration)", name)]


def visits(browser: Any, address: str) -> tuple[list[float], float]:
    """Three first visits: milliseconds until ready, and megabytes transferred until all is loaded."""
    ready, size = [], 0.0
    for _ in range(3):
        page = browser.new_context(viewport=SIZE).new_page()
        page.goto(address)
        ready.append(until(page, "(performance.getEntriesByName('workbench-ready', 'measure')[0] || {}).duration"))
        page.wait_for_timeout(2500)
        size = page.evaluate("['resource', 'navigation'].flatMap((t) => performance.getEntriesByType(t)).reduce((a, r) => a + r.transferSize, 0)")
        page.close()
    return ready, size / 1e6


def drawn(page: Page) -> None:
    """A lasso around the middle of the country."""
    page.get_by_role("button", name="Lasso (L)").click()
    page.mouse.move(*LASSO[0])
    page.mouse.down()
    for x, y in LASSO[1:]:
        page.mouse.move(x, y, steps=60)
    page.mouse.up()
    page.wait_for_timeout(600)
    page.keyboard.press("Escape")


def edits(page: Page, count: int) -> None:
    """Moves of 500 ZIPs between two territories, there and back."""
    for turn in range(count):
        page.evaluate("""async (turn) => {
            const wb = window.bailiwick.wb, to = turn % 2 ? 0 : 1;
            const units = turn % 2 ? window.moved : (window.moved = [...wb.unitsOf(0)].slice(0, 500));
            await wb.edit('Move', units, to); }""", turn)  # fmt: skip
        page.wait_for_timeout(300)


def areas(page: Page, units: list[int]) -> None:
    """Drive-minute areas around units never asked before."""
    for unit in units:
        page.evaluate("async (u) => { window.bailiwick.draft.clear(); await window.bailiwick.draft.drive(u); }", unit)
    page.evaluate("window.bailiwick.draft.clear()")


def designed(page: Page) -> dict[str, float]:
    """Longest silence of a design's progress, and seconds from asking it to stop until the plan stands."""
    page.get_by_role("tab", name="Design").click()
    page.get_by_label("Seconds of search").fill("60")
    page.get_by_role("button", name="Design", exact=True).click()
    until(page, "window.bailiwick.wb.preview")
    page.wait_for_timeout(6000)
    marks = page.evaluate("performance.getEntriesByName('design').map((m) => m.startTime)")
    begun = time.perf_counter()
    page.get_by_role("button", name="Stop and keep the best").click()
    page.get_by_text("Stopping…").wait_for()
    answered = time.perf_counter() - begun
    page.get_by_text("Stopped", exact=True).wait_for(timeout=60_000)
    return {"design-longest-silence": round(float(np.diff(marks).max())), "cancel-answered-seconds": round(answered, 2),
            "cancel-kept-seconds": round(time.perf_counter() - begun, 2)}  # fmt: skip


def measured(address: str, browser_path: str) -> dict[str, Any]:
    """Every figure of the page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
        ready, size = visits(browser, address)
        page = browser.new_page(viewport=SIZE)
        page.goto(address)
        until(page, "(performance.getEntriesByName('workbench-ready', 'measure')[0] || {}).duration")
        page.wait_for_timeout(3000)
        drawn(page)
        live = durations(page, "live-totals")
        page.evaluate("performance.clearMeasures('recolour')")
        for name in ("raw", "territory", "calls", "territory", "population", "territory"):
            page.get_by_label("Colour the map by").select_option(name)
            page.wait_for_timeout(400)
        recolour = durations(page, "recolour")
        edits(page, 8)
        areas(page, np.random.default_rng(2).integers(0, 33_144, 12).tolist())
        found = {
            "workbench-ready": np.median(ready), "transferred-mb": size, "live-totals": np.median(live), "live-totals-p95": np.percentile(live, 95),
            "live-moves": len(live), "recolour": np.median(recolour), "recolour-most": max(recolour), "edit": np.median(durations(page, "edit")),
            "edit-most": max(durations(page, "edit")), "edit-saved": np.median(durations(page, "edit-saved")),
            "drive-area": np.median(durations(page, "drive-area")), "drive-area-most": max(durations(page, "drive-area")),
        }  # fmt: skip
        rounded = {name: round(float(value), 1) for name, value in found.items()}
        return rounded | designed(page)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--territories", type=int, default=200)
    parser.add_argument("--accounts", type=int, default=100_000)
    asked = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))
    from bring_browser import installed

    path = installed()
    if not path:
        raise SystemExit("no Chromium is here; run `python scripts/bring_browser.py` first")
    with tempfile.TemporaryDirectory() as folder:
        market(Path(folder) / "market", asked.accounts, asked.territories)
        process, address = serve(Path(folder) / "market")
        try:
            figures = measured(address, path)
        finally:
            process.kill()
    print(json.dumps({"benchmark": "web", "territories": asked.territories, "accounts": asked.accounts, "milliseconds": figures, "asked": ASKED}))


if __name__ == "__main__":
    main()
