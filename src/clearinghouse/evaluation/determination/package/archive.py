"""Archives of one form only: a zip without compression in which the bytes of the files decide about all other bytes.

Names stand in the order of their bytes, every time is the first that a zip can have, nothing stands between, before or
behind. So two packages with the same files are the same bytes, a change of any byte is noticed, and no archive is
larger unpacked than it is packed. Every reader of zip reads it.
Source: PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
"""

import os
import secrets
import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeAlias

from clearinghouse.evaluation.determination.errors import PackageError
from clearinghouse.evaluation.determination.package.names import LONGEST, MOST_FILES, require_names

LARGEST = 2**32 - 1
"""Most bytes of an archive."""
_LOCAL, _CENTRAL, _END = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I"), struct.Struct("<4s4H2IH")
_UTF8, _STORED, _VERSION = 1 << 11, 0, 20
_TIME, _DATE = 0, 1 << 5 | 1  # midnight of 1 January 1980
_UNIX, _MODE = 3 << 8, 0o100644 << 16
_CHUNK = 1 << 20

Content: TypeAlias = bytes | Path


class _Member(NamedTuple):
    """One file: its name, the place of its header, its size, and its CRC-32."""

    name: bytes
    at: int
    size: int
    crc: int

    def local(self) -> bytes:
        head = (b"PK\x03\x04", _VERSION, _UTF8, _STORED, _TIME, _DATE, self.crc, self.size, self.size)
        return _LOCAL.pack(*head, len(self.name), 0) + self.name

    def central(self) -> bytes:
        head = (b"PK\x01\x02", _UNIX | _VERSION, _VERSION, _UTF8, _STORED, _TIME, _DATE, self.crc, self.size, self.size)
        return _CENTRAL.pack(*head, len(self.name), 0, 0, 0, 0, _MODE, self.at) + self.name

    @property
    def end(self) -> int:
        return self.at + _LOCAL.size + len(self.name) + self.size


def write_archive(path: Path, files: Mapping[str, Content]) -> None:
    """Write files into an archive, whole or not at all.

    Args:
        files: by name, bytes or where they are.

    Raises:
        PackageError: it cannot be written, a name cannot be used, or it would be too large.
    """
    require_names(files)
    part = path.with_name(f".{path.name[:40]}.{secrets.token_hex(4)}")
    try:
        with part.open("xb") as out:
            _write(out, files)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    except OSError as error:
        what = f"{error.filename or path} cannot be read or written: {error.strerror}"
        raise PackageError(what, "look at the path and the disk") from None
    finally:
        part.unlink(missing_ok=True)


def unpack(path: Path, into: Path) -> list[str]:
    """Write the files of an archive into an empty folder, and return their names.

    Raises:
        PackageError: it cannot be read, or is not in the one form that archives of packages have.
    """
    try:
        with path.open("rb") as file:
            members = _members(file)
            for each in members:
                _extract(file, each, into / each.name.decode("ascii"))
    except OSError as error:
        what = f"{error.filename or path} cannot be read or written: {error.strerror}"
        raise PackageError(what, "look at the path and the disk") from None
    return [each.name.decode("ascii") for each in members]


def _write(out: BinaryIO, files: Mapping[str, Content]) -> None:
    members: list[_Member] = []
    at = 0
    for name in sorted(files):
        member = _measured(name.encode("ascii"), at, files[name])
        at = member.end
        if at > LARGEST:
            raise PackageError("the package would have more than 4 GiB", "give fewer logs into one package")
        members.append(member)
        out.write(member.local())
        copied = sum(out.write(chunk) for chunk in _chunks(files[name]))
        if copied != member.size:
            raise PackageError(f"{name} changed while it was packed", "wait until nothing writes into the folder")
    central = b"".join(each.central() for each in members)
    out.write(central)
    count = len(members)
    out.write(_END.pack(b"PK\x05\x06", 0, 0, count, count, len(central), at, 0))


def _measured(name: bytes, at: int, content: Content) -> _Member:
    size = crc = 0
    for chunk in _chunks(content):
        size += len(chunk)
        crc = zlib.crc32(chunk, crc)
        if size > LARGEST:
            break
    return _Member(name, at, min(size, LARGEST), crc)


def _chunks(content: Content) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _members(file: BinaryIO) -> list[_Member]:
    """Return what is in an archive, after a look at every byte that is not of a file.

    Raises:
        PackageError: it is not in the one form.
    """
    size = file.seek(0, os.SEEK_END)
    if not _END.size <= size <= LARGEST + _END.size + MOST_FILES * (_CENTRAL.size + LONGEST):
        raise _other("its size is none that a package has")
    file.seek(size - _END.size)
    mark, *_, count, length, at, _ = _END.unpack(file.read(_END.size))
    end = (b"PK\x05\x06", 0, 0, count, count, length, at, 0)
    if mark != end[0] or at + length + _END.size != size or count > MOST_FILES:
        raise _other("it does not end as one, or something was appended")
    file.seek(at)
    members = _listed(file.read(length), count)
    if _END.pack(*end) != _tail(file, size) or b"".join(each.central() for each in members) != _part(file, at, length):
        raise _other("its list of files is written in another way")
    begins = 0
    for each in members:
        if each.at != begins or _part(file, each.at, _LOCAL.size + len(each.name)) != each.local():
            raise _other("something stands between its files")
        begins = each.end
    if begins != at:
        raise _other("something stands between its files and their list")
    return members


def _listed(central: bytes, count: int) -> list[_Member]:
    members: list[_Member] = []
    place = 0
    for _ in range(count):
        if place + _CENTRAL.size > len(central):
            raise _other("its list of files breaks off")
        values = _CENTRAL.unpack_from(central, place)
        crc, size, length, at = values[7], values[9], values[10], values[16]
        name = central[place + _CENTRAL.size : place + _CENTRAL.size + length]
        members.append(_Member(name, at, size, crc))
        place += _CENTRAL.size + length
    names = [each.name.decode("ascii", "replace") for each in members]
    require_names(names)
    if place != len(central) or names != sorted(names):
        raise _other("its list of files is in another order")
    return members


def _extract(file: BinaryIO, member: _Member, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    file.seek(member.end - member.size)
    crc, left = 0, member.size
    with path.open("xb") as out:
        while chunk := file.read(min(left, _CHUNK)):
            crc = zlib.crc32(chunk, crc)
            left -= out.write(chunk)
    if left or crc != member.crc:
        raise _other(f"{member.name.decode('ascii')} is damaged")


def _part(file: BinaryIO, at: int, length: int) -> bytes:
    file.seek(at)
    return file.read(length)


def _tail(file: BinaryIO, size: int) -> bytes:
    return _part(file, size - _END.size, _END.size)


def _other(why: str) -> PackageError:
    what = f"this archive is not as a package is written: {why}"
    return PackageError(what, "get the package anew from whoever made it, and do not pack it anew yourself")
