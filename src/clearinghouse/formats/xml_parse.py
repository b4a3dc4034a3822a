"""One parse of XML: expat fed piece by piece, under the limits that keep hostile input cheap.

What :mod:`~clearinghouse.formats.xml_stream` (trees) and the scanner of worksheets (cells) share. A DOCTYPE ends the
reading, so there are no entities, no external files and nothing to expand; the length of one tag is limited; memory
holds one chunk and what it completes.
"""

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Generic, TypeVar
from xml.parsers import expat

from clearinghouse.formats.xml_element import LIMITS, XmlError, XmlLimits

T = TypeVar("T")
CHUNK = 1 << 16


class Parse(Generic[T]):
    """One parse; who inherits from it says what is done with elements.

    Args:
        limits: what the document may cost.

    Attributes:
        done: what is to be handed out. parser: once :meth:`begin` has been called.
    """

    def __init__(self, limits: XmlLimits = LIMITS) -> None:
        self.limits = limits
        self.done: list[T] = []

    def begin(
        self,
        encoding: str,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None],
        characters: Callable[[str], None],
        separator: str | None = None,
    ) -> None:
        """Make the parser.

        Args:
            encoding: of the bytes. start, end, characters: what is called for an element and for text.
            separator: stands between a namespace and a name; None leaves prefixes on names, which is faster.
        """
        parser: Any = expat.ParserCreate(encoding, separator)
        parser.buffer_text = True
        parser.buffer_size = CHUNK
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = characters
        self.parser = parser

    def pump(self, stream: BinaryIO, chunk: bytes) -> Iterator[T]:
        """Yield what becomes complete.

        Args:
            stream: the bytes; it is not closed here. chunk: those that have been read from it already.

        Raises:
            XmlError: where the document breaks off, is not well-formed, or goes beyond a limit.
        """
        read = reader_of(stream)
        fed = 0
        while True:
            failure = self.feed(chunk, last=not chunk)
            yield from self.done
            self.done.clear()
            if failure:
                raise failure
            if not chunk:
                return
            fed += len(chunk)
            pending = fed - max(self.parser.CurrentByteIndex, 0)
            if pending > self.limits.tag + len(chunk):
                raise self.limit(f"a tag or comment is longer than {self.limits.tag:,} bytes")
            # The parser looks at an unfinished tag from its beginning again each time it is given more.
            chunk = read(max(CHUNK, pending))

    def feed(self, chunk: bytes, *, last: bool) -> XmlError | None:
        """Parse a piece, and return what ends the parse there."""
        try:
            self.parser.Parse(chunk, last)
        except XmlError as error:
            return error
        except expat.ExpatError as error:
            return XmlError("malformed_xml", expat.ErrorString(error.code) or "it breaks off", error.lineno)
        return None

    def limit(self, what: str) -> XmlError:
        """Return the error of a limit that was met."""
        return XmlError("xml_limit", what, self.parser.CurrentLineNumber)

    def _doctype(self, *_: object) -> None:
        what = "it has a document type declaration, which is refused because it can define entities"
        raise XmlError("doctype_refused", what, self.parser.CurrentLineNumber)


def reader_of(stream: BinaryIO) -> Callable[[int], bytes]:
    """Return what reads a piece of a stream; waiting for a full one would lose what came before a failure."""
    read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
    return read
