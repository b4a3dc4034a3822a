"""Whatever strangers wrote stands in a document as text: it makes no element, no attribute, no address."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearinghouse.evaluation.reports import Form, assessment_report, render
from clearinghouse.evaluation.reports.decided import letter, public_summary
from clearinghouse.evaluation.reports.decided.record import determination_record
from invented_assessment import invented
from invented_determination import made

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus='alert(1)",
    "</title><script>alert(1)</script>",
    "</svg><script>alert(1)</script>",
    "</style><style>*{display:none}",
    "<!--",
    "--><script>",
    "javascript:alert(1)",
    "]]><x:y/>",
    "&lt;b&gt;&#60;i&#62;&quot;",
    "<meta http-equiv=refresh content=0;url=//x.test>",
    "\u202e\u2066gnp.exe\x1b]8;;https://x.test\x07",
    "a\nb\r\nc\td",
    "{{constructor.constructor('alert(1)')()}}",
    "W" * 3000,
)
ELEMENTS = re.compile(
    "html|head|meta|title|style|body|header|main|footer|nav|section|div|h[12]|p|ul|li|dl|dt|dd|details|summary|table|"
    "caption|thead|tbody|tr|th|td|a|code|bdi|strong|span|figure|figcaption|svg|desc|text|line|path|rect|circle"
)
ATTRIBUTES = re.compile(
    "lang|charset|http-equiv|content|name|class|id|href|scope|role|data-label|aria-(?:label|labelledby|describedby|hidden)|"
    "viewbox|xmlns|x[12]?|y[12]?|cx|cy|r|d|width|height|text-anchor"
)
BAD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800]")


def pages_of(spoilt, text):
    """Every document about facts in which every text is this one. A record is about its assessment all the same."""
    facts = invented()
    about = made(assessment=facts).record
    facts, about = spoilt(facts, text), spoilt(about, text)
    about = about.__class__(**{**{name: getattr(about, name) for name in about.__struct_fields__}, **dates()})
    return [
        render(each, Form.HTML)
        for each in (
            assessment_report(facts),
            determination_record(about, facts),
            letter(about, facts),
            public_summary(about, facts),
        )
    ]


def dates():
    return {"decided": "2026-11-24T12:00:00Z", "expires": "2027-05-26T12:00:00Z"}


@pytest.fixture(scope="module")
def harmless(spoilt, outline):
    return [outline(page).skeleton for page in pages_of(spoilt, "harmless")]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_make_no_markup(spoilt, outline, harmless, text):
    for page, skeleton in zip(pages_of(spoilt, text), harmless, strict=True):
        seen = outline(page)
        assert seen.skeleton == skeleton
        assert seen.declarations == ["DOCTYPE html"]
        assert not seen.comments
        for tag, attributes, _ in seen.elements:
            assert ELEMENTS.fullmatch(tag)
            assert all(map(ATTRIBUTES.fullmatch, attributes))
            assert re.match("#", attributes.get("href") or "#")
        assert not BAD.search(page)
        page.encode()


@settings(max_examples=15)
@given(st.text(min_size=1, max_size=25).filter(lambda text: bool(text.strip()) and text.isprintable()))
def test_no_words_at_all_make_markup(spoilt, outline, harmless, text):
    assert [outline(page).skeleton for page in pages_of(spoilt, text)] == harmless


@pytest.mark.parametrize("text", HOSTILE)
def test_no_control_and_direction_characters_reach_text_and_data(spoilt, text):
    document = assessment_report(spoilt(invented(), text))
    for form in (Form.TEXT, Form.JSON):
        assert not BAD.search(render(document, form))


def test_the_policy_forbids_scripts_and_everything_that_is_loaded(pages):
    for page in pages.values():
        assert 'content="default-src &#x27;none&#x27;; style-src &#x27;unsafe-inline&#x27;; base-uri' in page
        assert not re.search(r"<script|\bon[a-z]+=|https?://(?!www\.w3\.org/2000/svg)|url\(|@import", page)
        assert " style=" not in page
