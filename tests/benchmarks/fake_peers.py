"""Peers that behave in known ways, run in real processes by the tests."""

import os
import sys
import time

from benchmarks.peers.instances import Instance
from benchmarks.peers.methods import Declined


def halves(instance: Instance, seconds: float, seed: int) -> list[int]:
    """Left and right half of the tests' strip of six units."""
    return [0, 0, 0, 1, 1, 1]


def by_seed(instance: Instance, seconds: float, seed: int) -> list[int]:
    """Seeds 1 and 2 as `halves`; seed 3 in pieces."""
    return [0, 0, 0, 1, 1, 1] if seed < 3 else [0, 1, 0, 1, 0, 1]


def heavy(instance: Instance, seconds: float, seed: int) -> list[int]:
    held = b"x" * 300_000_000
    return [0, 0, 0, 1, 1, len(held) // 300_000_000]


def boastful(instance: Instance, seconds: float, seed: int) -> list[int]:
    """Says it is optimal; it leaves out two units."""
    print("optimal, objective 0.0")
    return [0, 0, 0, 1]


def declines(instance: Instance, seconds: float, seed: int) -> list[int]:
    raise Declined("not tried: 36 assignment variables")


def breaks(instance: Instance, seconds: float, seed: int) -> list[int]:
    raise ZeroDivisionError("division by zero\nand more")


def dies(instance: Instance, seconds: float, seed: int) -> list[int]:
    print("out of luck", file=sys.stderr, flush=True)
    os._exit(7)


def stuck(instance: Instance, seconds: float, seed: int) -> list[int]:
    time.sleep(60)
    return []


def absent(instance: Instance, seconds: float, seed: int) -> list[int]:
    import a_peer_that_nobody_has  # type: ignore[import-not-found]

    return a_peer_that_nobody_has.solve()  # type: ignore[no-any-return]
