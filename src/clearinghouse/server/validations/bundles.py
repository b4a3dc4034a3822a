"""Files as one piece of bytes, and bytes that come in pieces, under a limit."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from clearinghouse.server.validations.errors import AskedWrongError
from clearinghouse.validation.recipe import LARGEST_TOGETHER

LARGEST = LARGEST_TOGETHER
"""Most bytes of all files of a recipe together, and so of an archive of them."""

_packing = msgspec.msgpack.Encoder()
_unpacking = msgspec.msgpack.Decoder(dict[str, bytes])


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return files as one piece."""
    return _packing.encode(dict(files))


def unpacked(data: bytes) -> dict[str, bytes]:
    """Return the files that one piece holds, which this software made and sealed."""
    return _unpacking.decode(data)


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
