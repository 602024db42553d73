"""Published instances in a folder: ``cpmp/NAME.csv``, ``districting/NAME_nodes.csv`` and ``_edges.csv``, each with a ``best_known.csv``."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
EARTH_RADIUS_KM = 6371.0
MILLION = 1e6


@dataclass(frozen=True)
class Instance:
    """Units to be divided into ``groups`` around one of their own.

    points: [n, 2] x and y, or degrees east and north. load: [n] demand or persons. edges: [m, 2] neighbours; empty where
    nothing has to be connected. capacity: [n] what a group around that unit may hold at most. lower: what every group must hold.
    """

    kind: str
    name: str
    files: tuple[Path, ...]
    points: F64
    load: F64
    edges: Ints
    groups: int
    lower: float
    capacity: F64
    best_known: float | None

    def cost(self, units: Ints, centres: Ints) -> F64:
        """Cost of every unit around every centre ``[units, centres]``: distance, or million person-km² from great circles."""
        a, b = self.points[units][:, None, :], self.points[centres][None, :, :]
        if self.kind == "cpmp":
            return np.hypot(a[..., 0] - b[..., 0], a[..., 1] - b[..., 1])
        a, b = np.radians(a), np.radians(b)
        h = np.sin((a[..., 1] - b[..., 1]) / 2) ** 2 + np.cos(a[..., 1]) * np.cos(b[..., 1]) * np.sin((a[..., 0] - b[..., 0]) / 2) ** 2
        return self.load[units][:, None] / MILLION * (2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(h))) ** 2

    def all_costs(self) -> F64:
        """The whole matrix ``[n, n]``: only for methods that need it, in their own process."""
        every = np.arange(len(self.load))
        return self.cost(every, every)


def read(folder: Path) -> list[Instance]:
    """Every instance of the folder, small ones first. Raises ValueError in one sentence where there is none or a file is missing or wrong."""
    found = []
    for kind, make in (("cpmp", _cpmp), ("districting", _districting)):
        listed = folder / kind / "best_known.csv"
        if listed.is_file():
            with listed.open(newline="") as lines:
                found += [_made(make, folder / kind, row) for row in csv.DictReader(lines)]
    if not found:
        raise ValueError(f"{folder} holds no instances; cpmp/best_known.csv or districting/best_known.csv is wanted in it.")
    return sorted(found, key=lambda i: (i.kind, len(i.load)))


def _made(make: object, folder: Path, row: dict[str, str]) -> Instance:
    try:
        return make(folder, row)  # type: ignore[operator,no-any-return]
    except (OSError, KeyError, IndexError, ValueError) as error:
        raise ValueError(f"Instance {row.get('instance')} in {folder} cannot be read: {error}; see docs/benchmarks.md for its files.") from None


def _known(row: dict[str, str]) -> float | None:
    """The published value, as rescored with this checker's measure where the file says so; none given is none known."""
    value = row.get("rescored") or row.get("best_known")
    return float(value) if value else None


def _cpmp(folder: Path, row: dict[str, str]) -> Instance:
    path = folder / f"{row['instance']}.csv"
    table = np.genfromtxt(path, delimiter=",", names=True)
    points = np.column_stack([table["x"], table["y"]])
    no_edges = np.empty((0, 2), dtype=np.int64)
    return Instance("cpmp", row["instance"], (path,), points, table["demand"], no_edges, int(row["p"]), 0.0, table["capacity"], _known(row))


def _districting(folder: Path, row: dict[str, str]) -> Instance:
    nodes, links = (folder / f"{row['instance']}_{part}.csv" for part in ("nodes", "edges"))
    table = np.genfromtxt(nodes, delimiter=",", names=True)
    edges = np.loadtxt(links, delimiter=",", skiprows=1, dtype=np.int64, ndmin=2)[:, :2]
    points = np.column_stack([table["lon"], table["lat"]])
    upper = np.full(len(table), float(row["upper"]))
    return Instance(
        "districting", row["instance"], (nodes, links), points, table["population"], edges, int(row["k"]), float(row["lower"]), upper, _known(row)
    )
