"""A real browser for tests: Playwright with the Chromium of the system; Playwright's own is not fetched.

A module that imports this is skipped where there is none.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

try:
    from playwright.sync_api import sync_playwright
    from pypdf import PdfReader
except ImportError:
    pytest.skip("Playwright or pypdf is not installed: no browser has seen the page", allow_module_level=True)

__all__ = ["PdfReader", "launched", "shuts_out"]

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"))), None
)
if CHROMIUM is None:
    pytest.skip("There is no Chromium on this machine: no browser has seen the page", allow_module_level=True)

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def launched() -> Iterator[Any]:
    """A browser, as long as it is used."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_OPTIONS = {"runOnly": {"type": "tag", "values": _RULES}, "resultTypes": ["violations"]}
"""Of rules that nothing breaks only one place is told, which takes half of the time on a large page."""


def shuts_out(page: Any) -> list[tuple[str, list[str]]]:
    """What of a page shuts people out, as axe sees it: each rule with the first places where it is broken."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed: not examined")
    found = axe.Axe().run(page, options=_OPTIONS).response
    assert len(found["passes"]) > 20  # it looked
    return [(each["id"], [node["html"][:200] for node in each["nodes"][:3]]) for each in found["violations"]]
