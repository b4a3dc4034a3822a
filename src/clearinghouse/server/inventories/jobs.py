"""The work on inventories, as durable jobs: read once, planned whenever something changes that a plan rests on."""

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from clearinghouse.records import Level, Problem
from clearinghouse.server.audit.services import record
from clearinghouse.server.evidence import blobs, vault
from clearinghouse.server.evidence.errors import SealBrokenError
from clearinghouse.server.evidence.vault import Sealer
from clearinghouse.server.inventories import known as outside
from clearinghouse.server.inventories import worklists
from clearinghouse.server.inventories.models import Content, Holder, Inventory, State, Version, Violation
from clearinghouse.server.inventories.reading import Read, read
from clearinghouse.server.inventories.sealed import body_context, open_meta, open_seen, seal_problem, seal_seen
from clearinghouse.server.inventories.shredding import shred
from clearinghouse.server.jobs.backend import once
from clearinghouse.server.jobs.lease import JobContext
from clearinghouse.server.jobs.queries import abandoned
from clearinghouse.server.vulnerabilities.signals import as_of

_LONGEST_FORMATS = 120


@task(takes_context=True)  # type: ignore[arg-type]  # our backend gives its own kind of context
def read_inventory(context: JobContext, version_id: int) -> None:
    """Read a version of an inventory. Run again at any point, it begins anew until everything is kept at once."""
    version = Version.objects.get(pk=version_id)
    if not _waits(version):
        return
    sealer = vault.sealer(version.envelope_id)
    body = blobs.open(version.blob, sealer, body_context(version.envelope_id))
    found = read(open_meta(version.meta or b"", sealer).source, body, sealer, context.check)
    with transaction.atomic():
        Holder.objects.select_for_update().get(pk=version.owner_id)
        context.require_lease()  # locks the job before the log, as does who cancels it; once more at the end renews it
        version.refresh_from_db()
        if _waits(version):  # it was not removed or replaced meanwhile
            _keep(version, found, sealer)
        context.require_lease()


def _waits(version: Version) -> bool:
    """Whether it was not read yet: nobody came to it, or its reading was given up and is begun again."""
    return version.state == State.RECEIVED or (version.state == State.FAILED and not version.unreadable)


def _keep(version: Version, found: Read, sealer: Sealer) -> None:
    Violation.objects.filter(version=version).delete()
    Violation.objects.bulk_create(
        [
            Violation(
                version=version,
                number=number,
                error=problem.level is Level.ERROR,
                sealed=seal_problem(number, problem, sealer),
            )
            for number, problem in enumerate(found.problems)
        ],
        batch_size=1_000,
    )
    version.state = State.FAILED if found.failed else State.READY
    version.state_at = timezone.now()
    version.formats = ", ".join(sorted(set(found.formats)))[:_LONGEST_FORMATS]
    version.components = found.packing.count
    version.assets = len(found.assets)
    version.unreadable = found.errors
    version.problems = len(found.problems) + found.untold
    inventory = Inventory.objects.select_related("current").get(pk=version.inventory_id)
    if not found.failed:
        _take_place(inventory, version, found, sealer)
        plan_for.enqueue(version.owner_id)
    version.save()
    act = "inventory.failed" if found.failed else "inventory.read"
    record(None, act, "inventory", inventory.reference, version=version.number)


def _take_place(inventory: Inventory, version: Version, found: Read, sealer: Sealer) -> None:
    """Let a version count, instead of the one before it, which is destroyed."""
    Content.objects.bulk_create(
        [
            Content(version=version, first=each.first, count=each.count, sealed=each.sealed)
            for each in found.packing.finish()
        ],
        batch_size=100,
    )
    before = inventory.current
    if before is not None:
        seen = open_seen(before.seen, vault.sealer(before.envelope_id))
        version.seen = seal_seen(seen, sealer)
        shred(before)
    inventory.current = version
    inventory.save(update_fields=["current"])


@task(takes_context=True, priority=-10)  # type: ignore[arg-type]  # after what is still to be read
def plan_for(context: JobContext, owner_id: int) -> None:
    """Work out what an owner has to do, if anything is another than when that was done last."""
    today = as_of()
    inputs = worklists.inputs_of(owner_id, outside.versions(), today)
    if worklists.is_made(owner_id, inputs):
        return
    try:
        made = worklists.make(owner_id, inputs, outside.known(today), context.check)
    except SealBrokenError:
        if worklists.inputs_of(owner_id, inputs.versions, today) != inputs:
            return  # an inventory was removed while it was read
        raise
    with transaction.atomic():
        if worklists.inputs_of(owner_id, made.versions, today, lock=True) == inputs:
            context.require_lease()  # before the log, as above
            worklists.keep(owner_id, inputs, made)
        # Otherwise something came or went meanwhile, and queued this work again; or the next look does.
        context.require_lease()


def note_failed() -> int:
    """Say of inventories whose reading was given up, or cancelled, that it failed; return of how many."""
    rows = Version.objects.filter(pk__in=abandoned(read_inventory.module_path), state=State.RECEIVED)
    return sum(_give_up(version) for version in rows.values_list("pk", flat=True))


def _give_up(number: int) -> bool:
    with transaction.atomic():
        version = Version.objects.select_for_update().select_related("inventory").get(pk=number)
        if version.state != State.RECEIVED:
            return False
        problem = Problem(
            source=version.inventory.reference,
            code="reading_failed",
            message="Reading it was begun several times and never came to its end; its bytes are kept.",
            expected="that whoever runs this installation begins the job again, or that you replace it",
        )
        sealed = seal_problem(0, problem, vault.sealer(version.envelope_id))
        Violation.objects.create(version=version, number=0, error=True, sealed=sealed)
        version.state, version.state_at, version.problems = State.FAILED, timezone.now(), 1
        version.save()
        record(None, "inventory.failed", "inventory", version.inventory.reference, version=version.number)
    return True


@task(priority=-20)
def plan_all() -> None:
    """Queue the work for every owner whose worklist rests on other advisories, other signals or another day.

    Inventories on which nobody works any more are told of, too.
    """
    for owner in worklists.outdated(outside.versions(fresh=True), as_of()):
        once(plan_for, f"inventories.plan:{owner}").enqueue(owner)
    note_failed()
