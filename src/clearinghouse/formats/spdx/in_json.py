"""SPDX 2 in JSON, read twice: what must be known before the items, then the items.

Packages, files and relationships may stand in any order and be many; none of the lists is held.

Source: the JSON schemas of SPDX 2.2 and 2.3 (https://github.com/spdx/spdx-spec/tree/v2.3/schemas).
"""

from collections.abc import Iterator

import msgspec

from clearinghouse.formats.contract import Record
from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.sbom.facts import Systems
from clearinghouse.formats.sbom.notices import Notices
from clearinghouse.formats.sbom.salvage import decoded
from clearinghouse.formats.sbom.walk import BomWalk, envelope_of, in_utf8
from clearinghouse.formats.spdx.package import (
    Converter,
    Head,
    Package,
    described_by,
    inventory_of,
    reference_type,
    without_kind,
)
from clearinghouse.formats.spdx.version import tell_version
from clearinghouse.records import Problem

_PACKAGES = ("packages",)
_LISTS = """
packages files snippets relationships annotations documentDescribes hasExtractedLicensingInfos externalDocumentRefs
revieweds
"""
_ARRAYS = frozenset(_LISTS.split())
_FIELDS = frozenset({"name", "spdxVersion", "creationInfo"})
_MARKS = ("spdxVersion", "SPDXID", "packages[].SPDXID", "creationInfo.creators")


class _Reference(msgspec.Struct, rename="camel", gc=False):
    reference_type: str | None = None
    reference_locator: str | None = None


class _Package(msgspec.Struct, rename="camel", gc=False):
    id: str | None = msgspec.field(default=None, name="SPDXID")
    name: str | None = None
    version_info: str | None = None
    supplier: str | None = None
    originator: str | None = None
    primary_package_purpose: str | None = None
    source_info: str | None = None
    external_refs: list[_Reference] | None = None


class _Identified(msgspec.Struct, gc=False):
    id: str | None = msgspec.field(default=None, name="SPDXID")


class _Relationship(msgspec.Struct, rename="camel", gc=False):
    spdx_element_id: str | None = None
    relationship_type: str | None = None
    related_spdx_element: str | None = None


class _Creation(msgspec.Struct):
    created: str | None = None
    creators: list[str] | None = None


class _Document(msgspec.Struct, rename="camel"):
    name: str | None = None
    spdx_version: str | None = None
    creation_info: _Creation | None = None


_PACKAGE = Decoder(_Package, "package")
_DOCUMENT = Decoder(_Document, "document")
_IDENTIFIED = msgspec.json.Decoder(_Identified)
_RELATIONSHIP = msgspec.json.Decoder(_Relationship)


def read_json(document: Document) -> Iterator[Record]:
    """Yield the inventory of an SPDX 2 document in JSON, its items, and what is wrong with it."""
    walk = BomWalk(document, envelope_of(document.sample, *_MARKS) or "", frozenset(), _ARRAYS)
    notices = Notices(document.source)
    head, problems = _head(document, walk)
    inventory = inventory_of(document.source, head, notices, pointer=walk.pointer(("creationInfo", "created")))
    yield inventory
    yield from problems
    converter = Converter(inventory, head, notices)
    for member in walk.members():
        if isinstance(member, Problem):
            yield member
        elif member.path == _PACKAGES and member.position >= 0:
            pointer = walk.pointer(_PACKAGES, member.position)
            raw = document.in_utf8(member.raw)
            found, wrong = decoded(_PACKAGE, _Package, raw, source=document.source, pointer=pointer)
            yield from wrong
            if found is not None:
                yield from converter.records(_package(found), pointer)
    tell_version(notices, head.version, pointer=walk.pointer(("spdxVersion",)))
    yield from notices.problems()


def _package(found: _Package) -> Package:
    references = found.external_refs or ()
    return Package(
        id=found.id or "",
        name=found.name or "",
        version=found.version_info,
        maker=without_kind(found.supplier or "") or without_kind(found.originator or ""),
        purpose=found.primary_package_purpose or "",
        source_info=found.source_info or "",
        refs=[
            (reference_type(each.reference_type), each.reference_locator)
            for each in references
            if each.reference_type and each.reference_locator
        ],
    )


def _head(document: Document, walk: BomWalk) -> tuple[Head, tuple[Problem, ...]]:
    """Take a first look at the whole of it, because relationships come last, and again for the package described."""
    head = Head(systems=Systems())
    fields: dict[str, msgspec.Raw] = {}
    for member in walk.peek():
        key = member.path[0]
        if member.position < 0:
            if key in _FIELDS:
                fields[str(key)] = msgspec.Raw(document.in_utf8(member.raw))
        elif key == "documentDescribes":
            head.describe(_text(member.raw))
        elif key == "relationships" and b"DESCRIBE" in member.raw:
            head.describe(_described(member.raw))
        elif key == "packages" and _may_be_system(member.raw):
            head.note_system(_light(member.raw))
    encoded = msgspec.json.encode(fields)
    said, problems = decoded(_DOCUMENT, _Document, encoded, source=walk.source, pointer=walk.pointer(()))
    if said:
        creation = said.creation_info or _Creation()
        head.name, head.version = said.name or "", said.spdx_version or ""
        head.created, head.creators = creation.created, creation.creators or []
    head.choose(_packages(walk, head))
    return head, problems


def _packages(walk: BomWalk, head: Head) -> Iterator[Package]:
    """Yield the packages that are described."""
    for member in walk.peek():
        if member.path == _PACKAGES and member.position >= 0:
            raw = in_utf8(member.raw)
            try:
                found = _IDENTIFIED.decode(raw).id in head.described
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                continue
            if found:
                yield _light(raw)


def _may_be_system(raw: bytes) -> bool:
    return b"OPERATING" in raw or b"OperatingSystem" in raw


def _light(raw: bytes) -> Package:
    """A package for a first look, as far as it can be read."""
    found, _ = decoded(_PACKAGE, _Package, in_utf8(raw), source="", pointer="")
    return _package(found or _Package())


def _described(raw: bytes) -> str | None:
    """Return what a relationship says that the document is about, or None."""
    try:
        found = _RELATIONSHIP.decode(in_utf8(raw))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return described_by(found.spdx_element_id, found.relationship_type, found.related_spdx_element)


def _text(raw: bytes) -> str | None:
    try:
        return msgspec.json.decode(in_utf8(raw), type=str)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
