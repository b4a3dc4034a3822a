from collections.abc import Iterator
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.ecosystem import make_purl, package, parse_purl
from clearinghouse.formats.locator import parse_locator
from clearinghouse.formats.parts import (
    Positions,
    cvss,
    english,
    fixed_versions,
    headline,
    newest_vector,
    patch_digest,
    read_elements,
    read_groups,
    timestamp,
)
from clearinghouse.records import Finding, Location, Problem


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("src/a.c:10", Location(path="src/a.c", line=10)),
        ("src/a.c:10:5", Location(path="src/a.c", line=10, column=5)),
        ("src/a.c:10-20", Location(path="src/a.c", line=10, end_line=20)),
        ("src/a.c:10 (parse_header)", Location(path="src/a.c", line=10, symbol="parse_header")),
        ("src/a.c#L3-L9", Location(path="src/a.c", line=3, end_line=9)),
        ("C:\\src\\a.c:10", Location(path="C:\\src\\a.c", line=10)),
        ("src/a.c", Location(path="src/a.c")),
        ("src/lib.rs::Reader::next", Location(path="src/lib.rs", symbol="Reader::next")),
        ("ns::Reader::next()", Location(symbol="ns::Reader::next")),
        ("parse_header()", Location(symbol="parse_header")),
        ("https://host.example:8443/", Location(path="https://host.example:8443/")),
        ("https://host.example:8443", Location(path="https://host.example:8443")),
        ("https://host.example/a.c:12", Location(path="https://host.example/a.c", line=12)),
        ("https://host.example/a.c#L12", Location(path="https://host.example/a.c", line=12)),
        ("POST /login", Location(path="POST /login")),
        ("a.c:0", Location(path="a.c")),
        ("a.c:99999999999", Location(path="a.c:99999999999")),
        ("  ", None),
    ],
)
def test_locators(text, place):
    assert parse_locator(text) == place


@given(st.text(alphabet="a/.:#L0-9()~ \u202e\n", max_size=60) | st.text(max_size=60))
def test_any_text_is_a_place_or_none(text):
    place = parse_locator(text)
    assert place is None or place.path or place.symbol or not text.strip("` ()")
    assert place is None or place.line is None or place.line > 0


@pytest.mark.parametrize(
    ("text", "versions"),
    [
        ("1.2.3, 2.0.1", ["1.2.3", "2.0.1"]),
        (">=1.2 <2.0.0 || >= 2.0.1", ["1.2", "2.0.1"]),
        ("~> 4.2.11, >= 5.0.0.beta1", ["4.2.11", "5.0.0.beta1"]),
        ("1:3.0-2", ["1:3.0-2"]),
        ("<0.0.0", []),
        (">1.0", []),
        ("none", []),
        (None, []),
    ],
)
def test_fixed_versions(text, versions):
    assert [remedy.value for remedy in fixed_versions([text])] == versions


@pytest.mark.parametrize(
    ("vector", "system"),
    [
        ("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L", "CVSS:3.0"),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "CVSS:4.0"),
        ("(AV:N/AC:L/Au:N/C:P/I:P/A:P)", "CVSS:2.0"),
        ("AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L", None),
        ("high", None),
        (None, None),
    ],
)
def test_cvss_versions(vector, system):
    found = cvss(vector)
    assert (found.system if found else None) == system


@pytest.mark.parametrize(
    ("ecosystem", "name", "purl"),
    [
        ("PyPI", "Demo_Parser.x", "pkg:pypi/demo-parser.x@1"),
        ("npm", "@demo/reader", "pkg:npm/%40demo/reader@1"),
        ("npm", "odd/reader", None),
        ("PyPI", "odd/reader", None),
        ("Maven", "org.example:demo", None),
        ("npm", " ", None),
        ("npm", "@/", None),
    ],
)
def test_purls_are_made_only_where_that_is_no_guess(ecosystem, name, purl):
    assert make_purl(ecosystem, name, "1") == purl


def test_ecosystem_of_a_distribution_package_is_the_distribution():
    assert package("x", "1", type_="deb", purl="pkg:deb/ubuntu/x@1").ecosystem == "Ubuntu"
    assert package("x", "1", type_="deb").ecosystem == ""
    assert package("x", "1", type_="go-module").ecosystem == "Go"


def test_parse_purl():
    assert parse_purl("pkg:maven/org.example/demo@1.0").name == "org.example:demo"
    assert parse_purl("pkg:deb/debian/demo@1.0-1?arch=amd64").name == "demo"
    assert parse_purl("not one") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T08:30:00Z", "2026-03-01T08:30:00Z"),
        ("2026-03-01T08:30:00.1+01:00", "2026-03-01T08:30:00.1+01:00"),
        ("0001-01-01T00:00:00Z", None),
        ("2026-03-01", None),
        (None, None),
    ],
)
def test_timestamps(text, expected):
    assert timestamp(text) == expected


def test_headline_passes_over_markdown_headings():
    assert headline("## Summary\n\nIt breaks. Badly.") == "It breaks."
    assert headline("") == ""


@given(st.lists(st.sampled_from(["+a", "-b", " c", "@@ -1 +1 @@", "--- a/x", "+++ b/x", "+", "+  a "])), st.data())
def test_patch_digest_does_not_depend_on_context(lines, data):
    place = data.draw(st.integers(0, len(lines)))
    before, after = lines[:place], lines[place:]
    if not (before and after and before[-1].startswith("--- ") and after[0].startswith("+++ ")):
        assert patch_digest("\n".join([*before, " context", *after])) == patch_digest("\n".join(lines))


class Told(NamedTuple):
    value: str | None
    lang: str | None = None


@pytest.mark.parametrize(
    ("texts", "chosen"),
    [
        ([Told("Es dreht sich.", "de"), Told("It\x1b spins.", "en-US")], "It spins."),
        ([Told("Es dreht sich.", "de"), Told("Il tourne.", "fr")], "Es dreht sich."),
        ([Told(None, "en"), Told("", "en"), Told("It spins.")], "It spins."),
        ([], ""),
        (None, ""),
    ],
)
def test_english_or_else_the_first(texts, chosen):
    assert english(texts) == chosen


class Member(msgspec.Struct):
    name: str


def test_every_element_takes_a_position_whatever_becomes_of_it():
    def convert(member: Member, index: int) -> Finding | None:
        if member.name == "none":
            return None
        return Finding(source="d", index=index, format="f", title=member.name, finder="f")

    decoder = Decoder(Member, "member")
    raws = [msgspec.Raw(text) for text in (b'{"name": "a"}', b"7", b'{"name": "none"}', b'{"name": "b"}')]
    for elements, keys in ((raws, "0123"), (dict(zip("w/yz", raws, strict=True)), ["w", "~1", "y", "z"])):
        positions = Positions()
        found = list(read_elements(elements, decoder, positions, convert, source="d", pointer="/m"))
        assert [f.index for f in found if isinstance(f, Finding)] == [0, 3]
        assert [p.pointer for p in found if isinstance(p, Problem)] == [f"/m/{keys[1]}"]
        assert positions.next == 4
    assert list(read_elements(None, decoder, Positions(), convert, source="d", pointer="")) == []


def test_a_bad_group_of_elements_costs_no_other():
    def told(member: Member, pointer: str) -> Iterator[Problem]:
        yield Problem(source="d", code=member.name, message="", pointer=pointer)

    raws = {"x": msgspec.Raw(b'{"name": "a"}'), "y": msgspec.Raw(b"7"), "z": msgspec.Raw(b'{"name": "b"}')}
    found = read_groups(raws, Decoder(Member, "member"), told, source="d", pointer="/m")
    assert [(p.code, p.pointer) for p in found] == [("a", "/m/x"), ("wrong_type", "/m/y"), ("b", "/m/z")]


@pytest.mark.parametrize(
    ("vectors", "expected"),
    [
        (["CVSS:3.1/AV:N", "CVSS:4.0/AV:L", "CVSS:3.0/AV:N"], "CVSS:4.0/AV:L"),
        (["CVSS:3.1/AV:N", "CVSS:3.1/AV:P"], "CVSS:3.1/AV:N"),
        (["AV:N/AC:L/Au:N/C:P/I:P/A:P", "high"], ""),
        ([], ""),
    ],
)
def test_the_newest_vector_is_chosen_by_its_version(vectors, expected):
    assert newest_vector(vectors) == expected
