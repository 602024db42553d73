"""The page: whole, safe, without network, with the scorecard's numbers."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from bailiwick.export import report
from bailiwick.export.facts import summary_rows
from bailiwick.export.headline import design_sentence, more
from bailiwick.export.report import render, write_report
from bailiwick.export.report_map import PALETTE, colours, index_step, neighbours
from bailiwick.model.errors import WorkError

VOID = {"meta", "input", "br"}


class Reader(HTMLParser):
    """Collects tags, texts and attributes, and checks that tags close."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture(scope="module")
def page(shown):
    return render(shown)


@pytest.fixture(scope="module")
def read(page):
    reader = Reader()
    reader.feed(page)
    return reader


def test_every_tag_closes_and_no_placeholder_is_left(page, read):
    assert read.open == []
    assert set(re.findall(r"\{\{\w+\}\}", page)) == {"{{notes}}"}  # only as the text of the hostile name


def test_hostile_names_stay_text(page, read):
    assert read.tags.count("script") == 2
    assert "<script>alert" not in page
    assert any("</script><script>alert(1)</script>" in t for t in read.texts)
    assert not [a for a, _ in read.attributes if a.startswith("on")]


def test_the_page_needs_no_network(page, read):
    addresses = [v for a, v in read.attributes if a in ("src", "href", "xlink:href", "action")]
    assert all(v.startswith("#") for v in addresses)
    assert "url(" not in page
    assert "@import" not in page
    assert len(page.encode()) < 6_000_000


def test_numbers_are_those_of_the_scorecard(shown, page, read):
    texts = set(read.texts)
    for t in shown.scorecard.territories:
        assert {f"{t.index:.3f}", f"{t.drive_hours:,.0f}", t.base_zip} <= texts
    assert "0.40%" in texts
    assert page.count('<path class="t"') == 7
    assert page.count("<circle class=") >= 399 + 3 * 7  # every placed account, every territory of each plan


def test_same_values_same_page(shown, page):
    assert render(shown) == page


def test_neighbours_never_share_a_colour(shown):
    plan, adjacency = shown.plan, shown.adjacency
    chosen = colours(plan, adjacency.indptr, adjacency.indices)
    for t, near in enumerate(neighbours(plan.territory_of, 7, adjacency.indptr, adjacency.indices)):
        assert all(chosen[t] != chosen[o] for o in near)
    assert max(chosen) < len(PALETTE)


def test_steps_follow_the_band():
    found = [index_step(i, (0.85, 1.15)) for i in (0.1, 0.7, 0.8499, 0.85, 1, 1.15, 1.1501, 1.31)]
    assert found == [0, 1, 1, 2, 2, 2, 3, 4]


def test_sentences(shown):
    assert design_sentence(shown.scorecard).startswith("7 territories, ")
    assert "0.4% above the proven minimum for these bases" in design_sentence(shown.scorecard)
    assert [more(v, 100) for v in (100, 103.1, 112.4, 91)] == [
        "as many hours", "3.1% more hours", "12% more hours", "9.0% fewer hours",
    ]  # fmt: skip
    assert more(1, 0) == "as many hours"


def test_a_refused_write_keeps_the_old_page(shown, tmp_path, monkeypatch):
    monkeypatch.setattr(report, "render", lambda _: "new")
    target = tmp_path / "report.html"
    write_report(target, shown)
    assert target.read_text() == "new"

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(WorkError, match="No space left"):
        write_report(target, shown)
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_a_market_without_bound_or_baselines_still_renders(shown):
    from dataclasses import replace

    card = replace(shown.scorecard, summary=replace(shown.scorecard.summary, bound=None, gap=None, bound_kind=None))
    none = shown.accounts.slice(0, 0)
    empty = replace(shown, scorecard=card, baselines=(), accounts=none, unit_of=np.zeros(0, dtype=np.int64))
    assert "none proven" in render(empty)
    below = replace(shown, scorecard=replace(card, summary=replace(card.summary, bound=2e9, bound_kind="fixed-bases")))
    assert "No gap is proven for this plan" in render(below)
    assert ("Above the bound", "no gap is proven", "text") in set(summary_rows(below))
