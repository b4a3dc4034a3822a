"""The style sheet: contrast in both themes, its size, nothing that is loaded, and every class that pages use."""

import hashlib
import re
from itertools import product
from pathlib import Path

import pytest

import invented_gallery
import invented_sites
from clearinghouse.server.web import charts
from clearinghouse.sheet import sections
from contrast import contrast

STATIC = Path(charts.__file__).parent / "static/web"
CSS = (STATIC / "clearinghouse.css").read_text(encoding="utf-8")
ROOT = re.search(r":root \{([^}]*)\}", CSS)[1]
PALETTE = {
    name: {"light": light, "dark": dark}
    for name, light, dark in re.findall(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", ROOT)
}
WORDS = ("ink", "quiet", "accent", "overdue", "due", "done", "embargoed")
GROUNDS = ("ground", "paper", "wash")
TLP = {"tlp-red": "#ff2b2b", "tlp-amber": "#ffc000", "tlp-amber-strict": "#ffc000", "tlp-green": "#33ff00"}
"""FIRST, Traffic Light Protocol 2.0, table of colours; TLP:CLEAR is white, the ground of all is black."""


@pytest.mark.parametrize(("theme", "word", "ground"), list(product(("light", "dark"), WORDS, GROUNDS)))
def test_all_words_can_be_read_in_both_themes(theme, word, ground):
    assert contrast(PALETTE[word][theme], PALETTE[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_stands_on_the_accent_can_be_read(theme):
    assert contrast(PALETTE["on-accent"][theme], PALETTE["accent"][theme]) >= 4.5
    assert contrast(PALETTE["ground"][theme], PALETTE["ink"][theme]) >= 4.5


@pytest.mark.parametrize(("theme", "ground"), list(product(("light", "dark"), ("ground", "paper"))))
def test_the_edges_of_controls_are_seen(theme, ground):
    assert contrast(PALETTE["edge"][theme], PALETTE[ground][theme]) >= 3


def test_tlp_labels_have_their_official_colours_and_can_be_read():
    for name, colour in TLP.items():
        assert re.search(rf"\.{name}(?:, \.[a-z-]+)? \{{ color: {colour}; \}}|\.{name}, ", CSS)
        assert contrast(colour, "#000000") >= 4.5
    for colour in set(re.findall(r"\.tlp-[^{]*\{ color: (#[0-9a-f]{6})", CSS)):
        assert colour in TLP.values()
    assert re.search(r"\.tlp \{ background: #000000; color: #ffffff;", CSS)


def test_every_colour_is_defined_once():
    rules = re.sub(r"/\*.*?\*/", "", CSS.replace(ROOT, ""))
    other = set(re.findall(r"#[0-9a-f]{3,8}\b", rules)) - set(TLP.values())
    assert other <= {"#000000", "#ffffff", "#d8dedf", "#777777", "#333333"}  # marking bars, and lines on paper
    assert not re.search(r"\b(?:rgb|hsl|oklch|light-dark)\(", rules)
    assert contrast("#d8dedf", "#000000") >= 4.5


def test_it_is_small_and_loads_nothing():
    assert len(CSS.encode()) < 30_000
    assert not re.search(r"url\(|@import|@font-face|expression\(|https?:", CSS)
    assert CSS.count("{") == CSS.count("}")


def test_scripts_are_small_and_htmx_is_the_one_that_is_named():
    assert len((STATIC / "keys.js").read_bytes()) < 4096
    said = (STATIC / "vendor/README.md").read_text(encoding="utf-8")
    assert hashlib.sha256((STATIC / "vendor/htmx.min.js").read_bytes()).hexdigest() in said
    assert "Zero-Clause BSD" in (STATIC / "vendor/htmx-LICENSE.txt").read_text(encoding="utf-8")


def test_type_is_of_the_scale():
    screen = CSS.partition("@media print")[0]
    sizes = {float(each) * 16 for each in re.findall(r"font-size: ([0-9.]+)rem", screen)}
    assert sizes <= {12, 14, 16, 20, 26, 34}  # 12 is for the axes of charts only
    assert screen.count("font-size: 0.75rem") == 1
    for needed in ("tabular-nums", ":focus-visible", "prefers-reduced-motion", "@page", '[data-theme="dark"]'):
        assert needed in CSS


def classes(html: str) -> set[str]:
    return {name for each in re.findall(r'class="([^"]*)"', html) for name in each.split()}


def styled(name: str) -> bool:
    return bool(re.search(rf"\.{re.escape(name)}(?![\w-])", CSS))


def test_every_class_of_the_pages_is_styled():
    used = classes(invented_gallery.gallery()) | classes(invented_gallery.error(500, reference="f-1"))
    # Named for what they are; they look like their surroundings.
    assert {name for name in used if not styled(name)} <= {"calm", "sheet", "is-later", "tlp-clear", "account"}


@pytest.mark.parametrize("site", [invented_sites.hospital, invented_sites.bank, invented_sites.water])
def test_every_class_of_a_worklist_is_styled(site):
    made = site()
    for judged in (True, False):
        html = "".join(
            each.html for each in sections(made.plan, made.made_from, made.as_of, made.unknown, judged=judged)
        )
        assert {name for name in classes(html) if not styled(name)} <= {"calm"}
