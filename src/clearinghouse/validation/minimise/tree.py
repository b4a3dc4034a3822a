"""JSON as a tree that can be cut and written again.

Strings and numbers stay as they are written: a flaw in a reader of JSON may be in how it reads an escape or an
exponent. Members of one name stay beside each other for the same reason. White space between tokens is not kept.
Source of the grammar: RFC 8259.
"""

import re
from collections.abc import Callable, Iterator

import msgspec

from clearinghouse.validation.errors import ValidationError

LARGEST = 4 * 2**20
"""Bytes of a document that is read as JSON."""
DEEPEST = 100
"""Arrays and objects in each other."""
MOST_NODES = 100_000
"""Values of one document."""

_REMEDY = "minimise it by lines or by bytes"
_SPACE = re.compile(rb"[ \t\n\r]*+")
_STRING = re.compile(rb'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"')
_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+")
_WORD = re.compile(rb"true|false|null")
_UNIT = re.compile(rb"\\u[0-9a-fA-F]{4}|\\.|[\x00-\x7f]|[\xc0-\xff][\x80-\xbf]*+", re.DOTALL)

Parts = tuple[bytes, ...]


class NotJsonError(ValidationError):
    """A document is not JSON, or too large or too deep to be taken apart as such."""


class Node(msgspec.Struct, frozen=True, eq=False):
    """One value. A node stands in one place of a tree only, and is itself, whatever it holds.

    Attributes:
        kind: the first character of an object, an array or a string; ``0`` for numbers, ``n`` for true, false and null.
        parts: of a string its characters and escapes; of a number or word the text alone.
        children: of an object or an array. name: of a member, its characters and escapes; None elsewhere.
    """

    kind: str
    parts: Parts = ()
    children: tuple["Node", ...] = ()
    name: Parts | None = None


def read(data: bytes) -> Node:
    """Return the tree of a document.

    Raises:
        NotJsonError: it is none, or beyond :data:`LARGEST`, :data:`DEEPEST` or :data:`MOST_NODES`.
    """
    if len(data) > LARGEST:
        raise NotJsonError(f"The input is larger than {LARGEST >> 20} MiB", _REMEDY)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise NotJsonError(f"The input is not UTF-8 at byte {error.start}", _REMEDY) from error
    reader = _Reader(data)
    root = reader.value(None, 0)
    if reader.at != len(data):
        raise reader.wrong()
    return root


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self._nodes = 0
        self._skip()

    def wrong(self) -> NotJsonError:
        return NotJsonError(f"The input is not JSON at byte {self.at}", _REMEDY)

    def value(self, name: Parts | None, depth: int) -> Node:
        self._nodes += 1
        if depth > DEEPEST or self._nodes > MOST_NODES:
            raise NotJsonError("The input has too many values, or too many in each other", _REMEDY)
        mark = self.data[self.at : self.at + 1]
        if mark in (b"{", b"["):
            return self._container(mark, name, depth)
        if mark == b'"':
            return Node('"', self._string(), name=name)
        if mark in (b"t", b"f", b"n"):
            return Node("n", (self._token(_WORD),), name=name)
        return Node("0", (self._token(_NUMBER),), name=name)

    def _container(self, mark: bytes, name: Parts | None, depth: int) -> Node:
        end = b"}" if mark == b"{" else b"]"
        self._take(mark)
        children: list[Node] = []
        while not (children or self._next_is(end)) or self._next_is(b","):
            if children:
                self._take(b",")
            children.append(self._member(depth) if end == b"}" else self.value(None, depth + 1))
        self._take(end)
        return Node(mark.decode(), children=tuple(children), name=name)

    def _member(self, depth: int) -> Node:
        name = self._string()
        self._take(b":")
        return self.value(name, depth + 1)

    def _string(self) -> Parts:
        return tuple(_UNIT.findall(self._token(_STRING)[1:-1]))

    def _token(self, pattern: re.Pattern[bytes]) -> bytes:
        found = pattern.match(self.data, self.at)
        if found is None:
            raise self.wrong()
        self.at = found.end()
        self._skip()
        return found[0]

    def _next_is(self, mark: bytes) -> bool:
        return self.data.startswith(mark, self.at)

    def _take(self, mark: bytes) -> None:
        if not self._next_is(mark):
            raise self.wrong()
        self.at += 1
        self._skip()

    def _skip(self) -> None:
        found = _SPACE.match(self.data, self.at)
        self.at = found.end() if found else self.at


def write(root: Node) -> bytes:
    """Return a tree as JSON without white space between its tokens."""
    out: list[bytes] = []
    _write(root, out)
    return b"".join(out)


def _write(node: Node, out: list[bytes]) -> None:
    if node.name is not None:
        out += (b'"', *node.name, b'":')
    if node.kind not in "{[":
        out += (b'"', *node.parts, b'"') if node.kind == '"' else node.parts
        return
    out.append(b"{" if node.kind == "{" else b"[")
    for number, child in enumerate(node.children):
        if number:
            out.append(b",")
        _write(child, out)
    out.append(b"}" if node.kind == "{" else b"]")


def walk(root: Node) -> Iterator[Node]:
    """Yield all nodes, each before what is in it."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += reversed(node.children)


def level(root: Node, depth: int) -> tuple[Node, ...]:
    """Return the nodes that are ``depth`` steps below the root."""
    nodes: tuple[Node, ...] = (root,)
    for _ in range(depth):
        nodes = tuple(child for node in nodes for child in node.children)
    return nodes


def without(root: Node, dropped: frozenset[int]) -> Node:
    """Return a tree without some nodes, that are given by their ``id``. The root itself stays."""
    return _rebuilt(root, lambda node: None if id(node) in dropped else node)


def put(root: Node, old: Node, new: Node) -> Node:
    """Return a tree in which ``new`` stands in the place of ``old``."""
    return new if old is root else _rebuilt(root, lambda node: new if node is old else node)


def _rebuilt(node: Node, change: Callable[[Node], Node | None]) -> Node:
    if not node.children:
        return node
    children: list[Node] = []
    for child in node.children:
        changed = change(child)
        if changed is not None:
            children.append(_rebuilt(changed, change) if changed is child else changed)
    if len(children) == len(node.children) and all(map(_is, children, node.children)):
        return node
    return msgspec.structs.replace(node, children=tuple(children))


def _is(one: Node, other: Node) -> bool:
    return one is other
