"""What the size of a problem decides: how many points it is contracted to, and how the time is shared."""

from bailiwick.design.bases.coarse import Coarse
from bailiwick.design.bases.contract import Points
from bailiwick.design.bases.search import seconds_of
from bailiwick.design.problem import Problem

MANY = 40  # territories from which roads and prices take so long that half of the time is theirs and the borders'
WHOLE = 5_000  # units up to which nothing is contracted
LEAST_POINTS, POINTS_EACH, MOST_POINTS = 3_000, 15, 8_000  # that others are contracted to: so many for each territory
LARGE = 40  # units of a territory from which it is large
# share of the time that chooses bases: of a contracted problem (few, many territories), of one that is whole (small, large territories)
SEARCH, SEARCH_MANY, SEARCH_ALL, SEARCH_LARGE = 0.75, 0.6, 0.85, 0.85
# of many territories, from so many on, less the more there are: each costs prices
SEARCH_LEAST, FULL, PRICES = 0.52, 180, 4_400
SEARCH_ALONE, PRICED = 0.97, 5_000  # and where no borders follow, less the more territories there are to price
BUSY = 0.4  # share of the settling of a contracted problem that goes into proposals
RATE = 3_500_000  # proposals a second the settling plans with: a rule, not a measurement
RATE_NEARBY = 33_000_000  # and of neighbourhoods alone, which fit into a processor's cache
# seconds of a proof over 33,000 units, of each territory where they have work, and of each over as many of any kind; share of the whole at most
PROOF, PROOF_EACH, LOOKED_AT, PROOF_MOST = 1.3, 0.009, 0.004, 0.2
# and of telling cases of some units apart, where there are many territories: less the more there are, as none is then much of the whole, none from
# so many on
CASES, CASELESS = 5.8, 880
SPACIOUS = 1_000  # units of a territory at which neighbourhoods take twice as long: they no longer fit
# points of a territory up to which bases are chosen without borders first: no single point can carry a base far there. More where only a few units
# have work: ways lead between those
FEW_POINTS, FEW_AMONG, SPARSE = 20, 60, 0.1
EACH, KEPT = 0.04, 0.15  # seconds that roads and prices of each of many territories take, and the share of the rest that is never theirs


def points_of(problem: Problem) -> int:
    """Points a problem is contracted to."""
    if problem.size <= WHOLE:
        return problem.size
    return min(MOST_POINTS, max(LEAST_POINTS, POINTS_EACH * problem.territories))


def share_of(problem: Problem, coarse: Coarse) -> float:
    """Share of the time for choosing bases: less where territories are large, as their borders then matter more than their bases."""
    if final(problem, coarse):
        return SEARCH_ALONE - problem.territories / PRICED
    if len(coarse.unit_of) < problem.size:
        return SEARCH if problem.territories <= MANY else max(SEARCH_LEAST, SEARCH_MANY - max(problem.territories - FULL, 0) / PRICES)
    return SEARCH_ALL if problem.size <= LARGE * problem.territories else SEARCH_LARGE


def loose_first(problem: Problem, coarse: Coarse) -> bool:
    """Whether bases are chosen as if territories need not be in one piece before they are: where each holds few points, and none is given."""
    dense = coarse.dense
    tied = not problem.contiguous or dense.frozen.any() or (dense.pinned >= 0).any()
    few = FEW_AMONG if len(problem.weighted) <= SPARSE * problem.size else FEW_POINTS
    return not tied and len(coarse) < problem.size and len(coarse) <= few * problem.territories


def proof_seconds(problem: Problem, seconds: float) -> float:
    """Seconds of the whole that proving how good the plan is takes at the end."""
    busy, every = len(problem.weighted) / 33_000, problem.size / 33_000
    cases = CASES * max(1.0 - problem.territories / CASELESS, 0.0) if problem.territories > MANY else 0.0
    whole = PROOF + LOOKED_AT * problem.territories + cases
    return min(PROOF_MOST * seconds, PROOF_EACH * problem.territories * busy + whole * every)


def final(problem: Problem, coarse: Points) -> bool:
    """Whether the search has the last word: it knew every unit, and without neighbours there are no borders to settle."""
    return len(coarse) == problem.size and not len(problem.neighbours[1])


def proposals_of(problem: Problem, coarse: Coarse, effort: int) -> int:
    """Proposals of the settling: what is left of the time that ``effort`` stands for."""
    share = share_of(problem, coarse)
    left = seconds_of(coarse.dense, effort) * (1.0 - share) / share
    if len(coarse.unit_of) == problem.size:
        return int(left * RATE)
    if problem.territories <= MANY:
        return int(left * RATE * BUSY)
    slower = 1.0 + problem.size / problem.territories / SPACIOUS
    return int(max(left - EACH * problem.territories, KEPT * left) * RATE_NEARBY / slower)
