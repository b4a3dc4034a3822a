"""Affected products of a CVE record: components, versions and ranges, and the fixes that they name.

The version algorithm is that of the CVE record format
(https://github.com/CVEProject/cve-schema/blob/main/schema/docs/versions.md).
"""

from collections.abc import Iterable, Iterator

from clearinghouse.formats.commits import commit_remedy, is_commit
from clearinghouse.formats.cve.schema import Product, Version, VersionEntry
from clearinghouse.formats.cve.tables import ECOSYSTEMS, EVERYTHING, NOT_APPLICABLE, UNBOUNDED
from clearinghouse.formats.text import clean_line
from clearinghouse.records import Affected, Component, RangeEvent, Remedy, VersionRange

_FIX_COMMIT = "original_commit_for_fix"
"""The Linux CNA's ``versionType`` of an unaffected entry whose version is the fix in the main line."""


def _text(value: Version | None, limit: int = 400) -> str:
    return clean_line(value if isinstance(value, str) else str(value), limit) if value is not None else ""


def _named(value: str | None) -> str:
    """Return ``value`` cleaned, empty when it says that nothing is named."""
    text = clean_line(value) if value else ""
    return "" if text.lower() in NOT_APPLICABLE else text


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


def affected_of(product: Product) -> Affected | None:
    """Return one entry of ``affected`` with its versions, or None when it names no component."""
    component = component_of(product)
    if component is None:
        return None
    versions: list[str] = []
    ranges: list[VersionRange] = []
    unaffected: list[VersionRange] = []
    for entry in product.versions or ():
        status = (entry.status or "affected").lower()
        if status == "affected" and _is_single(entry):
            versions.append(_text(entry.version))
        elif status == "affected":
            ranges += _ranges(entry, component.repository)
        elif status == "unaffected" and entry.version_type != _FIX_COMMIT:
            unaffected += _ranges(entry, component.repository)
    return Affected(
        component=component,
        versions=tuple(versions),
        ranges=tuple(ranges),
        default_status=clean_line(product.default_status, 20).lower() if product.default_status else None,
        unaffected=tuple(unaffected),
    )


def _is_single(entry: VersionEntry) -> bool:
    if entry.less_than is not None or entry.less_than_or_equal is not None or entry.changes:
        return False
    return _text(entry.version).lower() not in UNBOUNDED


def _ranges(entry: VersionEntry, repository: str | None) -> Iterator[VersionRange]:
    """The stretch that an entry describes: from ``version`` to its bound, with the changes between; or nothing."""
    first = _text(entry.version)
    below, last = _text(entry.less_than), _text(entry.less_than_or_equal)
    if not below and not last and not entry.changes:
        if first.lower() in NOT_APPLICABLE:
            return
        last = first if first.lower() not in EVERYTHING else "*"
    start = "0" if first.lower() in UNBOUNDED else first
    events = [RangeEvent(introduced=start)]
    for change in entry.changes or ():
        at = _text(change.at)
        if at and change.status:
            same = change.status.lower() == (entry.status or "affected").lower()
            events.append(RangeEvent(introduced=at) if same else RangeEvent(fixed=at))
    if below and below.lower() not in UNBOUNDED:
        events.append(RangeEvent(fixed=below))
    elif last and last.lower() not in UNBOUNDED:
        events.append(RangeEvent(last_affected=last))
    kind = clean_line(entry.version_type or "", 40)
    yield VersionRange(type=kind, events=tuple(events), repository=repository if kind == "git" else None)


def remedies_of(product: Product) -> Iterator[Remedy]:
    """Yield what the versions of one entry name as fixes: commits for ``git``, else the first fixed versions."""
    for entry in product.versions or ():
        status = (entry.status or "affected").lower()
        if entry.version_type == _FIX_COMMIT and status == "unaffected":
            yield from _commits([_text(entry.version)], product.repo)
        elif status == "affected":
            fixed = [_text(entry.less_than)]
            fixed += [_text(change.at) for change in entry.changes or () if change.status == "unaffected"]
            if entry.version_type == "git":
                yield from _commits(fixed, product.repo)
            else:
                yield from (Remedy(kind="version", value=at) for at in fixed if at.lower() not in UNBOUNDED)


def _commits(hashes: Iterable[str], repository: str | None) -> Iterator[Remedy]:
    return (commit_remedy(value, repository) for value in hashes if is_commit(value))
