"""The clock jumps while reports are taken in and worked on: nothing is lost, doubled, or waits for ever.

What one job does then stands in ``tests/server/jobs``.
"""

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.audit.queries import verify
from clearinghouse.server.intake.models import Report, State
from clearinghouse.server.jobs.claims import adopt, claim
from clearinghouse.server.jobs.models import LIVE, Job
from clearinghouse.server.jobs.worker import Worker
from clearinghouse.server.vulnerabilities.models import Finding
from server_reports import a_result, a_sender, send, sound

pytestmark = [pytest.mark.django_db, pytest.mark.fault]
REALLY = timezone.now
AFTER, BEFORE = dt.timedelta(days=1), -dt.timedelta(hours=1)


class Clock:
    """The clock of a machine, and how far it is off."""

    off = dt.timedelta()

    def __call__(self) -> dt.datetime:
        return REALLY() + self.off

    def work(self) -> int:
        """Do what is due by this clock; return how many attempts that took."""
        adopt(self)
        return Worker((), "here", once=True, beats=False, clock=self).run()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(timezone, "now", made)
    return made


@pytest.fixture
def finder() -> Reader:
    return a_sender()


@pytest.fixture
def take(clock: Clock, finder: Reader) -> Callable[[int], Report]:
    """Take a report of two findings in, by the clock; its job is due by the clock, too."""

    def take(number: int) -> Report:
        report = send(finder, [a_result(number), a_result(number + 1)], run=False, idempotency_key=f"key {number}")
        Job.objects.filter(args=[report.pk]).update(run_after=clock(), enqueued_at=clock())
        return report

    return take


def is_whole(reports: list[Report]) -> None:
    for report in reports:
        report.refresh_from_db()
        assert (report.state, report.findings, report.linked) == (State.DONE, 2, 2)
    assert Finding.objects.count() == 2 * len(reports)
    assert not Job.objects.filter(state__in=LIVE).exists()
    sound()
    assert verify() == []


@pytest.mark.parametrize("off", [AFTER, BEFORE])
def test_it_jumps_between_receiving_and_reading(clock: Clock, take: Callable[[int], Report], off: dt.timedelta) -> None:
    reports = [take(1), take(2)]
    clock.off = off
    reports += [take(3), take(4)]
    clock.work()
    if off < dt.timedelta():
        assert Report.objects.filter(state=State.DONE).count() == 2
        clock.off += -BEFORE  # what was due by the former clock is due when that time has come again
        clock.work()
    is_whole(reports)


@pytest.mark.parametrize("off", [AFTER, BEFORE])
def test_it_jumps_while_a_worker_is_dead(clock: Clock, take: Callable[[int], Report], off: dt.timedelta) -> None:
    reports = [take(1)]
    assert claim("dead", clock=clock) is not None
    clock.off = off
    clock.work()
    if off < dt.timedelta():
        assert Report.objects.filter(state=State.DONE).count() == 0
        clock.off += dt.timedelta(minutes=2)  # no longer than a lease lasts, however far it went back
    clock.work()
    is_whole(reports)
    assert Job.objects.get(args=[reports[0].pk]).kills == 1


@pytest.mark.parametrize("off", [AFTER, BEFORE])
def test_what_is_sent_again_after_it_jumped(
    clock: Clock, take: Callable[[int], Report], finder: Reader, off: dt.timedelta
) -> None:
    with_key = take(1)
    without = send(finder, [a_result(7), a_result(8)], run=False)
    clock.off = off
    assert take(1).pk == with_key.pk  # a key is good for as long as its report is there
    again = send(finder, [a_result(7), a_result(8)], run=False)
    assert (again.pk == without.pk) == (off < AFTER)  # a body without a key, for 24 hours
    Job.objects.update(run_after=clock())
    clock.work()
    is_whole(list(Report.objects.all()))
