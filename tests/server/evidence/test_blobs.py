"""Blobs: whatever is changed, cut, exchanged or interrupted is noticed, and nothing clear touches the disk."""

import datetime as dt
import errno
import hashlib
import os
import shutil
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearinghouse.server.evidence import blobs
from clearinghouse.server.evidence.blobs import RECORD, Blob
from clearinghouse.server.evidence.errors import BlobMissingError, NoRoomError, SealBrokenError, TooLargeError
from clearinghouse.server.evidence.sealing import Sealer

SEALER = Sealer(bytes(range(32)), b"place")
CONTEXT = b"report"
HEAD = 24
LONG = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
RANDOM = os.urandom(3 * RECORD + 17)

pytestmark = pytest.mark.usefixtures("blob_folder")
alike = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)


def write(data: bytes, *, context: bytes = CONTEXT, piece: int = 65536) -> Blob:
    chunks = (data[start : start + piece] for start in range(0, len(data), piece))
    return blobs.write(chunks, SEALER, context, 2**30)


def read(name: str, context: bytes = CONTEXT) -> bytes:
    return b"".join(blobs.open(name, SEALER, context))


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("size", [0, 1, 100, RECORD - 1, RECORD, RECORD + 1, 2 * RECORD, 3 * RECORD + 17])
@pytest.mark.parametrize("kind", ["random", "text"])
def test_what_is_written_is_read(size: int, kind: str) -> None:
    data = RANDOM[:size] if kind == "random" else (b"a report of some length, " * (size // 25 + 1))[:size]
    blob = write(data)
    assert read(blob.name) == data
    assert blob.size == size
    assert blob.digest == hashlib.sha256(data).hexdigest()
    assert blobs.verify(blob.name)
    records = max(1, -(-size // RECORD))
    assert blob.stored <= size + HEAD + records * (4 + 28 + 1)
    if kind == "text" and size > 1000:
        assert blob.stored < size / 10


@alike
@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=8))
def test_any_division_is_the_same(data: bytes, cuts: list[int]) -> None:
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    chunks = [data[start:end] for start, end in pairwise(places)]
    blob = blobs.write(chunks, SEALER, CONTEXT, 300)
    assert read(blob.name) == data
    assert blob.digest == hashlib.sha256(data).hexdigest()


@alike
@given(st.lists(st.integers(0, len(RANDOM)), max_size=6))
def test_any_division_of_a_long_one_is_the_same(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(RANDOM)]
    records = list(blobs._records(RANDOM[start:end] for start, end in pairwise(places)))
    assert [len(record) for record, _ in records] == [RECORD] * 3 + [17]
    assert [last for _, last in records] == [False] * 3 + [True]
    assert b"".join(record for record, _ in records) == RANDOM


def test_where_it_is_and_who_may_read_it(blob_folder: Path) -> None:
    blob = write(b"text")
    place = blob_folder / blob.name
    assert files(blob_folder) == [blob.name]
    assert place.stat().st_mode & 0o777 == 0o600
    for folder in (place.parent, blob_folder, blob_folder / ".unfinished"):
        assert folder.stat().st_mode & 0o777 == 0o700
    stored = place.read_bytes()
    assert blob.name == f"{blob.name[:2]}/{hashlib.sha256(stored).hexdigest()}"
    assert blob.stored == len(stored)


def test_equal_contents_have_unrelated_names() -> None:
    one, other = write(b"same" * 100), write(b"same" * 100)
    assert one.name != other.name
    assert one.digest == other.digest
    assert one.digest not in one.name


def renamed(folder: Path, stored: bytes) -> str:
    """Put bytes where they belong by their digest, as somebody does who can write to the folder."""
    digest = hashlib.sha256(stored).hexdigest()
    name = f"{digest[:2]}/{digest}"
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(stored)
    return name


def refused(folder: Path, name: str, stored: bytes) -> None:
    """Changed bytes are refused under the old name, and under the name that fits them."""
    (folder / name).write_bytes(stored)
    assert not blobs.verify(name)
    for wrong in (name, renamed(folder, stored)):
        with pytest.raises(SealBrokenError):
            read(wrong)


def test_no_byte_can_be_changed_cut_or_added(blob_folder: Path) -> None:
    blob = write(b"text of a report")
    stored = (blob_folder / blob.name).read_bytes()
    for position in range(len(stored)):
        refused(blob_folder, blob.name, stored[:position] + bytes([stored[position] ^ 1]) + stored[position + 1 :])
        refused(blob_folder, blob.name, stored[:position])
    refused(blob_folder, blob.name, stored + b"\0")
    refused(blob_folder, blob.name, stored + stored[HEAD:])
    (blob_folder / blob.name).write_bytes(stored)
    assert read(blob.name) == b"text of a report"


def parts(stored: bytes) -> tuple[bytes, list[bytes]]:
    records = []
    at = HEAD
    while at < len(stored):
        length = 4 + int.from_bytes(stored[at : at + 4], "big")
        records.append(stored[at : at + length])
        at += length
    return stored[:HEAD], records


def test_records_cannot_be_moved_cut_doubled_or_exchanged(blob_folder: Path) -> None:
    mine, other = write(RANDOM), write(RANDOM)
    stored = (blob_folder / mine.name).read_bytes()
    head, records = parts(stored)
    _, foreign = parts((blob_folder / other.name).read_bytes())
    assert len(records) == 4
    for wrong in (
        records[:-1],
        records[1:],
        [records[1], records[0], *records[2:]],
        [records[0], *records],
        [*records, records[-1]],
        [records[0], records[-1]],
        [foreign[0], *records[1:]],
        [*records[:-1], foreign[-1]],
        [],
    ):
        refused(blob_folder, mine.name, head + b"".join(wrong))


def test_blobs_cannot_be_exchanged(blob_folder: Path) -> None:
    one, other = write(b"one"), write(b"other")
    shutil.copy(blob_folder / one.name, blob_folder / other.name)
    with pytest.raises(SealBrokenError):
        next(blobs.open(other.name, SEALER, CONTEXT))


def test_it_opens_only_where_it_belongs() -> None:
    blob = write(b"text")
    for sealer, context in ((SEALER, b"repor"), (SEALER, b""), (Sealer(bytes(32), b"place"), CONTEXT)):
        with pytest.raises(SealBrokenError):
            next(blobs.open(blob.name, sealer, context))


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", "ab/" + "c" * 63, "ab/" + "C" * 64, ".unfinished/" + "a" * 32]
)
def test_only_names_of_blobs_are_opened(name: str) -> None:
    for act in (
        lambda: next(blobs.open(name, SEALER, CONTEXT)),
        lambda: blobs.delete(name),
        lambda: blobs.verify(name),
    ):
        with pytest.raises(SealBrokenError, match="no name"):
            act()
    assert not blobs.exists(name)


def test_what_is_missing_is_said_to_be() -> None:
    blob = write(b"text")
    assert blobs.exists(blob.name)
    for _ in range(2):
        blobs.delete(blob.name)
        assert not blobs.exists(blob.name)
    assert not blobs.verify(blob.name)
    with pytest.raises(BlobMissingError):
        read(blob.name)


@pytest.mark.parametrize("limit", [0, 99, RECORD, 2 * RECORD])
def test_too_much_leaves_nothing(blob_folder: Path, limit: int) -> None:
    assert write(RANDOM[:limit]).size == limit
    before = files(blob_folder)
    taken = 0

    def chunks() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield RANDOM[:50_000]

    with pytest.raises(TooLargeError, match=f"{limit:,}"):
        blobs.write(chunks(), SEALER, CONTEXT, limit)
    assert taken == limit // 50_000 + 1
    assert files(blob_folder) == before
    assert blobs.write([RANDOM[:limit]], SEALER, CONTEXT, limit).size == limit


def test_who_stops_sending_leaves_nothing(blob_folder: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield RANDOM[: 2 * RECORD]
        assert len(files(blob_folder)) == 1
        raise ConnectionError

    with pytest.raises(ConnectionError):
        blobs.write(chunks(), SEALER, CONTEXT, 2**30)
    assert files(blob_folder) == []


def test_nothing_clear_touches_the_disk(
    blob_folder: Path, marker: bytes, everything: Callable[[Path], bytes], tmp_path: Path
) -> None:
    seen = []

    def chunks() -> Iterator[bytes]:
        for _ in range(3):
            yield marker + RANDOM[:RECORD]
            seen.append(everything(tmp_path))

    blob = blobs.write(chunks(), SEALER, marker, 2**30)
    seen.append(everything(tmp_path))
    assert len(seen[-2]) > RECORD
    assert all(marker not in each and RANDOM[1000:1032] not in each for each in seen)
    assert zlib.compress(marker)[2:-4] not in seen[-1]
    assert b"".join(blobs.open(blob.name, SEALER, marker)).count(marker) == 3


def test_names_and_orphans(blob_folder: Path) -> None:
    assert list(blobs.names()) == []
    written = sorted(write(bytes([number])).name for number in range(12))
    (blob_folder / "note.txt").write_bytes(b"")
    (blob_folder / written[0][:2] / "note").write_bytes(b"")
    assert list(blobs.names()) == written
    asked: list[list[str]] = []

    def known(names: list[str]) -> set[str]:
        asked.append(names)
        return set(written[:5])

    assert list(blobs.orphans(known, LONG)) == written[5:]
    assert asked == [written]
    assert list(blobs.orphans(known, dt.datetime(2000, 1, 1, tzinfo=dt.UTC))) == []


def test_orphans_are_asked_for_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blobs, "_A_QUESTION", 5)
    written = sorted(write(bytes([number])).name for number in range(12))
    asked: list[int] = []

    def known(names: list[str]) -> list[str]:
        asked.append(len(names))
        return names[1:]

    assert list(blobs.orphans(known, LONG)) == written[::5]
    assert asked == [5, 5, 2]


def test_what_a_killed_process_left_is_swept(blob_folder: Path) -> None:
    blob = write(b"text")
    left = blob_folder / ".unfinished" / "left"
    left.write_bytes(b"sealed")
    assert blobs.sweep(dt.datetime(2000, 1, 1, tzinfo=dt.UTC)) == 0
    assert blobs.sweep(LONG) == 1
    assert files(blob_folder) == [blob.name]


def test_a_writer_that_is_killed_leaves_what_was_whole(blob_folder: Path) -> None:
    command = [sys.executable, str(Path(__file__).with_name("killed_writer.py")), str(blob_folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        whole = process.stdout.readline().strip()
        for _ in range(600):
            if sum(path.stat().st_size for path in blob_folder.glob(".unfinished/*")) > RECORD:
                break
            time.sleep(0.05)
        process.kill()
    assert list(blobs.names()) == [whole]
    assert b"".join(blobs.open(whole, Sealer(bytes(32)), b"")) == b"whole"
    assert len(files(blob_folder)) == 2
    assert blobs.sweep(LONG) == 1
    assert files(blob_folder) == [whole]


class FullFile:
    """A file on a disk that fills up."""

    def __init__(self, file: Any, code: int) -> None:
        self._file, self._code = file, code

    def write(self, data: bytes) -> int:
        if self._file.tell() > RECORD:
            raise OSError(self._code, os.strerror(self._code))
        return int(self._file.write(data))


@pytest.mark.parametrize(
    ("code", "error"), [(errno.ENOSPC, NoRoomError), (errno.EDQUOT, NoRoomError), (errno.EIO, OSError)]
)
def test_a_disk_that_fails(blob_folder: Path, monkeypatch: pytest.MonkeyPatch, code: int, error: type) -> None:
    real = blobs.draft

    @contextmanager
    def full() -> Iterator[Any]:
        with real() as (file, keep):
            yield FullFile(file, code), keep

    monkeypatch.setattr(blobs, "draft", full)
    with pytest.raises(error):
        write(RANDOM)
    assert files(blob_folder) == []


def test_a_disk_that_is_really_full(tmp_path: Path, settings: Any) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        options = settings.STORAGES["blobs"] | {"OPTIONS": {"location": folder}}
        settings.STORAGES = settings.STORAGES | {"blobs": options}
        small = write(b"text")
        with pytest.raises(NoRoomError, match="no room"):
            write(RANDOM)
        assert files(folder) == [small.name]
        assert read(write(RANDOM[:RECORD]).name) == RANDOM[:RECORD]
        (folder / "filler").write_bytes(bytes(2 * RECORD - sum(p.stat().st_size for p in folder.rglob("*/*")) - 65536))
        with pytest.raises(NoRoomError):
            write(RANDOM[:100_000])
    finally:
        subprocess.run(["umount", str(folder)], check=True)


class Bucket(FileSystemStorage):
    """Any other storage: it is known by Django's interface only."""


def test_any_storage_will_do(tmp_path: Path, settings: Any, marker: bytes, everything: Any) -> None:
    backend = {"BACKEND": f"{__name__}.Bucket", "OPTIONS": {"location": tmp_path / "bucket"}}
    settings.STORAGES = settings.STORAGES | {"blobs": backend}
    blob = write(marker * 10)
    assert read(blob.name) == marker * 10
    assert list(blobs.names()) == [blob.name]
    assert blobs.verify(blob.name)
    assert marker not in everything(tmp_path)
    assert list(blobs.orphans(lambda names: [], LONG)) == [blob.name]
    assert blobs.sweep(LONG) == 0
    blobs.delete(blob.name)
    assert list(blobs.names()) == []
    with pytest.raises(TooLargeError):
        blobs.write([b"xx"], SEALER, CONTEXT, 1)
    assert list(blobs.names()) == []
