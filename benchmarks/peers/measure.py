"""Run a peer in a process of its own: seconds of the whole process, its peak memory, and the checker's word on its answer."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.instances import Instance
from benchmarks.peers.judge import Verdict, judge
from benchmarks.peers.methods import Peer

GRACE = 30.0  # seconds beyond those given to a peer, for imports, building the model and reading it back
ROOT = Path(__file__).resolve().parents[2]
BYTES = 1 if sys.platform == "darwin" else 1024  # unit of ru_maxrss


def _peak_mb(pid: int) -> float:
    """Peak resident megabytes of a running process, 0 where the system does not tell.

    ru_maxrss alone would not do: on Linux a child inherits the peak of the process that started it.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    return next((float(line.split()[1]) * 1024 / 1e6 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)


@dataclass(frozen=True)
class Run:
    """verdict: None where there is no answer, and ``failed`` says why. peak_mb: the largest process of the peer, by the system's own count."""

    peer: str
    instance: str
    seed: int
    seconds: float
    peak_mb: float
    verdict: Verdict | None
    failed: str = ""


def measure(peer: Peer, instance: Instance, folder: Path, seconds: float, seed: int, grace: float = GRACE) -> Run:
    with tempfile.TemporaryDirectory() as place:
        request, out, errors = (Path(place) / name for name in ("request.json", "answer.json", "errors.txt"))
        asked = {"method": peer.method, "folder": str(folder.resolve()), "instance": instance.name, "seconds": seconds, "seed": seed}
        request.write_text(json.dumps({**asked, "out": str(out)}))
        began = time.monotonic()
        with errors.open("wb") as err:
            line = [sys.executable, "-m", "benchmarks.peers.worker", str(request)]
            child = subprocess.Popen(line, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=err, start_new_session=True)
        code, peak = _wait(child, began + seconds + grace)
        took = time.monotonic() - began
        verdict, failed = _read(instance, out, code, errors, seconds + grace)
    return Run(peer.name, instance.name, seed, took, peak, verdict, failed)


def _wait(child: "subprocess.Popen[bytes]", end: float) -> tuple[int | None, float]:
    """Exit code, or None for one stopped at ``end``; and its peak in MB. The whole session goes: a peer may start solvers of its own."""
    stopped, peak = False, 0.0
    try:
        while True:
            peak = max(peak, _peak_mb(child.pid))
            done, status, used = os.wait4(child.pid, os.WNOHANG if not stopped else 0)
            if done:
                child.returncode = os.waitstatus_to_exitcode(status)
                return (None if stopped else child.returncode), peak or used.ru_maxrss * BYTES / 1e6
            if time.monotonic() > end:
                stopped = True
                os.killpg(child.pid, signal.SIGKILL)
            else:
                time.sleep(0.02)
    except BaseException:  # Ctrl-C here must not leave a solver behind
        os.killpg(child.pid, signal.SIGKILL)
        raise


def _read(instance: Instance, out: Path, code: int | None, errors: Path, limit: float) -> tuple[Verdict | None, str]:
    if code is None:
        return None, f"no answer within {limit:g} s, stopped"
    if not out.is_file():
        said = errors.read_text(errors="replace").strip().splitlines()
        return None, f"failed: exit code {code}: {said[-1] if said else 'nothing said'}"
    answer = json.loads(out.read_text())
    if "failed" in answer:
        return None, answer["failed"]
    try:
        return judge(instance, answer["labels"]), ""
    except ValueError as wrong:
        return None, f"wrong answer: {wrong}"
