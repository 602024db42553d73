"""Build the bundled road network: ``python scripts/build_roads.py RAW_FOLDER [HIGHWAYS.shp]``.

RAW_FOLDER holds nhpn.nod.gz, nhpn.lnk.gz. With a polyline shapefile (a newer NHPN or FAF release, in degrees) its
links are used instead. Run scripts/build_geography.py first.
"""

import sys
from pathlib import Path

import numpy as np

from bailiwick.geography.adjacency import load_adjacency
from bailiwick.geography.network.assemble import Rules, assemble, pack
from bailiwick.geography.network.highways import read_nhpn, read_shapefile
from bailiwick.geography.network.water import Land, ferries
from bailiwick.geography.topology import Topology
from bailiwick.geography.units import BUNDLE, load_units


def main(raw: Path, shapefile: Path | None) -> None:
    highways = read_shapefile(shapefile) if shapefile else read_nhpn(raw / "nhpn.nod.gz", raw / "nhpn.lnk.gz")
    with np.load(BUNDLE / "shapes.npz") as stored:
        land = Land.of(Topology.from_arrays(stored, "state"), Topology.from_arrays(stored, "zcta"))
    dropped = ferries(highways, land)
    units = load_units()
    edges = assemble(units, load_adjacency(), highways, ~dropped, land, Rules())
    packed = pack(edges, units, highways)
    np.savez_compressed(BUNDLE / "roads.npz", **packed)
    nodes = int((packed["low"] + packed["span"]).max()) + 1
    print(f"{len(highways.a)} links, {int(dropped.sum())} ferries dropped; {nodes} nodes, {len(edges.a)} edges kept")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
