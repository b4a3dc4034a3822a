"""The parts of a Trivy report that are used, under Trivy's own names."""

import msgspec

from clearinghouse.formats.decode import Decoder


def _name(attribute: str) -> str:
    return _SPECIAL.get(attribute) or "".join(word.capitalize() for word in attribute.split("_"))


_SPECIAL = {
    "vulnerability_id": "VulnerabilityID",
    "vendor_ids": "VendorIDs",
    "cwe_ids": "CweIDs",
    "cvss": "CVSS",
    "primary_url": "PrimaryURL",
    "purl": "PURL",
    "rule_id": "RuleID",
    "id": "ID",
    "avd_id": "AVDID",
    "repo_url": "RepoURL",
    "image_id": "ImageID",
}


class Cvss(msgspec.Struct, rename=_name, gc=False):
    """One party's scores."""

    v2_vector: str | None = None
    v3_vector: str | None = None
    v40_vector: str | None = None


class PackageIdentifier(msgspec.Struct, rename=_name, gc=False):
    """How Trivy knows a package."""

    purl: str | None = None


class Vulnerability(msgspec.Struct, rename=_name):
    """One advisory on one package."""

    vulnerability_id: str
    pkg_name: str
    vendor_ids: list[str] | None = None
    pkg_path: str | None = None
    pkg_identifier: PackageIdentifier | None = None
    ref: str | None = None
    installed_version: str | None = None
    fixed_version: str | None = None
    severity_source: str | None = None
    primary_url: str | None = None
    title: str | None = None
    description: str | None = None
    severity: str | None = None
    cwe_ids: list[str] | None = None
    cvss: dict[str, Cvss] | None = None
    references: list[str] | None = None
    fingerprint: str | None = None


class CodeLine(msgspec.Struct, rename=_name, gc=False):
    """One quoted line."""

    content: str | None = None
    is_cause: bool | None = None


class Code(msgspec.Struct, rename=_name, gc=False):
    """Quoted code."""

    lines: list[CodeLine] | None = None


class Cause(msgspec.Struct, rename=_name):
    """Where a misconfiguration stands."""

    resource: str | None = None
    start_line: int | None = None
    end_line: int | None = None
    code: Code | None = None


class Misconfiguration(msgspec.Struct, rename=_name):
    """One check on one file or resource."""

    id: str
    avd_id: str | None = None
    title: str | None = None
    description: str | None = None
    message: str | None = None
    resolution: str | None = None
    severity: str | None = None
    primary_url: str | None = None
    references: list[str] | None = None
    status: str | None = None
    cause_metadata: Cause | None = None
    fingerprint: str | None = None


class Secret(msgspec.Struct, rename=_name):
    """One secret in one file; Trivy masks it in ``Match``."""

    rule_id: str
    category: str | None = None
    title: str | None = None
    severity: str | None = None
    start_line: int | None = None
    end_line: int | None = None
    match: str | None = None
    fingerprint: str | None = None


class Modified(msgspec.Struct, rename=_name):
    """A result that the user's ignore file or a VEX statement put aside (``--show-suppressed``)."""

    type: str
    finding: msgspec.Raw


class Result(msgspec.Struct, rename=_name):
    """What was found in one target."""

    target: str | None = None
    class_: str | None = msgspec.field(default=None, name="Class")
    type: str | None = None
    vulnerabilities: list[msgspec.Raw] | None = None
    misconfigurations: list[msgspec.Raw] | None = None
    secrets: list[msgspec.Raw] | None = None
    licenses: list[msgspec.Raw] | None = None
    experimental_modified_findings: list[msgspec.Raw] | None = None


class Resource(msgspec.Struct, rename=_name):
    """One Kubernetes resource and its results."""

    namespace: str | None = None
    kind: str | None = None
    name: str | None = None
    results: list[msgspec.Raw] | None = None
    error: str | None = None


class Metadata(msgspec.Struct, rename=_name):
    """What was scanned."""

    image_id: str | None = None
    repo_url: str | None = None
    commit: str | None = None


class Tool(msgspec.Struct, rename=_name, gc=False):
    """Trivy about itself."""

    version: str | None = None


class Head(msgspec.Struct, rename=_name):
    """The report without its results."""

    artifact_name: str | None = None
    artifact_type: str | None = None
    created_at: str | None = None
    metadata: Metadata | None = None
    trivy: Tool | None = None


ROOT = Decoder(dict[str, msgspec.Raw], "Trivy report")
LEGACY_ROOT = Decoder(list[msgspec.Raw], "Trivy report")
MEMBERS = Decoder(list[msgspec.Raw] | None, "list")  # type: ignore[arg-type]
HEAD = Decoder(Head, "Trivy report")
RESULT = Decoder(Result, "result")
RESOURCE = Decoder(Resource, "resource")
VULNERABILITY = Decoder(Vulnerability, "vulnerability")
MISCONFIGURATION = Decoder(Misconfiguration, "misconfiguration")
SECRET = Decoder(Secret, "secret")
MODIFIED = Decoder(Modified, "modified finding")
