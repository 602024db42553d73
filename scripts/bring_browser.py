"""Make sure a browser is here for the browser tests: the system's, else Playwright's own, else the system's package manager.

Prints where it is; ends with 2 and one sentence when none can be had.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")


def installed() -> str | None:
    """The path of a Chromium: BAILIWICK_BROWSER, one on the PATH, or Playwright's download."""
    named = os.environ.get("BAILIWICK_BROWSER")
    found = named or next((p for n in NAMES if (p := shutil.which(n))), None)
    if found:
        return found
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) else None


def bring() -> str | None:
    """The browser, fetched where there is none."""
    if found := installed():
        return found
    _try(sys.executable, "-m", "playwright", "install", "chromium")
    if (found := installed()) and _starts(found):
        return found
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        _try("apt-get", "-qq", "update")
        _try("apt-get", "-qq", "install", "--yes", "--no-install-recommends", "chromium")
    return next((p for n in NAMES if (p := shutil.which(n))), None)


def _try(*command: str) -> None:
    print("Fetching a browser for the tests:", " ".join(command[-3:]), file=sys.stderr)
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, timeout=900)


def _starts(path: str) -> bool:
    """Whether its libraries are here too."""
    return subprocess.run([path, "--version"], check=False, capture_output=True, timeout=60).returncode == 0


if __name__ == "__main__":
    where = bring()
    if not where:
        sys.exit("No Chromium was found and none could be fetched; install chromium, or name one: BAILIWICK_BROWSER=/path/to/chromium make test")
    print(where)
