"""In which encoding bytes are, and what becomes of bytes that are in none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.formats import encoding
from clearinghouse.formats.encoding import encoding_of, repair


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"", "utf-8"),
        (b"{", "utf-8"),
        (b'{"a"', "utf-8"),
        (b"\xef\xbb\xbf{", "utf-8-sig"),
        (b"\xff\xfe{\0", "utf-16"),
        (b"\xfe\xff\0{", "utf-16"),
        (b"\xff\xfe\0\0", "utf-32"),
        (b"\0\0\xfe\xff", "utf-32"),
        (b'{\0"\0', "utf-16-le"),
        (b'\0{\0"', "utf-16-be"),
        (b"[\0\n\0", "utf-16-le"),
        (b"{\0\0\0", "utf-32-le"),
        (b"\0\0\0{", "utf-32-be"),
        (b"{\0", "utf-8"),
        (b"{\0\x01\0", "utf-8"),
        (b"{\0\xe9\0", "utf-8"),
        (b"\0\0\0\0", "utf-8"),
        (b"PK\x03\x04", "utf-8"),
    ],
)
def test_the_first_bytes_tell_the_encoding(head, name):
    assert encoding_of(head) == name


@given(st.binary(max_size=8))
def test_any_first_bytes_name_a_codec(head):
    "x".encode(encoding_of(head))


@pytest.mark.parametrize("size", [1, 3, 64])
@given(st.text(max_size=40))
def test_utf_8_needs_no_repair(size, text):
    assert repaired(text.encode(), size) is None


@pytest.mark.parametrize(
    ("data", "text", "bad", "windows"),
    [
        (b"caf\xe9", "café", 1, True),
        (b"\x80\x93", "€“", 2, True),
        (b"\x81", "\ufffd", 1, True),
        ("é".encode() + b"\xe9", "é\ufffd", 1, False),
        ("日本".encode()[:-1], "日\ufffd", 2, False),
        (b"\xed\xa0\x80", "í\xa0€", 3, True),  # half a character, which is no UTF-8
    ],
)
@pytest.mark.parametrize("size", [1, 2, 64])
def test_a_repair(data, text, bad, windows, size):
    assert repaired(data, size) == (text.encode(), bad, windows)


@pytest.mark.parametrize("size", [1, 5, 64])
@given(st.binary(max_size=60))
def test_any_bytes_become_utf_8_and_ascii_stays(size, data):
    found = repaired(data, size)
    assert (found is None) == decodes(data)
    if found:
        kept = [character for character in found.data.decode() if character.isascii()]
        assert kept == [chr(byte) for byte in data if byte < 0x80]
        assert 1 <= found.bad <= len(data)


def repaired(data: bytes, size: int) -> encoding.Repair | None:
    """Repair ``data`` in chunks of ``size`` bytes."""
    whole = encoding._CHUNK
    encoding._CHUNK = size
    try:
        return repair(data)
    finally:
        encoding._CHUNK = whole


def decodes(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
