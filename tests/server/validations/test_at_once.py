"""Who works on a validation, purges its report or cancels the work at one moment: one waits for the other, never both.

Only a database that locks rows can deadlock over them; SQLite has one lock for all.
"""

import threading
from types import SimpleNamespace

import pytest
from django.db import connection, connections
from django.utils import timezone

from clearinghouse.server.evidence import vault
from clearinghouse.server.intake.purging import purge
from clearinghouse.server.jobs import services as work
from clearinghouse.server.jobs.lease import JobContext, Lease
from clearinghouse.server.jobs.models import Job
from clearinghouse.server.jobs.models import State as JobState
from clearinghouse.server.validations import apart, jobs, recording, services
from clearinghouse.server.validations.errors import StateError, TierError
from clearinghouse.server.validations.models import Attestation, Remedy, State, Validation
from clearinghouse.server.validations.running import Ran
from clearinghouse.server.validations.sealed import open_recipe
from clearinghouse.validation.parts import Parts
from server_reports import a_coordinator, a_result, a_sender, send
from server_validations import a_result as a_verdict
from server_validations import asked, pretend

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite locks no rows: set DATABASE_URL"),
]
SOON = 0.5
"""Seconds for which one of two holds what it has locked, so that the other one comes to wait."""


@pytest.fixture
def report():
    return send(a_sender(), [a_result()])


def held(number):
    """A job as a worker has it; its context."""
    now = timezone.now()
    ends = now + timezone.timedelta(minutes=5)
    Job.objects.filter(pk=number).update(
        state=JobState.RUNNING, fence=1, worker="w", lease_until=ends, heartbeat_at=now
    )
    return JobContext(task_result=SimpleNamespace(attempts=4), lease=Lease(number, 1))


class Slow:
    """A worker's transaction that stands still wherever it proves its lease."""

    def __init__(self, context):
        self.context = context
        self.stands = threading.Event()

    def require_lease(self):
        self.stands.set()
        connection.ensure_connection()
        threading.Event().wait(SOON)
        self.context.require_lease()
        threading.Event().wait(SOON)

    def __getattr__(self, name):
        return getattr(self.context, name)


def at_once(slow, worker, other):
    """Let one begin while the worker's transaction stands still; return what each came to."""
    found = {}

    def do(name, act):
        try:
            found[name] = act()
        except Exception as error:
            found[name] = error
        finally:
            connections.close_all()

    def after():
        slow.stands.wait(30)
        do("other", other)

    threads = [threading.Thread(target=do, args=("worker", worker)), threading.Thread(target=after)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    return found["worker"], found["other"]


@pytest.mark.parametrize("who", ["purge", "page", "asker"])
def test_a_verdict_is_kept(report, who):
    coordinator = a_coordinator()
    validation = asked(coordinator, report)
    Validation.objects.update(state=State.RUNNING)
    slow = Slow(held(validation.job))
    sealer = vault.sealer(validation.recipe.envelope_id)
    ran = Ran(a_verdict(open_recipe(validation.recipe, sealer)), None)
    kept, done = at_once(
        slow,
        lambda: recording.keep(validation, ran, sealer, slow.require_lease),
        {
            "purge": lambda: purge(coordinator, report.receipt, "it was sent to the wrong place"),
            "page": lambda: work.cancel(coordinator, validation.job),
            "asker": lambda: services.cancel(coordinator, validation.reference),
        }[who],
    )
    validation.refresh_from_db()
    if who == "purge":
        assert not isinstance(done, Exception), done
        assert (kept is None or isinstance(kept, Attestation), validation.state) == (True, State.PURGED)
        return
    assert isinstance(kept, Attestation), kept
    assert (validation.state, Attestation.objects.count()) == (State.DONE, 1)
    if who == "page":
        assert not isinstance(done, Exception), done
    else:
        assert done is None or isinstance(done, Validation | StateError), done


def test_one_is_refused_and_purged(report):
    coordinator = a_coordinator()
    validation = asked(coordinator, report)
    Validation.objects.update(state=State.RUNNING)
    slow = Slow(held(validation.job))
    sealer = vault.sealer(validation.recipe.envelope_id)
    refused, purged = at_once(
        slow,
        lambda: jobs._refuse(slow, validation.pk, sealer, TierError("it needs T2", "run a better one")),
        lambda: purge(coordinator, report.receipt, "it was sent to the wrong place"),
    )
    assert not isinstance(refused, Exception), refused
    assert not isinstance(purged, Exception), purged
    validation.refresh_from_db()
    assert validation.state == State.PURGED


def test_a_remedy_is_taken_apart_and_purged(report):
    coordinator = a_coordinator()
    validation = asked(coordinator, report)
    pretend(validation)
    remedy = Remedy.objects.select_related("recipe").get()
    remedy.job = int(apart.take_apart.enqueue(remedy.recipe_id).id)
    remedy.save()
    slow = Slow(held(remedy.job))
    sealer = vault.sealer(validation.recipe.envelope_id)
    kept, purged = at_once(
        slow,
        lambda: apart._keep(remedy, Parts(why="it could not be told"), sealer, slow),
        lambda: purge(coordinator, report.receipt, "it was sent to the wrong place"),
    )
    assert not isinstance(kept, Exception), kept
    assert not isinstance(purged, Exception), purged
    assert not Remedy.objects.exists()
