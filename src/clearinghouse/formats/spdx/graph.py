"""SPDX 3 in JSON-LD, read twice: what must be known before the items, then the items.

The document is one list of elements in any order; an element names others by identifier. What is remembered of them is
bounded. Packages are ``software_Package`` and its subclasses.

Source: SPDX 3.0.1, Core and Software profiles (https://spdx.github.io/spdx-spec/v3.0.1/model/Software/Classes/Package/),
and its serialisation in JSON (https://spdx.github.io/spdx-spec/v3.0.1/serializations/).
"""

from collections.abc import Iterator

import msgspec

from clearinghouse.formats.contract import Record
from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.sbom.facts import Systems
from clearinghouse.formats.sbom.notices import Notices
from clearinghouse.formats.sbom.salvage import decoded
from clearinghouse.formats.sbom.walk import BomWalk, in_utf8
from clearinghouse.formats.spdx.package import MAX_IDENTIFIER, Converter, Head, Package, inventory_of
from clearinghouse.formats.spdx.version import tell_version
from clearinghouse.formats.text import clean_line
from clearinghouse.records import Problem

_GRAPH = "@graph"
_PACKAGES = frozenset({"software_Package", "ai_AIPackage", "dataset_DatasetPackage"})
_AGENTS = frozenset({"Agent", "Organization", "Person", "SoftwareAgent", "Tool"})
_COLLECTIONS = frozenset({"Bom", "Bundle", "software_Sbom"})
_DOCUMENT, _CREATION = "SpdxDocument", "CreationInfo"
_IDENTIFIERS = {"packageUrl": "purl", "cpe22": "cpe22Type", "cpe23": "cpe23Type"}
_REMEMBERED = 10_000
"""Most agents, collections and times of creation that are remembered, of each."""
_MAX_ROOTS = 1_000


class _Identifier(msgspec.Struct, rename="camel", gc=False):
    external_identifier_type: str | None = None
    identifier: str | None = None


class _Element(msgspec.Struct, gc=False):
    type: str | list[str] | None = None
    at_type: str | list[str] | None = msgspec.field(default=None, name="@type")
    spdx_id: str | None = msgspec.field(default=None, name="spdxId")
    at_id: str | None = msgspec.field(default=None, name="@id")
    name: str | None = None
    version: str | None = msgspec.field(default=None, name="software_packageVersion")
    purl: str | None = msgspec.field(default=None, name="software_packageUrl")
    purpose: str | None = msgspec.field(default=None, name="software_primaryPurpose")
    source_info: str | None = msgspec.field(default=None, name="software_sourceInfo")
    supplied_by: msgspec.Raw = msgspec.field(default=msgspec.Raw(), name="suppliedBy")
    originated_by: msgspec.Raw = msgspec.field(default=msgspec.Raw(), name="originatedBy")
    identifiers: list[_Identifier | str] | None = msgspec.field(default=None, name="externalIdentifier")

    @property
    def kind(self) -> str:
        kind = self.type or self.at_type or ""
        return kind if isinstance(kind, str) else next(iter(kind), "")

    @property
    def id(self) -> str:
        return self.spdx_id or self.at_id or ""


class _About(msgspec.Struct, rename="camel", gc=False):
    """What documents, collections and times of creation say."""

    root_element: list[msgspec.Raw] | None = None
    creation_info: msgspec.Raw = msgspec.Raw()
    spec_version: str | None = None
    created: str | None = None
    created_by: msgspec.Raw = msgspec.Raw()
    created_using: msgspec.Raw = msgspec.Raw()


_PACKAGE = Decoder(_Element, "element")
_ELEMENT = msgspec.json.Decoder(_Element)
_ABOUT = msgspec.json.Decoder(_About)
_REFERENCES = msgspec.json.Decoder(list[msgspec.Raw])


class _Known:
    """What the first look finds: names of agents, and what the document is about."""

    def __init__(self) -> None:
        self.agents: dict[str, str] = {}
        self.collections: dict[str, list[str]] = {}
        self.creations: dict[str, _About] = {}
        self.document: _About | None = None
        self.name = ""
        self.systems = Systems()

    def take(self, raw: bytes) -> None:
        element = _ELEMENT.decode(raw)
        kind = element.kind
        if len(element.id) > MAX_IDENTIFIER:
            return
        if kind in _AGENTS and len(self.agents) < _REMEMBERED:
            self.agents[element.id] = clean_line(element.name or "")
        elif kind in _PACKAGES:
            package = _package(element, {})
            if package.is_system:
                self.systems.add(package.name, package.version)
        elif kind == _DOCUMENT and self.document is None:
            self.document, self.name = _ABOUT.decode(raw), element.name or ""
        elif kind in _COLLECTIONS and len(self.collections) < _REMEMBERED:
            self.collections[element.id] = _references(_ABOUT.decode(raw).root_element)
        elif kind == _CREATION and len(self.creations) < _REMEMBERED:
            self.creations[element.id] = _ABOUT.decode(raw)

    @property
    def creation(self) -> _About:
        """The time of creation of the document; where it names none that is known, the first one."""
        if self.document and self.document.creation_info:
            raw = self.document.creation_info
            if bytes(raw)[:1] == b"{":
                return _ABOUT.decode(raw)
            named = self.creations.get(_reference(raw))
            if named:
                return named
        return next(iter(self.creations.values()), _About())

    def roots(self) -> Iterator[str]:
        """Yield what the document is about; a collection in its place stands for what the collection is about."""
        about = self.document.root_element if self.document else None
        for root in _references(about) or list(self.collections)[:_MAX_ROOTS]:
            yield from self.collections.get(root, (root,))

    def names(self, raw: msgspec.Raw) -> list[str]:
        return [name for reference in _all(raw) if (name := self.agents.get(reference))]


def read_graph(document: Document) -> Iterator[Record]:
    """Yield the inventory of an SPDX 3 document, its items, and what is wrong with it."""
    walk = BomWalk(document, "", frozenset(), frozenset({_GRAPH}))
    notices = Notices(document.source)
    known, head = _head(walk)
    inventory = inventory_of(document.source, head, notices)
    yield inventory
    converter = Converter(inventory, head, notices)
    for member in walk.members():
        if isinstance(member, Problem):
            yield member
        elif member.position >= 0 and b"Package" in member.raw:
            pointer = walk.pointer((_GRAPH,), member.position)
            raw = document.in_utf8(member.raw)
            element, wrong = decoded(_PACKAGE, _Element, raw, source=document.source, pointer=pointer)
            if element is None or element.kind in _PACKAGES:
                yield from wrong
            if element is not None and element.kind in _PACKAGES:
                yield from converter.records(_package(element, known.agents), pointer)
    tell_version(notices, head.version, major=3)
    yield from notices.problems()


def _head(walk: BomWalk) -> tuple[_Known, Head]:
    """Take a first look at all elements, and again for the package that the document is about."""
    known = _Known()
    for raw in _elements(walk):
        try:
            known.take(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue  # it is told when the items are read, if it is one
    creation = known.creation
    head = Head(
        version=creation.spec_version or "",
        name=known.name,
        created=creation.created,
        creators=known.names(creation.created_using) or known.names(creation.created_by),
        systems=known.systems,
    )
    for root in known.roots():
        head.describe(root)
    head.choose(_packages(walk))
    return known, head


def _elements(walk: BomWalk) -> Iterator[bytes]:
    for member in walk.peek():
        if member.position >= 0:
            yield in_utf8(member.raw)


def _packages(walk: BomWalk) -> Iterator[Package]:
    for raw in _elements(walk):
        if b"Package" in raw:
            try:
                element = _ELEMENT.decode(raw)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                continue
            if element.kind in _PACKAGES:
                yield _package(element, {})


def _package(element: _Element, agents: dict[str, str]) -> Package:
    refs = [("purl", element.purl)] if element.purl else []
    for each in element.identifiers or ():
        if isinstance(each, _Identifier) and each.identifier:
            kind = _IDENTIFIERS.get(each.external_identifier_type or "")
            refs += [(kind, each.identifier)] if kind else []
    makers = [*_all(element.supplied_by), *_all(element.originated_by)]
    return Package(
        id=element.id,
        name=element.name or "",
        version=element.version,
        maker=next((name for maker in makers if (name := agents.get(maker))), ""),
        purpose=element.purpose or "",
        source_info=element.source_info or "",
        refs=refs,
    )


def _all(raw: msgspec.Raw) -> list[str]:
    """Return the identifiers in a member that holds one reference, or a list of them."""
    if bytes(raw)[:1] != b"[":
        return [_reference(raw)] if raw else []
    try:
        return _references(_REFERENCES.decode(raw))
    except (msgspec.DecodeError, RecursionError):
        return []


def _references(raws: list[msgspec.Raw] | None) -> list[str]:
    return [_reference(raw) for raw in (raws or ())[:_MAX_ROOTS]]


def _reference(raw: msgspec.Raw) -> str:
    """Return the identifier that a reference is; an element may also stand in the place of its reference."""
    try:
        found = msgspec.json.decode(raw, type=str | _Element)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    return found if isinstance(found, str) else found.id
