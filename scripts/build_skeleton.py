"""Build the bundled highway skeleton shown on the map: ``python scripts/build_skeleton.py RAW_FOLDER`` (nhpn.nod.gz, nhpn.lnk.gz).

The public network says no route class, so the skeleton is what journeys make it: every link on a shortest way between a
populous place and its nearest such places.
"""

import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from bailiwick.geography.network.highways import Highways, read_nhpn
from bailiwick.geography.sphere import EARTH_RADIUS_MILES, unit_vectors
from bailiwick.geography.units import BUNDLE, load_units

PLACES, APART, NEAREST = 260, 45.0, 6  # places, miles between them, journeys of each
LONGEST = 40.0  # miles of a link that is road and not ferry or artefact
STEP = 1e-4  # degrees


def main(raw: Path) -> None:
    found = read_nhpn(raw / "nhpn.nod.gz", raw / "nhpn.lnk.gz")
    used = sorted(links_used(found))
    chains = chained([(int(found.a[i]), int(found.b[i])) for i in used])
    lat = np.concatenate([found.lat[c] for c in chains])
    lon = np.concatenate([found.lon[c] for c in chains])
    ptr = np.concatenate([[0], np.cumsum([len(c) for c in chains])]).astype(np.int32)
    np.savez_compressed(BUNDLE / "skeleton.npz", lat=np.rint(lat / STEP).astype(np.int32), lon=np.rint(lon / STEP).astype(np.int32), ptr=ptr)
    print(f"{len(used)} links of {len(found.a)} in {len(chains)} lines")


def links_used(found: Highways) -> set[int]:
    """Links on the shortest ways between neighbouring populous places."""
    road = np.flatnonzero(found.straight < LONGEST)
    a, b, miles = found.a[road], found.b[road], np.maximum(found.straight[road], 1e-3)
    n = len(found.lat)
    link_of = {}
    for i, x, y in zip(road.tolist(), a.tolist(), b.tolist(), strict=True):
        link_of[x, y] = link_of[y, x] = i
    graph = coo_array((np.concatenate([miles, miles]), (np.concatenate([a, b]), np.concatenate([b, a]))), shape=(n, n)).tocsr()
    xyz = EARTH_RADIUS_MILES * unit_vectors(found.lat, found.lon)
    on_road = np.unique(np.concatenate([a, b]))
    places = populous(cKDTree(xyz[on_road]), on_road)
    between = cKDTree(xyz[places]).query(xyz[places], k=NEAREST + 1)[1][:, 1:]
    kept: set[int] = set()
    for place, others in zip(places.tolist(), between.tolist(), strict=True):
        before = dijkstra(graph, indices=place, return_predecessors=True, limit=900)[1]
        for other in others:
            node = int(places[other])
            while before[node] >= 0:
                kept.add(link_of[node, int(before[node])])
                node = int(before[node])
    return kept


def populous(tree: cKDTree, on_road: np.ndarray) -> np.ndarray:
    """Road nodes nearest to the most populous ZIP areas, far enough apart."""
    units = load_units()
    xyz = EARTH_RADIUS_MILES * unit_vectors(units.lat, units.lon)
    around = np.array([units.population[near].sum() for near in cKDTree(xyz).query_ball_point(xyz, 15.0)])
    taken: list[int] = []
    for u in np.argsort(-around):
        if all(np.linalg.norm(xyz[u] - xyz[t]) > APART for t in taken):
            taken.append(int(u))
        if len(taken) == PLACES:
            break
    gap, node = tree.query(xyz[taken])
    return np.unique(on_road[node[gap < 20.0]])


def chained(links: list[tuple[int, int]]) -> list[list[int]]:
    """Links joined end to end into lines from junction to junction."""
    around: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for link, (i, j) in enumerate(links):
        around[i].append((link, j))
        around[j].append((link, i))
    left = set(range(len(links)))
    chains: list[list[int]] = []
    for first in sorted(around, key=lambda n: (len(around[n]) == 2, n)):  # ends and junctions first
        for link, other in around[first]:
            if link in left:
                left.remove(link)
                run = [first, other]
                while len(around[run[-1]]) == 2 and (onward := [(k, m) for k, m in around[run[-1]] if k in left]):
                    left.remove(onward[0][0])
                    run.append(onward[0][1])
                chains.append(run)
    return chains


if __name__ == "__main__":
    main(Path(sys.argv[1]))
