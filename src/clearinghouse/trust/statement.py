"""Statements about artefacts: which bytes, named by their digest, something is said about, and what is said.

Source: in-toto attestation framework, version 1, Statement
(https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md), its parsing rules (README.md beside it) and its
field types (field_types.md, digest_set.md). A statement is no more than text until it is signed:
:mod:`clearinghouse.trust.envelope`.

Reading is strict where two readers could otherwise read two things from the same signed bytes: a name that stands twice
in an object, half of a surrogate pair, bytes that are no UTF-8 are refused. Fields that are not known are passed over,
as the parsing rules ask. Stricter than the framework: a subject needs a SHA-256, and sizes are bounded.
"""

import json
from collections.abc import Iterable
from typing import Annotated, Any, Self, TypeVar

import msgspec

from clearinghouse.records import ClearinghouseError
from clearinghouse.trust.commitment import NotCanonicalError, canonical

T = TypeVar("T")

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
"""What a statement says that it is: ``_type``."""
LARGEST_STATEMENT = 2 * 2**20
"""The longest statement that is read or written, in bytes."""
MOST_SUBJECTS = 10_000
LONGEST_NAME = 4_096
"""The longest name of a subject, in characters."""
LONGEST_TYPE = 1_024
"""The longest type of a predicate, in characters."""
DEEPEST_PREDICATE = 64
"""How deeply a predicate that is read may be nested; what is written is canonical JSON, which has fewer levels."""

# A scheme and an authority in lower case (field_types.md, TypeURI), and only what RFC 3986, appendix A, has.
_TYPE_URI = r"\A[a-z][a-z0-9+.-]*+:(?!//[^/?#]*[A-Z])[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]++\Z"

Sha256 = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
"""A SHA-256 as 64 hexadecimal digits in lower case (digest_set.md)."""
TypeUri = Annotated[str, msgspec.Meta(pattern=_TYPE_URI, max_length=LONGEST_TYPE)]


class StatementError(ClearinghouseError):
    """Bytes that are no statement, or a statement that cannot be written. ``what`` is one sentence that says why."""


class NotStrictError(ValueError):
    """Bytes that are not the JSON that was expected; the message is the end of a sentence that says why."""


class Digest(msgspec.Struct, frozen=True):
    """By what an artefact is known. Other algorithms that stand beside it are passed over (digest_set.md)."""

    sha256: Sha256


class Subject(msgspec.Struct, frozen=True, omit_defaults=True):
    """One artefact that a statement is about.

    Attributes:
        digest: of its bytes; artefacts are matched by it alone. name: what tells it from the others, without meaning to
            anybody but writer and reader; empty where there is none.
    """

    digest: Digest
    name: Annotated[str, msgspec.Meta(max_length=LONGEST_NAME)] = ""


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is said about artefacts.

    Attributes:
        subject: what it is about, at least one, in the writer's order. predicate_type: a URI that says how to
            understand the predicate. predicate: what is said, a JSON object; empty where the type says it all.
        type: always :data:`STATEMENT_TYPE`.

    Laws: ``Statement.from_bytes(statement.to_bytes()) == statement``, if it can be written at all. The order in which
    the members of the predicate came does not show in the bytes.
    """

    subject: Annotated[tuple[Subject, ...], msgspec.Meta(min_length=1, max_length=MOST_SUBJECTS)]
    predicate_type: TypeUri = msgspec.field(name="predicateType")
    predicate: dict[str, Any] = {}  # msgspec gives every statement its own
    type: str = msgspec.field(name="_type", default=STATEMENT_TYPE)

    @classmethod
    def of(cls, subjects: Iterable[tuple[str, str]], predicate_type: str, predicate: dict[str, Any]) -> Self:
        """Return a statement; it is checked when it is written.

        Args:
            subjects: names and SHA-256 (64 hexadecimal digits). predicate_type: a URI. predicate: see the class.
        """
        subject = tuple(Subject(digest=Digest(sha256), name=name) for name, sha256 in subjects)
        return cls(subject=subject, predicate_type=predicate_type, predicate=predicate)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the statement that is written in JSON.

        Raises:
            StatementError: it is no Statement v1, has no subject or one without a SHA-256, is longer, deeper or wider
                than the limits of this module, or is ambiguous.
        """
        try:
            read = decode_strictly(data, _READER, LARGEST_STATEMENT)
        except NotStrictError as error:
            raise _no_statement(str(error)) from None
        if read.type != STATEMENT_TYPE:
            raise _no_statement(f"its _type is not {STATEMENT_TYPE}")
        if _is_deeper(read.predicate, DEEPEST_PREDICATE):
            raise _no_statement(f"its predicate has more than {DEEPEST_PREDICATE} levels")
        return cls(subject=read.subject, predicate_type=read.predicate_type, predicate=read.predicate)

    def to_bytes(self) -> bytes:
        """Return the statement as canonical JSON (:func:`~clearinghouse.trust.commitment.canonical`).

        Raises:
            StatementError: :meth:`from_bytes` would refuse it, or its predicate has no canonical form: it holds a
                fraction, a whole number beyond 2^53 - 1, text that is no Unicode, or too many levels.
        """
        try:
            data = canonical(
                {
                    "_type": self.type,
                    "subject": [_members(each) for each in self.subject],
                    "predicateType": self.predicate_type,
                    "predicate": self.predicate,
                }
            )
        except NotCanonicalError as error:
            what = f"this statement cannot be written as canonical JSON: {error}"
            raise StatementError(what, "write fractions and large numbers as text, and nest less") from None
        self.from_bytes(data)  # nothing is signed that nobody could read
        return data


class _Written(Statement, frozen=True, kw_only=True):
    """A statement as it stands in JSON, where it has to say what it is."""

    type: str = msgspec.field(name="_type")


_READER = msgspec.json.Decoder(_Written)


def decode_strictly(data: bytes, decoder: "msgspec.json.Decoder[T]", largest: int) -> T:
    """Return JSON as what ``decoder`` knows, if every reader of JSON reads the same from it.

    Args:
        data: what is read. decoder: of the expected type. largest: how many bytes are looked at.

    Raises:
        NotStrictError: it has more bytes, is no JSON in UTF-8, holds half of a surrogate pair, names a member of an
            object twice (RFC 8259, section 4), or is not of the type.
    """
    if len(data) > largest:
        raise NotStrictError(f"it has {len(data):,} bytes, of which {largest:,} are read")
    try:
        value = decoder.decode(data)
        # msgspec takes the last of two; numbers stay texts, since Python makes none of more than 4,300 digits
        json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_int=str, parse_float=str)
    except RecursionError:
        raise NotStrictError("it is nested too deeply") from None
    except UnicodeDecodeError:
        raise NotStrictError("it has bytes that are no UTF-8") from None
    except (msgspec.DecodeError, ValueError) as error:
        raise NotStrictError(_said(error)) from None
    return value


def _once(members: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in members}) != len(members):
        raise NotStrictError("an object in it has two members of one name")


def _said(error: Exception) -> str:
    """What a decoder says, without its notation."""
    said, _, where = str(error).replace("`", "").partition(" - at ")
    said, pattern, _ = said.partition(" matching regex")
    said += " of the right form" if pattern else ""
    where = where.replace("$", "").strip(".")
    said = said if said.startswith("JSON") else said[:1].lower() + said[1:]
    return f"{said}{f' at {where}' if where else ''}"


def _no_statement(why: str) -> StatementError:
    remedy = "see https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md for what one looks like"
    return StatementError(f"this is no in-toto Statement v1: {why}", remedy)


def _members(subject: Subject) -> dict[str, Any]:
    digest = {"sha256": subject.digest.sha256}
    return {"name": subject.name, "digest": digest} if subject.name else {"digest": digest}


def _is_deeper(value: object, levels: int) -> bool:
    """Whether objects and lists stand in each other more than so many times."""
    level = [value]
    for _ in range(levels):
        level = [inner for outer in level for inner in _inside(outer) if isinstance(inner, dict | list)]
        if not level:
            return False
    return True


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
