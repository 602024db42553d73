"""b2b-territory-optimization: accounts by falling weight, each to the territory that holds least. It knows no place and no seed."""

import pandas as pd
from b2b_territory_optimization.allocator import TerritoryAllocator

from benchmarks.peers.instances import Instance


def solve(instance: Instance, seconds: float, seed: int) -> list[str]:  # noqa: ARG001
    accounts = pd.DataFrame({"Account_ID": [str(i) for i in range(len(instance.load))], "load": instance.load})
    dealt = TerritoryAllocator(target_metric="load").allocate_bucket(accounts, instance.groups, "all")
    labels: list[str] = dealt.sort_index()["Territory_ID"].tolist()
    return labels
