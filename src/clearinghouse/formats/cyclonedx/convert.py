"""What becomes of a component: an item, or the subject of the inventory."""

from collections.abc import Iterator

import msgspec

from clearinghouse.formats.cyclonedx.schema import PROPERTIES, SCOPES, TYPES, Metadata, Organisation, Part, Tool
from clearinghouse.formats.document import Document
from clearinghouse.formats.parts import missing
from clearinghouse.formats.sbom.facts import Systems, created_at, digest_in
from clearinghouse.formats.sbom.items import Entry, Items, Known
from clearinghouse.formats.sbom.notices import Notices
from clearinghouse.formats.text import clean_line, quoted
from clearinghouse.records import Inventory, InventoryItem, Problem

NAME = "cyclonedx"
_MAX_TOOLS = 5
_PRODUCTS = frozenset({"device", "firmware"})
"""What has advisories by the names of vendor and product."""
_SOURCE = b"aquasecurity:trivy:Src"
_DEVELOPMENT = b":development"


class Head(msgspec.Struct, kw_only=True):
    """What must be known of a BOM before its items.

    Attributes:
        metadata: what is said of the list. subject: what it is about.
        systems: the operating systems in it.
    """

    metadata: Metadata
    subject: Part | None = None
    systems: Systems


class Counts(msgspec.Struct):
    """What a BOM holds beside its items: each is told once."""

    services: int = 0
    vulnerabilities: int = 0
    swid: int = 0
    ranges: int = 0


def inventory_of(
    document: Document, head: Head, notices: Notices, *, pointer: str | None = None, line: int | None = None
) -> Inventory:
    """Return the inventory that a BOM is. ``pointer``, ``line``: where its time stands."""
    subject = head.subject
    return Inventory(
        source=document.source,
        format=NAME,
        subject=_subject_text(subject) if subject else "",
        digest=digest_in(subject.version, subject.purl, subject.name) if subject else None,
        tool=_tools(head.metadata),
        created=created_at(head.metadata.timestamp, notices, pointer=pointer, line=line),
        system=head.systems.one,
    )


def _subject_text(subject: Part) -> str:
    version = clean_line(subject.version or "", 256)
    name = clean_line("/".join(filter(None, (subject.group, subject.name))))
    return name if not version or version.startswith("sha256:") else f"{name}@{version}"


def _tools(metadata: Metadata) -> str:
    tools = metadata.tools
    if tools is not None and not isinstance(tools, list):
        tools = [*(tools.components or ()), *(tools.services or ())]
    named = [_tool(tool) for tool in tools or () if tool.name or tool.vendor]
    authors = [clean_line(author.name) for author in metadata.authors or () if author.name]
    return ", ".join((named or authors)[:_MAX_TOOLS])


def _tool(tool: Tool) -> str:
    return clean_line(" ".join(filter(None, (tool.name or tool.vendor, tool.version))))


class Converter:
    """Makes the items of one BOM.

    Args:
        inventory: theirs. notices: where what is odd is noted.
    """

    def __init__(self, inventory: Inventory, notices: Notices) -> None:
        self.source = inventory.source
        self.notices = notices
        self.items = Items(inventory, notices)
        self.counts = Counts()

    def records(self, part: Part, pointer: str | None, line: int | None) -> Iterator[InventoryItem | Problem]:
        """Yield the item that a component is, and what is wrong with it."""
        self._note(part, pointer, line)
        if not (part.name or "").strip():
            where = f"{pointer}/name" if pointer is not None else None
            said = missing(self.source, "", "A component has no name.", "a text")
            yield msgspec.structs.replace(said, pointer=where, line=line)
            if not part.purl:
                return
        yield self.items.make(self._entry(part, pointer, line))

    def subject(self, head: Head, pointer: str | None, line: int | None) -> Iterator[InventoryItem | Problem]:
        """Yield the item that the subject is, and what is wrong with it.

        It is an item if an advisory could speak of it: it has a package URL or a platform name and is no image, or it
        is a device or its firmware.
        """
        part = head.subject
        if part is None:
            return
        known: Known | None = self.items.purls[part.purl] if part.purl else None
        if part.type == "container" or (known and known.image):
            return
        if part.purl or part.cpe or part.type in _PRODUCTS:
            part.manufacturer = part.manufacturer or head.metadata.manufacture
            part.supplier = part.supplier or head.metadata.supplier
            yield from self.records(part, pointer, line)

    def _note(self, part: Part, pointer: str | None, line: int | None) -> None:
        self.items.once(part.bom_ref, pointer, line)
        if part.swid and bytes(part.swid) != b"null":
            self.counts.swid += 1
        if part.version_range and not part.version:
            self.counts.ranges += 1
        for word, known, what in ((part.type, TYPES, "type"), (part.scope, SCOPES, "scope")):
            if word is not None and word not in known:
                message = f"{quoted(word)} is no {what} of a component that is known."
                expected = " or ".join(sorted(known))
                self.notices.add(f"unknown_{what}", message, pointer=pointer, line=line, expected=expected)
        if part.type is None:
            self.notices.add("missing_type", "A component does not say of what type it is.", pointer=pointer, line=line)

    def _entry(self, part: Part, pointer: str | None, line: int | None) -> Entry:
        entry = Entry(
            name=part.name or "",
            version=part.version,
            purl=part.purl,
            group=part.group or "",
            vendor=_first_name(part.manufacturer, part.supplier) or part.publisher or "",
            cpes=(part.cpe,) if part.cpe else (),
            scope=SCOPES.get(part.scope, "") if part.scope else "",
            pointer=pointer,
            line=line,
        )
        if part.properties:
            _add_properties(entry, bytes(part.properties))
        return entry


def _first_name(*organisations: Organisation | None) -> str:
    for organisation in organisations:
        if organisation and organisation.name:
            return organisation.name
    return ""


def _add_properties(entry: Entry, raw: bytes) -> None:
    """Add what some tools say in properties: the source package (Trivy), and that it is for development (npm)."""
    if _SOURCE not in raw and _DEVELOPMENT not in raw:
        return
    try:
        stated = {each.name: each.value or "" for each in PROPERTIES.decode(raw) if each.name}
    except (msgspec.DecodeError, UnicodeDecodeError):
        return
    entry.source_name = stated.get("aquasecurity:trivy:SrcName", "")
    version = "-".join(filter(None, (stated.get(f"aquasecurity:trivy:Src{key}") for key in ("Version", "Release"))))
    epoch = stated.get("aquasecurity:trivy:SrcEpoch", "")
    if entry.source_name and version:
        entry.source_version = f"{epoch}:{version}" if epoch else version
    if any(name.endswith(":development") and value == "true" for name, value in stated.items() if name):
        entry.scope = entry.scope or "development"
