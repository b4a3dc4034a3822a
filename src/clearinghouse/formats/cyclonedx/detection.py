"""Recognising CycloneDX by content: JSON with its keys in any order, or XML."""

from collections.abc import Iterator

from clearinghouse.formats.contract import CERTAIN, NO_MATCH, Match, Record
from clearinghouse.formats.cyclonedx.in_json import read_json
from clearinghouse.formats.cyclonedx.in_xml import read_xml
from clearinghouse.formats.cyclonedx.schema import NAMESPACE
from clearinghouse.formats.cyclonedx.telling import known_version
from clearinghouse.formats.document import Document
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.sbom.walk import ENVELOPES
from clearinghouse.formats.text import quoted
from clearinghouse.formats.xml_stream import root_of

_OTHERS = "and 1.0 to 1.7 are read"


def detect(sample: Sample) -> Match:
    """Recognise ``bomFormat`` in JSON and the namespace in XML; a cut head in JSON by what its components have."""
    if sample.is_json:
        return _in_json(sample)
    root = root_of(sample.head)
    if root is None or root.name != "bom":
        return NO_MATCH
    if not root.namespace.startswith(NAMESPACE):
        return Match(35, f"its namespace is {quoted(root.namespace, 100)}, and {NAMESPACE} is read")
    version = root.namespace.removeprefix(NAMESPACE)
    return Match(CERTAIN) if known_version(version) else Match(40, f"its version is {quoted(version)}, {_OTHERS}")


def _in_json(sample: Sample) -> Match:
    for envelope in ENVELOPES:
        prefix = f"{envelope}." if envelope else ""
        stated = sample.value_at(f"{prefix}bomFormat")
        version = sample.value_at(f"{prefix}specVersion")
        if stated == "CycloneDX":
            if version is None or known_version(version):
                return Match(CERTAIN)
            return Match(40, f"its specVersion is {quoted(version)}, {_OTHERS}")
        if stated is not None and sample.has(f"{prefix}specVersion"):
            return Match(35, f"its bomFormat is {quoted(stated)}, and CycloneDX is read")
    if sample.has("components[].bom-ref") or sample.has("components[].type", "components[].purl"):
        missing = "it has components, but no bomFormat that says CycloneDX"
        return Match(40, missing) if sample.complete else Match(70)
    if sample.has("specVersion") and (sample.has("metadata.component") or sample.has("components")):
        return Match(30, "it has a specVersion, but no bomFormat that says CycloneDX")
    return NO_MATCH


def read(document: Document) -> Iterator[Record]:
    """Yield the inventory that the document is, its items, and a problem for each violation."""
    return read_json(document) if document.sample.is_json else read_xml(document)
