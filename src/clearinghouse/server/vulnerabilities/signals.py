"""What is known from outside - KEV, EPSS, SSVC - as this process last read it."""

import datetime as dt
import hashlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
from django.conf import settings

from clearinghouse import __version__
from clearinghouse.feeds import store_folder
from clearinghouse.formats.contract import Report
from clearinghouse.formats.unpacking import documents
from clearinghouse.priority import Signals
from clearinghouse.priority.tables import shipped_tables
from clearinghouse.records import Problem
from clearinghouse.server.vulnerabilities.ranking import TERMS
from clearinghouse.triage.intake import Intake
from clearinghouse.triage.judging import Judge
from clearinghouse.triage.kept import sources

FOLDER = "signals"
"""Folder in the home of the installation: whatever KEV, EPSS and SSVC files lie in it are read, beside synced feeds."""
LOOK = 60.0
"""Seconds between two looks whether there is something newer."""


class Outside(msgspec.Struct, frozen=True):
    """What vulnerabilities are ranked by.

    Attributes:
        judge: ranks them. rules: a digest of the rules: decision tables, terms, this program's version.
        signals: a digest of the content of every file with signals, so that it is the same on every machine that has
            the same files.
    """

    judge: Judge
    rules: str
    signals: str

    @property
    def version(self) -> tuple[str, str]:
        """What tells it from another."""
        return self.rules, self.signals


class _Known(msgspec.Struct):
    outside: Outside
    version: tuple[tuple[str, int, int], ...]
    looked: float


_lock = threading.Lock()
_known: list[_Known] = []


def judge() -> Judge:
    """Return what ranks vulnerabilities, by the signals that are there now."""
    return outside().judge


def outside(*, fresh: bool = False) -> Outside:
    """Return what ranks vulnerabilities, and which it is; with ``fresh`` the files are looked at in any case."""
    with _lock:
        if not fresh and _known and time.monotonic() - _known[0].looked < LOOK:
            return _known[0].outside
        version = _version()
        if _known and _known[0].version == version:
            _known[0].looked = time.monotonic()
            return _known[0].outside
        found = Outside(Judge(read(), dict(TERMS)), _rules(), _content())
        _known[:] = [_Known(found, version, time.monotonic())]
        return found


def forget() -> None:
    """Read signals again when they are next asked for."""
    with _lock:
        _known.clear()


def read() -> Signals:
    """Read every signal that there is; each says of itself from which file it is, and not where that lies."""
    signals = Signals()
    intake = Intake(signals)
    for folder, file in _files():
        intake.take(_reports(file, str(file.relative_to(folder))), [file], lambda source, findings: None, _drop)
    return signals


def _reports(file: Path, name: str) -> Iterator[Report]:
    from clearinghouse.formats.registry import read_document  # all readers: most processes never read a signal

    for item in documents(file, name):
        if isinstance(item, Problem):
            yield Report(item.source, None, iter([item]), found=True)
        else:
            known, records = read_document(item, signals_only=True)
            yield Report(item.source, known, records, found=True)


def _files() -> list[tuple[Path, Path]]:
    """Every file with signals, each with the folder by which it is named."""
    found = sources(kev=(), epss=(), ssvc=())
    kept = store_folder()
    files = []
    for path in (*found.kev, *found.epss, *found.ssvc):
        base = kept if path.is_relative_to(kept) else path.parent
        files += [(base, each) for each in _below(path)]
    return files + [(_folder(), each) for each in _below(_folder())]


def _below(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(each for each in path.rglob("*") if each.is_file())
    return [path] if path.is_file() else []


def _drop(findings: object) -> None:
    for _ in findings:  # type: ignore[attr-defined]
        pass


def _folder() -> Path:
    return Path(settings.CONFIGURATION.home) / FOLDER


def _version() -> tuple[tuple[str, int, int], ...]:
    """What tells one state of all files from another: their names, sizes and times."""
    return tuple((str(file), file.stat().st_size, file.stat().st_mtime_ns) for _, file in _files())


def _rules() -> str:
    text = f"{__version__} {[table.reference for table in shipped_tables()]} {TERMS}"
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _content() -> str:
    digest = hashlib.blake2b(digest_size=16)
    for folder, path in _files():
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        digest.update(f"{path.relative_to(folder)}\0{found}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def as_of() -> dt.date:
    """Return the day that counts as today."""
    return dt.datetime.now(dt.UTC).date()
