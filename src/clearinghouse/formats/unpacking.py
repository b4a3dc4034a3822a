"""The documents in a file: the file itself, or what gzip and zip hold, under limits."""

import io
import os
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO
from zipfile import ZipInfo

from clearinghouse.formats import spool
from clearinghouse.formats.document import Document, Names
from clearinghouse.formats.encoding import HEAD
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
from clearinghouse.formats.sample import SAMPLE_SIZE
from clearinghouse.formats.text import printable_name
from clearinghouse.records import ClearinghouseError, Problem


def documents(
    path: Path | str,
    given: str,
    limits: Limits = LIMITS,
    names: Names | None = None,
    *,
    found: bool = False,
    status: os.stat_result | None = None,
) -> Iterator[Document | Problem]:
    """Yield the documents of one file: itself, or what its packing holds. Broken packing is a problem.

    Args:
        path: the file, a pipe, or ``-`` for standard input. given: how it is named in records.
        names: those that were given out so far, ``given`` among them; without them ``given`` is the first.
        found: it was come upon in a folder and not named, so that a pipe is not waited for and ``-`` is a file.
        status: of the file, if it is known already.

    Raises:
        NoInputError: nothing can come from standard input.
    """
    if names is None:
        names = Names()
        given = names.take(printable_name(given))
    try:
        opener, size = _at_hand(path, given, limits, status, found=found)
        beginning = _beginning(opener)
    except DocumentError as error:
        yield unreadable(given, error)
    except OSError as error:
        yield unreadable(given, UnreadableError(given, why_not_opened(error), LOOK_AT_PATH))
    else:
        ledger = Ledger(given, size, limits)
        yield from _Unpacker(limits, ledger, names).unpack(given, opener, beginning, size, limits.nesting)


def _beginning(opener: Opener) -> bytes:
    """Return the first bytes of a stream: all of it, if it is small. Where it breaks off soon, the very first."""
    if isinstance(opener, _File):
        return opener.beginning()
    with opener() as stream:
        magic = stream.read(HEAD)
        try:
            return magic + stream.read(SAMPLE_SIZE + 1 - HEAD)
        except ClearinghouseError:
            return magic  # the reader shows what stands before the break, and says what is wrong


class _File:
    """A regular file, which can be opened any number of times."""

    def __init__(self, path: Path | str, source: str) -> None:
        self._path = path
        self._source = source

    def __call__(self) -> BinaryIO:
        try:
            return open(self._path, "rb")
        except OSError as error:
            raise UnreadableError(self._source, why_not_opened(error), LOOK_AT_PATH) from error

    def beginning(self) -> bytes:
        """Return its first bytes. A buffer would cost more than the reading, of folders with many small files."""
        with open(self._path, "rb", buffering=0) as stream:
            data = stream.read(SAMPLE_SIZE + 1)
            while 0 < len(data) <= SAMPLE_SIZE and (more := stream.read(SAMPLE_SIZE + 1 - len(data))):
                data += more
        return data


def _at_hand(
    path: Path | str, source: str, limits: Limits, status: os.stat_result | None, *, found: bool
) -> tuple[Opener, int]:
    """Return what opens a file, any number of times, and its size in bytes.

    Raises:
        UnreadableError, LimitExceededError, NoInputError, OSError: it cannot be opened.
    """
    if spool.is_standard_input(path) and not found:
        kept = spool.standard_input(limits)
        return kept.open, kept.size
    status = status or os.stat(path)
    if stat.S_ISFIFO(status.st_mode) and not found:
        kept = spool.pipe(Path(path), source, limits)
        return kept.open, kept.size
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableError(source, "it is not a regular file", "save what it gives into one")
    return _File(path, source), status.st_size


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
            held = beginning if HEAD < len(beginning) <= SAMPLE_SIZE else None
            if held is not None:  # most documents of a folder: opened, and unpacked, once
                opener = partial(io.BytesIO, held)
            yield Document(source, opener, self.limits, magic, packed=nesting < self.limits.nesting, held=held)
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
            beginning = _beginning(unpacked)
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
