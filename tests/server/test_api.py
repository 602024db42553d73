import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from fastapi.testclient import TestClient

from bailiwick.model.plan import Certificate, WholeUnits
from bailiwick.planning import frames
from bailiwick.server.app import create_app
from bailiwick.server.guard import check_address, is_loopback
from bailiwick.server.openapi import description
from bailiwick.workspace import Workspace
from tests.workbench import NOW, project

ROOT = "/api/v1"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return Workspace(project(tmp_path_factory.mktemp("server")), lambda: NOW)


@pytest.fixture(scope="module")
def client(workspace, tmp_path_factory):
    with TestClient(create_app(workspace, tmp_path_factory.mktemp("static")), base_url="http://127.0.0.1:8765") as found:
        yield found


@pytest.fixture
def scenario(client):
    return client.post(f"{ROOT}/scenarios", json={"name": "mine", "source": "plan:equal-zips"}).json()


def unpacked(body):
    length = int.from_bytes(body[4:8], "little")
    header, start = json.loads(body[8 : 8 + length]), 8 + length
    assert body[:4] == b"BWP1"
    found = {}
    for name, d in header["arrays"].items():
        data = body[start + d["offset"] : start + d["offset"] + d["bytes"]]
        found[name] = data.decode().split("\n") if d["dtype"] == "text" else np.frombuffer(data, dtype=d["dtype"]).reshape(d["shape"])
    return found


def test_units_sum_to_the_national_totals(client, workspace):
    national = client.get(f"{ROOT}/project").json()["national"]
    columns = unpacked(client.get(f"{ROOT}/market/units").content)
    assert len(columns["zip"]) == 33_144
    for name in ("raw", "calls", "accounts", "index_share"):
        assert columns[name].sum() == pytest.approx(national[name])
    accounts = unpacked(client.get(f"{ROOT}/market/accounts").content)
    placed = accounts["unit"] >= 0
    assert accounts["raw"][placed].sum() == pytest.approx(national["raw"])


def test_arrays_are_asked_for_once(client):
    for path in ("market/units", "geometry/mesh/coarse", "geometry/adjacency", "geometry/lines", "project"):
        first = client.get(f"{ROOT}/{path}")
        again = client.get(f"{ROOT}/{path}", headers={"if-none-match": first.headers["etag"]})
        assert (first.status_code, again.status_code) == (200, 304), path


def test_the_mesh_covers_every_unit(client):
    for level, least in (("coarse", 0.97), ("fine", 0.9999)):  # the smallest are less than a pixel at the coarse level's zoom
        mesh = unpacked(client.get(f"{ROOT}/geometry/mesh/{level}").content)
        triangles = np.diff(mesh["triangle_ptr"])
        assert len(triangles) == 33_144
        assert (triangles > 0).mean() > least
    points = np.diff(mesh["unit_ptr"])
    owner = np.repeat(np.arange(33_144), 3 * triangles)
    assert (mesh["triangles"] < points[owner]).all()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 403),
        ({"host": "127.0.0.1.evil.example:8765"}, 403),
        ({"host": ""}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1:9999"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"content-length": str(1 << 40)}, 413),
        ({"origin": "http://127.0.0.1:8765"}, 200),
        ({"host": "localhost:8765"}, 200),
        ({"host": "[::1]:8765"}, 200),
    ],
)
def test_only_its_own_pages_may_ask(client, headers, status):
    answer = client.get(f"{ROOT}/project", headers=headers)
    assert answer.status_code == status
    if status != 200:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"]


def test_only_loopback_is_served():
    assert is_loopback("127.0.0.2")
    assert is_loopback("::1")
    for foreign in ("0.0.0.0", "192.168.1.4", "::", "example.org"):
        assert not is_loopback(foreign)
        with pytest.raises(Exception, match="no sign-in yet"):
            check_address(foreign)


def test_errors_are_problems_in_one_sentence(client, scenario):
    cases = [
        ("GET", "/scenarios/nothing", None, 404, "nothing"),
        ("POST", "/scenarios", {"name": "x", "source": "plan:none"}, 404, "none"),
        ("POST", "/scenarios", {"name": "x", "source": "what"}, 422, "baseline:zips|accounts|area"),
        ("POST", "/scenarios", {"name": "x", "source": "plan:a", "more": 1}, 422, "more"),
        ("POST", f"/scenarios/{scenario['id']}/undo", {"version": 0}, 422, "nothing to undo"),
        ("POST", f"/scenarios/{scenario['id']}/changes", {"version": 0, "label": "x", "units": [99_999], "to": [0]}, 422, "0 to 33143"),
        ("POST", f"/scenarios/{scenario['id']}/changes", {"version": 0, "label": "x", "units": [1], "to": [77]}, 422, "slot 77"),
        ("GET", "/roads/minutes?unit=99999", None, 422, "0 to 33143"),
        ("GET", "/codes?system=CPT", None, 422, "system"),
        ("GET", "/nothing", None, 404, "Not Found"),
    ]
    for method, path, body, status, said in cases:
        answer = client.request(method, ROOT + path, json=body)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), path
        assert said in answer.json()["detail"], path


def test_an_edit_is_stored_and_measured_as_evaluate_does(client, workspace, scenario):
    at = f"{ROOT}/scenarios/{scenario['id']}"
    labels = np.frombuffer(client.get(f"{at}/assignment").content, dtype="<i2")
    units = np.flatnonzero(labels == 0)[:50].tolist()
    done = client.post(f"{at}/changes", json={"version": 0, "label": "move", "units": units, "to": [1] * 50})
    assert done.status_code == 200
    assert done.json()["version"] == 1
    client.post(f"{at}/publish", json={"name": "kept"})
    card, evaluated = client.get(f"{at}/scorecard").json(), workspace.project.evaluate("kept")
    assert card["territories"] == evaluated["territories"]
    assert evaluated["territories"][1]["units"] == int((labels == 1).sum()) + 50
    assert client.post(f"{at}/undo", json={"version": 1}).json()["can_redo"] == 1
    assert np.frombuffer(client.get(f"{at}/assignment").content, dtype="<i2").tolist() == labels.tolist()


def test_the_best_bound_of_a_plan_is_shown_everywhere(client, workspace):
    whole = WholeUnits(108.0, (("00501", 1.0),), (np.inf,) * 40, (0.01,) * 40, (("00544", "00501"),))
    kept = frames.certificate_document(Certificate(110.0, 100.0, "fixed-bases", (0.0,) * 40, None, whole))
    assert kept is not None
    assert (kept["whole_units"]["prices"], kept["whole_units"]["entrances"]) == ((), ())  # told unit by unit, they stay in the plan
    proof = Certificate(110.0, 100.0, "fixed-bases", (0.0,) * 40, None, whole)
    made = workspace.adopt("proven", replace(workspace.project.plan("equal-zips"), certificate=proof), "plan:equal-zips")
    at = f"{ROOT}/scenarios/{made['id']}"
    found, summary = client.get(at).json(), client.get(f"{at}/scorecard").json()["summary"]
    assert (found["bound"], found["objective"]) == (108.0, 110.0)
    assert summary["bound"] == 108.0
    assert summary["gap"] == pytest.approx(2 / 108)


def test_the_later_of_two_windows_is_told_the_difference(client, scenario):
    at = f"{ROOT}/scenarios/{scenario['id']}/changes"
    client.post(at, json={"version": 0, "label": "one", "who": "a", "units": [5, 6], "to": [3, 3]})
    late = client.post(at, json={"version": 0, "label": "two", "who": "b", "units": [6], "to": [4]})
    assert late.status_code == 409
    assert (late.json()["current"], late.json()["labels"]) == (1, ["one"])


def test_locks_hold(client, scenario):
    at = f"{ROOT}/scenarios/{scenario['id']}/changes"
    labels = np.frombuffer(client.get(f"{ROOT}/scenarios/{scenario['id']}/assignment").content, dtype="<i2")
    shut, other = int(labels[0]), int(labels[-1])
    client.post(at, json={"version": 0, "label": "lock", "territories": [{"slot": shut, "locked": True}]})
    out = client.post(at, json={"version": 1, "label": "out", "units": [0], "to": [other]})
    assert out.status_code == 422
    assert "is locked" in out.json()["detail"]
    client.post(at, json={"version": 1, "label": "free", "territories": [{"slot": shut, "locked": False}], "lock": [0]})
    out = client.post(at, json={"version": 2, "label": "out", "units": [0], "to": [other]})
    assert "ZIP 00601" in out.json()["detail"]


def test_split_and_merge_keep_every_zip(client, scenario):
    at = f"{ROOT}/scenarios/{scenario['id']}"
    split = client.post(f"{at}/split", json={"version": 0, "slot": 3}).json()
    assert len(split["territories"]) == 41
    labels = np.frombuffer(client.get(f"{at}/assignment").content, dtype="<i2")
    halves = np.bincount(labels, minlength=41)[[3, 40]]
    assert (halves > 0).all()
    merged = client.post(f"{at}/merge", json={"version": 1, "keep": 3, "drop": 40}).json()
    assert merged["territories"][40]["gone"]
    after = np.frombuffer(client.get(f"{at}/assignment").content, dtype="<i2")
    assert int((after == 3).sum()) == int(halves.sum())
    assert client.get(f"{at}/scorecard").json()["summary"]["territories"] == 40


def test_a_design_streams_is_cancelled_and_kept(client):
    asked = {"name": "drawn", "territories": 8, "seconds": 60, "seed": 1}
    started = client.post(f"{ROOT}/designs", json=asked)
    assert started.status_code == 202
    job = started.headers["location"].removeprefix(ROOT)
    refused = client.post(f"{ROOT}/designs", json=asked)
    assert "running already" in refused.json()["detail"]
    deadline = time.monotonic() + 60
    while client.get(ROOT + job).json()["plans"] == 0 and time.monotonic() < deadline:
        time.sleep(0.1)
    labels = np.frombuffer(client.get(f"{ROOT}{job}/assignment").content, dtype="<i2")
    assert set(labels.tolist()) == set(range(8))
    client.delete(ROOT + job)
    with client.stream("GET", f"{ROOT}{job}/events") as events:
        lines = [line for line in events.iter_lines() if line.startswith("data: ")]
    last = json.loads(lines[-1].removeprefix("data: "))
    assert last["state"] == "cancelled"
    kept = client.get(f"{ROOT}/scenarios/{last['scenario']}").json()
    assert sum(not t["gone"] for t in kept["territories"]) == 8


def test_a_design_that_cannot_be_says_why(client):
    job = client.post(f"{ROOT}/designs", json={"name": "x", "territories": 5, "seconds": 1, "weights": {"luck": 3}}).json()["id"]
    deadline = time.monotonic() + 30
    while (state := client.get(f"{ROOT}/jobs/{job}").json())["state"] == "running" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert state["state"] == "failed"
    assert "luck" in state["error"]


def test_a_definition_is_previewed_saved_and_signed(client, workspace):
    name = "cataract-lenses"
    now = client.get(f"{ROOT}/definitions/{name}").json()
    toml = now["toml"].replace("weight = 1", "weight = 2", 1)
    found = client.post(f"{ROOT}/definitions/preview", json={"toml": toml}).json()
    assert float(found["total"]) > float(found["total_now"]) > 0
    same = client.put(f"{ROOT}/definitions/{name}", json={"toml": now["toml"]})
    assert "change something" in same.json()["detail"]
    saved = client.put(f"{ROOT}/definitions/{name}", json={"toml": toml}).json()
    assert (saved["version"], saved["versions"], saved["sign_off"]) == (2, ["1"], {})
    signed = client.post(f"{ROOT}/definitions/{name}/sign-off", json={"role": "medical", "name": "Dr. A"}).json()
    assert signed["sign_off"] == {"medical": {"name": "Dr. A", "date": NOW[:10]}}
    bad = client.post(f"{ROOT}/definitions/preview", json={"toml": "name = 1"})
    assert bad.status_code == 422
    client.put(f"{ROOT}/definitions/{name}", json={"toml": now["toml"]})


def test_many_questions_at_once_are_all_answered(client):
    toml = client.get(f"{ROOT}/definitions/colonoscopy").json()["toml"]

    def ask(turn):
        if turn % 3 == 0:
            return client.post(f"{ROOT}/definitions/preview", json={"toml": toml}).status_code
        return client.get(f"{ROOT}/codes?system=HCPCS&q=452" if turn % 3 == 1 else f"{ROOT}/project").status_code

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(ask, range(24), timeout=60)) == {200}


def test_codes_come_with_class_and_volume_and_no_description(client):
    rows = client.get(f"{ROOT}/codes", params={"system": "HCPCS", "q": "66984"}).json()["items"]
    assert rows[0]["code"] == "66984"
    assert rows[0]["volume"] > 0
    assert set(rows[0]) == {"code", "class", "label", "volume"}
    tree = client.get(f"{ROOT}/codes", params={"system": "ICD10CM", "parent": ""}).json()["items"]
    assert len(tree) > 15


def test_a_file_is_dropped_mapped_and_its_rejects_shown(client):
    text = "who,procedure,where,number,period\n1234567893,66984,asc,100,2023\nxxx,66984,asc,5,2023\n1234567893,66984,asc,many,2023\n"
    kept = client.post(f"{ROOT}/uploads", files={"file": ("own.csv", text.encode())}).json()
    assert kept["header"] == ["who", "procedure", "where", "number", "period"]
    assert kept["rows"][0][0] == "1234567893"
    mapping = {"npi": "who", "code": "procedure", "place": "where", "services": "number", "period": "period"}
    constants = {"code_system": "HCPCS", "payer": "commercial"}
    done = client.post(f"{ROOT}/uploads/{kept['upload']}/load", json={"source": "volumes", "columns": mapping, "constants": constants})
    assert done.status_code == 200, done.text
    document = done.json()
    assert (document["read"], document["accepted"], document["rejected"]) == (3, 1, 2)
    assert {r["column"] for r in document["rejects"]} == {"npi", "services"}
    wrong = client.post(f"{ROOT}/uploads", files={"file": ("picture.png", b"x")})
    assert "save it as CSV" in wrong.json()["detail"]
    empty = client.post(f"{ROOT}/uploads", files={"file": ("empty.csv", b"")})
    assert empty.status_code == 422
    outside = client.post(f"{ROOT}/uploads", files={"file": ("../../evil.csv", b"a\n1\n")}).json()
    assert outside["file"] == "evil.csv"


def test_search_finds_each_kind(client, scenario):
    def kinds(text):
        return {i["kind"] for i in client.get(f"{ROOT}/search", params={"q": text, "scenario": scenario["id"]}).json()["items"]}

    assert kinds("10001") >= {"zip"}
    assert "city" in kinds("boston")
    assert "account" in kinds("surgery")
    assert "territory" in kinds("t001")
    assert "npi" in kinds("1649218009")
    assert kinds("zzzzqqq") == set()


def test_lists_are_paged(client, scenario):
    first = client.get(f"{ROOT}/market/providers?limit=5").json()
    second = client.get(f"{ROOT}/market/providers?limit=5&cursor={first['next']}").json()
    assert [r["rank"] for r in first["items"] + second["items"]] == list(range(1, 11))
    assert client.get(f"{ROOT}/scenarios?limit=1").json()["next"] == "1"


def test_the_description_is_openapi_3_1():
    found = description()
    assert found["openapi"].startswith("3.1")
    assert f"{ROOT}/scenarios/{{scenario}}/changes" in found["paths"]
