"""Lines of a document in runs of many, for work that is divided: looking for each line end alone would cost more."""

from collections.abc import Generator, Iterator
from typing import NamedTuple

from clearinghouse.formats.document import Document
from clearinghouse.formats.json_lines import MAX_LINE, too_long
from clearinghouse.records import ClearinghouseError, Problem

RUN = 256 * 1024
"""Bytes from which lines are a run; the last line is whole, so that a run may have more."""
_BOM = b"\xef\xbb\xbf"


class Run(NamedTuple):
    """Whole lines of a document.

    Attributes:
        before: how many lines stand before them. data: the lines with their ends.
    """

    before: int
    data: bytes


def line_runs(document: Document, limit: int = MAX_LINE, size: int = RUN) -> Iterator[Run | Problem]:
    """Yield the lines of a document in runs of about ``size`` bytes; a line over ``limit`` bytes is a problem.

    The law: these are the lines, numbers and problems of :func:`~clearinghouse.formats.json_lines.numbered_lines`.

    Raises:
        ClearinghouseError: the packing breaks off; the lines that stood before were yielded.
    """
    cutter = _Cutter(document.source, limit)
    parts: list[bytes] = []
    held = 0
    with document.open() as stream:
        read = getattr(stream, "read1", stream.read)  # read would lose what came before a failure
        try:
            while part := read(size):
                parts.append(part)
                held += len(part)
                if (held >= size and b"\n" in part) or held > limit:
                    rest = yield from cutter.cut(b"".join(parts))
                    parts, held = [rest], len(rest)
        except ClearinghouseError:
            yield from cutter.cut(b"".join(parts))
            raise
    rest = yield from cutter.cut(b"".join(parts))
    if rest:
        yield Run(cutter.before, rest)


class _Cutter:
    """Cuts what has been read behind its last line end, and counts.

    Attributes:
        before: how many lines have been yielded.
    """

    def __init__(self, source: str, limit: int) -> None:
        self._source = source
        self._limit = limit
        self._passing = False  # what is read belongs to a line that is too long
        self.before = 0

    def cut(self, data: bytes) -> Generator[Run | Problem, None, bytes]:
        """Yield the whole lines; return what stands behind the last of them."""
        if self._passing:
            _, ended, data = data.partition(b"\n")
            self._passing = not ended
        lines, ended, rest = data.rpartition(b"\n")
        if ended:
            yield from self._whole(lines + ended)
        if len(rest) > self._limit:
            yield self._too_long()
            self._passing = True
            rest = b""
        return rest

    def _whole(self, data: bytes) -> Iterator[Run | Problem]:
        if self.before == 0:
            data = data.removeprefix(_BOM)
        if len(data) <= self._limit:
            yield Run(self.before, data)
            self.before += data.count(b"\n")
            return
        for line in data.split(b"\n")[:-1]:
            if len(line) > self._limit:
                yield self._too_long()
            else:
                yield Run(self.before, line + b"\n")
                self.before += 1

    def _too_long(self) -> Problem:
        self.before += 1
        return too_long(self._source, self.before, self._limit)
