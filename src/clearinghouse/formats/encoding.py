"""In which encoding a document is, and how it becomes UTF-8."""

import codecs
import io
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

HEAD = 4
"""How many of its first bytes tell the encoding of a document."""
BUFFER = 1 << 16

_MARKS = (  # the longer first: the mark of UTF-32 begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)
_PATTERNS: dict[tuple[bool, ...], str] = {  # which of the first four bytes are zero
    (False, True, False, True): "utf-16-le",
    (True, False, True, False): "utf-16-be",
    (False, True, True, True): "utf-32-le",
    (True, True, True, False): "utf-32-be",
}
_ASCII_TEXT = frozenset(b"\0\t\n\r" + bytes(range(0x20, 0x7F)))
_CHUNK = 1 << 20


def encoding_of(head: bytes) -> str:
    """Return the name of the codec for a document by its first bytes; ``utf-8`` where they say nothing.

    A byte order mark decides. Without one, UTF-16 and UTF-32 show by their zero bytes, because documents begin with
    ASCII characters (RFC 4627, section 3).
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if len(head) < HEAD or not _ASCII_TEXT.issuperset(head[:HEAD]):
        return "utf-8"
    return _PATTERNS.get(tuple(byte == 0 for byte in head[:HEAD]), "utf-8")


class Converted(io.RawIOBase):
    """A stream of what ``convert`` makes of the chunks of another, the last of which is empty."""

    def __init__(self, stream: BinaryIO, convert: Callable[[bytes], bytes]) -> None:
        self._stream = stream
        self._read = getattr(stream, "read1", stream.read)
        self._convert = convert
        self._ready = b""

    def readable(self) -> bool:
        """Whether it can be read: yes."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read up to ``len(buffer)`` bytes; see :meth:`io.RawIOBase.readinto`."""
        chunk = b"more"
        while not self._ready and chunk:
            chunk = self._read(BUFFER)
            self._ready = self._convert(chunk)
        part = self._ready[: len(buffer)]
        self._ready = self._ready[len(part) :]
        buffer[: len(part)] = part
        return len(part)

    def close(self) -> None:
        """Close it and what is beneath it."""
        self._stream.close()
        super().close()


def transcoded(stream: BinaryIO, encoding: str) -> BinaryIO:
    """Return a stream in UTF-8 of a stream in another encoding; what cannot be decoded becomes U+FFFD."""
    decode = codecs.getincrementaldecoder(encoding)(errors="replace").decode
    return io.BufferedReader(Converted(stream, lambda chunk: decode(chunk, not chunk).encode()), BUFFER)


def in_whole_characters(stream: BinaryIO, convert: Callable[[bytes], bytes]) -> BinaryIO:
    """Return a stream of what ``convert`` makes of pieces of a stream in UTF-8 that cut no character in two."""
    held = b""

    def piece(chunk: bytes) -> bytes:
        nonlocal held
        data = held + chunk
        cut = len(data) - _begun(data) if chunk else len(data)
        held = data[cut:]
        return convert(data[:cut])

    return io.BufferedReader(Converted(stream, piece), BUFFER)


def _begun(data: bytes) -> int:
    """Return how many bytes at the end of ``data`` may be the beginning of a character."""
    for length in (1, 2, 3):
        byte = data[-length] if length <= len(data) else 0
        if byte >= 0xC0:
            return length
        if byte < 0x80:
            return 0
    return 0


class Repair(NamedTuple):
    """Bytes that were not UTF-8, made so.

    Attributes:
        data: in UTF-8. bad: how many bytes were not. windows: they were read as Windows-1252; otherwise they became
            U+FFFD.
    """

    data: bytes
    bad: int
    windows: bool


def repair(data: bytes) -> Repair | None:
    """Return ``data`` in UTF-8, or None if it is in UTF-8 already.

    Where nothing beyond ASCII is UTF-8, it is Windows-1252 (which holds the letters of Latin-1), as tools on Windows
    write it. Otherwise it is UTF-8 with damage, such as a character that was cut in two, and each damage is U+FFFD.
    """
    if _is_utf8(data):
        return None
    bad, windows = len(data), True
    for part in _decoded(data, "utf-8", "ignore"):
        bad -= len(part.encode())
        windows = windows and part.isascii()
    parts = _decoded(data, "cp1252" if windows else "utf-8", "replace")
    return Repair(b"".join(part.encode() for part in parts), bad, windows)


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    try:
        for _ in _decoded(data, "utf-8", "strict"):
            pass
    except UnicodeDecodeError:
        return False
    return True


def _decoded(data: bytes, encoding: str, errors: str) -> Iterator[str]:
    """Decode a chunk at a time: the text of a large document may take four times the room of its bytes."""
    decode = codecs.getincrementaldecoder(encoding)(errors=errors).decode
    for start in range(0, len(data), _CHUNK):
        yield decode(data[start : start + _CHUNK])
    yield decode(b"", True)
