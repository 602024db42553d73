"""What others would use, beside Bailiwick: `python -m benchmarks.peers [--instances DIR] [--only NAME…] [--seconds S] [--json]`."""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from benchmarks.peers import instances, table, tiny
from benchmarks.peers.measure import Run, measure
from benchmarks.peers.methods import PEERS, Peer

SEEDS = (1, 2, 3)


def chosen(names: Sequence[str], found: Sequence[instances.Instance]) -> tuple[list[Peer], list[instances.Instance]]:
    """Peers and instances of these names; all peers where no peer is named, all instances where no instance is. Raises ValueError."""
    peers, here = {peer.name: peer for peer in PEERS}, {instance.name: instance for instance in found}
    unknown = [name for name in names if name not in peers and name not in here]
    if unknown:
        raise ValueError(f"'{unknown[0]}' is neither a peer nor an instance; peers: {', '.join(peers)}; instances: {', '.join(here)}.")
    return [peers[n] for n in names if n in peers] or list(PEERS), [here[n] for n in names if n in here] or list(found)


def run(folder: Path, names: Sequence[str], seconds: float) -> tuple[list[instances.Instance], list[Run]]:
    """Every chosen peer on every chosen instance it is made for, one after the other; progress goes to standard error."""
    peers, found = chosen(names, instances.read(folder))
    runs = []
    for instance in found:
        for peer in (p for p in peers if instance.kind in p.kinds):
            for seed in SEEDS:
                print(f"{instance.name}: {peer.name}, seed {seed}", file=sys.stderr, flush=True)
                runs.append(measure(peer, instance, folder, seconds, seed))
    return found, runs


def main(line: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--instances", type=Path, metavar="DIR", help="folder with cpmp/ and districting/; without it a small generated set")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="peers, instances or both")
    parser.add_argument("--seconds", type=float, default=20.0, help="given to each peer on each seed")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of the table")
    asked = parser.parse_args(line)
    if not asked.seconds > 0:
        parser.error(f"--seconds is {asked.seconds:g}; more than 0 is wanted")
    with tempfile.TemporaryDirectory() as made:
        folder = asked.instances or Path(made)
        if asked.instances is None:
            tiny.write(folder)
        try:
            found, runs = run(folder, asked.only, asked.seconds)
        except ValueError as wrong:
            print(wrong, file=sys.stderr)
            return 2
    rows = table.rows(found, runs)
    if asked.json:
        print(json.dumps({"seconds": asked.seconds, "rows": [asdict(row) for row in rows], "runs": [asdict(one) for one in runs]}))
    else:
        title = f"{asked.seconds:g} s each, seeds {', '.join(map(str, SEEDS))}: median (least to most); {os.cpu_count()} cores"
        Console(width=None if sys.stdout.isatty() else 200).print(table.shown(rows, title))
    return 0


if __name__ == "__main__":
    sys.exit(main())
