"""Files as one piece of bytes, and one of them without the others."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.server.validations.bundles import one_of, packed, unpacked

files = st.dictionaries(st.text(max_size=40), st.binary(max_size=300), max_size=20)


def cut(data, size):
    """Bytes in pieces, as sealed ones are opened."""
    return (data[start : start + size] for start in range(0, len(data), size))


@given(files, st.integers(1, 50))
def test_each_is_found_however_the_bytes_are_cut(given_files, size):
    data = b"".join(packed(given_files))
    assert unpacked(data) == given_files
    for written in (data, msgspec.msgpack.encode(given_files)):  # the second is how it was written once
        assert {name: one_of(cut(written, size), name) for name in given_files} == given_files
    assert one_of(cut(data, size), "x" * 50) is None


@pytest.mark.parametrize("size", [31, 32, 255, 256, 65_535, 65_536])
def test_lengths_of_every_sort(size):
    given_files = {"a" * size: b"first", "b": b"c" * size}
    for data in (b"".join(packed(given_files)), msgspec.msgpack.encode(given_files)):
        assert [one_of([data], name) for name in given_files] == list(given_files.values())


@pytest.mark.parametrize("data", [b"", b"\xc0", b"\x81\xa1a\xc4\x05abc"])
def test_what_is_none_is_told(data):
    with pytest.raises(ValueError, match=r"its end|no bundle"):
        one_of([data], "a")


def test_nothing_is_held_but_what_is_wanted():
    """Each is made when it is asked for, and none is left when the next one comes."""
    alive = set()

    class Counted(bytes):
        def __del__(self):
            alive.discard(id(self))

    def pieces():
        for piece in packed({str(number): bytes([number]) * 100 for number in range(50)}):
            counted = Counted(piece)
            alive.add(id(counted))
            assert len(alive) <= 3
            yield counted
            del counted

    assert one_of(pieces(), "49") == bytes([49]) * 100
