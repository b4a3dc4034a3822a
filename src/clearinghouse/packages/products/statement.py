"""Statements: what one advisory says of one product, in the form in which it is compared and kept."""

from collections.abc import Iterator, Sequence

import msgspec
from msgspec.structs import replace

from clearinghouse.packages.products.family import are_related
from clearinghouse.packages.products.limits import edition_in_words, limit_in_words, modules_of, platforms_of
from clearinghouse.packages.products.names import fold, product_names, vendor_keys
from clearinghouse.packages.products.said import Said, stretches_of
from clearinghouse.packages.products.stretches import Stretch
from clearinghouse.records import Affected, Finding, KevEntry

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
        fixes: versions named as fixed that end no interval.
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
    name = advisory.document or finding.native_id or next(iter(finding.identifiers), "")
    if not name:
        return
    record = _Record(finding, advisory.affected)
    for affected in advisory.affected:
        if not (affected.component.vendor or affected.product or affected.cpes) and affected.component.ecosystem:
            continue
        for product, versions in _by_product(affected):
            yield from _statements(finding, name, record, affected, product, versions)


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


class _Record:
    """What holds for every entry of one advisory.

    CISA adds entries to CVE records. Where the record itself names other products, CISA's are a question (CVE-2024-4304
    names SWAL, and CISA a watch), and what limits all of the record's entries limits CISA's.
    """

    def __init__(self, finding: Finding, affected: Sequence[Affected]) -> None:
        own = [each for each in affected if not each.stated_by]
        self.finding = finding
        self.limit = limit_in_words(finding.description) if finding.format == "cve" else ""
        self.names = [(name, tokens) for each in own for name, tokens in [_name_of(each)] if tokens]
        self.beginnings = dict(pair for each in affected if each.stated_by for pair in _beginnings(each))
        limits = [_platforms(each, finding) for each in own]
        shared = dict.fromkeys(text for each in limits for text in each)
        self.platforms = tuple(shared) if all(limits) and len(shared) < _MANY else ()

    def condition(self, affected: Affected) -> str:
        """Words on which an entry depends; nothing if on nothing."""
        if affected.stated_by and self.names:
            tokens = _name_of(affected)[1]
            if not any(are_related(tokens, own) for _, own in self.names):
                return f'the record names "{self.names[0][0]}", and {affected.stated_by} adds this product'
        if self.limit or self.finding.format != "cve":
            return self.limit
        edition = edition_in_words(
            affected.product or affected.component.name, self.finding.title, self.finding.description
        )
        return f"it is {edition}" if edition else ""


_MANY = 3


def _beginnings(affected: Affected) -> Iterator[tuple[str, str]]:
    """Yield the end and the beginning of each range that has both."""
    for item in affected.ranges:
        low = next((event.introduced for event in item.events if event.introduced), "")
        for event in item.events:
            if event.fixed and low not in ("", "0", "-", "*"):
                yield event.fixed.lower(), low


def _name_of(affected: Affected) -> tuple[str, tuple[str, ...]]:
    name = affected.product or affected.component.name
    spoken = product_names(name, vendor_keys(affected.component.vendor))
    return name, spoken[0].tokens if spoken else ()


def _platforms(affected: Affected, finding: Finding) -> tuple[str, ...]:
    product = affected.product or affected.component.name
    vendors = vendor_keys(affected.component.vendor)
    return platforms_of(affected.platforms, vendors, product, finding.title, finding.description)


def _statements(
    finding: Finding, name: str, record: _Record, affected: Affected, product: str, versions: tuple[str, ...]
) -> Iterator[Statement]:
    """Yield what one entry says of one product, and what it says under a condition as another statement."""
    advisory = finding.advisory
    vendor = affected.component.vendor
    keys = vendor_keys(vendor)
    said = Said(keys, product, {} if affected.stated_by else record.beginnings)
    for text in versions:
        said.take_text(text)
    for item in affected.ranges:
        said.take_range(item)
    if affected.stated_by:  # it writes CPE names as ranges: "0 to *" is a name without a version
        said.stretches = [stretch for stretch in said.stretches if not stretch.is_everything]
    else:
        said.correct(finding.description)
        said.take_lines(finding.description)
    unaffected = stretches_of(affected.unaffected, keys)
    platforms = _platforms(affected, finding)
    whole = Statement(
        advisory=name,
        origin=finding.format,
        vendor=vendor,
        product=product,
        aliases=tuple(alias for alias in finding.identifiers if alias != name),
        title=finding.title,
        published=(advisory and (advisory.published or advisory.modified)) or "",
        stated_by=affected.stated_by,
        package=affected.package if not _PACKAGED.isdisjoint(keys) else "",
        models=affected.models,
        cpes=affected.cpes,
        platforms=platforms or (record.platforms if affected.stated_by else ()),
        modules=modules_of(affected.modules, keys),
        listed=tuple(dict.fromkeys(said.listed)),
        stretches=tuple(dict.fromkeys(said.stretches)),
        unaffected=tuple(dict.fromkeys((*said.carved, *unaffected))),
        unknown=stretches_of(affected.unknown, keys),
        unread=tuple(dict.fromkeys((*said.unread, *_empty(affected, unaffected)))),
        commits=said.commits and not (said.listed or said.stretches or said.unread),
        condition=record.condition(affected),
        default=_default(affected, unaffected),
        fixes=tuple(dict.fromkeys(said.fixes)),
    )
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
