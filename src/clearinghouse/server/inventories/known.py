"""What is published, and what is known of exploitation, as this installation has it: read once, kept while it holds.

Read are the feeds that were synced, and whatever lies in the folders :data:`ADVISORIES` and :data:`SIGNALS` of the
home. All of it is public; the prepared index of it lies in clear in :data:`CACHE`.
"""

import datetime as dt
import hashlib
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from django.conf import settings

from clearinghouse.formats.contract import Report
from clearinghouse.formats.registry import read_paths
from clearinghouse.priority import Signals
from clearinghouse.priority.signals import Signal
from clearinghouse.records import EpssScore, Finding, KevEntry, Problem, SsvcPoint
from clearinghouse.server.vulnerabilities.signals import FOLDER as SIGNALS
from clearinghouse.triage.found import index_of
from clearinghouse.triage.gather import take_signals
from clearinghouse.triage.inside import add_inside
from clearinghouse.triage.intake import Intake
from clearinghouse.triage.kept import Sources, sources
from clearinghouse.triage.prepared import Published, published
from clearinghouse.triage.prepared_files import fingerprint

ADVISORIES = "advisories"
"""Folder in the home: advisories that are matched beside those of the feeds."""
CACHE = "cache"
"""Folder in the home: what was prepared of advisories."""


class Versions(msgspec.Struct, frozen=True):
    """What tells one state of advisories and of signals from another."""

    advisories: str
    signals: str


class Known(msgspec.Struct, frozen=True):
    """What is published and known on one day.

    Attributes:
        versions: of what was read. published, signals, intake: as for :class:`~clearinghouse.triage.deployer.Deployer`.
        notices: which feeds are stale.
    """

    versions: Versions
    as_of: dt.date
    published: Published
    signals: Signals
    intake: Intake
    notices: tuple[Problem, ...]


_LOOK = 10.0
"""Seconds between two looks, where many ask one after the other: every file is looked at."""
_local = threading.local()  # an index is read through a connection that belongs to its thread


def versions(*, fresh: bool = False) -> Versions:
    """Return which state of advisories and signals is there, by the names, sizes and times of the files.

    Args:
        fresh: whether an answer of a few seconds ago is too old.
    """
    looked: tuple[float, Versions] | None = getattr(_local, "looked", None)
    if looked is None or fresh or time.monotonic() - looked[0] >= _LOOK:
        looked = _local.looked = (time.monotonic(), _versions())
    return looked[1]


def _versions() -> Versions:
    found = _sources()
    advisories = [*found.advisories, *_below(ADVISORIES)]
    signals = [*found.kev, *found.epss, *found.ssvc, *_below(SIGNALS)]
    return Versions(_version(advisories), _version(signals))


def known(as_of: dt.date) -> Known:
    """Return what is published and known; what this thread read before, if that is what is there now.

    Args:
        as_of: signals dated later are not taken.

    Raises:
        ClearinghouseError: whatever reading raises.
    """
    wanted = versions()
    held: Known | None = getattr(_local, "known", None)
    if held is not None and held.versions == wanted and held.as_of == as_of:
        return held
    forget()
    made = _local.known = _read(wanted, as_of)
    return made


def forget() -> None:
    """Let go of what this thread read; it is read again when it is next asked for."""
    held: Known | None = getattr(_local, "known", None)
    if held is not None:
        held.published.index.close()
    _local.known = _local.looked = None


def _read(wanted: Versions, as_of: dt.date) -> Known:
    found = _sources(as_of)
    signals = _Once(as_of)
    intake = Intake(signals)
    take_signals(intake, kev=found.kev, epss=found.epss, ssvc=found.ssvc)
    own = _below(SIGNALS)
    catalogues: list[Path] = []
    if own:
        reports = _noting(read_paths(own, signals_only=True), catalogues)
        intake.take(reports, own, _silent, _leave)
    paths = [*_below(ADVISORIES), *found.advisories, *found.kev, *catalogues]
    cache = Path(settings.CONFIGURATION.home) / CACHE
    told = published(paths, _silent, cache=cache) if paths else Published(index_of(()))
    add_inside(signals, told.inside, [*found.ssvc, *found.kev, *own])
    return Known(wanted, as_of, told, signals, intake, found.notices)


class _Once(Signals):
    """Signals of which each counts once: a CVE record may lie among the advisories and among the signals."""

    def __init__(self, as_of: dt.date | None = None) -> None:
        super().__init__(as_of)
        self._added: set[KevEntry | SsvcPoint] = set()

    def add(self, signal: Signal) -> None:
        """Take one signal, unless the same was taken from another document."""
        if not isinstance(signal, EpssScore):
            bare = msgspec.structs.replace(signal, source="")
            if bare in self._added:
                return
            self._added.add(bare)
        super().add(signal)


def _sources(as_of: dt.date | None = None) -> Sources:
    return sources(advisories=(), kev=(), epss=(), ssvc=(), as_of=as_of)


def _below(name: str) -> list[Path]:
    """The folder of this name in the home, if there is a file in it that would be read."""
    folder = Path(settings.CONFIGURATION.home) / name
    files = (path for path in folder.rglob("*") if not path.name.startswith(".") and path.is_file())
    return [folder] if next(files, None) else []


def _version(paths: Iterable[Path]) -> str:
    """A digest of which files there are and when they were written, and of the version of this program.

    What changes while it is looked at is another version each time.
    """
    found = fingerprint(paths)
    return found or hashlib.blake2b(str(dt.datetime.now(dt.UTC)).encode(), digest_size=16).hexdigest()


def _noting(reports: Iterable[Report], catalogues: list[Path]) -> Iterator[Report]:
    """Pass reports on, and note the files that are KEV catalogues: what these list is matched by name, too."""
    for report in reports:
        path = Path(report.source.partition("!")[0])
        if report.format == "kev" and path.is_file() and path not in catalogues:
            catalogues.append(path)
        yield report


def _silent(source: str, count: int) -> None:
    pass


def _leave(findings: Iterable[Finding]) -> None:
    for _ in findings:
        pass
