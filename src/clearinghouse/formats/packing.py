"""What is inside gzip and zip, as streams under limits."""

import gzip
import io
import zipfile
from collections.abc import Callable
from typing import BinaryIO, cast

from clearinghouse.formats.encoding import BUFFER
from clearinghouse.formats.guard import (
    UNPACKING_ERRORS,
    Guarded,
    Ledger,
    LimitExceededError,
    Limits,
    UnreadableError,
    why_broken,
)

Opener = Callable[[], BinaryIO]
"""Returns a fresh stream of the same bytes each time it is called."""


def is_gzip(magic: bytes) -> bool:
    """Whether a file with these first four bytes is packed with gzip."""
    return magic[:2] == b"\x1f\x8b"


def is_zip(magic: bytes) -> bool:
    """Whether a file with these first four bytes is a zip archive."""
    return magic in (b"PK\x03\x04", b"PK\x05\x06")


def gunzipped(source: str, opener: Opener, size: int, limits: Limits, ledger: Ledger, layer: int) -> BinaryIO:
    """Return a stream of what the gzip stream behind ``opener`` holds; the arguments are those of :class:`Guarded`."""
    beneath = opener()
    stream = cast(BinaryIO, gzip.GzipFile(fileobj=beneath, mode="rb"))
    return io.BufferedReader(Guarded(stream, source, size, limits, ledger, layer, beneath), BUFFER)


class Archive:
    """An open zip archive: its directory is read once, however many members are opened. Closed with its last user.

    Raises:
        UnreadableError: it is broken. LimitExceededError: it is packed itself, and too large for that.
    """

    def __init__(self, source: str, opener: Opener, limits: Limits) -> None:
        self._limits = limits
        self._stream = _seekable(source, opener(), limits)
        try:
            self._zip = zipfile.ZipFile(self._stream)
        except UNPACKING_ERRORS as error:
            self._stream.close()
            why = "its packing is damaged: the list of members cannot be read"
            raise UnreadableError(source, why, "send the archive again, or unpack it yourself") from error

    def __del__(self) -> None:
        if hasattr(self, "_zip"):
            self._zip.close()
            self._stream.close()

    def members(self) -> list[zipfile.ZipInfo]:
        """Return what it holds, without its folders, in its order."""
        return [info for info in self._zip.infolist() if not info.filename.endswith("/")]

    def open(self, member: zipfile.ZipInfo, source: str, ledger: Ledger, layer: int) -> BinaryIO:
        """Return a stream of a member; ``source`` names it.

        Raises:
            UnreadableError: it is encrypted, broken, or packed in an unknown way.
        """
        try:
            stream = cast(BinaryIO, self._zip.open(member))
        except UNPACKING_ERRORS as error:
            raise UnreadableError(source, why_broken(error, 0), "unpack it yourself") from error
        return io.BufferedReader(Guarded(stream, source, member.compress_size, self._limits, ledger, layer), BUFFER)


def _seekable(source: str, stream: BinaryIO, limits: Limits) -> BinaryIO:
    """Return ``stream`` if it can seek (a file), else its bytes: a zip inside a packing has to be read whole."""
    if stream.seekable():
        return stream
    with stream:
        data = stream.read(limits.whole + 1)
    if len(data) > limits.whole:
        why = f"it is an archive in a packing and larger than {limits.whole >> 20} MiB"
        raise LimitExceededError(source, why, "unpack it yourself")
    return io.BytesIO(data)
