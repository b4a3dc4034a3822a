"""A worker that is killed at any moment loses nothing and doubles nothing."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils import timezone

from beside import environment
from clearinghouse.server.inventories.models import Content, ExposedIdentifier, State, Worklist
from clearinghouse.server.inventories.queries import inventory, worklist
from clearinghouse.server.jobs.claims import adopt
from clearinghouse.server.jobs.models import Job
from clearinghouse.server.jobs.models import State as JobState
from server.inventories.having import FLAW, a_deployer, packages, publish, pypi, send, work

HERE = Path(__file__).parent


def killed(when: str) -> None:
    """Let a worker die."""
    command = [sys.executable, str(HERE / "killed.py"), when]
    ended = subprocess.run(command, env=environment(), capture_output=True, timeout=120, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("when", ["reading", "read", "keeping", "planning"])
def test_a_worker_is_killed(home, when):
    publish(home, "harbour", FLAW)
    deployer = a_deployer()
    found, _ = send(deployer, packages(pypi()))
    killed(when)
    ready = when == "planning"
    assert inventory(deployer, found.reference).view.state == (State.READY if ready else State.RECEIVED)
    assert Content.objects.count() == int(ready)
    assert not Worklist.objects.exists()
    assert not ExposedIdentifier.objects.exists()
    Job.objects.filter(state=JobState.RUNNING).update(lease_until=timezone.now() - timezone.timedelta(seconds=1))
    adopt()
    Job.objects.filter(state=JobState.READY).update(run_after=timezone.now() - timezone.timedelta(seconds=1))
    work()
    assert inventory(deployer, found.reference).view.state == State.READY
    assert (Content.objects.count(), ExposedIdentifier.objects.count()) == (1, 2)
    assert [action.clears[0].id for action in worklist(deployer).plan.actions] == [FLAW]
    assert not Job.objects.exclude(state=JobState.DONE).exists()
