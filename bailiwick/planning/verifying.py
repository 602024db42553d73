"""A stored plan verified: every claim of its folder recomputed by paths that share no code with the search."""

from dataclasses import asdict, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from bailiwick.model.errors import InputError
from bailiwick.model.plan import Certificate, WholeUnits
from bailiwick.planning import designing, proving, sharing
from bailiwick.planning.reworking import Rebuilt, vacancies_of
from bailiwick.plans.claims import Claims
from bailiwick.review import verify, verify_claims
from bailiwick.review.verify_free import free_bases_bound
from bailiwick.review.verify_undivided import undivided_bound

Document = dict[str, Any]
BASES, WHOLE, ANY_BASES = "bound of these bases", "bound of these bases, units whole", "bound over all choices of bases"  # as the checks are named


def verified(it: Rebuilt, claims: Claims) -> Document:
    """Every claim of the plan, checked; without a certificate its limits, and what is missing."""
    proof = proving.certificate_of(it.plan) if it.plan.certificate is not None else None
    case = _case(it)
    if proof is None:
        found, missing = _unproven(it, case, claims), ["objective", BASES, ANY_BASES]
    else:
        found, missing = _proven(it, case, proof, claims), [] if proof.free_bases is not None else [ANY_BASES]
    found += verify_claims.stored_checks(claims)
    return {"plan": it.plan.name, "holds": all(c.holds for c in found), "checks": [asdict(c) for c in found], "missing": missing}


def _proven(it: Rebuilt, case: verify.Case, proof: Certificate, claims: Claims) -> list[verify.Check]:
    """The checks of a plan with a certificate."""
    duals = np.array(proof.duals)
    found = verify.checks(case, proof.objective, proof.bound, duals)
    objective, best = verify.objective_of(case), verify.bound_of(case, duals)
    if proof.whole_units is not None and proof.whole_units.prices:
        whole = _whole_units(it, case, proof.whole_units)
        found.append(verify.bound_check(WHOLE, proof.whole_units.bound, whole, proof.objective))
        best = max(best, whole)
    found += [verify_claims.gap_check("gap", claims.gap, objective, best), verify_claims.kind_check(claims)]
    if proof.free_bases is not None:
        free = free_bases_bound(proving.case_of(it.problem, it.bases, proof.free_bases, it.plan.units, case.links))
        found.append(verify.bound_check(ANY_BASES, proof.free_bases.bound, free, proof.objective))
        found.append(verify_claims.gap_check("gap over all choices of bases", claims.free_gap, objective, free))
    return found


def _unproven(it: Rebuilt, case: verify.Case, claims: Claims) -> list[verify.Check]:
    """The checks of a plan that carries no certificate: its objective is told, nothing is claimed of a bound."""
    every = verify.checks(case, 0.0, 0.0, np.zeros(it.problem.territories))
    found = [replace(c, claimed="none stored", holds=True) if c.name == "objective" else c for c in every if c.name != BASES]
    return [*found, *verify_claims.uncertified(claims, found, designing.METHOD)]


def _whole_units(it: Rebuilt, case: verify.Case, proof: WholeUnits) -> float:
    """The bound of the plan's bases for whole units, recomputed."""
    if not len(proof.reach) == len(proof.whole) == it.problem.territories:
        raise InputError(f"plan {it.plan.name!r} stores a proof for {len(proof.reach)} territories; restore plan.toml or design it again")
    price = proving.prices_by_row(it.problem, proof, it.plan.units)
    entrance = proving.entrances_by_row(it.problem, proof, it.plan.units)
    apart = proving.separations_by_row(proof, it.plan.units)
    splits = proving.splits_by_row(proof, it.plan.units)
    return undivided_bound(case, price, np.array(proof.reach), np.array(proof.whole), entrance, apart, splits)


def _case(it: Rebuilt) -> verify.Case:
    """What the plan is checked against."""
    plan, problem = it.plan, it.problem
    low, high = problem.bands
    today, measures = problem.today, it.made.measures
    at, graph = it.parts.unit, it.made.adjacency  # parts are placed on the map anew: nothing of the problem's own map is used
    whole = designing.load_of(it.made, problem.territories, it.rules.band_kind)[0]
    return verify.Case(
        territory_of=it.label, bases=it.bases, minutes=it.made.roads.rows(at[it.bases])[0][:, at], load=problem.load, trips=problem.trips,
        low=low[:, 0], high=high[:, 0], indptr=graph.indptr, indices=graph.indices, contiguous=problem.contiguous,
        drive_load=problem.drive_load, allowed=_allowed(it), today=None if today is None else today.territory,
        bonus_hours=None if today is None else today.bonus * today.weight, moved_weight=None if today is None else today.weight,
        moved_limit=np.inf if today is None else today.limit, ties=None if problem.ties is None else problem.ties.pairs,
        tie_hours=None if problem.ties is None else problem.ties.hours,
        measures=[(m.name, m.amount, m.low, m.high) for m in problem.measures], max_minutes=problem.max_minutes, groups=problem.groups,
        barriers=designing.barriers_of(it.made.units, it.rules),
        sharing=verify.Sharing(at, it.parts.share, whole, measures.trips, sharing.recorded(plan)) if it.parts.rows_of or plan.shares else None,
    )  # fmt: skip


def _allowed(it: Rebuilt) -> npt.NDArray[np.bool_] | None:
    """Where a unit may lie: locks, bans, and given bases in their own territories."""
    problem, vacancies = it.problem, vacancies_of(it.plan)
    given = [(int(b), t) for t, b in enumerate(it.bases) if t not in vacancies]
    if not (problem.locks or problem.forbidden or given):
        return None
    allowed = np.ones((problem.size, problem.territories), dtype=np.bool_)
    for unit, t in (*problem.locks, *given):
        allowed[unit] = False
        allowed[unit, t] = True
    for unit, t in problem.forbidden:
        allowed[unit, t] = False
    return allowed
