"""A document that is sealed, and copies of it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any

import msgspec

from clearinghouse.evaluation.determination.disclosure.tree import (
    DEEPEST,
    MOST_LEAVES,
    REMEDY,
    Path,
    Step,
    as_text,
    leaves_of,
    plain,
    pointer,
    require_full,
    tree_of,
)
from clearinghouse.evaluation.determination.errors import DisclosureError
from clearinghouse.trust.commitment import Json, NotCanonicalError, canonical, commit, new_salt, opens
from clearinghouse.trust.merkle import leaf_hash, root_of
from clearinghouse.trust.statement import NotStrictError, Sha256, decode_strictly

SCHEMA = "clearinghouse frontier fields 1"
LARGEST = 64 << 20
"""Most bytes of a copy."""
PAD = 16
"""Of what the number of leaves is a multiple."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One leaf in a copy.

    Attributes:
        commitment: to path and value. salt: 64 hexadecimal digits; empty where the leaf is not shown, and then path and
            value are the empty ones. A shown leaf at the empty path with no value is a decoy.
    """

    commitment: Sha256
    salt: str = ""
    path: Annotated[tuple[Step, ...], msgspec.Meta(max_length=DEEPEST)] = ()
    value: Any = None

    @property
    def is_shown(self) -> bool:
        """Whether path and value are told."""
        return bool(self.salt)

    @property
    def is_decoy(self) -> bool:
        """Whether it is known to stand for nothing."""
        return self.is_shown and not self.path and self.value is None


class Fields(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is signed of a document: the Merkle root over the commitments to its leaves, and how many there are."""

    root: Sha256
    leaves: Annotated[int, msgspec.Meta(gt=0, le=MOST_LEAVES)]


class Copy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A document, or what is shown of it; ``entries`` in the order of their commitments."""

    entries: Annotated[tuple[Entry, ...], msgspec.Meta(min_length=1, max_length=MOST_LEAVES)]
    schema: str = SCHEMA

    def to_bytes(self) -> bytes:
        """Return it as canonical JSON. Law: ``read_copy(copy.to_bytes(), fields_of(copy)) == copy``."""
        built: Json = msgspec.to_builtins(self)
        return canonical(built)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return all(each.is_shown for each in self.entries)


_READER = msgspec.json.Decoder(Copy)


def seal(document: Mapping[str, Any], salt: Callable[[], bytes] = new_salt) -> Copy:
    """Return the whole of a document, ready to be signed and shown in part.

    Args:
        document: a JSON object; fractions become text (:func:`as_text`). salt: makes salts of 32 random bytes.

    Raises:
        DisclosureError: it has too many leaves, is nested too deeply, or holds what JSON has not.
    """
    leaves: list[tuple[Path, Any]] = list(leaves_of((), as_text(document)))
    leaves += [((), None)] * (-len(leaves) % PAD)
    if len(leaves) > MOST_LEAVES:
        raise DisclosureError(f"a document of {len(leaves):,} fields is too large", f"take at most {MOST_LEAVES:,}")
    return _sorted(_sealed(path, value, salt()) for path, value in leaves)


def fields_of(copy: Copy) -> Fields:
    """Return what is signed of the document that a copy was made from. It is one for all its copies."""
    root = root_of(leaf_hash(bytes.fromhex(each.commitment)) for each in copy.entries)
    return Fields(root=root.hex(), leaves=len(copy.entries))


def redacted(copy: Copy, keep: Callable[[Path], bool]) -> Copy:
    """Return a copy that shows of what this one shows only the leaves at paths that ``keep`` is true of."""
    return Copy(
        entries=tuple(
            each if each.is_shown and not each.is_decoy and keep(each.path) else Entry(commitment=each.commitment)
            for each in copy.entries
        )
    )


def revealed(copy: Copy, shown: Iterable[Entry]) -> Copy:
    """Return a copy that shows more.

    Raises:
        DisclosureError: what is to be shown is not in this document, or is not what was sealed.
    """
    more = {each.commitment: each for each in shown}
    missing = more.keys() - {each.commitment for each in copy.entries}
    if missing:
        raise DisclosureError("a field that is to be shown is not in this document", REMEDY)
    return _agreeing(Copy(entries=tuple(more.get(each.commitment, each) for each in copy.entries)))


def read_copy(data: bytes, fields: Fields) -> Copy:
    """Return the copy that is written in JSON, if it agrees with what was signed.

    Raises:
        DisclosureError: it is none, or does not agree.
    """
    try:
        copy = decode_strictly(data, _READER, LARGEST)
    except NotStrictError as error:
        raise DisclosureError(f"this is no copy of a document: {error}", REMEDY) from None
    checked(copy, fields)
    if copy.to_bytes() != data:
        raise DisclosureError("this copy is not written as it was made", REMEDY)
    return copy


def checked(copy: Copy, fields: Fields) -> Copy:
    """Return a copy that agrees with what was signed.

    Raises:
        DisclosureError: it does not: something that it shows was changed, or a commitment was.
    """
    if copy.schema != SCHEMA:
        raise DisclosureError(f"its schema is {copy.schema[:80]!a}", f"give a copy of {SCHEMA}")
    if fields_of(copy) != fields:
        raise DisclosureError("the commitments are not those that were signed", REMEDY)
    return _agreeing(copy)


def values(copy: Copy) -> dict[Path, Any]:
    """Return what a copy shows, by path."""
    return {each.path: each.value for each in copy.entries if each.is_shown and not each.is_decoy}


def shown(copy: Copy) -> Any:
    """Return what a copy shows as one document, to be looked at. Lists are shorter by what is left out of them."""
    return plain(tree_of(values(copy)))


def document(copy: Copy) -> dict[str, Any]:
    """Return the whole document, with fractions as text.

    Raises:
        DisclosureError: something is left out, or a list has a gap.
    """
    if not copy.is_whole:
        left = sum(not each.is_shown for each in copy.entries)
        raise DisclosureError(f"{left} fields of this copy are left out", "ask for the whole document")
    tree = tree_of(values(copy))
    require_full(tree)
    whole = plain(tree)
    if not isinstance(whole, dict):
        raise DisclosureError("this document is no object", REMEDY)
    return whole


def _sealed(path: Path, value: Any, salt: bytes) -> Entry:
    return Entry(commitment=commit(salt, _record(path, value)).hex(), salt=salt.hex(), path=path, value=value)


def _record(path: Path, value: Any) -> bytes:
    """What is committed to."""
    try:
        return canonical({"path": list(path), "value": value})
    except NotCanonicalError as error:
        raise DisclosureError(
            f"the field at {pointer(path)} cannot be sealed: {error.why}", "write it as text"
        ) from None


def _sorted(entries: Iterable[Entry]) -> Copy:
    return Copy(entries=tuple(sorted(entries, key=lambda each: each.commitment)))


def _agreeing(copy: Copy) -> Copy:
    for before, after in zip(copy.entries, copy.entries[1:], strict=False):
        if before.commitment >= after.commitment:
            raise DisclosureError("the commitments are not in their order", REMEDY)
    for each in copy.entries:
        if each.is_shown:
            require_opens(each)
        elif each.path or each.value is not None:
            raise DisclosureError("a field is told without the salt that proves it", REMEDY)
    tree_of((each.path, each.value) for each in copy.entries if each.is_shown and not each.is_decoy)
    return copy


def require_opens(entry: Entry) -> None:
    """Check that what a leaf shows is what its commitment is to.

    Raises:
        DisclosureError: it is not.
    """
    try:
        salt = bytes.fromhex(entry.salt)
    except ValueError:
        salt = b""
    right = salt.hex() == entry.salt and isinstance(entry.value, str | int | bool | None | list | dict)
    if not right or not opens(bytes.fromhex(entry.commitment), salt, _record(entry.path, entry.value)):
        raise DisclosureError(f"the field at {pointer(entry.path)} is not what was signed", REMEDY)
