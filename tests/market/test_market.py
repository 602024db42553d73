"""A plan depends on the tables it reads and on no others: ingesting another leaves its bound in place."""

from dataclasses import replace
from pathlib import Path

import pytest

from bailiwick.demo import make
from bailiwick.model.errors import InputError
from bailiwick.planning import designing
from bailiwick.project import Project
from bailiwick.team import bases

NOW = "2026-01-02T03:04:05Z"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make(tmp_path / "sample", say=lambda _: None, now=NOW)


def ingest(project: Project, source: str, text: str) -> None:
    file = project.folder / f"{source}.csv"
    file.write_text(text)
    project.ingest(source, [file])


def test_a_table_that_a_plan_does_not_read_changes_nothing_for_it(project: Project) -> None:
    project.baseline("zips", "plan", territories=12)
    plan = project.plan("plan")
    ruled = replace(plan, provenance={**plan.provenance, "constraints": {"today": "field"}})
    older = replace(plan, provenance={**plan.provenance, "inputs": {**plan.provenance["inputs"], "tables/tie/old-1.parquet": "aa"}})
    assert not any(designing.changes_since(p, project.market()) for p in (plan, ruled, older))
    ingest(project, "alignment", "unit,layer,territory\n10007,field,Ann\n60601,field,Ben\n")
    ingest(project, "roster", "rep_id,name,base_zip\nr1,Ann,10007\n")
    made = project.market()
    assert not designing.changes_since(plan, made)
    assert not designing.changes_since(older, made)
    assert designing.changes_since(ruled, made).added[0].startswith("tables/alignment/")
    assert made.inputs == plan.provenance["inputs"]
    ingest(project, "sales", "zip,product,period,units,revenue\n10007,lens,2023,3,100\n")
    assert designing.changes_since(plan, project.market()).added[0].startswith("tables/sale/")


def test_a_layer_is_worked_by_its_own_people_on_the_roster(project: Project) -> None:
    units = project.market().units

    def at_work(layer: str | None) -> list[str]:
        return [base.rep for base in bases.read("roster", units, project.warehouse, layer=layer)]

    ingest(project, "roster", "rep_id,name,base_zip\nr1,A,10007\nr2,B,60601\nr3,C,90004\n")
    assert at_work("ne") == ["A", "B", "C"]
    project.now = "2026-01-03T00:00:00Z"
    ingest(project, "roster", "rep_id,name,base_zip,layer\nr1,A,10007,ne\nr2,B,60601,field\nr3,C,90004,ne\n")
    assert at_work(None) == ["A", "B", "C"]
    assert at_work("ne") == ["A", "C"]
    with pytest.raises(InputError, match="nobody on the roster is in the layer 'west'; there are field, ne"):
        at_work("west")
