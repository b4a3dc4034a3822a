"""What was ended for good, so that a backup from before does not bring it back: purges, and whoever was shut out.

The list names things by numbers and references, and tells nothing of what they are. It is taken of an installation, and
applied to one that was restored from a backup of the same.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TypeVar

import msgspec
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from clearinghouse.server.audit.models import Entry, Head
from clearinghouse.server.evidence import vault
from clearinghouse.server.evidence.models import Envelope
from clearinghouse.server.intake import purging
from clearinghouse.server.intake.models import Attachment, RecentBody, Report, State
from clearinghouse.server.intake.signals import purged
from clearinghouse.server.inventories import shredding
from clearinghouse.server.inventories.models import Acknowledgement, Inventory, Version, Worklist
from clearinghouse.server.inventories.models import State as VersionState
from clearinghouse.server.operate.errors import RestoreError
from clearinghouse.server.participants.models import Participant, Person, ServiceIdentity, SignIn

FORM = 1
_BATCH = 500
_REASON = "It was destroyed before; a restore of an older backup had brought it back."
_Row = TypeVar("_Row", bound=Model)


class Gone(msgspec.Struct, frozen=True, array_like=True):
    """A key that was destroyed: its number, when it was made and when destroyed. The first two together name it."""

    envelope: int
    made_at: dt.datetime
    destroyed_at: dt.datetime


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """What was ended in an installation up to a moment.

    Attributes:
        installation: which one, as :class:`.manifest.About` has it. as_of: the moment. log_size: how many acts it had
            recorded; one that had fewer than the backup is older than it, and knows nothing that came after.
        gone: keys that were destroyed. keys: ids of keys of programs that were revoked. people, participants:
            references of whoever was deactivated or closed.
    """

    form: int = FORM
    installation: str
    as_of: dt.datetime
    log_size: int
    gone: list[Gone] = []
    keys: list[str] = []
    people: list[str] = []
    participants: list[str] = []


class Applied(msgspec.Struct, frozen=True):
    """How much of a list was still there and is ended now: contents; and keys, people and participants."""

    contents: int
    access: int


def installation() -> str:
    """Return by which this installation is told from others: the first leaf of its log in hex, "" before it has one."""
    first = Entry.objects.filter(seq=0).values_list("leaf", flat=True).first()
    return bytes(first).hex() if first is not None else ""


def taken() -> Ended:
    """Return what was ended in this installation."""
    destroyed = Envelope.objects.filter(destroyed_at__isnull=False).order_by("pk")
    gone = [Gone(*row) for row in destroyed.values_list("pk", "created_at", "destroyed_at").iterator()]
    return Ended(
        installation=installation(),
        as_of=timezone.now(),
        log_size=Head.objects.values_list("size", flat=True).first() or 0,
        gone=gone,
        keys=list(ServiceIdentity.objects.filter(revoked_at__isnull=False).values_list("key_id", flat=True)),
        people=list(Person.objects.filter(is_active=False).values_list("reference", flat=True)),
        participants=list(Participant.objects.filter(closed_at__isnull=False).values_list("reference", flat=True)),
    )


def decoded(data: bytes) -> Ended:
    """Return a list as it was written.

    Raises:
        RestoreError: it is none, or of a form that is not known here.
    """
    remedy = "make it with `clearinghouse backup --purged-list` in the installation that is to be restored"
    try:
        found = msgspec.json.decode(data, type=Ended)
    except msgspec.DecodeError as error:
        raise RestoreError("this is no list of what was purged", remedy) from error
    if found.form != FORM:
        raise RestoreError(f"the list of what was purged is of form {found.form}, not {FORM}", remedy)
    return found


def apply(ended: Ended) -> Applied:
    """End in this installation what the list says was ended, and return how much of it was back.

    What was derived of a purged report is removed by a job, as after the purge itself; that it was may not be read
    holds at once.

    Raises:
        RestoreError: the list is of another installation.
    """
    if ended.installation != installation():
        raise RestoreError("the list of what was purged is of another installation", "give that of this one")
    contents = 0
    for batch in _batches(ended.gone):
        with transaction.atomic():
            contents += _destroy(batch)
    with transaction.atomic():
        access = _shut_out(ended)
    return Applied(contents, access)


def _batches(gone: Sequence[Gone]) -> Iterator[dict[int, Gone]]:
    for start in range(0, len(gone), _BATCH):
        yield {each.envelope: each for each in gone[start : start + _BATCH]}


def _destroy(batch: dict[int, Gone]) -> int:
    live = Envelope.objects.filter(pk__in=batch, wrapped__isnull=False).values_list("pk", "created_at")
    back = [pk for pk, made_at in live if batch[pk].made_at == made_at]
    # A number that was given anew after the backup, for something else, has another time.
    for pk in back:
        vault.destroy(pk)
        Envelope.objects.filter(pk=pk).update(destroyed_at=batch[pk].destroyed_at)
    Attachment.objects.filter(envelope__in=back).update(purged_at=timezone.now(), meta=None)
    for report in Report.objects.filter(envelope__in=back).exclude(state=State.PURGED):
        _purge(report)
    for version in Version.objects.filter(envelope__in=back).exclude(state=VersionState.REMOVED):
        _remove(version)
    Worklist.objects.filter(envelope__in=back).delete()
    Acknowledgement.objects.filter(envelope__in=back).update(note=None)
    return len(back)


def _purge(report: Report) -> None:
    RecentBody.objects.filter(report=report).delete()
    report.state, report.state_at, report.meta, report.purged_reason = State.PURGED, timezone.now(), None, _REASON
    report.save(update_fields=["state", "state_at", "meta", "purged_reason"])
    purged.send(Report, report=report.pk)
    purging.sweep.enqueue(report.pk)


def _remove(version: Version) -> None:
    """A version whose content is gone counts no more; where it was the last, its inventory is removed."""
    shredding.shred(version)
    inventory = version.inventory
    if not inventory.versions.exclude(state=VersionState.REMOVED).exists():
        Inventory.objects.filter(pk=inventory.pk, removed_at__isnull=True).update(removed_at=timezone.now())
        shredding.close_worklists(inventory.owner_id, inventory)


def _shut_out(ended: Ended) -> int:
    now = timezone.now()
    keys = ServiceIdentity.objects.filter(key_id__in=ended.keys, revoked_at__isnull=True)
    people = Person.objects.filter(reference__in=ended.people, is_active=True)
    participants = Participant.objects.filter(reference__in=ended.participants, closed_at__isnull=True)
    SignIn.objects.filter(person__in=people).delete()
    found: int = keys.update(revoked_at=now) + participants.update(closed_at=now)
    return found + int(people.update(is_active=False))
