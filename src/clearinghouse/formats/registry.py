"""All formats, and the one function that says which of them a document is."""

import heapq
import os
import stat
import traceback
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import msgspec

from clearinghouse.formats import (
    bandit,
    casr,
    crash,
    cve,
    epss,
    grype,
    kev,
    mantis,
    npm_audit,
    nvd,
    osv,
    osv_scanner,
    pip_audit,
    sarif,
    semgrep,
    tabular,
    trivy,
)
from clearinghouse.formats.contract import RECOGNISED, Format, Record
from clearinghouse.formats.document import LIMITS, Document, Limits, documents
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.text import printable_name
from clearinghouse.records import ClearinghouseError, Level, Problem

FORMATS: tuple[Format, ...] = (
    sarif.FORMAT,
    osv.FORMAT,
    osv_scanner.FORMAT,
    cve.FORMAT,
    nvd.FORMAT,
    kev.FORMAT,
    epss.FORMAT,
    crash.FORMAT,
    casr.FORMAT,
    mantis.FORMAT,
    trivy.FORMAT,
    grype.FORMAT,
    semgrep.FORMAT,
    bandit.FORMAT,
    npm_audit.FORMAT,
    pip_audit.FORMAT,
    tabular.FORMAT,
)
"""In order of precedence between equal scores."""

_NEAREST = 3


class MissingPathError(ClearinghouseError):
    """A path that was named does not exist."""


class Report(msgspec.Struct, frozen=True):
    """One document with its records, which are read when they are asked for.

    Attributes:
        source: the document. format: what it was recognised as, or None.
        records: to be iterated once. found: it was come upon in a folder or archive, not named by the caller.
    """

    source: str
    format: str | None
    records: Iterator[Record]
    found: bool


def recognise(sample: Sample) -> tuple[Format | None, list[tuple[Format, str]]]:
    """Return the format of a document, or None and the formats nearest to it, each with what is missing."""
    scored = []
    for position, candidate in enumerate(FORMATS):
        match = candidate.detect(sample)
        if match.score:
            scored.append((-match.score, position, match.note))
    nearest = heapq.nsmallest(_NEAREST, scored)
    if nearest and -nearest[0][0] >= RECOGNISED:
        return FORMATS[nearest[0][1]], []
    return None, [(FORMATS[position], note) for _, position, note in nearest]


def read_document(
    document: Document, formats: frozenset[str] | None = None, *, signals_only: bool = False
) -> tuple[str | None, Iterator[Record]]:
    """Return the name of a document's format and its records.

    Args:
        document: what to read. formats: names of the formats that are wanted here; None for all.
        signals_only: leave out findings, and what is wrong with them, where a format can do so cheaply.

    Returns:
        The format's name, or None with a single problem as the only record.
    """
    try:
        found, nearest = recognise(document.sample)
    except ClearinghouseError as error:
        return None, iter([_unreadable(document.source, error)])
    if found is None:
        return None, iter([_unrecognised(document, nearest)])
    if formats is not None and found.name not in formats:
        return None, iter([_unwanted(document.source, found, formats)])
    return found.name, _guarded(document, found, signals_only=signals_only)


def read_paths(
    paths: Iterable[Path],
    *,
    formats: frozenset[str] | None = None,
    limits: Limits = LIMITS,
    signals_only: bool = False,
) -> Iterator[Report]:
    """Yield a report for every document in ``paths``: files, archives, and folders recursively, in sorted order.

    A file that is come upon twice under one name (a folder, and a file in it) is read once, so that a finding's id
    names one finding. ``formats`` and ``signals_only`` are those of :func:`read_document`.

    Raises:
        MissingPathError: one of ``paths`` does not exist; raised before anything is read.
    """
    named = [(path, is_folder(path)) for path in paths]
    seen: set[Path] = set()
    read = partial(read_document, formats=formats, signals_only=signals_only)
    for path, in_folder in named:
        for file in files_below(path) if in_folder else [path]:
            if isinstance(file, Problem):
                yield Report(file.source, None, iter([file]), True)
            elif file not in seen:
                seen.add(file)
                yield from _reports(file, read, limits, found=in_folder)


def _reports(
    file: Path, read: Callable[[Document], tuple[str | None, Iterator[Record]]], limits: Limits, *, found: bool
) -> Iterator[Report]:
    """The documents of one file."""
    source = printable_name(str(file))
    for item in documents(file, source, limits):
        packed = item.source != source
        if isinstance(item, Problem):
            yield Report(item.source, None, iter([item]), found or packed)
        else:
            name, records = read(item)
            yield Report(item.source, name, records, found or packed)


def is_folder(path: Path) -> bool:
    """Return whether ``path`` is a folder; one that cannot be looked at is none, and reading it will say why.

    Raises:
        MissingPathError: there is nothing of this name.
    """
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except PermissionError:
        return False  # there is something, and opening it will say what is wrong
    except (OSError, ValueError) as error:
        raise MissingPathError(
            f"{printable_name(str(path))} does not exist", "check the path; folders are read recursively"
        ) from error


def files_below(folder: Path) -> Iterator[Path | Problem]:
    """Yield every regular file below ``folder``, sorted. Links to folders are not followed.

    Hidden files and folders are passed over and, where anything else was found, counted in one notice at the end. A
    folder that cannot be listed is a problem.
    """
    failures: list[OSError] = []
    hidden, empty = 0, True
    for root, folders, names in os.walk(folder, onerror=failures.append):
        hidden += sum(name.startswith(".") for name in (*folders, *names))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(root, name)
            if not name.startswith(".") and _may_be_file(file):
                empty = False
                yield file
    if hidden and not empty:
        name = printable_name(str(folder))
        what = "1 hidden file or folder was" if hidden == 1 else f"{hidden} hidden files and folders were"
        yield Problem(source=name, code="hidden", message=f"{what} passed over in {name}.", level=Level.NOTICE)
    for failure in failures:
        name = printable_name(str(failure.filename))
        yield Problem(source=name, code="unreadable", message=f"{name} cannot be listed: {failure.strerror}.")


def _may_be_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return True  # in a folder that may be listed and not entered; opening it will say so


def _defect(source: str, found: Format, error: Exception) -> Problem:
    """A reader's own fault must not cost the other documents; it is told with what its maintainers need."""
    steps = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(steps[-1].filename).name}:{steps[-1].lineno}" if steps else ""
    return Problem(
        source=source,
        code="reader_failed",
        message=f"The reader of {found.title} failed ({type(error).__name__}{where}); what it had read before is kept.",
        expected="a report of this defect, with the document if it may be shared",
    )


def _guarded(document: Document, found: Format, *, signals_only: bool) -> Iterator[Record]:
    """Turn what stops a reader half-way (a bomb, a broken archive, a bad disk) into a problem.

    What was read before stays.
    """
    try:
        yield from (found.signals if signals_only and found.signals else found.read)(document)
    except ClearinghouseError as error:
        yield _unreadable(document.source, error)
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        yield _defect(document.source, found, error)
    except OSError as error:
        yield Problem(
            source=document.source,
            code="unreadable",
            message=f"{document.source} cannot be read: {error.strerror or error}.",
        )


def _unreadable(source: str, error: ClearinghouseError) -> Problem:
    return Problem(source=source, code="unreadable", message=f"{error.what}.", expected=error.remedy)


def _unrecognised(document: Document, nearest: list[tuple[Format, str]]) -> Problem:
    hints = "; ".join(f"{near.title}, but {note}" if note else near.title for near, note in nearest)
    if document.sample.complete and not document.sample.head.strip():
        hints = "none, for there is nothing in it"
    return Problem(
        source=document.source,
        code="unrecognised_format",
        message=f"Unrecognised format.{f' Nearest: {hints}.' if hints else ''}",
        expected="one of " + ", ".join(known.title for known in FORMATS),
        candidates=tuple(near.name for near, _ in nearest),
    )


def _unwanted(source: str, found: Format, wanted: frozenset[str]) -> Problem:
    titles = ", ".join(known.title for known in FORMATS if known.name in wanted)
    return Problem(
        source=source,
        code="wrong_format",
        message=f"This is {found.title}.",
        expected=titles,
        candidates=tuple(sorted(wanted)),
    )
