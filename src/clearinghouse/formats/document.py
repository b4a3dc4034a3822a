"""Documents: files as they lie on disk, unpacked where they are gzip or zip, under limits.

A document can be opened more than once, so that a reader may look twice (SARIF rules can stand after the
results that use them) and nothing has to be held in memory. A stream of it is UTF-8 if the document is UTF-8, UTF-16 or
UTF-32, its byte order mark left out. Of other encodings, :meth:`Document.in_utf8` takes care a piece at a time.
"""

import io
import stat
from collections import Counter
from collections.abc import Iterator
from functools import cached_property, partial
from pathlib import Path
from typing import BinaryIO
from zipfile import ZipInfo

from clearinghouse.formats import spool
from clearinghouse.formats.encoding import BUFFER, HEAD, encoding_of, in_whole_characters, repair, transcoded
from clearinghouse.formats.guard import (
    LIMITS,
    LOOK_AT_PATH,
    DocumentError,
    Ledger,
    LimitExceededError,
    Limits,
    UnreadableError,
    unreadable,
    why_not_opened,
)
from clearinghouse.formats.packing import Archive, Opener, gunzipped, is_gzip, is_one_document, is_zip
from clearinghouse.formats.sample import SAMPLE_SIZE, Sample
from clearinghouse.formats.text import plural, printable_name
from clearinghouse.records import ClearinghouseError, Level, Problem

__all__ = ["LIMITS", "Document", "LimitExceededError", "Limits", "Names", "UnreadableError", "documents"]

_BOM = b"\xef\xbb\xbf"


class Document:
    """One readable document.

    Args:
        source: ``<path as given or found>[!<archive member>]``; names it in every record.
        opener: returns a fresh binary stream of the unpacked bytes each time it is called.
        limits: what it may cost.
        magic: its first bytes, if they are known already.
        packed: it comes out of gzip or zip.
    """

    def __init__(
        self,
        source: str,
        opener: Opener,
        limits: Limits = LIMITS,
        magic: bytes | None = None,
        *,
        packed: bool = False,
    ) -> None:
        self.source = source
        self._opener = opener
        self.limits = limits
        self._known_magic = magic
        self._packed = packed
        self._repaired: Counter[bool] = Counter()

    @classmethod
    def from_bytes(cls, source: str, data: bytes, limits: Limits = LIMITS) -> "Document":
        """A document whose bytes are at hand (a request body, a test)."""
        return cls(source, lambda: io.BytesIO(data), limits, data[:HEAD])

    def open(self) -> BinaryIO:
        """Return a fresh stream of the unpacked bytes in UTF-8. Reading may raise a :class:`ClearinghouseError`."""
        stream = self._opener()
        encoding = encoding_of(self._magic)
        if encoding == "utf-8-sig":
            stream.read(len(_BOM))
        elif encoding != "utf-8":
            return transcoded(stream, encoding)
        return stream

    def open_repaired(self) -> BinaryIO:
        """Return what :meth:`open` does, each piece of it in UTF-8 as by :meth:`in_utf8`."""
        return in_whole_characters(self.open(), self.in_utf8)

    @cached_property
    def _magic(self) -> bytes:
        if self._known_magic is not None:
            return self._known_magic
        with self._opener() as stream:
            return stream.read(HEAD)

    def read(self) -> bytes:
        """Return all bytes; of a JSON document, made UTF-8 where they are not.

        Raises:
            LimitExceededError: the document is larger than ``limits.whole``.
        """
        with self.open() as stream:
            data = stream.read(self.limits.whole + 1)
        if len(data) > self.limits.whole:
            raise LimitExceededError(
                self.source,
                f"it is larger than {self.limits.whole >> 20} MiB, the most that a document of its format may have",
                "divide it into several files",
            )
        return self.in_utf8(data) if self.sample.is_json else data

    def in_utf8(self, data: bytes) -> bytes:
        """Return a piece of this document in UTF-8. What had to be repaired is counted for :meth:`notices`."""
        repaired = repair(data)
        if repaired is None:
            return data
        self._repaired[repaired.windows] += repaired.bad
        return repaired.data

    def notices(self) -> Iterator[Problem]:
        """Yield what is worth knowing of the document once it has been read: in which encoding it was."""
        for windows, count in self._repaired.items():
            how = "read as Windows-1252" if windows else "replaced by U+FFFD"
            be = "was" if count == 1 else "were"
            yield Problem(
                source=self.source,
                code="not_utf8",
                message=f"{plural(count, 'byte that is', 'bytes that are')} not UTF-8 {be} {how}.",
                expected="text in UTF-8",
                level=Level.NOTICE,
            )

    def why_packing_is_broken(self) -> ClearinghouseError | None:
        """Return what is wrong with the packing, if anything is; the document is read to its end for it.

        Damage inside a packing shows in the content first, and at the end of the packing as what it is.
        """
        if not self._packed:
            return None
        try:
            with self.open() as stream:
                while stream.read(BUFFER):
                    pass
        except ClearinghouseError as error:
            return error
        return None

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


class Names:
    """Names for documents, each given out once, so that a finding's id names one finding."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def take(self, name: str) -> str:
        """Return ``name``, with a number where it was given out before: ``a``, ``a (2)``."""
        if name not in self._given:
            self._given[name] = 1
            return name
        while True:
            self._given[name] += 1
            numbered = f"{name} ({self._given[name]})"
            if numbered not in self._given:
                self._given[numbered] = 1
                return numbered


def documents(
    path: Path, given: str, limits: Limits = LIMITS, names: Names | None = None, *, found: bool = False
) -> Iterator[Document | Problem]:
    """Yield the documents of one file: itself, or what its packing holds. Broken packing is a problem.

    Args:
        path: the file, a pipe, or ``-`` for standard input. given: how it is named in records.
        names: those that were given out so far, ``given`` among them; without them ``given`` is the first.
        found: it was come upon in a folder and not named, so that a pipe is not waited for and ``-`` is a file.

    Raises:
        NoInputError: nothing can come from standard input.
    """
    if names is None:
        names = Names()
        given = names.take(printable_name(given))
    try:
        opener, size = _at_hand(path, given, limits, found=found)
        with opener() as stream:
            beginning = _beginning(stream)
    except DocumentError as error:
        yield unreadable(given, error)
    except OSError as error:
        yield unreadable(given, UnreadableError(given, why_not_opened(error), LOOK_AT_PATH))
    else:
        ledger = Ledger(given, size, limits)
        yield from _Unpacker(limits, ledger, names).unpack(given, opener, beginning, size, limits.nesting)


def _beginning(stream: BinaryIO) -> bytes:
    """Return the first bytes of a stream: all of it, if it is small. Where it breaks off soon, the very first."""
    magic = stream.read(HEAD)
    try:
        return magic + stream.read(SAMPLE_SIZE + 1 - HEAD)
    except ClearinghouseError:
        return magic  # the reader shows what stands before the break, and says what is wrong


def _at_hand(path: Path, source: str, limits: Limits, *, found: bool) -> tuple[Opener, int]:
    """Return what opens a file, any number of times, and its size in bytes.

    Raises:
        UnreadableError, LimitExceededError, NoInputError, OSError: it cannot be opened.
    """
    if spool.is_standard_input(path) and not found:
        kept = spool.standard_input(limits)
        return kept.open, kept.size
    status = path.stat()
    if stat.S_ISFIFO(status.st_mode) and not found:
        kept = spool.pipe(path, source, limits)
        return kept.open, kept.size
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableError(source, "it is not a regular file", "save what it gives into one")

    def opener() -> BinaryIO:
        try:
            return path.open("rb")
        except OSError as error:
            raise UnreadableError(source, why_not_opened(error), LOOK_AT_PATH) from error

    return opener, status.st_size


class _Unpacker:
    """Finds the documents in one file on disk."""

    def __init__(self, limits: Limits, ledger: Ledger, names: Names) -> None:
        self.limits = limits
        self.ledger = ledger
        self.names = names

    def unpack(
        self, source: str, opener: Opener, beginning: bytes, size: int, nesting: int
    ) -> Iterator[Document | Problem]:
        """Yield the documents behind ``opener``.

        ``beginning`` are their first bytes; ``size`` is how many bytes they take up as they are packed; ``nesting``
        more packings are allowed.
        """
        magic = beginning[:HEAD]
        if not is_gzip(magic) and not is_zip(magic):
            if HEAD < len(beginning) <= SAMPLE_SIZE:  # most documents of a folder: opened, and unpacked, once
                opener = partial(io.BytesIO, beginning)
            yield Document(source, opener, self.limits, magic, packed=nesting < self.limits.nesting)
        elif nesting == 0:
            yield Problem(
                source=source,
                code="nested_too_deep",
                message=f"It is packed more than {self.limits.nesting} times over.",
                expected=f"at most {self.limits.nesting} packings around a document",
            )
        elif is_gzip(magic):
            unpacked = partial(gunzipped, source, opener, size, self.limits, self.ledger, nesting)
            yield from self._inside(source, unpacked, size, nesting)
        else:
            yield from self._zip(source, opener, magic, nesting)

    def _inside(self, source: str, unpacked: Opener, size: int, nesting: int) -> Iterator[Document | Problem]:
        try:
            with unpacked() as stream:
                beginning = _beginning(stream)
        except ClearinghouseError as error:
            yield unreadable(source, error)
            return
        yield from self.unpack(source, unpacked, beginning, size, nesting - 1)

    def _zip(self, source: str, opener: Opener, magic: bytes, nesting: int) -> Iterator[Document | Problem]:
        try:
            archive = Archive(source, opener, self.limits)
        except ClearinghouseError as error:
            yield unreadable(source, error)
            return
        members = archive.members()
        if is_one_document(frozenset(info.filename for info in members)):
            yield Document(source, opener, self.limits, magic, packed=nesting < self.limits.nesting)
            return
        if len(members) > self.limits.members:
            yield Problem(
                source=source,
                code="too_many_members",
                message=f"The archive has {len(members):,} members; only the first {self.limits.members:,} are read.",
                expected=f"at most {self.limits.members} members",
            )
        for info in members[: self.limits.members]:
            member = self.names.take(f"{source}!{printable_name(info.filename)}")
            yield from self._member(archive, info, member, nesting)
            if self.ledger.exhausted:
                break  # every further member would only say so again

    def _member(self, archive: Archive, info: ZipInfo, member: str, nesting: int) -> Iterator[Document | Problem]:
        content = archive.small(info, SAMPLE_SIZE)
        if content is None:
            unpacked = partial(archive.open, info, member, self.ledger, nesting)
            yield from self._inside(member, unpacked, info.compress_size, nesting)
            return
        try:
            self.ledger.count((member, nesting), len(content))
        except LimitExceededError as error:
            yield unreadable(member, error)
            return
        yield from self.unpack(member, partial(io.BytesIO, content), content, info.compress_size, nesting - 1)
