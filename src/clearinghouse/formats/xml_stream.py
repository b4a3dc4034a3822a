"""Read an XML document of any size and hand out chosen elements as small trees.

How to use it::

    with open_xml(document) as stream:
        try:
            for element in elements(stream, ["/project/groupId", "/project/dependencies/dependency"]):
                if element.path == "/project/groupId":
                    group = element.text.strip()
                else:
                    name, line = element.text_of("artifactId"), element.line
        except XmlError as error:
            yield broken_xml(document, error)  # a Problem; what was handed out before is good

- Names are local names. What is not in the namespace of the root element is written ``{namespace}name`` (attributes:
  what is in any namespace), so an extension's ``<v:version>`` is never taken for the format's own ``<version>``.
- ``/a/b`` is a path from the root, ``//a/b`` one that begins at any depth, ``*`` any name in the root's namespace.
  A name of another namespace is written out: ``/a/{urn:x}b``.
- A wanted element is handed out at its end tag, with all that is in it. One that is wanted inside another that is
  wanted is handed out before that one, and is not kept in it: nested structures cost no memory.
- What matches ``skip`` is left out with all that is in it, whether wanted or not.
- White space between child elements is dropped; the text of an element without children is as it was written.
- :func:`root_of` gives the root element's name, namespace and attributes from the first bytes, for detection.

Hostile input: a DOCTYPE ends the reading, so there are no entities, no external files and nothing to expand; depth,
count, the size of one tag and of one tree are limited (:class:`XmlLimits`). Memory holds one chunk, the trees that it
completes and those that are open, never the document. The parser is expat from the standard library.

Sources: https://www.w3.org/TR/xml/, https://www.w3.org/TR/xml-names/.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import BinaryIO

from clearinghouse.formats.document import Document
from clearinghouse.formats.guard import unreadable
from clearinghouse.formats.xml_element import LIMITS, Element, Root, XmlError, XmlLimits
from clearinghouse.formats.xml_parse import CHUNK, Parse, reader_of
from clearinghouse.formats.xml_paths import State, compile_paths
from clearinghouse.records import Problem

__all__ = [
    "LIMITS",
    "Element",
    "Root",
    "XmlError",
    "XmlLimits",
    "broken_xml",
    "elements",
    "open_xml",
    "root_of",
]

_REMEMBERED = 10_000
"""Names of elements that are remembered; documents of real formats have some hundreds."""
_DECLARATION = 512
"""Bytes within which the XML declaration ends."""
_MARK = b"\xef\xbb\xbf"
_DECLARED = re.compile(rb"\A\s*+<\?xml[^>]{0,200}?\sencoding\s*=\s*[\"']([A-Za-z][\w.-]{0,40})[\"']")
_ENCODINGS = {
    "utf-8": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "utf-16": "utf-8",  # what says so and can be read at all has been made UTF-8 on the way here
    "utf-16le": "utf-8",
    "utf-16be": "utf-8",
    "iso-8859-1": "iso-8859-1",
    "latin1": "iso-8859-1",
    "windows-1252": "windows-1252",
}


def elements(
    stream: BinaryIO, wanted: Iterable[str], *, skip: Iterable[str] = (), limits: XmlLimits = LIMITS
) -> Iterator[Element]:
    """Yield the wanted elements of one XML document, each at its end.

    Args:
        stream: unpacked bytes, best from :func:`open_xml`. It is not closed here.
        wanted: paths of what is handed out. skip: paths of what is left out of it, see above.

    Raises:
        XmlError: where the document breaks off, is not well-formed, has a DOCTYPE or goes beyond a limit.
    """
    return _Reader(compile_paths(tuple(wanted), tuple(skip)), limits).read(stream)


def open_xml(document: Document) -> BinaryIO:
    """Return the bytes of a document for :func:`elements`: those that are not the UTF-8 that they should be, repaired.

    What had to be repaired is told by :meth:`~clearinghouse.formats.document.Document.notices`.
    """
    declared = _DECLARED.match(document.sample.head)
    if declared and _ENCODINGS.get(declared[1].decode().lower()) != "utf-8":
        return document.open()
    return document.open_repaired()


@lru_cache(maxsize=4)  # several formats ask this of one sample
def root_of(head: bytes) -> Root | None:
    """Return the root element of a document by its first bytes, or None if they do not get as far or are no XML."""
    if head.removeprefix(_MARK).lstrip()[:1] != b"<":
        return None
    reader = _Reader(compile_paths((), ()), LIMITS)
    try:
        reader.open(head)
        reader.parser.StartElementHandler = reader.only_root
        reader.feed(head, last=False)
    except XmlError:
        pass  # an encoding that is not read
    return reader.root


def broken_xml(document: Document, error: XmlError) -> Problem:
    """The problem of a document that stops being XML somewhere, or whose packing is damaged there."""
    damage = document.why_packing_is_broken()
    if damage:
        return unreadable(document.source, damage)
    return Problem(
        source=document.source,
        code=error.code,
        message=f"It is not read to its end as XML: {error.what}. What stands before that was read.",
        line=error.line,
        expected="one complete and well-formed XML document without a document type declaration",
    )


class _Reader(Parse[Element]):
    """One parse: its handlers and what they know.

    The handlers run a million times; what can be had once is had once.

    Attributes:
        stack: for each open element what is known of the paths, what is kept of it (None if nothing), and its name.
        elements_left, text_left: what the innermost tree that is open may still have; trees: the same of those around.
        rests: by depth, the text of an open element beyond its first piece.
        names: names as they are handed out, by those of the parser.
    """

    def __init__(self, start: State, limits: XmlLimits) -> None:
        super().__init__(limits)
        self.stack: list[tuple[State, Element | None, str]] = [(start, None, "")]
        self.elements_left = self.text_left = 0
        self.trees: list[tuple[int, int]] = []
        self.rests: dict[int, list[str]] = {}
        self.count = 0
        self.root: Root | None = None
        self.names: dict[str, str] = {}

    def open(self, head: bytes) -> None:
        declared = _DECLARED.match(head.removeprefix(_MARK))
        name = declared[1].decode().lower() if declared else "utf-8"
        if name not in _ENCODINGS:
            raise XmlError("unknown_encoding", f'the encoding "{name}" is not read', 1)
        self.begin(_ENCODINGS[name], self.start, self.end, self.characters, " ")

    def read(self, stream: BinaryIO) -> Iterator[Element]:
        read = reader_of(stream)
        chunk = part = read(CHUNK)
        while part and len(chunk) < _DECLARATION:
            part = read(CHUNK)
            chunk += part
        self.open(chunk)
        yield from self.pump(stream, chunk)

    def only_root(self, name: str, attributes: dict[str, str]) -> None:
        self.local(name, attributes)
        raise XmlError("", "the rest is not asked for", self.parser.CurrentLineNumber)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = self.names.get(name) or self.local(name, attributes)
        self.count += 1
        stack = self.stack
        if len(stack) > self.limits.depth:
            raise self.limit(f"elements are nested deeper than {self.limits.depth:,} levels")
        if self.count > self.limits.elements:
            raise self.limit(f"it has more than {self.limits.elements:,} elements")
        state, parent, _ = stack[-1]
        state = state.next.get(local) or (state.foreign if local[0] == "{" else state.other)
        element = None
        if state.wanted:
            self.trees.append((self.elements_left, self.text_left))
            self.elements_left, self.text_left = self.limits.kept - 1, self.limits.text
            path = "/".join(entry[2] for entry in stack)
            element = Element(local, self.parser.CurrentLineNumber, self.attributes(attributes), path=f"{path}/{local}")
        elif parent is not None and not state.skipped:
            if attributes:
                attributes = self.attributes(attributes)
            self.elements_left -= 1
            if self.elements_left >= 0 and self.text_left >= 0:
                element = Element(local, self.parser.CurrentLineNumber, attributes)
                parent.children.append(element)
        stack.append((state, element, local))

    def characters(self, data: str) -> None:
        element = self.stack[-1][1]
        if element is None or (element.children and data.isspace()):
            return
        self.text_left -= len(data)
        if self.text_left < 0:
            return
        if not element.text:
            element.text = data
        else:
            self.rests.setdefault(len(self.stack), []).append(data)

    def end(self, _name: str) -> None:
        rest = self.rests.pop(len(self.stack), None) if self.rests else None
        state, element, _ = self.stack.pop()
        if element is None:
            return
        if rest:
            element.text = "".join((element.text, *rest))
        if element.children and element.text.isspace():
            element.text = ""
        if state.wanted:
            element.cut = self.elements_left < 0 or self.text_left < 0
            self.elements_left, self.text_left = self.trees.pop()
            self.done.append(element)

    def local(self, name: str, attributes: dict[str, str]) -> str:
        """Return the name as it is matched and handed out; the first is that of the root."""
        if len(name) > self.limits.name:
            raise self.limit(f"the name of an element is longer than {self.limits.name:,} characters")
        namespace, _, local = name.rpartition(" ")
        if self.root is None:
            self.root = Root(local, namespace, self.attributes(attributes))
        if namespace != self.root.namespace:
            local = f"{{{namespace}}}{local}"
        if len(self.names) < _REMEMBERED:
            self.names[name] = local
        return local

    def attributes(self, attributes: dict[str, str]) -> dict[str, str]:
        """Return attributes by the names by which they are handed out, and count them."""
        if len(attributes) > self.limits.attributes:
            raise self.limit(f"an element has more than {self.limits.attributes:,} attributes")
        size, foreign = 0, False
        for key, value in attributes.items():
            size += len(key) + len(value)
            foreign = foreign or " " in key
        self.text_left -= size
        return {_clark(key): value for key, value in attributes.items()} if foreign else attributes


def _clark(name: str) -> str:
    """Return a name of the parser, ``namespace local``, as ``{namespace}local``."""
    namespace, _, local = name.rpartition(" ")
    return f"{{{namespace}}}{local}" if namespace else local
