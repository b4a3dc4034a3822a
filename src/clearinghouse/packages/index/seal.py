"""The checksum of an index file, so that damage is found when the file is opened, wherever in the file it is.

SQLite finds damage to its own structure only where it comes by, and damage inside a row or a number not at all: a row
that is not found any more would be an advisory that nobody is told of. So the whole file has one CRC-32, which is
looked at once, when the file is opened, at a gigabyte a second. It stands in the file's ``user_version``, four bytes
that SQLite leaves to its user (SQLite, "Database File Format", section 1.3), and is made as if these were zero.
"""

import os
import zlib
from collections.abc import Iterator
from pathlib import Path

_PLACE = 60
_SIZE = 4
_CHUNK = 1 << 20


def seal(handle: int) -> None:
    """Put its checksum into an SQLite file that is open for writing and has no other user.

    Raises:
        OSError: it cannot be read or written.
    """
    os.pwrite(handle, _checksum(handle).to_bytes(_SIZE, "big"), _PLACE)


def is_sealed(path: Path) -> bool:
    """Whether a file is what was sealed, byte for byte.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        said = os.pread(file.fileno(), _SIZE, _PLACE)
        return said == _checksum(file.fileno()).to_bytes(_SIZE, "big")


def _checksum(handle: int) -> int:
    found = 0
    for part in _parts(handle):
        found = zlib.crc32(part, found)
    return found


def _parts(handle: int) -> Iterator[bytes]:
    """The content of a file, with zeros in the place of the checksum."""
    head = os.pread(handle, _CHUNK, 0)
    yield head[:_PLACE] + bytes(_SIZE) + head[_PLACE + _SIZE :]
    place = len(head)
    while part := os.pread(handle, _CHUNK, place):
        yield part
        place += len(part)
