"""Affected products of a CVE record: components, versions and ranges, and the fixes that they name.

The version algorithm is that of the CVE record format
(https://github.com/CVEProject/cve-schema/blob/main/schema/docs/versions.md).
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from msgspec.structs import replace

from clearinghouse.formats.commits import commit_remedy, is_commit
from clearinghouse.formats.cve.schema import Product, Version, VersionEntry
from clearinghouse.formats.cve.tables import ECOSYSTEMS, ENDS_UNSAID, EVERYTHING, NOT_APPLICABLE, UNBOUNDED
from clearinghouse.formats.text import clean_line
from clearinghouse.records import Affected, Component, RangeEvent, Remedy, VersionRange

_LONGEST_REMEMBERED = 100
_MOST_TEXTS = 500
"""Names and platforms that are kept of one entry."""
_FIX_COMMIT = "original_commit_for_fix"
"""The Linux CNA's ``versionType`` of an unaffected entry whose version is the fix in the main line."""


def _text(value: Version | None, limit: int = 2000) -> str:
    if value is None:
        return ""
    return clean_line(value if isinstance(value, str) else str(value), limit)


def _name_in(value: str) -> str:
    """Return ``value`` cleaned, empty when it says that nothing is named."""
    text = clean_line(value)
    return "" if text.lower() in NOT_APPLICABLE else text


_known_name_in = lru_cache(maxsize=4096)(_name_in)
"""The same few thousand names stand in most records."""


def _named(value: str | None) -> str:
    if not value:
        return ""
    return _known_name_in(value) if len(value) <= _LONGEST_REMEMBERED else _name_in(value)


def component_of(product: Product) -> Component | None:
    """Return the component that an entry of ``affected`` names, or None when it names none (``n/a``)."""
    package = _named(product.package_name)
    ecosystem = _ecosystem(product.collection_url) if package else ""
    name = package if ecosystem else _named(product.product) or package
    purl = clean_line(product.package_url, 1024) if product.package_url else None
    if not name and not purl:
        return None
    return Component(
        name=name or purl or "",
        ecosystem=ecosystem,
        vendor=_named(product.vendor),
        purl=purl,
        repository=clean_line(product.repo, 2048) if product.repo else None,
    )


def _ecosystem(url: str | None) -> str:
    host = (url or "").lower().partition("://")[2].partition("/")[0].removeprefix("www.")
    return ECOSYSTEMS.get(host, "")


def affected_of(product: Product, stated_by: str = "") -> Affected | None:
    """Return one entry of ``affected`` with its versions, or None when it names no component.

    Args:
        stated_by: who says so, where it is not the CNA.
    """
    component = component_of(product)
    if component is None:
        return None
    versions: list[str] = []
    ranges: dict[str, list[VersionRange]] = {"affected": [], "unaffected": [], "unknown": []}
    for entry in _joined(product.versions or ()):
        first = _text(entry.version)
        status = _status(entry)
        if status == "affected" and _is_single(entry, first):
            versions.append(first)
        elif status in ranges and not (entry.version_type == _FIX_COMMIT and is_commit(first)):
            ranges[status] += _ranges(entry, first, component.repository)
    return Affected(
        component=component,
        versions=tuple(versions),
        ranges=tuple(ranges["affected"]),
        default_status=clean_line(product.default_status, 20).lower() if product.default_status else None,
        unaffected=tuple(ranges["unaffected"]),
        unknown=tuple(ranges["unknown"]),
        product=_other_than(component, product.product),
        package=_other_than(component, product.package_name),
        cpes=_texts(product.cpes),
        platforms=_texts(product.platforms),
        modules=_texts(product.modules),
        stated_by=stated_by,
    )


def _other_than(component: Component, written: str | None) -> str:
    name = _named(written)
    return "" if name == component.name else name


def _texts(values: list[str | None] | None) -> tuple[str, ...]:
    return tuple(text for value in values or () if value and (text := clean_line(value)))[:_MOST_TEXTS]


def _joined(entries: Sequence[VersionEntry]) -> Iterator[VersionEntry]:
    """Join what some CNAs divide: "8.6.0, before unspecified" and then "unspecified, before 8.13.5" are one stretch.

    Records of format 4 had one operator an entry; converted to format 5 each became a range without its other end.
    """
    at = 0
    while at < len(entries):
        entry = entries[at]
        following = entries[at + 1] if at + 1 < len(entries) else None
        if following is not None and _begins(entry) and _ends(following) and _status(entry) == _status(following):
            yield replace(following, version=entry.version)
            at += 2
        else:
            yield entry
            at += 1


def _begins(entry: VersionEntry) -> bool:
    """Whether an entry is a stretch that begins at a version and ends nobody says where."""
    end = _text(entry.less_than if entry.less_than is not None else entry.less_than_or_equal).lower()
    named = _text(entry.version).lower() not in UNBOUNDED
    return named and end == "unspecified" and not entry.changes


def _ends(entry: VersionEntry) -> bool:
    """Whether an entry is a stretch that ends before a version and begins nobody says where."""
    if entry.less_than is None or entry.changes:
        return False
    return _text(entry.version).lower() == "unspecified" and _text(entry.less_than).lower() not in UNBOUNDED


def _status(entry: VersionEntry) -> str:
    return entry.status.lower() if entry.status else "affected"


def _is_single(entry: VersionEntry, first: str) -> bool:
    if entry.less_than is not None or entry.less_than_or_equal is not None or entry.changes:
        return False
    return first.lower() not in UNBOUNDED


def _ranges(entry: VersionEntry, first: str, repository: str | None) -> tuple[VersionRange, ...]:
    """The stretch that an entry describes: from ``first`` to its bound, with the changes between; or nothing."""
    below, last = _text(entry.less_than), _text(entry.less_than_or_equal)
    if not below and not last and not entry.changes:
        if first.lower() in NOT_APPLICABLE:
            return ()
        last = first if first.lower() not in EVERYTHING else "*"
    start = "0" if first.lower() in UNBOUNDED else first
    events = [RangeEvent(introduced=start), *_changes(entry)]
    if below and below.lower() not in UNBOUNDED:
        events.append(RangeEvent(fixed=below))
    elif last and last.lower() not in UNBOUNDED:
        events.append(RangeEvent(last_affected=last))
    kind = clean_line(entry.version_type or "", 40)
    until = next((end.lower() for end in (below, last) if end.lower() in ENDS_UNSAID), "")
    return (
        VersionRange(type=kind, events=tuple(events), repository=repository if kind == "git" else None, until=until),
    )


def _changes(entry: VersionEntry) -> list[RangeEvent]:
    if not entry.changes:
        return []
    status = _status(entry)
    told = [(_text(change.at), change.status.lower()) for change in entry.changes if change.status]
    return [RangeEvent(introduced=at) if changed == status else RangeEvent(fixed=at) for at, changed in told if at]


def remedies_of(product: Product) -> Iterator[Remedy]:
    """Yield what the versions of one entry name as fixes: commits for ``git``, else the first fixed versions."""
    for entry in product.versions or ():
        if entry.version_type == _FIX_COMMIT and _status(entry) == "unaffected":
            yield from _commits([_text(entry.version)], product.repo)
        elif (entry.less_than is not None or entry.changes) and _status(entry) == "affected":
            fixed = [_text(entry.less_than)]
            fixed += [_text(change.at) for change in entry.changes or () if change.status == "unaffected"]
            if entry.version_type == "git":
                yield from _commits(fixed, product.repo)
            else:
                yield from (Remedy(kind="version", value=at) for at in fixed if at.lower() not in UNBOUNDED)


def _commits(hashes: Iterable[str], repository: str | None) -> Iterator[Remedy]:
    return (commit_remedy(value, repository) for value in hashes if is_commit(value))
