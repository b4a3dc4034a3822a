"""Many writers at one time: the log stays one, without gaps, and every act that was done is in it."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import pytest
from django.db import connections, transaction

from beside import environment
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.audit import services
from clearinghouse.server.audit.models import Entry, Head, TreeHead
from clearinghouse.server.audit.queries import verify


def write(writer: int, count: int) -> list[int]:
    """Record acts, of which every fifth is rolled back; return those that were done."""
    try:
        return [seq for number in range(count) for seq in _one(writer, number)]
    finally:
        connections.close_all()


def _one(writer: int, number: int) -> list[int]:
    try:
        with transaction.atomic():
            entry = services.record(Reader(participant=writer, person=writer), "report.received", "report", number)
            _refuse_every_fifth(number)
    except LookupError:
        return []
    return [entry.seq]


def _refuse_every_fifth(number: int) -> None:
    if number % 5 == 4:
        raise LookupError


@pytest.mark.django_db(transaction=True)
def test_threads_write_one_log(monkeypatch):
    monkeypatch.setattr(TreeHead, "EVERY", 16)
    with ThreadPoolExecutor(5) as pool:
        done = [seq for seqs in pool.map(write, range(1, 6), [30] * 5) for seq in seqs]
    assert sorted(done) == list(range(5 * 24))
    assert list(Entry.objects.order_by("seq").values_list("seq", flat=True)) == list(range(5 * 24))
    assert TreeHead.objects.count() == 5 * 24 // 16
    assert verify() == []


@pytest.mark.django_db(transaction=True)
def test_the_first_entry_may_be_written_by_several_at_once():
    with ThreadPoolExecutor(4) as pool:
        done = [seq for seqs in pool.map(write, range(1, 5), [1] * 4) for seq in seqs]
    assert sorted(done) == [0, 1, 2, 3]
    assert verify() == []


@pytest.mark.django_db(transaction=True)
def test_processes_write_one_log_though_one_is_killed():
    command = [sys.executable, str(Path(__file__).with_name("writer.py"))]
    writers = [
        subprocess.Popen([*command, str(writer), count], stdout=subprocess.PIPE, text=True, env=environment())
        for writer, count in ((1, "40"), (2, "40"), (3, "100000"))
    ]
    try:
        said = [int(line) for line in islice(writers[2].stdout, 10)]
        os.kill(writers[2].pid, signal.SIGKILL)
        for writer in writers:
            said += [int(line) for line in writer.communicate(timeout=120)[0].split()]
    finally:
        for writer in writers:
            writer.kill()
            writer.wait()
    assert [writer.returncode for writer in writers] == [0, 0, -signal.SIGKILL]
    size = Head.objects.get().size
    assert set(said) <= set(range(size))
    assert Entry.objects.count() == size
    assert Entry.objects.filter(participant__in=(1, 2)).count() == 80
    assert verify() == []
