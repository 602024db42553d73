"""Ctrl-C in a real process: the first keeps the best plan so far, the second ends at once with nothing half written."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bailiwick.demo import make
from bailiwick.terminal.interrupting import Stopped, interruptible

NOW = "2026-01-02T03:04:05Z"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("stop") / "sample", say=lambda _: None, now=NOW).folder


def searching(folder: Path, name: str) -> subprocess.Popen[str]:
    """A design under way that has found a plan; its standard error read so far."""
    line = [sys.executable, "-c", "from bailiwick.cli import main; main()", "design", "-k", "20", "--seconds", "300", "--json"]
    running = subprocess.Popen([*line, "--name", name, "--project", str(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stderr is not None
    for said in running.stderr:
        if "line-haul hours a year" in said:
            return running
    raise AssertionError("the design ended before it was stopped")


def left_in(folder: Path) -> set[str]:
    plans = folder / "plans"
    return {p.name for p in plans.iterdir()} if plans.exists() else set()


def test_the_first_ctrl_c_keeps_the_best_plan_so_far(folder: Path) -> None:
    running = searching(folder, "kept")
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=200)
    assert running.returncode == 130, err
    assert err.strip().splitlines()[-1].startswith("bailiwick: stopped; the best plan so far is kept as 'kept'")
    found = json.loads(out)
    assert (found["plan"], found["stopped"], found["summary"]["territories"]) == ("kept", True, 20)
    assert sum(t["units"] for t in found["territories"]) == 33_144
    assert "kept" in left_in(folder)
    assert "Traceback" not in err


def test_a_second_ctrl_c_ends_at_once_and_leaves_nothing(folder: Path) -> None:
    before = left_in(folder)
    running = searching(folder, "gone")
    running.send_signal(signal.SIGINT)
    assert running.stderr is not None
    assert any("Stopping; the best plan so far will be kept" in said for said in running.stderr)
    started = time.monotonic()
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=200)
    assert running.returncode == 130, err
    assert time.monotonic() - started < 20
    assert "nothing half-written remains" in err
    assert left_in(folder) == before


def test_what_a_database_says_of_ctrl_c_is_no_fault() -> None:
    def queried() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except BaseException as error:  # as a database does in the middle of a query
            raise RuntimeError("Query interrupted") from error

    with pytest.raises(Stopped), interruptible():
        queried()
    with pytest.raises(RuntimeError, match="another"), interruptible():
        raise RuntimeError("another")
