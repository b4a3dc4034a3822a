"""Walking an SBOM in JSON, whatever its size, and whatever it is wrapped in.

GitHub's interface gives an SBOM as the member ``sbom`` of an object, an in-toto statement as its ``predicate``
(https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md). What is outside is not looked at.
"""

from collections.abc import Iterator
from typing import NamedTuple

from clearinghouse.formats.decode import describe_raw, escape, wrong_type
from clearinghouse.formats.document import Document
from clearinghouse.formats.encoding import repair
from clearinghouse.formats.json_records import broken_json
from clearinghouse.formats.json_stream import BrokenJsonError, Piece, walk
from clearinghouse.formats.sample import Sample
from clearinghouse.records import ClearinghouseError, Problem

ENVELOPES = ("", "sbom", "predicate")
Path = tuple[str | int, ...]


class Member(NamedTuple):
    """One member of a streamed array, or a whole value.

    Attributes:
        path: of the array, or of the value, within the SBOM. position: in the array, -1 for a whole value.
        raw: as it stands, perhaps not in UTF-8.
    """

    path: Path
    position: int
    raw: bytes


class BomWalk:
    """The walk over one SBOM in JSON.

    Args:
        document: it. envelope: the member in which the SBOM stands, empty where the document is the SBOM.
        enter: patterns of objects to go into, within the SBOM. arrays: of arrays of which the members are handed out.
    """

    def __init__(self, document: Document, envelope: str, enter: frozenset[str], arrays: frozenset[str]) -> None:
        self.document = document
        self.source = document.source
        self._envelope = envelope
        self._prefix = f"/{envelope}" if envelope else ""
        self._enter = frozenset({"", envelope, *(_within(envelope, pattern) for pattern in enter)})
        self._arrays = frozenset(_within(envelope, pattern) for pattern in arrays)
        self._enter_inside = enter | {""}
        self._arrays_inside = arrays

    def pointer(self, path: Path, position: int = -1) -> str:
        """Return the JSON Pointer of a member."""
        tokens = [escape(str(key)) for key in path]
        if position >= 0:
            tokens.append(str(position))
        return "/".join((self._prefix, *tokens))

    def peek(self) -> Iterator[Member]:
        """Yield the members for a first look: where the document breaks off, or is what it should not be, they end."""
        try:
            for member in self._members():
                if not isinstance(member, Problem):
                    yield member
        except (BrokenJsonError, ClearinghouseError):
            return

    def members(self) -> Iterator[Member | Problem]:
        """Yield the members, and what is wrong with the document."""
        try:
            yield from self._members()
        except BrokenJsonError as error:
            yield broken_json(self.document, error)

    def _members(self) -> Iterator[Member | Problem]:
        depth = 1 if self._envelope else 0
        told: set[Path] = set()
        with self.document.open() as stream:
            for piece in walk(stream, self._enter, self._arrays):
                path = piece.path
                if path[:depth] == (self._envelope,)[:depth]:
                    path = path[depth:]
                elif path:
                    continue
                wrong = self._wrong(path, piece)
                if wrong is None:
                    first = max(piece.first, 0)
                    streamed = piece.first >= 0
                    for position, raw in enumerate(piece.raws, first):
                        yield Member(path, position if streamed else -1, bytes(raw))
                elif wrong[0] not in told:
                    told.add(wrong[0])
                    yield wrong_type(self.source, self.pointer(wrong[0]), wrong[1], wrong[2])

    def _wrong(self, path: Path, piece: Piece) -> tuple[Path, str, str] | None:
        """Return which value is of the wrong type, what was expected and what stood there; None if all is well."""
        for place, key in enumerate(path):
            if isinstance(key, int):  # objects are entered, and a list stood where one was expected
                return path[:place], "object", "a list"
        if piece.first >= 0 or bytes(piece.raws[0]) == b"null":
            return None
        pattern = _pattern(path)
        expected = "array" if pattern in self._arrays_inside else "object" if pattern in self._enter_inside else ""
        return (path, expected, describe_raw(piece.raws[0])) if expected else None


def envelope_of(sample: Sample, *marks: str) -> str | None:
    """Return in which member of a document an SBOM stands, by the keys that its head shows; None if in none.

    Args:
        sample: of the document. marks: keys of an SBOM, any of which is enough; those that say most come first.
    """
    for mark in marks:
        for envelope in ENVELOPES:
            if sample.has(_within(envelope, mark)):
                return envelope
    return None


def in_utf8(raw: bytes) -> bytes:
    """Return bytes in UTF-8, for a first look: nothing is counted."""
    repaired = repair(raw)
    return repaired.data if repaired else raw


def _within(envelope: str, pattern: str) -> str:
    return f"{envelope}.{pattern}" if envelope and pattern else envelope or pattern


def _pattern(path: Path) -> str:
    return ".".join(str(key) for key in path)
