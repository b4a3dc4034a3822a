"""What is inside gzip and zip, as streams under limits."""

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import BinaryIO, cast

from clearinghouse.formats.encoding import BUFFER
from clearinghouse.formats.guard import (
    UNPACKING_ERRORS,
    Guarded,
    Ledger,
    LimitExceededError,
    Limits,
    UnreadableError,
    why_broken,
)

_ENTRY = 46 + 400
"""Bytes of the list of an archive for each member that it may have: a record, and its name and extra fields."""
_TAIL = 1 << 17
"""Bytes at the end of an archive in which the record of its list is looked for: 64 KiB and the record, rounded up."""
_MARK = b"PK\x01\x02"
_MOST_MARKS = 2
"""Members that an archive may list, as a multiple of those that are read; what is beyond the latter is only counted."""

Opener = Callable[[], BinaryIO]
"""Returns a fresh stream of the same bytes each time it is called."""


def is_gzip(magic: bytes) -> bool:
    """Whether a file with these first four bytes is packed with gzip."""
    return magic[:2] == b"\x1f\x8b"


def is_zip(magic: bytes) -> bool:
    """Whether a file with these first four bytes is a zip archive."""
    return magic in (b"PK\x03\x04", b"PK\x05\x06")


def is_one_document(names: frozenset[str]) -> bool:
    """Whether an archive with members of these names is a workbook, whose parts are none without one another.

    Sources: ECMA-376, part 2 (``[Content_Types].xml``) and part 1, section 12 (by convention ``xl/workbook.xml``, and
    ``xl/workbook.bin`` of the binary form); OpenDocument 1.3, part 2, section 3. Numbers keeps ``Index/Document.iwa``.
    """
    return any(parts <= names for parts in _WORKBOOKS)


_WORKBOOKS = (
    frozenset({"[Content_Types].xml", "xl/workbook.xml"}),
    frozenset({"[Content_Types].xml", "xl/workbook.bin"}),
    frozenset({"mimetype", "content.xml", "META-INF/manifest.xml"}),
    frozenset({"Index/Document.iwa"}),
)


def gunzipped(source: str, opener: Opener, size: int, limits: Limits, ledger: Ledger, layer: int) -> BinaryIO:
    """Return a stream of what the gzip stream behind ``opener`` holds; the arguments are those of :class:`Guarded`."""
    beneath = opener()
    stream = cast(BinaryIO, gzip.GzipFile(fileobj=beneath, mode="rb"))
    return io.BufferedReader(Guarded(stream, source, size, limits, ledger, layer, beneath), BUFFER)


class Archive:
    """An open zip archive: its directory is read once, however many members are opened. Closed with its last user.

    Raises:
        UnreadableError: it is broken. LimitExceededError: it is packed itself, and too large for that, or its list of
            members is too large to be looked at.
    """

    def __init__(self, source: str, opener: Opener, limits: Limits) -> None:
        self._limits = limits
        self._stream = _seekable(source, opener(), limits)
        try:
            self._zip = zipfile.ZipFile(cast(BinaryIO, _Listing(self._stream, source, limits)))
            self._zip.fp = self._stream  # only the list is judged by its size; members are read under `Guarded`
        except LimitExceededError:
            self._stream.close()
            raise
        except UNPACKING_ERRORS as error:
            self._stream.close()
            why = "its packing is damaged: the list of members cannot be read"
            raise UnreadableError(source, why, "send the archive again, or unpack it yourself") from error

    def __del__(self) -> None:
        if hasattr(self, "_zip"):
            self._zip.close()
            self._stream.close()

    def members(self) -> list[zipfile.ZipInfo]:
        """Return what it holds, without its folders, in its order."""
        return [info for info in self._zip.infolist() if not info.filename.endswith("/")]

    def small(self, member: zipfile.ZipInfo, most: int) -> bytes | None:
        """Return the content of a member in one piece, if it is plainly packed, sound, and of at most ``most`` bytes.

        None is no verdict: :meth:`open` finds out what is wrong, if anything is. An archive of a hundred thousand
        advisories is read in a third of the time this way.
        """
        if member.file_size > most or member.compress_size > most or member.flag_bits & _UNUSUAL:
            return None
        try:
            self._stream.seek(member.header_offset)
            header = self._stream.read(_LOCAL.size)
            mark, name, extra = _LOCAL.unpack(header)
            if mark != _LOCAL_MARK:
                return None
            self._stream.seek(name + extra, io.SEEK_CUR)
            packed = self._stream.read(member.compress_size)
            data = _inflated(member.compress_type, packed, member.file_size)
        except UNPACKING_ERRORS:
            return None
        sound = data is not None and len(data) == member.file_size and zlib.crc32(data) == member.CRC
        return data if sound else None

    def open(self, member: zipfile.ZipInfo, source: str, ledger: Ledger, layer: int) -> BinaryIO:
        """Return a stream of a member; ``source`` names it.

        Raises:
            UnreadableError: it is encrypted, broken, or packed in an unknown way.
        """
        try:
            stream = cast(BinaryIO, self._zip.open(member))
        except UNPACKING_ERRORS as error:
            raise UnreadableError(source, why_broken(error, 0), "unpack it yourself") from error
        return io.BufferedReader(Guarded(stream, source, member.compress_size, self._limits, ledger, layer), BUFFER)


_LOCAL = struct.Struct("<4s22xHH")
_LOCAL_MARK = b"PK\x03\x04"
"""Local file header (APPNOTE 4.3.7): signature, what the list of members says too, lengths of name and extra field."""
_UNUSUAL = 0x1 | 0x20 | 0x40 | 0x2000
"""Bits of a member that is encrypted or a patch (APPNOTE 4.4.4)."""


def _inflated(method: int, packed: bytes, size: int) -> bytes | None:
    """Return what was packed; of what is longer than stated, one byte more."""
    if method == zipfile.ZIP_STORED:
        return packed
    if method != zipfile.ZIP_DEFLATED:
        return None
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, size + 1)


class _Listing:
    """An archive while its list of members is read, which :mod:`zipfile` does in one piece, and before it looks at it.

    How large the list is stands at the end of the archive, in one record or in another (ZIP64), of which there may be
    several; how much is asked for here is what :mod:`zipfile` made of them. How many members there are is stated too,
    and not believed: records are counted. An object is made of each, at 700 bytes and 10 microseconds.
    """

    def __init__(self, stream: BinaryIO, source: str, limits: Limits) -> None:
        self._stream = stream
        self._source = source
        self._members = limits.members
        self.seek = stream.seek
        self.tell = stream.tell
        self.seekable = stream.seekable
        self.close = stream.close

    def read(self, size: int = -1) -> bytes:
        """Read up to ``size`` bytes.

        Raises:
            LimitExceededError: they are a list of far more members than are read.
        """
        if size > max(self._members * _ENTRY, _TAIL):
            raise self._too_large()
        data = self._stream.read(size)
        if data.startswith(_MARK) and data.count(_MARK) > self._members * _MOST_MARKS:
            raise self._too_large()
        return data

    def _too_large(self) -> LimitExceededError:
        why = f"the list of its members is too large: {self._members:,} members of one archive are read"
        return LimitExceededError(self._source, why, "divide it into several archives, or unpack it yourself")


def _seekable(source: str, stream: BinaryIO, limits: Limits) -> BinaryIO:
    """Return ``stream`` if it can seek (a file), else its bytes: a zip inside a packing has to be read whole."""
    if stream.seekable():
        return stream
    with stream:
        data = stream.read(limits.whole + 1)
    if len(data) > limits.whole:
        why = f"it is an archive in a packing and larger than {limits.whole >> 20} MiB"
        raise LimitExceededError(source, why, "unpack it yourself")
    return io.BytesIO(data)
