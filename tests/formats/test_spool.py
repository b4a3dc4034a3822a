"""Standard input and pipes: read once, opened often."""

import gc
import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from clearinghouse.formats.guard import LimitExceededError, Limits, UnreadableError
from clearinghouse.formats.spool import (
    NoInputError,
    Spool,
    check_standard_input,
    is_standard_input,
    standard_input,
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def given(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


@pytest.mark.parametrize("content", [b"", b"text", b"x" * (3 << 20)])
def test_a_spool_is_read_from_several_places_at_once(content):
    spool = Spool(io.BytesIO(content), "-")
    assert spool.size == len(content)
    with spool.open() as one, spool.open() as other:
        assert one.read(2) + one.read() == other.read() == content
        assert one.seek(-len(content), os.SEEK_END) == 0
        assert one.seek(1) == 1
        assert one.read(1) == content[1:2]
        with pytest.raises(ValueError, match="before"):
            one.seek(-1)


def test_a_spool_has_a_limit():
    with pytest.raises(LimitExceededError, match="larger than 1 MiB"):
        Spool(io.BytesIO(b"x" * ((1 << 20) + 1)), "-", Limits(unpacked=1 << 20))


def test_a_stream_that_fails_and_a_disk_without_room_are_told(monkeypatch):
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(UnreadableError, match="Input/output error"):
        Spool(Failing(), "-")
    full = Path("/dev/full")
    if full.exists():
        monkeypatch.setattr(tempfile, "TemporaryFile", lambda buffering: full.open("wb", buffering=0))
        with pytest.raises(UnreadableError, match="No space left"):
            Spool(io.BytesIO(b"x"), "-")


def test_nothing_is_left_of_a_spool(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    stream = Spool(io.BytesIO(b"text"), "-").open()
    gc.collect()
    assert stream.read() == b"text"
    assert list(tmp_path.iterdir()) == []
    del stream
    gc.collect()
    if before:
        assert len(os.listdir("/proc/self/fd")) == before


def test_standard_input_is_read_once(monkeypatch):
    given(monkeypatch, b"text")
    first = standard_input()
    assert standard_input() is first
    assert first.open().read() == b"text"
    given(monkeypatch, b"other")
    assert standard_input().open().read() == b"other"


@pytest.mark.parametrize(("stdin", "what"), [(Terminal(), "a terminal"), (None, "closed")])
def test_nothing_is_waited_for(monkeypatch, stdin, what):
    monkeypatch.setattr(sys, "stdin", stdin)
    for ask in (check_standard_input, standard_input):
        with pytest.raises(NoInputError, match=what) as caught:
            ask()
        assert "name a file" in caught.value.remedy


def test_which_paths_are_standard_input():
    assert all(is_standard_input(Path(name)) for name in ("-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"))
    assert not any(is_standard_input(Path(name)) for name in ("--", "a/-", "/dev/fd/63", "stdin"))


def test_a_real_pipe():
    program = "from clearinghouse.formats.spool import standard_input; print(len(standard_input().open().read()))"
    done = subprocess.run([sys.executable, "-c", program], input=b"x" * 300_000, capture_output=True, check=True)
    assert done.stdout == b"300000\n"
