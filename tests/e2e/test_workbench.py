"""The workbench as a person uses it, in a real browser against a real server."""

import csv
import itertools
import subprocess
import sys

import pytest

from benchmarks.web import npis
from tests.e2e.conftest import LOADED, READY, ROOT, WB, Served, until

LASSO = [(470, 420), (560, 410), (600, 470), (560, 540), (490, 530), (460, 470)]


BREAK = """async () => {
  const wb = window.bailiwick.wb, share = wb.market.by.index_share, { indptr, indices } = wb.near;
  const near = (u) => Array.from(indices.subarray(indptr[u], indptr[u + 1]));
  const mine = Array.from(wb.unitsOf(0));
  const other = mine.flatMap(near).map((v) => wb.labels[v]).find((t) => t !== 0);
  const part = new Set(mine.filter((u) => near(u).some((v) => wb.labels[v] === other)));
  const load = () => wb.live * [...part].reduce((sum, u) => sum + share[u], 0);
  for (let size = 0; load() < 0.3 && size !== part.size;) {
    size = part.size;
    for (const u of [...part]) for (const v of near(u)) if (wb.labels[v] === 0) part.add(v);
  }
  await wb.edit("Break it", [...part], other);
  return part.size;
}"""


def draw(page, points=LASSO):
    """A freehand lasso over the map."""
    page.get_by_role("button", name="Lasso (L)").click()
    page.mouse.move(*points[0])
    page.mouse.down()
    for x, y in points[1:]:
        page.mouse.move(x, y, steps=8)
    page.mouse.up()
    until(page, "window.bailiwick.draft.exact")


def saved(page):
    until(page, f"{WB}.saving === 0")
    page.wait_for_timeout(100)


def figure(page, name):
    text = page.locator(f"[data-figure={name}]").inner_text()
    return float("".join(c for c in text if c in "0123456789."))


def test_first_visit_to_a_designed_plan(opened):
    page = opened()
    page.get_by_role("tab", name="Design").click()
    page.get_by_label("Name of the scenario").fill("Twelve reps")
    page.get_by_label("Territories", exact=True).fill("12")
    page.get_by_label("Seconds of search").fill("4")
    page.get_by_role("button", name="Design", exact=True).click()
    until(page, f"{WB}.preview !== null", 60)  # the map shows plans while they come
    page.get_by_text("The design is done").wait_for(timeout=90_000)
    assert "Twelve reps" in page.get_by_test_id("scenario").inner_text()
    assert "in band" in page.get_by_test_id("scenario").inner_text()
    page.get_by_role("tab", name="Territories").click()
    assert "12 territories · 12 in 0.85–1.15" in page.get_by_test_id("summary").inner_text()
    gaps = page.evaluate("performance.getEntriesByName('design').map((m) => m.startTime)")
    assert max(b - a for a, b in itertools.pairwise(gaps)) < 1000


def test_drawn_totals_are_those_of_evaluate(opened, served, scenario):
    page = opened(at=scenario[1])
    draw(page)
    card = {name: figure(page, name) for name in ("raw", "accessible", "index", "fte", "calls", "drive", "accounts")}
    exact = page.evaluate("({...window.bailiwick.draft.figures})")
    page.get_by_role("button", name="Make this a territory").click()
    page.get_by_label("Name of the new territory").fill("Drawn by hand")
    page.get_by_role("button", name="Make", exact=True).click()
    saved(page)
    page.get_by_test_id("scenario").click()
    page.get_by_role("button", name="Save as plan…").click()
    page.get_by_label("Name", exact=True).fill("by-hand")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Stored as plan by-hand").wait_for()
    row = next(t for t in served.bailiwick("evaluate", "by-hand")["territories"] if t["name"] == "Drawn by hand")
    assert card["raw"] == round(row["raw"])
    assert card["accessible"] == round(row["accessible"])
    assert card["accounts"] == row["accounts"]
    assert exact["raw"] == pytest.approx(row["raw"], rel=1e-9)
    assert exact["call_hours"] == pytest.approx(row["call_hours"], rel=1e-9)
    assert exact["driveHours"] == pytest.approx(row["drive_hours"], rel=1e-5)
    assert exact["fte"] == pytest.approx(row["fte"], rel=1e-5)
    assert exact["faceTime"] == pytest.approx(row["face_time"], rel=1e-5)
    shown = page.evaluate(f"{WB}.rows.find((r) => r.name === 'Drawn by hand').figures")  # the index is among 41 now
    assert shown["index"] == pytest.approx(row["index"], rel=1e-9)


def test_the_card_follows_the_pointer_within_a_frame(opened, scenario):
    page = opened(at=scenario[1])
    draw(page)
    times = sorted(page.evaluate("performance.getEntriesByName('live-totals', 'measure').map((m) => m.duration)"))
    assert len(times) > 20
    assert times[len(times) // 2] < 16


def test_move_undo_restart_redo(opened, served, scenario):
    page = opened(at=scenario[1])
    before = page.evaluate(f"Array.from({WB}.labels).join()")
    draw(page)
    page.get_by_label("Assign to territory").select_option(index=5)
    page.get_by_role("button", name="Assign", exact=True).click()
    saved(page)
    moved = page.evaluate(f"Array.from({WB}.labels).join()")
    assert moved != before
    change = page.get_by_test_id("change")
    assert "Index before" in change.inner_text()
    assert "Out of band" in change.inner_text()  # said at once
    page.keyboard.press("Control+z")
    until(page, f"Array.from({WB}.labels).join() === {before!r}")
    served.kill()
    served.start()
    page.reload()
    until(page, LOADED)
    assert page.evaluate(f"Array.from({WB}.labels).join()") == before
    page.get_by_role("button", name="Redo").click()
    until(page, f"Array.from({WB}.labels).join() === {moved!r}")


def test_a_broken_plan_is_mended(opened, scenario):
    page = opened(at=scenario[1])
    page.get_by_role("tab", name="Design").click()
    page.get_by_label("Territories", exact=True).fill("8")
    page.get_by_label("Seconds of search").fill("3")
    page.get_by_role("button", name="Design", exact=True).click()
    page.get_by_text("The design is done").wait_for(timeout=90_000)
    assert page.evaluate(f"{WB}.outside") == 0
    moved = page.evaluate(BREAK)
    assert moved > 0
    saved(page)
    assert page.evaluate(f"{WB}.outside") > 0
    page.get_by_test_id("change").get_by_role("button", name="Mend").click()
    page.get_by_text("ZIPs moved").wait_for(timeout=60_000)
    assert page.evaluate(f"{WB}.outside") == 0


def test_two_scenarios_are_compared(opened, served, scenario):
    page = opened(at=scenario[1])
    draw(page)
    page.get_by_label("Assign to territory").select_option(index=5)
    page.get_by_role("button", name="Assign", exact=True).click()
    saved(page)
    page.get_by_role("tab", name="Compare").click()
    page.get_by_label("Compare with").select_option(label="Equal zips")
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_test_id("comparison").wait_for()
    assert "In band" in page.get_by_test_id("comparison").inner_text()
    assert page.get_by_role("slider", name="Swipe between the two scenarios").is_visible()
    assert page.locator("[role=grid][aria-label='What moves'] .line").count() > 5
    page.get_by_role("slider", name="Swipe between the two scenarios").press("ArrowLeft")


def test_a_definition_is_edited_with_its_numbers_alongside(opened, scenario):
    page = opened(at=scenario[1])
    page.get_by_role("button", name="Opportunity").click()
    preview = page.get_by_test_id("preview")
    preview.wait_for()
    first = preview.locator("strong").first.inner_text()
    page.get_by_label("Codes, ranges").fill("66984")
    until(page, f"document.querySelector('[data-testid=preview] strong').innerText !== {first!r}")
    page.get_by_label("Codes, ranges").fill("66-98x")
    page.get_by_role("alert").wait_for()
    page.get_by_label("Codes, ranges").fill("66984")
    page.get_by_label("Find codes").fill("66982")
    page.get_by_role("button", name="Add 66982").click()
    page.get_by_role("button", name="Save as version").click()
    page.get_by_text("is version").wait_for()
    page.get_by_label("Your name for the sign-off").fill("A. Analyst")
    page.get_by_role("button", name="Sign for marketing").click()
    page.get_by_text("marketing: A. Analyst").wait_for()
    page.get_by_role("button", name="Territories", exact=True).click()
    page.get_by_text("Data or definition changed since").wait_for()


def test_bad_files_are_refused_in_a_sentence_and_rejects_are_shown(opened, scenario, tmp_path):
    page = opened(at=scenario[1])
    page.get_by_role("button", name="Data", exact=True).click()
    bad = tmp_path / "notes.pdf"
    bad.write_bytes(b"%PDF")
    page.get_by_label("File to load").set_input_files(bad)
    assert "save it as CSV" in page.get_by_test_id("data-error").inner_text()
    rows = tmp_path / "volumes.csv"
    rows.write_text("npi,code,place,services,period,code_system,payer\n1234567893,66984,asc,100,2023,HCPCS,commercial\nxxx,66984,asc,5,2023,HCPCS,commercial\n")
    page.get_by_label("File to load").set_input_files(rows)
    page.get_by_role("button", name="Load", exact=True).click()
    page.get_by_test_id("loaded").wait_for()
    said = page.get_by_test_id("loaded").inner_text()
    assert "2 rows read = 1 accepted + 1 rejected" in said
    assert "NPI is ten digits" in said


def test_two_windows_on_one_scenario(opened, scenario):
    one, two = opened(at=scenario[1]), opened(at=scenario[1])
    draw(one)
    one.get_by_label("Assign to territory").select_option(index=4)
    one.get_by_role("button", name="Assign", exact=True).click()
    saved(one)
    theirs = one.evaluate(f"Array.from({WB}.labels)")
    two.evaluate(f"{WB}.edit('Second window', [7], {WB}.labels[7] === 3 ? 4 : 3)")
    dialog = two.get_by_role("dialog")
    dialog.wait_for()
    assert "Nothing was overwritten" in dialog.inner_text()
    dialog.get_by_role("button", name="Make mine on top of theirs").click()
    until(two, f"{WB}.conflict === null && {WB}.scenario.version === 2")
    now = two.evaluate(f"Array.from({WB}.labels)")
    assert sum(a != b for a, b in zip(now, theirs, strict=True)) == 1
    one.evaluate(f"{WB}.edit('Late again', [9], {WB}.labels[9] === 3 ? 4 : 3)")
    one.get_by_role("dialog").get_by_role("button", name="Keep theirs, drop mine").click()
    until(one, f"{WB}.scenario.version === 2")
    assert one.evaluate(f"Array.from({WB}.labels)") == now


def test_a_project_without_data_asks_for_some_and_without_a_plan_shows_the_market(browser, built, tmp_path):
    subprocess.run([sys.executable, "-m", "bailiwick", "init", str(tmp_path / "new")], check=True, capture_output=True)
    served = Served(tmp_path / "new")
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(served.address)
    page.get_by_test_id("empty").wait_for()
    assert "ingest volumes" in page.get_by_test_id("empty").inner_text()
    lines = ["npi,code,place,services,period,site"]
    lines += [f"{npi},66984,asc,{100 + i},2023,{npi}" for i, npi in enumerate(npis(12))]
    sites = ["site_id,npi,name,kind,zip", *[f"{npi},{npi},Center {i},asc,{60601 + i}" for i, npi in enumerate(npis(12))]]
    (tmp_path / "sites.csv").write_text("\n".join(sites) + "\n")
    (tmp_path / "volumes.csv").write_text("\n".join(lines) + "\n")
    for name in ("sites.csv", "volumes.csv"):
        page.get_by_label("File to load").set_input_files(tmp_path / name)
        page.get_by_role("heading", name=name).wait_for()
        page.get_by_role("button", name="Load", exact=True).click()
        page.wait_for_timeout(1500)
    payers = page.get_by_label("Payers")
    for _ in range(10):  # until what was loaded is read
        page.get_by_role("button", name="Opportunity").click()
        page.wait_for_timeout(1000)
        if payers.is_visible():
            break
    payers.select_option("own_sales")  # they are the company's own, the definition counts Medicare
    page.get_by_role("button", name="Save as version 2").click()
    until(page, READY)
    page.get_by_role("button", name="Territories", exact=True).click()
    assert "No scenario" in page.get_by_test_id("scenario").inner_text()
    assert page.get_by_role("button", name="Design", exact=True).is_visible()
    page.close()
    served.kill()


def test_the_keyboard_alone(opened, scenario):
    page = opened(at=scenario[1])
    for _ in range(4):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.testid") == "scenario"
    page.keyboard.press("Tab")  # nothing to undo yet: the disabled buttons are passed over
    assert page.evaluate("document.activeElement.getAttribute('role')") == "combobox"
    page.keyboard.type("boston")
    until(page, "document.querySelector('#found [role=option]')")
    page.keyboard.press("Enter")
    until(page, f"{WB}.unit >= 0")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "application"
    page.keyboard.press("c")
    page.keyboard.press("Enter")  # a circle of fifty miles at the middle
    until(page, "window.bailiwick.draft.exact")
    chosen = page.get_by_label("Assign to territory")
    for _ in range(40):
        page.keyboard.press("Tab")
        if chosen.evaluate("e => e === document.activeElement"):
            break
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    until(page, f"{WB}.scenario.version === 1")
    page.keyboard.press("Control+z")
    until(page, f"{WB}.scenario.version === 2")
    page.locator("#tab-territories").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate(f"{WB}.side") == "accounts"
    page.get_by_label("Accounts: rows").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(f"{WB}.account") == 1


def test_each_account_says_why_it_is_here(opened, scenario):
    page = opened(at=scenario[1])
    page.get_by_role("tab", name="Accounts").click()
    page.locator("[role=grid][aria-label=Accounts] .line").first.click()
    page.get_by_test_id("why").first.get_by_role("button", name="Why here?").click()
    page.get_by_text("Instead in").wait_for(timeout=60_000)
    page.get_by_test_id("why").first.get_by_text("Score:").wait_for()


def test_what_is_seen_is_exported(opened, scenario, tmp_path):
    page = opened(at=scenario[1])
    page.get_by_role("tab", name="Accounts").click()
    page.get_by_label("Filter accounts").fill("eye")
    with page.expect_download() as found:
        page.get_by_role("button", name="Export what is shown as CSV").click()
    found.value.save_as(tmp_path / "a.csv")
    rows = list(csv.DictReader((tmp_path / "a.csv").read_text().splitlines()))
    assert len(rows) > 20
    assert all("eye" in r["Account"].lower() for r in rows)


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080)])
def test_it_fits_the_screen_and_axe_finds_nothing_serious(opened, scenario, width, height, tmp_path):
    page = opened(width, height, scenario[1])
    page.evaluate((ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js").read_text())
    stops = [("Territories", tab) for tab in ("Territories", "Accounts", "Providers", "Charts", "Design", "Compare", "History")]
    for name, tab in [*stops, ("Opportunity", None), ("Data", None)]:
        page.get_by_role("button", name=name, exact=True).first.click()
        if tab:
            page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(700)
        page.screenshot(path=tmp_path / f"{name}-{tab}.png")
        wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth, document.documentElement.scrollHeight, innerHeight]")
        assert (wide[0], wide[2]) == (wide[1], wide[3]), (name, tab)
        cut = page.evaluate("[...document.querySelectorAll('#panel, .page .column')].filter((e) => e.scrollWidth > e.clientWidth + 1).length")
        assert cut == 0, (name, tab)
        found = page.evaluate("axe.run({resultTypes: ['violations']})")
        serious = [(v["id"], v["nodes"][0]["html"][:160]) for v in found["violations"] if v["impact"] in ("serious", "critical")]
        assert serious == [], (name, tab)
