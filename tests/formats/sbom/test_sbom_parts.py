"""The parts that readers of SBOMs share: what texts mean, what is salvaged, the walk, and what stands in a document."""

import io
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document, UnreadableError
from clearinghouse.formats.sbom import scan
from clearinghouse.formats.sbom.facts import Systems, digest_in, system_of, with_release
from clearinghouse.formats.sbom.items import Entry, Items, Memory, known_of
from clearinghouse.formats.sbom.notices import Notices
from clearinghouse.formats.sbom.salvage import decoded, salvaged
from clearinghouse.formats.sbom.scan import holds
from clearinghouse.formats.sbom.walk import BomWalk, Member
from clearinghouse.formats.text import clean
from clearinghouse.packages.ecosystems import split_ecosystem
from clearinghouse.records import Inventory, Problem


def can_be_shown(text: str) -> bool:
    return clean(text, len(text)) == text and "\n" not in text and "\t" not in text


@pytest.mark.parametrize(
    ("name", "version", "system"),
    [
        ("debian", "12.4", "Debian:12"),
        ("debian", "bookworm", "Debian:12"),
        ("debian", None, "Debian"),
        ("Ubuntu", "22.04", "Ubuntu:22.04:LTS"),
        ("ubuntu", "21.10", "Ubuntu:21.10"),
        ("alpine", "3.18.4", "Alpine:v3.18"),
        ("redhat", "8.6", "Red Hat:enterprise_linux:8"),
        ("rocky", "9.3", "Rocky Linux:9"),
        ("opensuse-leap", "15.4", "openSUSE:Leap 15.4"),
        ("sles", "15.4", "SUSE:15.4"),
        ("photon", "4.0", "Photon OS:4.0"),
        ("wolfi", "20230201", "Wolfi"),
        ("amazon", "2 (Karoo)", ""),
        ("", "", ""),
    ],
)
def test_distributions(name, version, system):
    assert system_of(name, version) == system
    base, release = split_ecosystem(system)
    assert with_release(base, release) == system  # what is written is understood below


def test_one_system_or_none():
    systems = Systems()
    assert systems.one == ""
    systems.add("debian", "12")
    systems.add("debian", "12.5")
    systems.add("toaster", "1")
    assert systems.one == "Debian:12"
    systems.add("alpine", "3.18")
    assert systems.one == ""


@pytest.mark.parametrize("written", ["a@sha256:{}", "pkg:oci/a@sha256%3A{}?x=y", "SPDXRef-sha256-{}"])
def test_digests(written):
    digest = "0123456789abcdef" * 4
    assert digest_in(None, "", written.format(digest.upper())) == f"sha256:{digest}"
    assert digest_in(written.format(f"{digest}0")) is None
    assert digest_in(written.format(digest[1:])) is None


def test_a_memory_has_room_for_so_many_and_no_room_for_the_long():
    asked: list[str] = []
    memory = Memory(lambda text: asked.append(text) or len(text), room=2)
    assert [memory[text] for text in ("a", "a", "bb", "a")] == [1, 1, 2, 1]
    assert asked == ["a", "bb"]
    assert memory["ccc"] == 3
    assert list(memory) == ["ccc"]
    assert memory["x" * 3000] == 3000
    assert len(memory) == 1


@given(st.text() | st.text(max_size=20).map("pkg:npm/{}".format) | st.text("pkg:/@?#=%a1", max_size=30))
@settings(deadline=None)
def test_what_a_package_url_says_can_be_shown(text):
    known = known_of(text)
    for shown in (known.purl, known.name, known.version or "", known.ecosystem):
        assert can_be_shown(shown)
    assert bool(known.wrong) == (not known.type)


@given(
    st.fixed_dictionaries(
        {"name": st.text(max_size=5)},
        optional={
            "version": st.none() | st.text(max_size=5),
            "purl": st.none() | st.sampled_from(["pkg:npm/a", "odd"]) | st.text(max_size=5),
            "group": st.text(max_size=5),
            "vendor": st.text(max_size=5),
            "cpes": st.lists(st.text(max_size=5) | st.just("cpe:/a:b"), max_size=3).map(tuple),
            "source_name": st.text(max_size=5),
        },
    )
)
@settings(deadline=None)
def test_items_can_be_shown_and_every_oddity_is_a_sentence(fields):
    notices = Notices("x")
    item = Items(Inventory(source="x", format="f"), notices).make(Entry(**fields))
    shown = [item.written, item.component.name, item.component.version or "", item.component.vendor, *item.cpes]
    assert all(map(can_be_shown, shown))
    assert all(problem.message.endswith(".") for problem in notices.problems())


class Thing(msgspec.Struct):
    name: str | None = None
    count: int | None = None
    inner: list[msgspec.Raw] | None = None


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (b'{"name": "a", "count": "b"}', Thing("a")),
        (b'{"name": 1, "count": 2, "inner": 3}', Thing(None, 2)),
        (b'{"name": 1}', Thing()),
        (b"[]", None),
        (b"{", None),
        (b"\xff", None),
    ],
)
def test_what_fits_is_kept(raw, kept):
    assert salvaged(raw, Thing) == kept
    found, problems = decoded(Decoder(Thing), Thing, raw, source="x", pointer="/0")
    assert found == kept
    assert problems


def members(data: Any, envelope: str = "") -> list[Any]:
    document = Document.from_bytes("x", data if isinstance(data, bytes) else json.dumps(data).encode())
    walk = BomWalk(document, envelope, frozenset({"meta"}), frozenset({"list", "meta.list"}))
    return [
        (walk.pointer(each.path, each.position), json.loads(each.raw))
        if isinstance(each, Member)
        else (each.pointer, each.code)
        for each in walk.members()
    ]


@pytest.mark.parametrize("envelope", ["", "sbom"])
def test_the_walk(envelope):
    prefix = f"/{envelope}" if envelope else ""
    bom = {"list": [1, {"a": 2}], "meta": {"x": 1, "list": [3], "y/z": None}, "other": [4], "null": None}
    found = members({envelope: bom, "list": [5]} if envelope else bom, envelope)
    assert found == [
        (f"{prefix}/list/0", 1),
        (f"{prefix}/list/1", {"a": 2}),
        (f"{prefix}/meta/x", 1),
        (f"{prefix}/meta/list/0", 3),
        (f"{prefix}/meta/y~1z", None),
        (f"{prefix}/other", [4]),
        (f"{prefix}/null", None),
    ]


@pytest.mark.parametrize(
    ("data", "pointer"),
    [({"list": 1}, "/list"), ({"meta": [1, 2]}, "/meta"), ({"meta": {"list": {}}}, "/meta/list"), ([1], ""), (5, "")],
)
def test_what_is_of_the_wrong_type_is_told_once(data, pointer):
    assert members(data) == [(pointer, "wrong_type")]


def test_a_walk_that_breaks_off():
    assert members(b'{"list": [1, 2, {"a":')[-1] == ("", "malformed_json")
    document = Document.from_bytes("x", b'{"list": [1, 2, {"a":')
    assert len(list(BomWalk(document, "", frozenset(), frozenset({"list"})).peek())) == 2


@pytest.mark.parametrize("chunk", [1, 3, 1 << 18])
def test_what_stands_in_a_document(chunk, monkeypatch):
    monkeypatch.setattr(scan, "_CHUNK", chunk)
    document = Document.from_bytes("x", b"one two three")
    assert holds(document, b"two")
    assert holds(document, b"four", b"one two three")
    assert not holds(document, b"twothree")


def test_what_stands_before_a_break_counts():
    class Failing(io.BytesIO):
        def read1(self, size: int | None = -1, /) -> bytes:
            data = super().read1(4)
            if not data:
                raise UnreadableError("x", "it breaks", "send it again")
            return data

    document = Document("x", lambda: Failing(b"one two"))
    assert holds(document, b"one")
    assert not holds(document, b"three")


def test_notices_are_counted_from_some_number_on():
    notices = Notices("x")
    for number in range(30):
        notices.add("a", f"Number {number}.", line=number + 1)
    notices.add("b", "Another.")
    found = list(notices.problems())
    assert [problem.line for problem in found[:20]] == list(range(1, 21))
    assert [problem.message for problem in found[20:]] == ["There are 10 more such places.", "Another."]
    assert all(isinstance(problem, Problem) for problem in found)
