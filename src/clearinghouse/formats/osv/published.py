"""OSV records as inventories are matched against them: what is affected, and none of what only people read.

This is the short way: a whole ecosystem is read each time its feed changes, and the full
:class:`~clearinghouse.records.Finding` costs ten times as much. A record that is not plainly well formed is left to the
long way, which lists what is wrong with it.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress

import msgspec

from clearinghouse.formats.osv.ranges import RANGE_TYPES
from clearinghouse.formats.osv.schema import AffectedEntry, Package, Score
from clearinghouse.formats.parts import newest_vector
from clearinghouse.formats.text import clean, clean_line, first_sentence
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
_OTHERS = 3
"""Of the four things that an event may say, those that it does not."""


class _Range(msgspec.Struct, frozen=True, gc=False):
    type: str
    events: tuple[RangeEvent, ...] = ()


class _Affected(msgspec.Struct, frozen=True, gc=False):
    package: Package
    ranges: list[_Range] = []
    versions: tuple[str, ...] = ()
    severity: list[Score] | None = None
    database_specific: msgspec.Raw = msgspec.Raw(b"null")


class _Record(msgspec.Struct, frozen=True, gc=False):
    """The fields that decide matching; ``modified`` and ``affected`` are what tells it from other documents."""

    id: str
    modified: str
    affected: list[_Affected]
    withdrawn: str | None = None
    aliases: list[str] | None = None
    upstream: list[str] | None = None
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
    texts = [record.id, record.modified, record.withdrawn or ""]
    texts += record.aliases or ()
    texts += record.upstream or ()
    affected = []
    for entry in record.affected:
        said = _affected(entry, texts)
        if said is None:
            return None
        affected.append(said)
    if not _are_clean(texts):
        return None
    identifier = record.id
    return PublishedAdvisory(
        id=identifier,
        title=clean_line(record.summary or "") or _first_sentence(record.details) or identifier,
        aliases=_others(record.aliases, identifier),
        upstream=_others(record.upstream, identifier),
        body=Advisory(
            modified=_time(record.modified),
            withdrawn=_time(record.withdrawn),
            affected=tuple(affected),
            informational=_word(record.affected) if _INFORMATIONAL in data else "",
        ),
        cvss=_newest(record.severity, affected),
        source=source,
    )


def _first_sentence(details: str | None) -> str:
    return first_sentence(clean(details.strip().partition("\n")[0])) if details else ""


def _are_clean(texts: list[str]) -> bool:
    """Whether :func:`~clearinghouse.formats.text.clean_line` would leave all of them as they are."""
    joined = "|".join(texts)
    if not joined.isprintable() or max(map(len, texts)) > _LONGEST:
        return False
    return " " not in joined or all(text == text.strip() and "  " not in text for text in texts)


def _others(names: list[str] | None, identifier: str) -> tuple[str, ...]:
    if not names:
        return ()
    found = dict.fromkeys(map(canonical_identifier, names))
    return tuple([name for name in found if name and name != identifier])


def _time(text: str | None) -> str | None:
    """As :func:`~clearinghouse.formats.parts.written_time`, of what is clean."""
    return text if text and not text.startswith("0001-01-01") else None


def _affected(entry: _Affected, texts: list[str]) -> Affected | None:
    """What an entry says, and its texts, which are added to ``texts``; None where anything is wrong with it.

    It has to name a package, and its ranges have to be of known types, begin, and say one thing with each event.
    """
    name, ecosystem = entry.package.name, entry.package.ecosystem
    if not name or not ecosystem:
        return None
    texts += (name, ecosystem)
    texts += entry.versions
    ranges = []
    for item in entry.ranges:
        if item.type not in RANGE_TYPES or not _say_one_thing(item.events, texts):
            return None
        ranges.append(VersionRange(type=item.type, events=item.events))
    return Affected(
        component=Component(name=name, ecosystem=ecosystem),
        versions=entry.versions,
        ranges=tuple(ranges),
        cvss=newest_vector(str(each.score) for each in entry.severity) if entry.severity else "",
    )


def _say_one_thing(events: Iterable[RangeEvent], texts: list[str]) -> bool:
    """Whether each event says one thing, and one of them that the range begins. The texts are added to ``texts``."""
    begun = False
    for event in events:
        text = event.introduced or event.fixed or event.last_affected or event.limit
        if not text or [event.introduced, event.fixed, event.last_affected, event.limit].count(None) != _OTHERS:
            return False
        texts.append(text)
        begun = begun or event.introduced is not None
    return begun


def _word(entries: list[_Affected]) -> str:
    """As :func:`informational_of`, of what is not decoded yet."""
    for entry in entries:
        if _INFORMATIONAL in bytes(entry.database_specific):
            with suppress(msgspec.DecodeError):
                specific = msgspec.json.decode(entry.database_specific)
                if word := informational_of([AffectedEntry(database_specific=specific)]):
                    return word
    return ""


def _newest(severity: Sequence[Score] | None, affected: Iterable[Affected]) -> str:
    """The newest vector of a record: of its own, then of what it says of packages, the first of the highest version."""
    vectors = [str(score.score) for score in severity or ()]
    vectors += [said.cvss for said in affected if said.cvss]
    return newest_vector(vectors) if vectors else ""


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
