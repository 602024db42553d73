"""Peers by name. A method is ``module:function`` of (instance, seconds, seed) that returns a label a unit; it is imported only in
the process that runs it, so that one that is not installed costs a sentence and nothing else.
"""

from dataclasses import dataclass

BOTH = ("cpmp", "districting")


class Declined(Exception):  # noqa: N818 - not an error: the method says in words why it has no answer
    """The method has no answer for this instance, and why."""


@dataclass(frozen=True)
class Peer:
    """name: as typed and shown. method: module:function. kinds: of instances it is made for."""

    name: str
    method: str
    kinds: tuple[str, ...] = BOTH


_HERE = "benchmarks.peers.methods"
PEERS = (
    Peer("bailiwick", f"{_HERE}.ours:solve"),
    Peer("highs", f"{_HERE}.milp:solve"),
    Peer("cp-sat", f"{_HERE}.cpsat:solve"),
    Peer("spopt-pmedian", f"{_HERE}.pysal:p_median", ("cpmp",)),
    Peer("spopt-regionkmeans", f"{_HERE}.pysal:region_k_means", ("districting",)),
    Peer("spopt-maxp", f"{_HERE}.pysal:max_p", ("districting",)),
    Peer("gerrychain", f"{_HERE}.recom:solve", ("districting",)),
    Peer("k-means-constrained", f"{_HERE}.kmeans:solve"),
    Peer("b2b-territory", f"{_HERE}.b2b:solve"),
)
