"""Canaries: texts that nobody writes by chance, so that where they are found a task has been.

Each version of a pool has one of 128 random bits, and so has each task. They stand in the last line of the prompt,
which also asks that the text be kept out of training data. In public are only their SHA-256, so everybody can search
for them and nobody can plant them.
"""

import hashlib
import re
import secrets
import tomllib
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import IO

import msgspec

from clearinghouse.evaluation.pools.errors import PoolError
from clearinghouse.evaluation.tasks.folder import NAME
from clearinghouse.evaluation.tasks.task import Task, from_files
from clearinghouse.formats.text import printable_name
from clearinghouse.records import ClearinghouseError
from clearinghouse.sandbox import File

PREFIX = "clearinghouse-canary:"
_DIGITS = 32
_CANARY = re.compile(rb"clearinghouse-canary:[0-9a-f]{32}")
_LINE = re.compile(r"\n*<!-- Evaluation data, not for training: [^\n]*-->\n*\Z")
_CHUNK = 1 << 20
LARGEST = 2 << 30
"""Most bytes of one file, and of all files of one archive together, that are searched."""
MOST_FILES = 200_000
LOG = ".eval"
"""What the names of logs of runs end with."""
Members = Callable[[Path], Iterable[tuple[str, bytes]]]
"""Gives the members of a log, each with its name: logs are packed in ways that :mod:`zipfile` does not know."""


class Found(msgspec.Struct, frozen=True):
    """A canary in a file.

    Attributes:
        path: of the file, with its place in an archive. digest: SHA-256 of the canary. is_known: whether it is one of
            those that were searched for.
    """

    path: str
    digest: str
    is_known: bool


class Searched(msgspec.Struct, frozen=True):
    """What a search came to.

    Attributes:
        found: each canary of each file once. files: how many were searched. skipped: which were not, and why.
    """

    found: tuple[Found, ...]
    files: int
    skipped: tuple[str, ...]


def mint() -> str:
    """Return a fresh canary."""
    return f"{PREFIX}{secrets.token_hex(_DIGITS // 2)}"


def digest_of(canary: str) -> str:
    """Return what is public of a canary, in hex."""
    return hashlib.sha256(canary.encode()).hexdigest()


def marked(task: Task, canaries: Iterable[str]) -> Task:
    """Return a task whose prompt ends with canaries; those that it had go."""
    name = tomllib.loads(task.files[NAME].data.decode())["prompt"]
    line = f"\n\n<!-- Evaluation data, not for training: {' '.join(canaries)} -->\n"
    prompt = _LINE.sub("", task.prompt) + line
    files = {**task.files, name: File(prompt.encode(), task.files[name].executable)}
    return from_files(files, task.id)


def digests_in(data: bytes) -> frozenset[str]:
    """Return the SHA-256 of each canary that stands in bytes."""
    return frozenset(hashlib.sha256(each).hexdigest() for each in _CANARY.findall(data))


def search(paths: Iterable[Path], known: Collection[str], logs: Members | None = None) -> Searched:
    """Look for canaries in files, in what is below folders, and in members of zip archives and of logs of runs.

    Args:
        paths: where. known: SHA-256 of those that matter; others are reported too, as unknown. logs: reads logs of
            runs; without it they are read as zip archives, and one that is packed otherwise is skipped.

    Raises:
        PoolError: there are too many files.
    """
    found: dict[tuple[str, str], Found] = {}
    skipped: list[str] = []
    count = 0
    for path in _files(paths):
        count += 1
        if count > MOST_FILES:
            raise PoolError(f"there are more than {MOST_FILES:,} files", "name fewer at a time")
        try:
            for where, canary in _in_file(path, logs):
                digest = hashlib.sha256(canary).hexdigest()
                found[where, digest] = Found(printable_name(where), digest, digest in known)
        except ClearinghouseError as error:
            skipped.append(f"{printable_name(str(path))}: {error.what}")
        except (OSError, ValueError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
            skipped.append(f"{printable_name(str(path))}: {getattr(error, 'strerror', None) or error}")
    return Searched(tuple(found.values()), count, tuple(skipped))


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from (each for each in sorted(path.rglob("*")) if each.is_file() and not each.is_symlink())
        else:
            yield path


def _in_file(path: Path, logs: Members | None) -> Iterator[tuple[str, bytes]]:
    if path.exists() and not path.is_file():
        raise ValueError("it is no plain file")
    if logs is not None and path.suffix == LOG and zipfile.is_zipfile(path):
        for name, data in logs(path):
            for canary in _CANARY.findall(data):
                yield f"{path}!{name}", canary
        return
    with path.open("rb") as file:
        for canary in _in_stream(file, LARGEST):
            yield str(path), canary
    if zipfile.is_zipfile(path):
        yield from _in_archive(path)


def _in_archive(path: Path) -> Iterator[tuple[str, bytes]]:
    left = LARGEST
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist()[:MOST_FILES]:
            if member.is_dir():
                continue
            with archive.open(member) as file:
                counted = _Counted(file)
                for canary in _in_stream(counted, left):
                    yield f"{path}!{member.filename}", canary
                left -= counted.size


class _Counted:
    """A stream that knows how much was read of it."""

    def __init__(self, file: IO[bytes]) -> None:
        self.size = 0
        self._file = file

    def read(self, size: int) -> bytes:
        """Return as much as there is, up to a size."""
        data = self._file.read(size)
        self.size += len(data)
        return data


def _in_stream(file: "IO[bytes] | _Counted", most: int) -> Iterator[bytes]:
    """Yield the canaries of a stream; what lies across two pieces of it is seen in both."""
    before = b""
    size = 0
    while piece := file.read(_CHUNK):
        size += len(piece)
        if size > most:
            raise ValueError(f"it has more than {LARGEST >> 30} GiB")
        together = before + piece
        yield from _CANARY.findall(together)
        before = together[-(len(PREFIX) + _DIGITS) + 1 :]
