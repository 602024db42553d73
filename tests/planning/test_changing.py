"""Plans moved, mended, split and merged keep a bound that verifies; a plan without a certificate is checked for the rest."""

from collections.abc import Iterator

import numpy as np
import pytest

from bailiwick.demo import make
from bailiwick.model.errors import InputError
from bailiwick.project import Project

NOW = "2026-01-02T03:04:05Z"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The sample with a designed plan of 12 territories; the bound over all choices of bases is left out for the time it takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bailiwick.planning.proving.free_bases", lambda *_: None)
        found = make(tmp_path_factory.mktemp("changed") / "sample", say=lambda _: None, now=NOW)
        found.design("design", territories=12, seconds=2.0)
        yield found


def border(project: Project) -> tuple[str, str]:
    """A ZIP with accounts at a border, and the territory across."""
    plan, made = project.plan("design"), project.market()
    bases = {t.base_zip for t in plan.territories}
    indptr, indices = made.adjacency.indptr, made.adjacency.indices
    for unit in np.flatnonzero(made.measures.accounts > 0).tolist():
        other = plan.territory_of[indices[indptr[unit] : indptr[unit + 1]]]
        across = other[other != plan.territory_of[unit]]
        if len(across) and plan.units[unit] not in bases:
            return plan.units[unit], plan.territories[int(across[0])].id
    raise AssertionError("no ZIP with accounts lies at a border")


def holding(project: Project, name: str) -> dict[str, bool]:
    return {c["name"]: c["holds"] for c in project.verify(name)["checks"]}


def test_a_move_stays_its_surroundings_answer_and_the_bound_holds(project: Project) -> None:
    zip_code, to = border(project)
    document = project.move("design", [zip_code], to, "moved")
    before, after = project.plan("design"), project.plan("moved")
    assert dict(project.assignments("moved"))[zip_code] == to
    assert document["moved"]["units"] == 1
    assert after.certificate is not None
    assert before.certificate is not None
    assert (after.certificate.bound, after.certificate.duals) == (before.certificate.bound, before.certificate.duals)
    assert after.certificate.objective != before.certificate.objective
    assert document["summary"]["gap"] >= 0
    found = holding(project, "moved")
    assert found["objective"]
    assert found["bound of these bases"]
    assert found["in one piece"]


def test_what_may_not_move_is_refused(project: Project) -> None:
    plan = project.plan("design")
    base, far = plan.territories[0].base_zip, plan.territories[1].id
    with pytest.raises(InputError, match=f"ZIP {base} is the base of T001"):
        project.move("design", [base], far, "no")
    home = plan.territory_of[plan.units.index("10007")]
    minutes = project.market().roads.rows(np.array([plan.units.index("10007")]))[0][0]
    remote = max((t for t in plan.territories if t != plan.territories[home]), key=lambda t: minutes[plan.units.index(t.base_zip)]).id
    with pytest.raises(InputError, match=f"does not touch {remote}"):
        project.move("design", ["10007"], remote, "no")
    with pytest.raises(InputError, match="is not a ZIP"):
        project.move("design", ["00000"], far, "no")
    assert "no" not in project.plans()


def test_split_and_merged_plans_carry_a_bound_that_verifies(project: Project) -> None:
    parts = project.split("design", "T001", "split")
    assert parts["summary"]["territories"] == 13
    assert parts["summary"]["bound"] > 0
    made, plan = project.market(), project.plan("split")
    row = np.repeat(np.arange(len(plan.units)), np.diff(made.adjacency.indptr))
    beside = plan.territory_of[made.adjacency.indices][plan.territory_of[row] == 0]
    neighbour = plan.territories[int(beside[beside != 0][0])].id
    project.merge("split", "T001", neighbour, "merged")
    for name in ("split", "merged"):
        found = holding(project, name)
        assert found["objective"], name
        assert found["bound of these bases"], name


def test_a_mended_plan_keeps_the_bound_of_its_bases(project: Project) -> None:
    zip_code, to = border(project)
    project.move("design", [zip_code], to, "awry")
    project.mend("awry", "mended")
    assert project.plan("mended").certificate.bound == project.plan("design").certificate.bound
    assert all(holding(project, "mended").values())


def test_a_plan_without_a_certificate_is_checked_for_the_rest(project: Project) -> None:
    project.baseline("zips", "equal-zips", territories=12)
    document = project.verify("equal-zips")
    found = {c["name"]: c for c in document["checks"]}
    assert found["objective"]["claimed"] == "none stored"
    assert not found["in band"]["holds"]
    assert found["in one piece"]["holds"]
    assert not document["holds"]
    assert document["missing"] == ["objective", "bound of these bases", "bound over all choices of bases"]
    assert project.verify("design")["missing"] == ["bound over all choices of bases"]
