"""The last of the versions that an advisory lists one by one, for who wants to be above them.

It is that of the line of releases that was hit: what is above all lines may be a step that nobody asked for, and the
range of another flaw may go on there.
"""

from collections.abc import Iterable

import msgspec

from clearinghouse.packages.products.asked import Asked, statements_for
from clearinghouse.packages.products.index import NameIndex
from clearinghouse.packages.products.query import readings_of
from clearinghouse.packages.products.versions import Version, alike, compare, read_version
from clearinghouse.records import Exposure, InventoryItem

_LINE = 2
"""Parts at the beginning of a version that name its line, if it has more."""


def with_last_listed(item: InventoryItem, exposures: Iterable[Exposure], index: NameIndex) -> list[Exposure]:
    """Return exposures of an item, with the last affected version where a list was hit and no fix is named.

    Law: nothing but ``why.last_affected`` differs, and that is at least the version that was hit.
    """
    exposures = list(exposures)
    if not any(map(_lacks_an_end, exposures)):
        return exposures
    asked, _ = statements_for(readings_of(item, index), index)
    return [_ended(each, asked) if _lacks_an_end(each) else each for each in exposures]


def _lacks_an_end(exposure: Exposure) -> bool:
    why = exposure.why
    return exposure.match.is_sure and why.kind == "enumerated" and not exposure.fixed and why.last_affected is None


def _ended(exposure: Exposure, asked: Iterable[Asked]) -> Exposure:
    last = exposure.why.text or ""
    end = read_version(last)
    for each in asked:
        statement = each.statement
        if each.doubt or (statement.advisory, statement.aliases) != (exposure.advisory, exposure.aliases):
            continue
        for text in statement.listed:
            read = read_version(text)
            if read is not None and end is not None and compare(read, end) == 1 and _of_line(read, end):
                last, end = text, read
    return msgspec.structs.replace(exposure, why=msgspec.structs.replace(exposure.why, last_affected=last or None))


def _of_line(version: Version, other: Version) -> bool:
    """Whether two versions are of one line of releases: 7.0.1 and 7.0.9, and not 7.2.1."""
    return alike(version, other) >= min(_LINE, len(other.parts) - 1)
