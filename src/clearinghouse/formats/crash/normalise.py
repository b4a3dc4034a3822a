"""From a function as printed to the line that stands for it in a crash state, or to nothing.

The principles are those of ClusterFuzz's stack parser (https://github.com/google/clusterfuzz, `stacktraces/`):
what changes with the build, the address or the input is taken away; frames that are on every stack are skipped.
"""

import re
from functools import cache

from clearinghouse.formats.crash import tables
from clearinghouse.formats.crash.literals import tree

MAX_LINE = 80
"""Longest line of a crash state, in characters."""
SHORTEST = 3
"""A shorter function name is noise."""

_UNSTABLE = re.compile(
    r"\(anonymous namespace\)::|`anonymous namespace'::|\{anonymous\}::|`anonymous-namespace'::"
    r"|\(anonymous class\)::|^(?:non-)?virtual thunk to |^\(anonymous namespace\)::"
)
_MODULE = re.compile(r"^[\w.+-]+!(?=[^=])")
_OFFSET = re.compile(r"\+(?:0x)?[0-9a-fA-F]+(?:/0x[0-9a-fA-F]+)?$")
_HEX = re.compile(r"0x(?<=\b0x)[0-9a-fA-F]{4,}\b")
_NUMBER = re.compile(r"\d(?:(?<=[#@]\d)\d*|(?<=\b\d)\d{3,})\b")


def function_line(function: str) -> str:
    """Return ``function`` without what is unstable: module, namespace marks, arguments, offset."""
    text = function
    if "anonymous" in text or "thunk" in text:
        text = _UNSTABLE.sub("", text)
    if "!" in text:
        text = _MODULE.sub("", text)
    if text.startswith(("_ZN", "__ZN")):
        text = demangle(text)
    for mark in "([":
        at = text.find(mark)
        if at > 0:
            text = text[:at]
    if "+" in text:
        text = _OFFSET.sub("", text)
    return text.strip()


def demangle(symbol: str) -> str:
    """Return the nested name of an Itanium-mangled symbol without templates, or ``symbol`` as it is.

    Covers ``_ZN3foo3barEv`` and Rust's legacy scheme, whose trailing hash is dropped; full demangling is not
    attempted (Itanium C++ ABI, section 5.1.3).
    """
    position = symbol.find("N") + 1
    while symbol[position : position + 1] in {"K", "V", "O"}:
        position += 1
    parts: list[str] = []
    while position < len(symbol) and symbol[position].isdecimal() and symbol[position].isascii():
        end = position
        while end < len(symbol) and end - position < 4 and symbol[end] in "0123456789":
            end += 1
        size = int(symbol[position:end])
        parts.append(symbol[end : end + size])
        position = end + size
    if not parts or symbol[position : position + 1] != "E" or not all(parts):
        return symbol
    if len(parts) > 1 and re.fullmatch(r"h[0-9a-f]{16}", parts[-1]):
        parts.pop()
    return "::".join(parts)


def state_line(text: str) -> str:
    """Return ``text`` as one line of a state: printable, at most :data:`MAX_LINE` characters."""
    return printable(text)[:MAX_LINE].strip()


def printable(text: str) -> str:
    """Return ``text`` without what forges output. Nearly all is printable as it is."""
    return text if text.isprintable() else "".join(filter(str.isprintable, text))


def message_line(text: str) -> str:
    """Return the text of an assertion or error as a line of a state: values that change are replaced by names."""
    text = text[: MAX_LINE * 8]
    if "0x" in text:
        text = _HEX.sub("ADDRESS", text)
    return state_line(_NUMBER.sub("NUMBER", text))


def type_words(text: str) -> str:
    """Return a kind as a crash type: words joined with ``-``, capitalised (``slab-out-of-bounds`` ...)."""
    joined = "-".join(text.replace("_", "-").lower().split())
    return joined[:1].upper() + joined[1:]


class Ignore:
    """The ignore list as a few compiled expressions and sets."""

    def __init__(self, table: tables.FrameTable) -> None:
        groups = table.group
        self._exact = frozenset(name for group in groups for name in group.exact)
        self._starts = re.compile(tree([start for group in groups for start in group.starts]))
        contained = [part for group in groups for part in group.contains] + list(table.clones.contains)
        self._contains = re.compile(tree(contained))
        self._paths = re.compile(tree([part for group in groups for part in group.paths]))
        self._libraries = re.compile(tree([name.lower() for name in table.libraries.names]))
        self._entries = frozenset(table.entry.exact)

    def function(self, line: str) -> bool:
        """Whether a normalised function does not identify a crash."""
        if not line or line in self._exact or self._starts.match(line):
            return True
        return self._contains.search(line) is not None

    def path(self, path: str) -> bool:
        """Whether code at ``path`` does not identify a crash."""
        return self._paths.search(path) is not None

    def library(self, name: str) -> bool:
        """Whether ``name`` is a system library."""
        return self._libraries.search(name.lower()) is not None

    def entry(self, line: str) -> bool:
        """Whether a normalised function is where a fuzz target begins."""
        return line in self._entries


@cache
def ignore() -> Ignore:
    """Return the ignore list of this package."""
    return Ignore(tables.frames())
