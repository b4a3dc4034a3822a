"""Every part as a real browser shows and prints it, under the policy of the server; skipped where there is none."""

from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import product
from typing import Any
from unicodedata import normalize

import pytest
from django.contrib.staticfiles import finders

import invented_gallery
from chromium import PdfReader, launched, shuts_out
from clearinghouse.server.web.middleware import content_security_policy

ORIGIN = "https://gallery.example"
TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
THEMES = ("light", "dark")


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {
        "gallery": invented_gallery.gallery(),
        "worklist": invented_gallery.worklist(),
        "error": invented_gallery.error(500, reference="f-83ka02"),
        "dark": invented_gallery.gallery(theme="dark"),
        "light": invented_gallery.gallery(theme="light"),
        "hidden": invented_gallery.error(404, tlp="TLP:RED"),
    }


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as opened:
        yield opened


@pytest.fixture
def show(browser: Any, pages: dict[str, str]) -> Iterator[Callable[..., Any]]:
    """Open a page; nothing outside is asked for, and the browser complains of nothing."""
    contexts = []
    complaints: list[str] = []

    def answer(route: Any) -> None:
        name = route.request.url.removeprefix(f"{ORIGIN}/").partition("?")[0].partition("#")[0]
        if name.startswith("static/"):
            path = str(finders.find(name.removeprefix("static/")))
            route.fulfill(path=path, content_type=TYPES[path.rpartition(".")[2]])
        elif name in pages:
            headers = {"Content-Security-Policy": content_security_policy(), "Content-Type": "text/html; charset=utf-8"}
            route.fulfill(body=pages[name], headers=headers)
        else:
            complaints.append(route.request.url)
            route.abort()

    def shown(name: str, **options: Any) -> Any:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
        contexts.append(context)
        context.route("**/*", answer)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{ORIGIN}/{name}")
        return page

    yield shown
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("name", ["gallery", "worklist", "error"])
def test_nothing_is_wider_than_the_screen(show, name):
    page = show(name)
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    for width in (320, 390, 640, 768, 1024, 1280, 1920):  # 640 is 1280 at 200 % zoom
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", ["gallery", "worklist", "error"])
def test_nobody_is_shut_out(show, name):
    page = show(name, reduced_motion="reduce")  # colours do not fade from one theme into the other
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    for theme, width in product(THEMES, (1280, 320)):
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": 900})
        assert shuts_out(page) == [], (theme, width)


def test_the_help_of_the_keys_shuts_nobody_out(show):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed: not examined")
    page = show("error")
    page.keyboard.press("?")
    assert axe.Axe().run(page).response["violations"] == []


def ground(page: Any) -> str:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_the_theme_follows_the_screen_unless_it_is_forced(show):
    light, dark = (ground(show("gallery", color_scheme=each)) for each in THEMES)
    assert light != dark
    for other in THEMES:
        assert ground(show("dark", color_scheme=other)) == dark
        assert ground(show("light", color_scheme=other)) == light


def test_the_first_stop_leads_past_the_frame(show):
    page = show("gallery")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Go to the content"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_everything_one_can_stop_at_shows_that_one_is_there(show):
    page = show("error")
    for _ in range(4):
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def focused(page: Any) -> str:
    return page.evaluate("document.activeElement.textContent.trim()")


def test_keys_move_between_rows(show):
    page = show("gallery")
    page.keyboard.press("j")
    first = focused(page)
    page.keyboard.press("j")
    assert focused(page) == "Buffer overflow when a palette image is opened"
    page.keyboard.press("k")
    page.keyboard.press("k")
    assert focused(page) == first == "Login on the administration page can be bypassed"
    page.keyboard.press("Enter")
    page.wait_for_url("**#f")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.type") == "search"
    page.keyboard.type("jk?")
    assert page.evaluate("document.activeElement.value") == "jk?"


def test_keys_can_be_turned_off(show):
    """WCAG 2.2, 2.1.4: keys of one character can be turned off."""
    page = show("gallery")
    page.keyboard.press("?")
    assert page.locator("dialog[open] h2").text_content() == "Keys"
    page.get_by_label("Use these keys in this browser").uncheck()
    page.get_by_role("button", name="Close").click()
    page.reload()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.tagName") == "BODY"
    page.get_by_role("button", name="Keyboard").click()
    assert not page.get_by_label("Use these keys in this browser").is_checked()


def test_a_name_is_copied(show):
    page = show("gallery", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy CVE-2026-99001").click()
    page.wait_for_function("document.getElementById('said').textContent")
    assert page.evaluate("navigator.clipboard.readText()") == "CVE-2026-99001"
    assert page.locator("#said").text_content() == "CVE-2026-99001 is copied"


def test_htmx_runs_as_it_is_told(show):
    page = show("gallery")
    told = "htmx.config.allowEval + ' ' + htmx.config.historyCacheSize + ' ' + htmx.config.allowScriptTags"
    assert page.evaluate(told) == "false 0 false"
    assert page.evaluate("document.querySelectorAll('style').length") == 0


def test_it_works_without_script(show):
    page = show("gallery", java_script_enabled=False)
    assert page.locator(".copy:visible, .keys:visible").count() == 0
    page.locator("summary", has_text="Take these apart").first.click()
    assert page.locator("#unmerge-1").is_visible()
    assert page.get_by_role("link", name="By when").is_visible()


def test_targets_are_large_enough(show):
    """WCAG 2.2, 2.5.8: 24 by 24 pixels; links within sentences are excepted."""
    page = show("gallery", viewport={"width": 390, "height": 800})
    small = page.evaluate(
        """[...document.querySelectorAll(
            'button, select, input:not([type=hidden]), summary, .button, nav.pager a, .frame nav a'
        )].filter(each => each.checkVisibility()).filter(each => {
            const box = (each.closest('label') || each).getBoundingClientRect();
            return box.height < 24 || box.width < 24;
        }).map(each => each.outerHTML.slice(0, 80))"""
    )
    assert small == []


def sheets(page: Any) -> list[str]:
    pages = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    return [normalize("NFKC", sheet.extract_text()) for sheet in pages]  # ligatures as letters


@pytest.mark.parametrize("theme", THEMES)
def test_every_sheet_of_paper_carries_the_marking(show, theme):
    printed = sheets(show("gallery", color_scheme=theme))
    assert len(printed) > 3
    for sheet in printed:
        assert sheet.startswith("TLP:AMBER+STRICT")
        assert "Under embargo" in sheet
        assert sheet.count("TLP:AMBER+STRICT") >= 2
    assert "1,210" in "".join(printed)  # the numbers of charts are open on paper
    (hidden,) = sheets(show("hidden"))
    assert hidden.startswith("TLP:RED")


def test_the_worklist_is_first_on_paper(show):
    first, *_ = sheets(show("worklist"))
    for said in ("Update FortiOS", "What to find out", "How to get help", "Telephone:"):
        assert said in first


def test_a_page_is_light(show):
    sizes: dict[str, int] = {}
    page = show("error")
    page.on("response", lambda response: sizes.update({response.url: len(response.body())}))
    page.reload()
    assert sum(sizes.values()) < 100_000
