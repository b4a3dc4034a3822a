"""The fields of a CVE record that are used, leniently typed (CVE record format 5.0 to 5.2).

Only ``cveMetadata.cveId`` must be there; every other field may be missing or null.
"""

from typing import Any

import msgspec

Version = str | int | float


class Metadata(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """``cveMetadata``."""

    cve_id: str
    state: str | None = None
    assigner_short_name: str | None = None
    date_published: str | None = None
    date_updated: str | None = None
    date_rejected: str | None = None


class Provider(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """``providerMetadata``: who wrote a container."""

    org_id: str | None = None
    short_name: str | None = None


class Text(msgspec.Struct, frozen=True, gc=False):
    """Text in one language."""

    value: str | None = None
    lang: str | None = None


class Change(msgspec.Struct, frozen=True, gc=False):
    """A change of status within a range of versions."""

    at: Version | None = None
    status: str | None = None


class VersionEntry(msgspec.Struct, frozen=True, rename="camel"):
    """One version or one range of versions, with its status."""

    version: Version | None = None
    status: str | None = None
    less_than: Version | None = None
    less_than_or_equal: Version | None = None
    version_type: str | None = None
    changes: list[Change] | None = None


class Product(msgspec.Struct, frozen=True, rename="camel"):
    """One entry of ``affected``. ``packageURL`` came with format 5.2."""

    vendor: str | None = None
    product: str | None = None
    package_name: str | None = None
    collection_url: str | None = msgspec.field(name="collectionURL", default=None)
    package_url: str | None = msgspec.field(name="packageURL", default=None)
    repo: str | None = None
    default_status: str | None = None
    versions: list[VersionEntry] | None = None
    cpes: list[str | None] | None = None
    platforms: list[str | None] | None = None
    modules: list[str | None] | None = None


class ProblemDescription(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A weakness, as a CWE identifier or as text."""

    cwe_id: str | None = None
    description: str | None = None


class ProblemType(msgspec.Struct, frozen=True):
    """A group of weaknesses."""

    descriptions: list[ProblemDescription] | None = None


class Cvss(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A CVSS object; the vector says it all."""

    vector_string: str | None = None


class Other(msgspec.Struct, frozen=True):
    """A metric of another kind: SSVC, KEV, a vendor's own word."""

    type: str | None = None
    content: Any = None


class Statement(msgspec.Struct, frozen=True):
    """Of a metric, what can be a signal."""

    other: Other | None = None


class Metric(Statement, frozen=True):
    """One metric; exactly one member is set in published records."""

    v2: Cvss | None = msgspec.field(name="cvssV2_0", default=None)
    v30: Cvss | None = msgspec.field(name="cvssV3_0", default=None)
    v31: Cvss | None = msgspec.field(name="cvssV3_1", default=None)
    v4: Cvss | None = msgspec.field(name="cvssV4_0", default=None)


class Reference(msgspec.Struct, frozen=True):
    """One link."""

    url: str | None = None
    tags: list[str] | None = None


class CreditEntry(msgspec.Struct, frozen=True, gc=False):
    """One party that is credited."""

    value: str | None = None
    type: str | None = None


class Signed(msgspec.Struct, frozen=True, rename="camel"):
    """Of a container, whose it is."""

    provider_metadata: Provider | None = None

    @property
    def short_name(self) -> str:
        """The organisation's short name; empty when it is not given."""
        return (self.provider_metadata and self.provider_metadata.short_name) or ""

    @property
    def org_id(self) -> str:
        """The organisation's UUID; empty when it is not given."""
        return (self.provider_metadata and self.provider_metadata.org_id) or ""


class Container(Signed, frozen=True, rename="camel"):
    """What one organisation says: the CNA or an Authorized Data Publisher (ADP)."""

    title: str | None = None
    descriptions: list[Text] | None = None
    rejected_reasons: list[Text] | None = None
    affected: list[Product] | None = None
    problem_types: list[ProblemType] | None = None
    metrics: list[Metric] | None = None
    references: list[Reference] | None = None
    credits: list[CreditEntry] | None = None
    configurations: list[Text] | None = None
    workarounds: list[Text] | None = None
    solutions: list[Text] | None = None


class Containers(msgspec.Struct, frozen=True):
    """All containers of a record."""

    cna: Container | None = None
    adp: list[Container] | None = None


class Record(msgspec.Struct, frozen=True, rename="camel"):
    """One CVE record."""

    cve_metadata: Metadata
    containers: Containers
    data_version: str | float | None = None


class SignalContainer(Signed, frozen=True, rename="camel"):
    """Of an ADP's container, what its signals need."""

    metrics: list[Statement] | None = None


class SignalContainers(msgspec.Struct, frozen=True):
    """The containers that can hold signals."""

    adp: list[SignalContainer] | None = None


class SignalMetadata(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Of ``cveMetadata``, what signals are about."""

    cve_id: str


class SignalRecord(msgspec.Struct, frozen=True, rename="camel"):
    """Of a CVE record, what its signals need: all that is decoded when its finding is not wanted."""

    cve_metadata: SignalMetadata
    containers: SignalContainers
