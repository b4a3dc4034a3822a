"""Recipes that come with reports: an attachment ``recipe.toml`` with the files that it names beside it, or a zip."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from django.conf import settings
from django.db import transaction
from django_tasks import task

from clearinghouse.records import ClearinghouseError
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.evidence import blobs, vault
from clearinghouse.server.evidence.errors import DestroyedError
from clearinghouse.server.intake.models import Attachment, Report
from clearinghouse.server.intake.models import State as ReportState
from clearinghouse.server.intake.sealed import Meta, body_context, open_meta
from clearinghouse.server.jobs.errors import Later
from clearinghouse.server.validations import reading, services
from clearinghouse.server.validations.errors import AskedWrongError, BusyError, GoneError, WaitingError
from clearinghouse.server.validations.models import Recipe
from clearinghouse.server.validations.needs import acting
from clearinghouse.server.validations.sealed import Problem, seal
from clearinghouse.validation.archives import ArchiveError
from clearinghouse.validation.errors import ValidationError
from clearinghouse.validation.recipe import LARGEST, LARGEST_FILE, NAME, Loaded, assembled
from clearinghouse.validation.recipe import named as named_by

_ZIP = ".zip"
_WAIT = 10.0
_UNREAD = (ReportState.RECEIVED, ReportState.READ)

Files: TypeAlias = Sequence[tuple[Attachment, str]]
"""Attachments of a report and their names."""


def attached(report: int) -> None:
    """Look at the files of a report, because one more came."""
    if settings.CONFIGURATION.validation.intake:
        consider.enqueue(report)


@task(priority=-5)
def consider(report_id: int) -> None:
    """Queue the validation of each recipe among a report's files; say why where one cannot be used.

    What has nothing to do with a recipe, such as a full disk or too many that wait, is no answer to it: the job waits
    or fails, and is done again.
    """
    report = Report.objects.get(pk=report_id)
    if report.state == ReportState.PURGED:
        return
    files = [(each, _meta(each).filename) for each in report.attachments.filter(purged_at__isnull=True)]
    if not any(_may_be_one(name) for _, name in files):
        return
    if report.state in _UNREAD:
        raise Later(_WAIT)  # what its findings say is part of how well it must be isolated
    with transaction.atomic():
        Recipe.objects.filter(report=report, problem__isnull=False).delete()
    try:
        _consider(report, files)
    except BusyError:
        raise Later(_WAIT) from None
    except WaitingError as error:
        raise Later(error.seconds) from None
    except (GoneError, DestroyedError):
        return  # purged meanwhile


def _consider(report: Report, files: Files) -> None:
    """Read one recipe after the other, as each may be large."""
    reader = acting(report.submitter_id, report.person_id, report.service_id)
    for attachment, name in files:
        try:
            found = _found(attachment, name, files)
            if found is not None and services.may_ask(reader):
                services.request_recipe(reader, report, found)
        except (ValidationError, AskedWrongError) as error:
            _note(reader, report, attachment, error)


def _may_be_one(name: str) -> bool:
    return name == NAME or name.lower().endswith(_ZIP)


def _found(attachment: Attachment, name: str, files: Files) -> Loaded | None:
    """Return the recipe that a file is, with what it names of the others, or holds; None where it is none."""
    if name == NAME:
        return _beside(attachment, {each: there for there, each in files})
    if not _may_be_one(name):
        return None
    try:
        return reading.sent(_pieces(attachment))
    except (ArchiveError, AskedWrongError):
        return None  # a zip without a recipe, or that cannot be opened, is a file like any other


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
