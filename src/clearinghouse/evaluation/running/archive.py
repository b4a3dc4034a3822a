"""The members of an ``.eval`` log, which is a zip archive, read within bounds and without trust.

The archive's own list of its members says what is in it; what a member holds is unpacked piece by piece and never
beyond a bound, whatever sizes the list claims. Names are compared, never opened. Only the three ways to pack that
inspect_ai has used are known: none, deflate and Zstandard.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import IO, NamedTuple

from clearinghouse.evaluation.errors import MissingExtraError
from clearinghouse.evaluation.running.errors import LogError

LARGEST_LOG = 4 << 30
"""Most bytes of a log."""
LARGEST_MEMBER = 128 << 20
"""Most bytes of one member, unpacked."""
LARGEST_TOGETHER = 32 << 30
"""Most bytes of what is read of one log, unpacked; a log is read more than once."""
_SLACK = 1 << 20
"""Bytes by which packing may make something longer."""
MOST_MEMBERS = 200_000
_LARGEST_LIST = 64 << 20
"""Most bytes of the list of members, which is read as a whole."""
_LOCAL = struct.Struct("<4s5H3L2H")
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_COMMENT = 1 << 16
_WINDOW = 1 << 27
_ENCRYPTED = 1
_REMEDY = "take the log as inspect_ai wrote it"


class Member(NamedTuple):
    """One member: its name, and where and how it is packed."""

    name: str
    offset: int
    packed: int
    method: int
    crc: int


class Archive:
    """The members of an archive, in the order in which they were written.

    Args:
        file: open for reading bytes. source: its name in messages.

    Raises:
        LogError: it is no archive, or beyond a bound.
    """

    def __init__(self, file: IO[bytes], source: str) -> None:
        self._file = file
        self.source = source
        self._bounded()
        try:
            with zipfile.ZipFile(file) as read:
                infos = read.infolist()
        except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, OverflowError, struct.error, EOFError) as error:
            raise self._wrong(f"it is no archive: {_line(error)}") from None
        if any(each.flag_bits & _ENCRYPTED for each in infos):
            raise self._wrong("a member of it is encrypted")
        found = [
            Member(each.filename, each.header_offset, each.compress_size, each.compress_type, each.CRC)
            for each in infos
        ]
        self.members = tuple(sorted(found, key=lambda each: each.offset))
        self._unpacked_so_far = 0
        for one, next_ in pairwise(self.members):
            if next_.offset < one.offset + _LOCAL.size + one.packed:
                raise self._wrong(f"{_name(next_)} begins inside {_name(one)}")

    def read(self, member: Member, most: int = LARGEST_MEMBER) -> bytes:
        """Return what a member holds.

        Raises:
            LogError: it is more than ``most`` bytes, is packed in a way that is not known, or is damaged.
        """
        if member.packed > most + _SLACK:
            raise self._wrong(f"{_name(member)} has more than {most:,} bytes")
        data = self._unpacked(member, self._raw(member), most)
        self._unpacked_so_far += len(data)
        if self._unpacked_so_far > LARGEST_TOGETHER:
            raise self._wrong(f"its members have more than {LARGEST_TOGETHER:,} bytes together")
        if len(data) > most:
            raise self._wrong(f"{_name(member)} has more than {most:,} bytes")
        if zlib.crc32(data) != member.crc:
            raise self._wrong(f"{_name(member)} is damaged: its check sum is another one")
        return data

    def named(self) -> dict[str, Member]:
        """Return members by name; of two of one name the one that was written last, as inspect_ai does."""
        return {each.name: each for each in self.members}

    def _raw(self, member: Member) -> bytes:
        self._file.seek(member.offset)
        head = self._file.read(_LOCAL.size)
        if len(head) < _LOCAL.size or not head.startswith(b"PK\x03\x04"):
            raise self._wrong(f"{_name(member)} is not where the list of members says")
        *_, name, extra = _LOCAL.unpack(head)
        self._file.seek(name + extra, 1)
        raw = self._file.read(min(member.packed, self._size))
        if len(raw) < member.packed:
            raise self._wrong(f"{_name(member)} is cut off")
        return raw

    def _unpacked(self, member: Member, raw: bytes, most: int) -> bytes:
        try:
            match member.method:
                case 0:
                    return raw
                case 8:
                    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(raw, most + 1)
                case 93:
                    return _zstd(raw, most + 1)
        except (zlib.error, ValueError, EOFError, OSError) as error:
            raise self._wrong(f"{_name(member)} is damaged: {_line(error)}") from None
        raise self._wrong(f"{_name(member)} is packed by method {member.method}, which logs are not")

    def _bounded(self) -> None:
        """See how long the list of members is before it is read."""
        self._size = self._file.seek(0, 2)
        if self._size > LARGEST_LOG:
            raise self._wrong(f"it has {self._size:,} bytes, of which {LARGEST_LOG:,} are read")
        begin = max(0, self._size - _COMMENT - _END.size)
        self._file.seek(begin)
        tail = self._file.read()
        at = tail.rfind(b"PK\x05\x06")
        if at < 0 or len(tail) - at < _END.size:
            raise self._wrong("it is no archive: it does not end as one")
        _, _, _, _, members, length, _, _ = _END.unpack_from(tail, at)
        if members == 0xFFFF or length == 0xFFFFFFFF:
            members, length = self._large(begin + at)
        if members > MOST_MEMBERS or length > _LARGEST_LIST:
            raise self._wrong(f"it lists {members:,} members, of which {MOST_MEMBERS:,} are read")

    def _large(self, end: int) -> tuple[int, int]:
        self._file.seek(max(0, end - _LOCATOR.size))
        raw = self._file.read(_LOCATOR.size)
        if len(raw) < _LOCATOR.size or not raw.startswith(b"PK\x06\x07"):
            return 0xFFFF, 0
        self._file.seek(min(_LOCATOR.unpack(raw)[2], self._size))
        raw = self._file.read(_END64.size)
        if len(raw) < _END64.size or not raw.startswith(b"PK\x06\x06"):
            raise self._wrong("it is no archive: its long end is not where it says")
        *_, members, length, _ = _END64.unpack(raw)
        return members, length

    def _wrong(self, why: str) -> LogError:
        return LogError(f"{self.source}: {why}", _REMEDY, source=self.source)


def opened(path: Path) -> IO[bytes]:
    """Open a log for reading.

    Raises:
        LogError: it cannot be read, or is no file.
    """
    try:
        if path.exists() and not path.is_file():
            raise LogError(f"{path} is no file", "name a log", source=str(path))
        return path.open("rb")
    except OSError as error:
        raise LogError(f"{path} cannot be read: {error.strerror}", "look at the path", source=str(path)) from None


def pieces(file: IO[bytes], size: int = 1 << 20) -> Iterator[bytes]:
    """Yield all bytes of a file, from its beginning."""
    file.seek(0)
    while piece := file.read(size):
        yield piece


def _zstd(raw: bytes, most: int) -> bytes:
    try:
        import zstandard  # noqa: PLC0415 - comes with inspect_ai; nothing else of ours needs it
    except ImportError:
        raise MissingExtraError("zstandard") from None
    unpacker = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
    try:
        with unpacker.stream_reader(raw, read_across_frames=True) as reader:
            parts = []
            while most > 0 and (part := reader.read(min(most, 1 << 20))):
                parts.append(part)
                most -= len(part)
            return b"".join(parts)
    except zstandard.ZstdError as error:
        raise ValueError(str(error)) from None


def _name(member: Member) -> str:
    return f"the member {member.name[:120]!r}"


def _line(error: Exception) -> str:
    return str(error).replace("\n", " ")[:120]
