"""Documents: files as they lie on disk, unpacked where they are gzip or zip, under limits.

A document can be opened more than once, so that a reader may look twice (SARIF rules can stand after the
results that use them) and nothing has to be held in memory. It is always UTF-8: what a byte order mark says to be
UTF-16 or UTF-32, as some Windows tools write it, is transcoded on the way, and the mark is left out.
"""

import codecs
import gzip
import io
import stat
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, cast

from clearinghouse.formats.guard import (
    LIMITS,
    UNPACKING_ERRORS,
    Guarded,
    Ledger,
    LimitExceededError,
    Limits,
    UnreadableError,
)
from clearinghouse.formats.sample import SAMPLE_SIZE, Sample
from clearinghouse.formats.text import printable_name
from clearinghouse.records import ClearinghouseError, Problem

__all__ = ["LIMITS", "Document", "LimitExceededError", "Limits", "UnreadableError", "documents"]

_MARKS = (  # the longer first: the mark of UTF-32 begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = 4
_BUFFER = 1 << 16


class Document:
    """One readable document.

    Args:
        source: ``<path as given or found>[!<archive member>]``; names it in every record.
        opener: returns a fresh binary stream of the unpacked bytes each time it is called.
        limits: what it may cost.
        magic: its first bytes, if they are known already.
    """

    def __init__(
        self, source: str, opener: Callable[[], BinaryIO], limits: Limits = LIMITS, magic: bytes | None = None
    ) -> None:
        self.source = source
        self._opener = opener
        self.limits = limits
        self._known_magic = magic

    @classmethod
    def from_bytes(cls, source: str, data: bytes, limits: Limits = LIMITS) -> "Document":
        """A document whose bytes are at hand (a request body, a test)."""
        return cls(source, lambda: io.BytesIO(data), limits, data[:_MAGIC])

    def open(self) -> BinaryIO:
        """Return a fresh stream of the unpacked bytes in UTF-8. Reading may raise a :class:`ClearinghouseError`."""
        stream = self._opener()
        for mark, encoding in _MARKS:
            if self._magic.startswith(mark):
                return io.BufferedReader(_Transcoded(stream, encoding), _BUFFER)
        if self._magic.startswith(codecs.BOM_UTF8):
            stream.read(len(codecs.BOM_UTF8))
        return stream

    @cached_property
    def _magic(self) -> bytes:
        if self._known_magic is not None:
            return self._known_magic
        with self._opener() as stream:
            return stream.read(_MAGIC)

    def read(self) -> bytes:
        """Return all bytes.

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
        return data

    @cached_property
    def sample(self) -> Sample:
        """The head of the document, for detection. Of one that breaks off soon, what stands before the break."""
        parts, size = [], SAMPLE_SIZE + 1
        with self.open() as stream:
            read = getattr(stream, "read1", stream.read)
            try:
                while size > 0 and (part := read(size)):
                    parts.append(part)
                    size -= len(part)
            except ClearinghouseError:
                if not parts:
                    raise
                size = 0
        return Sample(b"".join(parts)[:SAMPLE_SIZE], complete=size > 0)


class _Transcoded(io.RawIOBase):
    """A stream in UTF-8 of a stream in another encoding; what cannot be decoded becomes U+FFFD."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream = stream
        self._read = getattr(stream, "read1", stream.read)
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        ended = False
        while not self._ready and not ended:
            chunk = self._read(_BUFFER)
            ended = not chunk
            self._ready = self._decoder.decode(chunk, ended).encode()
        part = self._ready[: len(buffer)]
        self._ready = self._ready[len(part) :]
        buffer[: len(part)] = part
        return len(part)

    def close(self) -> None:
        self._stream.close()
        super().close()


def documents(path: Path, given: str, limits: Limits = LIMITS) -> Iterator[Document | Problem]:
    """Yield the documents of one file: itself, or what its packing holds. Broken packing is a problem.

    Only regular files are read: a document is opened more than once, which a pipe or a terminal does not allow.

    Args:
        path: the file. given: how it is named in records, once what cannot be shown is escaped.
    """
    source = printable_name(given)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            yield _unreadable(source, "it is not a regular file; save what it gives into one")
            return
        with path.open("rb") as stream:
            magic = stream.read(_MAGIC)
    except OSError as error:
        yield _unreadable(source, error.strerror or str(error))
        return

    def opener() -> BinaryIO:
        try:
            return path.open("rb")
        except OSError as error:
            raise UnreadableError(
                f"{source} cannot be opened again: {error.strerror}", "leave it where it is"
            ) from error

    ledger = Ledger(source, status.st_size, limits)
    yield from _Unpacker(limits, ledger).unpack(source, opener, magic, status.st_size, limits.nesting)


class _Unpacker:
    """Finds the documents in one file on disk."""

    def __init__(self, limits: Limits, ledger: Ledger) -> None:
        self.limits = limits
        self.ledger = ledger

    def unpack(
        self, source: str, opener: Callable[[], BinaryIO], magic: bytes, size: int, nesting: int
    ) -> Iterator[Document | Problem]:
        """Yield the documents behind ``opener``.

        ``size`` is how many bytes they take up as they are packed; ``nesting`` more packings are allowed.
        """
        is_gzip = magic[:2] == b"\x1f\x8b"
        if not is_gzip and magic not in (b"PK\x03\x04", b"PK\x05\x06"):
            yield Document(source, opener, self.limits, magic)
        elif nesting == 0:
            yield Problem(
                source=source,
                code="nested_too_deep",
                message=f"{source} is packed more than {self.limits.nesting} times over.",
                expected=f"at most {self.limits.nesting} packings around a document",
            )
        elif is_gzip:
            yield from self._inside(source, lambda: self._gunzipped(source, opener, size, nesting), size, nesting)
        else:
            yield from self._zip(source, opener, nesting)

    def _inside(
        self, source: str, unpacked: Callable[[], BinaryIO], size: int, nesting: int
    ) -> Iterator[Document | Problem]:
        try:
            with unpacked() as stream:
                magic = stream.read(_MAGIC)
        except ClearinghouseError as error:
            yield _unreadable(source, error.what)
            return
        yield from self.unpack(source, unpacked, magic, size, nesting - 1)

    def _gunzipped(self, source: str, opener: Callable[[], BinaryIO], size: int, nesting: int) -> BinaryIO:
        beneath = opener()
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=beneath, mode="rb"))
        return io.BufferedReader(Guarded(stream, source, size, self.limits, self.ledger, nesting, beneath), _BUFFER)

    def _zip(self, source: str, opener: Callable[[], BinaryIO], nesting: int) -> Iterator[Document | Problem]:
        try:
            archive = _Archive(opener, self.limits)
        except (*UNPACKING_ERRORS, ClearinghouseError) as error:
            yield _unreadable(source, f"not a readable zip archive: {error}")
            return
        members = [info for info in archive.zip.infolist() if not info.filename.endswith("/")]
        if len(members) > self.limits.members:
            yield Problem(
                source=source,
                code="too_many_members",
                message=f"{source} holds {len(members)} members; only the first {self.limits.members} are read.",
                expected=f"at most {self.limits.members} members",
            )
        names: Counter[str] = Counter()
        for info in members[: self.limits.members]:
            name = printable_name(info.filename)
            names[name] += 1
            member = f"{source}!{name}" + (f" ({names[name]})" if names[name] > 1 else "")
            yield from self._member(member, archive, info, nesting)
            if self.ledger.exhausted:
                break  # every further member would only say so again

    def _member(
        self, source: str, archive: "_Archive", info: zipfile.ZipInfo, nesting: int
    ) -> Iterator[Document | Problem]:
        def unpacked() -> BinaryIO:
            try:
                member = cast(BinaryIO, archive.zip.open(info))
            except UNPACKING_ERRORS as error:  # encrypted, or an unknown method
                raise UnreadableError(f"{source} cannot be unpacked: {error}", "send it without a password") from error
            guarded = Guarded(member, source, info.compress_size, self.limits, self.ledger, nesting)
            return io.BufferedReader(guarded, _BUFFER)

        yield from self._inside(source, unpacked, info.compress_size, nesting)


class _Archive:
    """An open zip archive: its directory is read once, however many members are opened. Closed with its last user."""

    def __init__(self, opener: Callable[[], BinaryIO], limits: Limits) -> None:
        self._stream = _seekable(opener(), limits)
        try:
            self.zip = zipfile.ZipFile(self._stream)
        except BaseException:
            self._stream.close()
            raise

    def __del__(self) -> None:
        if hasattr(self, "zip"):
            self.zip.close()
            self._stream.close()


def _seekable(stream: BinaryIO, limits: Limits) -> BinaryIO:
    """Return ``stream`` if it can seek (a file), else its bytes: a zip inside a packing has to be read whole."""
    if stream.seekable():
        return stream
    with stream:
        data = stream.read(limits.whole + 1)
    if len(data) > limits.whole:
        raise LimitExceededError(f"a packed archive is larger than {limits.whole >> 20} MiB", "unpack it yourself")
    return io.BytesIO(data)


def _unreadable(source: str, why: str) -> Problem:
    return Problem(source=source, code="unreadable", message=f"{source} cannot be read: {why}.")
