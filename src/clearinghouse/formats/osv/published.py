"""OSV records as inventories are matched against them: what is affected, and none of what only people read.

This is the short way: a whole ecosystem is read each time its feed changes, and the full
:class:`~clearinghouse.records.Finding` costs ten times as much. A record that is not plainly well formed is left to the
long way, which lists what is wrong with it.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress

import msgspec

from clearinghouse.formats.osv.ranges import RANGE_TYPES
from clearinghouse.formats.osv.schema import AffectedEntry, Package, Score
from clearinghouse.formats.parts import unique, written_time
from clearinghouse.formats.text import clean, clean_line, distinct_line, first_sentence
from clearinghouse.records import (
    Advisory,
    Affected,
    Component,
    PublishedAdvisory,
    RangeEvent,
    VersionRange,
    canonical_identifier,
)

_INFORMATIONAL = b'"informational"'
_LONGEST = 200
"""Characters of a name or version; what is longer goes the long way."""


class _Range(msgspec.Struct, frozen=True, gc=False):
    type: str
    events: list[RangeEvent] = []
    repo: str | None = None


class _Affected(msgspec.Struct, frozen=True, gc=False):
    package: Package
    ranges: list[_Range] = []
    versions: list[str] = []
    severity: list[Score] | None = None
    database_specific: msgspec.Raw = msgspec.Raw(b"null")


class _Record(msgspec.Struct, frozen=True, gc=False):
    """The fields that decide matching; ``modified`` and ``affected`` are what tells it from other documents."""

    id: str
    modified: str
    affected: list[_Affected]
    withdrawn: str | None = None
    aliases: list[str] | None = None
    summary: str | None = None
    details: str | None = None
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
    affected = [_affected(entry) for entry in record.affected]
    if None in affected:
        return None
    identifier = distinct_line(record.id, 200)
    return PublishedAdvisory(
        id=identifier,
        title=clean_line(record.summary or "") or first_sentence(clean(record.details or "")) or identifier,
        aliases=tuple(name for name in _aliases(record) if name != identifier),
        body=Advisory(
            modified=written_time(record.modified),
            withdrawn=written_time(record.withdrawn),
            affected=tuple(entry for entry in affected if entry),
            informational=_word(record.affected) if _INFORMATIONAL in data else "",
        ),
        cvss=newest_vector(_vectors(record)),
        source=source,
    )


def _aliases(record: _Record) -> tuple[str, ...]:
    return unique(canonical_identifier(distinct_line(alias, 200)) for alias in record.aliases or ())


def _affected(entry: _Affected) -> Affected | None:
    """What one entry says, as it is written; None where any of it would have to be cleaned or told of."""
    package = entry.package
    if not (package.name and package.ecosystem and _is_clean(package.name) and _is_clean(package.ecosystem)):
        return None
    if not all(map(_is_sound, entry.ranges)) or not all(map(_is_clean, entry.versions)):
        return None
    return Affected(
        component=Component(name=package.name, ecosystem=package.ecosystem),
        versions=tuple(entry.versions),
        ranges=tuple([VersionRange(type=each.type, events=tuple(each.events)) for each in entry.ranges]),
    )


def _is_sound(range_: _Range) -> bool:
    """Whether a range is of a known type and each of its events says one thing."""
    if range_.type not in RANGE_TYPES:
        return False
    for event in range_.events:
        said = [text for text in (event.introduced, event.fixed, event.last_affected, event.limit) if text]
        if len(said) != 1 or not _is_clean(said[0]):
            return False
    return any(event.introduced for event in range_.events)


def _is_clean(text: str) -> bool:
    """Whether :func:`~clearinghouse.formats.text.clean_line` would leave a version or name as it is."""
    return text.isprintable() and text == text.strip() and "  " not in text and len(text) <= _LONGEST


def _word(entries: list[_Affected]) -> str:
    """As :func:`informational_of`, of what is not decoded yet."""
    for entry in entries:
        if _INFORMATIONAL in bytes(entry.database_specific):
            with suppress(msgspec.DecodeError):
                specific = msgspec.json.decode(entry.database_specific)
                if word := informational_of([AffectedEntry(database_specific=specific)]):
                    return word
    return ""


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
