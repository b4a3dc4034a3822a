"""The style sheet: enough contrast in both themes, small, and nothing that is loaded."""

import re
from importlib import resources
from itertools import product

import pytest

from contrast import contrast

CSS = (resources.files("clearinghouse.sheet") / "page.css").read_text(encoding="utf-8")
WORDS = ("ink", "quiet", "accent", "overdue", "soon", "later", "none")
GROUNDS = ("ground", "paper", "wash")


def palette(part: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6});", part))


LIGHT, DARK = (palette(each) for each in re.findall(r":root \{([^}]*)\}", CSS))


def test_the_measure_is_right():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(("theme", "word", "ground"), list(product((LIGHT, DARK), WORDS, GROUNDS)))
def test_all_words_can_be_read_in_both_themes(theme, word, ground):
    assert contrast(theme[word], theme[ground]) >= 4.5


def test_both_themes_have_every_colour_and_no_rule_has_its_own():
    assert set(LIGHT) == set(DARK)
    rules = re.sub(r":root \{[^}]*\}", "", CSS).partition("@media print")[0]
    assert not re.search(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)\(", rules)


def test_the_dark_theme_is_for_screens_so_that_paper_stays_white():
    assert "@media screen and (prefers-color-scheme: dark)" in CSS


def test_it_is_small_and_loads_nothing():
    assert len(CSS.encode()) < 30_000
    assert not re.search(r"url\(|@import|@font-face|expression\(|https?:", CSS)


def test_type_is_of_the_scale():
    screen = CSS.partition("@media print")[0]
    sizes = {float(each) * 16 for each in re.findall(r"font-size: ([0-9.]+)rem", screen)}
    assert sizes <= {14, 16, 20, 26, 34}
    assert "tabular-nums" in CSS
    assert ":focus-visible" in CSS
