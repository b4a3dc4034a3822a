"""The long arrays of a SARIF run's header, whose members are decoded one at a time, when a result asks for them."""

from collections.abc import Iterator, Sequence
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import inspect

from clearinghouse.formats.decode import Decoder, unescape, violations
from clearinghouse.records import Problem

T = TypeVar("T", bound=msgspec.Struct)


class _Names(msgspec.Struct, gc=False):
    id: Any = None
    guid: Any = None


_decode_names = msgspec.json.Decoder(_Names).decode
_MOST_KEPT = 10_000
"""Members that are remembered decoded."""


class Kind(Generic[T]):
    """What the members of an array are.

    Args:
        type_: all of its members are optional. noun: what one is called in messages.
    """

    def __init__(self, type_: type[T], noun: str) -> None:
        self._type = type_
        self._shape = inspect.type_info(type_)
        self._explain = Decoder(type_, noun).decode
        self._decode = msgspec.json.Decoder(type_).decode

    def problems(self, raws: Sequence[msgspec.Raw], source: str, pointer: str) -> Iterator[Problem]:
        """Yield what is wrong with the members of the array at ``pointer``."""
        decode = self._decode
        for position, raw in enumerate(raws):
            try:
                decode(raw)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                found = self._explain(raw, source=source, pointer=f"{pointer}/{position}")
                if isinstance(found, tuple):
                    yield from found

    def read(self, raw: msgspec.Raw) -> T:
        """Return a member; without what is of the wrong type in it."""
        try:
            return self._decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            found = self._explain(raw, source="")
        return self._mended(raw) if isinstance(found, tuple) else found

    def _mended(self, raw: msgspec.Raw) -> T:
        try:
            return msgspec.convert(without_violations(self._shape, msgspec.json.decode(raw)), self._type)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return self._type()


class Table(Generic[T]):
    """An array of a header.

    Args:
        raws: its members as they stand there. kind: what they are.
    """

    def __init__(self, raws: Sequence[msgspec.Raw] | None, kind: Kind[T]) -> None:
        self._raws = raws or ()
        self._kind = kind
        self._kept: dict[int, T] = {}

    def __len__(self) -> int:
        return len(self._raws)

    def __iter__(self) -> Iterator[T]:
        """Yield all members and keep none."""
        return map(self._kind.read, self._raws)

    def __getitem__(self, position: int) -> T:
        found = self._kept.get(position)
        if found is None:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            found = self._kept[position] = self._kind.read(self._raws[position])
        return found

    def read(self, position: int) -> T:
        """Return a member without remembering it."""
        return self._kind.read(self._raws[position])

    def names(self) -> Iterator[tuple[str | None, str | None]]:
        """Yield the ``id`` and ``guid`` of each member, without decoding the rest of it."""
        for raw in self._raws:
            try:
                named = _decode_names(raw)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                if bytes(raw)[:1] != b"{":
                    yield None, None
                    continue
                mended = self._kind.read(raw)
                yield getattr(mended, "id", None), getattr(mended, "guid", None)
                continue
            yield (
                named.id if isinstance(named.id, str) else None,
                named.guid if isinstance(named.guid, str) else None,
            )

    def forget(self) -> None:
        """Remember no member; they can be asked for as before."""
        self._kept.clear()


def without_violations(shape: inspect.Type, value: Any) -> Any:
    """Return decoded JSON without what is of the wrong type in it, which is taken out of ``value``."""
    for pointer, expected, _ in list(violations(shape, value)):
        path = [unescape(token) for token in pointer.split("/")[1:]]
        if not path:
            return {}
        _take_out(value, path, expected)
    return value


def _take_out(value: Any, path: list[str], expected: str) -> None:
    """Take the member at ``path`` out of ``value``; in a list, and for a tool and its driver, put an empty one in."""
    for token in path[:-1]:
        value = value[int(token)] if isinstance(value, list) else value[token]
    if isinstance(value, list):
        value[int(path[-1])] = "" if expected == "string" else {}
    elif path == ["tool"]:
        value["tool"] = {"driver": {}}
    elif path == ["tool", "driver"]:
        value["driver"] = {}
    else:
        del value[path[-1]]
