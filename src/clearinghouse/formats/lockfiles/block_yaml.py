"""YAML as package managers write it, read a line at a time; any other YAML by the parser of all of it.

pnpm, Yarn and Pub write block mappings of plain or quoted scalars, lists of such, and flow collections on one line.
That much is read here in less time than all of YAML takes, and with the lines of the keys.

Law: where this reads a document, it gives what :func:`clearinghouse.formats.yaml_values.load` gives. What is not
surely the same (other indentation, escapes, tabs, anchors, texts of several lines) is left to that one, and has no
lines.
"""

import re
from typing import Any, NamedTuple

from clearinghouse.formats import yaml_values
from clearinghouse.formats.document import Document
from clearinghouse.formats.lockfiles.shelf import whole
from clearinghouse.formats.text import sentence
from clearinghouse.formats.yaml_values import YamlError
from clearinghouse.records import Problem

_MAX_DEPTH = 16
_MAX_KEY = 1000
"""A key of more than 1,024 characters is written in another way (YAML 1.1, section 9.3)."""
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_OTHER = re.compile(r"[^\n -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""Tabs, control characters and every line end but the line feed."""
_FIRST = r"[^\s\-?:,\[\]{}#&*!|>'\"%@`]"
# A colon is part of a plain scalar unless a blank follows, a number sign unless a blank stands before it.
_PLAIN = rf"{_FIRST}(?:[^\s:#]++|(?<=\S)#|:(?=\S)|\ (?=[^\s#:]))*+"
_FLOW_PLAIN = r"[^\s\-?:,\[\]{}#&*!|>'\"%@`](?:[^\s:#,\[\]{}?]++|(?<=\S)#|:(?=[^\s,\[\]{}])|\ (?=[^\s#:,\[\]{}?]))*+"
_DOUBLE = r'"[^"\\]*+"'
_SINGLE = r"'[^']*+'(?!')"
_ENTRY = re.compile(rf"( *)(?:({_PLAIN})|({_DOUBLE}|{_SINGLE})):(?: (.*+))?\Z")
_ELEMENT = re.compile(r"( *)- (.++)\Z")
_SCALAR = re.compile(rf"(?:({_PLAIN})|({_DOUBLE}|{_SINGLE}))\Z")
_FLOW_TOKEN = re.compile(rf" *(?:({_FLOW_PLAIN})|({_DOUBLE}|{_SINGLE})) *")
_BETWEEN = re.compile(r"^---$\n?", re.MULTILINE)
"""The line between two documents. No text of several lines holds it (YAML 1.1, section 9.1.2)."""
_UNREAD = object()


class Block(NamedTuple):
    """A document: its value, and the lines of its keys down to the second level (``("packages", "left-pad")``)."""

    value: Any
    lines: dict[tuple[str, ...], int]


def load(document: Document) -> list[Block] | Problem:
    """Return what the YAML documents in a document say, at least one, or what is wrong with one of them.

    Raises:
        LimitExceededError: it is larger than a lockfile may be.
    """
    text = whole(document).decode("utf-8", "replace").replace("\r\n", "\n")
    blocks: list[Block] = []
    line = 1
    for part in _BETWEEN.split(text):
        if part.strip() or not blocks:
            block = _one(part, line, document.source)
            if isinstance(block, Problem):
                return block
            blocks.append(block)
        line += part.count("\n") + 1
    return [block for block in blocks if block.value is not None] or blocks[:1]


def _one(text: str, line: int, source: str) -> Block | Problem:
    block = read(text, line)
    if block is not None:
        return block
    try:
        return Block(yaml_values.load(text.encode()), {})
    except YamlError as error:
        return Problem(
            source=source,
            code="malformed_yaml",
            message=sentence(error.what),
            line=error.line + line - 1 if error.line else None,
            expected="one well-formed YAML document",
        )


def read(text: str, line: int = 1) -> Block | None:
    """Return what one YAML document says, or None if it is not written as is read here.

    ``line`` is the number of its first line.
    """
    if _OTHER.search(text):
        return None
    reader = _Reader()
    for number, content in enumerate(text.split("\n"), line):
        if not content or content.isspace() or content.lstrip(" ")[0] == "#":
            continue
        if not reader.take(content, number):
            return None
    return Block(reader.root, reader.lines) if reader.root else None


class _Reader:
    """Builds the value.

    Attributes:
        open: the collections that are open, outermost first, each with its indentation.
        waiting: a key without a value on its line: what follows deeper is its value, and else it has none.
    """

    def __init__(self) -> None:
        self.root: dict[str, Any] = {}
        self.lines: dict[tuple[str, ...], int] = {}
        self.open: list[tuple[int, Any]] = [(0, self.root)]
        self.path: list[str] = []
        self.waiting: tuple[dict[str, Any], str] | None = None

    def take(self, line: str, number: int) -> bool:
        """Take one line; False if it is not understood."""
        entry = _ENTRY.match(line)
        if entry is None:
            element = _ELEMENT.match(line)
            return element is not None and self.element(len(element[1]), element[2])
        plain, quoted, rest = entry[2], entry[3], entry[4]
        key = plain or quoted[1:-1]
        if len(key) > _MAX_KEY or plain in _NULLS or line.startswith("..."):  # that ends a document
            return False
        place = self.place(len(entry[1]), {})
        if not isinstance(place, dict):
            return False
        depth = len(self.open)
        if depth <= 2:
            self.path[depth - 1 :] = [key]
            self.lines[tuple(self.path)] = number
        if not rest:
            if rest is not None:
                return False  # a blank at the end of the line
            place[key] = None
            self.waiting = place, key
            return True
        value = _value(rest)
        place[key] = value
        return value is not _UNREAD

    def element(self, indent: int, rest: str) -> bool:
        """Take an element of a list."""
        place = self.place(indent, [])
        if not isinstance(place, list):
            return False
        value = _value(rest)
        place.append(value)
        return value is not _UNREAD

    def place(self, indent: int, fresh: dict[str, Any] | list[Any]) -> dict[str, Any] | list[Any] | None:
        """Return the collection that a line of this indentation belongs to; ``fresh`` if it begins one."""
        waiting, self.waiting = self.waiting, None
        top = self.open[-1][0]
        if indent > top:
            if waiting is None or len(self.open) == _MAX_DEPTH:
                return None
            waiting[0][waiting[1]] = fresh
            self.open.append((indent, fresh))
            return fresh
        if waiting is not None and isinstance(fresh, list) and indent == top:
            return None  # a list that is not indented
        while self.open[-1][0] > indent:
            self.open.pop()
        return self.open[-1][1] if self.open[-1][0] == indent else None


def _value(text: str) -> Any:
    """The value after a key on its line: a scalar, or a flow collection of scalars."""
    if text[0] in "{[":
        return _flow(text)
    scalar = _SCALAR.match(text)
    return _scalar(scalar) if scalar else _UNREAD


def _scalar(found: re.Match[str]) -> str | None:
    plain: str | None = found[1]
    if plain is None:
        return found[2][1:-1]
    return None if plain in _NULLS else plain


def _flow(text: str) -> Any:
    """A flow mapping or list of scalars, without anything in another."""
    if text in ("{}", "[]"):
        return {} if text == "{}" else []
    mapping: dict[str, Any] = {}
    members: list[Any] = []
    in_list = text[0] == "["
    at = 1
    while True:
        found = _FLOW_TOKEN.match(text, at)
        if found is None:
            return _UNREAD
        value = _scalar(found)
        at = found.end()
        if in_list:
            members.append(value)
        else:
            if value is None or text[at : at + 2] != ": " or text[at - 1] == " " or len(value) > _MAX_KEY:
                return _UNREAD
            found = _FLOW_TOKEN.match(text, at + 2)
            if found is None:
                return _UNREAD
            mapping[value] = _scalar(found)
            at = found.end()
        end = text[at : at + 1]
        at += 1
        if end == ",":
            continue
        if end == ("]" if in_list else "}") and at == len(text):
            return members if in_list else mapping
        return _UNREAD
