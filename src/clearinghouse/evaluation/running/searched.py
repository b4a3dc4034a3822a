"""Every byte that a log holds, unpacked within bounds, for whoever looks for texts in it."""

from collections.abc import Iterator
from pathlib import Path

from clearinghouse.evaluation.running.archive import Archive, opened


def members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the members of a log with their names, one at a time.

    Raises:
        LogError: it cannot be read, is no archive, or is beyond a bound.
    """
    with opened(path) as file:
        archive = Archive(file, path.name)
        for each in archive.members:
            yield each.name, archive.read(each)
