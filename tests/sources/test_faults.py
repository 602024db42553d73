"""What goes wrong in the middle: damaged files, wrong delimiters, bombs, a full disk, Ctrl-C. Nothing that was there is lost."""

import gzip
import hashlib
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from bailiwick.model.errors import InputError, WorkError
from bailiwick.sources import ingest
from tests.sources.conftest import CURRENT, FILES, NOW

SITES = FILES["sites"]


def state(store: Path) -> dict[str, str]:
    """Every file of a project with the hash of its bytes."""
    found = sorted(p for p in store.rglob("*") if p.is_file())
    return {str(p.relative_to(store)): hashlib.sha256(p.read_bytes()).hexdigest() for p in found}


def loaded(store: Path, tmp_path: Path) -> dict[str, str]:
    file = tmp_path / "first.csv"
    file.write_text("\n".join([SITES[0], *SITES[1]]) + "\n")
    ingest(store, "sites", [file], vintage="1", mapping=None, loaded_at=NOW)
    return state(store)


def run(*arguments: object, **more: object) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-c", "from bailiwick.cli import main; main()", *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, timeout=120, check=False, **more)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    assert run("init", folder).returncode == 0
    return folder


def broken_gzip(path: Path) -> None:
    whole = gzip.compress(("\n".join([SITES[0], *SITES[1] * 2000])).encode())
    path.write_bytes(whole[: len(whole) // 2])


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sites.csv", SITES[0] + "\n" + "0" * 300_000_000)


def two_tables(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", SITES[0])
        archive.writestr("b.csv", SITES[0])


CASES = {
    "cut.csv.gz": (broken_gzip, "cut off or damaged"),
    "bomb.zip": (bomb, "unpacks to more than"),
    "two.zip": (two_tables, "holds a.csv, b.csv"),
    "no.zip": (lambda p: p.write_bytes(b"this is no archive"), "cut off or damaged"),
    "empty.csv": (lambda p: p.write_bytes(b""), "is empty"),
    "header.csv": (lambda p: p.write_text(SITES[0] + "\n"), "a header and no rows"),
    "semicolons.csv": (lambda p: p.write_text(SITES[0].replace(",", "^") + "\n" + SITES[1][0].replace(",", "^") + "\n"), "column"),
    "utf16.csv": (lambda p: p.write_text(SITES[0] + "\n" + SITES[1][0] + "\n", encoding="utf-16"), "UTF-16"),
    "foreign.csv": (lambda p: p.write_text("colour,size\nred,3\n"), "column"),
    "no.parquet": (lambda p: p.write_bytes(b"PAR1 not really"), "not a readable Parquet"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_damaged_file_is_told_in_a_sentence_and_loses_nothing(name: str, project: Path, tmp_path: Path) -> None:
    before = loaded(project, tmp_path)
    make, said = CASES[name]
    make(tmp_path / name)
    shown = run("ingest", "sites", tmp_path / name, "--project", project)
    assert shown.returncode == 2
    assert said in shown.stderr
    assert name in shown.stderr
    assert "Traceback" not in shown.stderr
    assert state(project) == before


def test_a_full_disk_is_told_and_loses_nothing(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = loaded(project, tmp_path)
    second = tmp_path / "second.csv"
    second.write_text("\n".join([SITES[0], *SITES[1][:1]]) + "\n")
    real = os.replace

    def full(source: object, target: object, **more: object) -> None:
        if "tables" in str(target):
            raise OSError(28, "No space left on device")
        real(source, target, **more)

    monkeypatch.setattr(os, "replace", full)
    monkeypatch.setattr(Path, "replace", lambda self, target: full(self, target))
    monkeypatch.setattr(Path, "rename", lambda self, target: full(self, target))
    with pytest.raises((WorkError, OSError), match="the disk is full"):
        ingest(project, "sites", [second], vintage="2", mapping=None, loaded_at=NOW)
    monkeypatch.undo()
    assert {k: v for k, v in state(project).items() if k.startswith("tables")} == {k: v for k, v in before.items() if k.startswith("tables")}
    assert not ingest(project, "sites", [second], vintage="2", mapping=None, loaded_at=NOW).unchanged


def test_ctrl_c_in_the_middle_of_an_ingest_leaves_the_table_whole(project: Path, tmp_path: Path) -> None:
    before = loaded(project, tmp_path)
    many = tmp_path / "many.csv"
    row = FILES["cms-provider-service"][1][0]
    many.write_text(CURRENT + "\n" + "\n".join([row] * 400_000) + "\n")
    line = [sys.executable, "-c", "from bailiwick.cli import main; main()", "ingest", "cms-provider-service", str(many), "--project", str(project)]
    running = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not [p for p in project.rglob("*") if p.is_file() and str(p.relative_to(project)) not in before] and time.monotonic() < deadline:
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "stopped" in told
    assert "Traceback" not in told
    assert state(project) == before


def test_ctrl_c_in_the_middle_of_a_command_says_one_sentence(project: Path) -> None:
    code = (
        "import os, signal, threading, bailiwick.cli as cli\n"
        "def hang(*_, **__):\n"
        "    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "    import time; time.sleep(30)\n"
        "cli._open = hang\n"
        "cli.main(['size', '--project', '.'])\n"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False, cwd=project)
    assert shown.returncode == 130
    assert shown.stderr.strip().count("\n") == 0
    assert "stopped" in shown.stderr


def test_an_unknown_definition_column_or_mapping_is_refused(project: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nothing\.toml"):
        ingest(project, "sites", [tmp_path / "x.csv"], vintage=None, mapping=tmp_path / "nothing.toml", loaded_at=NOW)
