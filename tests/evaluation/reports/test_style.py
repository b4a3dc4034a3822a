"""The style sheet: enough contrast in both themes, small, nothing loaded; the colours are those of the sheet."""

import re
from importlib import resources
from itertools import product

import pytest

from contrast import contrast


def css_of(package):
    return (resources.files(package) / "page.css").read_text(encoding="utf-8")


def themes(css):
    return [dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6});", each)) for each in re.findall(r":root \{([^}]*)\}", css)]


CSS = css_of("clearinghouse.evaluation.reports")
WORDS = ("ink", "quiet", "accent", "overdue", "soon", "later", "none")
GROUNDS = ("ground", "paper", "wash", "band")


@pytest.mark.parametrize(("theme", "word", "ground"), list(product((0, 1), WORDS, GROUNDS)))
def test_all_words_and_marks_can_be_told_from_what_is_behind_them(theme, word, ground):
    colours = themes(CSS)[theme]
    assert contrast(colours[word], colours[ground]) >= 4.5


def test_the_colours_are_those_of_the_sheet_for_operators():
    for ours, theirs in zip(themes(CSS), themes(css_of("clearinghouse.sheet")), strict=True):
        assert theirs.items() <= ours.items()


def test_no_rule_has_a_colour_of_its_own_and_nothing_is_loaded():
    rules = re.sub(r":root \{[^}]*\}", "", CSS).partition("@media print")[0]
    assert not re.search(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)\(", rules)
    assert not re.search(r"url\(|@import|@font-face|expression\(|https?:", CSS)
    assert len(CSS.encode()) < 30_000
    assert "@media screen and (prefers-color-scheme: dark)" in CSS


def test_type_is_of_the_scale():
    screen = CSS.partition("@media print")[0]
    assert {float(each) * 16 for each in re.findall(r"font-size: ([0-9.]+)rem", screen)} <= {14, 16, 20, 26, 34}
    assert {int(each) for each in re.findall(r"(?:font|font-size): ([0-9]+)px", screen)} == {13, 14}  # in drawings


def test_every_class_of_a_drawing_has_a_style(pages, outline):
    seen = outline(pages["assessment"])
    inside = {"line", "path", "rect", "circle"}
    classes = {each["class"] for tag, each, _ in seen.elements if tag in inside}
    assert classes
    for name in {part for each in classes for part in each.split()}:
        assert re.search(rf"\.{name}\b", CSS)


def test_lines_that_mean_different_things_have_different_dashes():
    dashes = re.findall(r"\.plot \.line\.(\w+) \{ stroke-dasharray: ([0-9 ]+);", CSS)
    assert len(dict(dashes)) == 2  # the third is drawn through
    assert len(set(dict(dashes).values())) == 2
