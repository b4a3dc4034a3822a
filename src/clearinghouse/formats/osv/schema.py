"""The fields of an OSV record that are used, leniently typed (OSV schema 1.7.5).

Every field but ``id`` may be null or missing, numbers are accepted where versions stand, and the two free-form
fields ``database_specific`` and ``ecosystem_specific`` are taken as they come.
"""

from typing import Any

import msgspec

Version = str | int | float


class Package(msgspec.Struct, frozen=True, gc=False):
    """What is affected."""

    name: str | None = None
    ecosystem: str | None = None
    purl: str | None = None


class Event(msgspec.Struct, frozen=True, gc=False):
    """One point of a range; the schema wants exactly one member."""

    introduced: Version | None = None
    fixed: Version | None = None
    last_affected: Version | None = None
    limit: Version | None = None


class Range(msgspec.Struct, frozen=True):
    """Events on one version order."""

    type: str | None = None
    repo: str | None = None
    events: list[Event | None] | None = None


class Score(msgspec.Struct, frozen=True, gc=False):
    """One severity. ``source`` came with schema 1.8.0."""

    type: str | None = None
    score: str | float | None = None
    source: str | None = None


class AffectedEntry(msgspec.Struct, frozen=True):
    """One package and its affected versions."""

    package: Package | None = None
    severity: list[Score] | None = None
    ranges: list[Range] | None = None
    versions: list[Version | None] | None = None
    ecosystem_specific: Any = None
    database_specific: Any = None


class Reference(msgspec.Struct, frozen=True, gc=False):
    """One link."""

    type: str | None = None
    url: str | None = None


class CreditEntry(msgspec.Struct, frozen=True):
    """One party that is credited."""

    name: str | None = None
    type: str | None = None
    contact: list[str] | None = None


class Record(msgspec.Struct, frozen=True):
    """One OSV record."""

    id: str
    schema_version: str | float | None = None
    modified: str | None = None
    published: str | None = None
    withdrawn: str | None = None
    aliases: list[str] | None = None
    upstream: list[str] | None = None
    related: list[str] | None = None
    summary: str | None = None
    details: str | None = None
    severity: list[Score] | None = None
    affected: list[AffectedEntry] | None = None
    references: list[Reference] | None = None
    credits: list[CreditEntry] | None = None
    database_specific: Any = None
