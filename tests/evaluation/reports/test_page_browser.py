"""The documents as a real browser shows and prints them; skipped where there is none. One visit a page."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chromium import PdfReader, launched, shuts_out
from clearinghouse.evaluation.reports import Form, assessment_report, render
from clearinghouse.evaluation.reports.assessment.verdict import CANNOT
from invented_assessment import invented

pytestmark = pytest.mark.browser
replace = msgspec.structs.replace
LONG = "Wide words in a name that goes on and on " * 4 + "W" * 300


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as opened:
        yield opened


@pytest.fixture
def show(browser, tmp_path: Path):
    """Open a page from a file; what it asks of the network and what it complains of must stay nothing."""
    path = tmp_path / "page.html"
    asked: list[str] = []
    context = browser.new_context(java_script_enabled=True)
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: asked.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: asked.append(f"error: {error}"))

    def shown(html: str) -> Any:
        path.write_text(html, encoding="utf-8")
        page.goto(path.as_uri())
        return page

    yield shown
    context.close()
    assert set(asked) == {path.as_uri()}


def widths(page):
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    found = {}
    for width in (320, 390, 700, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        found[width] = page.evaluate("document.documentElement.scrollWidth")
    return found


def printed(page, paper):
    return [sheet.extract_text() for sheet in PdfReader(BytesIO(page.pdf(format=paper))).pages]


@pytest.mark.parametrize("kind", ["assessment", "determination", "letter", "summary"])
def test_a_page_on_screens_and_on_paper(show, pages, kind):
    page = show(pages[kind])
    for width, shown in widths(page).items():
        assert shown <= width
    assert page.locator("h1").count() == 1
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Go to the content"
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.locator(".plot:visible").count() == page.locator("figure").count()
    sizes = page.evaluate(
        "[...document.querySelectorAll('.narrow .plot')].map(e => e.getBoundingClientRect().width / 350)"
    )
    assert all(each * 13 >= 11 for each in sizes)  # letters in drawings stay large enough on a telephone
    grounds = set()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        assert shuts_out(page) == []
    assert len(grounds) == 2
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = false")
    for paper in ("A4", "Letter"):
        sheets = printed(page, paper)
        assert "bearing on whether" in " ".join(sheets[0].split())
        assert len(sheets) < 16
    if kind == "assessment":
        assert "without family 24" in "".join(sheets)  # what is folded on a screen is printed


def test_an_exercise_with_twelve_domains_and_endless_names(show):
    facts = invented(development=True, scripted=True)
    found = facts.finding
    domains = tuple(
        replace(found.domains[at % 3], name=f"d{at}", title=f"{at} {LONG}", threshold=LONG) for at in range(12)
    )
    results = tuple(replace(facts.domains[at % 3], name=f"d{at}") for at in range(12))
    flags = tuple(replace(each, says=LONG) for each in facts.flags)
    model = replace(facts.model, name=LONG, developer=LONG, identity="f" * 400)
    facts = replace(facts, model=model, finding=replace(found, domains=domains), domains=results, flags=flags)
    page = show(render(assessment_report(facts), Form.HTML))
    for width, shown in widths(page).items():
        assert shown <= width
    assert page.locator(".notice.stop").bounding_box()["y"] < 500
    outside = (
        "[...document.querySelectorAll('.wide .plot text')].filter(e => "
        "e.getBoundingClientRect().right > e.closest('svg').getBoundingClientRect().right + 1).length"
    )
    assert page.evaluate(outside) == 0
    sheet = " ".join(printed(page, "A4")[0].split())
    assert CANNOT in sheet
