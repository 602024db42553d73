"""Small changes to a plan that exists: the fewest moves back into band, and a new look at one part."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bailiwick.design.bases.contract import Points, contract, contracted_neighbours
from bailiwick.design.borders.fixed import Based, Settling, joined
from bailiwick.design.borders.rough import contracted
from bailiwick.design.mending.fewer import fewest_of_all
from bailiwick.design.mending.pressed import TRIALS, Mending, around, out_of_band
from bailiwick.design.problem import Ints, Problem
from bailiwick.design.problem.limits import DISRUPTION, Breach, breaches
from bailiwick.kernels.chance import generator
from bailiwick.model.errors import InputError

I32 = npt.NDArray[np.int32]
F64 = npt.NDArray[np.float64]
MOST = 8_000  # points a plan is contracted to before it is mended
AGAIN, WIDENED = 300, 2  # proposals per unit around an edit, twice; rings of territories that may join in
FEW_OUT = 0.05  # share of the territories that may be out of band for a plan to be worth mending


@dataclass(frozen=True)
class Changed:
    """A plan after a change. moved: units whose territory differs. share: of the weight given, how much of it they carry."""

    territory_of: I32
    moved: Ints
    share: float
    in_band: bool


def mend(based: Based, label: I32, weight: F64, seed: int = 1, *, quick: bool = False) -> Changed:
    """Bring every territory back into band with the least ``weight`` moved; among equals with the shortest drives.

    based: the problem with its bases. label: int32 by unit. weight: what moving a unit disrupts (accounts, sales), by unit. What is returned
    breaks no limit more than the plan given: that plan itself where nothing better is found. The least is proven in small problems (``fewer.ALL``)
    and the best of several trials in others. quick: one trial, and that alone where it brings all into band.
    """
    problem, given = based.problem, label
    label = label.copy()
    label[based.base] = np.arange(len(based.base))  # a base lies in its own territory
    label = joined(based, label) if problem.contiguous else label
    out = out_of_band(based, label)
    if not out.any():
        return _no_worse(based, given, label, weight)
    points = _pieces(problem, label)
    small = contracted(based, points, today=True)
    if small is None:
        raise InputError("two territories have their base in the same place; move one of them before the plan is mended")
    begin = np.where(points.slot >= 0, points.slot, label[points.unit_of]).astype(np.int32)
    mending = Mending(based, small, points, begin, weight, seed)
    tried = [_no_worse(based, given, found, weight) for found in mending.annealed(out, 1)] if quick else []
    if not any(changed.in_band for changed in tried):
        answer = fewest_of_all(based, given, begin[points.point_of], weight)
        if answer.label is not None and answer.proven:
            tried.append(_no_worse(based, given, answer.label, weight))
    if not quick and not tried:
        tried = [_no_worse(based, given, found, weight) for found in mending.fewer(given, mending.annealed(out, TRIALS))]
    return min(tried, key=lambda changed: (not changed.in_band, _outside(based, changed.territory_of), changed.share))


def back_in_band(based: Based, label: I32) -> tuple[I32, bool]:
    """A plan of which few territories are out of their band, mended where that can be done; whether all are within it then.

    On a slow machine the time is over before the last of hundreds of territories is in band, and that takes moves of a few units.
    """
    out = int(out_of_band(based, label).sum())
    if not 0 < out <= max(1.0, FEW_OUT * based.problem.territories):
        return label, False
    changed = mend(based, label, based.problem.load, quick=True)
    return changed.territory_of, changed.in_band


def _no_worse(based: Based, before: I32, after: I32, weight: F64) -> Changed:
    """What moved between two labels, and its share of the weight; nothing where the labels after break more than those before."""
    if _outside(based, after) > _outside(based, before):
        after = before.copy()
    moved = np.flatnonzero(after != before)
    total = float(weight.sum())
    within = not out_of_band(based, after).any() and not any(b.limit == DISRUPTION for b in _breaches(based, after))
    return Changed(after, moved, float(weight[moved].sum()) / total if total > 0 else 0.0, within)


def _outside(based: Based, label: I32) -> tuple[float, float]:
    """Kinds of limits broken that mending is not about, and how much lies beyond bands and disruption."""
    problem, found = based.problem, _breaches(based, label)
    total = max(float(problem.today.weight.sum()), 1e-12) if problem.today else 1.0
    bands = [b.beyond for b in found if b.limit.startswith("the band")]
    moves = [b.beyond / total * problem.territories for b in found if b.limit == DISRUPTION]
    return float(len(found) - len(bands) - len(moves)), float(sum(bands) + sum(moves))


def _breaches(based: Based, label: I32) -> list[Breach]:
    return breaches(based.problem, based.base, based.minutes, label)


def _pieces(problem: Problem, label: I32) -> Points:
    """Busy units with the land around them in their own territory, so that a move carries its corridor along."""
    indptr, indices = problem.neighbours
    row = np.repeat(np.arange(problem.size), np.diff(indptr))
    same = label[row] == label[indices]
    if problem.today is not None and np.isfinite(problem.today.limit):  # so that what a point moves is known
        same &= problem.today.territory[row] == problem.today.territory[indices]
    ptr = np.concatenate([[0], np.cumsum(np.bincount(row[same], minlength=problem.size))]).astype(np.int32)
    whole = problem.contiguous or problem.size > MOST  # land is gathered within its territory, whatever need not be in one piece
    points = contract(replace(problem, indptr=ptr, indices=indices[same], barriers=(), today=None, contiguous=whole), MOST)
    near_ptr, near = contracted_neighbours(indptr, indices, points.point_of, len(points))
    return replace(points, indptr=near_ptr, indices=near)


def reoptimise(based: Based, label: I32, edited: Ints, seed: int = 1) -> Changed:
    """The plan improved around an edit: the edited units stay where they were put, far territories as they are.

    edited: units a person moved. Territories beside those it touches take part where these alone do not come into band. Returns units moved in
    answer; ``share`` is theirs of the trips.
    """
    problem = based.problem
    touched = np.unique(np.concatenate([label[edited], label[_beside(problem, edited)]]))
    settling = Settling(based, label, generator(seed * 2 + 1))
    settling.ground.frozen[edited] = True
    for rings in range(WIDENED + 1):
        inside = np.flatnonzero(around(problem, label, touched, rings)[label])
        part: I32 = inside[~np.isin(inside, edited)].astype(np.int32)
        for hot in (1.0, 0.3):
            settling.label[:] = settling.best_label
            settling.anneal(hot, 0.01, min(AGAIN * len(part), 1_200_000), part)
        if settling.best[0] <= 1e-9:
            break
    found = settling.best_label.astype(np.int32)
    moved = np.flatnonzero(found != label)
    trips = float(problem.trips.sum())
    return Changed(found, moved, float(problem.trips[moved].sum()) / trips if trips > 0 else 0.0, bool(settling.best[0] <= 1e-9))


def _beside(problem: Problem, units: Ints) -> Ints:
    indptr, indices = problem.neighbours
    return np.unique(np.concatenate([indices[indptr[u] : indptr[u + 1]] for u in units.tolist()] or [np.empty(0, dtype=np.int32)])).astype(np.int64)
