"""What the parts say: river, columns, tags, failures, and the gallery of all of them as a document."""

import datetime as dt
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import pytest
from django.template import Context, Template
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

import invented_gallery
from clearinghouse.formats.markup import element
from clearinghouse.priority import table_for
from clearinghouse.server.web import charts
from clearinghouse.server.web.columns import Column, sortable
from clearinghouse.server.web.failures import FAILURES, failure
from clearinghouse.server.web.river import STAGES, WIDTH, Stage, river

TEMPLATES = Path(charts.__file__).parent / "templates/web"


def shown(source: str, **context: object) -> str:
    return Template("{% load clearinghouse %}" + source).render(Context(context)).strip()


class TestRiver:
    def test_stages_are_on_the_scale_of_the_first(self):
        counts = (20_000, 5_000, 10, 0, None)
        made = river([Stage(name=name, count=count) for name, count in zip(STAGES, counts, strict=False)])
        assert [part.width for part in made] == [WIDTH, 250, 1, 0, 0]
        assert [part.share for part in made] == ["", "25 %", "less than 0.1 %", "0 %", ""]

    def test_of_nothing_received_nothing_is_a_share(self):
        stages = [Stage(name="Received", count=0), Stage(name="Unique", count=4)]
        assert [part.share for part in river(stages)] == ["", ""]
        more = [Stage(name="Received", count=8), Stage(name="Unique", count=4)]
        assert [[part.share for part in river(more, shares=told)] for told in (True, False)] == [["", "50 %"], ["", ""]]

    def test_one_that_is_not_measured_is_not_zero(self):
        html = shown('{% include "web/parts/river.html" %}', river=river([Stage(name="Deployed")]))
        assert "not measured yet" in html
        assert ">0<" not in html

    @given(st.lists(st.none() | st.integers(0, 10**7), max_size=6))
    def test_nothing_is_wider_than_the_strip(self, counts):
        parts = river([Stage(name="x", count=count) for count in counts])
        assert all(0 <= part.width <= WIDTH for part in parts)
        assert all((part.width > 0) == bool(part.stage.count) for part in parts)


class TestColumns:
    COLUMNS = (
        Column(title="Flaw", key="title"),
        Column(title="Findings", key="findings", falling=True),
        Column(title="TLP"),
    )

    def test_a_link_sorts_and_keeps_what_was_asked(self):
        title, findings, tlp = sortable(self.COLUMNS, {"q": "a&b", "after": "k", "sort": "title"}, "-findings")
        assert (title.url, title.direction) == ("?q=a%26b&sort=-title", "ascending")
        assert (findings.url, findings.direction) == ("?q=a%26b&sort=-findings", None)
        assert tlp.url == ""

    def test_the_order_without_any_is_shown_too(self):
        _, findings, _ = sortable(self.COLUMNS, {}, "-findings")
        assert (findings.url, findings.direction) == ("?sort=findings", "descending")

    def test_the_head_tells_it_to_everybody(self):
        columns = sortable(self.COLUMNS, {}, "title")
        html = shown('<table>{% include "web/parts/table_head.html" %}</table>', columns=columns)
        assert html.count('aria-sort="ascending"') == 1


class TestTags:
    @pytest.mark.parametrize(
        ("source", "said"),
        [
            ("{{ day|day }}", "12 March 2026"),
            ("{{ at|day }}", "12 March 2026"),
            ("{{ nothing|day }}{{ nothing|relative }}{{ nothing|absolute }}", ""),
            ("{{ at|relative:now }}", "in 3 days"),
            ("{{ at|absolute }}", "Thu 12 March 2026, 17:00 UTC"),
            ("{{ 29439|thousands }}", "29,439"),
            ("{{ nothing|thousands }}", "not known"),
            ('{{ 1|plural:"finding" }}, {{ 1200|plural:"entry,entries" }}', "1 finding, 1,200 entries"),
            ("{{ 0.985|percent }}", "98.5 %"),
            ('{{ "TLP:AMBER+STRICT"|tlp }}', "tlp-amber-strict"),
            ('{{ "TLP:RED"|tlp_means }}', "is for the people who were named, and nobody else"),
        ],
    )
    def test_words(self, source, said):
        at = dt.datetime(2026, 3, 12, 17, 0, tzinfo=dt.UTC)
        now = at - dt.timedelta(days=3, hours=1)
        assert shown(source, day=at.date(), at=at, now=now, nothing=None) == said

    def test_a_day_is_that_of_the_reader(self):
        at = dt.datetime(2026, 3, 12, 1, 0, tzinfo=dt.UTC)
        with timezone.override(invented_gallery.ZONE):
            assert shown("{{ at|day }}", at=at) == "11 March 2026"

    def test_tiers_have_words_and_a_shape_each(self):
        source = "{% tier_of key as made %}{{ made.level }} {{ made.words }}"
        said = [shown(source, key=key) for key in (*table_for().tiers, "INCOMPLETE", None)]
        assert said[:2] == ["4 3 days, with forensic triage", "3 3 days"]
        assert len({each.partition(" ")[0] for each in said}) == len(table_for().tiers) + 1
        assert said[-1] == said[-2] == "None No tier yet: facts are missing"

    def test_only_markup_is_shown_as_it_is(self):
        assert shown("{{ made|markup }}", made=element("b", "<i>")) == "<b>&lt;i&gt;</b>"
        with pytest.raises(TypeError, match="only Markup"):
            shown("{{ made|markup }}", made="<i>")


class TestFailures:
    def test_what_may_not_be_seen_and_what_is_not_there_read_the_same(self):
        assert "Both look the same" in failure(404).happened

    def test_statuses_without_words_have_those_of_their_class(self):
        assert failure(502).status == 500
        assert failure(418).status == 400

    @pytest.mark.parametrize("status", sorted(FAILURES))
    def test_the_page_says_what_happened_what_is_safe_and_what_to_do(self, status):
        outline = Outline(invented_gallery.error(status, reference="<f-1>"))
        assert outline.tags.count("h1") == 1
        text = "".join(outline.text)
        for said in (failure(status).happened, failure(status).safe, failure(status).remedy, "<f-1>"):
            assert said in text

    def test_it_needs_no_request_and_no_context(self):
        assert "Something went wrong" in shown('{% include "web/error.html" %}', failure=failure(500))


class Outline(HTMLParser):
    """Elements with their attributes, and all text."""

    VOID: ClassVar = {"meta", "link", "input", "br"}

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag, f"</{tag}> at {self.getpos()}"

    def handle_data(self, data):
        self.text.append(data)

    @property
    def tags(self):
        return [tag for tag, _ in self.elements]


@pytest.fixture(scope="module")
def gallery():
    return Outline(invented_gallery.gallery())


class TestGallery:
    def test_there_is_one_heading_of_the_page_and_none_is_skipped(self, gallery):
        levels = [int(tag[1]) for tag in gallery.tags if re.fullmatch("h[1-6]", tag)]
        first = levels.index(1)
        assert levels.count(1) == 1
        assert all(later - earlier <= 1 for earlier, later in pairwise(levels[first:]))

    def test_landmarks(self, gallery):
        for landmark in ("header", "main", "footer"):
            assert gallery.tags.count(landmark) == 1
        assert gallery.elements[gallery.tags.index("html")][1]["lang"] == "en"
        assert ("a", {"class": "skip", "href": "#main"}) in gallery.elements

    def test_ids_are_once_and_what_refers_to_them_is_there(self, gallery):
        ids = [attributes["id"] for _, attributes in gallery.elements if "id" in attributes]
        assert len(ids) == len(set(ids))
        for _, attributes in gallery.elements:
            for key in ("for", "aria-labelledby", "aria-describedby"):
                assert set((attributes.get(key) or "").split()) <= set(ids)

    def test_nothing_needs_more_than_the_strict_policy(self, gallery):
        for tag, attributes in gallery.elements:
            assert "style" not in attributes
            assert tag != "style"
            assert not [name for name in attributes if name.startswith("on")]
            if tag == "script":
                assert attributes["src"].startswith("/static/web/")

    def test_tables_are_real(self, gallery):
        assert gallery.tags.count("caption") == gallery.tags.count("table") - 1  # that of the keys has a heading
        assert {attributes.get("scope") for tag, attributes in gallery.elements if tag == "th"} == {"col", "row"}

    def test_forms_that_change_something_carry_a_token_or_close_a_dialog(self):
        for path in TEMPLATES.rglob("*.html"):
            source = path.read_text(encoding="utf-8")
            if path.name != "gallery.html":
                assert source.count('method="post"') == source.count("{% csrf_token %}"), path


OURS = sorted(
    ["base.html", "error.html", "gallery.html", *(f"parts/{each.name}" for each in TEMPLATES.glob("parts/*.html"))]
)


@pytest.mark.parametrize("name", OURS)
def test_each_template_says_what_it_needs(name):
    assert "{% comment %}" in (TEMPLATES / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", OURS)
def test_words(name):
    source = re.sub(r"<!DOCTYPE|<!--", "", (TEMPLATES / name).read_text(encoding="utf-8"))
    text = re.sub(r"{%.*?%}|{{.*?}}|<[^>]*>", " ", source, flags=re.DOTALL)
    assert not re.search(r"!|\b(?:licen[sc]e|permit|approv|attacker)", text, re.IGNORECASE)


def test_the_words_of_failures_are_plain():
    text = " ".join(str(each) for each in FAILURES.values())
    assert not re.search(r"!|\b(?:licen[sc]e|permit|approv|sorry|oops)", text, re.IGNORECASE)


def test_what_strangers_wrote_stays_text():
    hostile = '"><script>alert(1)</script>'
    context = {
        "value": hostile,
        "party": {"name": hostile, "organisation": hostile, "roles": [hostile]},
        "link": {"one": {"title": hostile}, "other": {"title": hostile}, "score": 1.0, "explanation": hostile},
        "entries": [{"at": dt.date(2026, 1, 1), "what": hostile, "who": hostile, "note": hostile}],
        "facts": [{"input": hostile, "value": hostile, "source": hostile}],
        "chart": charts.bars("x", hostile, [charts.Point(label=hostile, value=1)], unit=hostile),
        "tlp": hostile,
        "fields": [{"kind": "search", "name": "q", "label": hostile, "value": hostile}],
    }
    for name in ("identifier", "party", "link", "timeline", "why", "chart", "tlp", "marking", "filters"):
        html = shown(f'{{% include "web/parts/{name}.html" %}}', **context)
        assert "<script" not in html, name
        assert hostile not in html, name
