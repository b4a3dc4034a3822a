"""The work on a report: whatever happens in the middle of it, no finding is lost and none is doubled."""

import gzip
import json
import logging
import os
import signal
import threading
from pathlib import Path

import msgspec
import pytest
from django.conf import settings
from django.db import connection

from clearinghouse.formats.apart.process import ReadingStoppedError
from clearinghouse.server.evidence import blobs, vault
from clearinghouse.server.evidence.models import Envelope
from clearinghouse.server.intake import evidence, jobs, queries, reading, services
from clearinghouse.server.intake.models import Report, State, Violation
from clearinghouse.server.intake.purging import purge
from clearinghouse.server.jobs.errors import LeaseLostError
from clearinghouse.server.jobs.lease import JobContext
from clearinghouse.server.jobs.models import Job
from clearinghouse.server.jobs.models import State as JobState
from clearinghouse.server.jobs.services import run_until_idle
from clearinghouse.server.vulnerabilities import linking, preparing
from clearinghouse.server.vulnerabilities import services as vulnerabilities
from clearinghouse.server.vulnerabilities.models import Chunk, Finding
from server_reports import a_coordinator, a_result, a_sender, groups, sarif, send, sound

pytestmark = pytest.mark.django_db


@pytest.fixture
def sender():
    return a_sender()


def told(sender, report):
    return queries.violations(queries.report(sender, report.receipt), size=100)


def again(report):
    """Let what failed be tried at once."""
    Job.objects.filter(state=JobState.READY).update(run_after=Job.objects.values_list("enqueued_at")[0][0])
    run_until_idle()
    report.refresh_from_db()


def test_everything_damaged_is_listed_with_its_place(sender):
    bad = [{"ruleId": 7}, "no result", a_result(3) | {"level": 5}]
    report = send(sender, [a_result(1), *bad, a_result(2)])
    assert (report.state, report.format, report.findings) == (State.DONE, "sarif", report.linked)
    found = told(sender, report)
    assert len(found) == report.problems
    pointers = " ".join(problem.pointer or "" for problem in found)
    for number in (1, 2):
        assert f"/runs/0/results/{number}" in pointers
    assert {problem.source for problem in found} == {report.receipt}
    sound()


@pytest.mark.parametrize(
    "body",
    [
        b"\x00\xff garbage",
        b"{",
        b"",
        b"[" * 5000,
        b'{"version": "2.1.0", "runs": 7}',
        gzip.compress(b"nothing", mtime=0),
    ],
)
def test_what_cannot_be_read_is_kept_and_told(sender, body):
    if not body:
        return
    report = send(sender, body)
    assert (report.state, report.findings) == (State.DONE, 0)
    assert told(sender, report)
    assert b"".join(evidence.download_report(sender, report.receipt, "to see what it was").chunks) == body


def test_a_bomb_does_not_go_off(sender, limited):
    limited(unpacked=2**20)
    report = send(sender, gzip.compress(b" " * 2**24, mtime=0))
    assert report.state == State.DONE
    assert told(sender, report)


def test_there_are_so_many_findings_and_no_more(sender, limited):
    limited(findings=300)
    report = send(sender, [a_result(number) for number in range(301)])
    assert (report.findings, report.linked) == (300, 300)
    assert [problem.code for problem in told(sender, report)] == ["too_many_findings"]
    sound()


def test_so_much_can_be_damaged_and_no_more(sender, monkeypatch):
    monkeypatch.setattr(reading, "MOST_PROBLEMS", 50)
    monkeypatch.setattr(reading, "MOST_COUNTED", 400)
    report = send(sender, [{"ruleId": 7}] * 5000)
    found = told(sender, report)
    assert len(found) == 50
    assert found[-1].code == "too_many_problems"
    assert 450 <= report.problems < 2000


def test_a_reading_that_is_killed_is_begun_again(sender, monkeypatch):
    results = [a_result(number) for number in range(2000)]
    killing = [True, True]
    take = reading._take

    def killed(records, found, most):
        if len(found.preparing) and killing:
            killing.pop()
            found.preparing.chunks.clear()
            raise ReadingStoppedError("the process was ended", "nothing")
        return take(records, found, most)

    monkeypatch.setattr(reading, "_take", killed)
    report = send(sender, results)
    assert (report.state, report.findings) == (State.RECEIVED, 0)
    again(report)
    assert report.state == State.RECEIVED
    again(report)
    assert (report.state, report.findings, report.problems) == (State.DONE, 2000, 0)
    sound()


def test_a_reading_that_always_ends_keeps_what_it_had(sender, monkeypatch):
    take = reading._take
    kills = []

    def killed(records, found, most):
        if len(found.preparing):
            pid = reading.readers()._process.pid
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            for child in [*map(int, children), pid]:
                os.kill(child, signal.SIGKILL)
            kills.append(children)
        return take(records, found, most)

    monkeypatch.setattr(reading, "_take", killed)
    report = send(sender, [a_result(number) for number in range(6000)])
    for _ in range(jobs.READINGS - 1):
        assert report.state == State.RECEIVED
        again(report)
    assert kills
    assert report.state == State.DONE
    assert 0 < report.findings < 6000
    assert [problem.code for problem in told(sender, report)] == ["reading_stopped"]
    sound()


class InterruptedWorkError(Exception):
    """A worker that ends here."""


STEPS = ["keep", "problems", "lease of reading", "first batch", "lease of a batch", "words", "between", "end"]


@pytest.mark.parametrize("step", STEPS)
def test_a_worker_that_ends_anywhere_loses_and_doubles_nothing(sender, monkeypatch, step):
    results = [a_result(number % 900) for number in range(1100)]
    monkeypatch.setattr(vulnerabilities, "BATCH", 1)
    other = send(a_sender(), results[:600], tool="Another")
    undisturbed = send(a_sender(), results, tool="Third")
    offset = undisturbed.findings
    expected = len(groups())
    interrupt(monkeypatch, step)
    report = send(sender, results, tool="Fourth")
    assert report.state != State.DONE
    monkeypatch.undo()
    sound()
    again(report)
    assert (report.state, report.findings, report.linked) == (State.DONE, 1100, 1100)
    numbers = list(Finding.objects.filter(report=report).order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1100))
    sound()
    mine = {}
    theirs = {}
    for number, of, root in Finding.objects.values_list("number", "report_id", "vulnerability_id"):
        {report.pk: mine, undisturbed.pk: theirs}.get(of, {})[number] = root
    assert mine == theirs
    assert len(groups()) == expected
    assert offset == 1100
    assert other.findings == 600


def interrupt(monkeypatch, step):
    def end(*args, **named):
        raise InterruptedWorkError

    def after(original, calls):
        left = [calls]

        def call(*args, **named):
            left[0] -= 1
            if left[0] < 0:
                raise InterruptedWorkError
            return original(*args, **named)

        return call

    lease = JobContext.require_lease
    if step == "keep":
        monkeypatch.setattr(vulnerabilities, "keep", end)
    elif step == "problems":
        monkeypatch.setattr(jobs, "_keep_problems", end)
    elif step == "lease of reading":
        monkeypatch.setattr(JobContext, "require_lease", end)
    elif step == "first batch":
        monkeypatch.setattr(linking.Writer, "write", end)
    elif step == "lease of a batch":
        monkeypatch.setattr(JobContext, "require_lease", after(lease, 3))
    elif step == "words":
        monkeypatch.setattr(linking, "_write_words", after(linking._write_words, 2))
    elif step == "between":
        monkeypatch.setattr(linking.Linking, "link", after(linking.Linking.link, 2))
    else:
        monkeypatch.setattr(jobs, "record", end)


def test_a_lease_that_is_lost_commits_nothing(sender, monkeypatch):
    def lost(self):
        raise LeaseLostError

    monkeypatch.setattr(JobContext, "require_lease", lost)
    report = send(sender, [a_result(1)])
    assert (report.state, report.findings) == (State.RECEIVED, 0)
    assert not Chunk.objects.exists()
    assert not Violation.objects.exists()


def test_a_report_whose_work_ends_badly_is_told_to_have_failed(sender, monkeypatch, django_capture_on_commit_callbacks):
    def wrong(*args, **named):
        raise RuntimeError("MARKER")

    monkeypatch.setattr(jobs, "read", wrong)
    report = send(sender, [a_result(1)], run=False)
    Job.objects.update(most_attempts=1)
    run_until_idle()
    report.refresh_from_db()
    assert report.state == State.FAILED
    assert "MARKER" not in repr(list(Job.objects.values()))
    monkeypatch.undo()
    Job.objects.update(state=JobState.READY, attempts=0, finished_at=None)
    again(report)
    assert (report.state, report.linked) == (State.DONE, 1)
    sound()


def test_work_that_was_cancelled_is_found_and_told(sender):
    report = send(sender, [a_result(1)], run=False)
    Job.objects.update(state=JobState.CANCELLED, finished_at=Report.objects.get().received_at)
    jobs.tend.func()
    report.refresh_from_db()
    assert report.state == State.FAILED
    services_left = jobs.note_failed()
    assert services_left == 0


def test_findings_that_an_earlier_version_kept_are_identified(sender, monkeypatch):
    """A later version has fields that an earlier one did not write, and lacks some that it wrote."""
    encode = preparing._encode

    def earlier(finding):
        if isinstance(finding, list):
            return encode(finding)
        known = msgspec.to_builtins(finding) | {"a_field_that_is_gone": [1, {"two": 3}]}
        for name in ("references", "claims", "state", "remedies", "marking", "provenance"):
            known.pop(name, None)
        return encode(known)

    monkeypatch.setattr(preparing, "_encode", earlier)
    monkeypatch.setattr(vulnerabilities, "identify", lambda *args: (_ for _ in ()).throw(InterruptedWorkError))
    report = send(sender, [a_result(number) for number in range(300)])
    assert report.state == State.READ
    monkeypatch.undo()
    again(report)
    assert (report.state, report.linked) == (State.DONE, 300)
    sound()


def test_a_report_is_read_once_when_some_of_it_is_identified(sender, monkeypatch):
    monkeypatch.setattr(vulnerabilities, "BATCH", 1)
    interrupt(monkeypatch, "between")
    report = send(sender, [a_result(number) for number in range(800)])
    monkeypatch.undo()
    Report.objects.filter(pk=report.pk).update(state=State.FAILED)

    def never(*args, **named):
        raise AssertionError("it was read again")

    monkeypatch.setattr(jobs, "read", never)
    again(report)
    assert (report.state, report.linked) == (State.DONE, 800)
    sound()


@pytest.mark.parametrize("when", ["while it is read", "before it is identified"])
def test_a_purge_in_the_middle_ends_the_work(sender, monkeypatch, when):
    person = a_coordinator()
    report = send(sender, [a_result(number) for number in range(600)], run=False)
    place, name = (jobs, "read") if when == "while it is read" else (vulnerabilities, "prepared_again")
    if name == "prepared_again":
        monkeypatch.setattr(vulnerabilities, "identify", lambda *args: (_ for _ in ()).throw(InterruptedWorkError))
        run_until_idle()
        monkeypatch.undo()
    original = getattr(place, name)

    def purged(*args, **named):
        found = original(*args, **named)
        purge(person, report.receipt, "it was sent by mistake")
        return found

    monkeypatch.setattr(place, name, purged)
    again(report)
    assert report.state == State.PURGED
    assert not Finding.objects.exists()
    assert not Chunk.objects.filter(sealed__isnull=False).exists()
    sound()


@pytest.mark.django_db(transaction=True)
def test_a_report_that_comes_eight_times_at_once_is_one(sender):
    body = sarif([a_result(1)])
    found, problems = [], []
    begin = threading.Barrier(8)

    def go(key):
        try:
            begin.wait()
            found.append(services.receive(sender, [body], services.Sent(idempotency_key=key)))
        except Exception as error:
            problems.append(error)
        finally:
            connection.close()

    for key in ("", "named"):
        found.clear()
        threads = [threading.Thread(target=go, args=[key]) for _ in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert problems == []
        assert len({each.report.pk for each in found}) == 1
        assert [each.new for each in found].count(True) == 1
    assert Report.objects.count() == 2
    assert Envelope.objects.count() == 2
    named = {report.blob for report in Report.objects.all()}
    assert named <= set(blobs.names())


def test_no_room_is_left_behind(sender):
    """What was refused leaves neither key nor bytes."""
    before = set(blobs.names()), Envelope.objects.count()

    def broken():
        yield b"first"
        raise OSError("the line broke")

    with pytest.raises(OSError, match="line"):
        services.receive(sender, broken(), services.Sent())
    assert (set(blobs.names()), Envelope.objects.count()) == before


MARKER = "Zqxmarker7f3a"


@pytest.mark.django_db(transaction=True)
def test_nothing_of_what_was_sent_stands_in_clear(sender, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    result = a_result(
        1, path=f"src/{MARKER}/a.c", text=f"{MARKER} overflows", rule=f"{MARKER}-rule", code=f"{MARKER}();"
    )
    bad = {"ruleId": 7, "message": {"text": MARKER}, MARKER: 1}
    said = {"filename": f"{MARKER}.sarif", "note": MARKER, "media_type": f"application/{MARKER}"}
    report = send(sender, [result, bad], tool=MARKER, **said)
    copy = send(a_sender(), [result], tool=f"{MARKER} two")
    evidence.attach(sender, report.receipt, "patch", [MARKER.encode()], filename=MARKER)
    assert report.findings >= 1
    assert told(sender, report)
    unseen(caplog)

    def wrong(*args, **named):
        raise RuntimeError(MARKER)

    monkeypatch.setattr(jobs, "read", wrong)
    send(sender, [result, result])
    monkeypatch.undo()
    unseen(caplog)
    purge(a_coordinator(), report.receipt, "it was sent by mistake")
    run_until_idle()
    unseen(caplog)
    assert copy.state == State.DONE


def unseen(caplog):
    needle = MARKER.encode()
    assert MARKER not in caplog.text
    for path in settings.CONFIGURATION.home.rglob("*"):
        if path.is_file():
            assert needle not in path.read_bytes(), path
            assert needle not in bytes(path)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                for value in row:
                    data = bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()
                    assert needle.lower() not in data.lower(), table


def test_an_attachment_that_comes_again_changes_nothing(sender, limited):
    limited(attachments=1)
    report = send(sender, [a_result(1)])
    made, new = evidence.attach(sender, report.receipt, "patch", [b"--- a"], filename="one")
    same, second = evidence.attach(sender, report.receipt, "patch", [b"--- ", b"a"], filename="two")
    assert (new, second, made.pk) == (True, False, same.pk)
    with pytest.raises(Exception, match="attachments"):
        evidence.attach(sender, report.receipt, "patch", [b"another"])
    assert vault.sealer(made.envelope_id)


def test_what_senders_hold_for_urgent_is_not_taken(sender):
    kev = json.dumps({"title": "x", "catalogVersion": "1", "count": 0, "vulnerabilities": []}).encode()
    report = send(sender, kev)
    assert report.findings == 0
