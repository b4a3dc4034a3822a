"""A window on a JSON document of any size: it finds where one value ends, and reads on as far as that takes.

Values are bracketed, not checked: whether what stands between the brackets is JSON is for the decoder to say.
"""

import re
from typing import BinaryIO

import msgspec

from clearinghouse.records import ClearinghouseError

CHUNK = 1 << 20
MAX_VALUE = 64 << 20
"""Largest single value, in bytes; a document with a larger one is not read further."""
MAX_DEPTH = 1000
"""Deepest nesting of a value, which is also what :mod:`msgspec` decodes."""

_STRING = rb'"(?:[^"\\]++|\\.)*+"'


def _nested(depth: int) -> bytes:
    """A possessive expression for one bracketed value, ``depth`` levels deep; linear in its input."""
    pattern = rb"[\[{](?:[^\[\]{}\"]++|" + _STRING + rb")*+[\]}]"
    for _ in range(depth):
        pattern = rb"[\[{](?:[^\[\]{}\"]++|" + _STRING + rb"|" + pattern + rb")*+[\]}]"
    return pattern


_VALUE = re.compile(_nested(40) + rb"|" + _STRING + rb"|[^\s\[\]{},:\"]++", re.DOTALL)
_SCALAR = re.compile(_STRING + rb"|[^\s\[\]{},:\"]++", re.DOTALL)
# What is nested little is passed over in one step: a step in Python for each of its brackets would take microseconds.
_BRACKET = re.compile(rb"(?:[^\[\]{}\"]++|" + _STRING + rb"|" + _nested(8) + rb")*+([\[\]{}])", re.DOTALL)
_SPACE = re.compile(rb"[ \t\r\n]*+")


class BrokenJsonError(Exception):
    """The document stops being JSON here; what was handed out before is good. ``offset`` is in bytes."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(f"{message} near byte {offset}")
        self.offset = offset


class JsonBuffer:
    """The bytes of a document from the place that is read next.

    Args:
        stream: unpacked bytes. chunk: how many of them are read at a time.

    Attributes:
        data: what is held; pos: the place in it that is read next; before: how many bytes were dropped in front of it.
    """

    def __init__(self, stream: BinaryIO, chunk: int = CHUNK) -> None:
        self.chunk = chunk
        self.data = b""
        self.pos = 0
        self.before = 0
        self.ended = False
        self._failure: ClearinghouseError | None = None
        self._read = getattr(stream, "read1", stream.read)  # read would lose what came before a failure

    def fill(self, size: int = 0) -> bool:
        """Drop what was read and add up to ``size`` bytes (a chunk if 0); False at the end of the stream."""
        if not self._append(size or self.chunk) and self._failure:
            raise self._failure
        return not self.ended

    def top_up(self) -> None:
        """Hold at least a chunk, if there is as much."""
        if len(self.data) - self.pos < self.chunk:
            self._append(self.chunk)

    def _append(self, size: int) -> bool:
        """Read on. A stream that fails is told of only when what came before the failure is used up."""
        if self.ended or self._failure:
            return False
        parts = []
        try:
            while size > 0 and (part := self._read(size)):
                parts.append(part)
                size -= len(part)
        except ClearinghouseError as failure:
            self._failure = failure
        self.before += self.pos
        self.data = b"".join((self.data[self.pos :], *parts))
        self.pos = 0
        self.ended = not parts and not self._failure
        return bool(parts)

    def broken(self, message: str) -> BrokenJsonError:
        """The error that says ``message`` of the place that is read next."""
        return BrokenJsonError(message, self.before + self.pos)

    def skip_bom(self) -> None:
        """Pass over a UTF-8 byte order mark at the beginning."""
        self.fill()
        if self.data.startswith(b"\xef\xbb\xbf"):
            self.pos = 3

    def peek(self) -> bytes:
        """Move to the next byte that is not white space and return it; empty at the end."""
        while True:
            self.pos = _SPACE.match(self.data, self.pos).end()  # type: ignore[union-attr]
            if self.pos < len(self.data):
                return self.data[self.pos : self.pos + 1]
            if not self.fill():
                return b""

    def expect(self, byte: bytes) -> None:
        """Take ``byte``, white space before it aside."""
        if self.peek() != byte:
            raise self.broken(f"{byte.decode()!r} was expected")
        self.pos += 1

    def whole(self) -> msgspec.Raw:
        """Take one complete value.

        Raises:
            BrokenJsonError: there is none, or it does not end, or it is too deep or too large.
        """
        if not self.peek():
            raise self.broken("the document ends where a value was expected")
        match = _VALUE.match(self.data, self.pos)
        if match and match.end() < len(self.data):
            end = match.end()
        elif self.data[self.pos : self.pos + 1] in (b"[", b"{"):
            end = self._bracketed_end()
        else:
            end = self._scalar_end()
        value = self.data[self.pos : end]
        if len(value) > MAX_VALUE:
            raise self._too_large()
        self.pos = end
        return msgspec.Raw(value)

    def _extend(self, size: int) -> int:
        """Read on within a value: return the next size, the double, or 0 at the end of the stream.

        Doubling has a large value copied and scanned a logarithmic number of times.
        """
        if len(self.data) - self.pos > MAX_VALUE:
            raise self._too_large()
        return size * 2 if self.fill(min(size, MAX_VALUE)) else 0

    def _too_large(self) -> BrokenJsonError:
        return self.broken(f"a value larger than {MAX_VALUE >> 20} MiB")

    def _scalar_end(self) -> int:
        """Find the end of a string, number or word that may go on in what was not read yet."""
        size = self.chunk
        while True:
            match = _SCALAR.match(self.data, self.pos)
            if match and (match.end() < len(self.data) or self.ended):
                return match.end()
            if not match and self.data[self.pos : self.pos + 1] != b'"':
                raise self.broken("a value was expected")
            size = self._extend(size)
            if not size and not match:
                raise self.broken("the document ends inside a string")

    def _bracketed_end(self) -> int:
        """Find the end of an array or object of any depth, bracket by bracket; each is looked at a few times."""
        size, depth, done = self.chunk, 1, 1  # its own bracket is taken
        while True:
            while match := _BRACKET.match(self.data, self.pos + done):
                done = match.end() - self.pos
                depth += 1 if match[1] in b"[{" else -1
                if depth == 0:
                    return match.end()
                if depth > MAX_DEPTH:
                    raise self.broken(f"a value deeper than {MAX_DEPTH} levels")
            size = self._extend(size)
            if not size:
                raise self.broken("the document ends or is malformed inside a value")
