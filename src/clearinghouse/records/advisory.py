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
        until: words that stand in place of an end and are no version (``publication``, ``unspecified``): the range ends
            somewhere, and the source does not say at which version.
    """

    type: str
    events: tuple[RangeEvent, ...] = ()
    repository: str | None = None
    until: str = ""


class Affected(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One component and the versions of it that are affected.

    Attributes:
        versions, ranges: what is affected.
        default_status: ``affected``, ``unaffected`` or ``unknown`` for versions that nothing here names (CVE record
            format, ``defaultStatus``); None where the source has no such notion.
        unaffected: stretches that the source says are *not* affected; their events delimit the unaffected stretch.
            They matter where ``default_status`` is ``affected``.
        unknown: stretches of which the source says that it does not know.
        product: what the source calls the product, where ``component.name`` is the name of a package.
        package: the package of the product to which the versions belong, where ``component.name`` is the product.
        models: model, order and article numbers of the product, as written (CSAF ``product_identification_helper``).
        cpes: CPE names, as written. platforms, modules: to what it is restricted, as written.
        cvss: the newest CVSS vector that is given for this component alone (OSV, ``affected[].severity``), or empty.
        stated_by: who says so, where it is not who published the record (``CISA-ADP`` in a CVE record).
    """

    component: Component
    versions: tuple[str, ...] = ()
    ranges: tuple[VersionRange, ...] = ()
    default_status: str | None = None
    unaffected: tuple[VersionRange, ...] = ()
    unknown: tuple[VersionRange, ...] = ()
    product: str = ""
    package: str = ""
    models: tuple[str, ...] = ()
    cpes: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    cvss: str = ""
    stated_by: str = ""


class Advisory(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The published part of a finding that came from an advisory.

    Attributes:
        published, modified, withdrawn: RFC 3339 timestamps as written, or None. A withdrawn record matches nothing.
        affected: per component.
        upstream, related: identifiers that are *not* aliases: nothing is merged on them (OSV schema 1.7).
        informational: why it is no vulnerability, in the publisher's word (RustSec: ``unmaintained``, ``unsound``,
            ``notice``); empty for all others.
        document: identifier of the document in which it was published, where one is about several flaws (a CSAF
            document's tracking identifier). It names no flaw, so nothing is merged on it.
        configurations: how it must be configured for the flaw to be there, in the publisher's words (CVE records).
    """

    published: str | None = None
    modified: str | None = None
    withdrawn: str | None = None
    affected: tuple[Affected, ...] = ()
    upstream: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    informational: str = ""
    document: str = ""
    configurations: tuple[str, ...] = ()


class PublishedAdvisory(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An advisory as inventories are matched against it: the finding that carries it, without what only people read.

    Attributes:
        id: as its publisher writes it. aliases: other identifiers of the same flaw.
        upstream: identifiers of the flaws that it contains: what is known of these counts for it, and it is none of
            them (OSV schema, ``upstream``: how distributions name the CVE).
        title: what the flaw is, in one line.
        body: dates and what is affected.
        cvss: the newest CVSS vector that it gives, as written; empty if it gives none. What ``body`` gives for one
            component counts for that before.
        source: the document that it was read from. format: its format: two that use one identifier for what each of
            them says (a CVE record, and Retire.js on the same CVE) say it beside each other. Of a document on several
            flaws its publisher and identifier stand behind the format.
    """

    id: str
    body: Advisory
    aliases: tuple[str, ...] = ()
    upstream: tuple[str, ...] = ()
    title: str = ""
    cvss: str = ""
    source: str = ""
    format: str = "osv"
