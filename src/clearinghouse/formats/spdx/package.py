"""A package of an SPDX document, whatever the document is written in, and what becomes of it.

Sources: SPDX 2.3, clauses 6 (creation), 7 (package) and 11 (relationships), https://spdx.github.io/spdx-spec/v2.3/.
"""

import re
from collections.abc import Iterator

import msgspec

from clearinghouse.formats.parts import missing
from clearinghouse.formats.sbom.facts import Systems, created_at, digest_in
from clearinghouse.formats.sbom.items import Entry, Items
from clearinghouse.formats.sbom.notices import Notices
from clearinghouse.formats.text import clean_line
from clearinghouse.records import Inventory, InventoryItem, Problem

NAME = "spdx"
MAX_DESCRIBED = 10_000
"""Most elements that a document may describe one by one; beyond, it is about none of them."""
MAX_IDENTIFIER = 2_000
_NOTHING = frozenset({"", "NOASSERTION", "NONE"})
_MAX_TOOLS = 5
_BUILT_FROM = re.compile(r"built package from: (\S{1,200}) (\S{1,200})")
_SYSTEM_ID = "SPDXRef-OperatingSystem-"
_CONTAINER = "CONTAINER"
_SYSTEM = "OPERATINGSYSTEM"


class Package(msgspec.Struct, kw_only=True, gc=False):
    """A package as it is written.

    Attributes:
        id: its identifier in the document. name, version: as written.
        maker: supplier or originator, the name alone (:func:`without_kind`).
        purpose: ``CONTAINER``, ``OPERATING-SYSTEM`` and so on. source_info: where it is from, in words.
        refs: (type, locator) of the external references, such as ``purl`` and ``cpe23Type``.
    """

    id: str = ""
    name: str = ""
    version: str | None = None
    maker: str = ""
    purpose: str = ""
    source_info: str = ""
    refs: list[tuple[str, str]] = []

    @property
    def is_system(self) -> bool:
        """Whether it stands for the operating system: it says so, or its identifier does (Trivy up to 0.45)."""
        return plain(self.purpose) == _SYSTEM or self.id.startswith(_SYSTEM_ID)

    def first(self, kind: str) -> str | None:
        """Return the first locator of a type that says something, or None."""
        for found, locator in self.refs:
            if found == kind and (value := said(locator)):
                return value
        return None

    @property
    def cpes(self) -> tuple[str, ...]:
        """The platform names that it has."""
        return tuple(locator for kind, locator in self.refs if kind in _CPES and said(locator))


_CPES = frozenset({"cpe22Type", "cpe23Type"})


class Head(msgspec.Struct, kw_only=True):
    """What must be known of a document before its items.

    Attributes:
        version: of the specification, as written. name: of the document. created: as written.
        creators: as written (``Tool: syft-0.64.0``). described: identifiers of what the document is about.
        subject: the one package among these, or None. systems: the operating systems in it.
    """

    version: str = ""
    name: str = ""
    created: str | None = None
    creators: list[str] = []
    described: set[str] = set()
    subject: Package | None = None
    systems: Systems

    def describe(self, identifier: str | None) -> None:
        """Note something that the document is about."""
        if identifier and len(self.described) <= MAX_DESCRIBED and len(identifier) <= MAX_IDENTIFIER:
            self.described.add(identifier)

    def note_system(self, package: Package) -> None:
        """Note an operating system, if the package is one."""
        if package.is_system:
            self.systems.add(package.name, package.version)

    def choose(self, packages: Iterator[Package]) -> None:
        """Find the subject: the only one of the packages that is described. Reading stops at the second one."""
        if not self.described or len(self.described) > MAX_DESCRIBED:
            return
        chosen = None
        for package in packages:
            if package.id in self.described:
                if chosen is not None:
                    return
                chosen = package
        self.subject = chosen


def inventory_of(source: str, head: Head, notices: Notices, *, pointer: str | None = None) -> Inventory:
    """Return the inventory that a document is. ``pointer``: where its time of creation stands."""
    subject = head.subject
    digest = digest_in(subject.first("purl"), subject.version, subject.name, subject.id) if subject else None
    return Inventory(
        source=source,
        format=NAME,
        subject=_subject_text(subject) if subject else clean_line(head.name),
        digest=digest or digest_in(head.name),
        tool=_tool(head.creators),
        created=created_at(head.created, notices, pointer=pointer),
        system=head.systems.one,
    )


def _subject_text(subject: Package) -> str:
    name, version = clean_line(subject.name), clean_line(said(subject.version) or "", 256)
    return name if not version or version.startswith("sha256:") else f"{name}@{version}"


def _tool(creators: list[str]) -> str:
    """Return the tools that made a document; if it names none, who did."""
    tools = [creator.partition(":")[2] for creator in creators if creator.lower().startswith("tool:")]
    named = [clean_line(text) for text in tools or map(without_kind, creators)]
    return ", ".join([text for text in named if text][:_MAX_TOOLS])


def described_by(first: str | None, kind: str | None, second: str | None) -> str | None:
    """Return what a relationship says that the document is about, or None. ``DESCRIBE`` is Trivy's word up to 0.36."""
    kind = (kind or "").upper()
    if kind in ("DESCRIBES", "DESCRIBE") and _is_document(first):
        return None if _is_document(second) else second
    return first if kind == "DESCRIBED_BY" and _is_document(second) else None


def _is_document(identifier: str | None) -> bool:
    """Whether it is the identifier of the document itself, which is the same in every one (SPDX 2.3, clause 6.3)."""
    return (identifier or "").upper() == "SPDXREF-DOCUMENT"


class Converter:
    """Makes the items of one document.

    Args:
        inventory: theirs. head: of the document. notices: where what is odd is noted.
    """

    def __init__(self, inventory: Inventory, head: Head, notices: Notices) -> None:
        self.source = inventory.source
        self._items = Items(inventory, notices)
        self._subject = head.subject.id if head.subject else None

    def records(
        self, package: Package, pointer: str | None = None, line: int | None = None
    ) -> Iterator[InventoryItem | Problem]:
        """Yield the item that a package is, and what is wrong with it.

        The subject of the document is an item if an advisory could speak of it: it has a package URL or a platform name
        and is no image.
        """
        self._items.once(package.id or None, pointer, line)
        purl = package.first("purl")
        if not said(package.name):
            where = f"{pointer}/name" if pointer is not None else None
            problem = missing(self.source, "", "A package has no name.", "a text")
            yield msgspec.structs.replace(problem, pointer=where, line=line)
            if not purl:
                return
        if package.id and package.id == self._subject and not self._speaks_of(package, purl):
            return
        yield self._items.make(_entry(package, purl, pointer, line))

    def _speaks_of(self, package: Package, purl: str | None) -> bool:
        if plain(package.purpose) == _CONTAINER:
            return False
        return not self._items.purls[purl].image if purl else bool(package.cpes)


def _entry(package: Package, purl: str | None, pointer: str | None, line: int | None) -> Entry:
    built = _BUILT_FROM.search(package.source_info) if package.source_info else None
    return Entry(
        name=said(package.name) or "",
        version=said(package.version),
        purl=purl,
        vendor=package.maker,
        cpes=package.cpes,
        source_name=built[1] if built else "",
        source_version=built[2] if built else None,
        pointer=pointer,
        line=line,
    )


def said(text: str | None) -> str | None:
    """Return what a field says, or None if it is ``NOASSERTION``, ``NONE`` or empty, which are no values."""
    if text is None:
        return None
    text = text.strip()
    return None if text in _NOTHING else text


def without_kind(text: str) -> str:
    """Return who is meant by ``Organization: Example (sbom@example.org)``: the name alone."""
    name = said(text) or ""
    for kind in ("Organization:", "Person:", "Tool:"):
        if name.startswith(kind):
            name = said(name[len(kind) :]) or ""
    head, opened, rest = name.rpartition("(")
    return head.strip() if opened and rest.endswith(")") and (rest == ")" or "@" in rest) else name


def plain(word: str) -> str:
    """Return a word of an enumeration in the form in which its spellings are equal (``OPERATING-SYSTEM``)."""
    return word.replace("-", "").replace("_", "").upper()


def reference_type(written: str) -> str:
    """Return the type of an external reference, which may be written as the address of its definition."""
    return written.rpartition("/")[2]
