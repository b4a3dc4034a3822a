"""CycloneDX in XML, read twice: what must be known before the items, then the items.

The schema puts ``metadata`` before ``components`` (https://cyclonedx.org/docs/1.7/xml/), so the first look is short
unless a component is an operating system.
"""

from collections.abc import Iterator

import msgspec

from clearinghouse.formats.contract import Record
from clearinghouse.formats.cyclonedx.convert import Converter, Head, inventory_of
from clearinghouse.formats.cyclonedx.schema import NAMESPACE, SYSTEM, Metadata, Organisation, Part, Tool
from clearinghouse.formats.cyclonedx.telling import tell_counts, tell_spec_version
from clearinghouse.formats.document import Document
from clearinghouse.formats.sbom.facts import Systems
from clearinghouse.formats.sbom.notices import Notices
from clearinghouse.formats.sbom.scan import holds
from clearinghouse.formats.xml_stream import Element, XmlError, broken_xml, elements, open_xml, root_of
from clearinghouse.records import ClearinghouseError, Problem

_METADATA = "/bom/metadata"
_SUBJECT = "/bom/metadata/component"
_COMPONENTS = ("/bom/components/component", "//component/components/component")
_SERVICE = "/bom/services/service"
_VULNERABILITY = "/bom/vulnerabilities/vulnerability"
_OLD_VULNERABILITY = "//{http://cyclonedx.org/schema/ext/vulnerability/1.0}vulnerability"
"""Of the extension that was in use up to version 1.3."""
_OF_ITEMS = ("/bom/components/", f"{_SUBJECT}/")
_ASIDE = """
/bom/formulation /bom/declarations /bom/definitions /bom/annotations /bom/dependencies /bom/compositions /bom/citations
/bom/services/service/* /bom/vulnerabilities/vulnerability/* //component/pedigree //component/evidence
//component/licenses //component/externalReferences //component/hashes //component/modelCard
//component/cryptoProperties //component/releaseNotes //component/data //component/patentAssertions
"""
_SKIP = tuple(_ASIDE.split())
_ASKED = (*_COMPONENTS, _SERVICE, _VULNERABILITY, _OLD_VULNERABILITY)
_SYSTEM = SYSTEM.encode()


def read_xml(document: Document) -> Iterator[Record]:
    """Yield the inventory of a BOM in XML, its items, and what is wrong with it."""
    notices = Notices(document.source)
    head, lines = _head(document)
    inventory = inventory_of(document, head, notices, line=lines.get("timestamp"))
    yield inventory
    converter = Converter(inventory, notices)
    yield from converter.subject(head, None, lines.get("component"))
    try:
        with open_xml(document) as stream:
            for element in elements(stream, _ASKED, skip=(*_SKIP, f"{_METADATA}/tools")):
                yield from _records(element, converter)
    except XmlError as error:
        yield broken_xml(document, error)
    root = root_of(document.sample.head)
    tell_spec_version(notices, root.namespace.removeprefix(NAMESPACE) if root else None)
    tell_counts(notices, converter.counts)
    yield from notices.problems()


def _records(element: Element, converter: Converter) -> Iterator[Record]:
    if element.path == _SERVICE:
        converter.counts.services += 1
    elif element.path == _VULNERABILITY or element.path.endswith(_OLD_VULNERABILITY[1:]):
        converter.counts.vulnerabilities += 1
    elif element.path.startswith(_OF_ITEMS):
        if element.cut:
            yield Problem(
                source=converter.source,
                code="too_large",
                message="The component is larger than is read; what stands at its end is left out.",
                line=element.line,
                expected="a component of at most 100,000 elements and 16 MiB of text",
            )
        yield from converter.records(_part(element), None, element.line)


def _head(document: Document) -> tuple[Head, dict[str, int]]:
    """Take a first look, and return the lines of what is in the metadata too.

    It ends with the metadata where they come first and no operating system is listed.
    """
    everything = holds(document, _SYSTEM)
    head = Head(metadata=Metadata(), systems=Systems())
    lines: dict[str, int] = {}
    wanted = (_METADATA, *(_COMPONENTS if everything else _COMPONENTS[:1]))
    skip = (*_SKIP, "//component/properties" if everything else f"{_SUBJECT}/components")
    found = False
    try:
        with open_xml(document) as stream:
            for element in elements(stream, wanted, skip=skip):
                if element.path == _METADATA:
                    found = True
                    head.metadata = _metadata(element)
                    head.subject = _part(subject) if (subject := element.child("component")) else None
                    lines = {child.name: child.line for child in element.children}
                elif everything and element.path.startswith(_OF_ITEMS) and element.attributes.get("type") == SYSTEM:
                    head.systems.add(element.text_of("name"), element.text_of("version"))
                if found and not everything:
                    break
    except (XmlError, ClearinghouseError):
        pass  # it is told when the items are read
    return head, lines


def _metadata(element: Element) -> Metadata:
    tools = element.child("tools")
    authors = element.child("authors")
    return Metadata(
        timestamp=element.text_of("timestamp") or None,
        tools=list(_tools(tools)) if tools else None,
        authors=[Organisation(author.text_of("name")) for author in authors.children] if authors else None,
        manufacture=_organisation(element, "manufacture"),
        supplier=_organisation(element, "supplier"),
    )


def _tools(tools: Element) -> Iterator[Tool]:
    """Yield the tools in both shapes: up to 1.4 each stands for itself, since 1.5 they are components or services."""
    for tool in tools.children:
        for each in tool.children if tool.name in ("components", "services") else (tool,):
            yield Tool(each.text_of("vendor"), each.text_of("name"), each.text_of("version"))


def _organisation(element: Element, name: str) -> Organisation | None:
    child = element.child(name)
    return Organisation(child.text_of("name")) if child else None


def _part(element: Element) -> Part:
    attributes = element.attributes
    part = Part(
        type=attributes.get("type"),
        bom_ref=attributes.get("bom-ref"),
        supplier=_organisation(element, "supplier"),
        manufacturer=_organisation(element, "manufacturer"),
    )
    for child in element.children:
        attribute = _TEXTS.get(child.name)
        if attribute:
            setattr(part, attribute, child.text.strip() or None)
        elif child.name == "swid":
            part.swid = msgspec.Raw(b"{}")
        elif child.name == "properties":
            part.properties = _properties(child)
    return part


_TEXTS = {
    "name": "name",
    "version": "version",
    "versionRange": "version_range",
    "group": "group",
    "publisher": "publisher",
    "scope": "scope",
    "cpe": "cpe",
    "purl": "purl",
}


def _properties(element: Element) -> msgspec.Raw:
    """Return the properties as JSON has them."""
    stated = [{"name": each.attributes.get("name"), "value": each.text.strip()} for each in element.children]
    return msgspec.Raw(msgspec.json.encode(stated))
