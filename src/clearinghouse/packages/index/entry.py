"""What one advisory says of one package, in the form in which it is compared and kept."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import msgspec
from msgspec.structs import replace

from clearinghouse.packages.ecosystems import normal_name, split_ecosystem
from clearinghouse.packages.identity import package_of
from clearinghouse.packages.products.text_ranges import read_range
from clearinghouse.packages.purl import parse
from clearinghouse.packages.ranges import Key, Stretch, stretches
from clearinghouse.packages.releases import release_of_platform
from clearinghouse.packages.versions import ZERO, Order, order_of
from clearinghouse.packages.versions.semver import SEMVER
from clearinghouse.records import Affected, InventoryItem, PublishedAdvisory, Unjudged, VersionRange

GIT = "GIT"
"""The range type whose order is the ancestry of commits, which cannot be asked here (OSV schema)."""


class Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One advisory on one package.

    Attributes:
        advisory, aliases, upstream, title: as in :class:`~clearinghouse.records.PublishedAdvisory`.
        informational: why it is no vulnerability, else empty.
        ecosystem: OSV base name. release: of a distribution, else empty. name: normal form of the package's name.
        label: the package as the advisory writes it, with its ecosystem.
        cvss: the newest CVSS vector that the advisory gives, for this package if it tells packages apart; or empty.
        versions: affected ones that are listed, as written.
        stretches: affected intervals, of ranges whose order is known.
        fixes: (key, text) of the versions from which on it is fixed, in version order.
        undecided: the types of ranges whose order is not known: they may hold any version.
        open_ended: whether one of these has no end.
        listed: keys of the versions that are listed and lie in no stretch, in version order. last_listed: the last of
            these, as written.
        excluded: intervals that are not affected, whatever else is said.
    """

    advisory: str
    aliases: tuple[str, ...]
    upstream: tuple[str, ...]
    title: str
    informational: str
    ecosystem: str
    release: str
    name: str
    label: str
    cvss: str
    versions: frozenset[str]
    stretches: tuple[Stretch, ...]
    fixes: tuple[tuple[bytes, str], ...]
    undecided: tuple[str, ...]
    open_ended: bool
    listed: tuple[bytes, ...]
    last_listed: str
    excluded: tuple[Stretch, ...]

    @property
    def names_versions(self) -> bool:
        """Whether the advisory says anything of versions of this package."""
        return bool(self.versions or self.stretches or self.undecided)


def entries_of(advisory: PublishedAdvisory) -> Iterator[Entry]:
    """Yield what an advisory says of each package that it names. Affected entries that are no package are passed over.

    Several affected entries on one package stay several: any of them may hit. A package may be named by its ecosystem
    or by its package URL alone (CSAF 2.0, section 3.1.3.3.4).
    """
    if advisory.body.withdrawn:
        return
    cvss = "" if any(each.cvss for each in advisory.body.affected) else advisory.cvss
    for affected in advisory.body.affected:
        named = affected if affected.component.ecosystem else _by_purl(affected)
        if named and named.component.name:
            yield _entry(advisory, named, affected.cvss or cvss)


def _by_purl(affected: Affected) -> Affected | None:
    """What is said of a package URL, as of the package that it names; None where it names none that is known here."""
    component = affected.component
    if not component.purl:
        return None
    package = package_of(InventoryItem(inventory="", written=component.purl, component=component))
    if isinstance(package, Unjudged):
        return None
    release = package.release or next(
        (found for text in affected.platforms if (found := release_of_platform(package.ecosystem, text))), ""
    )
    ecosystem = f"{package.ecosystem}:{release}" if release else package.ecosystem
    named = replace(affected, component=replace(component, ecosystem=ecosystem, name=package.name))
    if not named.unaffected or not _is_of_one_build(component.purl):
        return named
    # "not affected" of one module stream or architecture says nothing of the others, which have the same name
    return replace(named, unaffected=()) if named.versions or named.ranges else None


def _is_of_one_build(purl: str) -> bool:
    url = parse(purl)
    return bool(url.qualifier("rpmmod")) or url.qualifier("arch") not in ("", "all", "noarch", "src", "source")


def _entry(advisory: PublishedAdvisory, affected: Affected, cvss: str) -> Entry:
    written = affected.component.ecosystem
    base, release = split_ecosystem(written)
    order = order_of(written)
    found: list[Stretch] = []
    undecided: dict[str, None] = {}
    open_ended = False
    for item in affected.ranges:
        known = _order(item, order)
        if known is not None:
            found += stretches(item.events, _keys(known))
            continue
        undecided[GIT if is_git(item) else item.type] = None
        open_ended = open_ended or not _ends(item)
    listed: Sequence[str] = affected.versions
    if listed and order and _RANGE_IN_WORDS.search("\n".join(listed)):
        for text in listed:
            if _takes_words(text):
                found += _said(text, order, undecided)
        listed = [text for text in listed if not _takes_words(text)]
    excluded = [stretch for item in affected.unaffected for stretch in _stretches(item, order)]
    fixes = _fixes(found, excluded if affected.default_status == "affected" else ())
    if affected.default_status == "affected":  # all but what is excluded, whatever else is named (CVE record format)
        found = [Stretch(ZERO, b"", False, "0")]
    outside = _outside(listed, found, order)
    return Entry(
        advisory=advisory.id,
        aliases=advisory.aliases,
        upstream=advisory.upstream,
        title=advisory.title,
        informational=advisory.body.informational,
        ecosystem=base,
        release=release,
        name=normal_name(base, affected.component.name),
        cvss=cvss,
        label=f"{affected.component.name} ({written})",
        versions=frozenset(listed),
        stretches=tuple(found),
        fixes=tuple([fix for fix in fixes if fix[0] not in outside]) if outside else fixes,
        undecided=tuple(undecided),
        open_ended=open_ended,
        listed=tuple(outside),
        last_listed=outside[next(reversed(outside))] if outside else "",
        excluded=tuple(excluded),
    )


def _ends(item: VersionRange) -> bool:
    return bool(item.events) and item.events[-1].introduced is None


def is_git(item: VersionRange) -> bool:
    """Whether a range is one of commits. Of CVE records of type ``git`` some hold versions; those are none."""
    if item.type == GIT:
        return True
    if item.type.upper() != GIT:
        return False
    texts = [text for event in item.events for text in (event.introduced, event.fixed, event.last_affected) if text]
    return all(text == "0" or _COMMIT.fullmatch(text) for text in texts)


def _takes_words(text: str) -> bool:
    """Whether a text in the place of a version says a range (``< 4.4.12``, ``all versions before 2.0``)."""
    return _RANGE_IN_WORDS.search(text) is not None


def _said(text: str, order: Order, undecided: dict[str, None]) -> Iterator[Stretch]:
    """The stretches that a text says; what is not understood whole, or depends on something, stays undecided."""
    reading = read_range(text)
    if reading is None or reading.condition or any(each.above for each in reading.stretches):
        undecided["text"] = None
        return
    for each in reading.stretches:
        low = order.key(each.low) if each.low else ZERO
        end = {"last_affected": each.high} if each.closed else {"fixed": each.high}
        yield Stretch(
            low, order.key(each.high) if each.high else b"", each.closed, each.low or "0", **(end if each.high else {})
        )
    for version in reading.listed:
        yield Stretch(order.key(version), order.key(version), True, version, last_affected=version)


def _outside(versions: Iterable[str], found: Sequence[Stretch], order: Order | None) -> dict[bytes, str]:
    """The versions that no stretch holds, by their keys, in version order: of these only the list can say that another
    spelling of them is affected.
    """
    if not versions or order is None:
        return {}
    key_of = _keys(order)
    bounds = [(each.low, each.high, each.closed) for each in found]
    outside: dict[bytes, str] = {}
    for text in versions:  # a publisher lists hundreds: no call for each
        key = key_of(text)
        for low, high, closed in bounds:
            if low <= key and (not high or key < high or (closed and key == high)):
                break
        else:
            outside[key] = text
    return dict(sorted(outside.items()))


def _keys(order: Order) -> Key:
    """The keys of an order; of versions that are met often, made once."""
    remembered = _KEYS.get(order.name)
    if remembered is None:
        remembered = _KEYS[order.name] = lru_cache(maxsize=_REMEMBERED)(order.key)
    return remembered


_KEYS: dict[str, Key] = {}
_REMEMBERED = 1 << 14
_COMMIT = re.compile(r"[0-9a-f]{7,64}", re.IGNORECASE)
_RANGE_IN_WORDS = re.compile(r"[<>=]|\b(?:all|before|below|earlier|later|prior|through|up to)\b", re.IGNORECASE)


def _order(item: VersionRange, order: Order | None) -> Order | None:
    """The order that a range is on. SEMVER needs no ecosystem; where the ecosystem has an order, it agrees with it."""
    if is_git(item):
        return None
    return order or (SEMVER if item.type == "SEMVER" else None)


def _stretches(item: VersionRange, order: Order | None) -> Iterable[Stretch]:
    known = _order(item, order)
    return stretches(item.events, known.key) if known else ()


def _fixes(found: Iterable[Stretch], spared: Iterable[Stretch]) -> tuple[tuple[bytes, str], ...]:
    """The versions in which it is fixed, in version order, each once: ends of what is affected that are fixes, and,
    where all is affected but what is spared, the beginnings of that.
    """
    fixes = {stretch.low: stretch.introduced for stretch in spared if stretch.low != ZERO}
    for stretch in found:
        if stretch.fixed is not None:
            fixes[stretch.high] = stretch.fixed
    return tuple(sorted(fixes.items()))
