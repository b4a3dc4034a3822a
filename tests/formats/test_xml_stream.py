"""Chosen elements come out as a parser of whole documents sees them; hostile input ends in one error."""

import io
import tracemalloc
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearinghouse.formats import xml_parse, xml_stream
from clearinghouse.formats.document import Document, UnreadableError
from clearinghouse.formats.xml_paths import compile_paths
from clearinghouse.formats.xml_stream import (
    Element,
    XmlError,
    XmlLimits,
    broken_xml,
    elements,
    open_xml,
    root_of,
)

WANTED = ["/a/b", "//c/d", "/a/*/e"]
NAMES = st.sampled_from(["a", "b", "c", "d", "e", "x:b", "x:d"])
TEXTS = st.sampled_from(["", "t", " two words ", "&amp;&lt;", "é€😀", "<![CDATA[<b>]]>", "<!-- c -->", "&#233;", "\n "])


class Slow(io.RawIOBase):
    """A stream that gives a few bytes at a time, whatever it is asked for."""

    def __init__(self, data: bytes, size: int) -> None:
        self.data = io.BytesIO(data)
        self.size = size

    def read(self, size: int = -1) -> bytes:
        return self.data.read(min(self.size, size) if size >= 0 else self.size)


@st.composite
def trees(draw: st.DrawFn, depth: int = 0) -> str:
    name = "a" if depth == 0 else draw(NAMES)
    attributes = "".join(
        f' {key}="{draw(st.sampled_from(["", "1", "&quot;", "é"]))}"'
        for key in draw(st.sets(st.sampled_from(["k", "x:k", "l"]), max_size=2))
    )
    namespace = ' xmlns="urn:own" xmlns:x="urn:other"' if depth == 0 else ""
    inner = draw(TEXTS)
    for _ in range(draw(st.integers(0, 3)) if depth < 4 else 0):
        inner += draw(trees(depth + 1)) + draw(TEXTS)
    return f"<{name}{namespace}{attributes}>{inner}</{name}>"


def local(name: str) -> str:
    return name.removeprefix("{urn:own}")


def expected(data: str) -> list[tuple[str, Any]]:
    """What should be handed out, by ElementTree: (path, tree) at each end tag."""
    found: list[tuple[str, Any]] = []

    def wanted(path: list[str]) -> bool:
        return (
            path == ["a", "b"]
            or path[-2:] == ["c", "d"]
            or (len(path) == 3 and path[::2] == ["a", "e"] and path[1][:1] != "{")
        )

    def walk(node: ET.Element, path: list[str], *, kept: bool) -> Any:
        path = [*path, local(node.tag)]
        is_wanted = wanted(path) and len(path) > 1
        kept = kept or is_wanted
        children = [made for child in node if (made := walk(child, path, kept=kept)) is not None]
        text = "".join([node.text or "", *(child.tail or "" for child in node)])
        tree = (path[-1], {local(k): v for k, v in node.attrib.items()}, text, children)
        if is_wanted:
            found.append(("/" + "/".join(path), tree))
            return None
        return tree if kept else None

    walk(ET.fromstring(data), [], kept=False)
    return found


def plain(element: Element) -> Any:
    return (element.name, element.attributes, element.text, [plain(child) for child in element.children])


def without_space(tree: Any) -> Any:
    """White space between children may be dropped, and is where it is all the text of an element with children."""
    name, attributes, text, children = tree
    return name, attributes, "".join(text.split()), [without_space(child) for child in children]


@settings(deadline=None)
@given(trees(), st.sampled_from([1, 2, 7, 64, 1 << 16]))
def test_the_stream_hands_out_what_a_whole_parse_sees(data, size):
    found = [(element.path, without_space(plain(element))) for element in elements(Slow(data.encode(), size), WANTED)]
    assert found == [(path, without_space(tree)) for path, tree in expected(data)]


@settings(deadline=None)
@given(trees(), st.data())
def test_a_document_cut_anywhere_gives_what_stood_before(data, draw):
    raw = data.encode()
    cut = draw.draw(st.integers(0, len(raw) - 1))
    whole = [plain(element) for element in elements(io.BytesIO(raw), WANTED)]
    found, error = until_error(io.BytesIO(raw[:cut]), WANTED)
    assert isinstance(error, XmlError)
    assert error.code == "malformed_xml"
    assert [plain(element) for element in found] == whole[: len(found)]


@settings(deadline=None)
@given(st.binary(max_size=200) | st.text("<>/=\"'!-[]?&;ab \n", max_size=60).map(str.encode))
def test_any_bytes_end_in_elements_or_one_error(data):
    _, error = until_error(io.BytesIO(data), ["//*"])
    assert error is None or (isinstance(error, XmlError) and error.line >= 1)
    root_of(data)


def until_error(stream: Any, wanted: list[str]) -> tuple[list[Element], Exception | None]:
    """What is handed out, and what ends it."""
    found = []
    try:
        for element in elements(stream, wanted):
            found.append(element)  # noqa: PERF402 - what came before the error counts
    except (XmlError, UnreadableError) as error:
        return found, error
    return found, None


def only(data: str | bytes, *wanted: str, **more: Any) -> list[Element]:
    return list(elements(io.BytesIO(data.encode() if isinstance(data, str) else data), wanted or ["/a/b"], **more))


def test_lines_text_and_children():
    (b,) = only('<a>\n <b k="1">\n  <c> x </c>\n  <c>y</c>\n </b>\n</a>')
    assert (b.path, b.line, b.attributes, b.text) == ("/a/b", 2, {"k": "1"}, "")
    assert [(c.line, c.text) for c in b.each("c")] == [(3, " x "), (4, "y")]
    assert b.text_of("c") == "x"
    assert b.text_of("d") == ""
    assert b.child("c") is b.children[0]
    assert b.child("d") is None


def test_what_is_in_another_namespace_is_never_taken_for_the_formats_own():
    data = '<a xmlns="u" xmlns:x="v"><x:b/><b x:k="1" k="2"><x:c>no</x:c><c>yes</c></b></a>'
    (b,) = only(data)
    assert b.attributes == {"{v}k": "1", "k": "2"}
    assert b.text_of("c") == "yes"
    assert b.text_of("{v}c") == "no"
    assert [element.path for element in only(data, "/a/{v}b")] == ["/a/{v}b"]
    assert [element.path for element in only(data, "/a/*")] == ["/a/b"]


def test_a_wanted_element_inside_another_comes_first_and_is_not_kept_in_it():
    found = only("<a><c><n>1</n><c><n>2</n></c></c></a>", "//c")
    assert [(element.path, element.text_of("n")) for element in found] == [("/a/c/c", "2"), ("/a/c", "1")]
    assert [child.name for child in found[1].children] == ["n"]


def test_what_is_skipped_is_left_out_whether_wanted_or_not():
    (b,) = only("<a><b>t<s><b/></s><c/></b><s><b/></s></a>", "//b", skip=["//s"])
    assert [child.name for child in b.children] == ["c"]


@pytest.mark.parametrize("path", ["a/b", "", "/", "//", "/a//b", "/a/", "/a{b"])
def test_a_path_that_is_none(path):
    with pytest.raises(ValueError, match="no path of elements"):
        compile_paths((path,), ())


BOMB = '<!DOCTYPE a [<!ENTITY x "xxxxxxxx"><!ENTITY y "&x;&x;&x;">]><a><b>&y;</b></a>'
OUTSIDE = '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a><b/></a>'
XXE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><b>&x;</b></a>'


@pytest.mark.parametrize("data", [BOMB, OUTSIDE, XXE, "<!DOCTYPE a><a><b/></a>"])
def test_a_document_type_declaration_is_refused_before_anything_is_expanded(data):
    with pytest.raises(XmlError) as caught:
        only(data)
    assert caught.value.code == "doctype_refused"
    assert root_of(data.encode()) is None


@pytest.mark.parametrize(
    ("data", "limits"),
    [
        ("<a>" * 6, XmlLimits(depth=5)),
        ("<a><b/><b/><b/></a>", XmlLimits(elements=3)),
        ("<a><" + "b" * 20 + "/></a>", XmlLimits(name=10)),
        ("<a><b k='1' l='2' m='3'/></a>", XmlLimits(attributes=2)),
        ("<a><b k='" + "x" * 300_000, XmlLimits(tag=1000)),
        ("<a><!-- " + "x" * 300_000, XmlLimits(tag=1000)),
    ],
)
def test_beyond_a_limit(data, limits):
    with pytest.raises(XmlError) as caught:
        only(data, limits=limits)
    assert caught.value.code == "xml_limit"


def test_a_tree_beyond_its_limits_is_cut_and_the_next_is_whole():
    many, next_ = only("<a><b><c/><c/><c/><c/></b><b><c/></b></a>", limits=XmlLimits(kept=3))
    assert (len(many.children), many.cut) == (2, True)
    assert (len(next_.children), next_.cut) == (1, False)
    long, attribute, short = only("<a><b>xxxxxxxx</b><b k='xxxxxxxx'><c/></b><b>x</b></a>", limits=XmlLimits(text=4))
    assert (long.text, long.cut) == ("", True)
    assert (attribute.children, attribute.cut) == ([], True)
    assert (short.text, short.cut) == ("x", False)


@pytest.mark.parametrize("encoding", ["utf-8", "ISO-8859-1", "windows-1252", "UTF-8-SIG", "UTF-16"])
def test_encodings(encoding):
    name = encoding.removesuffix("-SIG")
    raw = f'<?xml version="1.0" encoding="{name}"?><a><b>é</b></a>'.encode(encoding)
    document = Document.from_bytes("x", raw)
    with open_xml(document) as stream:
        (b,) = elements(stream, ["/a/b"])
    assert b.text == "é"
    assert not list(document.notices())
    assert root_of(document.sample.head) is not None


def test_an_encoding_that_is_not_read():
    with pytest.raises(XmlError, match="cp037") as caught:
        only('<?xml version="1.0" encoding="cp037"?><a><b/></a>')
    assert caught.value.code == "unknown_encoding"


def test_bytes_that_are_no_utf8_are_repaired_and_told():
    document = Document.from_bytes("x", '<?xml version="1.0"?><a><b>é</b></a>'.encode("cp1252"))
    with open_xml(document) as stream:
        assert [element.text for element in elements(stream, ["/a/b"])] == ["é"]
    assert [problem.code for problem in document.notices()] == ["not_utf8"]


def test_text_in_many_pieces_is_joined_in_linear_time():
    (b,) = only("<a><b>" + "x<!-- -->y<c/>" * 20_000 + "</b></a>")
    assert b.text == "xy" * 20_000


def test_a_long_tag_that_comes_in_small_pieces_is_not_looked_at_again_for_each(monkeypatch):
    monkeypatch.setattr(xml_stream, "CHUNK", 16)
    (b,) = only("<a><b k='" + "x" * 200_000 + "'/></a>")
    assert len(b.attributes["k"]) == 200_000


def test_memory_holds_a_chunk_not_the_document(monkeypatch):
    monkeypatch.setattr(xml_stream, "CHUNK", 1 << 12)
    monkeypatch.setattr(xml_parse, "CHUNK", 1 << 12)
    one = "<b><c>text</c></b>"

    class Endless(io.RawIOBase):
        def __init__(self) -> None:
            self.left = 1 << 19
            self.begun = False

        def read(self, size: int = -1) -> bytes:
            if not self.begun:
                self.begun = True
                return b"<a>"
            if self.left <= 0:
                return b""
            count = size // len(one)
            self.left -= count * len(one)
            return (one * count).encode() + (b"</a>" if self.left <= 0 else b"")

    tracemalloc.start()
    try:
        assert sum(1 for _ in elements(Endless(), ["/a/b"])) > 25_000
        assert tracemalloc.get_traced_memory()[1] < 1 << 18
    finally:
        tracemalloc.stop()


def test_a_stream_that_fails_gives_what_came_before():
    class Failing(Slow):
        def read(self, size: int = -1) -> bytes:
            data = super().read(size)
            if not data:
                raise UnreadableError("x", "it breaks", "send it again")
            return data

    found, error = until_error(Failing(("<a>" + "<b/>" * 1000).encode(), 600), ["/a/b"])
    assert isinstance(error, UnreadableError)
    assert len(found) >= 990


def test_the_problem_of_a_broken_document():
    document = Document.from_bytes("x", b"<a>\n<b></a>")
    with pytest.raises(XmlError) as caught, open_xml(document) as stream:
        list(elements(stream, ["/a/b"]))
    problem = broken_xml(document, caught.value)
    assert (problem.code, problem.line) == ("malformed_xml", 2)
    assert "mismatched tag" in problem.message


def test_the_root():
    root = root_of(b'\xef\xbb\xbf<?xml version="1.0"?><!-- c --><x:bom xmlns:x="urn:x" version="1" x:k="2"><cut')
    assert root is not None
    assert (root.name, root.namespace, root.attributes) == ("bom", "urn:x", {"version": "1", "{urn:x}k": "2"})
    assert root_of(b"{}") is None
    assert root_of(b"<a") is None
