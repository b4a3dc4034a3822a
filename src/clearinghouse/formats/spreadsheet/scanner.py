"""Reading the two parts of a workbook that have millions of elements, without an object for each.

:mod:`clearinghouse.formats.xml_stream` hands out trees; here a cell is a handful of calls. The defences are the same: a
DOCTYPE ends the reading, so there is nothing to expand; depth and the length of one tag are limited; memory holds one
chunk and what it completes.
"""

from collections.abc import Callable, Iterator
from typing import BinaryIO, Generic, TypeVar
from xml.parsers import expat

from clearinghouse.formats.xml_stream import CHUNK, LIMITS, XmlError

T = TypeVar("T")
MAX_TEXT = 65_536
"""Characters of one text that are kept; a cell of Excel holds 32,767."""


class Scanner(Generic[T]):
    """A parse of one part.

    Attributes:
        starts, ends: what is called where an element begins, with its attributes, and where it ends; by local names.
            Elements of other names are passed over.
        done: what is to be handed out.
    """

    def __init__(self) -> None:
        self.starts: dict[str, Callable[[dict[str, str]], None]] = {}
        self.ends: dict[str, Callable[[], None]] = {}
        self.done: list[T] = []
        self._depth = 0
        self._locals: dict[str, str] = {}
        self._parts: list[str] | None = None
        self._room = 0
        parser = expat.ParserCreate(
            "utf-8"
        )  # prefixes stay on names: telling namespaces apart takes half as long again
        parser.buffer_text = True
        parser.buffer_size = CHUNK
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        self._parser = parser

    def scan(self, stream: BinaryIO) -> Iterator[T]:
        """Yield what becomes complete.

        Args:
            stream: UTF-8. It is not closed here.

        Raises:
            XmlError: where the part breaks off, is not well-formed, or goes beyond a limit.
        """
        read = getattr(stream, "read1", stream.read)
        fed, size = 0, CHUNK
        while True:
            chunk = read(size)
            failure = self._feed(chunk)
            yield from self.done
            self.done.clear()
            if failure:
                raise failure
            if not chunk:
                return
            fed += len(chunk)
            pending = fed - max(self._parser.CurrentByteIndex, 0)
            if pending > LIMITS.tag + len(chunk):
                raise self._limit(f"a tag or comment is longer than {LIMITS.tag:,} bytes")
            size = max(CHUNK, pending)  # an unfinished tag is looked at again from its beginning

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

    def _feed(self, chunk: bytes) -> XmlError | None:
        try:
            self._parser.Parse(chunk, not chunk)
        except XmlError as error:
            return error
        except expat.ExpatError as error:
            return XmlError("malformed_xml", expat.ErrorString(error.code) or "it breaks off", error.lineno)
        return None

    def _limit(self, what: str) -> XmlError:
        return XmlError("xml_limit", what, self._parser.CurrentLineNumber)

    def _doctype(self, *_: object) -> None:
        what = "it has a document type declaration, which is refused because it can define entities"
        raise XmlError("doctype_refused", what, self._parser.CurrentLineNumber)

    def _local(self, name: str) -> str:
        local = name.rpartition(":")[2]
        if len(self._locals) < LIMITS.name:
            self._locals[name] = local
        return local

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > LIMITS.depth:
            raise self._limit(f"elements are nested deeper than {LIMITS.depth:,} levels")
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
