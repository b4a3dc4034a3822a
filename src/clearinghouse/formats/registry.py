"""All formats, and the one function that says which of them a document is."""

import heapq
import traceback
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from clearinghouse.formats import (
    bandit,
    casr,
    crash,
    csaf,
    cve,
    cyclonedx,
    epss,
    grype,
    kev,
    lockfiles,
    mantis,
    npm_audit,
    nvd,
    os_packages,
    osv,
    osv_scanner,
    pip_audit,
    purl_lines,
    retire_js,
    rustsec,
    sarif,
    semgrep,
    spdx,
    spreadsheet,
    tabular,
    trivy,
)
from clearinghouse.formats.contract import CERTAIN, RECOGNISED, Format, Record, Report
from clearinghouse.formats.document import LIMITS, Document, Limits
from clearinghouse.formats.guard import unreadable, why_not_opened
from clearinghouse.formats.inputs import MissingPathError, inputs, is_folder
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.text import sentence
from clearinghouse.records import ClearinghouseError, Problem

__all__ = [
    "FORMATS",
    "INVENTORIES",
    "INVENTORY_FORMATS",
    "MissingPathError",
    "guarded",
    "is_folder",
    "read_document",
    "read_inventories",
    "read_paths",
    "recognise",
]

FORMATS: tuple[Format, ...] = (
    sarif.FORMAT,
    osv.FORMAT,
    osv_scanner.FORMAT,
    cve.FORMAT,
    csaf.FORMAT,
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
    rustsec.FORMAT,
    retire_js.FORMAT,
    tabular.FORMAT,
)
"""What says that something is wrong, or how urgent that is; in order of precedence between equal scores."""
INVENTORIES: tuple[Format, ...] = (
    cyclonedx.FORMAT,
    spdx.FORMAT,
    purl_lines.FORMAT,
    *lockfiles.FORMATS,
    os_packages.FORMAT,
    spreadsheet.FORMAT,
)
"""What says what somebody has; likewise. They are looked for where inventories are asked for: a spreadsheet or a list
of names could be taken for many things."""
INVENTORY_FORMATS = frozenset(known.name for known in INVENTORIES)
_ALL = FORMATS + INVENTORIES

_NEAREST = 3


def recognise(sample: Sample, among: Sequence[Format] | None = None) -> tuple[Format | None, list[tuple[Format, str]]]:
    """Return the format of a document, or None and the formats nearest to it, each with what is missing.

    Args:
        sample: its head. among: the formats to ask, in order of precedence; None is those that are no inventories.
    """
    among = FORMATS if among is None else among
    scored = []
    for position, candidate in enumerate(among):
        match = candidate.detect(sample)
        if match.score == CERTAIN:
            return candidate, []
        if match.score:
            scored.append((-match.score, position, match.note))
    nearest = heapq.nsmallest(_NEAREST, scored)
    if nearest and -nearest[0][0] >= RECOGNISED:
        return among[nearest[0][1]], []
    return None, [(among[position], note) for _, position, note in nearest]


def _recognised(sample: Sample, wanted: frozenset[str] | None) -> tuple[Format | None, list[tuple[Format, str]]]:
    """What is wanted goes before what else it might be; what is not wanted is recognised so that it can be told."""
    first = FORMATS if wanted is None else [known for known in _ALL if known.name in wanted]
    found, nearest = recognise(sample, first)
    if found is None:
        other, _ = recognise(sample, [known for known in _ALL if known not in first])
        return other, nearest
    return found, nearest


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
        found, nearest = _recognised(document.sample, formats)
    except MemoryError:
        raise
    except Exception as error:
        return None, iter([_stopped(document.source, "What says of which format it is", error)])
    if found is None:
        return None, iter([_unrecognised(document, nearest, formats, role)])
    if found.name not in formats if formats is not None else found.inventory:
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


def read_inventories(paths: Iterable[Path], *, limits: Limits = LIMITS) -> Iterator[Report]:
    """Yield a report for every document in ``paths`` that says what somebody has, as :func:`read_paths` does."""
    return read_paths(paths, formats=INVENTORY_FORMATS, limits=limits, role="an inventory")


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


_UNRECOGNISED = "unrecognised_format"
_NO_SIGN = "Unrecognised format"
"""How it begins what it says of a document that shows no sign of any format: a licence, a picture."""
_LIST = "A list of where documents are"
_LISTS = frozenset({"feed.entry", "canonical_url"})
"""Keys of a ROLIE feed (RFC 8322) and of a CSAF provider's metadata (CSAF 2.0, section 7.1.7)."""


def _unrecognised(
    document: Document, nearest: list[tuple[Format, str]], wanted: frozenset[str] | None, role: str
) -> Problem:
    hints = "; ".join(f"{near.title}, but {note}" if note else near.title for near, note in nearest)
    asked = f"; {role} takes {_titles(wanted)}" if role else ""
    return Problem(
        source=document.source,
        code=_UNRECOGNISED,
        message=f"{_what_it_is(document)}{asked}.{f' Nearest: {hints}.' if hints else ''}",
        expected=f"one of {_titles(wanted)}",
        candidates=tuple(near.name for near, _ in nearest),
    )


def _what_it_is(document: Document) -> str:
    head = document.sample.head.lstrip()
    if not head and document.sample.complete:
        return "There is nothing in it"
    if head[:1] in (b"{", b"["):
        return _LIST if not _LISTS.isdisjoint(document.sample.keys) else "Unrecognised JSON"
    return "Unrecognised XML" if head[:1] == b"<" else _NO_SIGN


def is_without_sign(problem: Problem) -> bool:
    """Whether a problem says that a document is of no format that is known, near none, and no JSON or XML at all, or a
    list of where documents are.
    """
    return problem.code == _UNRECOGNISED and not problem.candidates and problem.message.startswith((_NO_SIGN, _LIST))


def _unwanted(source: str, found: Format, wanted: frozenset[str] | None, role: str) -> Problem:
    titles = _titles(wanted)
    if found.inventory and wanted is None:
        wants = "it is an inventory, not a report: send it as one (commands: --inventory, or `clearinghouse plan`)"
    else:
        wants = f"{f'{role} takes' if role else 'wanted is'} {titles}"
    return Problem(
        source=source,
        code="wrong_format",
        message=f"Its format is {found.title}; {wants}.",
        expected=titles,
        candidates=tuple(sorted(wanted or ())),
    )


def _titles(wanted: frozenset[str] | None) -> str:
    if wanted == INVENTORY_FORMATS:
        return (
            "CycloneDX and SPDX documents, lockfiles, lists of OS packages, and inventories in spreadsheets, of which "
            "one row has headings such as Product and Version"
        )
    return ", ".join(known.title for known in _ALL if (known.name in wanted if wanted else not known.inventory))
