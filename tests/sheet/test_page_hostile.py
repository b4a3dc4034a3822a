"""Whatever strangers wrote stands on the page as text: it makes no element, no attribute, no address."""

import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearinghouse.formats.text import clean_line
from clearinghouse.formats.width import short
from clearinghouse.priority import Rank
from clearinghouse.records import AssetKind, MatchClass
from clearinghouse.sheet import render_page

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus='alert(1)",
    "</title><script>alert(1)</script>",
    "</style><style>*{display:none}",
    "</details></li></ol></main><h1>Update now",
    "<!--",
    "--><script>",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "&lt;b&gt;&#60;i&#62;&quot;",
    "<meta http-equiv=refresh content=0;url=//x.test>",
    "\u202e\u2066gnp.exe\x1b]8;;https://x.test\x07",
    "a\nb\r\nc\td",
    "<bdo dir=rtl>",
    "CVE-2026-1234\"><a href='//x.test'>",
    "]]><x:y/>",
    "{{constructor.constructor('alert(1)')()}}",
)
ELEMENTS = re.compile(
    "html|head|meta|title|style|body|header|main|footer|nav|section|div|h[1-3]|p|ul|ol|li|dl|dt|dd|blockquote|q|details|"
    "summary|table|caption|thead|tbody|tr|th|td|a|code|bdi|small|strong|span"
)
ATTRIBUTES = re.compile(
    "lang|charset|http-equiv|content|name|class|id|href|rel|scope|data-label|aria-(?:label|labelledby|hidden)"
)


def page_of(build, text, *, plain="x"):
    """A page on which ``text`` stands wherever a stranger's words can stand."""

    def spoilt(cve, **facts):
        flaw = build.flaw(cve, text, **facts)
        inputs = {key: msgspec.structs.replace(used, source=text) for key, used in flaw.deadline.inputs.items()}
        made = msgspec.structs.replace(flaw.deadline, inputs=inputs, identified_source=text)
        return msgspec.structs.replace(
            flaw, id=f"{plain}{cve}", identifiers=(text, f"{plain}{cve}"), deadline=made, rank=Rank(deadline=made)
        )

    def place(number):
        asset = {"owner": text, "location": text, "kind": AssetKind.IT}
        return build.on(f"{text} {number}", **asset)

    advice = (text, f"{text} and more")
    kinds = (None, AssetKind.MEDICAL, AssetKind.OPERATIONAL, None, None)
    subjects = [
        msgspec.structs.replace(
            build.component(
                text,
                "9.5.0",
                place(number),
                spoilt(f"CVE-2026-9970{number}", fixed="10" if number in (0, 3) else "", advice=advice),
                spoilt(f"CVE-2026-9971{number}", impact="partial", exposed="no"),
                kind=kind,
            ),
            written=f"{text} {number}",
        )
        for number, kind in enumerate(kinds)
    ]
    subjects.append(
        build.component(
            text, text, place(8), spoilt("CVE-2026-99799", match=MatchClass.POSSIBLE, question=text), kind=None
        )
    )
    plan = build.planned(subjects, {f"{text} 0": text})
    actions = [
        msgspec.structs.replace(action, to=text if action.to else None, within=text if action.to else None, major=True)
        for action in plan.actions
    ]
    meetings = [msgspec.structs.replace(each, place=text, flaws=(text,), text=text) for each in plan.meetings]
    waiting = [msgspec.structs.replace(each, owner=text, row=f"{text} row 1") for each in plan.deferrals]
    plan = msgspec.structs.replace(plan, actions=tuple(actions), meetings=tuple(meetings), deferrals=tuple(waiting))
    return render_page(plan, site=text, made_from=(text, text), as_of=build.TODAY, unknown=(text,))


@pytest.fixture(scope="module")
def harmless(build, outline):
    return outline(page_of(build, "harmless")).skeleton


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_make_no_markup(build, outline, harmless, text):
    seen = outline(page_of(build, text))
    assert seen.skeleton == harmless
    assert seen.declarations == ["DOCTYPE html"]
    assert not seen.comments
    for tag, attributes, _ in seen.elements:
        assert ELEMENTS.fullmatch(tag)
        assert all(map(ATTRIBUTES.fullmatch, attributes))
        if "href" in attributes:
            assert re.match(r"#|https://www\.(?:cve\.org/CVERecord\?id=CVE-|cisa\.gov/report$)", attributes["href"])
    shown = re.sub(r"\s+", " ", short(text, 52)).strip()
    assert shown in seen.text
    assert shown in seen.all("title")[0]


@settings(deadline=None)
@given(
    st.text(min_size=1, max_size=25).filter(
        lambda text: clean_line(text) and not text.isspace() and not re.search("CVE", text)
    )
)
def test_no_words_at_all_make_markup(build, outline, harmless, text):
    page = page_of(build, text)
    assert outline(page).skeleton == harmless
    page.encode()


def test_no_control_and_direction_characters_reach_the_page(build):
    page = page_of(build, "a\x00\x07\x1b[2J\x7f\x9b\u061c\u200e\u202e\u2067\ufeff\ud800b")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800]", page)
    page.encode()
