"""Recognising SPDX by content: JSON with its keys in any order, JSON-LD, tag-value; and what cannot be read of it."""

import re
from collections.abc import Iterator

from clearinghouse.formats.contract import CERTAIN, NO_MATCH, Match, Record
from clearinghouse.formats.document import Document
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.sbom.walk import ENVELOPES
from clearinghouse.formats.spdx.graph import read_graph
from clearinghouse.formats.spdx.in_json import read_json
from clearinghouse.formats.spdx.tag_value import read_tag_value
from clearinghouse.formats.spdx.version import is_two
from clearinghouse.formats.text import quoted
from clearinghouse.formats.xml_stream import root_of

_VERSION = re.compile(r"(?:\A|[\r\n])[ \t]*+SPDXVersion:[ \t]*+(\S{1,40})")
_PACKAGE = re.compile(r"(?:\A|[\r\n])PackageName:")
_READ = "and JSON, JSON-LD and tag-value are read"
_CONTEXT = re.compile(r"https?://spdx\.org/rdf/3\.")


def detect(sample: Sample) -> Match:
    """Recognise a version of SPDX 2, or the elements of SPDX 3; of a cut head in JSON, elements with their members."""
    if sample.is_json:
        return _graph(sample) if sample.has("@graph") or sample.has("@context") else _json(sample)
    stated = _VERSION.search(sample.text)
    if stated:
        return Match(CERTAIN) if is_two(stated[1]) else Match(40, _other_version(stated[1]))
    if _PACKAGE.search(sample.text) and "\nSPDXID:" in sample.text.replace("\r", "\n"):
        return Match(60)
    return _unread(sample)


def _json(sample: Sample) -> Match:
    for envelope in ENVELOPES:
        prefix = f"{envelope}." if envelope else ""
        version = sample.value_at(f"{prefix}spdxVersion")
        if version:
            return Match(CERTAIN) if is_two(version) else Match(40, _other_version(version))
        if sample.has(f"{prefix}packages[].SPDXID") or sample.has(f"{prefix}SPDXID", f"{prefix}creationInfo.creators"):
            return Match(90)
        if sample.has(f"{prefix}files[].SPDXID") or sample.has(f"{prefix}relationships[].spdxElementId"):
            return Match(90)
    if sample.has("packages[].versionInfo", "packages[].name"):
        return Match(60)
    return NO_MATCH


def _graph(sample: Sample) -> Match:
    elements = sample.has("@graph[].spdxId") or sample.has("@graph[].creationInfo")
    if _CONTEXT.search(sample.text) or (elements and ("software_" in sample.text or "SpdxDocument" in sample.text)):
        return Match(95) if sample.has("@graph") else Match(40, "its elements are not in a list @graph")
    return Match(60) if elements else NO_MATCH


def _unread(sample: Sample) -> Match:
    """Name the ways of writing SPDX that are not read."""
    root = root_of(sample.head)
    if root and "spdx.org/rdf/" in sample.text:
        return Match(35, f"it is written in RDF/XML, {_READ}")
    if root and "<spdxVersion>" in sample.text:
        return Match(35, f"it is written in XML, {_READ}")
    if root is None and is_two((sample.value_of("spdxVersion") or "").strip()):
        return Match(35, f"it is written in YAML, {_READ}")
    return NO_MATCH


def _other_version(version: str) -> str:
    return f"its version is {quoted(version)}, and 2.x and 3.0 are read"


def read(document: Document) -> Iterator[Record]:
    """Yield the inventory that the document is, its items, and a problem for each violation."""
    sample = document.sample
    if not sample.is_json:
        return read_tag_value(document)
    return read_graph(document) if sample.has("@graph") else read_json(document)
