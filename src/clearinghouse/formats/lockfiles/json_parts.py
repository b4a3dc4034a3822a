"""The parts of a JSON lockfile, each decoded by itself, so that a damaged one costs itself alone."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TypeVar

import msgspec

from clearinghouse.formats.decode import Decoder, escape
from clearinghouse.formats.document import Document
from clearinghouse.formats.lockfiles.shelf import Record, Shelf, stocked, whole
from clearinghouse.formats.lockfiles.stated import unknown_version
from clearinghouse.formats.text import printable_name
from clearinghouse.records import Problem

T = TypeVar("T")
Raws = Mapping[str, msgspec.Raw]

_ROOT = Decoder(dict[str, msgspec.Raw], "lockfile")
_OBJECT = Decoder(dict[str, msgspec.Raw], "part")
_ARRAY = Decoder(list[msgspec.Raw], "list")
_TEXT = Decoder(str, "text")


class Parts:
    """The root object of a lockfile, or an object in it.

    Attributes:
        problems: what was wrong with what was asked for; they are yielded by whoever asked.
    """

    def __init__(self, raws: Raws, source: str, pointer: str = "") -> None:
        self.raws = raws
        self.source = source
        self.pointer = pointer
        self.problems: list[Problem] = []

    def get(self, key: str, decoder: Decoder[T]) -> T | None:
        """Return the value of a key, or None where it is missing, null or of another kind."""
        raw = self.raws.get(key)
        if raw is None or bytes(raw) == b"null":
            return None
        value = decoder.decode(raw, source=self.source, pointer=f"{self.pointer}/{escape(key)}")
        if isinstance(value, tuple):
            self.problems += value
            return None
        return value

    def text(self, key: str) -> str:
        """Return the text of a key, or the empty string."""
        return self.get(key, _TEXT) or ""

    def stated(self, key: str, known: range, read: str) -> Iterator[Problem]:
        """Yield the problem of a lockfile whose version, at a key, is another than those that are read.

        The last two arguments are those of :func:`~clearinghouse.formats.lockfiles.stated.unknown_version`.
        """
        raw = self.raws.get(key)
        written = None if raw is None else bytes(raw)[:100].decode("utf-8", "replace")
        yield from unknown_version(self.source, written, known, read, pointer=f"{self.pointer}/{escape(key)}")

    def members(self, key: str, decoder: Decoder[T]) -> Iterator[tuple[str, T, str] | Problem]:
        """Yield key, value and pointer of the members of an object, and the problems of the bad ones."""
        return members(self.object(key), decoder, self.source, f"{self.pointer}/{escape(key)}")

    def array(self, key: str) -> Sequence[msgspec.Raw]:
        """Return the members of an array, not decoded; none where it is missing or something else."""
        return self.get(key, _ARRAY) or ()

    def object(self, key: str) -> Raws:
        """Return the members of an object, not decoded; none where it is missing or something else."""
        return self.get(key, _OBJECT) or {}


def read_object(
    document: Document, shelf: Shelf, fill: Callable[[Shelf, Parts], Iterator[Problem]]
) -> Iterator[Record]:
    """Yield what ``fill`` makes of the root object of a lockfile; or what is wrong, where it is none.

    Raises:
        LimitExceededError: it is larger than a lockfile may be.
    """
    raws = _ROOT.decode(whole(document), source=document.source)
    if isinstance(raws, tuple):
        yield from raws
        return
    root = Parts(raws, document.source)
    yield from stocked(shelf, chain(fill(shelf, root), root.problems))


def members(
    raws: Raws | Sequence[msgspec.Raw], decoder: Decoder[T], source: str, pointer: str
) -> Iterator[tuple[str, T, str] | Problem]:
    """Yield key (or position), value and pointer of each member, and the problems of the bad ones."""
    for key, raw in raws.items() if isinstance(raws, Mapping) else enumerate(raws):
        where = f"{pointer}/{escape(str(key))}"
        value = decoder.decode(raw, source=source, pointer=where)
        if isinstance(value, tuple):
            yield from value
        else:
            yield str(key), value, printable_name(where)
