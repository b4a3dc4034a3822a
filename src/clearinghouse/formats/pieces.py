"""What an advisory index takes of documents, a piece at a time. A piece is the same wherever it is made."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice

import msgspec

from clearinghouse.formats.contract import Record
from clearinghouse.formats.document import Document
from clearinghouse.formats.encoding import repair
from clearinghouse.formats.json_lines import Entry
from clearinghouse.formats.published import quickly, read_advisory, read_line
from clearinghouse.packages.index import Gathered, gather
from clearinghouse.packages.products import Statement, statement_of_kev, statements_of
from clearinghouse.records import Finding, KevEntry, Problem, PublishedAdvisory, Remedy, SsvcPoint

_MANY = 512
"""Most records of a document that is read where it is that make one piece."""


class Said(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What an advisory says of one product, and what it says helps."""

    statement: Statement
    remedies: tuple[Remedy, ...] = ()


class Piece(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a document, or a part of it, gives to an index.

    Attributes:
        source, format, found: as in :class:`~clearinghouse.formats.published.AdvisoryReport`.
        first: whether it is the first of its document.
        advisories, products: in the order of the document. problems: what was wrong with it.
        ssvc, kev: signals: CISA's values that stand in records, and its word, there or in the catalogue, that a flaw is
            in KEV.
    """

    source: str
    format: str | None
    found: bool
    first: bool = True
    advisories: tuple[Gathered, ...] = ()
    products: tuple[Said, ...] = ()
    problems: tuple[Problem, ...] = ()
    ssvc: tuple[SsvcPoint, ...] = ()
    kev: tuple[KevEntry, ...] = ()


class Work(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A document in one piece, or a run of lines of one.

    Attributes:
        source, found: as in :class:`Piece`. data: in UTF-8, as far as the document is.
        before: of a run of lines, how many stand before it; None for a document. format: of a run of lines.
    """

    source: str
    found: bool
    data: bytes
    before: int | None = None
    format: str = ""


def piece_of(work: Work) -> Piece:
    """Return what a work gives."""
    if work.before is not None:
        return piece_of_lines(Document.from_bytes(work.source, work.data), work)
    advisory = quickly(work.data, work.source)
    if advisory is not None:
        return Piece(work.source, "osv", work.found, advisories=(gather(advisory),))
    name, records = read_advisory(Document.from_bytes(work.source, work.data))
    return _piece(Piece(work.source, name, work.found), records)


def piece_of_lines(document: Document, work: Work) -> Piece:
    """Return what a run of lines gives. What has to be repaired in them is counted in ``document``."""
    records = chain.from_iterable(read_line(document, entry, work.format) for entry in _entries(document, work))
    return _piece(Piece(work.source, work.format, work.found, first=False), records)


def pieces_of(document: Document, *, found: bool) -> Iterator[Piece]:
    """Yield what a document gives that is read where it is, however large it is."""
    name, records = read_advisory(document)
    waiting = iter(records)
    yield Piece(document.source, name, found)
    while taken := list(islice(waiting, _MANY)):
        yield _piece(Piece(document.source, name, found, first=False), taken)


def _entries(document: Document, work: Work) -> Iterator[Entry]:
    whole = repair(work.data) is None
    for number, line in enumerate(work.data.split(b"\n"), (work.before or 0) + 1):
        if stripped := line.strip():
            yield Entry(stripped if whole else document.in_utf8(stripped), line=number)


def _piece(empty: Piece, records: Iterable["PublishedAdvisory | Record"]) -> Piece:
    """A piece with what ``records`` give to an index."""
    advisories: list[Gathered] = []
    products: list[Said] = []
    problems: list[Problem] = []
    ssvc: list[SsvcPoint] = []
    kev: list[KevEntry] = []
    for record in records:
        if isinstance(record, PublishedAdvisory):
            advisories.append(gather(record))
        elif isinstance(record, KevEntry):
            kev.append(record)
            if not record.partial:
                products += said_by(record)
        elif isinstance(record, Finding):
            products += said_by(record)
        elif isinstance(record, SsvcPoint):
            ssvc.append(record)
        elif isinstance(record, Problem):
            problems.append(record)
    return msgspec.structs.replace(
        empty,
        advisories=tuple(advisories),
        products=tuple(products),
        problems=tuple(problems),
        ssvc=tuple(ssvc),
        kev=tuple(kev),
    )


def said_by(record: Finding | KevEntry) -> Iterator[Said]:
    """Yield what a record says of products."""
    if isinstance(record, Finding):
        for statement in statements_of(record):
            yield Said(statement, record.remedies)
    elif listed := statement_of_kev(record):
        yield Said(listed)
