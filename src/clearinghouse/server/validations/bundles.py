"""Files as one piece of bytes, one of them without the others, and bytes that come in pieces, under a limit."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from clearinghouse.server.validations.errors import AskedWrongError
from clearinghouse.validation.recipe import LARGEST_TOGETHER

LARGEST = LARGEST_TOGETHER
"""Most bytes of all files of a recipe together, and so of an archive of them."""

# The part of MessagePack that a map of texts to bytes is made of: https://github.com/msgpack/msgpack/blob/master/spec.md
_MAP, _BIN = b"\xdf", b"\xc6"
_SHORT_MAP, _SHORT_TEXT = 0x80, 0xA0
_BYTES_OF_LENGTH = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4, 0xDE: 2, 0xDF: 4}

_packing = msgspec.msgpack.Encoder()
_unpacking = msgspec.msgpack.Decoder(dict[str, bytes])


def packed(files: Mapping[str, bytes]) -> Iterator[bytes]:
    """Yield files as one piece of bytes, a map of MessagePack, without a copy of any of them."""
    yield _MAP + len(files).to_bytes(4, "big")
    for name, data in files.items():
        yield _packing.encode(name)
        yield _BIN + len(data).to_bytes(4, "big")
        yield data


def unpacked(data: bytes) -> dict[str, bytes]:
    """Return the files that one piece holds, which this software made and sealed."""
    return _unpacking.decode(data)


def one_of(pieces: Iterable[bytes], name: str) -> bytes | None:
    """Return one of the files of what :func:`packed` made, and of the others hold no more than a piece at a time.

    Returns:
        Its bytes; None where there is no file of this name.

    Raises:
        ValueError: these are no such bytes, or not all of them.
    """
    stream = _Stream(pieces)
    for _ in range(_length(stream)):
        found = stream.read(_length(stream)).decode()
        size = _length(stream)
        if found == name:
            return stream.read(size)
        stream.skip(size)
    return None


class _Stream:
    """Bytes that come in pieces, read or passed over by their number."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._left = memoryview(b"")

    def read(self, size: int) -> bytes:
        return b"".join(self._some(size))

    def skip(self, size: int) -> None:
        for _ in self._some(size):
            pass

    def _some(self, size: int) -> Iterator[memoryview]:
        while size:
            if not self._left:
                self._left = memoryview(next(self._pieces, b""))
            if not self._left:
                raise ValueError("it ends before its end")
            taken, self._left = self._left[:size], self._left[size:]
            size -= len(taken)
            yield taken


def _length(stream: _Stream) -> int:
    """Return how many entries a map has, or how many bytes a text or a file."""
    (first,) = stream.read(1)
    if first in _BYTES_OF_LENGTH:
        return int.from_bytes(stream.read(_BYTES_OF_LENGTH[first]), "big")
    if first & 0xF0 == _SHORT_MAP:
        return first & 0x0F
    if first & 0xE0 == _SHORT_TEXT:
        return first & 0x1F
    raise ValueError("it is no bundle of files")


def bounded(pieces: Iterable[bytes], most: int = LARGEST) -> Iterator[bytes]:
    """Yield bytes as they come.

    Raises:
        AskedWrongError: there are more than ``most``.
    """
    for piece in pieces:
        most -= len(piece)
        if most < 0:
            raise AskedWrongError("it is larger than what is taken here", "give smaller files")
        yield piece


def whole(pieces: Iterable[bytes], most: int) -> bytes:
    """Return bytes that come in pieces as one.

    Raises:
        AskedWrongError: there are more than ``most``.
    """
    return b"".join(bounded(pieces, most))
