"""Archives (tar, POSIX.1-1988 ustar with GNU's and POSIX.1-2001's additions) that pass between here and a container.

What comes out of a container may be written by whoever wants to be believed. It is read a block at a time, nothing is
ever unpacked, names in it are not used, and no size in it decides how much is read.
"""

import io
import re
import tarfile
from collections.abc import Mapping
from typing import IO

from clearinghouse.sandbox.contract import BoxError, Collected, File, Kind
from clearinghouse.sandbox.workspace import parts_of

_BLOCK = 512
_MOST_EXTRA = 1 << 16
"""Bytes of a header that says more about the next one; longer names than these have no place in a box."""
_EXTRA = frozenset(b"LKxg")
_REGULAR = frozenset(b"0\0" + b"7")
_KINDS = {ord("5"): Kind.FOLDER, ord("2"): Kind.LINK}
_SIZE = re.compile(rb"(?:\A|\n)\d{1,5} size=(\d{1,19})\n")


def pack(files: Mapping[str, File], owner: int) -> bytes:
    """Return an archive of files, with the folders that they are in, all of one user.

    Raises:
        BoxError: a path leaves its folder.
    """
    out, folders = io.BytesIO(), set[str]()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for path, file in files.items():
            parts = parts_of(path)
            for depth in range(1, len(parts)):
                folder = "/".join(parts[:depth])
                if folder in files:
                    raise BoxError(f"{folder[:80]!r} is a file and a folder", "give it as one of them")
                if folder not in folders:
                    folders.add(folder)
                    archive.addfile(_entry(folder, owner, tarfile.DIRTYPE, 0o755))
            entry = _entry(path, owner, tarfile.REGTYPE, 0o755 if file.executable else 0o644)
            entry.size = len(file.data)
            archive.addfile(entry, io.BytesIO(file.data))
    return out.getvalue()


def _entry(name: str, owner: int, kind: bytes, mode: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.uid, entry.gid = kind, mode, owner, owner
    return entry


def look(source: IO[bytes], path: str, depth: int, most: int) -> Collected:
    """Return what stands at a path, from an archive of the folders above it, outermost first, without content, and it.

    Args:
        depth: how many entries there are where all of it is there. most: bytes that are wanted of a file.

    Raises:
        BoxError: it is no archive.
    """
    for left in range(depth - 1, -1, -1):
        found = _next(source)
        if found is None:
            return Collected(path=path, kind=Kind.MISSING)
        kind, size = found
        if left and kind != ord("5"):
            return Collected(path=path, kind=Kind.LINK if kind == ord("2") else Kind.MISSING)
        if not left and kind in _REGULAR:
            data = _exactly(source, min(size, most))
            return Collected(path=path, kind=Kind.FILE, size=size, data=data, cut=size > len(data))
        if not left:
            return Collected(path=path, kind=_KINDS.get(kind, Kind.OTHER))
    return Collected(path=path, kind=Kind.MISSING)


def _next(source: IO[bytes]) -> tuple[int, int] | None:
    """Return type and size of the next entry, or None at the end."""
    told: int | None = None
    for _ in range(4):  # at most this many say more about one
        block = source.read(_BLOCK)
        if len(block) < _BLOCK or not any(block):
            return None
        if block[257:262] != b"ustar" or _sum(block) != _number(block[148:156]):
            raise _bad()
        kind, size = block[156], _number(block[124:136])
        if kind not in _EXTRA:
            return kind, size if told is None else told
        if size > _MOST_EXTRA:
            raise _bad()
        extra = _exactly(source, -(-size // _BLOCK) * _BLOCK)[:size]
        if kind == ord("x") and (said := _SIZE.search(extra)):
            told = int(said[1])
    raise _bad()


def _exactly(source: IO[bytes], size: int) -> bytes:
    data = source.read(size)
    if len(data) < size:
        raise _bad()
    return data


def _sum(block: bytes) -> int:
    """The check sum of a header: its bytes, those of the sum itself as spaces."""
    return sum(block) - sum(block[148:156]) + 8 * ord(" ")


def _number(field: bytes) -> int:
    """A number in octal digits, or of GNU's in base 256."""
    if field[0] & 0x80:
        return int.from_bytes(field[1:], "big")
    text = field.strip(b"\0 ")
    if not re.fullmatch(rb"[0-7]{0,12}", text):
        raise _bad()
    return int(text or b"0", 8)


def _bad() -> BoxError:
    return BoxError("what a container sent is no archive", "look at the tar of its image")
