"""Lines of releases: which of several stretches is about the line to which a version belongs.

An advisory often gives one end for each line that is kept ("before 2023.2.4, 2023.3.5 and 2024.1.3"), and a version
that has the fix of its own line lies before the end of another. What the own line says then counts.
"""

from collections.abc import Iterable

from clearinghouse.packages.products.stretches import Inside, Stretch, where
from clearinghouse.packages.products.versions import Version, alike, compare, read_version


def own_lines(version: Version, ends: Iterable[Stretch]) -> list[Stretch]:
    """Return, of stretches that are ends of lines of releases ("before 16.7.2, 17.0.1"), those of the version's line.

    These begin most like the version: one, or several that do equally; none where none begins like it.
    """
    shared = {end: alike(version, high) if (high := read_version(end.high)) else 0 for end in ends}
    most = max(shared.values(), default=0)
    return [end for end, count in shared.items() if count == most] if most else []


def passed_end(version: Version, ends: Iterable[Stretch]) -> Stretch | None:
    """Return the stretch of the version's own line, if the version is behind its end; else None."""
    return next((each for each in own_lines(version, ends) if where(version, each) is Inside.NO), None)


def doubt_of_own_line(version: Version, stretch: Stretch, others: Iterable[Stretch]) -> tuple[Inside, Stretch] | None:
    """Return what the stretch of the version's own line says, and it, unless that holds the version; else None.

    2023.2.5 is behind "from 2023.1 before 2023.2.4", and before the end of "from 2023.1 before 2024.1.3"; 17.1.0.2 is
    behind "from 17.1.0 before 17.1.0.2", and in "from 13.1.0 on", by which F5 means 13.1 (CVE-2023-38138).

    Args:
        stretch: one that holds the version. others: all that the advisory gives.
    """
    end = read_version(stretch.high) if stretch.high else None
    if stretch.closed and end is not None and compare(version, end) == 0:
        return None  # the last version of a stretch is in it, whatever others say
    ends = list({each: None for each in others if each.high})
    narrow = [each for each in _begun_last(version, stretch, ends) if _is_nearer(version, each, end)]
    inside = [(where(version, each), each) for each in narrow]
    if narrow and (end is None or all(answer is Inside.NO for answer, _ in inside)):
        return None if any(answer is Inside.YES for answer, _ in inside) else inside[0]
    siblings = [each for each in ends if _begin_alike(each, stretch)]
    passed = passed_end(version, siblings) if stretch.high and len(siblings) > 1 else None
    return (Inside.NO, passed) if passed else None


def _begun_last(version: Version, wide: Stretch, stretches: Iterable[Stretch]) -> list[Stretch]:
    """Those stretches that begin last of those that begin before a version, if they begin later than a wide one."""
    here = read_version(wide.low)
    begun = [(low, each) for each in stretches if (low := read_version(each.low)) and compare(low, version) in (-1, 0)]
    later = [(low, each) for low, each in begun if here and compare(here, low) == -1]
    last = max((low.key for low, _ in later), default=b"")
    return [each for low, each in later if low.key == last]


def _is_nearer(version: Version, narrow: Stretch, end: Version | None) -> bool:
    """Whether a version begins more like the beginning of one stretch than like the end of another."""
    low = read_version(narrow.low)
    return low is not None and alike(version, low) > (alike(version, end) if end else 0)


def _begin_alike(one: Stretch, other: Stretch) -> bool:
    if one.low == other.low:
        return True
    low, start = read_version(one.low), read_version(other.low)
    return low is not None and start is not None and compare(low, start) == 0
