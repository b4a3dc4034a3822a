"""Advisories out of documents, for matching: the short way for whole OSV records, the long way for everything else."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from clearinghouse.formats.contract import Record
from clearinghouse.formats.document import LIMITS, Document, Limits
from clearinghouse.formats.guard import unreadable
from clearinghouse.formats.inputs import inputs
from clearinghouse.formats.json_lines import json_lines
from clearinghouse.formats.osv.published import newest_vector, published_in
from clearinghouse.formats.record_stream import on_line
from clearinghouse.formats.registry import read_document
from clearinghouse.records import ClearinghouseError, Finding, Problem, PublishedAdvisory, canonical_identifier

ADVISORY_FORMATS = frozenset({"osv", "rustsec", "retire_js", "cve", "csaf", "kev"})
"""What says which versions of which package or product are affected; KEV says it of a product, without versions."""
_OSV = b'"affected"'


class AdvisoryReport(msgspec.Struct, frozen=True):
    """One document with what it publishes.

    Attributes:
        source: the document. format: what it was recognised as, or None.
        records: advisories, and the other records that stand beside them; to be iterated once.
        found: as in :class:`~clearinghouse.formats.registry.Report`.
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
        name, records = _read(item)
        yield AdvisoryReport(item.source, name, records, found)


def advisories_in(document: Document) -> Iterable["PublishedAdvisory | Record"]:
    """Return what one document publishes, as the ``records`` of an :class:`AdvisoryReport`."""
    return _read(document)[1]


def _read(document: Document) -> tuple[str | None, Iterable["PublishedAdvisory | Record"]]:
    advisory = _quickly(document)
    if advisory is not None:
        return "osv", (advisory,)
    if _is_lines(document):
        return "osv", _lines(document)
    name, records = read_document(document, ADVISORY_FORMATS, role="--advisories")
    return name, _with_advisories(records)


def _quickly(document: Document) -> PublishedAdvisory | None:
    """One whole OSV record; None where the document is anything else, or anything is wrong with it."""
    try:
        sample = document.sample
        if not sample.complete or _OSV not in sample.head or not sample.head.lstrip().startswith(b"{"):
            return None
    except ClearinghouseError:
        return None  # the long way says why
    return published_in(sample.head, document.source)


def _is_lines(document: Document) -> bool:
    """Whether it is many OSV records, one a line, as feeds are kept. Small documents go the long way as well."""
    try:
        sample = document.sample
    except ClearinghouseError:
        return False
    if sample.complete or not sample.is_json_lines:
        return False
    first = sample.head.lstrip().partition(b"\n")[0]
    return published_in(first, document.source) is not None


def _lines(document: Document) -> Iterator["PublishedAdvisory | Record"]:
    """Each line the short way, and those with anything wrong the long way."""
    try:
        for entry in json_lines(document):
            if isinstance(entry, Problem):
                yield entry
            elif (advisory := published_in(entry.raw, document.source)) is not None:
                yield advisory
            else:
                alone = Document.from_bytes(document.source, entry.raw)
                _, records = read_document(alone, ADVISORY_FORMATS, role="--advisories")
                for record in _with_advisories(records):
                    yield from on_line([record], entry.line or 0) if isinstance(record, Problem) else (record,)
    except ClearinghouseError as error:
        yield unreadable(document.source, error)
    yield from document.notices()


def _with_advisories(records: Iterable[Record]) -> Iterator["PublishedAdvisory | Record"]:
    for record in records:
        if isinstance(record, Finding) and (advisory := published(record)):
            yield advisory
        yield record


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
        format=finding.format,
    )
