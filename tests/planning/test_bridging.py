"""Bridges that a team declares: checked, seen by the design and by what recounts it, and named where only they would help."""

from pathlib import Path

import numpy as np
import pytest

from bailiwick.demo import make
from bailiwick.geography.adjacency import load_adjacency, with_bridges
from bailiwick.geography.units import load_units
from bailiwick.model.errors import InfeasibleError, InputError
from bailiwick.planning.bridging import as_recorded, bridged
from bailiwick.project import Project
from bailiwick.team.constraints import from_mapping


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return make(tmp_path_factory.mktemp("bridges") / "sample", say=lambda _: None, now="2026-01-02T03:04:05Z")


def test_a_bridge_adds_one_pair_of_neighbours_and_nothing_else() -> None:
    known, units = load_adjacency(), load_units()
    a, b = units.index_of("04101"), units.index_of("02139")
    found = with_bridges(known, [(a, b)])
    assert set(found.of(a).tolist()) == {*known.of(a).tolist(), b}
    assert set(found.of(b).tolist()) == {*known.of(b).tolist(), a}
    assert len(found.indices) == len(known.indices) + 2
    again = with_bridges(known, [(a, int(known.of(a)[0]))])
    assert np.array_equal(again.indices, known.indices)
    assert np.array_equal(again.border_miles, known.border_miles)


def test_bridges_are_checked_and_read_from_a_stored_plan(project: Project) -> None:
    made = project.market()
    with pytest.raises(InputError, match="00000"):
        bridged(made, (("04101", "00000"),))
    po_box = next(z for z in made.units.points.position if z not in set(made.units.zips.tolist()) and made.units.locate_all([z])[0] >= 0)
    own = str(made.units.zips[made.units.locate(po_box)])
    with pytest.raises(InputError, match=f"a bridge joins {po_box} and {own}, which are the same ZIP area"):
        bridged(made, ((po_box, own),))
    assert bridged(made, ()) is made
    kept = as_recorded(made, {"constraints": {"bridges": [["04101", "02139"]]}})
    assert len(kept.adjacency.indices) == len(made.adjacency.indices) + 2


def test_a_plan_that_needs_a_bridge_is_designed_verified_and_measured_over_it(project: Project, tmp_path: Path) -> None:
    made = project.market()
    units = made.units
    zip_code = "04101"
    beside = [str(units.zips[v]) for v in made.adjacency.of(units.index_of(zip_code)).tolist()]
    walls = {"barriers": [[zip_code, z] for z in beside]}
    bases = tmp_path / "bases.csv"
    bases.write_text("base_zip\n10007\n60601\n90012\n75201\n")
    how = {"bases_from": str(bases), "band": (0.0, 4.0), "seconds": 1.0}
    with pytest.raises(InfeasibleError, match=rf"unit {zip_code} is not joined to any base; your own barriers cut it off: drop .*{zip_code} \| "):
        project.design("island", constraints=from_mapping(walls, tmp_path), **how)
    rules = from_mapping({**walls, "bridges": [[zip_code, "10007"]]}, tmp_path)
    found = project.design("joined", constraints=rules, **how)
    assert found["within_limits"]
    assert found["summary"]["contiguous"]
    assert project.plan("joined").provenance["constraints"]["bridges"] == [[zip_code, "10007"]]
    assert project.verify("joined")["holds"]
