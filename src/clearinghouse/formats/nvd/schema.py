"""The fields of an NVD record that are used, leniently typed (CVE API 2.0).

Source: https://csrc.nist.gov/schema/nvd/api/2.0/cve_api_json_2.0.schema
"""

from typing import Any

import msgspec


class Text(msgspec.Struct, frozen=True, gc=False):
    """Text in one language."""

    value: str | None = None
    lang: str | None = None


class Weakness(msgspec.Struct, frozen=True):
    """What one source says about the weakness."""

    description: list[Text] | None = None


class CvssData(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A CVSS object; the vector says it all."""

    vector_string: str | None = None


class CvssMetric(msgspec.Struct, frozen=True, rename="camel"):
    """One source's CVSS."""

    source: str | None = None
    cvss_data: CvssData | None = None


class SsvcMetric(msgspec.Struct, frozen=True, rename="camel"):
    """One source's SSVC points."""

    source: str | None = None
    ssvc_data: Any = None


class Metrics(msgspec.Struct, frozen=True):
    """All scores of a record."""

    v2: list[CvssMetric] | None = msgspec.field(name="cvssMetricV2", default=None)
    v30: list[CvssMetric] | None = msgspec.field(name="cvssMetricV30", default=None)
    v31: list[CvssMetric] | None = msgspec.field(name="cvssMetricV31", default=None)
    v40: list[CvssMetric] | None = msgspec.field(name="cvssMetricV40", default=None)
    ssvc: list[SsvcMetric] | None = msgspec.field(name="ssvcV203", default=None)


class CpeMatch(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """One CPE with bounds on its version."""

    criteria: str | None = None
    vulnerable: bool | None = None
    version_start_including: str | None = None
    version_start_excluding: str | None = None
    version_end_including: str | None = None
    version_end_excluding: str | None = None


class Node(msgspec.Struct, frozen=True, rename="camel"):
    """CPEs joined by an operator."""

    cpe_match: list[CpeMatch] | None = None


class Configuration(msgspec.Struct, frozen=True):
    """Nodes joined by an operator."""

    nodes: list[Node] | None = None


class Reference(msgspec.Struct, frozen=True):
    """One link."""

    url: str | None = None
    tags: list[str] | None = None


class Cve(msgspec.Struct, frozen=True, rename="camel"):
    """One record. The ``cisa…`` members are there when the CVE is in KEV."""

    id: str
    published: str | None = None
    last_modified: str | None = None
    vuln_status: str | None = None
    descriptions: list[Text] | None = None
    metrics: Metrics | None = None
    weaknesses: list[Weakness] | None = None
    configurations: list[Configuration] | None = None
    references: list[Reference] | None = None
    cisa_exploit_add: str | None = None
    cisa_action_due: str | None = None
    cisa_required_action: str | None = None
    cisa_vulnerability_name: str | None = None


class Item(msgspec.Struct, frozen=True):
    """One member of ``vulnerabilities``."""

    cve: Cve
