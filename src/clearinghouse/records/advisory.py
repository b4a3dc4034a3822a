"""What a publisher says about a flaw: which versions are affected, since when, and until which fix.

Shapes follow the OSV schema (https://ossf.github.io/osv-schema/); other sources are mapped onto it.
"""

import msgspec

from clearinghouse.records.component import Component


class RangeEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One point of a version range; exactly one attribute is set (OSV schema, ``events``)."""

    introduced: str | None = None
    fixed: str | None = None
    last_affected: str | None = None
    limit: str | None = None


class VersionRange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Events on one version order.

    Attributes:
        type: ``SEMVER``, ``ECOSYSTEM`` or ``GIT`` (OSV), or the ``versionType`` of a CVE record.
        events: in the order of the source. repository: for ``GIT``, the repository URL.
    """

    type: str
    events: tuple[RangeEvent, ...] = ()
    repository: str | None = None


class Affected(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One component and the versions of it that are affected.

    Attributes:
        versions, ranges: what is affected.
        default_status: ``affected``, ``unaffected`` or ``unknown`` for versions that nothing here names (CVE record
            format, ``defaultStatus``); None where the source has no such notion.
        unaffected: stretches that the source says are *not* affected; their events delimit the unaffected stretch.
            They matter where ``default_status`` is ``affected``.
    """

    component: Component
    versions: tuple[str, ...] = ()
    ranges: tuple[VersionRange, ...] = ()
    default_status: str | None = None
    unaffected: tuple[VersionRange, ...] = ()


class Advisory(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The published part of a finding that came from an advisory.

    Attributes:
        published, modified, withdrawn: RFC 3339 timestamps as written, or None. A withdrawn record matches nothing.
        affected: per component.
        upstream, related: identifiers that are *not* aliases: nothing is merged on them (OSV schema 1.7).
    """

    published: str | None = None
    modified: str | None = None
    withdrawn: str | None = None
    affected: tuple[Affected, ...] = ()
    upstream: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
