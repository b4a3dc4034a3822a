"""Statements: what one advisory says of one product, in the form in which it is compared and kept."""

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec
from msgspec.structs import replace

from clearinghouse.packages.products.names import fold, vendor_keys, without_name
from clearinghouse.packages.products.stretches import Stretch
from clearinghouse.packages.products.text_ranges import Reading, read_range
from clearinghouse.packages.products.versions import compare, read_version
from clearinghouse.records import Affected, Finding, KevEntry, RangeEvent, VersionRange

KEV = "kev"
"""The origin of statements out of CISA's catalogue."""


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


_COMMIT = re.compile(r"[0-9a-f]{7,40}|[0-9a-f]{64}")
_FROM_THE_BEGINNING = frozenset(
    {"all", "any", "all versions", "earlier", "earlier versions", "older versions", "previous", "previous versions", "prior"}
)
"""What stands in place of a first version and means all before."""
_BEFORE_WORDS = r"(?:[Pp]rior to|[Bb]efore)"
_UP_TO_WORDS = r"[Uu]p to(?: and including)?"
_END_IN_WORDS = re.compile(rf"{_BEFORE_WORDS}|{_UP_TO_WORDS}")
_PACKAGED = frozenset({"redhat", "suse", "fedora", "canonical", "debian"})
"""Distributions: what they call a product is a release, and the versions are those of a package in it."""
_RELATIVE = frozenset({"citrix", "netscaler", "netsclaer"})
"""Vendors whose ``patch`` bounds are builds of the version beside them: "13.1", before "53.17" (CVE-2024-5491)."""
_SERIES_IN_TITLE = re.compile(r"\b([A-Z]{2,3}(?:\d{1,5}(?:-\w+)?)?) Series\b")
_TITLE_RESTRICTS = frozenset({"juniper", "junipernetworks"})
"""Vendors whose titles name the hardware that is affected, and whose records often do so nowhere else."""
_EVERYWHERE = re.compile(r"(?:x64|x86|arm64|arm|32[- ]?bit|64[- ]?bit|ia64|unknown|all|any|n/a|proprietary)\b.*")
_SYSTEMS = frozenset({"windows", "linux", "macos", "android", "ios"})
_SPECIFIC_MODULES = frozenset({"f5"})
"""Vendors whose modules are provisioned one by one; elsewhere ``modules`` names pieces of the code."""


def statements_of(finding: Finding) -> Iterator[Statement]:
    """Yield what a finding's advisory says of products. Withdrawn ones say nothing, nor does what is only a package."""
    advisory = finding.advisory
    if advisory is None or advisory.withdrawn or advisory.informational:
        return
    name = advisory.document or finding.native_id or next(iter(finding.identifiers), "")
    if not name:
        return
    for affected in advisory.affected:
        if not (affected.component.vendor or affected.product or affected.cpes) and affected.component.ecosystem:
            continue
        for product, versions in _by_product(affected):
            yield from _statements(finding, name, affected, product, versions)


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
    """Yield the product with its single versions; where one entry lists several products with theirs, each with its own.

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


def _statements(
    finding: Finding, name: str, affected: Affected, product: str, versions: tuple[str, ...]
) -> Iterator[Statement]:
    """Yield what one entry says of one product, and what it says under a condition as another statement."""
    advisory = finding.advisory
    vendor = affected.component.vendor
    keys = vendor_keys(vendor)
    said = _Said(keys, product)
    for text in versions:
        said.take_text(text)
    for item in affected.ranges:
        said.take_range(item)
    if affected.stated_by:  # it writes CPE names as ranges: "0 to *" is a name without a version
        said.stretches = [stretch for stretch in said.stretches if not stretch.is_everything]
    else:
        said.correct(finding.description)
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
        platforms=_platforms(affected.platforms, keys, finding.title),
        modules=_modules(affected.modules, keys),
        listed=tuple(dict.fromkeys(said.listed)),
        stretches=tuple(dict.fromkeys(said.stretches)),
        unaffected=tuple(dict.fromkeys((*said.carved, *_stretches(affected.unaffected, keys)))),
        unknown=_stretches(affected.unknown, keys),
        unread=tuple(dict.fromkeys(said.unread)),
        commits=said.commits and not (said.listed or said.stretches or said.unread),
        default=_default(affected),
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


def _default(affected: Affected) -> str:
    """The status of versions that nothing names.

    "Affected" is not taken at its word where an entry lists affected versions and none that are not: then the list
    would mean nothing. Some CNAs fill in the field so (CVE-2022-45143 of Tomcat).
    """
    default = affected.default_status or ""
    if default == "affected" and (affected.versions or affected.ranges) and not affected.unaffected:
        return "unaffected"
    return default


class _Said:
    """Gathers what one entry says of versions."""

    def __init__(self, vendors: tuple[str, ...], product: str) -> None:
        self._vendors = vendors
        self._product = product
        self.listed: list[str] = []
        self.stretches: list[Stretch] = []
        self.carved: list[Stretch] = []
        self.empty = False
        self.unread: list[str] = []
        self.fixes: list[str] = []
        self.conditional: list[Reading] = []
        self.commits = False

    def take_text(self, text: str) -> None:
        """Take in a version that stands alone: it may be one, or words that mean several."""
        if _COMMIT.fullmatch(text) and any(letter.isalpha() for letter in text):
            self.commits = True
            return
        reading = read_range(without_name(text, self._product)) or read_range(text)
        if reading is None:
            if any(letter.isdigit() for letter in text):  # "various" and "see references" say nothing of versions
                self.unread.append(text)
            return
        if reading.condition:
            self.conditional.append(reading)
            return
        self.listed += reading.listed
        self.stretches += reading.stretches

    def correct(self, description: str) -> None:
        """Where a listed version is in truth an end, the description says so: "prior to 0.20.04", "up to 1.8.8".

        Some CNAs list the fixed version as the affected one, others the last few of all that are affected.
        """
        if not self.listed or self.stretches or not _END_IN_WORDS.search(description):
            return
        last = self.listed[-1]
        match = re.search(rf"({_BEFORE_WORDS}|{_UP_TO_WORDS}) (?:version |v\.?)?{re.escape(last)}(?![\w.-]*\w)", description)
        if match is None:
            return
        closed = re.fullmatch(_UP_TO_WORDS, match[1]) is not None
        if not closed and len(self.listed) == 1:
            self.listed = []
        if closed or not self.listed:
            self.stretches.append(Stretch(high=last, closed=closed))

    def take_range(self, item: VersionRange) -> None:
        """Take in a range of versions."""
        if item.type.lower() == "git":
            self.commits = True
            return
        introduced = [_beginning(without_name(event.introduced, self._product)) for event in item.events if event.introduced is not None]
        fixed = [end for event in item.events if event.fixed is not None for end in self._ends(event.fixed)]
        last = [self._bound(event.last_affected) for event in item.events if event.last_affected is not None]
        if len(introduced) > 1 or not introduced:
            self.stretches += _walked(item.events)
            return
        low = introduced[0]
        if item.until and not fixed and not last:
            self.stretches.append(Stretch(low, until=item.until))
        elif last:
            self.stretches.append(Stretch(low, "" if last[-1] == "*" else last[-1], closed=True))
            self._changed(fixed, last[-1])
        elif not low and len(fixed) > 1 and _are_lines(fixed):
            self.stretches += (Stretch(high=end) for end in fixed)
        elif fixed:
            self._ended(low, fixed, item.type)
        else:
            self.stretches.append(Stretch(low))

    def _ends(self, text: str) -> list[str]:
        """The ends of a stretch: several, where one text lists them ("2022.10.6, 2023.05.6")."""
        parts = [self._bound(part.strip()) for part in text.split(",")]
        return parts if len(parts) > 1 and all(read_version(part) for part in parts) else [self._bound(text)]

    def _bound(self, text: str) -> str:
        """A bound without the operator, and without the product's name, that some CNAs repeat in it."""
        return without_name(text.lstrip("<>= ") or text, self._product)

    def _ended(self, low: str, fixed: Sequence[str], kind: str) -> None:
        """A stretch that fixes end. Fixes that are hotfixes each mend the release that they are for, and no other."""
        end = _end_of(fixed)
        if low and kind.lower() in ("patch", "custom") and not _RELATIVE.isdisjoint(self._vendors):
            end = _whole_build(low, end)
        if low == end:  # "112.0.5615.49, before 112.0.5615.49": it is fixed there, and began before
            low = ""
            self.empty = True
        self.stretches.append(Stretch(low, end))
        self._changed([text for text in fixed if text != end], end)

    def _changed(self, fixed: Iterable[str], end: str) -> None:
        bound = read_version(end)
        for text in fixed:
            version = read_version(text)
            if version and bound and compare(version, bound) == -1 and version.numbers < len(version.parts):
                series = ".".join(str(number) for _, number, _ in version.parts[: version.numbers])
                self.carved.append(Stretch(text, f"{series}.*", closed=True))
            self.fixes.append(text)


def _beginning(text: str) -> str:
    """The first version of a stretch; empty where it begins before every version, in one word or another."""
    return "" if text == "0" or text.lower() in _FROM_THE_BEGINNING else text


def _are_lines(fixed: Sequence[str]) -> bool:
    """Whether ends are those of lines of releases: whole releases that rise."""
    read = [version for text in fixed if (version := read_version(text))]
    rising = all(compare(one, other) == -1 for one, other in zip(read, read[1:], strict=False))
    return rising and all(version.numbers == len(version.parts) for version in read)


def _end_of(fixed: Sequence[str]) -> str:
    """The fix that ends a stretch: the first of those that are whole releases, else the last."""
    read = [(text, version) for text in fixed if (version := read_version(text))]
    whole = [(text, version) for text, version in read if version.numbers == len(version.parts)]
    chosen = fixed[-1]
    best = None
    for text, version in whole or read:
        order = compare(version, best) if best else 0
        if best is None or order == (-1 if whole else 1):
            chosen, best = text, version
    return chosen


def _walked(events: Iterable[RangeEvent]) -> Iterator[Stretch]:
    """Stretches of a range that begins more than once, in the order in which it is written."""
    low: str | None = None
    for event in events:
        if event.introduced is not None:
            low = ("" if event.introduced == "0" else event.introduced) if low is None else low
        elif low is not None and (event.fixed or event.last_affected):
            yield Stretch(low, event.fixed or event.last_affected or "", closed=event.fixed is None)
            low = None
    if low is not None:
        yield Stretch(low)


def _stretches(ranges: Iterable[VersionRange], vendors: tuple[str, ...]) -> tuple[Stretch, ...]:
    """Stretches of another status. Those that are empty as they are written say nothing here."""
    found: list[Stretch] = []
    for item in ranges:
        said = _Said(vendors, "")
        said.take_range(item)
        found += () if said.empty else said.stretches
    return tuple(dict.fromkeys(found))


def _whole_build(low: str, end: str) -> str:
    """The bound with the version before it, where it is a build of that: "53.17" of "13.1" is 13.1-53.17."""
    start, bound = read_version(low), read_version(end)
    if start is None or bound is None or len(bound.parts) > 2 or start.parts[0] == bound.parts[0]:
        return end
    return f"{low}-{end}"


def _platforms(written: tuple[str, ...], vendors: tuple[str, ...], title: str) -> tuple[str, ...]:
    """Platforms that restrict: neither instruction sets nor a list of every system there is."""
    if "microsoft" in vendors:
        return ()
    kept = [text for text in written if not _EVERYWHERE.fullmatch(text.lower())]
    if len(_SYSTEMS.intersection(text.lower() for text in kept)) > 2:
        kept = []
    if not kept and not _TITLE_RESTRICTS.isdisjoint(vendors):
        kept = [f"{name} Series" for name in _SERIES_IN_TITLE.findall(title)]
    return tuple(dict.fromkeys(kept))


def _modules(written: tuple[str, ...], vendors: tuple[str, ...]) -> tuple[str, ...]:
    if _SPECIFIC_MODULES.isdisjoint(vendors) or any("all modules" in text.lower() for text in written):
        return ()
    return written
