"""Advisories, read once and kept as one prepared file until one of the documents that they stand in changes."""

import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from clearinghouse import __version__
from clearinghouse.formats.document import Limits
from clearinghouse.formats.published import AdvisoryReport, read_advisories
from clearinghouse.formats.spool import is_standard_input
from clearinghouse.packages.index import LAYOUT, AdvisoryIndex, IndexBuilder, IndexFileError
from clearinghouse.packages.products import statement_of_kev, statements_of
from clearinghouse.records import Finding, KevEntry, Problem, PublishedAdvisory
from clearinghouse.triage.intake import Notice, nothing_to_read, only_errors

MOST_KEPT = 8
"""Prepared files that are kept; the one that was used longest ago goes first."""
_SUFFIX = ".advisories"
_OFTEN = 1024
_LIMITS = Limits(members=1_000_000)
"""A feed comes as one archive with a member for each advisory, and of npm there are some hundred thousand."""
_TOLD = "told"


class _Told(msgspec.Struct, frozen=True):
    """What there was to say of the documents, kept with what was read of them."""

    problems: tuple[Problem, ...] = ()
    refused: bool = False
    documents: int = 0


class Published:
    """What was read of what is published.

    Attributes:
        index: of packages. problems: what was wrong with the documents.
        refused: a path that the caller named could not be read. documents: how many were recognised.
    """

    def __init__(self, index: AdvisoryIndex) -> None:
        told = msgspec.json.decode(index.meta.get(_TOLD, "{}"), type=_Told)
        self.index = index
        self.problems = told.problems
        self.refused = told.refused
        self.documents = told.documents

    @property
    def failed(self) -> bool:
        """Whether something that the caller named could not be read, or nothing that was found could."""
        return self.refused or (self.needs_attention and not self.documents)

    @property
    def needs_attention(self) -> bool:
        """Whether something was lost."""
        return bool(only_errors(self.problems))


def published(paths: Sequence[Path], notice: Notice, *, cache: Path | None = None) -> Published:
    """Return what ``paths`` publish: from a prepared file if no document has changed since that was made.

    Args:
        paths: files, archives and folders of advisories. notice: as for :class:`~clearinghouse.triage.intake.Intake`.
        cache: the folder of prepared files; None is :func:`default_cache`. Where it cannot be written to, the file is
            a temporary one.

    Raises:
        NothingToReadError: there is no document. OSError: nothing can be written at all.
        ClearinghouseError: whatever reading raises.
    """
    key = fingerprint(paths)
    prepared = (cache or default_cache()) / f"{key}{_SUFFIX}" if key else None
    if prepared is not None and (index := _opened(prepared)) is not None:
        return Published(index)
    builder = IndexBuilder()
    meta = {_TOLD: msgspec.json.encode(_read(builder, paths, notice)).decode(), "program": __version__}
    if prepared is not None and _wrote(builder, prepared, meta) and (index := _opened(prepared)) is not None:
        return Published(index)
    with tempfile.TemporaryDirectory(prefix="clearinghouse-") as folder:
        passing = Path(folder, f"passing{_SUFFIX}")
        builder.write(passing, meta)
        return Published(AdvisoryIndex(passing))  # the file stays as long as it is open


def add_products(builder: IndexBuilder, finding: Finding) -> None:
    """Put what a finding's advisory says of products, and what it says helps, into an index that is being made."""
    for statement in statements_of(finding):
        builder.products.add(statement)
        builder.products.advise(statement.advisory, statement.aliases, finding.remedies)


def default_cache() -> Path:
    """Return the folder of prepared files (XDG Base Directory Specification, ``XDG_CACHE_HOME``)."""
    home = os.environ.get("XDG_CACHE_HOME")
    return Path(home or Path.home() / ".cache", "clearinghouse", "advisories")


def fingerprint(paths: Iterable[Path]) -> str | None:
    """Return a digest of which documents ``paths`` name and when they were written; None where that cannot be said.

    Standard input and pipes can be read once, and what cannot be listed is told anew each time.
    """
    digest = hashlib.blake2b(f"{LAYOUT} {__version__}".encode(), digest_size=16)
    try:
        for path in paths:
            if is_standard_input(path):
                return None
            digest.update(f"\0{path.absolute()}\0{path}".encode("utf-8", "surrogateescape"))
            for line in _states(path):
                digest.update(line.encode("utf-8", "surrogateescape"))
    except OSError:
        return None
    return digest.hexdigest()


def _states(path: Path) -> Iterator[str]:
    """A line for each file, in an order that does not hang on the disk."""
    if not path.is_dir():
        status = path.stat()
        yield f"\0{status.st_size} {status.st_mtime_ns} {status.st_ino}"
        return
    for root, folders, names in os.walk(path, onerror=_raise):
        folders.sort()
        for name in sorted(names):
            status = os.stat(os.path.join(root, name), follow_symlinks=True)
            yield f"\0{root}/{name} {status.st_size} {status.st_mtime_ns}"


def _raise(error: OSError) -> None:
    raise error


def _opened(prepared: Path) -> AdvisoryIndex | None:
    """Open a prepared file, if there is one that can be used."""
    if not prepared.is_file():
        return None
    try:
        index = AdvisoryIndex(prepared)
    except (IndexFileError, sqlite3.Error):
        return None
    with suppress(OSError):
        os.utime(prepared)
    return index


def _wrote(builder: IndexBuilder, prepared: Path, meta: dict[str, str]) -> bool:
    try:
        prepared.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        builder.write(prepared, meta)
    except (OSError, sqlite3.Error):
        return False
    _forget_old(prepared.parent)
    return True


def _forget_old(folder: Path) -> None:
    with suppress(OSError):
        kept = sorted(folder.glob(f"*{_SUFFIX}"), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in kept[MOST_KEPT:]:
            file.unlink()


def _read(builder: IndexBuilder, paths: Sequence[Path], notice: Notice) -> _Told:
    problems: list[Problem] = []
    documents, refused = 0, False
    report: AdvisoryReport | None = None
    for number, report in enumerate(read_advisories(paths, limits=_LIMITS)):
        documents += report.format is not None
        refused = refused or (report.format is None and not report.found)
        for record in report.records:
            if isinstance(record, PublishedAdvisory):
                builder.add(record)
            elif isinstance(record, Finding):
                add_products(builder, record)
            elif isinstance(record, KevEntry):
                statement = statement_of_kev(record)
                if statement is not None:
                    builder.products.add(statement)
            elif isinstance(record, Problem):
                problems.append(record)
        if number % _OFTEN == 0:
            notice(report.source, 0)
    if report is None:
        raise nothing_to_read(paths)
    return _Told(tuple(problems), refused, documents)
