"""What is asked of the log: who did what, and proofs for those who do not want to believe it.

:func:`verify` looks at the whole log for who runs the installation; it tells nothing of what stands in it.
"""

import datetime as dt
from collections.abc import Iterable

import msgspec
from django.db.models import Q

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.access.rules import visible
from clearinghouse.server.audit.errors import BrokenLogError, NoSuchEntryError
from clearinghouse.server.audit.leaves import public
from clearinghouse.server.audit.models import ActorKind, Entry, Head, TreeHead
from clearinghouse.server.audit.rows import roots
from clearinghouse.server.audit.verification import Fault, verify
from clearinghouse.server.participants.models import Participant, Person, ServiceIdentity
from clearinghouse.trust.merkle import (
    MerkleError,
    check_consistency,
    check_inclusion,
    consistency_parts,
    inclusion_parts,
    leaf_hash,
)

__all__ = [
    "Consistency",
    "Ends",
    "Fault",
    "Inclusion",
    "Names",
    "consistency",
    "ends",
    "entries",
    "names_in",
    "proof",
    "verify",
]

MOST = 500
"""How many entries one question gets."""


class Inclusion(msgspec.Struct, frozen=True, kw_only=True):
    """Proof that an entry is in the log.

    To check it: ``commit(salt, body)`` is the commitment in ``public``, and ``path`` leads from the leaf hash of
    ``public`` at ``seq`` to ``root``, a tree head of ``size`` that is known from elsewhere.

    Attributes:
        seq: its position. public: what stands under the tree. size, root: the newest head. path: the nodes.
        salt, body: what opens the commitment; None if the entry is erased.
    """

    seq: int
    public: bytes
    size: int
    root: bytes
    path: tuple[bytes, ...]
    salt: bytes | None
    body: str | None


class Consistency(msgspec.Struct, frozen=True, kw_only=True):
    """Proof that the log begins with what it was: sizes and roots, then and now, and the nodes between them."""

    old: int
    old_root: bytes
    new: int
    new_root: bytes
    path: tuple[bytes, ...]


class Ends(msgspec.Struct, frozen=True, kw_only=True):
    """How far the log goes: ``size`` and ``root`` now, and ``kept``, the last head that was published, if one was."""

    size: int
    root: bytes
    kept: TreeHead | None


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """What those who acted are called now, by primary key."""

    participants: dict[int, str]
    people: dict[int, str]
    services: dict[int, str]


_INSTALLATION = "installation"
"""The word by which what nobody in particular did is found."""
_MOST_NAMED = 200


def entries(
    reader: Reader,
    kind: str = "",
    object_id: int | str = "",
    act: str = "",
    before: int | None = None,
    limit: int = 50,
    *,
    who: str = "",
    day: dt.date | None = None,
) -> list[Entry]:
    """Return entries that a reader may see, the newest first.

    Args:
        kind, object_id, act: only those of such an object, or such an act. An entry that was erased is found by its
            kind and act only.
        before: only those before this position; the last one of a page leads to the next page.
        limit: at most so many, at most :data:`MOST`.
        who: only what was done by people, keys or organisations with this in their name; "installation" is what nobody
            in particular did. day: only what was recorded on this day (UTC).
    """
    wanted = {"kind": kind, "object_id": str(object_id), "act": act}
    rows = visible(reader, Entry.objects.filter(**{name: value for name, value in wanted.items() if value}))
    if before is not None:
        rows = rows.filter(seq__lt=before)
    if who.strip():
        rows = rows.filter(_by(who.strip()))
    if day is not None:
        begin = dt.datetime.combine(day, dt.time(), dt.UTC)
        rows = rows.filter(at__gte=begin, at__lt=begin + dt.timedelta(days=1))
    return list(rows.order_by("-seq")[: max(0, min(limit, MOST))])


def _by(who: str) -> Q:
    named = {"name__icontains": who}

    def some(model: type[Participant] | type[Person] | type[ServiceIdentity]) -> list[int]:
        return list(model.objects.filter(**named).values_list("pk", flat=True)[:_MOST_NAMED])

    found = Q(participant__in=some(Participant)) | Q(person__in=some(Person)) | Q(service__in=some(ServiceIdentity))
    return found | Q(actor=ActorKind.SYSTEM) if who.lower() in _INSTALLATION else found


def names_in(rows: Iterable[Entry]) -> Names:
    """Return what those are called who acted in entries that were found by a query of here; three queries."""
    rows = list(rows)

    def names(model: type[Participant] | type[Person] | type[ServiceIdentity], keys: set[int | None]) -> dict[int, str]:
        return dict(model.objects.filter(pk__in=keys - {None}).values_list("pk", "name"))

    return Names(
        participants=names(Participant, {each.participant for each in rows}),
        people=names(Person, {each.person for each in rows}),
        services=names(ServiceIdentity, {each.service for each in rows}),
    )


def ends(reader: Reader) -> Ends | None:
    """Return how far the log goes; None where it is empty or not for this reader."""
    head = Head.objects.first()
    if head is None or not head.size or not visible(reader, Entry.objects.all()).exists():
        return None
    return Ends(size=head.size, root=bytes(head.root), kept=TreeHead.objects.order_by("-size").first())


def proof(reader: Reader, seq: int) -> Inclusion:
    """Return the proof that an entry is in the log as it is now. The whole log is read for it.

    Raises:
        NoSuchEntryError: there is none, or it is not for this reader. BrokenLogError: the log does not prove it.
    """
    entry = visible(reader, Entry.objects.filter(seq=seq)).first()
    head = Head.objects.first()
    if entry is None or head is None:
        raise NoSuchEntryError(f"there is no entry {seq}", "look it up in the log")
    path = tuple(roots(inclusion_parts(seq, head.size)))
    root = bytes(head.root)
    try:
        check_inclusion(leaf_hash(public(entry)), seq, head.size, root, path)
    except MerkleError as error:
        raise _broken() from error
    salt = None if entry.salt is None else bytes(entry.salt)
    return Inclusion(seq=seq, public=public(entry), size=head.size, root=root, path=path, salt=salt, body=entry.body)


def consistency(reader: Reader, old: int, old_root: bytes) -> Consistency:
    """Return the proof that the log, as it is now, begins with a tree head that was kept. The whole log is read for it.

    Args:
        reader: somebody who may see the log. old, old_root: size and root of that tree head.

    Raises:
        NoSuchEntryError: the log is not for this reader, or that tree head is empty. BrokenLogError: it does not
            begin so.
    """
    head = Head.objects.first()
    if head is None or old < 1 or not visible(reader, Entry.objects.all()).exists():
        raise NoSuchEntryError("there is nothing to prove", "give a tree head of at least one entry")
    root = bytes(head.root)
    try:
        path = tuple(roots(consistency_parts(old, head.size)))
        check_consistency(old, old_root, head.size, root, path)
    except MerkleError as error:
        raise _broken() from error
    return Consistency(old=old, old_root=old_root, new=head.size, new_root=root, path=path)


def _broken() -> BrokenLogError:
    return BrokenLogError("the entries do not lead to the head of the log", "verify the log, and look at what it finds")
