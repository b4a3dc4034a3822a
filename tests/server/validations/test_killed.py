"""A worker that is killed at any moment loses nothing and doubles nothing, and leaves no runner behind."""

import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from beside import environment
from clearinghouse.server.jobs.claims import adopt
from clearinghouse.server.jobs.models import Job
from clearinghouse.server.jobs.models import State as JobState
from clearinghouse.server.jobs.services import run_until_idle
from clearinghouse.server.operate import stored
from clearinghouse.server.validations import queries, services
from clearinghouse.server.validations.keys import key_path
from clearinghouse.server.validations.models import Attestation, State
from clearinghouse.validation.verdict import Verdict
from server_process import until
from server_reports import a_result, a_sender, send
from server_validations import COMMAND, asked

HERE = Path(__file__).parent


@pytest.fixture
def home(settings, tmp_path):
    """A home of its own, which processes are told of."""
    configuration = msgspec.structs.replace(django_settings.CONFIGURATION, home=tmp_path)
    settings.CONFIGURATION = configuration
    options = {"location": tmp_path / "blobs", "file_permissions_mode": 0o600}
    settings.STORAGES = settings.STORAGES | {"blobs": settings.STORAGES["blobs"] | {"OPTIONS": options}}
    return tmp_path


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("when", ["running", "keeping"])
def test_a_worker_is_killed(home, when):
    finder = a_sender()
    validation = asked(finder, send(finder, [a_result()]))
    key = key_path(django_settings.CONFIGURATION)
    command = [sys.executable, str(HERE / "killed.py"), when]
    more = {"CLEARINGHOUSE_VALIDATION_OFFLINE": "1", "CLEARINGHOUSE_VALIDATION_SIGNING_KEY": str(key)}
    ended = subprocess.run(command, env=environment() | more, capture_output=True, timeout=120, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    assert queries.validation(finder, validation.reference).row.state == State.RUNNING
    assert not Attestation.objects.exists()
    runner = Path(f"/proc/{int(ended.stdout)}")
    until(lambda: not runner.exists() or b"zombie" in (runner / "status").read_bytes())
    Job.objects.filter(state=JobState.RUNNING).update(lease_until=timezone.now() - timezone.timedelta(seconds=1))
    adopt()
    Job.objects.filter(state=JobState.READY).update(run_after=timezone.now() - timezone.timedelta(seconds=1))
    run_until_idle()
    view = queries.validation(finder, validation.reference)
    assert (view.verdict, view.row.attempts) == (Verdict.FIXED, 2)
    assert Attestation.objects.count() == 1
    left = set(stored.orphans(timezone.now() + timezone.timedelta(days=1)))
    assert len(left) == (when == "keeping")
    assert view.row.blob not in left


@pytest.mark.django_db(transaction=True)
def test_a_run_that_lasts_is_ended_when_a_person_cancels(home, monkeypatch):
    """No step tells of progress for half a minute; the runner is ended all the same."""
    finder = a_sender()
    slow = COMMAND.replace("/subject/source/app.py", "-c").replace("secret", "import time; time.sleep(25)")
    validation = asked(finder, send(finder, [a_result()]), command=slow)
    from clearinghouse.server.validations import running  # noqa: PLC0415

    session_run = running.run

    def cancelling(session, loaded, progress):
        def told(words):
            progress(words)
            if words.startswith("affected: run"):
                services.cancel(finder, validation.reference)
                monkeypatch.setattr("clearinghouse.server.jobs.lease.LOOK", 1e9)

        return session_run(session, loaded, told)

    monkeypatch.setattr(running, "run", cancelling)
    run_until_idle()
    assert Job.objects.get(pk=validation.job).state == JobState.CANCELLED
    assert queries.validation(finder, validation.reference).row.state == State.CANCELLED
    assert not Attestation.objects.exists()
