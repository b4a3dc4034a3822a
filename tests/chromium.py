"""A real browser for tests: Playwright with the Chromium of the system; Playwright's own is not fetched.

A module that imports this is skipped where there is none.
"""

import shutil

import pytest

try:
    from playwright.sync_api import sync_playwright
    from pypdf import PdfReader
except ImportError:
    pytest.skip("Playwright or pypdf is not installed: no browser has seen the page", allow_module_level=True)

__all__ = ["CHROMIUM", "FLAGS", "PdfReader", "sync_playwright"]

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
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
