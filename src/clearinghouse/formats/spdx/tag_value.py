"""SPDX 2 as lines of ``Tag: value``, read twice: what must be known before the items, then the items.

Source: SPDX 2.3, clause 5 (https://spdx.github.io/spdx-spec/v2.3/composition-of-an-SPDX-document/); the tags stand in
the clauses on documents (6), packages (7) and relationships (11).
"""

from collections.abc import Iterator
from typing import NamedTuple

from clearinghouse.formats.contract import Record
from clearinghouse.formats.document import Document
from clearinghouse.formats.sbom.facts import Systems
from clearinghouse.formats.sbom.notices import Notices
from clearinghouse.formats.spdx.lines import Tag, tags
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
from clearinghouse.records import ClearinghouseError, Problem

_HEAD = ("SPDXVersion", "DocumentName", "Creator", "Created", "Relationship")
_OF_PACKAGES = (
    "SPDXID",
    "PackageVersion",
    "PackageSupplier",
    "PackageOriginator",
    "PackageSourceInfo",
    "PrimaryPackagePurpose",
    "ExternalRef",
)
_PACKAGE = "PackageName"
_ELSEWHERE = ("FileName", "SnippetSPDXID", "LicenseID")
"""Tags that begin something that is no package."""
_MAX_CREATORS = 1_000
_PACKAGES = (_PACKAGE, *_OF_PACKAGES, *_ELSEWHERE)
_OF_SYSTEMS = (_PACKAGE, "SPDXID", "PackageVersion", "PrimaryPackagePurpose", *_ELSEWHERE)
"""What is asked in the first look, for most lines are about something else."""


class _Placed(NamedTuple):
    package: Package
    line: int


def read_tag_value(document: Document) -> Iterator[Record]:
    """Yield the inventory of a tag-value document, its items, and what is wrong with it."""
    notices = Notices(document.source)
    head, version_line = _head(document)
    inventory = inventory_of(document.source, head, notices)
    yield inventory
    converter = Converter(inventory, head, notices)
    for placed in _packages(tags(document, _PACKAGES)):
        if isinstance(placed, Problem):
            yield placed
        else:
            yield from converter.records(placed.package, None, placed.line)
    tell_version(notices, head.version, line=version_line)
    yield from notices.problems()


def _head(document: Document) -> tuple[Head, int | None]:
    """Take a first look at the whole of it, because relationships come last, and again for the package described.

    The line of the version is returned too.
    """
    head = Head(systems=Systems())
    version: list[int] = []
    for placed in _packages(_noted(_peek(document, (*_HEAD, *_OF_SYSTEMS)), head, version)):
        if isinstance(placed, _Placed):
            head.note_system(placed.package)
    head.choose(placed.package for placed in _packages(_peek(document, _PACKAGES)) if isinstance(placed, _Placed))
    return head, next(iter(version), None)


def _noted(found: Iterator[Tag], head: Head, version: list[int]) -> Iterator[Tag]:
    """Take from the tags what is said of the document, and the line of its version; yield the others."""
    for tag in found:
        match tag.name:
            case "SPDXVersion":
                head.version = head.version or tag.value
                version.append(tag.line)
            case "DocumentName":
                head.name = head.name or tag.value
            case "Created":
                head.created = head.created or tag.value
            case "Creator" if len(head.creators) < _MAX_CREATORS:
                head.creators.append(tag.value)
            case "Relationship":
                head.describe(described_by(*_ends(tag.value)))
            case _:
                yield tag


def _ends(relationship: str) -> tuple[str | None, str | None, str | None]:
    """Return the three words of ``SPDXRef-DOCUMENT DESCRIBES SPDXRef-Package``."""
    words = relationship.split(None, 3)
    return (words[0], words[1], words[2]) if len(words) >= 3 else (None, None, None)


def _peek(document: Document, names: tuple[str, ...]) -> Iterator[Tag]:
    try:
        for tag in tags(document, names, repaired=False):
            if isinstance(tag, Tag):
                yield tag
    except ClearinghouseError:
        return


def _packages(found: Iterator[Tag | Problem] | Iterator[Tag]) -> Iterator[_Placed | Problem]:
    """Yield the packages that tags are about, and the problems between them. A package begins with its name."""
    package, line = None, 0
    for tag in found:
        if isinstance(tag, Problem):
            yield tag
        elif tag.name == _PACKAGE or tag.name in _ELSEWHERE:
            if package is not None:
                yield _Placed(package, line)
            package = Package(name=tag.value) if tag.name == _PACKAGE else None
            line = tag.line
        elif package is not None:
            _add(package, tag)
    if package is not None:
        yield _Placed(package, line)


def _add(package: Package, tag: Tag) -> None:
    match tag.name:
        case "SPDXID":
            package.id = package.id or tag.value
        case "PackageVersion":
            package.version = tag.value
        case "PackageSupplier":
            package.maker = without_kind(tag.value) or package.maker
        case "PackageOriginator":
            package.maker = package.maker or without_kind(tag.value)
        case "PackageSourceInfo":
            package.source_info = tag.value
        case "PrimaryPackagePurpose":
            package.purpose = tag.value
        case "ExternalRef":
            words = tag.value.split(None, 2)
            if len(words) == 3:
                package.refs.append((reference_type(words[1]), words[2]))
