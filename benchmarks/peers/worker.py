"""One peer on one instance, in this process: `python -m benchmarks.peers.worker REQUEST.json`; the answer goes to the file it names.

Request: method, folder, instance, seconds, seed, out. Answer: {"labels": […]} or {"failed": why, in words}.
"""

import json
import sys
from importlib import import_module
from pathlib import Path

from benchmarks.peers import instances
from benchmarks.peers.methods import Declined


def main(request: Path) -> None:
    asked = json.loads(request.read_text())
    instance = next(i for i in instances.read(Path(asked["folder"])) if i.name == asked["instance"])
    Path(asked["out"]).write_text(json.dumps(_answer(instance, asked)))


def _answer(instance: instances.Instance, asked: dict[str, object]) -> dict[str, object]:
    module, function = str(asked["method"]).split(":")
    try:
        solve = getattr(import_module(module), function)
        return {"labels": solve(instance, asked["seconds"], asked["seed"])}
    except ModuleNotFoundError as missing:
        return {"failed": f"not installed: no module {missing.name}"}
    except Declined as why:
        return {"failed": str(why)}
    except Exception as error:  # a peer's own failure is a row, never the end of the run
        return {"failed": f"failed: {type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else 'no message'}"}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
