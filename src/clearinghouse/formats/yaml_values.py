"""YAML as plain values, for documents that strangers wrote.

Scalars stay text, as they are written: ``1.10`` is a version and no number, ``2021-01-01`` no date. Only null
(``null``, ``~``, nothing) is told apart. Values are built from libyaml's events in a loop, so nesting costs no
stack, and tags construct nothing. Aliases are followed as long as the document stays small when each is
written out: ten levels of aliases are enough to describe a billion values in a kilobyte.
"""

from collections.abc import Iterator
from typing import Any

import yaml

from clearinghouse.records import ClearinghouseError

MAX_DEPTH = 64
MAX_NODES = 4_000_000
"""Most values of one document, each alias counted with everything that it stands for."""
MAX_BYTES = 64 << 20

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_NO_KEY = object()


class YamlError(ClearinghouseError):
    """The text is not YAML, or YAML that is refused. ``line`` is from 1, or None."""

    def __init__(self, what: str, line: int | None = None) -> None:
        super().__init__(what, "write plain YAML, or JSON")
        self.line = line


def load(data: bytes) -> Any:
    """Return the value of the first document in ``data``: dict, list, str or None; keys are text.

    Raises:
        YamlError: malformed, too deep, too large, or too large once its aliases are written out.
    """
    if len(data) > MAX_BYTES:
        raise YamlError(f"it is larger than {MAX_BYTES >> 20} MiB, the most that a YAML document may have")
    try:
        return _Builder().build(yaml.parse(data, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise YamlError(f"it is not well-formed YAML: {error.problem or error.context}", line) from error
    except (yaml.YAMLError, UnicodeError, ValueError) as error:
        why = getattr(error, "reason", None) or "it has characters that YAML does not allow"
        raise YamlError(f"it is not well-formed YAML: {why}") from error


class _Open:
    """A list or mapping whose end has not come yet."""

    __slots__ = ("anchor", "key", "nodes_before", "value")

    def __init__(self, value: dict[Any, Any] | list[Any], anchor: str | None, nodes_before: int) -> None:
        self.value = value
        self.anchor = anchor
        self.nodes_before = nodes_before
        self.key: Any = _NO_KEY  # of a mapping: the key that waits for its value


class _Builder:
    """Builds one value out of a stream of events."""

    def __init__(self) -> None:
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Any, int]] = {}  # value and number of nodes when written out
        self.nodes = 0
        self.root: Any = None

    def build(self, events: Iterator[Any]) -> Any:
        for event in events:
            kind = type(event)
            if kind is yaml.ScalarEvent:
                value = _scalar(event)
                if event.anchor is not None:
                    self.anchors[event.anchor] = (value, 1)
                self.put(value, 1, event)
            elif kind is yaml.MappingStartEvent:
                self.open({}, event)
            elif kind is yaml.SequenceStartEvent:
                self.open([], event)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self.close()
            elif kind is yaml.AliasEvent:
                self.alias(event)
            elif kind is yaml.DocumentEndEvent:
                break
        return self.root

    def open(self, value: dict[Any, Any] | list[Any], event: Any) -> None:
        if len(self.stack) == MAX_DEPTH:
            raise YamlError(f"it is nested more than {MAX_DEPTH} levels deep", _line(event))
        before = self.nodes
        self.put(value, 1, event)
        self.stack.append(_Open(value, event.anchor, before))

    def close(self) -> None:
        closed = self.stack.pop()
        if closed.anchor is not None:  # known only now, so nothing can contain itself
            self.anchors[closed.anchor] = (closed.value, self.nodes - closed.nodes_before)

    def alias(self, event: Any) -> None:
        if event.anchor not in self.anchors:
            raise YamlError("it has an alias without an anchor before it", _line(event))
        value, nodes = self.anchors[event.anchor]
        self.put(value, nodes, event)

    def put(self, value: Any, nodes: int, event: Any) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            raise YamlError(f"it describes more than {MAX_NODES} values", _line(event))
        if not self.stack:
            self.root = value
            return
        top = self.stack[-1]
        if isinstance(top.value, list):
            top.value.append(value)
        elif top.key is not _NO_KEY:
            top.value[top.key] = value
            top.key = _NO_KEY
        elif isinstance(value, dict | list):
            raise YamlError("it has a mapping or a list as a key", _line(event))
        else:
            top.key = "null" if value is None else value


def _scalar(event: Any) -> str | None:
    return None if event.implicit[0] and event.value in _NULLS else event.value


def _line(event: Any) -> int | None:
    return event.start_mark.line + 1 if event.start_mark else None
