"""Products and version bounds out of CPE match criteria (NISTIR 7695, section 6.2, formatted strings)."""

import re
from collections.abc import Iterable, Iterator

from clearinghouse.formats.nvd.schema import Configuration, CpeMatch
from clearinghouse.formats.text import clean_line
from clearinghouse.records import Affected, Component, RangeEvent, VersionRange

_PART = re.compile(r"(?:[^:\\]|\\.)*+")
_ANY = frozenset({"*", "-", ""})


def affected_of(configurations: Iterable[Configuration]) -> tuple[Affected, ...]:
    """Return one entry for each product that a configuration calls vulnerable, in order, versions gathered."""
    gathered: dict[Component, tuple[list[str], list[VersionRange]]] = {}
    for match in _vulnerable(configurations):
        parts = _parts(match.criteria or "")
        if len(parts) < 6:
            continue
        component = Component(name=parts[4], vendor=parts[3])
        versions, ranges = gathered.setdefault(component, ([], []))
        if parts[5] in _ANY:
            ranges.append(_range(match))
        else:
            versions.append(parts[5])
    return tuple(
        Affected(component=component, versions=tuple(dict.fromkeys(versions)), ranges=tuple(dict.fromkeys(ranges)))
        for component, (versions, ranges) in gathered.items()
    )


def _vulnerable(configurations: Iterable[Configuration]) -> Iterator[CpeMatch]:
    for configuration in configurations:
        for node in configuration.nodes or ():
            yield from (match for match in node.cpe_match or () if match.vulnerable is not False)


def _parts(criteria: str) -> list[str]:
    """Split a formatted string at its colons and undo the escapes: ``cpe:2.3:a:vendor:product:version``."""
    if not criteria.startswith("cpe:2.3:"):
        return []
    parts: list[str] = []
    position = 0
    while position <= len(criteria) and len(parts) < 6:
        match = _PART.match(criteria, position)
        assert match is not None  # noqa: S101 - the pattern matches the empty string
        parts.append(clean_line(re.sub(r"\\(.)", r"\1", match[0])))
        position = match.end() + 1
    return parts


def _range(match: CpeMatch) -> VersionRange:
    """CPE has an exclusive start, which events cannot say; the start itself is then counted in."""
    start = match.version_start_including or match.version_start_excluding or "0"
    events = [RangeEvent(introduced=clean_line(start, 256))]
    if match.version_end_excluding:
        events.append(RangeEvent(fixed=clean_line(match.version_end_excluding, 256)))
    elif match.version_end_including:
        events.append(RangeEvent(last_affected=clean_line(match.version_end_including, 256)))
    return VersionRange(type="cpe", events=tuple(events))
