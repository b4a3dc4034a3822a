"""Two dispatchers as processes on one database: each validation comes to one verdict, though one of them is killed."""

import contextlib
import secrets
from pathlib import Path

import msgspec
import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from beside import environment
from boxed import marked, needs_boxes
from clearinghouse.sandbox.processes import children
from clearinghouse.server.audit.models import Entry
from clearinghouse.server.jobs.models import Job, Worker
from clearinghouse.server.jobs.models import State as JobState
from clearinghouse.server.operate import stored
from clearinghouse.server.validations import queries
from clearinghouse.server.validations.jobs import QUEUE
from clearinghouse.server.validations.keys import key_path
from clearinghouse.server.validations.models import Attestation, State, Validation
from clearinghouse.validation.verdict import Verdict
from server.jobs.conftest import Workers
from server_process import until
from server_reports import a_result, a_sender, send
from server_validations import asked

needs_boxes()
BRISK = {"lease": 4.0, "beat": 0.5, "backoff": {"first": 0.05, "longest": 0.2}}
QUICK = 4
SLOW = '["python3", "-c", "import time; time.sleep(3); print(\'LEAKED\')", "{mark}"]'


@pytest.fixture
def dispatchers(transactional_db, settings, tmp_path):
    """Workers for validations alone, in a home that this test has for itself."""
    configuration = msgspec.structs.replace(django_settings.CONFIGURATION, home=tmp_path)
    settings.CONFIGURATION = configuration
    options = {"location": tmp_path / "blobs", "file_permissions_mode": 0o600}
    settings.STORAGES = settings.STORAGES | {"blobs": settings.STORAGES["blobs"] | {"OPTIONS": options}}
    more = {f"CLEARINGHOUSE_VALIDATION_{name}": value for name, value in {"OFFLINE": "1", "RUNS": "1"}.items()}
    key = str(key_path(configuration))
    found = Workers(tmp_path, environment(CLEARINGHOUSE_VALIDATION_SIGNING_KEY=key, **more))
    yield found
    found.stop()


def below(pid):
    """Every process that a worker started, and they in turn."""
    found, waiting = [], children(pid)
    while waiting:
        found.append(waiting.pop())
        with contextlib.suppress(OSError):  # it has ended meanwhile
            waiting += children(found[-1])
    return found


def there(pids):
    return [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def test_every_validation_comes_to_one_verdict(dispatchers):
    finder = a_sender()
    report = send(finder, [a_result()])
    mark = secrets.token_hex(8)
    both = {each.pid: each for each in (dispatchers.start(queues=[QUEUE], pace=BRISK) for _ in range(2))}
    until(lambda: Worker.objects.count() == 2)
    quick = [asked(finder, report, title=f"Number {number}") for number in range(QUICK)]
    slow = asked(finder, report, title="Slow", command=SLOW.format(mark=mark))

    until(lambda: marked(mark))
    job = Job.objects.get(pk=slow.job)
    victim = both.pop(int(job.worker.split("-")[-2]))
    (other,) = both.values()
    left = below(victim.pid)
    assert set(marked(mark)) <= set(left)
    victim.kill()
    victim.wait()
    until(lambda: not there(left))
    until(lambda: not Validation.objects.exclude(state=State.DONE).exists())

    verdicts = {each.pk: queries.validation(finder, each.reference).verdict for each in (*quick, slow)}
    assert verdicts == {**dict.fromkeys([each.pk for each in quick], Verdict.FIXED), slow.pk: Verdict.FIX_INCOMPLETE}
    assert Attestation.objects.count() == Entry.objects.filter(act="validation.done").count() == QUICK + 1
    done = {each.pk: each for each in Job.objects.filter(queue=QUEUE, state=JobState.DONE)}
    assert (done[slow.job].attempts, done[slow.job].kills) == (2, 1)
    assert {done[each.job].attempts for each in quick} == {1}
    pids = {int(done[each.job].worker.split("-")[-2]) for each in quick}
    assert pids == {victim.pid, other.pid}
    assert int(done[slow.job].worker.split("-")[-2]) == other.pid
    assert not list(stored.orphans(timezone.now() + timezone.timedelta(days=1)))

    left = below(other.pid)
    assert left
    dispatchers.stop()
    until(lambda: not there(left))
    assert marked(mark) == []
