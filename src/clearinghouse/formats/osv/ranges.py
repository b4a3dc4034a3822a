"""Affected packages, ranges and events, and the fixes that they name."""

from collections.abc import Callable, Iterable

from clearinghouse.formats.commits import commit_remedy, is_commit, normal_repository
from clearinghouse.formats.osv.schema import AffectedEntry, Event, Package, Range, Version
from clearinghouse.formats.parts import newest_vector
from clearinghouse.formats.text import clean_line, quoted
from clearinghouse.records import Affected, Component, RangeEvent, Remedy, VersionRange

RANGE_TYPES = frozenset({"SEMVER", "ECOSYSTEM", "GIT"})
Notice = Callable[[str, str, str, str], None]
"""Tells a notice: code, message, pointer, expected."""


def version_text(version: Version | None) -> str | None:
    """Return a version as text; JSON writers sometimes leave ``1.0`` a number."""
    if version is None:
        return None
    text = version if isinstance(version, str) else str(version)
    return clean_line(text, 256) or None


def affected_of(entry: AffectedEntry, pointer: str, notice: Notice) -> Affected | None:
    """Return one affected entry as a record; None if neither a package nor a repository says what is affected."""
    repository = next((item.repo for item in entry.ranges or () if item.repo), None)
    component = _component(entry.package, repository)
    if component is None:
        if entry.package is not None or entry.ranges or entry.versions:
            notice(
                "affected_without_package",
                "An affected entry names neither a package nor a repository and is left out.",
                pointer,
                "package with name and ecosystem, or a GIT range with repo",
            )
        return None
    ranges = (_range(item, f"{pointer}/ranges/{i}", notice) for i, item in enumerate(entry.ranges or ()))
    return Affected(
        component=component,
        versions=tuple(text for version in entry.versions or () if (text := version_text(version))),
        ranges=tuple(item for item in ranges if item),
        cvss=newest_vector(str(score.score) for score in entry.severity or ()),
    )


def _component(package: Package | None, repository: str | None) -> Component | None:
    repository = clean_line(repository, 2048) if repository else None
    name = clean_line(package.name) if package and package.name else ""
    purl = clean_line(package.purl, 1024) if package and package.purl else None
    if name or purl:
        return Component(
            name=name or purl or "",
            ecosystem=clean_line((package and package.ecosystem) or "", 100),
            purl=purl,
            repository=repository,
        )
    if repository:
        host_and_path = normal_repository(repository).removeprefix("https://")
        return Component(name=host_and_path.partition("/")[2] or host_and_path, repository=repository)
    return None


def _range(item: Range, pointer: str, notice: Notice) -> VersionRange | None:
    kind = clean_line(item.type or "", 40)
    if kind not in RANGE_TYPES:
        notice(
            "unknown_range_type",
            f"The range type {quoted(kind)} is not understood; the range is left out.",
            f"{pointer}/type",
            "SEMVER, ECOSYSTEM or GIT",
        )
        return None
    events: list[RangeEvent] = []
    for number, event in enumerate(item.events or ()):
        points = list(_points(event)) if event else []
        if not points:
            notice(
                "unknown_event",
                "An event says nothing that is understood; its range is left out, because without it the range "
                "would mean something else.",
                f"{pointer}/events/{number}",
                "introduced, fixed, last_affected or limit",
            )
            return None
        events += points
    if not any(event.introduced for event in events):
        notice(
            "range_without_introduced",
            "A range has no event 'introduced', so no version is in it.",
            f"{pointer}/events",
            "at least one event 'introduced'",
        )
    return VersionRange(type=kind, events=tuple(events), repository=clean_line(item.repo, 2048) if item.repo else None)


def _points(event: Event) -> Iterable[RangeEvent]:
    """One point for each member: early records put ``introduced`` and ``fixed`` into one object."""
    if introduced := version_text(event.introduced):
        yield RangeEvent(introduced=introduced)
    if fixed := version_text(event.fixed):
        yield RangeEvent(fixed=fixed)
    if last := version_text(event.last_affected):
        yield RangeEvent(last_affected=last)
    if limit := version_text(event.limit):
        yield RangeEvent(limit=limit)


def remedies_of(affected: Iterable[Affected]) -> Iterable[Remedy]:
    """Yield the fix commits of GIT ranges and the fixed versions of the others, in order."""
    for entry in affected:
        for item in entry.ranges:
            for event in item.events:
                if event.fixed is None:
                    continue
                if item.type != "GIT":
                    yield Remedy(kind="version", value=event.fixed)
                elif is_commit(event.fixed):
                    yield commit_remedy(event.fixed, item.repository)
