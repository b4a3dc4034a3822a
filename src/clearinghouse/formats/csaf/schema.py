"""The fields of a CSAF document that are used, leniently typed (CSAF 2.0, section 3.2; 2.1 adds ``cwes``, ``metrics``).

Every field may be missing or null; what must be there is for the conformance tests to say, not for the reader.
"""

import msgspec


class Reference(msgspec.Struct, frozen=True, gc=False):
    """One link."""

    url: str | None = None
    category: str | None = None
    summary: str | None = None


class Note(msgspec.Struct, frozen=True, gc=False):
    """Text, with what it is about."""

    category: str | None = None
    text: str | None = None
    title: str | None = None


class Label(msgspec.Struct, frozen=True, gc=False):
    """``distribution.tlp``."""

    label: str | None = None


class Distribution(msgspec.Struct, frozen=True):
    """How far the document may travel."""

    text: str | None = None
    tlp: Label | None = None


class Publisher(msgspec.Struct, frozen=True, gc=False):
    """Who published the document."""

    name: str | None = None


class Tracking(msgspec.Struct, frozen=True, gc=False):
    """Identifier, dates and status of the document."""

    id: str | None = None
    initial_release_date: str | None = None
    current_release_date: str | None = None
    status: str | None = None


class Acknowledgment(msgspec.Struct, frozen=True):
    """Whom the publisher thanks."""

    names: list[str] | None = None
    organization: str | None = None
    urls: list[str] | None = None


class DocumentPart(msgspec.Struct, frozen=True):
    """``document``."""

    category: str | None = None
    title: str | None = None
    csaf_version: str | None = None
    publisher: Publisher | None = None
    tracking: Tracking | None = None
    distribution: Distribution | None = None
    references: list[Reference] | None = None
    notes: list[Note] | None = None
    acknowledgments: list[Acknowledgment] | None = None


class Helper(msgspec.Struct, frozen=True):
    """``product_identification_helper``. Version 2.1 has several package URLs."""

    cpe: str | None = None
    purl: str | None = None
    purls: list[str] | None = None
    model_numbers: list[str] | None = None
    skus: list[str] | None = None


class FullName(msgspec.Struct, frozen=True):
    """A product of which vulnerabilities speak by its identifier."""

    product_id: str | None = None
    name: str | None = None
    helper: Helper | None = msgspec.field(name="product_identification_helper", default=None)


class Branch(msgspec.Struct, frozen=True):
    """One branch of the product tree: a vendor, a family, a name, a version; a leaf has a product."""

    category: str | None = None
    name: str | None = None
    product: FullName | None = None
    branches: list["Branch"] | None = None


class Relationship(msgspec.Struct, frozen=True):
    """A product in, on or with another, which together are a third."""

    category: str | None = None
    product_reference: str | None = None
    relates_to: str | None = msgspec.field(name="relates_to_product_reference", default=None)
    full_product_name: FullName | None = None


class Group(msgspec.Struct, frozen=True):
    """Products that are named together."""

    group_id: str | None = None
    product_ids: list[str] | None = None


class ProductTree(msgspec.Struct, frozen=True):
    """``product_tree``."""

    branches: list[Branch] | None = None
    full_product_names: list[FullName] | None = None
    product_groups: list[Group] | None = None
    relationships: list[Relationship] | None = None


class Cwe(msgspec.Struct, frozen=True, gc=False):
    """A weakness."""

    id: str | None = None


class Identifier(msgspec.Struct, frozen=True, gc=False):
    """An identifier of the vulnerability in some system."""

    system_name: str | None = None
    text: str | None = None


class Status(msgspec.Struct, frozen=True):
    """``product_status``: identifiers of products, by what is said of them."""

    first_affected: list[str] | None = None
    first_fixed: list[str] | None = None
    fixed: list[str] | None = None
    known_affected: list[str] | None = None
    known_not_affected: list[str] | None = None
    last_affected: list[str] | None = None
    recommended: list[str] | None = None
    under_investigation: list[str] | None = None
    unknown: list[str] | None = None


class Remediation(msgspec.Struct, frozen=True):
    """What to do about it, for some products."""

    category: str | None = None
    details: str | None = None
    url: str | None = None
    product_ids: list[str] | None = None
    group_ids: list[str] | None = None


class Cvss(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A CVSS object; the vector says it all."""

    vector_string: str | None = None


class Scores(msgspec.Struct, frozen=True):
    """CVSS objects of one set of products."""

    v2: Cvss | None = msgspec.field(name="cvss_v2", default=None)
    v3: Cvss | None = msgspec.field(name="cvss_v3", default=None)
    v4: Cvss | None = msgspec.field(name="cvss_v4", default=None)


class Metric(msgspec.Struct, frozen=True):
    """One metric of version 2.1."""

    content: Scores | None = None


class Vulnerability(msgspec.Struct, frozen=True):
    """One vulnerability."""

    cve: str | None = None
    title: str | None = None
    cwe: Cwe | None = None
    cwes: list[Cwe] | None = None
    ids: list[Identifier] | None = None
    notes: list[Note] | None = None
    product_status: Status | None = None
    remediations: list[Remediation] | None = None
    scores: list[Scores] | None = None
    metrics: list[Metric] | None = None
    references: list[Reference] | None = None
    acknowledgments: list[Acknowledgment] | None = None
    discovery_date: str | None = None
    release_date: str | None = None


class Csaf(msgspec.Struct, frozen=True):
    """A whole document; vulnerabilities are decoded one by one."""

    document: DocumentPart
    product_tree: ProductTree | None = None
    vulnerabilities: list[msgspec.Raw] | None = None
