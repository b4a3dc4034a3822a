"""Strangely encoded documents become UTF-8, and what had to be repaired is told; no two documents have one name."""

import gzip
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.formats.document import Document, Names
from clearinghouse.formats.encoding import in_whole_characters
from clearinghouse.formats.unpacking import documents
from clearinghouse.records import Level, Problem


def packed(folder: Path, content: bytes) -> Iterator[Document | Problem]:
    """The same document out of a packing."""
    path = folder / "f"
    path.write_bytes(gzip.compress(content))
    return documents(path, "f")


TEXT = '{"a": "é😀\\n日"}\n' * 10_000


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]
)
def test_encodings_with_a_mark_become_utf_8(tmp_path, encoding):
    mark = "\ufeff" if encoding[-2:] in ("le", "be") else ""
    content = (mark + TEXT).encode(encoding)
    for document in (Document.from_bytes("d", content), *packed(tmp_path, content)):
        assert isinstance(document, Document)
        assert document.read() == TEXT.encode()
        assert document.sample.text.startswith('{"a": "é😀')
        with document.open() as stream:
            assert stream.readlines() == TEXT.encode().splitlines(keepends=True)


def test_broken_utf_16_is_readable_around_the_break():
    content = b"\xff\xfe" + "a".encode("utf-16-le") + b"\x00\xd8" + "b".encode("utf-16-le") + b"\x00"
    assert Document.from_bytes("d", content).read() == "a\ufffdb\ufffd".encode()
    assert Document.from_bytes("d", b"\xff\xfe").read() == b""
    assert Document.from_bytes("d", b"\xff\xfe\x00").read() == "\ufffd".encode()


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", [TEXT, "[\r\n1]", "<?xml", "id,title\n", "{}"])
def test_encodings_without_a_mark_become_utf_8(tmp_path, encoding, text):
    content = text.encode(encoding)
    for document in (Document.from_bytes("d", content), *packed(tmp_path, content)):
        assert isinstance(document, Document)
        assert document.read() == text.encode()


@pytest.mark.parametrize("content", [b"a\0b", b"{\0\xe9\0}\0", b"\1\0\2\0", b"\0\0\0\0", b"ab\0\0"])
def test_zero_bytes_alone_are_no_encoding(content):
    assert Document.from_bytes("d", content).open().read() == content


@pytest.mark.parametrize(
    ("content", "text", "notice"),
    [
        ('{"a": "é–ß"}'.encode("cp1252"), '{"a": "é–ß"}', "3 bytes that are not UTF-8 were read as Windows-1252."),
        (b'["\xe9"]', '["é"]', "1 byte that is not UTF-8 was read as Windows-1252."),
        (b'["\x81"]', '["\ufffd"]', "1 byte that is not UTF-8 was read as Windows-1252."),
        ('["é€'.encode()[:-1] + b'"]', '["é\ufffd"]', "2 bytes that are not UTF-8 were replaced by U+FFFD."),
        ('["é"]'.encode(), '["é"]', None),
    ],
)
def test_json_that_is_not_utf_8_is_made_so_and_told(content, text, notice):
    document = Document.from_bytes("d", content)
    assert document.read() == text.encode()
    assert [(item.code, item.level, item.message) for item in document.notices()] == (
        [("not_utf8", Level.NOTICE, notice)] if notice else []
    )


def test_other_text_is_left_to_its_reader():
    document = Document.from_bytes("d", b"caf\xe9")
    assert document.read() == b"caf\xe9"
    assert list(document.notices()) == []
    with document.open_repaired() as stream:
        assert stream.read() == "café".encode()


@given(st.text(max_size=20), st.integers(1, 8))
def test_pieces_cut_no_character_in_two(text, size):
    raw = io.BytesIO(text.encode())
    with in_whole_characters(Slow(raw, size), lambda piece: piece.decode().encode()) as stream:
        assert stream.read() == text.encode()


class Slow:
    """A stream that gives a few bytes at a time."""

    def __init__(self, stream: io.BytesIO, size: int) -> None:
        self._stream, self._size = stream, size
        self.close = stream.close

    def read1(self, _: int) -> bytes:
        return self._stream.read(self._size)

    read = read1


@given(st.binary(max_size=64))
def test_any_bytes(content):
    document = Document.from_bytes("d", content)
    assert document.sample.complete
    assert document.sample.head == document.open().read()
    if document.sample.is_json:
        document.read().decode()
    document.sample.text.encode()
    assert document.open_repaired().read().decode() is not None


@pytest.mark.parametrize(
    ("content", "held"),
    [
        (b'{"a": 1}', b'{"a": 1}'),
        (b"\xef\xbb\xbf{}", b"{}"),
        (b"a\0b\0", b"ab"),
        (b'{"a": "\xe9"}', b'{"a": "\xe9"}'),
        (b"{" * 20, None),
        (b"", b""),
    ],
)
def test_bytes_at_hand_are_all_of_a_small_document(tmp_path, content, held):
    for document in (Document.from_bytes("d", content), *packed(tmp_path, content)):
        assert isinstance(document, Document)
        assert document.at_hand(16) == held


def test_a_name_with_a_number_of_its_own_stays_apart():
    names = Names()
    assert [names.take(name) for name in ("a", "a (2)", "a", "a", "a (2)")] == [
        "a",
        "a (2)",
        "a (3)",
        "a (4)",
        "a (2) (2)",
    ]


@given(st.lists(st.sampled_from(["a", "a (2)", "a (3)", "a (2) (2)", "b"])))
def test_no_name_is_given_out_twice(wanted):
    names = Names()
    given_out = [names.take(name) for name in wanted]
    assert len(set(given_out)) == len(wanted)
