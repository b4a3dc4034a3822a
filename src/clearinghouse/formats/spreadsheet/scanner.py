"""Reading the two parts of a workbook that have millions of elements, without an object for each.

:mod:`clearinghouse.formats.xml_stream` hands out trees; here a cell is a handful of calls. The defences are the same
(:mod:`clearinghouse.formats.xml_parse`), and depth is limited.
"""

from collections.abc import Callable, Iterator
from typing import BinaryIO, TypeVar

from clearinghouse.formats.xml_parse import CHUNK, Parse, reader_of

T = TypeVar("T")
MAX_TEXT = 65_536
"""Characters of one text that are kept; a cell of Excel holds 32,767."""


class Scanner(Parse[T]):
    """A parse of one part.

    Attributes:
        starts, ends: what is called where an element begins, with its attributes, and where it ends; by local names.
            Elements of other names are passed over.
    """

    def __init__(self) -> None:
        super().__init__()
        self.starts: dict[str, Callable[[dict[str, str]], None]] = {}
        self.ends: dict[str, Callable[[], None]] = {}
        self._depth = 0
        self._locals: dict[str, str] = {}
        self._parts: list[str] | None = None
        self._room = 0
        # Prefixes stay on names: telling namespaces apart takes half as long again
        self.begin("utf-8", self._start, self._end, self._characters)

    def scan(self, stream: BinaryIO) -> Iterator[T]:
        """Yield what becomes complete.

        Args:
            stream: UTF-8. It is not closed here.

        Raises:
            XmlError: where the part breaks off, is not well-formed, or goes beyond a limit.
        """
        yield from self.pump(stream, reader_of(stream)(CHUNK))

    def collect(self, _: object = None) -> None:
        """Collect text from here on."""
        self._parts = []
        self._room = MAX_TEXT

    def collected(self) -> str:
        """Return the text that was collected, and collect no more."""
        parts, self._parts = self._parts, None
        if not parts:
            return ""
        return parts[0] if len(parts) == 1 else "".join(parts)

    def _local(self, name: str) -> str:
        local = name.rpartition(":")[2]
        if len(self._locals) < self.limits.name:
            self._locals[name] = local
        return local

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > self.limits.depth:
            raise self.limit(f"elements are nested deeper than {self.limits.depth:,} levels")
        act = self.starts.get(self._locals.get(name) or self._local(name))
        if act is not None:
            act(attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        act = self.ends.get(self._locals.get(name) or self._local(name))
        if act is not None:
            act()

    def _characters(self, data: str) -> None:
        parts = self._parts
        if parts is None or self._room <= 0:
            return
        parts.append(data if len(data) <= self._room else data[: self._room])
        self._room -= len(data)
