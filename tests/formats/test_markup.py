import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.formats.markup import Markup, document, element, style
from clearinghouse.formats.text import clean

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></style></textarea><svg onload=alert(1)>",
    "<!-- x --><![CDATA[ y ]]>",
    "&lt;b&gt; &amp; &#60;i&#62;",
    "{{7*7}} ${7*7} <%= 7*7 %>",
    "a\x00b\x1b[31mc\u202ed",
)


@given(st.text() | st.sampled_from(HOSTILE))
def test_text_is_read_as_it_was_written_and_is_never_markup(outline, text):
    seen = outline(element("p", text, title=text, lang="en").html)
    assert seen.skeleton == [("p", ("title", "lang"))]
    _, attributes, read = seen.elements[0]
    assert "".join(read) == clean(text)
    assert attributes["title"] == clean(text)
    assert not seen.comments
    assert not seen.declarations


@given(st.text() | st.sampled_from(HOSTILE))
def test_what_was_made_here_is_put_in_once_and_as_it_is(outline, text):
    inner = element("bdi", text)
    assert isinstance(inner, Markup)
    assert outline(element("p", "x ", [inner, None, [inner]]).html).skeleton == [("p", ()), ("bdi", ()), ("bdi", ())]
    assert element("p", inner).html == f"<p>{inner.html}</p>\n"


def test_forgetting_that_something_is_markup_shows_its_source(outline):
    seen = outline(element("p", element("b", "x").html).html)
    assert seen.skeleton == [("p", ())]
    assert seen.all("p") == ["<b>x</b>"]


def test_attributes():
    made = element("a", "x", class_="skip", aria_label='a "b"', href="#x", hidden=True, title=None, lang=False)
    assert made.html == '<a class="skip" aria-label="a &quot;b&quot;" href="#x" hidden>x</a>'


def test_a_style_sheet_cannot_end_early():
    with pytest.raises(ValueError, match="end early"):
        style("p::after { content: '</style><script>' }")


def test_a_document():
    made = document([element("title", "x")], element("p", "y"))
    assert re.fullmatch(
        r"<!DOCTYPE html>\n<html lang=\"en\"><head><title>x</title>\n</head>\n<body><p>y</p>\n</body>\n</html>\n", made
    )
