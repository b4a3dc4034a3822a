"""From an OSV record to the canonical finding."""

from collections.abc import Iterable, Iterator
from typing import Any

from clearinghouse.formats.commits import commit_in_url
from clearinghouse.formats.osv.crash import crash_of
from clearinghouse.formats.osv.databases import database_of
from clearinghouse.formats.osv.published import informational_of
from clearinghouse.formats.osv.ranges import Notice, affected_of, remedies_of
from clearinghouse.formats.osv.schema import AffectedEntry, Record, Score
from clearinghouse.formats.parts import notice, unique, written_time
from clearinghouse.formats.text import clean, clean_line, distinct_line, first_sentence
from clearinghouse.formats.weakness import weaknesses_of
from clearinghouse.records import (
    Advisory,
    Affected,
    Credit,
    Finding,
    Problem,
    Remedy,
    Severity,
    State,
    canonical_identifier,
)

_WEAKNESS_KEYS = ("cwe_ids", "cwes", "cwe")
_CVSS_TYPES = {"CVSS_V2": "CVSS:2.0", "CVSS_V3": "CVSS:3.1", "CVSS_V4": "CVSS:4.0"}


def finding_of(record: Record, *, source: str, index: int, pointer: str) -> Iterator[Finding | Problem]:
    """Yield one finding for a record, after the notices about parts of it that could not be used.

    Identifiers are the record's own and its ``aliases``; ``related`` and ``upstream`` name other flaws and stay
    in the advisory part (OSV schema, "aliases field", "upstream field").
    """
    notices: list[Problem] = []

    def tell(code: str, message: str, where: str, expected: str) -> None:
        notices.append(notice(source, code, f"{clean_line(record.id, 100)}: {message}", where, expected))

    affected = _affected(record, pointer, tell)
    yield from notices
    yield _finding(record, affected, source, index)


def _finding(record: Record, affected: tuple[Affected, ...], source: str, index: int) -> Finding:
    details = clean(record.details or "")
    identifier = distinct_line(record.id, 200)
    urls = [clean_line(item.url, 2048) for item in record.references or () if item.url]
    finder = database_of(identifier)
    return Finding(
        source=source,
        index=index,
        format="osv",
        title=clean_line(record.summary or "") or first_sentence(details) or identifier,
        finder=finder,
        description=details,
        native_id=identifier,
        components=unique(entry.component for entry in affected),
        identifiers=identifiers_of(record),
        weaknesses=weaknesses_of_record(record),
        crash=crash_of(details),
        advisory=Advisory(
            published=written_time(record.published),
            modified=written_time(record.modified),
            withdrawn=written_time(record.withdrawn),
            affected=affected,
            upstream=_names(record.upstream),
            related=_names(record.related),
            informational=informational_of(record.affected or ()),
        ),
        severities=unique(severities_of(record, finder)),
        remedies=unique((*remedies_of(affected), *_linked_fixes(record))),
        references=unique(urls),
        credits=unique(_credits(record)),
        state=State.WITHDRAWN if written_time(record.withdrawn) else State.OPEN,
    )


def _affected(record: Record, pointer: str, tell: Notice) -> tuple[Affected, ...]:
    entries = (affected_of(e, f"{pointer}/affected/{i}", tell) for i, e in enumerate(record.affected or ()))
    return tuple(entry for entry in entries if entry)


def identifiers_of(record: Record) -> tuple[str, ...]:
    """The canonical identifiers of the flaw: the record's own and its aliases."""
    return _names([record.id, *(record.aliases or ())])


def _names(values: Iterable[str] | None) -> tuple[str, ...]:
    return unique(name for value in values or () if (name := canonical_identifier(distinct_line(value, 200))))


def _specifics(record: Record) -> Iterator[dict[str, Any]]:
    """The free-form parts that are objects, most general first."""
    values = [record.database_specific]
    for entry in record.affected or ():
        values += (entry.database_specific, entry.ecosystem_specific)
    return (value for value in values if isinstance(value, dict))


def weaknesses_of_record(record: Record) -> tuple[str, ...]:
    """CWE identifiers out of the free-form parts: ``cwe_ids`` (GitHub) and ``cwes`` (OpenSSF malicious packages)."""
    found: list[str] = []
    for specific in _specifics(record):
        for values in (specific[key] for key in _WEAKNESS_KEYS if key in specific):
            for value in values if isinstance(values, list) else [values]:
                found += weaknesses_of(value.get("cweId") if isinstance(value, dict) else value)
    return unique(found)


def severities_of(record: Record, finder: str) -> Iterator[Severity]:
    """Vectors of the record and its packages, then the database's own words."""
    entries: list[AffectedEntry] = record.affected or []
    for score in (*(record.severity or ()), *(item for entry in entries for item in entry.severity or ())):
        if severity := _severity(score):
            yield severity
    for specific in _specifics(record):
        word = specific.get("severity")
        if isinstance(word, str) and word.strip():
            yield Severity(system=finder, value=clean_line(word, 40))


def _severity(score: Score) -> Severity | None:
    value = clean_line(str(score.score), 300) if score.score is not None else ""
    if not value:
        return None
    kind = clean_line(score.type or "", 40)
    system = _CVSS_TYPES.get(kind, kind)
    if value.startswith("CVSS:"):  # a vector of version 3 and up names its version
        system = value.partition("/")[0]
    elif "/" not in value:
        system = kind  # a bare number is no vector
    return Severity(system=system, value=value, source=clean_line(score.source or "", 100))


def _linked_fixes(record: Record) -> Iterator[Remedy]:
    for reference in record.references or ():
        if reference.type == "FIX" and reference.url and (fix := commit_in_url(reference.url)):
            yield fix


def _credits(record: Record) -> Iterator[Credit]:
    """``type`` is optional in the schema; nothing is read into its absence."""
    for credit in record.credits or ():
        if name := clean_line(credit.name or ""):
            yield Credit(
                name=name,
                role=clean_line(credit.type or "OTHER", 40).upper(),
                contacts=tuple(clean_line(contact) for contact in credit.contact or ()),
            )
