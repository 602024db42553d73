"""A design that begins from a scenario keeps what is locked there, and compares with it where moves are limited."""

import numpy as np
import pytest

from bailiwick.model.errors import InputError
from bailiwick.planning.continuing import continued, held
from bailiwick.workspace import Workspace
from tests.workbench import NOW, project

SHUT, OTHER = 3, 5  # a territory that is locked, and one of which a ZIP is


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return Workspace(project(tmp_path_factory.mktemp("continuing")), lambda: NOW)


@pytest.fixture(scope="module")
def start(workspace):
    made = workspace.create("mine", "plan:equal-zips")
    labels = workspace.store.get(made["id"]).labels
    unit = int(np.flatnonzero(labels == OTHER)[0])
    return workspace.store.get(workspace.change(made["id"], 0, "Lock", "me", territories=[{"slot": SHUT, "locked": True}], lock=[unit])["id"])


def asked(workspace, start, **wanted):
    return continued(start, workspace.market(start), workspace.project.settings.constraints, wanted)


def test_what_is_locked_goes_first_with_its_base_and_every_zip(workspace, start):
    found = asked(workspace, start)
    zips = workspace.market(start).units.zips
    rows = start.frame["territories"]
    assert found.asked.units[0] == np.flatnonzero(zips == rows[SHUT]["base_zip"])[0]
    assert set(found.asked.units[1:]) == {-1}
    assert [row is not None and row["id"] for row in found.kept] == [rows[SHUT]["id"], *[False] * 39]
    inside = np.flatnonzero(start.labels == SHUT)
    assert {(zip_, "T001") for zip_ in zips[inside]} <= set(found.rules.locks)
    alone = start.frame["locked_units"][0]
    assert held(start) == sorted([alone, *inside])
    assert set(found.rules.locks) - {(zip_, "T001") for zip_ in zips[inside]} == {(zips[alone], f"T{OTHER + 1:03d}")}


def test_kept_bases_are_all_given_and_a_locked_zip_of_a_territory_that_goes_is_free(workspace, start):
    found = asked(workspace, start, keep_bases=True)
    assert min(found.asked.units) >= 0
    assert all(found.kept)
    fewer = asked(workspace, start, territories=2, keep_bases=True)
    assert len(fewer.asked.names) == len(fewer.kept) == 2
    assert {name for _, name in fewer.rules.locks} == {"T001"}
    more = asked(workspace, start, territories=42)
    assert more.asked.units[40:] == (-1, -1)
    assert more.kept[40:] == (None, None)


def test_a_limit_on_disruption_compares_with_the_scenario(workspace, start):
    found = asked(workspace, start, disruption_limit=0.1)
    assert found.rules.disruption_limit == 0.1
    order = [SHUT, *[slot for slot in range(40) if slot != SHUT]]
    assert np.array_equal(np.array(order)[found.today], start.labels)
    with pytest.raises(InputError, match="compares with the 40 territories of 'mine'; ask for as many"):
        asked(workspace, start, territories=41, disruption_limit=0.1)


def test_fewer_territories_than_are_locked_are_refused(workspace):
    made = workspace.create("shut", "plan:equal-zips")
    rows = [{"slot": slot, "locked": True} for slot in (1, 2, 7)]
    shut = workspace.store.get(workspace.change(made["id"], 0, "Lock", "me", territories=rows)["id"])
    with pytest.raises(InputError, match="3 territories are locked, so 3 is the least that can be asked for, not 2"):
        asked(workspace, shut, territories=2)


def test_the_engine_keeps_what_is_locked(workspace, start):
    wanted = {"from_scenario": start.id, "seconds": 2.0, "seed": 1, "band": (0.0, 40.0)}  # equal ZIPs lie far out of any narrower band
    done = workspace.store.get(workspace.design("goes on", wanted, lambda _: None, lambda: False)["id"])
    old, new = start.frame["territories"][SHUT], done.frame["territories"][0]
    assert (new["base_zip"], new["name"], new["locked"]) == (old["base_zip"], old["name"], True)
    assert (done.labels[start.labels == SHUT] == 0).all()
    assert (done.labels[start.frame["locked_units"]] == OTHER).all()
    assert (done.labels != start.labels).any()


def test_a_design_moves_no_more_than_it_may(workspace, start):
    accounts = workspace.market(start).measures.accounts
    moved = {}
    for limit in (0.02, 0.3):
        wanted = {"from_scenario": start.id, "seconds": 2.0, "seed": 1, "band": (0.0, 40.0), "disruption_limit": limit}
        done = workspace.store.get(workspace.design(f"moves {limit}", wanted, lambda _: None, lambda: False)["id"])
        order = np.array([SHUT, *[slot for slot in range(40) if slot != SHUT]])
        moved[limit] = accounts[order[done.labels] != start.labels].sum() / accounts.sum()
        assert "scenario mine" in done.origin["provenance"]["compared_with"]
        workspace.publish(done.id, f"moves-{limit}")
        assert workspace.project.verify(f"moves-{limit}")["holds"]  # it stands without the scenario
    assert 0.0 < moved[0.02] <= 0.02 < moved[0.3] <= 0.3
