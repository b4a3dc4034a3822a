"""CycloneDX in JSON, read twice: what must be known before the items, then the items."""

from collections.abc import Iterator
from typing import Any

import msgspec

from clearinghouse.formats.contract import Record
from clearinghouse.formats.cyclonedx.convert import Converter, Head, inventory_of
from clearinghouse.formats.cyclonedx.schema import METADATA, PART, SYSTEM, Metadata, Part
from clearinghouse.formats.cyclonedx.telling import tell_counts, tell_version
from clearinghouse.formats.document import Document
from clearinghouse.formats.sbom.facts import Systems
from clearinghouse.formats.sbom.notices import Notices
from clearinghouse.formats.sbom.salvage import decoded
from clearinghouse.formats.sbom.scan import holds
from clearinghouse.formats.sbom.walk import BomWalk, Member, envelope_of, in_utf8
from clearinghouse.records import Problem

MAX_DEPTH = 32
"""Most components one within the other. Each level is looked at once more, so it keeps hostile input linear."""
_COMPONENTS = ("components",)
_SUBJECT = ("metadata", "component")
_OF_SUBJECT = (*_SUBJECT, "components")
_ENTER = frozenset({"", "metadata", "metadata.component"})
_LISTS = """
components services vulnerabilities dependencies compositions annotations formulation externalReferences properties
citations metadata.component.components
"""
_ARRAYS = frozenset(_LISTS.split())
_MARKS = ("bomFormat", "specVersion", "components", "metadata")
_OF_METADATA = frozenset(field.encode_name for field in msgspec.structs.fields(Metadata))
_OF_PART = frozenset(field.encode_name for field in msgspec.structs.fields(Part))
_SYSTEM = SYSTEM.encode()
Placed = tuple[bytes, str]
"""A component as it stands, and its pointer."""


def read_json(document: Document) -> Iterator[Record]:
    """Yield the inventory of a BOM in JSON, its items, and what is wrong with it."""
    walk = BomWalk(document, envelope_of(document.sample, *_MARKS) or "", _ENTER, _ARRAYS)
    notices = Notices(document.source)
    head, problems = _head(document, walk)
    inventory = inventory_of(document, head, notices, pointer=walk.pointer(("metadata", "timestamp")))
    yield inventory
    yield from problems
    converter = Converter(inventory, notices)
    yield from converter.subject(head, walk.pointer(_SUBJECT), None)
    said: dict[str, Any] = {}
    for member in walk.members():
        if isinstance(member, Problem):
            yield member
        elif member.path in (_COMPONENTS, _OF_SUBJECT) and member.position >= 0:
            pointer = walk.pointer(member.path, member.position)
            yield from _items(converter, (document.in_utf8(member.raw), pointer), document.source)
        else:
            _note(converter, member, said)
    tell_version(notices, said, walk.pointer(()))
    tell_counts(notices, converter.counts)
    yield from notices.problems()


def _note(converter: Converter, member: Member, said: dict[str, Any]) -> None:
    if member.path == ("services",):
        converter.counts.services += member.position >= 0
    elif member.path == ("vulnerabilities",):
        converter.counts.vulnerabilities += member.position >= 0
    elif member.path in (("bomFormat",), ("specVersion",)):
        try:
            said[str(member.path[0])] = msgspec.json.decode(in_utf8(member.raw))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            said[str(member.path[0])] = None


def _items(converter: Converter, placed: Placed, source: str) -> Iterator[Record]:
    """Yield the items of a component and of all that it is made of, in document order."""
    waiting = [(*placed, 1)]
    while waiting:
        raw, pointer, depth = waiting.pop()
        part, problems = decoded(PART, Part, raw, source=source, pointer=pointer)
        yield from problems
        if part is None:
            continue
        yield from converter.records(part, pointer, None)
        inner = part.components or ()
        if inner and depth == MAX_DEPTH:
            yield Problem(
                source=source,
                code="nested_too_deep",
                message=f"The components in it are not read, because they are more than {MAX_DEPTH} levels deep.",
                pointer=pointer,
                expected=f"at most {MAX_DEPTH} levels",
            )
            continue
        below = [(bytes(each), f"{pointer}/components/{number}", depth + 1) for number, each in enumerate(inner)]
        waiting += reversed(below)


def _head(document: Document, walk: BomWalk) -> tuple[Head, list[Problem]]:
    """Take a first look. It ends with the metadata, where these come first and no operating system is listed."""
    everything = holds(document, _SYSTEM)
    metadata: dict[str, msgspec.Raw] = {}
    subject: dict[str, msgspec.Raw] = {}
    systems = Systems()
    for member in walk.peek():
        if member.path[:2] == _SUBJECT and len(member.path) == 3:
            if member.position < 0 and member.path[2] in _OF_PART:
                subject[str(member.path[2])] = msgspec.Raw(document.in_utf8(member.raw))
        elif member.path[0] == "metadata" and len(member.path) == 2:
            if member.path[1] in _OF_METADATA:
                metadata[str(member.path[1])] = msgspec.Raw(document.in_utf8(member.raw))
        elif (metadata or subject) and not everything:
            break
        if everything and member.path in (_COMPONENTS, _OF_SUBJECT) and _SYSTEM in member.raw:
            _note_systems(systems, member.raw)
    return _head_of(metadata, subject, systems, walk)


def _head_of(
    metadata: dict[str, msgspec.Raw], subject: dict[str, msgspec.Raw], systems: Systems, walk: BomWalk
) -> tuple[Head, list[Problem]]:
    source = walk.source
    said, problems = decoded(
        METADATA, Metadata, msgspec.json.encode(metadata), source=source, pointer=walk.pointer(("metadata",))
    )
    head = Head(metadata=said or Metadata(), systems=systems)
    if subject:
        head.subject, wrong = decoded(
            PART, Part, msgspec.json.encode(subject), source=source, pointer=walk.pointer(_SUBJECT)
        )
        problems += wrong
    return head, list(problems)


def _note_systems(systems: Systems, raw: bytes) -> None:
    """Note the operating systems in a component and in what it is made of."""
    waiting = [(in_utf8(raw), 1)]
    while waiting:
        inner, depth = waiting.pop()
        part, _ = decoded(PART, Part, inner, source="", pointer="")
        if part is None:
            continue
        if part.type == SYSTEM:
            systems.add(part.name, part.version)
        if depth < MAX_DEPTH:
            waiting += [(bytes(each), depth + 1) for each in part.components or () if _SYSTEM in bytes(each)]
