"""Advisories out of documents, for matching: the short way for whole OSV records, the long way for everything else."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from clearinghouse.formats import cve
from clearinghouse.formats.contract import Record
from clearinghouse.formats.document import LIMITS, Document, Limits
from clearinghouse.formats.guard import unreadable
from clearinghouse.formats.inputs import inputs
from clearinghouse.formats.json_lines import Entry, json_lines
from clearinghouse.formats.osv.published import published_in
from clearinghouse.formats.parts import newest_vector
from clearinghouse.formats.record_stream import on_line
from clearinghouse.formats.registry import guarded, read_document
from clearinghouse.records import (
    Advisory,
    ClearinghouseError,
    Finding,
    Problem,
    PublishedAdvisory,
    canonical_identifier,
)

ADVISORY_FORMATS = frozenset({"osv", "rustsec", "retire_js", "cve", "csaf", "kev"})
"""What says which versions of which package or product are affected; KEV says it of a product, without versions."""
_OSV = b'"affected"'


class AdvisoryReport(msgspec.Struct, frozen=True):
    """One document with what it publishes.

    Attributes:
        source: the document. format: what it was recognised as, or None.
        records: advisories, and the other records that stand beside them; to be iterated once.
        found: as in :class:`~clearinghouse.formats.contract.Report`.
    """

    source: str
    format: str | None
    records: Iterable["PublishedAdvisory | Record"]
    found: bool


def read_advisories(paths: Iterable[Path], *, limits: Limits = LIMITS) -> Iterator[AdvisoryReport]:
    """Yield a report for every document in ``paths``, as :func:`~clearinghouse.formats.registry.read_paths` does.

    A finding with an advisory in it comes as both: the advisory that it carries, and itself, because products without a
    package URL are matched by what only the finding has.

    Raises:
        MissingPathError, NoInputError: before anything is read.
    """
    for item, found in inputs(paths, limits):
        if isinstance(item, Problem):
            yield AdvisoryReport(item.source, None, (item,), found)
            continue
        name, records = read_advisory(item)
        yield AdvisoryReport(item.source, name, records, found)


def advisories_in(document: Document) -> Iterable["PublishedAdvisory | Record"]:
    """Return what one document publishes, as the ``records`` of an :class:`AdvisoryReport`."""
    return read_advisory(document)[1]


def read_advisory(document: Document) -> tuple[str | None, Iterable["PublishedAdvisory | Record"]]:
    """Return what one document is recognised as, and what it publishes, as in an :class:`AdvisoryReport`."""
    advisory = _quickly(document)
    if advisory is not None:
        return "osv", (advisory,)
    if holds_lines(document):
        return "osv", _lines(document)
    return _slowly(document)


def quickly(data: bytes, source: str) -> PublishedAdvisory | None:
    """Return the advisory in one whole OSV record; None where the bytes are anything else, or anything is wrong."""
    if _OSV not in data or not data.lstrip().startswith(b"{"):
        return None
    return published_in(data, source)


def holds_lines(document: Document) -> bool:
    """Whether it is many OSV records, one a line, as feeds are kept. Small documents go the long way as well."""
    try:
        sample = document.sample
    except ClearinghouseError:
        return False
    if sample.complete or not sample.is_json_lines:
        return False
    first = sample.head.lstrip().partition(b"\n")[0]
    return published_in(first, document.source) is not None


def lines_format(document: Document) -> str | None:
    """Return the format of what holds many records, one a line, that can be read line by line; None of all else."""
    if holds_lines(document):
        return "osv"
    try:
        if document.sample.complete or not document.sample.is_json_lines:
            return None
    except ClearinghouseError:
        return None
    name, _ = read_document(document, ADVISORY_FORMATS)
    return name if name == cve.FORMAT.name else None


def read_line(document: Document, entry: Entry, name: str) -> Iterable["PublishedAdvisory | Record"]:
    """Return what a line of a document of a format publishes: the short way, and with anything wrong the long way."""
    if name == cve.FORMAT.name:
        return on_line(_with_advisories(guarded(_alone(document, entry), cve.FORMAT)), entry.line or 0)
    advisory = published_in(entry.raw, document.source)
    return (advisory,) if advisory else on_line(_slowly(_alone(document, entry))[1], entry.line or 0)


def _alone(document: Document, entry: Entry) -> Document:
    return Document.from_bytes(document.source, entry.raw)


def _quickly(document: Document) -> PublishedAdvisory | None:
    try:
        sample = document.sample
    except ClearinghouseError:
        return None  # the long way says why
    return quickly(sample.head, document.source) if sample.complete else None


def _slowly(document: Document) -> tuple[str | None, Iterable["PublishedAdvisory | Record"]]:
    name, records = read_document(document, ADVISORY_FORMATS, role="--advisories")
    return name, _with_advisories(records)


def _lines(document: Document) -> Iterator["PublishedAdvisory | Record"]:
    try:
        for entry in json_lines(document):
            yield from (entry,) if isinstance(entry, Problem) else read_line(document, entry, "osv")
    except ClearinghouseError as error:
        yield unreadable(document.source, error)
    yield from document.notices()


def _with_advisories(records: Iterable[Record]) -> Iterator["PublishedAdvisory | Record"]:
    for record in records:
        if isinstance(record, Finding) and (advisory := published(record)):
            yield advisory
        yield record


def _series(name: str, publisher: str, advisory: Advisory) -> str:
    """The format, and of documents about several flaws which document of whom: another one on the same flaw does not
    take its place.
    """
    return f"{name}:{publisher}:{advisory.document}" if advisory.document else name


def published(finding: Finding) -> PublishedAdvisory | None:
    """Return the advisory that a finding carries, or None if it carries none or has no name."""
    name = finding.native_id or next(iter(finding.identifiers), None)
    if finding.advisory is None or name is None:
        return None
    return PublishedAdvisory(
        id=name,
        aliases=tuple(alias for alias in finding.identifiers if alias not in (name, canonical_identifier(name))),
        upstream=finding.advisory.upstream,
        title=finding.title,
        body=finding.advisory,
        cvss=newest_vector(severity.value for severity in finding.severities),
        source=finding.source,
        format=_series(finding.format, finding.finder, finding.advisory),
    )
