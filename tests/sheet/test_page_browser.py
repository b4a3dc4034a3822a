"""The page as a real browser shows and prints it; skipped where there is none."""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chromium import PdfReader, launched
from clearinghouse.cli import main
from clearinghouse.priority.plan import Plan
from clearinghouse.records import AssetKind, MatchClass
from clearinghouse.sheet import render_page

SITES = ("hospital", "bank", "water", "empty")
LAST_OF_FIRST_SHEET = "Telephone:"
"""The line that ends the box of help, the last thing on the first sheet."""
FILLS = ("Wide words in a name ", "W", "a", "漢字", "x" * 40 + " ")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as opened:
        yield opened


@pytest.fixture
def show(browser, tmp_path: Path):
    """Open a page from a file; what it asks of the network and what it complains of must stay nothing."""
    opened = []
    asked: list[str] = []

    def shown(html: str, **options: Any) -> Any:
        path = tmp_path / "page.html"
        path.write_text(html, encoding="utf-8")
        context = browser.new_context(**options)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: asked.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: asked.append(f"error: {error}"))
        page.goto(path.as_uri())
        opened.append((context, path.as_uri()))
        return page

    yield shown
    for context, _ in opened:
        context.close()
    assert set(asked) <= {address for _, address in opened}


@pytest.fixture
def empty(hospital):
    return msgspec.structs.replace(hospital, plan=Plan(as_of=hospital.as_of))


@pytest.fixture(params=SITES)
def site(request):
    return request.getfixturevalue(request.param)


def html_of(site: Any) -> str:
    return render_page(site.plan, **site.arguments())


def test_nothing_is_wider_than_the_screen(show, site):
    page = show(html_of(site))
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    for width in (320, 390, 640, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("fill", FILLS)
def test_long_names_do_not_widen_it(show, build, fill):
    page = show(worst(build, AssetKind.OPERATIONAL, "2.1", fill), viewport={"width": 320, "height": 800})
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_theme_follows_the_screen(show, hospital):
    grounds = [
        show(html_of(hospital), color_scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    ]
    assert grounds == ["rgb(244, 246, 246)", "rgb(17, 24, 26)"]


def test_it_works_by_keyboard_and_shows_where_one_is(show, hospital):
    page = show(html_of(hospital))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Go to what to do"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details").first.evaluate("each => each.open")


def test_it_needs_no_script(show, hospital):
    page = show(html_of(hospital), java_script_enabled=False)
    page.locator("summary").first.click()
    assert page.locator("details table").first.is_visible()
    page.locator("nav a").first.click()
    assert page.url.endswith("#first")


def test_tables_stay_tables_where_the_screen_is_narrow(show, hospital):
    page = show(html_of(hospital), viewport={"width": 320, "height": 800})
    assert page.get_by_role("table").count() > 0
    assert page.get_by_role("rowheader", name="Update LibreOffice to 24.8.2").count() == 1


def test_hostile_words_do_nothing(show, build):
    text = "</style><script>document.title = 'owned'</script><img src=https://x.test/ onerror=alert(1)>"
    subject = build.component(text, "1", build.on(text), build.flaw("CVE-2026-99800", text, fixed="2", advice=(text,)))
    page = show(render_page(build.planned([subject]), site=text, made_from=(text,), as_of=build.TODAY, unknown=(text,)))
    assert page.title().startswith("</style><script>document.title")
    assert page.locator("script, img").count() == 0


def printed(page: Any, paper: str, **options: Any) -> list[str]:
    """The text of each sheet."""
    return [sheet.extract_text() for sheet in PdfReader(BytesIO(page.pdf(format=paper, **options))).pages]


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_first_sheet_holds_what_is_needed(show, site, paper):
    sheets = printed(show(html_of(site), color_scheme="dark"), paper)
    assert LAST_OF_FIRST_SHEET in sheets[0]
    assert "How to get help" in sheets[0]


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_three_actions_and_a_question_are_one_sheet(show, bank, empty, paper):
    (sheet,) = printed(show(html_of(bank)), paper)
    for said in ("Citrix NetScaler", "Apache Tomcat", "Teller archive", "Find out which", "How this list was made"):
        assert said in sheet
    assert len(printed(show(html_of(empty)), paper)) == 1


@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize(("kind", "fixed"), [(AssetKind.IT, ""), (AssetKind.IT, "2.1"), (AssetKind.OPERATIONAL, "2.1")])
def test_whatever_strangers_write_the_first_sheet_holds_it(show, build, kind, fixed, fill):
    page = show(worst(build, kind, fixed, fill))
    for paper in ("A4", "Letter"):
        assert LAST_OF_FIRST_SHEET in printed(page, paper, page_ranges="1")[0]


def worst(build: Any, kind: AssetKind, fixed: str, fill: str) -> str:
    """A page on which everything is as long as it can be."""

    def long(length: int, tail: object = "") -> str:
        return (fill * (length // len(fill) + 1))[:length] + str(tail)

    def places(count: int) -> tuple[Any, ...]:
        facts = {"kind": kind, "count": 1000}
        made = [build.on(f"{each}{long(90)}", long(90), owner=f"{each}{long(90)}", **facts) for each in range(count)]
        return tuple(place for group in made for place in group)

    def flaw(number: str, **facts: Any) -> Any:
        return build.flaw(f"CVE-2026-{number:9<19}", long(400, number), kev="2026-11-01", **facts)

    advice = tuple(long(900, each) for each in range(3))
    subjects = [
        build.component(
            long(200, number),
            "1.1",
            places(5),
            *(flaw(f"1{number}{each}", fixed=fixed, advice=advice) for each in range(9)),
            kind=kind,
        )
        for number in range(3)
    ]
    subjects += [
        build.component(
            long(200, number),
            "1.1",
            places(1),
            *(flaw(f"2{number}{each}", match=MatchClass.POSSIBLE, question=long(400, each)) for each in range(4)),
        )
        for number in range(8)
    ]
    plan = build.planned(subjects)
    return render_page(plan, site=long(300), made_from=[long(300)] * 5, as_of=build.TODAY, unknown=[long(300)] * 3)


def test_sixty_actions_are_three_and_a_table(show, build):
    flaws = [build.flaw(f"CVE-2026-{98100 + number}", "title", exposed="no", fixed="2.0") for number in range(60)]
    parts = [
        build.component(f"part-{number:02}", "1.0", build.on(f"srv-{number:02}"), flaw)
        for number, flaw in enumerate(flaws)
    ]
    page = show(render_page(build.planned(parts), site="Sixty", made_from=("sixty.csv",), as_of=build.TODAY))
    sheets = printed(page, "A4")
    assert LAST_OF_FIRST_SHEET in sheets[0]
    assert "Do these three things" in sheets[0]
    assert "After these: 57 more" in sheets[0]
    assert 2 <= len(sheets) <= 5
    assert all(sheet.split()[0] == "What" for sheet in sheets[1:] if sheet.count("part-") > 3)  # the head is repeated
    assert [number for number in range(60) if f"part-{number:02}" not in "".join(sheets)] == []
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_page_of_nothing_judged_is_one_sheet(show, empty):
    page = show(render_page(empty.plan, **empty.arguments(), judged=False))
    (sheet,) = printed(page, "A4")
    assert "Nothing could be judged" in sheet
    assert "How to get help" in sheet


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_plan_of_a_small_list_is_one_sheet(show, tmp_path, monkeypatch, paper):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    advisories = tmp_path / "published"
    advisories.mkdir()
    for number in range(4):
        affected = {
            "package": {"ecosystem": "PyPI", "name": f"part{number}"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}],
        }
        record = {"id": f"PYSEC-2099-{number}", "modified": "2026-01-01T00:00:00Z", "affected": [affected]}
        (advisories / f"{number}.json").write_text(json.dumps(record | {"summary": "It can be made to stop."}))
    inventory = tmp_path / "requirements.txt"
    inventory.write_text("".join(f"part{number}==1.{number}\n" for number in range(4)))
    made = tmp_path / "todo.html"
    command = [
        "plan",
        inventory,
        "--advisories",
        advisories,
        "--page",
        made,
        "--site",
        "Clinic",
        "--as-of",
        "2026-11-09",
    ]
    assert main.invoke(list(map(str, command))) == 1
    (sheet,) = printed(show(made.read_text()), paper)
    for said in ("What to do at Clinic", "Do these three things", "After these: 1 more", "How to get help"):
        assert said in sheet


def test_the_pages_of_the_demonstration_are_one_sheet_each(show, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert main.invoke(["demo", "--keep", str(tmp_path / "flood")]) == 0
    pages = sorted((tmp_path / "flood").glob("*.html"))
    assert [page.stem for page in pages] == ["bank", "hospital", "water"]
    for page in pages:
        shown = show(page.read_text(encoding="utf-8"))
        assert [len(printed(shown, paper)) for paper in ("A4", "Letter")] == [1, 1]
