"""Every change of the log: adding an act, keeping how far it went, making entries unreadable.

An act is recorded in the transaction that does it, so that there is never one without the other. Recording locks the
end of the log until that transaction ends: record last, then the others wait least and nobody waits in a circle.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from clearinghouse.formats.text import clean
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.audit import end
from clearinghouse.server.audit.acts import Act
from clearinghouse.server.audit.errors import (
    FactError,
    NotErasableError,
    OutsideTransactionError,
    UnknownActError,
)
from clearinghouse.server.audit.leaves import hash_of, record_of
from clearinghouse.server.audit.models import ActorKind, Entry, TreeHead
from clearinghouse.trust.commitment import Json, NotCanonicalError, canonical, commit, new_salt

LONGEST_TEXT = 500
"""Characters of one text among the facts."""
LONGEST_FACTS = 4096
"""Bytes of all facts."""

_STRETCHES = 100
"""How many stretches of entries one ``entry.erased`` names, so that it stays within :data:`LONGEST_FACTS`."""
_BATCH = 500

_KIND = re.compile(r"[a-z_]{0,24}")
_OBJECT = re.compile(r"[!-~]{0,64}")


def record(actor: Reader | None, act: str, kind: str = "", object_id: int | str = "", **facts: Json) -> Entry:
    """Add an act to the log, in the transaction that does it.

    Args:
        actor: who did it; None is the installation itself. act: a word of :class:`~.acts.Act`.
        kind, object_id: with what, such as ``"report"`` and its primary key or reference.
        facts: what else is to be known: numbers, identifiers, a stated purpose. They are stored in clear, so they never
            hold anything out of a report: no title, no file name, no text of a finding.

    Three queries, and one more for every 1024th entry.

    Raises:
        UnknownActError: there is no such act. OutsideTransactionError: there is no transaction.
        FactError: a fact is longer than 500 characters or not one line, all of them are over 4096 bytes, or one is no
            text, whole number, flag, None, or list or mapping of these; or the object has no short name.
    """
    entry = Entry(act=_act(act), **_object(kind, object_id), **_actor(actor))
    _check(facts)
    return _append(entry, facts)


def publish_head() -> TreeHead | None:
    """Keep how far the log goes now, and return it; None while it is empty.

    What is returned is to be taken where nobody of this installation can change it: only a head that is kept elsewhere
    shows that somebody made the whole log anew, or cut off its end.
    """
    with transaction.atomic():
        frontier = end.locked()
        if not frontier.size:
            return None
        last = Entry.objects.only("at").get(seq=frontier.size - 1)
        kept = {"root": frontier.root(), "at": last.at}
        return TreeHead.objects.get_or_create(size=frontier.size, defaults=kept)[0]


def erase(seqs: Iterable[int], actor: Reader | None = None) -> int:
    """Make entries unreadable for ever, in the caller's transaction, and return how many that were not before.

    What remains is that something of that sort happened then. That they were erased is an act that is recorded. The
    database overwrites what was there when it next tidies up (SQLite at once, its journal at the next checkpoint;
    PostgreSQL at the next vacuum); backups that were made before still have it.

    Raises:
        NotErasableError: one of them says which entries were erased. OutsideTransactionError: there is no transaction.
    """
    _require_transaction()
    size = end.locked().size
    wanted = sorted({seq for seq in seqs if 0 <= seq < size})
    found = [seq for at in range(0, len(wanted), _BATCH) for seq in _erasable(wanted[at : at + _BATCH])]
    stretches = _stretches(found)
    for at in range(0, len(stretches), _STRETCHES):
        _erase(stretches[at : at + _STRETCHES], actor)
    return len(found)


def _append(entry: Entry, facts: Mapping[str, Json]) -> Entry:
    _require_transaction()
    frontier = end.locked()
    entry.seq, entry.at, entry.salt = frontier.size, timezone.now(), new_salt()
    body = record_of(entry, facts)
    entry.body = body.decode()
    entry.leaf = commit(entry.salt, body)
    frontier.append(hash_of(entry))
    end.add(entry, frontier)
    if frontier.size % TreeHead.EVERY == 0:
        TreeHead.objects.create(size=frontier.size, root=frontier.root(), at=entry.at)
    return entry


def _erasable(seqs: list[int]) -> list[int]:
    """Those that are still readable."""
    rows = Entry.objects.filter(seq__in=seqs, erased_by__isnull=True).order_by("seq").values_list("seq", "act")
    found = list(rows)
    if any(act == Act.ENTRY_ERASED for _, act in found):
        raise NotErasableError("an entry that says which entries were erased stays readable", "leave it out")
    return [seq for seq, _ in found]


def _erase(stretches: list[tuple[int, int]], actor: Reader | None) -> None:
    said = record(actor, Act.ENTRY_ERASED, stretches=[[first, last] for first, last in stretches])
    for first, last in stretches:
        Entry.objects.filter(seq__gte=first, seq__lte=last).update(
            actor=ActorKind.ERASED,
            participant=None,
            person=None,
            service=None,
            object_id="",
            salt=None,
            body=None,
            erased_at=said.at,
            erased_by=said.seq,
        )


def _stretches(seqs: list[int]) -> list[tuple[int, int]]:
    """Ascending numbers as the first and the last of those that follow each other."""
    found: list[tuple[int, int]] = []
    for seq in seqs:
        if found and found[-1][1] == seq - 1:
            found[-1] = (found[-1][0], seq)
        else:
            found.append((seq, seq))
    return found


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise OutsideTransactionError(
            "an act was to be recorded outside a transaction", "record it in the transaction that does it"
        )


def _act(word: str) -> Act:
    try:
        return Act(word)
    except ValueError as error:
        raise UnknownActError(f"there is no act {word!r}", "add it to clearinghouse.server.audit.acts") from error


def _actor(actor: Reader | None) -> dict[str, Any]:
    if actor is None:
        return {"actor": ActorKind.SYSTEM}
    kind = ActorKind.PERSON if actor.person else ActorKind.SERVICE if actor.service else ActorKind.PARTICIPANT
    if kind is ActorKind.PARTICIPANT and not actor.is_known:
        raise FactError("nobody cannot act", "say who did it, or None for the installation itself")
    return {"actor": kind, "participant": actor.participant, "person": actor.person, "service": actor.service}


def _object(kind: str, object_id: int | str) -> dict[str, str]:
    name = str(object_id)
    if not _KIND.fullmatch(kind) or not _OBJECT.fullmatch(name) or (name and not kind):
        raise FactError(
            f"{kind!r} {name!r} names no object",
            "give a kind such as 'report' and a primary key or a reference of at most 64 printable ASCII characters",
        )
    return {"kind": kind, "object_id": name}


def _check(facts: Mapping[str, Json]) -> None:
    try:
        size = len(canonical(facts))
    except NotCanonicalError as error:
        raise FactError(f"a fact cannot be recorded: {error}", "give texts, whole numbers and flags") from error
    if size > LONGEST_FACTS:
        raise FactError(f"the facts have {size} bytes, over {LONGEST_FACTS}", "record numbers and identifiers only")
    for name, text in _texts(facts):
        if len(text) > LONGEST_TEXT or clean(text) != text or not {"\n", "\t"}.isdisjoint(text):
            raise FactError(
                f"the fact {name!r} is not one line of at most {LONGEST_TEXT} characters",
                "shorten it, and take line breaks and control characters out",
            )


def _texts(facts: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Every text among the facts, with the name of the fact that it stands in."""
    for name, fact in facts.items():
        waiting: list[object] = [name, fact]
        for value in waiting:  # grows while it is walked; ends because canonical facts are finite
            if isinstance(value, str):
                yield name, value
            elif isinstance(value, Mapping):
                waiting += [*value.keys(), *value.values()]
            elif isinstance(value, list | tuple):
                waiting += value
