"""The first bytes of a document, and what can be said of its shape from them."""

import re
from functools import cached_property
from typing import Any

import msgspec

SAMPLE_SIZE = 64 * 1024
# A string that never ends is one token to the end of the head: trying again at each quote in it would cost the
# square of its length.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[{}\[\]:,]|[^\s{}\[\]:,"]++', re.DOTALL)
_YAML_KEY = re.compile(r"^([A-Za-z_$][\w$-]*):(?:\s|$)", re.MULTILINE)
_MAX_DEPTH = 4
_ANY_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Sample:
    """The head of a document, decoded tolerantly.

    Args:
        head: at most :data:`SAMPLE_SIZE` bytes, after decompression.
        complete: whether the head is the whole document.
    """

    def __init__(self, head: bytes, *, complete: bool) -> None:
        self.head = head.removeprefix(b"\xef\xbb\xbf")
        self.complete = complete

    @cached_property
    def text(self) -> str:
        """The head as text; undecodable bytes become U+FFFD."""
        return self.head.decode("utf-8", errors="replace")

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the head, without their ends; the last may be cut."""
        return self.text.splitlines()

    @cached_property
    def is_json(self) -> bool:
        """Whether the first character opens a JSON object or array."""
        return self.head.lstrip()[:1] in (b"{", b"[")

    @cached_property
    def is_json_lines(self) -> bool:
        """Whether the first line is a JSON object and more follows, see :func:`begin_json_lines`."""
        first, _, rest = self.head.lstrip().partition(b"\n")
        return begin_json_lines(first.strip(), rest.lstrip()[:1])

    @cached_property
    def keys(self) -> frozenset[str]:
        """Key paths seen in the head of a JSON document, to depth 4.

        Object keys are joined with ``.``, array members add ``[]``: ``runs[].tool.driver``. A top-level array
        starts with ``[]``. For JSON lines only the first object is looked at. For a document that is not JSON,
        the keys at the left margin, as in YAML.
        """
        if not self.is_json:
            return frozenset(_YAML_KEY.findall(self.text))
        return frozenset(self._json[0])

    @cached_property
    def _json(self) -> tuple[set[str], dict[str, str]]:
        if self.complete:  # most documents of a folder of advisories are whole in their heads: decode, do not tokenise
            try:
                return _shape_of(msgspec.json.decode(self.head))
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                pass
        return _json_shape(self.head)

    def has(self, *paths: str) -> bool:
        """Whether every one of ``paths`` is among :attr:`keys`."""
        return self.keys.issuperset(paths)

    def value_of(self, key: str) -> str | None:
        """Return the string value of the first ``"key": "..."`` (JSON) or ``key: ...`` (YAML) in the head, raw.

        The first is not always the outermost: ask :meth:`value_at` for a key that other objects have as well.
        """
        if self.is_json:
            found = re.search(rf'"{re.escape(key)}"\s*:\s*"((?:[^"\\]++|\\.)*+)(?:"|\\?\Z)', self.text, re.DOTALL)
        else:
            found = re.search(rf"^{re.escape(key)}:\s*[\"']?([^\n\"']*)", self.text, re.MULTILINE)
        return found[1].strip() if found else None

    def value_at(self, path: str) -> str | None:
        """Return the first string value at a key path of a JSON document: ``value_at("version")``."""
        return self._json[1].get(path) if self.is_json else None


def begin_json_lines(first: bytes, second: bytes) -> bool:
    """Whether two lines that are not blank, of which the second may be cut, begin a document of one JSON object a line.

    A pretty-printed document fails at its first line, one on a single line for want of a second. One of the two may be
    damaged: it must not cost the lines after it.
    """
    if first[:1] != b"{" or first[-1:] != b"}" or not second:
        return False
    if second[:1] == b"{":
        return True
    try:
        _ANY_OBJECT.decode(first)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _json_shape(head: bytes) -> tuple[set[str], dict[str, str]]:
    """Collect key paths, and the first string at each, with a tolerant tokeniser.

    A cut or broken document yields what was seen before the break.
    """
    paths: set[str] = set()
    values: dict[str, str] = {}
    stack: list[str] = []  # the path of each open container
    pending: str | None = None  # a string that turns out to be a key or a value by what follows it
    path = ""  # where the next value goes
    for token in _TOKEN.finditer(head):
        text = token[0]
        first = text[:1]
        if first == b'"':
            pending = _text(text)
        elif first == b":" and pending is not None:
            parent = stack[-1] if stack else ""
            if len(stack) > _MAX_DEPTH:
                # It does not grow, or a document of brackets alone would cost the square of its size.
                path, pending = parent, None
                continue
            path = f"{parent}.{pending}" if parent else pending
            paths.add(path)
            pending = None
            continue
        elif pending is not None:
            (values if len(stack) <= _MAX_DEPTH else {}).setdefault(path, pending)
            pending = None
        if first == b"{":
            stack.append(path)
        elif first == b"[":
            if len(stack) < _MAX_DEPTH:
                path = f"{path}[]"
                paths.add(path)
            stack.append(path)
        elif first in (b"}", b"]"):
            if stack:
                stack.pop()
            if not stack:
                break
            path = stack[-1]
        elif first == b",":
            path = stack[-1] if stack else ""
    return paths, values


def _text(token: bytes) -> str:
    """The string that a token stands for; of a broken or cut one, its characters as they are."""
    if b"\\" in token:
        try:
            return msgspec.json.decode(token, type=str)
        except (msgspec.DecodeError, UnicodeDecodeError):
            pass
    return token[1:-1].decode("utf-8", errors="replace")


def _shape_of(value: Any) -> tuple[set[str], dict[str, str]]:
    """Collect the same as :func:`_json_shape` from a document that is already decoded."""
    paths: set[str] = set()
    values: dict[str, str] = {}
    _collect(value, "", 1, paths, values)
    return paths, values


def _collect(value: Any, path: str, depth: int, paths: set[str], values: dict[str, str]) -> None:
    """Note what container ``value`` holds; ``depth`` is the number of containers that are open, itself included."""
    if isinstance(value, list):
        if depth <= _MAX_DEPTH:
            path = f"{path}[]"
            paths.add(path)
        members = [(path, member) for member in value]
    else:
        members = [(f"{path}.{key}" if path else key, member) for key, member in value.items()]
        paths.update(where for where, _ in members)
    for where, member in members:
        if isinstance(member, str):
            values.setdefault(where, member)
        elif depth < _MAX_DEPTH and isinstance(member, dict | list):
            _collect(member, where, depth + 1, paths, values)
