"""Recipes that come with reports: an attachment ``recipe.toml`` with the files that it names beside it, or a zip."""

from collections.abc import Iterator

from django.conf import settings
from django.db import transaction
from django_tasks import task

from clearinghouse.records import ClearinghouseError
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.evidence import blobs, vault
from clearinghouse.server.evidence.errors import SealBrokenError
from clearinghouse.server.intake.models import Attachment, Report
from clearinghouse.server.intake.models import State as ReportState
from clearinghouse.server.intake.sealed import Meta, body_context, open_meta
from clearinghouse.server.jobs.errors import Later
from clearinghouse.server.participants.models import ParticipantRole, Role
from clearinghouse.server.validations import reading, services
from clearinghouse.server.validations.errors import BusyError
from clearinghouse.server.validations.models import Recipe
from clearinghouse.server.validations.sealed import Problem, seal
from clearinghouse.validation.archives import ArchiveError
from clearinghouse.validation.errors import ValidationError
from clearinghouse.validation.recipe import LARGEST, LARGEST_FILE, NAME, Loaded, assembled
from clearinghouse.validation.recipe import named as named_by

_ZIP = ".zip"
_WAIT = 10.0
_UNREAD = (ReportState.RECEIVED, ReportState.READ)


def attached(report: int) -> None:
    """Look at the files of a report, because one more came."""
    if settings.CONFIGURATION.validation.intake:
        consider.enqueue(report)


@task(priority=-5)
def consider(report_id: int) -> None:
    """Queue the validation of each recipe among a report's files; say why where one cannot be used."""
    report = Report.objects.get(pk=report_id)
    if report.state == ReportState.PURGED:
        return
    try:
        found = list(_found(report))
    except BusyError:
        raise Later(_WAIT) from None
    if found and report.state in _UNREAD:
        raise Later(_WAIT)  # what its findings say is part of how well it must be isolated
    reader = _sender(report)
    with transaction.atomic():
        Recipe.objects.filter(report=report, problem__isnull=False).delete()
    for attachment, each in found:
        try:
            if isinstance(each, ClearinghouseError):
                raise each
            if services.may_ask(reader):
                services.request_recipe(reader, report, each)
        except SealBrokenError:
            raise
        except ClearinghouseError as error:
            _note(reader, report, attachment, error)


def _found(report: Report) -> Iterator[tuple[Attachment, Loaded | ClearinghouseError]]:
    """The recipes among the files, by the attachment that makes them one."""
    files = [(each, _meta(each)) for each in report.attachments.filter(purged_at__isnull=True)]
    named = {said.filename: each for each, said in files}
    for each, said in files:
        try:
            if said.filename == NAME:
                yield each, _beside(each, named)
            elif said.filename.lower().endswith(_ZIP):
                yield each, reading.sent(_pieces(each))
        except ArchiveError:
            continue  # a zip without a recipe, or that cannot be opened, is a file like any other
        except ValidationError as error:
            yield each, error
        except (SealBrokenError, BusyError):
            raise
        except ClearinghouseError:
            continue


def _beside(recipe: Attachment, named: dict[str, Attachment]) -> Loaded:
    """A recipe with those files that it names, as far as they are there."""
    files = {NAME: _bytes(recipe, LARGEST)}
    said = reading.text(files[NAME])
    for name in named_by(said):
        there = named.get(name) or named.get(name.rpartition("/")[2])
        if there is not None:
            files[name] = _bytes(there, LARGEST_FILE)
    return assembled(said, files, NAME)


def _meta(attachment: Attachment) -> Meta:
    return open_meta(attachment.meta or b"", vault.sealer(attachment.envelope_id))


def _bytes(attachment: Attachment, most: int) -> bytes:
    """The first bytes of a file, one more than it may have, so that it is told which one is too large."""
    found = bytearray()
    for piece in _pieces(attachment):
        found += piece
        if len(found) > most:
            break
    return bytes(found[: most + 1])


def _pieces(attachment: Attachment) -> Iterator[bytes]:
    sealer = vault.sealer(attachment.envelope_id)
    return iter(blobs.open(attachment.blob, sealer, body_context(attachment.envelope_id)))


def _sender(report: Report) -> Reader:
    """Who sent a report, as who asks for the validation."""
    roles = ParticipantRole.objects.filter(participant=report.submitter_id).values_list("role", flat=True)
    return Reader(
        participant=report.submitter_id,
        roles=frozenset(map(Role, roles)),
        person=report.person_id,
        service=report.service_id,
    )


def _note(reader: Reader, report: Report, attachment: Attachment, error: ClearinghouseError) -> None:
    """Keep why a recipe cannot be used, for its sender to read; nothing is kept of a report that was purged."""
    with transaction.atomic():
        if Report.objects.select_for_update().get(pk=report.pk).state == ReportState.PURGED:
            return
        envelope, sealer = vault.new_envelope()
        made = Recipe.objects.create(
            report=report,
            participant_id=reader.participant,
            person_id=reader.person,
            service_id=reader.service,
            mac=vault.keyed("recipe that cannot be used", str(attachment.pk).encode()),
            envelope=envelope,
        )
        made.problem = seal(Problem(error.what, error.remedy), made.pk, sealer)
        made.save(update_fields=["problem"])
