"""How adopted documents are kept where they come in pieces: records as JSON lines in gzip, documents in a zip archive.

The same records give the same bytes, whenever they are packed, so that nothing changed is nothing new.

A feed of many records is not kept as the archive in which it came. Reading a hundred thousand small files out of one
costs three times as much as reading lines, and some have more members than a reader takes.
"""

import gzip
import zipfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from clearinghouse.feeds.errors import RefusedError
from clearinghouse.formats.document import Document
from clearinghouse.formats.guard import LIMITS, UNPACKING_ERRORS, DocumentError, Ledger, LimitExceededError, Limits
from clearinghouse.formats.packing import Archive
from clearinghouse.formats.text import printable_name
from clearinghouse.formats.unpacking import documents
from clearinghouse.records import ClearinghouseError, Problem

MAX_RECORD = 32 << 20
"""Most bytes of one record."""
_LEVEL = 3
"""Of compression: level 6 takes twice as long and saves a tenth."""
_BEGINNING = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip archive can say."""
_FEED_LIMITS = msgspec.structs.replace(LIMITS, members=3_000_000, unpacked=16 << 30)


def members(path: Path, wanted: Callable[[str], bool], feed: str) -> Iterator[tuple[str, bytes]]:
    """Yield the name and bytes of each member of a zip archive that is wanted, by name.

    Raises:
        RefusedError: it is no whole zip archive, or too large in one way or another.
    """
    try:
        archive = Archive(feed, partial(_opened, path), _FEED_LIMITS)
        ledger = Ledger(feed, path.stat().st_size, _FEED_LIMITS)
        infos = {info.filename: info for info in archive.members() if wanted(info.filename)}
        for name in sorted(infos):
            with archive.open(infos[name], name, ledger, 0) as stream:
                yield name, _whole(stream, infos[name])
    except DocumentError as error:
        raise RefusedError(f"{feed}: what came is no whole zip archive: {error.why}", _REPORT) from error


def _whole(stream: BinaryIO, info: zipfile.ZipInfo) -> bytes:
    """Read a member. No more comes out of it than the archive says, so no more need be asked for."""
    if info.file_size > MAX_RECORD:
        raise LimitExceededError(info.filename, f"a member is larger than {MAX_RECORD >> 20} MiB", _REPORT)
    return stream.read(info.file_size + 1)


_REPORT = "try again later; if it stays so, tell the publisher"


def _opened(path: Path) -> BinaryIO:
    return path.open("rb")


def write_lines(path: Path, records: Iterable[bytes]) -> None:
    """Write records, each one JSON value, one a line, in gzip."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file, gzip.GzipFile("", "wb", _LEVEL, cast(BinaryIO, file), mtime=0) as out:
        for record in records:
            out.write((record if b"\n" not in record else _on_one_line(record)) + b"\n")


def _on_one_line(record: bytes) -> bytes:
    """What is no JSON stays what it is, for its readers to tell."""
    try:
        return msgspec.json.format(record, indent=-1)
    except (msgspec.DecodeError, RecursionError):
        return record.replace(b"\n", b" ")


def read_lines(path: Path) -> Iterator[bytes]:
    """Yield the records that :func:`write_lines` wrote.

    Raises:
        RefusedError: the file is damaged.
    """
    try:
        with gzip.open(path) as stream:
            for line in stream:
                yield line[:-1]
    except UNPACKING_ERRORS as error:
        name = printable_name(str(path))
        raise RefusedError(f"{name} is damaged", "move the store away, and fetch again", source=name) from error


def read_small(path: Path, feed: str, limits: Limits = LIMITS) -> bytes:
    """Return the bytes of an index or other small document; what is in gzip is unpacked.

    Raises:
        RefusedError: it is damaged, or too large.
    """
    try:
        return _only(path, limits).read()
    except ClearinghouseError as error:
        raise RefusedError(f"{feed}: {error.what}", error.remedy) from error


def write_archive(path: Path, documents_: Iterable[tuple[str, bytes]]) -> None:
    """Write documents with their names as a zip archive; the caller gives them in order of their names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, data in documents_:
            info = zipfile.ZipInfo(name, _BEGINNING)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)


def _only(path: Path, limits: Limits = LIMITS) -> Document:
    for item in documents(path, str(path), limits):
        if isinstance(item, Problem):
            raise RefusedError(f"it cannot be read: {item.message}", _REPORT)
        return item
    raise RefusedError("there is nothing in it", _REPORT)
