"""What is handed out of an XML document, what it may cost, and how reading it fails."""

import msgspec


class XmlLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What one XML document may cost.

    Attributes:
        depth: most elements that are open at once. elements: most elements of the document.
        tag: longest tag, comment or instruction in bytes. name: longest name of an element in characters, its
            namespace included. attributes: most attributes of one element.
        kept: most elements of one tree that is handed out. text: most characters of text and attributes in one.
    """

    depth: int = 256
    elements: int = 100_000_000
    tag: int = 1 << 20
    name: int = 1_000
    attributes: int = 1_000
    kept: int = 100_000
    text: int = 16 << 20


LIMITS = XmlLimits()


class XmlError(Exception):
    """The document stops being XML that is read here; what was handed out before is good.

    Attributes:
        code: ``malformed_xml``, ``doctype_refused``, ``unknown_encoding`` or ``xml_limit``.
        what: what is wrong, as the end of a sentence. line: where, from 1.
    """

    def __init__(self, code: str, what: str, line: int) -> None:
        super().__init__(f"{what} in line {line}")
        self.code = code
        self.what = what
        self.line = line


class Element(msgspec.Struct, gc=False):
    """One element, with what was kept of what is in it.

    Attributes:
        name: local name; ``{namespace}name`` if it is in another namespace than the root.
        line: line of its start tag, from 1.
        attributes: values by local name; ``{namespace}name`` where an attribute has a namespace.
        text: its own text without that of its children.
        children: in document order.
        path: of an element that is handed out, its names from the root (``/project/dependencies/dependency``).
        cut: of an element that is handed out, that it was larger than the limits of one tree and the rest is left out.
    """

    name: str
    line: int
    attributes: dict[str, str]
    text: str = ""
    children: list["Element"] = []
    path: str = ""
    cut: bool = False

    def child(self, name: str) -> "Element | None":
        """Return the first child of this name, or None."""
        for child in self.children:
            if child.name == name:
                return child
        return None

    def each(self, name: str) -> "list[Element]":
        """Return the children of this name."""
        return [child for child in self.children if child.name == name]

    def text_of(self, name: str) -> str:
        """Return the text of the first child of this name without white space around it, or the empty string."""
        for child in self.children:
            if child.name == name:
                return child.text.strip()
        return ""


class Root(msgspec.Struct, frozen=True):
    """What the root element's start tag says: local name, namespace (empty if none) and attributes."""

    name: str
    namespace: str
    attributes: dict[str, str]
