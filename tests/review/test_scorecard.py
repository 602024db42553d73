"""The scorecard against plain recomputation."""

import json
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.export.headline import design_sentence
from bailiwick.model.errors import InputError
from bailiwick.model.plan import Certificate, FreeBases, Plan, Territory
from bailiwick.review.scorecard import gini, pieces, scorecard
from bailiwick.terminal.screen import headline

SUMMARY = [
    "territories", "units", "in_band_share", "outside_15pct_share", "contiguous", "drive_hours", "face_time_min",
    "raw", "accessible", "objective", "bound", "gap", "bound_kind",
]  # fmt: skip
TERRITORY = [
    "id", "name", "rep", "base_zip", "units", "accounts", "tier_a", "index", "fte", "in_band", "contiguous", "raw",
    "accessible", "market_share", "call_hours", "drive_hours", "drive_miles", "face_time",
]  # fmt: skip


def plan_of(ground, t_of, bases, certificate=None) -> Plan:
    territories = tuple(Territory(f"T{i}", f"Place {i}", ground.ids[b]) for i, b in enumerate(bases))
    return Plan("p", ground.ids, np.asarray(t_of, dtype=np.int32), territories, certificate)


def card_of(ground, t_of, bases, certificate=None):
    plan = plan_of(ground, t_of, bases, certificate)
    return scorecard(plan, ground.measures, ground.indptr, ground.indices, ground.roads, bases)


def test_the_document_is_the_contract_and_plain_json(ground):
    card = card_of(ground, np.arange(600) % 30 // 15, [0, 20], Certificate(0, 10.0, "fixed-bases"))
    document = json.loads(json.dumps(card.to_document(), allow_nan=False))
    assert list(document)[:3] == ["plan", "summary", "territories"]
    assert list(document["summary"])[: len(SUMMARY)] == SUMMARY
    assert all(list(t)[: len(TERRITORY)] == TERRITORY for t in document["territories"])
    assert document == card.to_document()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), count=st.integers(1, 9))
def test_every_number_equals_recomputation_unit_by_unit(ground, seed, count):
    rng = np.random.default_rng(seed)
    t_of, bases = rng.integers(0, count, 600), rng.integers(0, 600, count)
    card, m = card_of(ground, t_of, bases), ground.measures
    minutes = np.array([abs(ground.x[u] - ground.x[bases[t]]) + abs(ground.y[u] - ground.y[bases[t]])
                        for u, t in enumerate(t_of)])  # fmt: skip
    haul = 2 * m.trips * minutes / 60
    assert card.summary.objective == pytest.approx(haul.sum())
    for t, row in enumerate(card.territories):
        mine = t_of == t
        assert row.index == pytest.approx(count * m.index_share[mine].sum())
        assert row.drive_hours == pytest.approx(haul[mine].sum() + m.tour_hours[mine].sum())
        hours = m.workload_hours[mine].sum() + haul[mine].sum() / (1 - m.capacity.administration_share)
        assert row.face_time == pytest.approx(m.call_hours[mine].sum() / hours if hours else 1.0)
        assert (row.units, row.accounts) == (mine.sum(), m.accounts[mine].sum())
        assert row.in_band == (0.85 <= row.index <= 1.15)
    assert sum(Decimal(str(t.raw)) for t in card.territories) == Decimal(str(card.summary.raw))
    assert sum(Decimal(str(t.accessible)) for t in card.territories) == Decimal(str(card.summary.accessible))
    assert sum(t.index for t in card.territories) == pytest.approx(count)
    assert sum(t.market_share for t in card.territories) == pytest.approx(1)
    assert card.summary.in_band_share == sum(t.in_band for t in card.territories) / count


def test_a_strip_in_two_parts_is_not_contiguous(ground):
    t_of = np.where((ground.x < 5) | (ground.x >= 25), 0, 1)
    card = card_of(ground, t_of, [0, 15])
    assert [t.contiguous for t in card.territories] == [False, True]
    assert [t.pieces for t in card.territories] == [2, 1]
    assert not card.summary.contiguous


def test_a_territory_without_units_is_not_contiguous(ground):
    assert pieces(np.zeros(600, dtype=np.int32), 2, ground.indptr, ground.indices).tolist() == [1, 0]


def test_objective_bound_and_gap_are_those_of_the_certificate(ground):
    bare = card_of(ground, np.zeros(600, dtype=int), [310])
    assert (bare.summary.bound, bare.summary.gap, bare.summary.bound_kind) == (None, None, None)
    tied = bare.summary.objective + 40.0  # ties cut, which the scorecard knows nothing of
    proof = Certificate(tied, tied / 1.25, "fixed-bases", free_bases=FreeBases(tied / 1.5, 0.0, 0.0, ()))
    found = card_of(ground, np.zeros(600, dtype=int), [310], proof).summary
    assert (found.objective, found.bound) == (tied, tied / 1.25)
    assert (found.gap, found.free_gap) == (pytest.approx(0.25), pytest.approx(0.5))


@pytest.mark.parametrize(("objective", "bound"), [(50.0, 60.0), (-5.0, -6.0), (10.0, 0.0), (-100.0, 3.0)])
def test_a_gap_that_is_not_proven_is_told_in_words(ground, objective, bound):
    card = card_of(ground, np.zeros(600, dtype=int), [310], Certificate(objective, bound, "fixed-bases", (), FreeBases(bound, 0.0, 0.0, ())))
    assert (card.summary.gap, card.summary.free_gap) == (None, None)
    for said in (headline(card.to_document()), design_sentence(card)):
        assert "no gap is proven" in said
        assert "above" not in said
        assert "-" not in said


def test_a_bound_met_is_no_gap_below_nought(ground):
    card = card_of(ground, np.zeros(600, dtype=int), [310], Certificate(50.0, 50.0 + 1e-10, "fixed-bases"))
    assert card.summary.gap == 0.0
    assert "0.00% above the proven bound" in headline(card.to_document())
    assert "-0.00" not in headline(card.to_document())


def test_gini_of_one_owner_and_of_equals():
    assert gini(np.array([1.0, 1, 1, 1])) == pytest.approx(0)
    assert gini(np.array([0.0, 0, 0, 1])) == pytest.approx(0.75)


def test_misfits_are_refused(ground):
    plan = plan_of(ground, np.zeros(600, dtype=int), [0])
    with pytest.raises(InputError, match="1 territories but 2 bases"):
        scorecard(plan, ground.measures, ground.indptr, ground.indices, ground.roads, [0, 1])
    short = Plan("p", ground.ids[:5], plan.territory_of[:5], plan.territories)
    with pytest.raises(InputError, match="assigns 5 units"):
        scorecard(short, ground.measures, ground.indptr, ground.indices, ground.roads, [0])
