"""Every measured figure in turn: `make bench`. Prints one JSON document a line."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def demo() -> dict[str, object]:
    """Whole-process seconds of two demonstrations in a row, and the plan's summary."""
    seconds, summary = [], {}
    for _ in range(2):
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            line = [sys.executable, "-c", "from bailiwick.cli import main; main()", "demo", f"{folder}/demo", "--json"]
            done = subprocess.run(line, capture_output=True, text=True, check=True)
            seconds.append(round(time.perf_counter() - started, 1))
            summary = json.loads(done.stdout)["summary"]
    return {"benchmark": "demo", "seconds": seconds, "summary": summary}


print(json.dumps(demo()), flush=True)
for name in ("roads.py", "ingest.py"):
    path = Path(__file__).parent / name
    if path.is_file():
        subprocess.run([sys.executable, str(path)], check=True)
