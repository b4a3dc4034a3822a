"""Documents: files as they lie on disk, unpacked where they are gzip or zip, under limits.

A document can be opened more than once, so that a reader may look twice (SARIF rules can stand after the
results that use them) and nothing has to be held in memory.
"""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from clearinghouse.formats.sample import SAMPLE_SIZE, Sample
from clearinghouse.records import ClearinghouseError, Problem


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one document may cost. Sizes in bytes.

    Attributes:
        unpacked: largest unpacked size of one document.
        ratio: largest ratio of unpacked to packed size, once :attr:`ratio_from` bytes are out. 1,000 is just under
            what DEFLATE can reach (1,032), which only runs of one byte do.
        members: most members of one archive. nesting: most packings around a document.
        whole: largest document that a reader may ask for in one piece.
    """

    unpacked: int = 8 * 2**30
    ratio: int = 400
    ratio_from: int = 16 * 2**20
    members: int = 100_000
    nesting: int = 3
    whole: int = 512 * 2**20


LIMITS = Limits()


class LimitExceededError(ClearinghouseError):
    """A document is larger than a limit allows."""


class UnreadableError(ClearinghouseError):
    """A document's bytes cannot be had: a broken archive, a missing permission, an encrypted member."""


class _Guarded(io.RawIOBase):
    """A stream that counts what comes out and stops a decompression bomb.

    Args:
        beneath: what ``stream`` reads from and does not close by itself.
    """

    def __init__(
        self, stream: BinaryIO, source: str, packed: int | None, limits: Limits, *beneath: BinaryIO | zipfile.ZipFile
    ) -> None:
        self._stream = stream
        self._beneath = beneath
        self._source = source
        self._packed = packed
        self._limits = limits
        self._out = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            chunk = self._stream.read(len(buffer))
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            raise UnreadableError(
                f"{self._source} cannot be unpacked: {error}", "send the file again, or unpack it yourself"
            ) from error
        self._out += len(chunk)
        self._check()
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def _check(self) -> None:
        limits = self._limits
        if self._out > limits.unpacked:
            raise LimitExceededError(
                f"{self._source} is larger than {limits.unpacked >> 20} MiB", "divide it into several files"
            )
        if self._packed and self._out > limits.ratio_from and self._out > self._packed * limits.ratio:
            raise LimitExceededError(
                f"{self._source} unpacks to more than {limits.ratio} times its size, as a decompression bomb does",
                "send it unpacked if it is genuine",
            )

    def close(self) -> None:
        self._stream.close()
        for stream in self._beneath:
            stream.close()
        super().close()


class Document:
    """One readable document.

    Args:
        source: ``<path as given or found>[!<archive member>]``; names it in every record.
        opener: returns a fresh binary stream of the unpacked bytes each time it is called.
        limits: what it may cost.
    """

    def __init__(self, source: str, opener: Callable[[], BinaryIO], limits: Limits = LIMITS) -> None:
        self.source = source
        self._opener = opener
        self.limits = limits

    @classmethod
    def from_bytes(cls, source: str, data: bytes, limits: Limits = LIMITS) -> "Document":
        """A document whose bytes are at hand (a request body, a test)."""
        return cls(source, lambda: io.BytesIO(data), limits)

    def open(self) -> BinaryIO:
        """Return a fresh stream of the unpacked bytes. Reading may raise a :class:`ClearinghouseError`."""
        return self._opener()

    def read(self) -> bytes:
        """Return all bytes, without a UTF-8 byte order mark.

        Raises:
            LimitExceededError: the document is larger than ``limits.whole``.
        """
        with self.open() as stream:
            data = stream.read(self.limits.whole + 1)
        if len(data) > self.limits.whole:
            raise LimitExceededError(
                f"{self.source} is larger than {self.limits.whole >> 20} MiB, the most that a document of its format "
                "may have",
                "divide it into several files",
            )
        return data.removeprefix(b"\xef\xbb\xbf")

    @cached_property
    def sample(self) -> Sample:
        """The head of the document, for detection."""
        with self.open() as stream:
            head = _read_exactly(stream, SAMPLE_SIZE + 1)
        return Sample(head[:SAMPLE_SIZE], complete=len(head) <= SAMPLE_SIZE)


def documents(path: Path, given: str, limits: Limits = LIMITS) -> Iterator[Document | Problem]:
    """Yield the documents of one file: itself, or what its packing holds. Broken packing is a problem.

    Args:
        path: the file. given: how it is named in records.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            magic = stream.read(4)
    except OSError as error:
        yield _unreadable(given, error.strerror or str(error))
        return
    opener = cast(Callable[[], BinaryIO], lambda: path.open("rb"))
    yield from _unpack(given, opener, magic, size, limits, limits.nesting)


def _unpack(
    source: str, opener: Callable[[], BinaryIO], magic: bytes, size: int, limits: Limits, nesting: int
) -> Iterator[Document | Problem]:
    packed = magic[:2] == b"\x1f\x8b" or magic in (b"PK\x03\x04", b"PK\x05\x06")
    if packed and nesting == 0:
        yield Problem(
            source=source,
            code="nested_too_deep",
            message=f"{source} is packed more than {limits.nesting} times over.",
            expected=f"at most {limits.nesting} packings around a document",
        )
    elif magic[:2] == b"\x1f\x8b":
        yield from _unpack_gzip(source, opener, size, limits, nesting)
    elif packed:
        yield from _unpack_zip(source, opener, limits, nesting)
    else:
        yield Document(source, opener, limits)


def _unpack_gzip(
    source: str, opener: Callable[[], BinaryIO], size: int, limits: Limits, nesting: int
) -> Iterator[Document | Problem]:
    def unpacked() -> BinaryIO:
        beneath = opener()
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=beneath, mode="rb"))
        return io.BufferedReader(_Guarded(stream, source, size, limits, beneath), 1 << 16)

    try:
        with unpacked() as stream:
            magic = stream.read(4)
    except ClearinghouseError as error:
        yield _unreadable(source, error.what)
        return
    yield from _unpack(source, unpacked, magic, size, limits, nesting - 1)


def _unpack_zip(
    source: str, opener: Callable[[], BinaryIO], limits: Limits, nesting: int
) -> Iterator[Document | Problem]:
    try:
        with opener() as stream, zipfile.ZipFile(_seekable(stream, limits)) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
    except (OSError, zipfile.BadZipFile, ClearinghouseError, NotImplementedError) as error:
        yield _unreadable(source, f"not a readable zip archive: {error}")
        return
    if len(members) > limits.members:
        yield Problem(
            source=source,
            code="too_many_members",
            message=f"{source} holds {len(members)} members; only the first {limits.members} are read.",
            expected=f"at most {limits.members} members",
        )
    for info in members[: limits.members]:
        yield from _unpack_member(f"{source}!{info.filename}", opener, info, limits, nesting)


def _unpack_member(
    source: str, opener: Callable[[], BinaryIO], info: zipfile.ZipInfo, limits: Limits, nesting: int
) -> Iterator[Document | Problem]:
    def unpacked() -> BinaryIO:
        beneath = opener()
        archive = zipfile.ZipFile(_seekable(beneath, limits))
        try:
            member = cast(BinaryIO, archive.open(info))
        except (RuntimeError, NotImplementedError, zipfile.BadZipFile) as error:  # encrypted, or an unknown method
            raise UnreadableError(f"{source} cannot be unpacked: {error}", "send it without a password") from error
        return io.BufferedReader(_Guarded(member, source, info.compress_size, limits, archive, beneath), 1 << 16)

    try:
        with unpacked() as stream:
            magic = stream.read(4)
    except ClearinghouseError as error:
        yield _unreadable(source, error.what)
        return
    yield from _unpack(source, unpacked, magic, info.compress_size, limits, nesting - 1)


def _seekable(stream: BinaryIO, limits: Limits) -> BinaryIO:
    """Return ``stream`` if it can seek (a file), else its bytes: a zip inside a packing has to be read whole."""
    if stream.seekable():
        return stream
    data = stream.read(limits.whole + 1)
    if len(data) > limits.whole:
        raise LimitExceededError(f"a packed archive is larger than {limits.whole >> 20} MiB", "unpack it yourself")
    return io.BytesIO(data)


def _read_exactly(stream: BinaryIO, size: int) -> bytes:
    parts = []
    while size > 0 and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _unreadable(source: str, why: str) -> Problem:
    return Problem(source=source, code="unreadable", message=f"{source} cannot be read: {why}.")
