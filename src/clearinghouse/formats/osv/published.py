"""OSV records as inventories are matched against them: what is affected, and none of what only people read.

This is the short way: a whole ecosystem is read each time its feed changes, and the full
:class:`~clearinghouse.records.Finding` costs ten times as much. A record that is not plainly well formed is left to the
long way, which lists what is wrong with it.
"""

from collections.abc import Iterable, Iterator

import msgspec

from clearinghouse.formats.osv.ranges import affected_of
from clearinghouse.formats.osv.schema import AffectedEntry, Score
from clearinghouse.formats.text import clean_line, distinct_line
from clearinghouse.records import Advisory, PublishedAdvisory, canonical_identifier

_INFORMATIONAL = b'"informational"'


class _Record(msgspec.Struct, frozen=True, gc=False):
    """The fields that decide matching; ``modified`` and ``affected`` are what tells it from other documents."""

    id: str
    modified: str
    affected: list[AffectedEntry]
    withdrawn: str | None = None
    aliases: list[str] | None = None
    summary: str | None = None
    severity: list[Score] | None = None


_DECODER = msgspec.json.Decoder(_Record)


def published_in(data: bytes, source: str) -> PublishedAdvisory | None:
    """Return the advisory in a document that is one well-formed OSV record, or None.

    None is no verdict: the document may be an OSV record with violations, or something else.
    """
    try:
        record = _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    notices: list[str] = []

    def tell(code: str, message: str, pointer: str, expected: str) -> None:
        notices.append(code)

    affected = [made for entry in record.affected if (made := affected_of(entry, "", tell))]
    if notices:
        return None
    identifier = distinct_line(record.id, 200)
    return PublishedAdvisory(
        id=identifier,
        title=clean_line(record.summary or "") or identifier,
        aliases=tuple(
            name for alias in record.aliases or () if (name := canonical_identifier(distinct_line(alias, 200)))
        ),
        body=Advisory(
            modified=clean_line(record.modified, 64),
            withdrawn=clean_line(record.withdrawn or "", 64) or None,
            affected=tuple(affected),
            informational=informational_of(record.affected) if _INFORMATIONAL in data else "",
        ),
        cvss=newest_vector(_vectors(record)),
        source=source,
    )


def _vectors(record: _Record) -> Iterator[str]:
    for score in record.severity or ():
        yield str(score.score)
    for entry in record.affected:
        for score in entry.severity or ():
            yield str(score.score)


def newest_vector(values: Iterable[str]) -> str:
    """Return the CVSS vector of the highest version among ``values``, or nothing; vectors of version 2 name none."""
    return clean_line(max((value for value in values if value.startswith("CVSS:")), default=""), 300)


def informational_of(entries: Iterable[AffectedEntry]) -> str:
    """Return the word by which a record says that it is no vulnerability, or nothing.

    Source: RustSec's export to OSV, ``affected[].database_specific.informational``.
    """
    for entry in entries:
        if isinstance(entry.database_specific, dict):
            word = entry.database_specific.get("informational")
            if isinstance(word, str):
                return clean_line(word, 40)
    return ""
