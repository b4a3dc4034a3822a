"""Limits on what a document may cost, the streams that keep them, and what is said when they break."""

import io
import lzma
import struct
import zipfile
import zlib
from typing import BinaryIO

import msgspec

from clearinghouse.formats.text import sentence
from clearinghouse.records import ClearinghouseError, Problem


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one document may cost. Sizes in bytes.

    Attributes:
        unpacked: largest unpacked size of one document.
        ratio: largest ratio of unpacked to packed size, once :attr:`ratio_from` bytes are out, of one document and of
            all that one file holds. 1,000 is just under what DEFLATE can reach (1,032), which only runs of one byte do.
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

UNPACKING_ERRORS = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    zipfile.BadZipFile,
    RuntimeError,  # an encrypted member
    NotImplementedError,  # an unknown method
    ValueError,  # numbers and names in an archive's directory that cannot be
    OverflowError,
)
"""What the standard library raises for packed files that are broken in one way or another."""


_UNPACK = "unpack it yourself if it is genuine, and name what comes out"
LOOK_AT_PATH = "look at the path, and whether you may read it"
"""What to do about a file that the system does not give."""


class DocumentError(ClearinghouseError):
    """A document cannot be read, or not to its end.

    Args:
        source: the document. why: what is wrong with it, as a clause without its name. remedy: what to do about it.
    """

    def __init__(self, source: str, why: str, remedy: str) -> None:
        super().__init__(f"{source}: {why}", remedy, source=source)
        self.why = why


class LimitExceededError(DocumentError):
    """A document is larger than a limit allows."""


class UnreadableError(DocumentError):
    """A document's bytes cannot be had: a broken archive, a missing permission, an encrypted member."""


def unreadable(source: str, error: ClearinghouseError) -> Problem:
    """Return the problem of a document that cannot be read, or not to its end."""
    why = error.why if isinstance(error, DocumentError) else error.what
    return Problem(source=source, code="unreadable", message=sentence(f"{why}; {error.remedy}"))


def why_not_opened(error: OSError) -> str:
    """Say why the system does not give a file."""
    return f"it cannot be read: {error.strerror or 'the system does not say why'}"


def why_broken(error: Exception, read: int) -> str:
    """Say how a packing is broken, ``read`` bytes of its content after its beginning."""
    if isinstance(error, NotImplementedError):
        return "it is packed with a compression method that is not known here"
    if isinstance(error, RuntimeError):
        return "it is encrypted"
    if isinstance(error, EOFError):
        return f"its packing breaks off after {read:,} bytes of content"
    if isinstance(error, OSError) and error.strerror:
        return f"it cannot be read beyond {read:,} bytes of content: {error.strerror}"
    if "CRC" in str(error):
        return f"its packing is damaged: the checksum does not fit the {read:,} bytes of content"
    return f"its packing is damaged after {read:,} bytes of content"


class Ledger:
    """How much has come out of one file on disk, whatever its archives say about the sizes of their members.

    Members that share their packed bytes, and archives in archives, multiply without any one of them being
    remarkable; their sum is. What is read twice counts once.

    Args:
        source: the file. packed: its size on disk in bytes. limits: what it may cost.
    """

    def __init__(self, source: str, packed: int, limits: Limits) -> None:
        self._source = source
        self._most = max(packed * limits.ratio, limits.ratio_from)
        self._ratio = limits.ratio
        self._out: dict[tuple[str, int], int] = {}
        self._total = 0

    @property
    def exhausted(self) -> bool:
        """Whether more has come out than may."""
        return self._total > self._most

    def count(self, key: tuple[str, int], out: int) -> None:
        """Note that ``out`` bytes of one packing have come out.

        Raises:
            LimitExceededError: all packings together are too large.
        """
        known = self._out.get(key, 0)
        if out > known:
            self._out[key] = out
            self._total += out - known
        if self.exhausted:
            raise LimitExceededError(
                self._source,
                f"all that it holds is more than {self._ratio} times its size, the limit against decompression bombs",
                _UNPACK,
            )


class Guarded(io.RawIOBase):
    """A stream that counts what comes out and stops a decompression bomb.

    Args:
        stream: gives the unpacked bytes. source: the document.
        packed: packed size in bytes, as far as it is known. layer: how many packings are still allowed inside.
        beneath: what ``stream`` reads from and does not close by itself.
    """

    def __init__(
        self,
        stream: BinaryIO,
        source: str,
        packed: int,
        limits: Limits,
        ledger: Ledger,
        layer: int,
        *beneath: BinaryIO,
    ) -> None:
        self._stream = stream
        # read would wait for a full buffer and lose what came before a break
        self._read = getattr(stream, "read1", stream.read)
        self._beneath = beneath
        self._source = source
        self._packed = packed
        self._limits = limits
        self._ledger = ledger
        self._key = (source, layer)
        self._out = 0

    def readable(self) -> bool:
        """Whether it can be read: yes."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read up to ``len(buffer)`` bytes; see :meth:`io.RawIOBase.readinto`.

        Raises:
            UnreadableError: the packing is broken here. LimitExceededError: too much has come out.
        """
        try:
            chunk = self._read(len(buffer))
        except UNPACKING_ERRORS as error:
            raise UnreadableError(
                self._source, why_broken(error, self._out), "send the file again, or unpack it yourself"
            ) from error
        self._out += len(chunk)
        self._check()
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def _check(self) -> None:
        limits = self._limits
        if self._out > limits.unpacked:
            raise LimitExceededError(
                self._source, f"it is larger than {limits.unpacked >> 20} MiB", "divide it into several files"
            )
        if self._out > limits.ratio_from and self._out > self._packed * limits.ratio:
            raise LimitExceededError(
                self._source,
                f"it unpacks to more than {limits.ratio} times its size, the limit against decompression bombs",
                _UNPACK,
            )
        self._ledger.count(self._key, self._out)

    def close(self) -> None:
        """Close it and what is beneath it."""
        self._stream.close()
        for stream in self._beneath:
            stream.close()
        super().close()
