"""Commitments to small records: bytes that bind to a record, tell nothing about it, and stay when it is forgotten.

``commit`` is HMAC-SHA256 of the record under a random salt of 256 bits.

- Hiding: as long as the salt is secret, HMAC-SHA256 is a pseudorandom function under it, so the commitment cannot be
  told from random bytes, however few records are possible. A plain hash of "person 7 read report 12" could be guessed.
  When the salt is destroyed with the record, the commitment says nothing to anybody ever again.
- Binding: two pairs of salt and record with one commitment are two inputs with one SHA-256. Salts have one length only,
  because HMAC fills short keys with zeros, so that a salt and the same salt with a zero after it would be one key.

The record is committed to as canonical JSON, so that everyone who has it has the same bytes.
"""

import hmac
import secrets
from collections.abc import Mapping
from json.encoder import encode_basestring
from typing import Self, TypeAlias

Json: TypeAlias = "str | int | bool | Mapping[str, Json] | list[Json] | tuple[Json, ...] | None"
"""What a record is made of. Text and whole numbers may be enumerations of these."""

SALT_BYTES = 32
LARGEST = 2**53 - 1
"""The largest whole number that every reader of JSON reads without loss (RFC 8259, section 6)."""
DEEPEST = 16
"""How deeply records may be nested."""

_CONSTANTS = {None: "null", False: "false", True: "true"}
DOMAIN = b"clearinghouse commitment 1\x00"


class CommitmentError(ValueError):
    """A salt of the wrong length."""


class NotCanonicalError(ValueError):
    """A value that has no canonical JSON; the message says where it stands (JSON Pointer) and what is wrong with it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
        self.where = ""

    def __str__(self) -> str:
        return f"{self.where or '/'}: {self.why}"

    def inside(self, name: str | int) -> Self:
        """Say within what it stands."""
        self.where = f"/{name}{self.where}"
        return self


def new_salt() -> bytes:
    """Return a fresh random salt."""
    return secrets.token_bytes(SALT_BYTES)


def commit(salt: bytes, record: bytes) -> bytes:
    """Return the commitment to a record, 32 bytes.

    Args:
        salt: 32 random bytes, never used for another record (:func:`new_salt`). record: its canonical bytes.

    Raises:
        CommitmentError: the salt is of another length.
    """
    if len(salt) != SALT_BYTES:
        raise CommitmentError(f"a salt has {SALT_BYTES} bytes, not {len(salt)}")
    return hmac.digest(salt, DOMAIN + record, "sha256")


def opens(commitment: bytes, salt: bytes, record: bytes) -> bool:
    """Whether ``commitment`` is the one to ``record`` under ``salt``."""
    return len(salt) == SALT_BYTES and hmac.compare_digest(commit(salt, record), commitment)


def canonical(record: Json) -> bytes:
    """Return a record as canonical JSON in UTF-8.

    This is the part of RFC 8785 that needs no floating point: members in the order of their names as UTF-16, no
    spaces, the shortest escapes, whole numbers as decimal digits.

    Raises:
        NotCanonicalError: it holds a fraction, a number beyond 2^53 - 1, text that is no Unicode (a lone surrogate), a
            name that is no text, another type, or more than 16 levels.
    """
    return _encoded(record, 0).encode()


def _encoded(value: object, depth: int) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if value is None or isinstance(value, bool):
        return _CONSTANTS[value]
    if isinstance(value, int):
        return _number(value)
    if depth >= DEEPEST:
        raise NotCanonicalError(f"more than {DEEPEST} levels")
    if isinstance(value, Mapping):
        return _object(value, depth + 1)
    if isinstance(value, list | tuple):
        return _array(value, depth + 1)
    raise NotCanonicalError(f"{type(value).__name__} has no canonical form")


def _object(members: Mapping[object, object], depth: int) -> str:
    parts = []
    for name in _in_order(members):
        try:
            parts.append(f"{_quoted(name)}:{_encoded(members[name], depth)}")
        except NotCanonicalError as error:
            raise error.inside(name) from None
    return f"{{{','.join(parts)}}}"


def _array(items: list[object] | tuple[object, ...], depth: int) -> str:
    parts = []
    for at, item in enumerate(items):
        try:
            parts.append(_encoded(item, depth))
        except NotCanonicalError as error:
            raise error.inside(at) from None
    return f"[{','.join(parts)}]"


def _in_order(members: Mapping[object, object]) -> list[str]:
    names = [name for name in members if isinstance(name, str)]
    if len(names) != len(members):
        raise NotCanonicalError("a name is no text")
    if all(map(str.isascii, names)):
        return sorted(names)
    return sorted(names, key=lambda name: name.encode("utf-16-be", "surrogatepass"))


def _number(value: int) -> str:
    if abs(value) > LARGEST:
        raise NotCanonicalError(f"{value:d} is beyond 2^53 - 1")
    return f"{value:d}"


def _quoted(text: str) -> str:
    if not text.isascii() and any("\ud800" <= each <= "\udfff" for each in text):
        raise NotCanonicalError("text with half of a surrogate pair")
    return encode_basestring(text)
