"""Documents whose bytes are at hand, each read in a process of its own."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clearinghouse.formats.apart.frames import Begin
from clearinghouse.formats.apart.process import ReadingStoppedError
from clearinghouse.formats.apart.readers import Readers
from clearinghouse.formats.document import Document
from clearinghouse.formats.registry import read_document
from clearinghouse.records import ClearinghouseError, Finding, Problem


def sarif(count: int) -> bytes:
    results = [
        {
            "ruleId": f"rule-{number}",
            "message": {"text": f"Number {number} overflows"},
            "locations": [
                {"physicalLocation": {"artifactLocation": {"uri": f"src/{number}.c"}, "region": {"startLine": 1}}}
            ],
        }
        for number in range(count)
    ]
    return json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "T"}}, "results": results}]}).encode()


@pytest.fixture
def readers() -> Iterator[Readers]:
    made = Readers()
    yield made
    made.close()


@pytest.fixture
def at_hand() -> Iterator[Any]:
    opened = []

    def make(data: bytes) -> int:
        descriptor = os.memfd_create("test", os.MFD_CLOEXEC)
        os.write(descriptor, data)
        opened.append(descriptor)
        return descriptor

    yield make
    for each in opened:
        os.close(each)


def read(readers: Readers, descriptor: int) -> list[Any]:
    return list(readers.read(descriptor, "here", unpacked=2**24))


def test_it_gives_what_reading_here_gives(readers, at_hand):
    data = sarif(300)
    found = read(readers, at_hand(data))
    assert found[0] == Begin("here", "sarif", found=False)
    records = [record for records in found[1:] for record in records]
    _, here = read_document(Document.from_bytes("here", data))
    assert records == list(here)
    assert len([record for record in records if isinstance(record, Finding)]) == 300


def test_one_after_the_other(readers, at_hand):
    for count in (1, 2, 3):
        found = read(readers, at_hand(sarif(count)))
        assert len(found[1]) == count
    problems = read(readers, at_hand(b"\x00 nothing"))
    assert isinstance(problems[1][0], Problem)


def test_a_reader_has_no_secret_and_nothing_open(monkeypatch, at_hand):
    monkeypatch.setenv("CLEARINGHOUSE_KEY", "a-secret-key")
    monkeypatch.setenv("DATABASE_URL", "a-secret-address")
    secret = os.open("/dev/null", os.O_RDONLY)
    os.set_inheritable(secret, False)
    made = Readers()
    assert read(made, at_hand(sarif(1)))
    folder = Path(f"/proc/{made._process.pid}")
    assert b"secret" not in (folder / "environ").read_bytes()
    assert b"secret" not in (folder / "cmdline").read_bytes()
    kinds = {os.readlink(each).partition(":")[0] for each in (folder / "fd").iterdir()}
    assert kinds <= {"/dev/null", "socket"}
    os.close(secret)
    made.close()


def test_one_that_is_killed_is_told_and_followed(readers, at_hand):
    stream = readers.read(at_hand(sarif(20_000)), "here", unpacked=2**26)
    next(stream)
    next(stream)
    pid = readers._process.pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        os.kill(int(child), signal.SIGKILL)
    with pytest.raises(ReadingStoppedError):
        list(stream)
    os.kill(pid, signal.SIGKILL)
    readers._process.wait()
    assert len(read(readers, at_hand(sarif(2)))[1]) == 2


def test_one_that_is_not_read_to_its_end_ends(readers, at_hand):
    stream = readers.read(at_hand(sarif(20_000)), "here", unpacked=2**26)
    next(stream)
    stream.close()
    assert len(read(readers, at_hand(sarif(2)))[1]) == 2


@pytest.mark.parametrize(("limits", "count"), [({"memory": 30 * 2**20}, 100_000), ({"seconds": 1}, 600_000)])
def test_one_that_takes_too_much_is_ended(at_hand, limits, count):
    made = Readers(**limits)
    descriptor = at_hand(sarif(count))
    with pytest.raises(ClearinghouseError):
        list(made.read(descriptor, "here", unpacked=2**28))
    made.close()


OTHERS = """
import time

def echo(file, source):
    yield source.encode()
    yield file.read()

def sleep(file, source):
    yield b"begun"
    time.sleep(600)

def flood(file, source):
    while True:
        yield bytes(2**20)

def fail(file, source):
    yield b"begun"
    raise ValueError("of a stranger: " + file.read().decode())

READERS = {"echo": echo, "sleep": sleep, "flood": flood, "fail": fail}
"""


@pytest.fixture
def others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Have something read by a reader from a room above."""
    (tmp_path / "readers_of_a_test.py").write_text(OTHERS)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    made = Readers(others=["readers_of_a_test"])

    def values(kind: str, descriptor: int, clock: int = 0) -> Iterator[bytes]:
        return made.values(kind, descriptor, "S", memory=2**30, seconds=30, clock=clock, most=2**22)

    yield values
    made.close()


def test_a_room_above_has_readers_of_its_own(others, at_hand):
    assert list(others("echo", at_hand(b"data"))) == [b"S", b"data"]


def test_one_that_sleeps_is_ended_by_its_clock(others, at_hand):
    with pytest.raises(ReadingStoppedError):
        list(others("sleep", at_hand(b""), clock=1))


def test_one_that_never_stops_is_not_read_on(others, at_hand):
    with pytest.raises(ReadingStoppedError, match="no record"):
        list(others("flood", at_hand(b"")))
    assert list(others("echo", at_hand(b""))) == [b"S", b""]


def test_what_a_stranger_wrote_is_not_in_an_error(others, at_hand):
    with pytest.raises(RuntimeError, match=r"^ValueError at readers_of_a_test.py:\d+, while reading$"):
        list(others("fail", at_hand(b"secret")))


def test_an_unknown_reader_is_told(others, at_hand):
    with pytest.raises(ReadingStoppedError):
        list(others("nothing", at_hand(b"")))
