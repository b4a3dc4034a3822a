"""Statements: what one advisory says of one product, in the form in which it is compared and kept."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from clearinghouse.packages.products.entries import Entries
from clearinghouse.packages.products.limits import modules_of
from clearinghouse.packages.products.names import fold, vendor_keys
from clearinghouse.packages.products.prose import NOTHING, Prose
from clearinghouse.packages.products.said import Said, stretches_of
from clearinghouse.packages.products.stretches import Stretch
from clearinghouse.records import Affected, Finding, KevEntry

_T = TypeVar("_T")
KEV = "kev"
"""The origin of statements out of CISA's catalogue."""
_PACKAGED = frozenset({"redhat", "suse", "fedora", "canonical", "debian"})
"""Distributions: what they call a product is a release, and the versions are those of a package in it."""


class Statement(msgspec.Struct, frozen=True, array_like=True, kw_only=True, gc=False):
    """What one advisory says of one product.

    Attributes:
        advisory: identifier of the advisory. aliases: other identifiers of the flaw. title: what it is, in one line.
        published: RFC 3339 time. origin: ``cve``, ``csaf``, :data:`KEV` or the format that it was read from.
        stated_by: who says so, where it is not who published it.
        vendor, product: as written. package: the package of it to which the versions belong.
        models: order numbers and the like. cpes: CPE names. platforms, modules: to what it is restricted.
        listed: affected versions, one by one. stretches: affected intervals.
        unaffected, unknown: intervals that are not affected, or of which it is not known.
        unread: what is said of versions and was not understood. commits: versions are said in commits alone.
        condition: words on which it depends. default: ``affected``, ``unaffected`` or ``unknown`` for other versions.
        fixes: versions named as fixed that end no interval. prose: what title and description say of versions.
    """

    advisory: str
    origin: str
    vendor: str
    product: str
    aliases: tuple[str, ...] = ()
    title: str = ""
    published: str = ""
    stated_by: str = ""
    package: str = ""
    models: tuple[str, ...] = ()
    cpes: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    stretches: tuple[Stretch, ...] = ()
    unaffected: tuple[Stretch, ...] = ()
    unknown: tuple[Stretch, ...] = ()
    unread: tuple[str, ...] = ()
    commits: bool = False
    condition: str = ""
    default: str = ""
    fixes: tuple[str, ...] = ()
    prose: Prose = NOTHING

    @property
    def says_versions(self) -> bool:
        """Whether it says anything of versions that was understood."""
        return bool(self.listed or self.stretches or self.unaffected or self.unknown)

    @property
    def label(self) -> str:
        """The product as the advisory names it, with its vendor."""
        vendor = self.vendor if self.vendor and not fold(self.product).startswith(fold(self.vendor)) else ""
        return f"{vendor} {self.product}".strip()


def statements_of(finding: Finding) -> Iterator[Statement]:
    """Yield what a finding's advisory says of products. Withdrawn ones say nothing, nor does what is only a package."""
    advisory = finding.advisory
    if advisory is None or advisory.withdrawn or advisory.informational:
        return
    record = Entries(finding, advisory)
    if not record.name:
        return
    for affected in advisory.affected:
        if not (affected.component.vendor or affected.product or affected.cpes) and affected.component.ecosystem:
            continue
        for product, versions in _by_product(affected):
            yield from _statements(record, affected, product, versions)


def statement_of_kev(entry: KevEntry) -> Statement | None:
    """Return what an entry of the KEV catalogue says, or None if it names no product."""
    if not entry.product or not entry.vendor:
        return None
    return Statement(
        advisory=entry.cve,
        origin=KEV,
        vendor=entry.vendor.strip(),
        product=entry.product.strip(),
        title=entry.name,
        published=entry.date_added,
    )


def _by_product(affected: Affected) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the product with its single versions; of an entry that lists several products, each with its own.

    "Fortinet FortiOS, FortiProxy" has the version "FortiOS 7.2.1, 7.2.0; FortiProxy 7.2.0" in records before 2023.
    """
    product = affected.product or affected.component.name
    names = [part.strip() for part in product.split(",") if part.strip()]
    if len(names) > 1 and len(affected.versions) == 1 and not affected.ranges:
        shared: dict[str, tuple[str, ...]] = {}
        for segment in affected.versions[0].split(";"):
            name = next((name for name in names if segment.strip().startswith(name.rpartition(" ")[2])), None)
            if name is None:
                break
            shared[name] = (segment.strip().removeprefix(name.rpartition(" ")[2]).strip(),)
        else:
            yield from shared.items()
            return
    yield product, affected.versions


def _statements(record: Entries, affected: Affected, product: str, versions: tuple[str, ...]) -> Iterator[Statement]:
    """Yield what one entry says of one product, and what it says under a condition as another statement."""
    said = _said(record, affected, product, versions)
    whole = _whole(record, affected, product, said)
    if not said.conditional or whole.says_versions or whole.unread:
        yield whole
    for reading in said.conditional:
        yield replace(
            whole,
            listed=reading.listed,
            stretches=reading.stretches,
            unread=(),
            condition=reading.condition,
            default="",
            fixes=(),
        )


def _said(record: Entries, affected: Affected, product: str, versions: tuple[str, ...]) -> Said:
    """What an entry says of versions, mended by the words of the record where it is the record's own."""
    said = Said(vendor_keys(affected.component.vendor), product, {} if affected.stated_by else record.beginnings)
    for text in versions:
        said.take_text(text)
    for item in affected.ranges:
        said.take_range(item)
    if affected.stated_by:  # it writes CPE names as ranges: "0 to *" is a name without a version
        said.stretches = [stretch for stretch in said.stretches if not stretch.is_everything]
        return said
    if said.listed and not said.stretches:
        said.correct(record.said)
    said.take_lines(record.finding.description)
    return said


def _whole(record: Entries, affected: Affected, product: str, said: Said) -> Statement:
    """What an entry says without a condition."""
    vendor = affected.component.vendor
    keys = vendor_keys(vendor)
    unaffected = stretches_of(affected.unaffected, keys) if affected.unaffected else ()
    platforms = record.platforms_of(affected)
    says = bool(said.listed or said.stretches)
    return Statement(
        advisory=record.name,
        origin=record.finding.format,
        vendor=vendor,
        product=product,
        aliases=record.aliases,
        title=record.finding.title,
        published=record.published,
        stated_by=affected.stated_by,
        package=affected.package if not _PACKAGED.isdisjoint(keys) else "",
        models=affected.models,
        cpes=affected.cpes,
        platforms=platforms or (record.platforms if affected.stated_by else ()),
        modules=modules_of(affected.modules, keys) + record.modules_in_words(product, vendor),
        listed=_once(said.listed),
        stretches=_once(said.stretches),
        unaffected=_once((*said.carved, *unaffected)) if said.carved else unaffected,
        unknown=stretches_of(affected.unknown, keys) if affected.unknown else (),
        unread=_once((*said.unread, *_empty(affected, unaffected))),
        commits=said.commits and not (says or said.unread),
        condition=record.condition(affected),
        default=_default(affected, unaffected),
        fixes=_once(said.fixes),
        prose=record.prose_of(product) if says or affected.default_status == "affected" else NOTHING,
    )


def _once(texts: Sequence[_T]) -> tuple[_T, ...]:
    """Each of them once, in their order."""
    return tuple(dict.fromkeys(texts)) if texts else ()


def _default(affected: Affected, unaffected: tuple[Stretch, ...]) -> str:
    """The status of versions that nothing names.

    "Affected" is not taken at its word where an entry lists affected versions and none that are not: then the list
    would mean nothing (CVE-2022-45143 of Tomcat); nor where what it says of unaffected ones is empty as it is written.
    """
    default = affected.default_status or ""
    named = bool(affected.versions or affected.ranges)
    if default == "affected" and (affected.unaffected or named) and not unaffected:
        return "unaffected" if named else ""
    return default


def _empty(affected: Affected, unaffected: tuple[Stretch, ...]) -> tuple[str, ...]:
    """What an entry says of unaffected versions alone, where that is empty: "2022 su3, before 2022 su3"."""
    if not affected.unaffected or unaffected or affected.versions or affected.ranges:
        return ()
    event = affected.unaffected[0].events[0]
    return (f"unaffected: {event.introduced or event.fixed or event.last_affected}",)
