"""The few members of a record by which feeds keep it: its identifier, its date, whether it is withdrawn.

Every record of a feed is decoded this far, which proves that it is JSON and of its kind. What the rest of it means is
for the readers of :mod:`clearinghouse.formats` to say.
"""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from clearinghouse.feeds.known import Kind
from clearinghouse.formats.text import clean_line
from clearinghouse.records import canonical_identifier


class Head(NamedTuple):
    """What a record is known by.

    Attributes:
        id: its identifier, as written. date: of its last change, as written. active: it is not withdrawn or rejected.
        ecosystems: for OSV, those of its packages.
    """

    id: str
    date: str
    active: bool
    ecosystems: tuple[str, ...] = ()


class _Package(msgspec.Struct, frozen=True, gc=False):
    ecosystem: str = ""


class _Affected(msgspec.Struct, frozen=True, gc=False):
    package: _Package | None = None


class _Osv(msgspec.Struct, frozen=True, gc=False):
    id: str
    modified: str
    withdrawn: str | None = None
    affected: list[_Affected] | None = None


class _Metadata(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    cve_id: str
    state: str = ""
    date_updated: str = ""


class _Cve(msgspec.Struct, frozen=True, gc=False):
    metadata: _Metadata = msgspec.field(name="cveMetadata")


class _Tracking(msgspec.Struct, frozen=True, gc=False):
    id: str
    current_release_date: str = ""


class _Document(msgspec.Struct, frozen=True, gc=False):
    csaf_version: str
    tracking: _Tracking


class _Csaf(msgspec.Struct, frozen=True, gc=False):
    document: _Document


_OSV = msgspec.json.Decoder(_Osv)
_CVE = msgspec.json.Decoder(_Cve)
_CSAF = msgspec.json.Decoder(_Csaf)
_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def osv_head(data: bytes) -> Head | None:
    """Return what an OSV record is known by (https://ossf.github.io/osv-schema/); None for anything else."""
    try:
        record = _OSV.decode(data)
    except _ERRORS:
        return None
    named = {each.package.ecosystem.partition(":")[0] for each in record.affected or () if each.package}
    return Head(record.id, record.modified, not record.withdrawn, tuple(named)) if record.id else None


def cve_head(data: bytes) -> Head | None:
    """Return what a CVE record of format 5 is known by; None for anything else."""
    try:
        record = _CVE.decode(data).metadata
    except _ERRORS:
        return None
    return Head(canonical_identifier(clean_line(record.cve_id, 40)), record.date_updated, record.state != "REJECTED")


def csaf_head(data: bytes) -> Head | None:
    """Return what a CSAF document is known by (CSAF 2.0, section 3.2.1.12); None for anything else."""
    try:
        document = _CSAF.decode(data).document
    except _ERRORS:
        return None
    tracking = document.tracking
    return Head(tracking.id, tracking.current_release_date, active=True) if tracking.id else None


def instant(date: str) -> str:
    """Return a time in UTC as something that compares as time does: RFC 3339, its fraction filled up to nine digits."""
    fraction = date[20:].rstrip("Zz").partition("+")[0] if date[19:20] == "." else ""
    return f"{date[:10]}T{date[11:19]}.{fraction:0<9}"


HEADS: dict[Kind, tuple[Callable[[bytes], Head | None], str]] = {
    Kind.OSV: (osv_head, "osv"),
    Kind.RUSTSEC: (osv_head, "osv"),
    Kind.VULNRICHMENT: (cve_head, "cve"),
}
"""For the feeds that are kept as lines: what a record is known by, and the format in which it is read."""
