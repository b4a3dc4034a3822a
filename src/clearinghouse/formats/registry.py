"""All formats, and the one function that says which of them a document is."""

import heapq
import traceback
from collections.abc import Iterable, Iterator
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
from clearinghouse.formats.contract import CERTAIN, RECOGNISED, Format, Record
from clearinghouse.formats.document import LIMITS, Document, Limits
from clearinghouse.formats.guard import unreadable, why_not_opened
from clearinghouse.formats.inputs import MissingPathError, inputs, is_folder
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.text import sentence
from clearinghouse.records import ClearinghouseError, Problem

__all__ = [
    "FORMATS",
    "MissingPathError",
    "Report",
    "guarded",
    "is_folder",
    "read_document",
    "read_paths",
    "recognise",
]

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


class Report(msgspec.Struct, frozen=True):
    """One document with its records, which are read when they are asked for.

    Attributes:
        source: the document. format: what it was recognised as, or None.
        records: to be iterated once. found: it was come upon in a folder or archive, not named by the caller. So is
            what is only a notice: nothing that was named is missing because of it.
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
        if match.score == CERTAIN:
            return candidate, []
        if match.score:
            scored.append((-match.score, position, match.note))
    nearest = heapq.nsmallest(_NEAREST, scored)
    if nearest and -nearest[0][0] >= RECOGNISED:
        return FORMATS[nearest[0][1]], []
    return None, [(FORMATS[position], note) for _, position, note in nearest]


def read_document(
    document: Document, formats: frozenset[str] | None = None, *, signals_only: bool = False, role: str = ""
) -> tuple[str | None, Iterator[Record]]:
    """Return the name of a document's format and its records.

    Args:
        document: what to read. formats: names of the formats that are wanted here; None for all.
        signals_only: leave out findings, and what is wrong with them, where a format can do so cheaply.
        role: what the caller takes the document for, such as ``--kev``; named where it is of no format that is wanted.

    Returns:
        The format's name, or None with a single problem as the only record.
    """
    try:
        found, nearest = recognise(document.sample)
    except MemoryError:
        raise
    except Exception as error:
        return None, iter([_stopped(document.source, "What says of which format it is", error)])
    if found is None:
        return None, iter([_unrecognised(document, nearest, formats, role)])
    if formats is not None and found.name not in formats:
        return None, iter([_unwanted(document.source, found, formats, role)])
    return found.name, _guarded(document, found, signals_only=signals_only)


def read_paths(
    paths: Iterable[Path],
    *,
    formats: frozenset[str] | None = None,
    limits: Limits = LIMITS,
    signals_only: bool = False,
    role: str = "",
) -> Iterator[Report]:
    """Yield a report for every document in ``paths``: files, archives, folders, pipes, ``-`` for standard input.

    Which they are and in which order is said in :func:`~clearinghouse.formats.inputs.inputs`. No two reports of one
    call have the same source, so that a finding's id names one finding; only problems may share one. ``formats``,
    ``signals_only`` and ``role`` are those of :func:`read_document`.

    Raises:
        MissingPathError: one of ``paths`` does not exist. NoInputError: nothing can come from standard input. Both are
            raised before anything is read.
    """
    for item, found in inputs(paths, limits):
        if isinstance(item, Problem):
            yield Report(item.source, None, iter([item]), found)
        else:
            name, records = read_document(item, formats, signals_only=signals_only, role=role)
            yield Report(item.source, name, records, found)


def guarded(document: Document, known: Format) -> Iterator[Record]:
    """Yield what a format that is known already reads in a document, and what stops it as problems; raises nothing."""
    return _guarded(document, known, signals_only=False)


def _stopped(source: str, what: str, error: Exception) -> Problem:
    """What stops a reader or a detector: a bomb, a broken archive, a bad disk, or ``what`` has a fault of its own.

    That must not cost the other documents, whatever it is; it is told with what its maintainers need.
    """
    if isinstance(error, ClearinghouseError):
        return unreadable(source, error)
    if isinstance(error, OSError):
        return Problem(source=source, code="unreadable", message=sentence(why_not_opened(error)))
    steps = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(steps[-1].filename).name}:{steps[-1].lineno}" if steps else ""
    return Problem(
        source=source,
        code="reader_failed",
        message=f"{what} failed ({type(error).__name__}{where}); what it had read before is kept.",
        expected="a report of this defect, with the document if it may be shared",
    )


def _guarded(document: Document, found: Format, *, signals_only: bool) -> Iterator[Record]:
    """Turn what stops a reader half-way into a problem.

    What was read before stays.
    """
    try:
        yield from (found.signals if signals_only and found.signals else found.read)(document)
    except MemoryError:
        raise
    except Exception as error:
        yield _stopped(document.source, f"The reader of {found.title}", error)
    yield from document.notices()


def _unrecognised(
    document: Document, nearest: list[tuple[Format, str]], wanted: frozenset[str] | None, role: str
) -> Problem:
    hints = "; ".join(f"{near.title}, but {note}" if note else near.title for near, note in nearest)
    asked = f"; {role} takes {_titles(wanted)}" if role else ""
    empty = document.sample.complete and not document.sample.head.strip()
    said = "There is nothing in it" if empty else "Unrecognised format"
    return Problem(
        source=document.source,
        code="unrecognised_format",
        message=f"{said}{asked}.{f' Nearest: {hints}.' if hints else ''}",
        expected=f"one of {_titles(wanted)}",
        candidates=tuple(near.name for near, _ in nearest),
    )


def _unwanted(source: str, found: Format, wanted: frozenset[str], role: str) -> Problem:
    titles = _titles(wanted)
    return Problem(
        source=source,
        code="wrong_format",
        message=f"Its format is {found.title}; {f'{role} takes' if role else 'wanted is'} {titles}.",
        expected=titles,
        candidates=tuple(sorted(wanted)),
    )


def _titles(wanted: frozenset[str] | None) -> str:
    return ", ".join(known.title for known in FORMATS if wanted is None or known.name in wanted)
