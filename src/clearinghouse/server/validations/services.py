"""Every change of validations that a person or program makes: each one transaction, each audited."""

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from clearinghouse.sandbox import Tier
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.access.rules import visible
from clearinghouse.server.audit.services import record
from clearinghouse.server.evidence import vault
from clearinghouse.server.intake.models import Report
from clearinghouse.server.intake.models import State as ReportState
from clearinghouse.server.intake.queries import report as visible_report
from clearinghouse.server.intake.services import require_room, sealed_body
from clearinghouse.server.jobs.models import Job
from clearinghouse.server.jobs.models import State as JobState
from clearinghouse.server.jobs.services import stop
from clearinghouse.server.participants.models import Role
from clearinghouse.server.participants.scopes import Scope
from clearinghouse.server.validations import bundles, reading
from clearinghouse.server.validations.errors import (
    GoneError,
    NotForThemError,
    StateError,
    WaitingError,
    not_found,
)
from clearinghouse.server.validations.jobs import run
from clearinghouse.server.validations.models import LIVE, Recipe, State, Validation
from clearinghouse.server.validations.needs import needed, needed_again
from clearinghouse.server.validations.policy import Least
from clearinghouse.server.validations.recipes import gone, kept, mac_of
from clearinghouse.server.validations.sealed import Made, open_as, open_text, seal
from clearinghouse.server.vulnerabilities.models import Finding
from clearinghouse.server.vulnerabilities.queries import find, members
from clearinghouse.validation.recipe import Loaded

ASKERS = frozenset({Role.FINDER, Role.RESEARCHER, Role.VENDOR, Role.COORDINATOR, Role.DEVELOPER, Role.AGENCY})
"""Who may ask that something is run: everyone but who only watches or only keeps systems."""
_MOST_URGENT = 50
_STEP = 10
_REFUSED = dt.timedelta(days=1)
"""For how long one that was refused at once counts."""


def may_ask(reader: Reader) -> bool:
    """Whether somebody may ask for validations at all."""
    return reader.has_scope(Scope.VALIDATION_REQUEST) and not ASKERS.isdisjoint(reader.roles)


def request_for_report(reader: Reader, receipt: str, body: Iterable[bytes]) -> tuple[Validation, bool]:
    """Ask that a recipe is run which belongs to a report of one's own; a coordinator may for every report.

    Args:
        body: ``recipe.toml`` as it is, or a zip of it and its files.

    Returns:
        The validation, and whether it is a new one: the same recipe that still waits is not queued a second time.

    Raises:
        NotForThemError: they may not. NotFoundError: there is no such report. GoneError: it was purged.
        AskedWrongError, RecipeError: the recipe cannot be used. QuotaError: they sent as much as they may today.
        WaitingError: too many of theirs wait, or were refused. BusyError: it cannot be read now.
    """
    _require_asker(reader)
    report = visible_report(reader, receipt)
    if report.submitter_id != reader.participant and Role.COORDINATOR not in reader.roles:
        raise NotForThemError("this report is somebody else's", "ask for a validation of the flaw instead")
    require_room(reader)
    return _request(reader, report, None, reading.sent(body))


def request_for_flaw(reader: Reader, reference: str, body: Iterable[bytes]) -> tuple[Validation, bool]:
    """Ask that a recipe is run which is about a flaw that one may see; see :func:`request_for_report`.

    It belongs to the oldest of its findings that the reader may see: its marking holds, and its purge is the recipe's.
    """
    _require_asker(reader)
    vulnerability = find(reader, reference)
    finding = members(reader, vulnerability).exclude(report__state=ReportState.PURGED).first()
    if finding is None:
        raise GoneError("every report of this flaw was destroyed", "nothing is left that it could belong to")
    report = Report.objects.get(pk=finding.report_id)
    require_room(reader)
    return _request(reader, report, finding, reading.sent(body))


def again(reader: Reader, reference: str) -> tuple[Validation, bool]:
    """Ask that a recipe is run once more, isolated as well as is demanded today, and no less well than before.

    Raises:
        ValidationNotFoundError: there is no such validation. NotForThemError: they may not. GoneError: it was purged.
        RecipeError: this version does not take it. BusyError: it cannot be read now.
        WaitingError: too many of theirs wait, or were refused.
    """
    _require_asker(reader)
    former = seen(reader, reference)
    recipe = Recipe.objects.select_related("report", "finding").get(pk=former.recipe_id)
    if recipe.meta is None:
        raise GoneError("the content of this was destroyed", "nothing brings it back")
    sealer = vault.sealer(recipe.envelope_id)
    made = open_as(Made, former.meta or b"", former.pk, sealer)
    wanted = needed_again(recipe, open_text(recipe, sealer), Least(Tier(former.least), made.because))
    with transaction.atomic():
        return _queue(reader, recipe, wanted)


def cancel(reader: Reader, reference: str) -> Validation:
    """Cancel a validation: one that waits, for a worker or to be tried again, at once; one that a worker has at this
    moment as soon as it notices.

    Who asked for it may, and a coordinator.

    Raises:
        ValidationNotFoundError: there is none that they may see. NotForThemError: they may not.
        StateError: it has ended.
    """
    _require_asker(reader)
    found = seen(reader, reference)
    if not may_cancel(reader, found):
        raise NotForThemError("somebody else asked for this", "ask them, or the coordinator")
    with transaction.atomic():
        if found.job is not None:
            stop(found.job)  # before the validation is locked: whoever works on it has the job first
        row = Validation.objects.select_for_update().get(pk=found.pk)
        if row.state not in LIVE:
            raise StateError(f"this validation is {row.state}", "there is nothing left to cancel")
        if not Job.objects.filter(pk=row.job, state=JobState.RUNNING).exists():
            row.state, row.state_at, row.progress = State.CANCELLED, timezone.now(), None
            row.save(update_fields=["state", "state_at", "progress"])
        record(reader, "validation.cancelled", "validation", row.reference)
    return row


def may_cancel(reader: Reader, found: Validation) -> bool:
    """Whether somebody may cancel a validation that they may see."""
    return may_ask(reader) and (Role.COORDINATOR in reader.roles or found.participant_id == reader.participant)


def seen(reader: Reader, reference: str) -> Validation:
    """Return a validation that a reader may see.

    Raises:
        ValidationNotFoundError: there is none of this name that they may see.
    """
    rows = Validation.objects.all() if reader.has_scope(Scope.VALIDATION_READ) else Validation.objects.none()
    found = visible(reader, rows).select_related("recipe__report").filter(reference=reference).first()
    if found is None:
        raise not_found()
    return found


def _require_asker(reader: Reader) -> None:
    if not may_ask(reader):
        raise NotForThemError("this participant asks for no validations", "ask for another role, or another key")


def request_recipe(reader: Reader, report: Report, loaded: Loaded) -> tuple[Validation, bool] | None:
    """Ask that a recipe is run which came with a report; None if it was once already.

    Args:
        reader: who sent the report.

    Raises:
        GoneError: the report was purged. WaitingError: too many of theirs wait, or were refused. NoRoomError: the disk
            is full.
    """
    mac = mac_of(reader, report, None, loaded)
    if Validation.objects.filter(recipe__report=report, recipe__mac=mac).exists():
        return None
    return _request(reader, report, None, loaded)


def _request(reader: Reader, report: Report, finding: Finding | None, loaded: Loaded) -> tuple[Validation, bool]:
    """Keep a recipe and queue its validation."""
    vault.require_open()
    report.refresh_from_db(fields=["state"])  # it may be long since the first byte came
    if report.state == ReportState.PURGED:
        raise gone()
    wanted = needed(reader, loaded.recipe, report, finding)
    with sealed_body(bundles.packed(loaded.files), 2 * bundles.LARGEST) as written:
        with transaction.atomic():
            recipe = kept(reader, report, finding, loaded, written)
            made = _queue(reader, recipe, wanted)
        written.kept = recipe.envelope_id == written.envelope.pk
    return made


def _queue(reader: Reader, recipe: Recipe, wanted: Least) -> tuple[Validation, bool]:
    """Queue the work, in the caller's transaction, or refuse what needs more than this installation has."""
    recipe = Recipe.objects.select_for_update().get(pk=recipe.pk)
    if recipe.meta is None:
        raise GoneError("the content of this was destroyed", "nothing brings it back")
    live = recipe.validations.filter(state__in=LIVE).first()
    if live is not None:
        return live, False
    _require_few_waiting(reader)
    made = _made(reader, recipe, wanted)
    if made.state == State.QUEUED:
        made.job = int(run.using(priority=_priority(recipe)).enqueue(made.pk).id)
        made.save(update_fields=["job"])
    facts = {"report": recipe.report_id, "recipe": recipe.reference, "tier": wanted.tier.value}
    record(reader, "validation.requested", "validation", made.reference, **facts)
    if made.state == State.REFUSED:
        record(None, "validation.refused", "validation", made.reference, tier=wanted.tier.value)
    return made, True


def _made(reader: Reader, recipe: Recipe, wanted: Least) -> Validation:
    here = Tier(settings.CONFIGURATION.validation.tier)
    refused = f"it needs isolation {wanted.tier}, and this installation has {here}" if wanted.tier > here else ""
    made = Validation.objects.create(
        recipe=recipe,
        participant_id=reader.participant,
        person_id=reader.person,
        service_id=reader.service,
        least=wanted.tier.value,
        state=State.REFUSED if refused else State.QUEUED,
    )
    sealer = vault.sealer(recipe.envelope_id)
    made.meta = seal(Made(because=wanted.because, refused=refused), made.pk, sealer)
    made.save(update_fields=["meta"])
    return made


def _priority(recipe: Recipe) -> int:
    """The more urgent the flaw, the earlier; a recipe of a report that is not ranked yet is in the middle."""
    tiers = Finding.objects.filter(report=recipe.report_id)
    if recipe.finding_id is not None:
        tiers = tiers.filter(pk=recipe.finding_id)
    tier = tiers.order_by("vulnerability__tier").values_list("vulnerability__tier", flat=True).first()
    return 0 if tier is None else max(0, _MOST_URGENT - _STEP * tier)


def _require_few_waiting(reader: Reader) -> None:
    most = settings.CONFIGURATION.validation.waiting
    mine = Validation.objects.filter(participant=reader.participant)
    waiting = mine.filter(state__in=LIVE).count()
    if waiting >= most:
        raise WaitingError(f"{waiting:,} validations of this participant wait", "wait until they are done")
    refused = mine.filter(state=State.REFUSED, job__isnull=True, requested_at__gt=timezone.now() - _REFUSED).count()
    if refused >= most:  # they wait for nothing, and their files are kept
        what = f"{refused:,} validations of this participant were refused within a day"
        raise WaitingError(what, "ask tomorrow, or for what needs no better isolation than there is", 3600)
