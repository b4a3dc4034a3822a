"""What people of a deployer say of the actions of their worklist: done, or not applicable; and taking that back."""

import msgspec
from django.db import transaction
from django.utils import timezone

from clearinghouse.formats.text import clean
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.audit.services import record
from clearinghouse.server.evidence import vault
from clearinghouse.server.intake.errors import NotForThemError
from clearinghouse.server.inventories.errors import AcknowledgementError, not_found
from clearinghouse.server.inventories.models import Acknowledgement, Audience, Holder, Mark, Worklist
from clearinghouse.server.inventories.planning import tally
from clearinghouse.server.inventories.sealed import Outline, open_outline, seal_note
from clearinghouse.server.inventories.worklists import settled_words
from clearinghouse.server.participants.models import Role

LONGEST_NOTE = 2_000


def acknowledge(reader: Reader, word: str, mark: str, note: str = "") -> Acknowledgement:
    """Mark an action of one's own worklist as done or not applicable; the same once more changes nothing.

    Args:
        word: the action's, in hex, as the worklist has it. mark: a word of :class:`.models.Mark`. note: sealed.

    Raises:
        NotForThemError: only a person of a deployer may. InventoryNotFoundError: there is no such action for them.
        AcknowledgementError: there is no such mark, or the note is too long.
    """
    _require_person(reader)
    if mark not in Mark.values:
        raise AcknowledgementError("an action cannot be marked so", "mark it as done or not_applicable")
    note = clean(note).strip()
    if len(note) > LONGEST_NOTE:
        raise AcknowledgementError(f"the note is longer than {LONGEST_NOTE:,} characters", "shorten it")
    with transaction.atomic():
        wanted = _word(word)
        _lock(reader)
        if wanted not in _words(reader):
            raise not_found()
        live = Acknowledgement.objects.filter(owner=reader.participant, word=wanted, taken_back_at__isnull=True)
        known = live.first()
        if known is not None and known.mark == mark and not note:
            return known
        live.update(taken_back_at=timezone.now(), taken_back_by=reader.person)
        made = _made(reader, wanted, mark, note)
        _recount(reader)
        record(reader, "action.acknowledged", "participant", _owner(reader), mark=mark)
    return made


def take_back(reader: Reader, word: str) -> Acknowledgement:
    """Take back what was said of an action.

    Raises:
        NotForThemError: only a person of a deployer may. InventoryNotFoundError: nothing was said of such an action.
    """
    _require_person(reader)
    with transaction.atomic():
        wanted = _word(word)
        _lock(reader)
        rows = Acknowledgement.objects.filter(owner=reader.participant, word=wanted, taken_back_at__isnull=True)
        found = rows.first()
        if found is None:
            raise not_found()
        found.taken_back_at, found.taken_back_by_id = timezone.now(), reader.person
        found.save(update_fields=["taken_back_at", "taken_back_by"])
        _recount(reader)
        record(reader, "acknowledgement.taken_back", "participant", _owner(reader))
    return found


def _require_person(reader: Reader) -> None:
    if reader.person is None or reader.participant is None or Role.DEPLOYER not in reader.roles:
        raise NotForThemError("only a person of a deployer says what was done", "sign in as one")


def _owner(reader: Reader) -> int:
    assert reader.participant is not None  # noqa: S101 - nobody was refused above
    return reader.participant


def _word(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise not_found() from error


def _lock(reader: Reader) -> None:
    if Holder.objects.select_for_update().filter(pk=reader.participant).first() is None:
        raise not_found()


def _words(reader: Reader) -> tuple[bytes, ...]:
    row = Worklist.objects.defer("sealed").filter(owner=reader.participant, audience=Audience.OWNER).first()
    return _outline(row).words if row is not None else ()


def _outline(row: Worklist) -> Outline:
    return open_outline(row.outline, vault.sealer(row.envelope_id))


def _made(reader: Reader, word: bytes, mark: str, note: str) -> Acknowledgement:
    envelope, sealer = vault.new_envelope() if note else (None, None)
    return Acknowledgement.objects.create(
        owner_id=reader.participant,
        word=word,
        mark=mark,
        person_id=reader.person,
        envelope=envelope,
        note=seal_note(note, sealer) if sealer is not None else None,
    )


def _recount(reader: Reader) -> None:
    """Count again what is left to do, on the day of the worklist."""
    settled = settled_words(_owner(reader))
    for row in Worklist.objects.defer("sealed").filter(owner=reader.participant):
        counts = msgspec.structs.asdict(tally(_outline(row), row.as_of, settled))
        Worklist.objects.filter(pk=row.pk).update(**counts)
