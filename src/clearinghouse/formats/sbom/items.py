"""Items of an inventory out of what an SBOM says of a component."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from clearinghouse.formats.parts import unique
from clearinghouse.formats.sbom.facts import with_release
from clearinghouse.formats.sbom.notices import Notices
from clearinghouse.formats.text import clean_line, distinct_line, quoted
from clearinghouse.packages.ecosystems import ecosystem_of_type, name_of_purl, split_ecosystem
from clearinghouse.packages.purl import MAX_LENGTH, PurlError, parse
from clearinghouse.packages.releases import release_of_distro
from clearinghouse.records import Component, Inventory, InventoryItem

V = TypeVar("V")
MAX_CPES = 100
"""Most CPE names that are kept of one item; a tool that guesses writes some dozens."""
_REMEMBERED = 1 << 12
"""Package URLs of which is remembered what they say: within one SBOM few repeat."""
_IDENTIFIERS = 1 << 18
"""Identifiers of a document that are compared with each other; more would cost more memory than the document."""
_IMAGES = frozenset({"oci", "docker"})
_JOINTS = {"Maven": ":"}
_NO_GROUP = frozenset({"deb", "rpm", "apk", "alpine"})


class Entry(msgspec.Struct, kw_only=True, gc=False):
    """One component or package of an SBOM as it is written there.

    Attributes:
        name, version, purl, cpes: as written. group: what its ecosystem or maker groups it under (``org.example``).
        vendor: who makes it. scope: as in :class:`~clearinghouse.records.InventoryItem`.
        source_name, source_version: the source package that an OS package was built from.
        pointer, line: where it stands.
    """

    name: str
    version: str | None = None
    purl: str | None = None
    group: str = ""
    vendor: str = ""
    cpes: tuple[str, ...] = ()
    scope: str = ""
    source_name: str = ""
    source_version: str | None = None
    pointer: str | None = None
    line: int | None = None


class Known(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a package URL says.

    Attributes:
        purl: as written, made fit to be shown. type: ``deb``. name: as its ecosystem writes it.
        version: without escapes. ecosystem: OSV name, with release where it is said.
        image: it names a container image. wrong: why it is no package URL, as a sentence; empty if it is one.
    """

    purl: str
    type: str = ""
    name: str = ""
    version: str | None = None
    ecosystem: str = ""
    image: bool = False
    wrong: str = ""


class Memory(dict[str, V]):
    """What follows from package URLs, by how they are written: worked out once each, as long as there is room.

    Args:
        work_out: what follows from one. room: for how many there is room.
    """

    def __init__(self, work_out: Callable[[str], V], room: int = _REMEMBERED) -> None:
        super().__init__()
        self._work_out = work_out
        self._room = room

    def __missing__(self, written: str) -> V:
        """Work it out."""
        value = self._work_out(written)
        if len(self) >= self._room:
            self.clear()
        if len(written) <= MAX_LENGTH:
            self[written] = value
        return value


def known_of(written: str) -> Known:
    """Return what a package URL says."""
    purl = distinct_line(written, MAX_LENGTH)
    try:
        url = parse(written)
    except PurlError as error:
        return Known(purl=purl, wrong=error.what)
    distro = url.qualifier("distro")
    base = ecosystem_of_type(url.type, url.namespace, distro)
    release = release_of_distro(base, url.namespace, distro) if base and distro else ""
    return Known(
        purl=purl,
        type=url.type,
        name=clean_line(name_of_purl(base, url)),
        version=clean_line(url.version, 256) or None if url.version else None,
        ecosystem=with_release(base, clean_line(release, 60)),
        image=url.type in _IMAGES,
    )


class Items:
    """Makes the items of one inventory.

    Args:
        inventory: theirs. notices: where what is odd about them is noted.
    """

    def __init__(self, inventory: Inventory, notices: Notices) -> None:
        self._id = inventory.id
        self._system = inventory.system
        self._base = split_ecosystem(inventory.system)[0]
        self._notices = notices
        self.purls = Memory(known_of)
        self._refs: set[int] = set()

    def once(self, ref: str | None, pointer: str | None, line: int | None) -> None:
        """Note an identifier that stands for two things, or is empty. Only a number is remembered of each."""
        if ref is None:
            return
        if not ref:
            self._notices.add("empty_identifier", "An identifier is empty.", pointer=pointer, line=line)
            return
        number = hash(ref)
        if number in self._refs:
            message = f"The identifier {quoted(ref, 100)} stands for two things: both are kept."
            expected = "one component for each identifier"
            self._notices.add("duplicate_identifier", message, pointer=pointer, line=line, expected=expected)
        elif len(self._refs) < _IDENTIFIERS:
            self._refs.add(number)

    def make(self, entry: Entry) -> InventoryItem:
        """Return the item that an entry is."""
        known = self._known(entry)
        name = clean_line(entry.name) or (known.name if known else "")
        version = distinct_line(entry.version, 256) if entry.version else known.version if known else None
        vendor = ""
        ecosystem = known.ecosystem if known else ""
        if ecosystem and ecosystem == self._base:
            ecosystem = self._system
        if known and ecosystem:
            if entry.group and known.type not in _NO_GROUP:
                name = f"{clean_line(entry.group)}{_JOINTS.get(ecosystem, '/')}{name}"
        elif entry.vendor or entry.group:
            vendor = clean_line(entry.vendor or entry.group)
        return InventoryItem(
            inventory=self._id,
            written=known.purl if known else _label(entry, name, version),
            component=Component(
                name=name,
                ecosystem=ecosystem,
                vendor=vendor,
                version=version or None,
                purl=known.purl if known else None,
            ),
            cpes=self._cpes(entry) if entry.cpes else (),
            source_name=clean_line(entry.source_name) if entry.source_name else "",
            source_version=clean_line(entry.source_version, 256) if entry.source_version else None,
            scope=entry.scope,
            pointer=entry.pointer,
            line=entry.line,
        )

    def _known(self, entry: Entry) -> Known | None:
        if not entry.purl:
            return None
        known = self.purls[entry.purl]
        if known.wrong:
            self._notices.add("bad_package_url", known.wrong, pointer=entry.pointer, line=entry.line)
        return known

    def _cpes(self, entry: Entry) -> tuple[str, ...]:
        kept = []
        for cpe in entry.cpes[:MAX_CPES]:
            if cpe.startswith(("cpe:2.3:", "cpe:/")):
                kept.append(distinct_line(cpe, 1000))
            else:
                message = f"{quoted(cpe)} is no platform name and was left out."
                where = {"pointer": entry.pointer, "line": entry.line}
                self._notices.add("bad_cpe", message, expected="cpe:2.3:... or cpe:/...", **where)  # type: ignore[arg-type]
        return unique(kept)


def _label(entry: Entry, name: str, version: str | None) -> str:
    """The shortest text by which a person would know an entry that has no package URL."""
    if entry.group:
        name = f"{clean_line(entry.group)}/{name}"
    elif entry.vendor:
        return f"{clean_line(entry.vendor)} {name}{f' {version}' if version else ''}"
    return f"{name}@{version}" if version else name
