"""Documents: what readers read, wherever it came from (:mod:`clearinghouse.formats.unpacking` finds them in files).

A document can be opened more than once, so that a reader may look twice (SARIF rules can stand after the
results that use them) and nothing has to be held in memory. A stream of it is UTF-8 if the document is UTF-8, UTF-16 or
UTF-32, its byte order mark left out. Of other encodings, :meth:`Document.in_utf8` takes care a piece at a time.
"""

import io
from collections.abc import Iterator
from functools import cached_property, partial
from typing import BinaryIO

from clearinghouse.formats.encoding import BUFFER, HEAD, encoding_of, in_whole_characters, repair, transcoded
from clearinghouse.formats.guard import LIMITS, LimitExceededError, Limits, UnreadableError
from clearinghouse.formats.packing import Opener
from clearinghouse.formats.sample import SAMPLE_SIZE, Sample
from clearinghouse.formats.text import plural
from clearinghouse.records import ClearinghouseError, Level, Problem

__all__ = ["LIMITS", "Document", "LimitExceededError", "Limits", "Names", "UnreadableError"]

_BOM = b"\xef\xbb\xbf"


class Document:
    """One readable document.

    Args:
        source: ``<path as given or found>[!<archive member>]``; names it in every record.
        opener: returns a fresh binary stream of the unpacked bytes each time it is called.
        limits: what it may cost.
        magic: its first bytes, if they are known already.
        packed: it comes out of gzip or zip.
        held: all its unpacked bytes, if they are at hand.
    """

    def __init__(
        self,
        source: str,
        opener: Opener,
        limits: Limits = LIMITS,
        magic: bytes | None = None,
        *,
        packed: bool = False,
        held: bytes | None = None,
    ) -> None:
        self.source = source
        self._opener = opener
        self.limits = limits
        self._known_magic = magic
        self._packed = packed
        self._held = held
        self._repaired: dict[bool, int] = {}

    @classmethod
    def from_bytes(cls, source: str, data: bytes, limits: Limits = LIMITS) -> "Document":
        """A document whose bytes are at hand (a request body, a test)."""
        return cls(source, partial(io.BytesIO, data), limits, data[:HEAD], held=data)

    def open(self) -> BinaryIO:
        """Return a fresh stream of the unpacked bytes in UTF-8. Reading may raise a :class:`ClearinghouseError`."""
        stream = self._opener()
        encoding = encoding_of(self._magic)
        if encoding == "utf-8-sig":
            stream.read(len(_BOM))
        elif encoding != "utf-8":
            return transcoded(stream, encoding)
        return stream

    def at_hand(self, most: int) -> bytes | None:
        """Return all that :meth:`open` gives, if that is at most ``most`` bytes and can be made a document again.

        None is no verdict: reading it says what is wrong, if anything is.
        """
        data = self._held
        if data is None or not _begins_as_utf8(data):
            try:
                with self.open() as stream:
                    data = stream.read(most + 1)
            except (ClearinghouseError, OSError):
                return None
        return data if len(data) <= most and _begins_as_utf8(data) else None

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
        self._repaired[repaired.windows] = self._repaired.get(repaired.windows, 0) + repaired.bad
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


def _begins_as_utf8(data: bytes) -> bool:
    """Whether the first bytes say nothing of an encoding, or of UTF-8 without a mark."""
    return (data.startswith(b"{") and 0 not in data[:HEAD]) or encoding_of(data[:HEAD]) == "utf-8"


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
