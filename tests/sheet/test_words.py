import datetime as dt
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.formats.markup import element
from clearinghouse.formats.width import columns, short, whole
from clearinghouse.sheet.words import away, identifier, listed, name, on_day

DAY = dt.date(2026, 3, 9)


@pytest.mark.parametrize(
    ("days", "said"),
    [(3, "in 3 days"), (1, "tomorrow"), (0, "today"), (-1, "yesterday"), (-4, "4 days ago"), (1461, "in 1,461 days")],
)
def test_how_far_off_a_day_is(days, said):
    assert away(DAY + dt.timedelta(days), DAY) == said


def test_a_day_has_its_name():
    assert on_day(DAY) == "Monday 9 March 2026"
    assert on_day(dt.date(2026, 3, 12)) == "Thursday 12 March 2026"


@given(st.text(max_size=300), st.integers(2, 120))
def test_a_short_text_is_one_line_and_fits(text, limit):
    made = short(text, limit)
    assert columns(made.removesuffix("…")) <= limit
    assert "\n" not in made
    assert short(made, 1000) == made


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Pillow", "Pillow"),
        ("The quick brown fox jumps", "The quick brown…"),
        ("x" * 30, "x" * 19 + "…"),
        ("漢字" * 10, "漢字" * 5 + "…"),
        ("two\nlines\there", "two lines here"),
        ("turned\u202earound\x1b[2J", "turnedaround[2J"),
    ],
)
def test_what_is_cut_and_how(text, made):
    assert short(text, 20) == made


def test_piled_up_marks_do_not_cover_the_lines_around():
    piled = "a" + "\u0301\u0316" * 500 + "b"
    for made in (short(piled, 40), whole(piled)):
        assert made == "a\u0301\u0316b"
    hindi = "क्षेत्रीय अस्पताल"
    assert short(hindi, 60) == hindi
    assert short(unicodedata.normalize("NFD", "Ặ"), 10) == unicodedata.normalize("NFD", "Ặ")


def test_advice_keeps_its_lines():
    assert whole(" One.\r\n\r\n\r\n  Two  words.\n") == "One.\nTwo words."
    assert len(whole("x" * 100_000)) == 4000


@pytest.mark.parametrize("text", ["CVE-2026-1234", "CVE-1999-0001", "CVE-2026-1234567890123456789"])
def test_the_name_of_a_cve_leads_to_the_public_list(outline, text):
    seen = outline(identifier(text).html)
    assert seen.skeleton == [("a", ("href", "rel")), ("code", ())]
    assert seen.elements[0][1]["href"] == f"https://www.cve.org/CVERecord?id={text}"


@pytest.mark.parametrize(
    "text",
    ["GHSA-1234", "CVE-2026-1234&x=1", "cve-2026-1234", "CVE-2026-١٢٣٤", "CVE-2026-12", "javascript:alert(1)", ""],
)
def test_every_other_name_leads_nowhere(outline, text):
    assert outline(identifier(text).html).skeleton == [("code", ()), ("bdi", ())]


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        ("abcdef", "a, b, c and 3 more"),
    ],
)
def test_lists(outline, items, said):
    assert outline(element("p", listed(list(items), 3)).html).all("p") == [said]


def test_a_name_is_set_apart_from_the_direction_of_the_words_around(outline):
    seen = outline(name("בית חולים").html)
    assert seen.skeleton == [("bdi", ())]
    assert seen.all("bdi") == ["בית חולים"]
